"""Which lines of a text a stage could have anything to do in, told from single characters.

Every stage of repair names its triggers: the characters without one of which it does nothing. A flag table has a bit
for each stage at each code point; a line in which no character has one of the wanted bits is returned as it is, and no
stage sees it. Short texts are searched with a regular expression, long ones by looking the code points up in an array;
both are made of the same triggers and find the same lines.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Ease", "FlagTable", "members", "ranges"]

# Characters from which on the array is faster than the regular expression, and worth loading numpy for.
_LONG = 1_024
# Characters looked up at a time: their code points and flags stay in the second-level cache.
_BLOCK = 1 << 15

_RANGE = re.compile("(.)-(.)|(.)", re.DOTALL)

# The bits of everyday characters and of the line end, and where the characters end that never are at ease.
_EASY, _LINE_END, _LATIN = 0x80, 0x40, 0x100
# Triggers are looked for by so many characters at a time, and in those that hold one by single ones.
_WORD = 8
# From a position to the next trigger at or after it, -1 where there is none.
_Find = Callable[[int], int]
# From an end to the bits of all triggers between the one found last and there, or to more bits.
_Bits = Callable[[int], int]


def members(triggers: str) -> Iterator[tuple[int, int]]:
    """First and last code point of every range of a character class such as `a-z&`; `-` only stands for a range."""
    for first, last, single in _RANGE.findall(triggers):
        yield (ord(first), ord(last)) if first else (ord(single), ord(single))


def ranges(codes: Iterable[int]) -> str:
    """The character class that holds `codes`: what `members` reads. None of them may mean something in a class."""
    found: list[list[int]] = []
    for code in sorted(codes):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(chr(low) if low == high else f"{chr(low)}-{chr(high)}" for low, high in found)


class Ease(NamedTuple):
    """When the triggers of a stage mean nothing: those beyond Latin-1 with at least `enough` of the `everyday`
    characters among the four beside them. The stage itself must find nothing in a line of such alone."""

    stage: str
    everyday: Callable[[], frozenset[str]]
    enough: int


class FlagTable:
    """The triggers of up to six stages; `bits` has the bit of each by name. `ease` saves looks at long texts."""

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
        for start, end, _ in self.flagged_lines(text, wanted):
            yield start, end

    def flagged_lines(self, text: str, wanted: int) -> Iterator[tuple[int, int, int]]:
        """`lines`, each with the bits of all stages that may have anything to do there."""
        start, size = 0, len(text)
        find, bits = self._finders(text, wanted)
        while start < size and (hit := find(start)) >= 0:
            start = text.rfind("\n", start, hit) + 1 or start
            end = text.find("\n", hit)
            if end < 0:
                end = size
            yield start, end, bits(end)
            start = end + 1

    def _finders(self, text: str, wanted: int) -> tuple[_Find, _Bits]:
        if len(text) < _LONG:
            return self._searcher(text, wanted), lambda _: wanted
        blocks = _Blocks(text, self, wanted)
        return blocks.find, blocks.bits_until

    def _searcher(self, text: str, wanted: int) -> _Find:
        pattern = self._patterns.get(wanted)
        if pattern is None:
            chars = "".join(triggers for name, triggers in self._triggers.items() if self.bits[name] & wanted)
            pattern = self._patterns[wanted] = re.compile(f"[{chars}]" if chars else "(?!)")
        search = pattern.search
        return lambda position: match.start() if (match := search(text, position)) else -1

    @cached_property
    def table(self) -> npt.NDArray[np.uint8]:
        """The bits of every code point, 0x80 for everyday characters, 0x40 for the line end: uint8[0x110000]."""
        import numpy as np  # noqa: PLC0415 - only long texts need it

        table = np.zeros(0x110000, dtype=np.uint8)
        for name, triggers in self._triggers.items():
            for low, high in members(triggers):
                table[low : high + 1] |= self.bits[name]
        table[ord("\n")] |= _LINE_END
        if self.ease:
            table[[ord(char) for char in self.ease.everyday()]] |= _EASY
        return table

    @staticmethod
    def hits(flags: npt.NDArray[np.uint8], wanted: int) -> npt.NDArray[np.int64]:
        """Where in a stretch of characters, of all their `flags`, those with one of the `wanted` bits are."""
        import numpy as np  # noqa: PLC0415 - only long texts need it

        masked = np.zeros((-(-flags.size // _WORD), _WORD), dtype=np.uint8)
        np.bitwise_and(flags, np.uint8(wanted), out=masked.reshape(-1)[: flags.size])
        words = masked.view(np.uint64)[:, 0].nonzero()[0]
        number, place = masked[words].nonzero()
        return words[number] * _WORD + place

    def at_ease(self, flags: npt.NDArray[np.uint8], hits: npt.NDArray[np.int64], wanted: int) -> npt.NDArray[np.bool_]:
        """Which of the `hits` in a stretch of characters, of all their `flags`, mean nothing."""
        import numpy as np  # noqa: PLC0415 - only long texts need it

        if not self.ease or not wanted & self.bits[self.ease.stage]:
            return np.zeros(hits.size, dtype=np.bool_)
        padded = np.zeros(flags.size + 4, dtype=np.uint8)
        padded[2:-2] = flags
        beside = np.zeros(hits.size, dtype=np.uint8)
        for near, next_but_one in ((1, 0), (3, 4)):
            beside += padded[hits + near] >> 7
            beside += (padded[hits + next_but_one] >> 7) & ((padded[hits + near] & _LINE_END) == 0)
        found: npt.NDArray[np.bool_] = (beside >= self.ease.enough) & (
            flags[hits] & wanted == self.bits[self.ease.stage]
        )
        return found


class _Blocks:
    """The triggers of a long text, found a block at a time."""

    def __init__(self, text: str, table: FlagTable, wanted: int) -> None:
        self._text, self._table, self._wanted = text, table, wanted
        self._end = 0  # of the last block looked at
        self._start = self._number = 0  # of that block, and of the trigger last found in it
        self._hits: list[int] = []  # where the triggers in it are, from its start on
        self._bits = b""  # and the wanted bits of each

    def find(self, position: int) -> int:
        """The first trigger at or after `position`, or -1. Positions must not go back behind the last answer."""
        if position < self._end:
            number = bisect_left(self._hits, position - self._start, self._number)
            if number < len(self._hits):
                self._number = number
                return self._start + self._hits[number]
        return self._look(max(position, self._end))

    def bits_until(self, end: int) -> int:
        """The wanted bits of the triggers from the last found to `end`; all bits where their block ends before it."""
        if end > self._end:
            return self._wanted
        stop = bisect_left(self._hits, end - self._start, self._number)
        return reduce(or_, set(self._bits[self._number : stop]))

    def _look(self, position: int) -> int:
        """The first trigger of the first block from `position` on that has one."""
        from cleantext.folding import code_points  # noqa: PLC0415 - brings numpy

        size = len(self._text)
        while position < size:
            codes = code_points(self._text[position : position + _BLOCK])
            flags = self._table.table.take(codes, mode="clip")
            hits = self._table.hits(flags, self._wanted)
            if hits.size:
                hits = hits[(codes[hits] < _LATIN) | ~self._table.at_ease(flags, hits, self._wanted)]
            if hits.size:
                self._hits, self._number = hits.tolist(), 0
                self._bits = (flags[hits] & self._wanted).tobytes()
                self._start, self._end = position, position + len(flags)
                return position + self._hits[0]
            position += _BLOCK
        self._end = size
        self._hits = []
        return -1
