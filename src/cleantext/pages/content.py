"""From a verdict on every line to what stays and what goes: pieces of the source text, those of one block in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cleantext.pages.dump import LineLabel
from cleantext.pages.page import Page
from cleantext.records import Field, MainContent, Removed, later

__all__ = ["PageLines", "content_of", "page_lines"]

# Where a piece begins and ends, its block, its label.
_Part = tuple[int, int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLines:
    """The lines of a page: the text of each, its block and where it begins in the source text. Most blocks have one."""

    texts: Sequence[str]
    blocks: Sequence[int]
    starts: Sequence[int]

    def __len__(self) -> int:
        return len(self.texts)


def page_lines(page: Page) -> PageLines:
    """The lines of a page that show something, without white space around them."""
    begins, all_texts = page.arrays.starts.tolist(), page.texts
    texts = list(map(str.strip, all_texts))
    if all(texts) and page.source_text.count("\n") < len(texts) and texts == all_texts:  # each block is one line
        return PageLines(texts=texts, blocks=range(len(texts)), starts=begins)
    pairs = enumerate(zip(all_texts, texts, strict=True))
    others = [i for i, (block, text) in pairs if block != text or not text or "\n" in block]
    lines, blocks, starts, last = list[str](), list[int](), list[int](), 0
    for i in others:
        lines += texts[last:i]
        blocks += range(last, i)
        starts += begins[last:i]
        last = i + 1
        for start, text in _lines_of(all_texts[i], begins[i]):
            lines.append(text)
            blocks.append(i)
            starts.append(start)
    lines += texts[last:]
    blocks += range(last, len(texts))
    starts += begins[last:]
    return PageLines(texts=lines, blocks=blocks, starts=starts)


def _lines_of(block: str, begin: int) -> Iterator[tuple[int, str]]:
    """The lines of a block that show something, without white space around them, and where each begins."""
    for text in block.split("\n"):
        stripped = text.strip()
        if stripped:
            yield begin + text.index(stripped), stripped
        begin += len(text) + 1


def content_of(
    page: Page,
    lines: PageLines,
    verdicts: Sequence[LineLabel],
    metadata: Mapping[str, Field],
    flags: tuple[str, ...],
) -> MainContent:
    """The pieces that stay, and those that go with their reasons."""
    source, all_kinds = page.source_text, page.kinds
    kept = [part for part in _joined(lines, verdicts, _staying(lines, verdicts)) if part[3] == "body"]
    numbers = [number for _, _, number, _ in kept]
    return MainContent(
        source_text=source,
        blocks=tuple([source[start:end] for start, end, _, _ in kept]),
        kinds=tuple(map(all_kinds.__getitem__, numbers)),
        levels=tuple(page.arrays.levels[numbers].tolist()) if numbers else (),
        spans=tuple([(start, end) for start, end, _, _ in kept]),
        removed=later(lambda: _removed(source, _joined(lines, verdicts, range(len(lines))))),
        metadata=metadata,
        flags=flags,
    )


def _removed(source: str, parts: Sequence[_Part]) -> tuple[Removed, ...]:
    return tuple(
        [
            Removed(start=start, end=end, text=source[start:end], reason=label)
            for start, end, _, label in parts
            if label != "body"
        ]
    )


def _staying(lines: PageLines, verdicts: Sequence[LineLabel]) -> list[int]:
    """The lines of blocks of which something may stay: a fraction of all of them."""
    some = {block for block, verdict in zip(lines.blocks, verdicts, strict=True) if verdict.label == "body"}
    return [i for i, block in enumerate(lines.blocks) if block in some]


def _joined(lines: PageLines, verdicts: Sequence[LineLabel], numbers: Iterable[int]) -> list[_Part]:
    """The parts of the lines of some blocks, by their numbers, neighbors of one block and one label as one."""
    joined: list[_Part] = []
    last = -1
    for i in numbers:
        text, block, start, verdict = lines.texts[i], lines.blocks[i], lines.starts[i], verdicts[i]
        if not verdict.affixes:  # a label is about all of its line where nothing is cut off
            if block != last:
                joined.append((start, start + len(text), block, verdict.label))
                last = block
                continue
            parts = [(start, start + len(text), block, verdict.label)]
        else:
            parts = _cut(text, block, start, verdict)
        if block != last:
            joined += parts
            last = block
            continue
        for part in parts:
            begin, _, _, label = joined[-1]
            if label == part[3]:
                joined[-1] = (begin, part[1], block, label)
            else:
                joined.append(part)
    return joined


def _cut(line: str, block: int, begins: int, verdict: LineLabel) -> list[_Part]:
    """A line's parts that show something."""
    cuts = sorted([(verdict.start, verdict.end, verdict.label), *verdict.affixes])
    parts = []
    for (start, _, label), (end, _, _) in zip(cuts, [*cuts[1:], (len(line), 0, "")], strict=True):
        begin = 0 if start == cuts[0][0] else start
        text = line[begin:end]
        stripped = text.strip()
        if stripped:
            begin += text.index(stripped)
            parts.append((begins + begin, begins + begin + len(stripped), block, label))
    return parts
