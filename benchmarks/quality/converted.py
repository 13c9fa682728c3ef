"""Make labelled pages in the other Chinese script of labelled pages: to measure with, and to train on.

    python benchmarks/quality/converted.py --data FOLDER --out FOLDER [--to NAME] [--weight 0.5]

FOLDER of --data holds Chinese pages (`ID.html.gz` beside `ID.json`). A Simplified page becomes one of Taiwan's or Hong
Kong's script, always the same for its name, a Traditional one becomes Simplified; --to names an OpenCC configuration
for all of them in its place. What a reader may see changes, and so do the description and JSON-LD: class words,
addresses and scripts stay. The gold changes in the same way. A copy is a page of the same `group` as its original, so
that cross-validation never trains on a copy of a page that is held out, and says as `weight` how much it counts beside
it. Pages in neither script are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # for its neighbours where this file is run as a script

from cleantext.pages.decode import decode
from cleantext.text.script import conversion_for, convert_text, detect_script
from quality.labels import Source, sources

__all__ = ["configuration", "converted_page", "converted_row", "declared_as", "write_copies", "write_page"]

# What stands between texts: comments and scripts with all that is in them, and tags.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<raw>script|style|textarea)\b(?P<tag>[^<>]*)>?(?P<data>.*?)(?:</(?P=raw)|\Z)|</?[a-z!?][^<>]*>?",
    re.IGNORECASE | re.DOTALL,
)
# Attributes that say something to a reader.
_SPOKEN = re.compile(
    r"""(?<=\s)(?P<name>content|title|alt|placeholder|aria-label|value)(?P<is>\s*=\s*)(?P<value>"[^"]*"|'[^']*')""",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{4,5})|([0-9]{5,6}));", re.IGNORECASE)
_ESCAPES = re.compile(r"(?:\\u[0-9a-f]{4})+", re.IGNORECASE)
_CHARSET = re.compile(r"""(<meta\b[^<>]*?charset\s*=\s*["']?\s*|<\?xml\b[^<>]*?encoding\s*=\s*["'])[\w.:-]+""", re.I)
_TO_TRADITIONAL = ("tw", "hk")
# What of a label is text of the page.
_TEXTS = ("main_content", "title", "author", "source")


def configuration(source: Source) -> str | None:
    """The OpenCC configuration that brings a page to the other script; None where it is in neither."""
    variety = detect_script(source.gold)
    target = _TO_TRADITIONAL[zlib.crc32(source.name.encode()) % 2] if variety == "Hans" else "s"
    return conversion_for(variety, target)


def converted_page(html: str, opencc_config: str) -> str:
    """The page with its texts converted, and nothing else.

    >>> converted_page('<p class="发"><b title="头发">头发</b>&#21457;<!--发--><script>"发"</script>', "s2t")
    '<p class="发"><b title="頭髮">頭髮</b>發<!--发--><script>"发"</script>'
    """
    pieces, at = [], 0
    for found in _MARKUP.finditer(html):
        pieces += [_text(html[at : found.start()], opencc_config), _markup(found, opencc_config)]
        at = found.end()
    return "".join([*pieces, _text(html[at:], opencc_config)])


def _text(text: str, opencc_config: str) -> str:
    return convert_text(_REFERENCE.sub(_character, text), opencc_config) if text else ""


def _character(reference: re.Match[str]) -> str:
    """The character of a numeric reference, which OpenCC would not know."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return chr(number) if 0x3400 <= number <= 0x3FFFF else reference[0]


def _markup(found: re.Match[str], opencc_config: str) -> str:
    if not found["raw"]:
        return _SPOKEN.sub(lambda one: one["name"] + one["is"] + _text(one["value"], opencc_config), found[0])
    start, end = (place - found.start() for place in found.span("data"))
    data = found["data"]
    if "ld+json" in found["tag"].lower():
        data = convert_text(_ESCAPES.sub(_unescaped, data), opencc_config)
    return found[0][:start] + data + found[0][end:]


def _unescaped(escapes: re.Match[str]) -> str:
    """Han written as escapes in JSON as themselves; what else the escapes say stays escaped."""
    text = str(json.loads(f'"{escapes[0]}"'))
    return "".join(char if "\u3400" <= char <= "\u9fff" or char > "\uffff" else json.dumps(char)[1:-1] for char in text)


def converted_row(row: Mapping[str, Any], opencc_config: str) -> dict[str, Any]:
    """A page's label with its texts converted as those of the page."""
    changed = {name: convert_text(row[name], opencc_config) for name in _TEXTS if isinstance(row.get(name), str)}
    blocks = [{**block, "text": convert_text(block["text"], opencc_config)} for block in row.get("blocks", ())]
    return {**row, **changed, **({"blocks": blocks} if blocks else {})}


def declared_as(html: str, encoding: str) -> str:
    """The page with another encoding in the places that declare one.

    >>> declared_as('<meta charset="gbk">', "utf-8")
    '<meta charset="utf-8">'
    """
    return _CHARSET.sub(rf"\g<1>{encoding}", html)


def write_page(folder: Path, name: str, html: str, row: Mapping[str, Any]) -> None:
    """A page and its label, in a folder of labelled pages; the same bytes for the same page."""
    body = declared_as(html, "utf-8").encode("utf-8", "replace")
    (folder / f"{name}.html.gz").write_bytes(gzip.compress(body, mtime=0))
    (folder / f"{name}.json").write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_copies(found: Sequence[Source], out: Path, *, opencc_config: str | None = None, weight: float = 1.0) -> int:
    """Write a converted copy of each page into `out`; how many there are."""
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    for source in found:
        chosen = opencc_config or configuration(source)
        if chosen is None:
            continue
        name = f"{source.name}.{chosen}"
        row = {**converted_row(source.row, chosen), "id": name, "copy_of": source.name, "group": source.group}
        row["weight"] = weight * source.weight
        write_page(out, name, converted_page(decode(source.html()).text, chosen), row)
        count += 1
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the copies of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--to", metavar="NAME", help="an OpenCC configuration, such as s2twp, for every page")
    parser.add_argument("--weight", type=float, default=0.5)
    options = parser.parse_args(arguments)
    found = [source for source in sources(options.data) if source.chinese]
    count = write_copies(found, options.out, opencc_config=options.to, weight=options.weight)
    print(f"{options.out}: {count} copies of {len(found)} pages")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
