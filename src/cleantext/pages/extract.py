"""Decide which blocks of a page are its main content, behind one interface for whoever decides.

An extractor votes for blocks; the labeller of text dumps then reads the page's lines with those votes beside them,
because extractors let chrome through where the page is Chinese; what is left is the main content, and everything else
has a reason: what its words say, where it stands, or how much of it is links.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from cleantext.config import ExtractConfig, LimitsConfig
from cleantext.folding import match_text
from cleantext.pages.align import align
from cleantext.pages.blocks import Block, Page, parse_page
from cleantext.pages.dump import Hint, Labels, LineLabel, label_lines
from cleantext.pages.metadata import page_metadata
from cleantext.records import Field, MainContent, Removed

__all__ = ["EXTRACTORS", "All", "Extractor", "LinkDensity", "Trafilatura", "Votes", "extract_page"]

# A block stays where an extractor keeps at least this share of its characters.
_KEPT = 0.5
_LINKS = 0.5
_ASIDE = frozenset({"nav", "header", "footer", "aside", "form", "dialog"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """The share of each block's characters that an extractor keeps, and the characters of its text in no block."""

    shares: tuple[float, ...]
    unaligned: int = 0


class Extractor(Protocol):
    """Anything that can say which blocks of a page are main content."""

    name: str

    def votes(self, page: Page, html: str, url: str | None) -> Votes | None:
        """A share a block, or None where the extractor found nothing or will not read this page."""


class Trafilatura:
    """trafilatura's opinion, in its balanced mode with readers' comments."""

    name = "trafilatura"

    def votes(self, page: Page, html: str, url: str | None) -> Votes | None:
        """Its text aligned with the blocks; None where it finds none."""
        from trafilatura import bare_extraction  # noqa: PLC0415 - a second to import, and only pages need it

        document = bare_extraction(html, url=url, include_comments=True)
        if document is None or isinstance(document, dict):
            return None
        pieces = ["".join(child.itertext()) for part in (document.body, document.commentsbody) for child in part]
        shares, unaligned = align([block.text for block in page.blocks], pieces)
        return Votes(shares=shares, unaligned=unaligned) if any(share >= _KEPT for share in shares) else None


class LinkDensity:
    """What stands in for an extractor that finds nothing: every block that is no link list and in no page margin."""

    name = "links"

    def votes(self, page: Page, html: str, url: str | None) -> Votes | None:  # noqa: ARG002
        """1 for a block of text, 0 for others; None where that would leave nothing."""
        shares = [float(block.link_density < _LINKS and block.landmark not in _ASIDE) for block in page.blocks]
        return Votes(shares=tuple(shares)) if any(shares) else None


class All:
    """Every block."""

    name = "all"

    def votes(self, page: Page, html: str, url: str | None) -> Votes:  # noqa: ARG002
        """1 for each block."""
        return Votes(shares=(1.0,) * len(page.blocks))


# Who is asked, in turn, under each value of `extract.extractor`; the last always answers.
EXTRACTORS: Mapping[str, tuple[Extractor, ...]] = {
    "auto": (Trafilatura(), LinkDensity(), All()),
    "trafilatura": (Trafilatura(), LinkDensity(), All()),
    "all": (All(),),
}


def extract_page(
    html: str, *, url: str | None = None, config: ExtractConfig | None = None, limits: LimitsConfig | None = None
) -> MainContent:
    """The main content of an HTML page: its blocks with their spans, what was removed and why, and its metadata.

    Spans count characters of the page's blocks in document order, joined by line breaks. Raises LimitExceededError
    for a page over the limit of bytes; over the other limits the result is partial, never late.

    >>> page = "<nav><a href=/>首页</a></nav><article><h1>通知</h1><p>會議今日召開，市長主持會議。</p></article>"
    >>> extract_page(page).text
    '會議今日召開，市長主持會議。'
    """
    config, limits = config or ExtractConfig(), limits or LimitsConfig()
    page = parse_page(html, limits)
    votes, flags = _votes(page, html, url, config)
    lines = _lines(page)
    labels = label_lines(
        [line.text for line in lines],
        config=config,
        url=url,
        title=page.dom.head.title or None,
        numbers=[line.number for line in lines],
        hints=[_hint(page.blocks[line.block], votes.shares[line.block]) for line in lines],
    )
    metadata = page_metadata(page, url=url, labelled=labels.metadata, html=html)
    verdicts = _verdicts(page, lines, votes, labels, metadata)
    return _content(page, lines, verdicts, metadata, (*page.flags, *flags))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a block: most blocks have one."""

    number: int
    block: int
    start: int
    text: str


def _votes(page: Page, html: str, url: str | None, config: ExtractConfig) -> tuple[Votes, tuple[str, ...]]:
    """The votes of the first extractor that answers, and a flag where that is not the one asked for."""
    asked = EXTRACTORS[config.extractor]
    for extractor in asked:
        votes = extractor.votes(page, html, url)
        if votes is not None:
            return votes, () if extractor is asked[0] else (f"extractor-{extractor.name}",)
    raise AssertionError("the last extractor always answers")


def _lines(page: Page) -> list[_Line]:
    lines: list[_Line] = []
    for i, block in enumerate(page.blocks):
        position = block.start
        for text in block.text.split("\n"):
            stripped = text.strip()
            if stripped:
                start = position + text.index(stripped)
                lines.append(_Line(len(lines) + 1, i, start, stripped))
            position += len(text) + 1
    return lines


def _hint(block: Block, share: float) -> Hint:
    return Hint(kind=block.kind, link_density=block.link_density, votes=share)


def _verdicts(
    page: Page, lines: Sequence[_Line], votes: Votes, labels: Labels, metadata: Mapping[str, Field]
) -> list[LineLabel]:
    """A label for each line: the labeller's, where the extractor kept the line's block; else why it was dropped."""
    title = _title_line(page, lines, metadata.get("title"))
    verdicts = []
    for i, (line, label) in enumerate(zip(lines, labels.lines, strict=True)):
        block, whole = page.blocks[line.block], LineLabel(label="body", start=0, end=len(line.text))
        if i == title or label.label == "title":
            whole = LineLabel(label="meta/title", start=0, end=len(line.text))
        elif votes.shares[line.block] < _KEPT:
            whole = LineLabel(label=_reason(block, label.label), start=0, end=len(line.text))
        elif block.kind != "code":
            whole = label
        verdicts.append(whole)
    if not any(verdict.label == "body" for verdict in verdicts):
        verdicts = [
            LineLabel(label="body", start=0, end=len(line.text)) if votes.shares[line.block] >= _KEPT else verdict
            for line, verdict in zip(lines, verdicts, strict=True)
        ]
    return verdicts


def _title_line(page: Page, lines: Sequence[_Line], title: Field | None) -> int | None:
    """The line that shows the page's title: the first heading that equals it, else the first line that does."""
    if title is None:
        return None
    key = match_text(title.value)
    same = [
        i for i, line in enumerate(lines) if len(line.text) < 2 * len(title.value) + 20 and match_text(line.text) == key
    ]
    headings = [i for i in same if page.blocks[lines[i].block].kind == "heading"]
    return next(iter(headings or same), None)


def _reason(block: Block, label: str) -> str:
    """Why a block that no extractor keeps goes: what its words say, else where it stands, else that it is links."""
    if label.startswith(("chrome/", "meta/")):
        return label
    if block.landmark == "nav":
        return "chrome/navigation"
    if block.landmark == "footer":
        return "chrome/legal" if block.link_density < _LINKS else "chrome/navigation"
    if block.words & {"comment", "comments", "reply", "replies"}:
        return "chrome/comments"
    if block.link_density >= _LINKS:
        return "chrome/related" if len(block.text) > 12 else "chrome/navigation"
    return "chrome/other"


def _content(
    page: Page,
    lines: Sequence[_Line],
    verdicts: Sequence[LineLabel],
    metadata: Mapping[str, Field],
    flags: tuple[str, ...],
) -> MainContent:
    """The pieces of the source text that stay, those of one block in one, and those that go."""
    source = page.source_text
    parts = sorted(part for pair in zip(lines, verdicts, strict=True) for part in _parts(*pair))
    blocks, kinds, spans, removed = [], [], [], []
    for (number, reason), run in groupby(parts, key=lambda part: (part[2], part[3])):
        pieces = list(run)
        start, end = pieces[0][0], pieces[-1][1]
        if reason == "body":
            blocks.append(source[start:end])
            kinds.append(page.blocks[number].kind)
            spans.append((start, end))
        else:
            removed.append(Removed(start=start, end=end, text=source[start:end], reason=reason))
    return MainContent(
        source_text=source,
        blocks=tuple(blocks),
        kinds=tuple(kinds),
        spans=tuple(spans),
        removed=tuple(removed),
        metadata=metadata,
        flags=flags,
    )


def _parts(line: _Line, verdict: LineLabel) -> list[tuple[int, int, int, str]]:
    """A line's parts that show something: where each begins and ends, its block, and its label."""
    cuts = sorted([(verdict.start, verdict.end, verdict.label), *verdict.affixes])
    parts = []
    for (start, _, label), (end, _, _) in zip(cuts, [*cuts[1:], (len(line.text), 0, "")], strict=True):
        begin = 0 if start == cuts[0][0] else start
        text = line.text[begin:end]
        stripped = text.strip()
        if stripped:
            begin += text.index(stripped)
            parts.append((line.start + begin, line.start + begin + len(stripped), line.block, label))
    return parts
