"""Which lines of a text a stage could have anything to do in, told from single characters.

Every stage of repair names its triggers: the characters without one of which it does nothing. A flag table has a bit
for each stage at each code point; a line in which no character has one of the wanted bits is returned as it is, and no
stage sees it. Short texts are searched with a regular expression, long ones by looking the code points up in an array;
both are made of the same triggers and find the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Ease", "FlagTable", "members"]

# Characters from which on the array is faster than the regular expression, and worth loading numpy for.
_LONG = 1_024
# Characters looked up at a time: their code points and flags stay in the second-level cache.
_BLOCK = 1 << 15

_RANGE = re.compile("(.)-(.)|(.)", re.DOTALL)

# The bit of everyday characters, and where those that never are at ease end.
_EASY, _LATIN = 0x80, 0x100
# From a position to the next trigger at or after it, -1 where there is none.
_Find = Callable[[int], int]


def members(triggers: str) -> Iterator[tuple[int, int]]:
    """First and last code point of every range of a character class such as `a-z&`; `-` only stands for a range."""
    for first, last, single in _RANGE.findall(triggers):
        yield (ord(first), ord(last)) if first else (ord(single), ord(single))


class Ease(NamedTuple):
    """When the triggers of a stage mean nothing: those beyond Latin-1 with at least `enough` of the `everyday`
    characters among the four beside them. The stage itself must find nothing in a line of such alone."""

    stage: str
    everyday: frozenset[str]
    enough: int


class FlagTable:
    """The triggers of up to seven stages; `bits` has the bit of each by name. `ease` saves looks at long texts."""

    def __init__(self, triggers: Mapping[str, str], ease: Ease | None = None) -> None:
        self.ease = ease
        self.bits = {name: 1 << number for number, name in enumerate(triggers)}
        self._triggers = dict(triggers)
        self._patterns: dict[int, re.Pattern[str]] = {}  # by wanted bits: at most 2 ** len(triggers)

    def flags(self, char: str) -> int:
        """The bits of one character, by the plain definition."""
        return sum(
            self.bits[name]
            for name, triggers in self._triggers.items()
            if any(low <= ord(char) <= high for low, high in members(triggers))
        )

    def lines(self, text: str, wanted: int) -> Iterator[tuple[int, int]]:
        r"""Start and end, in order, of the lines of `text` (parts between `\n`) that hold a trigger in `wanted`."""
        start, size = 0, len(text)
        find = _Blocks(text, self, wanted).find if size >= _LONG else self._searcher(text, wanted)
        while start < size and (hit := find(start)) >= 0:
            start = text.rfind("\n", start, hit) + 1 or start
            end = text.find("\n", hit)
            if end < 0:
                end = size
            yield start, end
            start = end + 1

    def _searcher(self, text: str, wanted: int) -> _Find:
        pattern = self._patterns.get(wanted)
        if pattern is None:
            chars = "".join(triggers for name, triggers in self._triggers.items() if self.bits[name] & wanted)
            pattern = self._patterns[wanted] = re.compile(f"[{chars}]" if chars else "(?!)")
        search = pattern.search
        return lambda position: match.start() if (match := search(text, position)) else -1

    @cached_property
    def table(self) -> npt.NDArray[np.uint8]:
        """The bits of every code point, and 0x80 for everyday characters: uint8[0x110000]."""
        import numpy as np  # noqa: PLC0415 - only long texts need it

        table = np.zeros(0x110000, dtype=np.uint8)
        for name, triggers in self._triggers.items():
            for low, high in members(triggers):
                table[low : high + 1] |= self.bits[name]
        if self.ease:
            table[[ord(char) for char in self.ease.everyday]] |= _EASY
        return table

    def at_ease(self, flags: npt.NDArray[np.uint8], hits: npt.NDArray[np.int64], wanted: int) -> npt.NDArray[np.bool_]:
        """Which of the `hits` in a stretch of characters, of all their `flags`, mean nothing."""
        import numpy as np  # noqa: PLC0415 - only long texts need it

        if not self.ease or not wanted & self.bits[self.ease.stage]:
            return np.zeros(hits.size, dtype=np.bool_)
        easy = np.zeros(flags.size + 4, dtype=np.uint8)
        easy[2:-2] = flags >> 7
        beside = easy[hits] + easy[hits + 1] + easy[hits + 3] + easy[hits + 4]
        found: npt.NDArray[np.bool_] = (beside >= self.ease.enough) & (
            flags[hits] & wanted == self.bits[self.ease.stage]
        )
        return found


class _Blocks:
    """The triggers of a long text, found a block at a time."""

    def __init__(self, text: str, table: FlagTable, wanted: int) -> None:
        self._text, self._table, self._wanted = text, table, wanted
        self._end = 0  # of the last block looked at
        self._hits: npt.NDArray[np.int64] | None = None  # the triggers in it, from its start on
        self._start = 0

    def find(self, position: int) -> int:
        """The first trigger at or after `position`, or -1. Positions must not go back behind the last answer."""
        if self._hits is not None and position < self._end:
            number = int(self._hits.searchsorted(position - self._start))
            if number < len(self._hits):
                return self._start + int(self._hits[number])
        return self._look(max(position, self._end))

    def _look(self, position: int) -> int:
        """The first trigger of the first block from `position` on that has one."""
        from cleantext.folding import code_points  # noqa: PLC0415 - brings numpy

        size = len(self._text)
        while position < size:
            codes = code_points(self._text[position : position + _BLOCK])
            flags = self._table.table.take(codes, mode="clip")
            hits = (flags & self._wanted).nonzero()[0]
            if hits.size:
                hits = hits[(codes[hits] < _LATIN) | ~self._table.at_ease(flags, hits, self._wanted)]
            if hits.size:
                self._hits = hits
                self._start, self._end = position, position + len(flags)
                return position + int(hits[0])
            position += _BLOCK
        self._end = size
        self._hits = None
        return -1
