"""From a verdict on every line to what stays and what goes: pieces of the source text, those of one block in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cleantext.pages.dump import LineLabel
from cleantext.pages.page import Page
from cleantext.records import Field, MainContent, Removed

__all__ = ["PageLine", "content_of", "page_lines"]

# Where a piece begins and ends, its block, its label.
_Part = tuple[int, int, int, str]


@dataclass(slots=True)
class PageLine:
    """A line of a block: most blocks have one. `number` counts from 1."""

    number: int
    block: int
    start: int
    text: str


def page_lines(page: Page) -> list[PageLine]:
    """The lines of a page that show something, without white space around them."""
    lines: list[PageLine] = []
    for i, (begin, block) in enumerate(zip(page.arrays.starts.tolist(), page.texts, strict=True)):
        position = begin
        for text in block.split("\n") if "\n" in block else (block,):
            stripped = text.strip()
            if stripped:
                start = position + (text.index(stripped) if len(stripped) < len(text) else 0)
                lines.append(PageLine(len(lines) + 1, i, start, stripped))
            position += len(text) + 1
    return lines


def content_of(
    page: Page,
    lines: Sequence[PageLine],
    verdicts: Sequence[LineLabel],
    metadata: Mapping[str, Field],
    flags: tuple[str, ...],
) -> MainContent:
    """The pieces that stay, and those that go with their reasons."""
    source, all_kinds, all_levels = page.source_text, page.kinds, page.arrays.levels
    blocks, kinds, levels, spans, removed = [], [], [], [], []
    for start, end, number, label in _joined(lines, verdicts):
        if label == "body":
            blocks.append(source[start:end])
            kinds.append(all_kinds[number])
            levels.append(int(all_levels[number]))
            spans.append((start, end))
        else:
            removed.append(Removed(start=start, end=end, text=source[start:end], reason=label))
    return MainContent(
        source_text=source,
        blocks=tuple(blocks),
        kinds=tuple(kinds),
        levels=tuple(levels),
        spans=tuple(spans),
        removed=tuple(removed),
        metadata=metadata,
        flags=flags,
    )


def _joined(lines: Sequence[PageLine], verdicts: Sequence[LineLabel]) -> Iterator[_Part]:
    """The parts of all lines in order, neighbors of one block and one label as one."""
    last: _Part | None = None
    for line, verdict in zip(lines, verdicts, strict=True):
        if verdict.affixes:
            parts = _cut(line, verdict)
        else:  # a label is about all of its line where nothing is cut off
            parts = [(line.start, line.start + len(line.text), line.block, verdict.label)]
        for part in parts:
            if last and last[2] == part[2] and last[3] == part[3]:
                last = (last[0], part[1], part[2], part[3])
            else:
                if last:
                    yield last
                last = part
    if last:
        yield last


def _cut(line: PageLine, verdict: LineLabel) -> list[_Part]:
    """A line's parts that show something."""
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
