"""What a page says its encoding is: HTTP header, XML declaration, meta tags.

A tolerant version of the WHATWG prescan: comments are skipped, quotes may be missing or unbalanced, and a meta tag
may stand later than in the first kilobyte. `content="…charset=…"` counts only where the tag is not a `name=` one,
because descriptions talk about encodings too.
"""

from __future__ import annotations

import re

from cleantext.pages.encodings import encoding_for_label

__all__ = ["declared_encodings"]

_PRESCAN = 8192  # bytes; the Standard reads 1024, but pages put scripts and comments first
_COMMENT = re.compile(r"<!--(?:>|->|.*?(?:-->|\Z))", re.DOTALL)
_META = re.compile(r"<meta[\s/]([^<>]*)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s=/"'>]+)(?:\s*=\s*(?:"([^">]*)"?|'([^'>]*)'?|([^\s>]+)))?""")
_XML = re.compile(r"""^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']?([\w.:-]+)""")
_CHARSET = re.compile(r"""charset\s*=\s*["'“”]?\s*([\w.:-]+)""", re.IGNORECASE)
_FROM_META = {"utf-16le": "utf-8", "utf-16be": "utf-8", "utf-32le": "utf-8", "utf-32be": "utf-8"}


def declared_encodings(body: bytes, content_type: str | None) -> list[tuple[str, str]]:
    """(encoding, source) of each known label, the weightiest first and each encoding once; source: header or meta.

    >>> declared_encodings(b"<meta charset=gb2312>", "text/html; charset=iso-8859-1")
    [('windows-1252', 'header'), ('gb18030', 'meta')]
    """
    found: list[tuple[str, str]] = []
    if content_type and (stated := _CHARSET.search(content_type)) and (known := encoding_for_label(stated[1])):
        found.append((known, "header"))
    # A page whose ASCII we can read is not UTF-16, whatever it says (as in the Standard).
    names = [name for label in _labels(body) if (name := encoding_for_label(label))]
    found += [(_FROM_META.get(name, name), "meta") for name in names]
    return [(name, source) for i, (name, source) in enumerate(found) if name not in {n for n, _ in found[:i]}]


def _labels(body: bytes) -> list[str]:
    head = body[:_PRESCAN].decode("latin-1")
    stated = _XML.match(head)
    labels = [stated[1]] if stated else []
    if "<meta" not in head and "<META" not in head and "<Meta" not in head:
        return labels
    head = _COMMENT.sub(" ", head)
    lower = head.encode("latin-1").lower().decode("latin-1")  # ASCII alone, which is ten times as fast
    at = lower.find("<meta")
    last = lower.rfind("charset")
    while 0 <= at < last:  # of the tags before the last that names one
        tag = _META.match(head, at)
        end = tag.end() if tag else at + 1
        if tag and "charset" in lower[at:end] and (label := _meta_label(tag[1])):
            labels.append(label)
        at = lower.find("<meta", end)
    return labels


def _meta_label(tag: str) -> str | None:
    attributes: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(tag):
        attributes.setdefault(name.lower(), "".join(values))
    direct = attributes.get("charset", "")
    if inner := _CHARSET.search(direct):
        return inner[1]
    if direct:
        return direct.strip(" \t\"'“”;")
    if "name" in attributes or "property" in attributes:
        return None
    found = _CHARSET.search(attributes.get("content", ""))
    return found[1] if found else None
