"""What an HTML page says of itself: title, date, author, source, editor, site, canonical URL, language.

Each value comes from the most trusted place that has a sound one, and says which: JSON-LD, Open Graph and article
properties, other meta elements, elements that name what they hold, the labelled lines of the text, and for the date
htmldate's reading of the markup at last. A declared title must agree with what the page shows; what templates declare
for every page of a site (the site's own name as title or author, `en` on a Chinese page) does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any
from unicodedata import normalize
from urllib.parse import urljoin, urlsplit

import numpy as np

from cleantext.pages.affixes import heading_end
from cleantext.pages.align import bare
from cleantext.pages.blocks import Page
from cleantext.pages.dom import TREE_FAULTS, Head
from cleantext.pages.linemeta import tidy_name
from cleantext.pages.rules import host_of
from cleantext.pages.spam import is_spam_title
from cleantext.pages.tags import KINDS
from cleantext.records import Field

__all__ = ["PageMetadata", "page_metadata", "parse_date"]

_MAX_VALUE = 300
# What sitemaps allow an address (sitemaps.org); entities make a value no more than so many times as long.
_MAX_URL, _ESCAPED = 2048, 8
_MAX_NAME = 60
_MAX_SITE = 20
# Names of meta elements, lower case, the most telling first.
_NAMES = {
    "title": "og:title twitter:title articletitle title headline dc.title citation_title parsely-title",
    "date": "article:published_time og:published_time datepublished publishdate pubdate publish-date publication_date"
    " citation_publication_date citation_date dc.date.issued dc.date dcterms.created dcterms.date parsely-pub-date"
    " sailthru.date bt:pubdate weibo:article:create_at bytedance:published_time date",
    "author": "author article:author citation_author dc.creator dcterms.creator parsely-author sailthru.author",
    "source": "source contentsource mediaid article:source copyrightsource",
    "editor": "editor contenteditor",
    "site": "og:site_name application-name al:ios:app_name sitename",
}
_LINE_NUMBER = re.compile(r"line (\d+)")
_NEAR = 12
_ARTICLES = re.compile(
    r"article|posting|report|creativework|product|webpage|question|recipe|review|event|book|course", re.I
)
_DATE = re.compile(
    r"((?:19|20)\d\d)\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})(?!\d)|\b((?:19|20)\d\d)(\d\d)(\d\d)\b"
)
_TITLE_BREAK = re.compile(r"\s*[|_\uff5c»›–—·]\s*|\s+[-:]\s+|(?<=[\u3400-\u9fff])-(?=[\u3400-\u9fff])")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*")
_HOST = re.compile(r"\w")
_BY = re.compile(r"^(?:written\s+by|by|作者|文)\s*[:：]?\s+", re.IGNORECASE)
_HAN = re.compile("[\u3400-\u9fff]")
_YEAR = re.compile(r"\d{4}|\n")
_NO_NAME = re.compile(
    r"https?:|^/|www\.|[{}<>@=]|^\W*$|^(?:admin(?:istrator)?|root|null|none|undefined|unknown|佚名|匿名)$|^\w+(?:\.\w+){2,}$",
    re.I,
)


class PageMetadata(Mapping[str, Field]):
    """A page's metadata by name, each value with where it came from.

    The title is known at once; the rest, of which a date can take longer than all the text, when it is asked for.
    """

    def __init__(self, page: Page, *, url: str | None = None, labelled: Mapping[str, Field] | None = None) -> None:
        self._labelled = labelled or {}
        graph = list(_articles(page.dom.head))
        self._title = _title(page, page.dom.head, graph, self._labelled, url)
        self._asked: tuple[Page, list[Mapping[str, Any]], str | None] | None = page, graph, url
        self._known: dict[str, Field] = {}

    @property
    def _fields(self) -> dict[str, Field]:
        if self._asked is not None:
            page, graph, url = self._asked
            self._known, self._asked = _fields(page, graph, url, self._labelled, self._title), None
        return self._known

    def __getitem__(self, name: str) -> Field:
        if name == "title" and self._title:
            return self._title
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        return self._fields == dict(other) if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # like a dict

    def __repr__(self) -> str:
        return repr(self._fields)

    def __reduce__(self) -> tuple[type[dict[str, Field]], tuple[dict[str, Field]]]:
        return dict, (self._fields,)


def page_metadata(page: Page, *, url: str | None = None, labelled: Mapping[str, Field] | None = None) -> PageMetadata:
    """The page's metadata by name, each value with where it came from."""
    return PageMetadata(page, url=url, labelled=labelled)


def _fields(
    page: Page, graph: list[Mapping[str, Any]], url: str | None, labelled: Mapping[str, Field], title: Field | None
) -> dict[str, Field]:
    head = page.dom.head
    found: dict[str, Field | None] = {
        "title": title,
        "date": _first(_dates(page, head, graph, labelled, url)),
        "author": _first(_authors(page, graph, labelled, title)),
        "source": _first(_named("source", head, (), labelled)),
        "editor": _first(_named("editor", head, graph, labelled)),
        "site": _first(_sites(head, graph)),
        "canonical": _canonical(head, url),
        "language": _language(page, head),
    }
    if found["source"] is None and (site := found["site"]) and len(site.value) <= _MAX_SITE:
        found["source"] = site  # what no other publication is named for is the site's own
    known = {name: field for name, field in found.items() if field and field.value}
    for name in known.keys() & {"author", "editor", "source"}:
        known[name] = replace(known[name], value=tidy_name(known[name].value))
    return {**{name: field for name, field in labelled.items() if name not in found and field.value}, **known}


def parse_date(text: str) -> str | None:
    """The first plausible date in `text` as YYYY-MM-DD: 1990 to the year after this one is not checked, the day is.

    >>> parse_date("发布时间：2016年5月9日 10:20")
    '2016-05-09'
    """
    for match in _DATE.finditer(text[:_MAX_VALUE]):
        year, month, day = (int(part) for part in (match[1] or match[4], match[2] or match[5], match[3] or match[6]))
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            continue
    return None


def _key(text: str) -> str:
    """What two spellings of a title or name on one page have in common; cheaper than match text, blind to less."""
    return bare(normalize("NFKC", text)).lower()


def _first(fields: Iterator[Field]) -> Field | None:
    return next(fields, None)


def _articles(head: Head) -> Iterator[Mapping[str, Any]]:
    """The things JSON-LD describes that can be what the page is about."""
    for text in head.json_ld:
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        level, seen = [data], 0
        while level and seen < 1000:
            item = level.pop(0)
            seen += 1
            if isinstance(item, list):
                level += item
            elif isinstance(item, dict):
                level += [item[key] for key in ("@graph", "mainEntity") if isinstance(item.get(key), list | dict)]
                if _ARTICLES.search(str(item.get("@type"))):
                    yield item


def _texts(value: Any) -> Iterator[str]:
    """The names or strings in a JSON-LD value."""
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        if isinstance(name, str) and name.strip():
            yield " ".join(unescape(name[: _ESCAPED * _MAX_VALUE]).split())[:_MAX_VALUE]


def _declared(names: str, head: Head) -> Iterator[Field]:
    for name in names.split():
        if value := " ".join(head.meta.get(name, "").split()):
            yield Field(value=value[:_MAX_VALUE], origin=f"meta {name}")


def _dates(
    page: Page, head: Head, graph: Iterable[Mapping[str, Any]], labelled: Mapping[str, Field], url: str | None
) -> Iterator[Field]:
    for item in graph:
        yield from _as_dates(Field(value=text, origin="json-ld") for text in _texts(item.get("datePublished")))
    yield from _as_dates(_declared(_NAMES["date"], head))
    line = labelled.get("date")
    if line and _is_near(line, labelled.get("title")):
        yield from _as_dates([line])
    yield from _as_dates(Field(value=text, origin="time") for text in page.dom.dates)
    if found := _html_date(page, url):
        yield found
    if line:
        yield from _as_dates([line])


def _as_dates(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        if found := parse_date(field.value):
            yield Field(value=found, origin=field.origin)


def _is_near(line: Field, title: Field | None) -> bool:
    """Whether a labelled line stands close to the title's: a date elsewhere on the page may be anything's."""
    numbers = [int(found[1]) for field in (line, title) if field and (found := _LINE_NUMBER.fullmatch(field.origin))]
    return len(numbers) == 2 and abs(numbers[0] - numbers[1]) <= _NEAR


def _html_date(page: Page, url: str | None) -> Field | None:
    if not (_is_prose(page) and page.dom.is_easy) or page.dom.tree is None:
        return None
    from htmldate import find_date  # noqa: PLC0415 - only for pages that declare no date

    try:
        found = find_date(page.dom.tree, url=url, extensive_search=False, original_date=True)
    except TREE_FAULTS:
        return None
    return Field(value=found, origin="htmldate") if found else None


def _is_prose(page: Page) -> bool:
    """Whether the page is an article by its looks: a date found in the markup of another is that of anything."""
    arrays = page.arrays
    sizes = arrays.ends - arrays.starts
    long = int(sizes[(sizes >= 150) & (arrays.link_densities < 0.3)].sum())
    return page.is_chinese or long >= 0.45 * len(page.source_text)


def _authors(
    page: Page, graph: Iterable[Mapping[str, Any]], labelled: Mapping[str, Field], title: Field | None
) -> Iterator[Field]:
    """Declared authors that are not just the site's name, the labelled line, elements marked as the author's."""
    head = page.dom.head
    site = _key("".join(field.value for field in _sites(head, graph)) + head.title)
    site = site.replace(_key(title.value), "") if title else site
    for field in _named("author", head, graph, labelled):
        if not _HAN.search(field.value) or field.origin.startswith("line") or _key(field.value) not in site:
            yield field
    for text in page.dom.authors:
        value = _BY.sub("", text)
        if value and len(value) <= _MAX_NAME and not _NO_NAME.search(value) and not _YEAR.search(value):
            yield Field(value=value, origin="author element")


def _named(name: str, head: Head, graph: Iterable[Mapping[str, Any]], labelled: Mapping[str, Field]) -> Iterator[Field]:
    candidates = [
        *(Field(value="、".join(_texts(item[name])), origin="json-ld") for item in graph if name in item),
        *_declared(_NAMES[name], head),
        *(field for field in [labelled.get(name)] if field),
    ]
    for field in candidates:
        value = field.value.strip(" ,;，；、|")
        if 0 < len(value) <= _MAX_NAME and not _NO_NAME.search(value):
            yield Field(value=value, origin=field.origin)


def _sites(head: Head, graph: Iterable[Mapping[str, Any]]) -> Iterator[Field]:
    for item in graph:
        for text in _texts(item.get("publisher")):
            yield Field(value=text, origin="json-ld")
    yield from _declared(_NAMES["site"], head)


def _canonical(head: Head, url: str | None) -> Field | None:
    for value, origin in ((head.canonical, "link canonical"), (head.meta.get("og:url", ""), "meta og:url")):
        try:
            target = urljoin(url or "", value)
            parts = urlsplit(target)
        except ValueError:
            continue
        if value and parts.scheme in ("http", "https") and _HOST.search(parts.netloc) and len(target) <= _MAX_URL:
            return Field(value=target, origin=origin)
    return None


def _language(page: Page, head: Head) -> Field | None:
    """The declared language, unless the text is plainly in another script; then what the script says."""
    text = page.source_text[:5000]
    han, kana = len(re.findall("[\u3400-\u9fff]", text)), len(re.findall("[\u3040-\u30ff]", text))
    letters = len(re.findall("[a-zA-Z\u0400-\u04ff\uac00-\ud7af]", text))
    script = "ja" if kana * 20 > han + kana > 20 else "zh" if han > 20 and han > letters else ""
    for value, origin in (
        (head.language, "html lang"),
        (head.meta.get("content-language", ""), "meta content-language"),
        (head.meta.get("og:locale", ""), "meta og:locale"),
    ):
        if (match := _LANGUAGE.fullmatch(value)) and (not script or match[0].lower().startswith(script)):
            return Field(value=match[0].replace("_", "-"), origin=origin)
    return Field(value=script, origin="text") if script else None


def _title(
    page: Page,
    head: Head,
    graph: Iterable[Mapping[str, Any]],
    labelled: Mapping[str, Field],
    url: str | None,
) -> Field | None:
    """A heading that the head's titles agree with, else the best of those titles, else the labelled line."""
    body = page.source_text
    everything = [
        *(Field(value=text, origin="json-ld") for item in graph for text in _texts(item.get("headline"))),
        *_declared(_NAMES["title"], head),
        *([Field(value=head.title[:_MAX_VALUE], origin="title")] if head.title else []),
    ]
    # The spam that is sold in titles is Chinese, whatever the page is.
    spam = {text for text in {field.value for field in everything} if _HAN.search(text) and is_spam_title(text, body)}
    declared = [field for field in everything if field.value not in spam]
    keys = [_key(value) for value in dict.fromkeys(field.value for field in declared)]
    headings = _headings(page)
    if best := _agreeing(headings, keys):
        return Field(value=" ".join(best[0].split()), origin=f"h{best[1]}")
    site = _key(head.meta.get("og:site_name", "") + host_of(url))
    told = next((Field(value=_without_site(field.value, site), origin=field.origin) for field in declared), None)
    line = labelled.get("title")
    if told is None or _key(told.value) in site:
        first = next((text for text, level in headings if level == 1), None)
        return line or told or (Field(value=first, origin="h1") if first else None)
    if line and any(_key(line.value) in key for key in keys) and len(line.value) >= 0.6 * len(told.value):
        return line
    return told


def _headings(page: Page) -> list[tuple[str, int]]:
    """The text and level of the first headings."""
    arrays = page.arrays
    places = np.flatnonzero((arrays.kinds == KINDS.index("heading")) & (arrays.hidden == 0))[:200].tolist()
    texts = [page.texts[place] for place in places]
    levels = [int(page.arrays.levels[place]) for place in places]
    return [(text[: heading_end(text)], level) for text, level in zip(texts, levels, strict=True)]


def _agreeing(headings: Iterable[tuple[str, int]], keys: Sequence[str]) -> tuple[str, int] | None:
    """The heading that agrees best with the declared titles, if one does."""
    best, most, everything = None, 0.0, "\n".join(keys)
    for text, level in headings:
        begins = text[:3]
        # Where nothing combines with them, the first two letters stand in the key as they are.
        if _stays(begins) and begins[:2].lower() not in everything:
            continue
        score = _agreement(_key(text[:_MAX_VALUE]), keys, first=level == 1)
        if score > most:
            best, most = (text, level), score
    return best


def _stays(begins: str) -> bool:
    """Whether a text begins with letters and digits that `_key` leaves as they are: of ASCII, or Han."""
    return begins.isalnum() and (begins.isascii() or "\u3400" <= min(begins) <= max(begins) <= "\u9fff")


def _agreement(heading: str, titles: Iterable[str], *, first: bool) -> float:
    """How well a heading agrees with a declared title, above 0 where it does: it is most of it, and not its end only.

    At the end of a declared title stands the site, which many a page shows as a heading of the first level.
    """
    if len(heading) < 2:
        return 0.0
    agreement = 0.0
    for title in titles:
        share = len(heading) / len(title) if heading in title else 0.0
        if share >= (0.3 if first else 0.5):
            agreement = max(agreement, share + 0.5 * first - 0.4 * (share < 1 and title.endswith(heading)))
    return agreement


def _without_site(title: str, site: str) -> str:
    """A title without the names of section and site before or behind it.

    Parts that are in `site` go; of what is left the first that is long enough to be a title.
    """
    parts = [part.strip() for part in _TITLE_BREAK.split(title) if part.strip()]
    named = [part for part in parts if _key(part) not in site] if site else parts
    if len(named) == len(parts) == 1 or not named:
        return title
    return named[0] if len(named[0]) * 3 >= max(map(len, named)) else max(named, key=len)
