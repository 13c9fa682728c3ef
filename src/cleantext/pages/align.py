"""Find an extractor's text again in the blocks of the page it came from.

Extractors join, split, reorder and repeat what they keep; letters and digits survive. So their text and the page's are
compared without anything else, piece by piece, each piece where the last one ended or else through an index of the
page: in time linear in both, whatever they hold.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

__all__ = ["align", "bare"]

_SIGNS = re.compile(r"[\W_]+")
# Characters of an anchor: where a piece of an extractor's text is looked for in the page when it is not next in line.
_ANCHOR = 8


def bare(text: str) -> str:
    """The letters and digits of `text`."""
    return text if text.isalnum() else _SIGNS.sub("", text)


def align(
    blocks: Sequence[str], pieces: Sequence[str], others: Sequence[str] = ()
) -> tuple[tuple[float, ...], tuple[float, ...], int]:
    """The share of each block's letters and digits that `pieces` cover; that `others` cover; how many are in no block.

    Linear: a piece is looked for where the last one ended, else through an index of every eighth position; a match
    runs as far as the letters and digits are equal, across blocks. Repeated text is matched in order.
    """
    texts = [bare(block) for block in blocks]
    aligner = _Aligner(texts)
    unaligned = sum(aligner.place(bare(piece)) for piece in pieces)
    shares = aligner.shares(texts)
    aligner.restart()
    unaligned += sum(aligner.place(bare(piece)) for piece in others)
    return shares, aligner.shares(texts), unaligned


class _Aligner:
    def __init__(self, texts: Sequence[str]) -> None:
        self.text = "".join(texts)
        self.covered = bytearray(len(self.text))
        self._cursor = 0
        self._anchors: dict[str, list[int]] = {}
        for position in range(0, len(self.text) - _ANCHOR + 1, _ANCHOR):
            self._anchors.setdefault(self.text[position : position + _ANCHOR], []).append(position)
        self._whole: dict[str, list[int]] = {}
        position = 0
        for text in texts:
            if 0 < len(text) < 2 * _ANCHOR:
                self._whole.setdefault(text, []).append(position)
            position += len(text)

    def restart(self) -> None:
        """Forget what was covered."""
        self.covered = bytearray(len(self.text))
        self._cursor = 0

    def shares(self, texts: Sequence[str]) -> tuple[float, ...]:
        """How much of each text is covered; one of signs alone goes the way of the one before it."""
        shares, position, last = [], 0, 0.0
        for text in texts:
            if text:
                last = self.covered.count(1, position, position + len(text)) / len(text)
            shares.append(last)
            position += len(text)
        return tuple(shares)

    def place(self, piece: str) -> int:
        """Cover what `piece` matches; the number of its characters that match nothing."""
        at = missing = 0
        while at < len(piece):
            length = self._common(piece, at, self._cursor)
            if length >= min(_ANCHOR, len(piece) - at):
                self._cover(self._cursor, length)
                at += length
                continue
            found = self._find(piece, at)
            if found is None:
                missing += len(piece) - at
                break
            start, position = found
            missing += start - at
            length = self._common(piece, start, position)
            self._cover(position, length)
            at = start + length
        return missing

    def _find(self, piece: str, at: int) -> tuple[int, int] | None:
        """Where in `piece` from `at` on, and where in the page, the next match begins."""
        if at == 0 and len(piece) < 2 * _ANCHOR and (places := self._whole.get(piece)):
            return 0, self._nearest(places)
        best, tries = (0, False, 0, 0, 0), _ANCHOR
        for start in range(at, len(piece) - _ANCHOR + 1):
            if best[0] and not (tries := tries - 1):
                break
            if places := self._anchors.get(piece[start : start + _ANCHOR]):
                best = max(best, self._match(piece, at, start, self._nearest(places)))
        return (best[3], best[4]) if best[0] else None

    def _match(self, piece: str, at: int, start: int, position: int) -> tuple[int, bool, int, int, int]:
        """The match through an anchor, led back as far as it goes: how good it is, and where it begins in both.

        The longest is best, then one that lies ahead, then the nearest.
        """
        length = self._common(piece, start, position)
        while start > at and position > 0 and piece[start - 1] == self.text[position - 1]:
            start, position, length = start - 1, position - 1, length + 1
        return length, position >= self._cursor, -abs(position - self._cursor), start, position

    def _nearest(self, places: list[int]) -> int:
        """The first of `places` not yet passed, else the first that is not covered, of the first few."""
        i = bisect_left(places, self._cursor)
        if i < len(places):
            return places[i]
        return next((place for place in places[:_ANCHOR] if not self.covered[place]), places[0])

    def _common(self, piece: str, at: int, position: int) -> int:
        length, step = 0, 32
        while step and at + length < len(piece) and position + length < len(self.text):
            if piece[at + length : at + length + step] == self.text[position + length : position + length + step]:
                length = min(length + step, len(piece) - at, len(self.text) - position)
            elif step > 1:
                step //= 2
            else:
                break
        return length

    def _cover(self, position: int, length: int) -> None:
        self.covered[position : position + length] = b"\x01" * length
        self._cursor = position + length
