"""The stored texts that new ones are compared with, read as they are asked for and held as long as there is room."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from cleantext.dedup.arithmetic import arithmetic
from cleantext.dedup.bodies import Body
from cleantext.dedup.shingle import MatchTexts, Rule
from cleantext.dedup.stores.base import Session, Stored

__all__ = ["Earlier", "ShingleCache"]

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

# Characters of stored documents, and shingles, that are held for a batch.
_CHARACTERS, _SHINGLES = 1 << 24, 1 << 24


class Earlier:
    """Stored documents by the numbers they own."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bodies: dict[int, Body] = {}
        self._owners: dict[int, Stored] = {}
        self._characters = 0

    def read(self, numbers: I64) -> None:
        """Read the documents that own `numbers`, which ascend."""
        missing = [number for number in numbers.tolist() if number not in self._owners]
        if not missing:
            return
        place = 0
        for record in self._session.covering(np.array(missing, dtype=np.int64)):
            self._hold(record)
            while place < len(missing) and missing[place] < record.end:
                if missing[place] >= record.number:
                    self._owners[missing[place]] = record
                place += 1

    def _hold(self, record: Stored) -> Body:
        body = self._bodies.get(record.number)
        if body is None:
            body = Body(record.document_id, record.body)
            self._characters += body.characters
            if self._characters > _CHARACTERS:
                self._bodies.clear()
                self._owners.clear()
                self._characters = body.characters
            self._bodies[record.number] = body
        return body

    def at(self, number: int) -> tuple[Stored, Body] | None:
        """The record that owns `number` and its body, None where nobody owns it."""
        if number not in self._owners:
            self.read(np.array([number], dtype=np.int64))
        record = self._owners.get(number)
        return None if record is None else (record, self._hold(record))

    def text(self, number: int) -> MatchTexts:
        """The match text at `number`, of a document or a paragraph; an empty one where nobody owns it."""
        found = self.at(number)
        if found is None:
            return MatchTexts(np.empty(0, np.uint32), np.zeros(2, dtype=np.int64), np.empty(0, np.bool_))
        record, body = found
        place = number - record.number - 1
        return body.whole if place < 0 else body.text(place)


class ShingleCache:
    """The sets of shingles of stored texts, by number."""

    def __init__(self, earlier: Earlier, rule: Rule, work: int) -> None:
        self._earlier, self._rule, self._work = earlier, rule, work
        self._sets: dict[int, U64] = {}
        self._held = 0

    def prepare(self, numbers: Iterable[int]) -> None:
        """Make the sets of `numbers` together, as far as there is room."""
        wanted = np.unique(np.fromiter((one for one in numbers if one not in self._sets), np.int64))
        for begin in range(0, wanted.size, 1024):
            if self._held > _SHINGLES:
                return
            part = wanted[begin : begin + 1024]
            self._earlier.read(part)
            texts = MatchTexts.joined([self._earlier.text(one) for one in part.tolist()])
            for number, own in zip(part.tolist(), sets_of(texts, self._rule, self._work), strict=True):
                self._sets[number] = own
                self._held += own.size

    def get(self, number: int) -> U64:
        """The set of the text at `number`, ascending."""
        if number not in self._sets:
            if self._held > _SHINGLES:
                self._sets.clear()
                self._held = 0
            (self._sets[number],) = sets_of(self._earlier.text(number), self._rule, self._work)
            self._held += self._sets[number].size
        return self._sets[number]


def sets_of(texts: MatchTexts, rule: Rule, work: int) -> list[U64]:
    """The set of shingle hashes of each of `texts`, ascending."""
    numbers = arithmetic(max(work, texts.codes.size))
    values, offsets = numbers.shingle_sets(texts.codes, *numbers.units(texts.begins, texts.offsets), rule.size)
    return np.split(values, offsets[1:-1])
