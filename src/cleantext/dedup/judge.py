"""Texts against all that an index kept before: exact, near, or contained.

The texts of a batch are looked up together and then walked in order. One that stays is *posted*: those after it are
compared with it as if it were stored, so that a batch gives the answers that one call for each text would give.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleantext.dedup.desk import Desk
from cleantext.dedup.earlier import Earlier, ShingleCache, sets_of
from cleantext.dedup.shingle import MatchTexts
from cleantext.dedup.stores.base import Posting, Session, Stored
from cleantext.dedup.terms import Level

__all__ = ["Found", "Judge"]

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

# Candidates of one text that are compared with it: those with the most bands in common, and with the most anchors.
_NEAR, _AROUND = 128, 16
# Stored texts whose shingles are made together before a batch is walked.
_PREPARED = 1 << 16


@dataclass(frozen=True, slots=True)
class Found:
    """An earlier text, by number, that verified."""

    number: int
    kind: str
    score: float
    jaccard: float
    containment: float


class Judge:
    """The texts of a batch at one level, against stored ones and those of the batch that were posted."""

    def __init__(
        self,
        level: Level,
        texts: MatchTexts,
        session: Session,
        earlier: Earlier,
        *,
        work: int,
        ignored: Sequence[Stored] = (),
    ) -> None:
        self.level, self.texts = level, texts
        self._earlier, self._work = earlier, work
        self.terms = level.terms(texts, work)
        places, numbers = session.find(self.terms)
        for one in ignored:
            stays = (numbers < one.number) | (numbers >= one.end)
            places, numbers = places[stays], numbers[stays]
        self._desk = Desk(self.terms, places, numbers, texts.offsets.size - 1)
        self._own: dict[int, U64] = {}
        self._sets = ShingleCache(earlier, level.rule, work)
        self._text_of: dict[int, int] = {}
        self.unverified = 0
        self._prepare()

    def _prepare(self) -> None:
        """Make the sets of shingles that will be asked for, together."""
        texts, numbers = self._desk.likely()
        sets = sets_of(self.texts.take(texts), self.level.rule, self._work) if texts.size else []
        self._own = dict(zip(texts.tolist(), sets, strict=True))
        self._sets.prepare(numbers[:_PREPARED].tolist())

    def match(self, text: int) -> Found | None:
        """The earlier text that `text` repeats, if there is one: an equal one, the most similar, or one around it."""
        return next(iter(self.matches(text)), None)

    def matches(self, text: int) -> list[Found]:
        """The earlier texts that `text` repeats as exact or near, the best first; or else the one it stands in."""
        if self._desk.lonely(text):
            return []
        equal = [number for number in sorted(self._desk.equal(text)) if self._equal(text, number)]
        met = self._desk.banded(text)
        for number in equal:
            met.pop(number, None)
        near = _most(met, _NEAR)
        self.unverified += len(met) - len(near)
        around = [] if equal or not self.level.contains else _most(self._desk.anchored(text), _AROUND)
        exact = [Found(number, "exact", 1.0, 1.0, 1.0) for number in equal]
        candidates = list(dict.fromkeys([*near, *around]))
        return [*exact, *self._alike(text, candidates, exact=bool(exact))] if candidates else exact

    def _equal(self, text: int, number: int) -> bool:
        own = self.texts.codes[self.texts.offsets[text] : self.texts.offsets[text + 1]]
        if number in self._text_of:
            place = self._text_of[number]
            return np.array_equal(own, self.texts.codes[self.texts.offsets[place] : self.texts.offsets[place + 1]])
        return np.array_equal(own, self._earlier.text(number).codes)

    def _alike(self, text: int, candidates: list[int], *, exact: bool) -> list[Found]:
        """Those of `candidates` that verify as near, or else the one around the text, if nothing is `exact`."""
        own, others = self._set(text), [self._set_at(number) for number in candidates]
        sizes = np.array([other.size for other in others])
        rows = (np.array(candidates), _shared(own, others), sizes)
        found = self._near(own.size, *rows)
        return found if found or exact or not self.level.contains else self._around(own.size, *rows)

    def _near(self, own: int, numbers: I64, shared: I64, sizes: I64) -> list[Found]:
        """The near ones, the most similar first, then the earliest."""
        jaccard = shared / np.maximum(own + sizes - shared, 1)
        if jaccard.max() < self.level.config.threshold:
            return []
        order = np.lexsort((numbers, -jaccard))
        order = order[jaccard[order] >= self.level.config.threshold]
        share = shared / np.maximum(np.minimum(own, sizes), 1)
        rows = (numbers[order].tolist(), jaccard[order].tolist(), share[order].tolist())
        return [Found(number, "near", score, score, inside) for number, score, inside in zip(*rows, strict=True)]

    def _around(self, own: int, numbers: I64, shared: I64, sizes: I64) -> list[Found]:
        """The one that holds the most of the text, then the longest, then the earliest."""
        share = np.where(sizes >= own, shared / max(own, 1), 0.0)
        minimum = self.level.config.containment
        if minimum is None or share.max() < minimum:
            return []
        best = int(np.lexsort((numbers, -sizes, -share))[0])
        score, jaccard = float(share[best]), float(shared[best] / max(own + sizes[best] - shared[best], 1))
        return [Found(int(numbers[best]), "contained", score, jaccard, score)]

    def _set(self, text: int) -> U64:
        if text not in self._own:
            (self._own[text],) = sets_of(self.texts.slice(text, text + 1), self.level.rule, self._work)
        return self._own[text]

    def _set_at(self, number: int) -> U64:
        return self._set(self._text_of[number]) if number in self._text_of else self._sets.get(number)

    def post(self, text: int, number: int) -> None:
        """From now on `text` is among the earlier ones, under `number`."""
        self._text_of[number] = text
        self._desk.post(text, number)

    def withdraw(self, texts: range) -> None:
        """Take back the last postings, those of `texts`."""
        for text in texts:
            number = self._desk.withdraw(text)
            self._text_of.pop(number, None)

    def posting(self) -> Posting:
        """All that was posted, for the store."""
        return self._desk.posting()


def _most(counted: Counter[int], most: int) -> list[int]:
    """The numbers counted most often, the earliest of equals first, up to `most`."""
    if len(counted) <= 1:
        return list(counted)
    return sorted(counted, key=lambda number: (-counted[number], number))[:most]


def _shared(own: U64, others: list[U64]) -> I64:
    """How many values each of `others` shares with `own`; all ascend."""
    values = np.concatenate(others)
    places = np.searchsorted(own, values)
    same = own[np.minimum(places, own.size - 1)] == values
    sums = np.zeros(values.size + 1, dtype=np.int64)
    np.cumsum(same, out=sums[1:])
    ends = np.cumsum([other.size for other in others])
    found: I64 = np.diff(sums[ends], prepend=0)
    return found
