"""Label the lines of a text dump: title, body, metadata or one of the reasons chrome is removed for.

Rules decide first, words second. The words of `lexicon` say what a line would be; the zones of the page (`zones`),
the line's shape and its neighbours say whether it is. A dump without a sign of web chrome comes out whole: shape
alone never removes a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cleantext.config import ExtractConfig
from cleantext.pages.affixes import cut_affixes
from cleantext.pages.classify import line_probabilities
from cleantext.pages.compiled import meet
from cleantext.pages.judge import Hints, Page
from cleantext.pages.linemeta import Pair, normalize_date, tidy_name
from cleantext.pages.looks import fold, shorten
from cleantext.pages.rules import PageRules
from cleantext.records import Field

__all__ = ["Hints", "Labels", "Line", "LineLabel", "label_lines", "split_lines", "whole_line"]

# A line the classifier holds less likely than this is no body; in a text of a few lines it has little to go by.
_OBJECTS, _FEW_LINES = 0.1, 8
# To label a character of a dump takes as long as to read so many of markup, or longer.
_DENSE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A non-empty line: its 1-based number, its span in the source without outer white space, and its text."""

    number: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLabel:
    """A line's label, the part [start, end) of it the label is about, and the affixes (start, end, reason) cut off."""

    label: str
    start: int
    end: int
    affixes: tuple[tuple[int, int, str], ...] = ()


@lru_cache(maxsize=4096)
def whole_line(label: str, length: int) -> LineLabel:
    """The label of all of a line; those of lines of one length are one object."""
    return LineLabel(label=label, start=0, end=length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """One label a line, in order, and the metadata found in the lines."""

    lines: tuple[LineLabel, ...]
    metadata: dict[str, Field] = field(default_factory=dict)


def split_lines(text: str) -> list[Line]:
    """The non-empty lines of `text`, stripped of white space, with their exact code point spans in it.

    A line ends where `str.splitlines` ends it: at LF, CR, CR LF, VT, FF, NEL, LS, PS and the ASCII separators.

    >>> [(line.number, line.start, line.text) for line in split_lines("一\\r\\n\\r\\n  二")]
    [(1, 0, '一'), (3, 7, '二')]
    """
    lines: list[Line] = []
    position = 0
    for number, piece in enumerate(text.splitlines(keepends=True), 1):
        stripped = piece.strip()
        if stripped:
            start = position + len(piece) - len(piece.lstrip())
            lines.append(Line(number=number, start=start, end=start + len(stripped), text=stripped))
        position += len(piece)
    return lines


def label_lines(
    lines: Sequence[str],
    *,
    config: ExtractConfig | None = None,
    url: str | None = None,
    title: str | None = None,
    numbers: Sequence[int] | None = None,
    hints: Hints | None = None,
) -> Labels:
    """A label for each of `lines` and the metadata found in them.

    `lines` are stripped and repaired; `numbers` are what metadata calls them (default: 1, 2, …). `title` is what the
    page calls itself, if that is known; `hints` are what the blocks of an HTML page know, in step with `lines`.
    `config.rules` overrule every label. Never raises on odd text.
    """
    numbers = numbers or range(1, len(lines) + 1)
    if hints is None:
        meet(_DENSE * sum(map(len, lines)))
    known = hints or Hints.none(len(lines))
    page = Page(lines, title or "", known)
    labels = page.labels()
    if hints is None and page.is_page:
        labels = _doubted(lines, labels)
    cut, shorter = list(map(whole_line, labels, map(len, lines))), list[int]()
    for i in page.may_be_cut():
        if labels[i] in ("body", "title") and known.kinds[i] != "code":
            start, end, affixes = cut_affixes(lines[i])
            if affixes:
                cut[i] = LineLabel(label=labels[i], start=start, end=end, affixes=affixes)
                shorter.append(i)
    metadata = _metadata(lines, page, labels, numbers)
    for i in shorter:
        _add_affixes(lines[i], cut[i], metadata, f"line {numbers[i]}")
    rules = PageRules(config.rules if config else (), url)
    if rules:
        cut = [_ruled(line, found, rules) for line, found in zip(lines, cut, strict=True)]
    return Labels(lines=tuple(cut), metadata=metadata)


def _doubted(lines: Sequence[str], labels: Sequence[str]) -> list[str]:
    """The labels, without the body lines that the block classifier holds to be none."""
    if len(lines) < _FEW_LINES or all(label == "body" for label in labels):
        return list(labels)
    likely = line_probabilities(lines)
    return [
        "chrome/other" if label == "body" and share < _OBJECTS else label
        for label, share in zip(labels, likely.tolist(), strict=True)
    ]


def _ruled(line: str, found: LineLabel, rules: PageRules) -> LineLabel:
    """The first rule that matches the line decides; a line it keeps may still lose its affixes."""
    label = rules.label(line)
    if label is None or label == found.label == "body":
        return found
    return whole_line(label, len(line))


def _metadata(lines: Sequence[str], page: Page, labels: Sequence[str], numbers: Sequence[int]) -> dict[str, Field]:
    """Values found in the lines labelled as metadata, each with the line it stood in; those below the title first."""
    found: dict[str, Field] = {}
    if page.headline >= 0:
        found["title"] = Field(value=lines[page.headline], origin=f"line {numbers[page.headline]}")
    for i in page.stated():
        if labels[i].startswith("meta/"):
            wanted = [pair for pair in page.metas[i].pairs if pair.key not in found and pair.key != "counter"]
        elif labels[i] == "chrome/legal":
            wanted = [pair for pair in page.metas[i].pairs if pair.key == "url" and "url" not in found]
        else:
            continue
        for key, value in _values(lines[i], page.spaced(i), wanted):
            found.setdefault(key, Field(value=value, origin=f"line {numbers[i]}"))
    return found


def _values(line: str, spaced: str, pairs: Sequence[Pair]) -> list[tuple[str, str]]:
    """Values of a line, by its folded view with spaces, as they stand in it; dates as YYYY-MM-DD."""
    short, offsets = shorten(line), list[int]()
    values: list[tuple[str, str]] = []
    for pair in pairs:
        if pair.end <= pair.start:
            continue
        if pair.key == "date":
            date = normalize_date(spaced[pair.start : pair.end])
            if date:
                values.append(("date", date))
        else:
            offsets = offsets or fold(short)[1]
            value = short[offsets[pair.start] : offsets[pair.end - 1] + 1]
            values.append((pair.key, tidy_name(value) if pair.key in ("author", "editor", "source") else value))
    return values


def _add_affixes(line: str, found: LineLabel, metadata: dict[str, Field], origin: str) -> None:
    """Add what affixes say of editor, source and original title."""
    for start, end, reason in found.affixes:
        key = reason.partition("/")[2].replace("-", "_")
        if reason.startswith("meta/") and key not in metadata:
            text = line[start:end].strip(" ()[]【】（）〔〕")
            value = re.split(r"[:：]", text, maxsplit=1)[-1].strip()
            if value:
                metadata[key] = Field(value=value, origin=origin)
