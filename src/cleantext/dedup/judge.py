"""Texts against all that an index kept before: exact, near, or contained.

The texts of a batch are looked up together and then walked in order. One that stays is *posted*: those after it are
compared with it as if it were stored, so that a batch gives the answers that one call for each text would give.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cleantext.dedup.earlier import Earlier, ShingleCache, sets_of
from cleantext.dedup.shingle import MatchTexts
from cleantext.dedup.stores.base import ANCHOR, BAND, BUCKET_LIMIT, EXACT, Posting, Session, Stored
from cleantext.dedup.terms import Level

__all__ = ["Found", "Judge"]

# By role, the numbers that have keys in common with a text, and how many.
_Met: TypeAlias = tuple[Counter[int], Counter[int], Counter[int]]

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

# Candidates of one text that are compared with it: those with the most bands in common, and with the most anchors.
_NEAR, _AROUND = 128, 16
# The share of a text's anchors that one it may stand in must have.
_SHARED = 3 / 8
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
        self._met = _Candidates.of(self.terms.text[places], self.terms.role[places], numbers)
        self._holders = np.bincount(places, minlength=self.terms.keys.size)
        self._open = np.zeros(self.terms.keys.size, dtype=np.bool_)
        self._sets = ShingleCache(earlier, level.rule, work)
        self._own: dict[int, U64] = {}
        self._order = np.argsort(self.terms.text, kind="stable")
        self._starts = np.searchsorted(self.terms.text[self._order], np.arange(texts.offsets.size))
        # Keys that several texts of the batch have, and who was posted under them.
        self._common = _repeated(self.terms.keys)
        self._posted: dict[int, list[int]] = {}
        self._text_of: dict[int, int] = {}
        self._numbers = np.full(texts.offsets.size - 1, -1, dtype=np.int64)
        self.unverified = 0
        self._sets.prepare(self._met.likely(_NEAR + _AROUND)[:_PREPARED].tolist())

    def _places(self, text: int) -> I64:
        return self._order[self._starts[text] : self._starts[text + 1]]

    def match(self, text: int) -> Found | None:
        """The earlier text that `text` repeats, if there is one: an equal one, the most similar, or one around it."""
        return next(iter(self.matches(text)), None)

    def matches(self, text: int) -> list[Found]:
        """The earlier texts that `text` repeats as exact or near, the best first; or else the one it stands in."""
        places = self._places(text)
        if not places.size:
            return []
        met = self._met.of_text(text)
        common = places[self._common[places]].tolist()
        for place in common:
            for number in self._posted.get(int(self.terms.keys[place]), ()):
                met[int(self.terms.role[place])][number] += 1
        if not any(met):
            return []
        equal = [number for number in sorted(met[EXACT]) if self._equal(text, number)]
        for number in equal:
            met[BAND].pop(number, None)
        exact = [Found(number, "exact", 1.0, 1.0, 1.0) for number in equal]
        return exact if exact and not met[BAND] else [*exact, *self._alike(text, met, places, bool(exact))]

    def _equal(self, text: int, number: int) -> bool:
        own = self.texts.codes[self.texts.offsets[text] : self.texts.offsets[text + 1]]
        return np.array_equal(own, self._text(number).codes)

    def _text(self, number: int) -> MatchTexts:
        if number in self._text_of:
            place = self._text_of[number]
            return self.texts.slice(place, place + 1)
        return self._earlier.text(number)

    def _alike(self, text: int, met: _Met, places: I64, exact: bool) -> list[Found]:
        """Those of `met` that verify as near, or else the one around it, if nothing is `exact`."""
        near, around = _most(met[BAND], _NEAR), []
        self.unverified += len(met[BAND]) - len(near)
        if met[ANCHOR] and not exact:
            anchors = places[self.terms.role[places] == ANCHOR]
            least = max(1.0, _SHARED * sum(self._count(place) < BUCKET_LIMIT for place in anchors.tolist()))
            around = [number for number in _most(met[ANCHOR], _AROUND) if met[ANCHOR][number] >= least]
        candidates = list(dict.fromkeys([*near, *around]))
        if not candidates:
            return []
        own, others = self._set(text), [self._set_at(number) for number in candidates]
        sizes = np.array([other.size for other in others])
        rows = (np.array(candidates), _shared(own, others), sizes)
        found = self._near(own.size, *rows)
        if found or exact or not self.level.contains:
            return found
        return self._around(own.size, *rows)

    def _near(self, own: int, numbers: I64, shared: I64, sizes: I64) -> list[Found]:
        """The near ones, the most similar first, then the earliest."""
        jaccard = shared / np.maximum(own + sizes - shared, 1)
        order = np.lexsort((numbers, -jaccard))
        order = order[jaccard[order] >= self.level.config.threshold]
        share = shared / np.maximum(np.minimum(own, sizes), 1)
        rows = (numbers[order].tolist(), jaccard[order].tolist(), share[order].tolist())
        return [Found(number, "near", score, score, inside) for number, score, inside in zip(*rows, strict=True)]

    def _around(self, own: int, numbers: I64, shared: I64, sizes: I64) -> list[Found]:
        """The one that holds the most of the text, then the longest, then the earliest."""
        share = np.where(sizes >= own, shared / max(own, 1), 0.0)
        best = int(np.lexsort((numbers, -sizes, -share))[0])
        minimum = self.level.config.containment
        if minimum is None or share[best] < minimum:
            return []
        score, jaccard = float(share[best]), float(shared[best] / max(own + sizes[best] - shared[best], 1))
        return [Found(int(numbers[best]), "contained", score, jaccard, score)]

    def _count(self, place: int) -> int:
        """How many have the key at `place`, stored or posted."""
        posted = self._posted.get(int(self.terms.keys[place]), ()) if self._common[place] else ()
        return int(self._holders[place]) + len(posted)

    def _set(self, text: int) -> U64:
        if text not in self._own:
            (self._own[text],) = sets_of(self.texts.slice(text, text + 1), self.level.rule, self._work)
        return self._own[text]

    def _set_at(self, number: int) -> U64:
        return self._set(self._text_of[number]) if number in self._text_of else self._sets.get(number)

    def post(self, text: int, number: int) -> None:
        """From now on `text` is among the earlier ones, under `number`."""
        self._numbers[text] = number
        self._text_of[number] = text
        places = self._places(text)
        self._open[places] = self._holders[places] < BUCKET_LIMIT
        for place in places[self._common[places]].tolist():
            self._open[place] = self._count(place) < BUCKET_LIMIT
            if self._open[place]:
                self._posted.setdefault(int(self.terms.keys[place]), []).append(number)

    def withdraw(self, texts: range) -> None:
        """Take back the last postings, those of `texts`."""
        for text in texts:
            number = int(self._numbers[text])
            if number < 0:
                continue
            for place in self._places(text).tolist():
                if self._open[place] and self._common[place]:
                    self._posted[int(self.terms.keys[place])].remove(number)
                self._open[place] = False
            self._numbers[text] = -1
            del self._text_of[number]

    def posting(self) -> Posting:
        """All that was posted, for the store."""
        return Posting(self.terms, self._numbers, self._open)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """For every text and role, the stored numbers that have keys in common with it, and how many."""

    text: I64
    role: npt.NDArray[np.uint8]
    number: I64
    count: I64

    @classmethod
    def of(cls, text: I64, role: npt.NDArray[np.uint8], number: I64) -> _Candidates:
        """The table of such triples, counted."""
        order = np.lexsort((number, role, text))
        text, role, number = text[order], role[order], number[order]
        fresh = np.ones(text.size, dtype=np.bool_)
        fresh[1:] = (np.diff(text) != 0) | (role[1:] != role[:-1]) | (np.diff(number) != 0)
        firsts = np.flatnonzero(fresh)
        return cls(text[firsts], role[firsts], number[firsts], np.diff(np.append(firsts, text.size)))

    def of_text(self, text: int) -> _Met:
        """The numbers met by `text`, by role."""
        found: _Met = (Counter(), Counter(), Counter())
        begin, end = np.searchsorted(self.text, (text, text + 1)).tolist()
        if begin < end:
            part = slice(begin, end)
            rows = (self.role[part].tolist(), self.number[part].tolist(), self.count[part].tolist())
            for role, number, count in zip(*rows, strict=True):
                found[role][number] = count
        return found

    def likely(self, most: int) -> I64:
        """Numbers that will be compared: of each text those with the most keys in common."""
        order = np.lexsort((-self.count, self.text))
        order = order[self.role[order] != EXACT]
        starts = np.flatnonzero(np.diff(self.text[order], prepend=-1))
        rank = np.arange(order.size) - np.repeat(starts, np.diff(np.append(starts, order.size)))
        return np.unique(self.number[order[rank < most]])


def _repeated(keys: U64) -> npt.NDArray[np.bool_]:
    """Which keys occur more than once."""
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    found = np.zeros(keys.size, dtype=np.bool_)
    found[order[1:][same]] = True
    found[order[:-1][same]] = True
    return found


def _most(counted: Counter[int], most: int) -> list[int]:
    """The numbers counted most often, the earliest of equals first, up to `most`."""
    return sorted(counted, key=lambda number: (-counted[number], number))[:most]


def _shared(own: U64, others: list[U64]) -> I64:
    """How many values each of `others` shares with `own`; all ascend, none is empty but those of nobody."""
    values = np.concatenate(others)
    places = np.searchsorted(own, values)
    same = own[np.minimum(places, own.size - 1)] == values
    sums = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(same)])
    ends = np.cumsum([other.size for other in others])
    return np.diff(sums[ends], prepend=0)
