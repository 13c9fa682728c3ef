"""Who has which keys: numbers from a store, and those of a batch that were posted since.

Keys that only one text of the batch has are counted in arrays. For the others it matters who was posted before, so
they are gone through one by one.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from cleantext.dedup.stores.base import ANCHOR, BAND, BUCKET_LIMITS, EXACT, Posting, Terms

__all__ = ["Desk"]

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The share of a text's anchors that one it may stand in must have; of those whose bucket is not full, if there are any.
_SHARED = 3 / 8


class Desk:
    """The keys of the texts of a batch, and who has them too.

    The keys stand in the order of their texts, those of one text by role. `places` in `terms.keys` and `numbers` are
    what the store found.
    """

    def __init__(self, terms: Terms, places: I64, numbers: I64, texts: int) -> None:
        self._terms = terms
        self._numbers = np.full(texts, -1, dtype=np.int64)
        self._order = np.lexsort((terms.role, terms.text))
        rank = np.empty(self._order.size, dtype=np.int64)
        rank[self._order] = np.arange(rank.size)
        self._hits = numbers[np.argsort(rank[places], kind="stable")]
        self._holders = np.bincount(rank[places], minlength=rank.size)
        self._bounds = _sums(self._holders)
        self._role, self._text = terms.role[self._order], terms.text[self._order]
        common = _repeated(terms.keys)[self._order]
        limits = np.array(BUCKET_LIMITS)[self._role]
        self._open = (self._holders < limits) & ~common
        self._common = common
        self._parts = _Parts(self._role, self._text, texts)
        # Stored numbers under the anchors that no other text of the batch has, where the bucket is not full.
        self._sure = (self._role == ANCHOR) & self._open
        self._sure_hits = self._hits[np.repeat(self._sure, self._holders)]
        sure_bounds = _sums(np.where(self._sure, self._holders, 0))
        self._sure_bounds = sure_bounds[self._parts.edges].tolist()
        self._usable = np.diff(_sums(self._sure)[self._parts.edges]).tolist()
        shared = np.flatnonzero(common)
        self._shared_bounds = np.searchsorted(shared, self._parts.edges).tolist()
        columns = (shared, self._role[shared], terms.keys[self._order][shared], self._holders[shared], limits[shared])
        self._shared = list(zip(*(column.tolist() for column in columns), strict=True))
        self._posted: dict[int, list[int]] = {}
        self._hit_bounds = self._bounds[self._parts.edges].tolist()

    def _shared_by(self, text: int) -> list[tuple[int, int, int, int, int]]:
        """The keys that `text` shares with others of the batch: rank, role, key, number of stored holders, limit."""
        return self._shared[self._shared_bounds[text] : self._shared_bounds[text + 1]]

    def lonely(self, text: int) -> bool:
        """Whether nobody can have a key of `text`."""
        return bool(
            self._shared_bounds[text] == self._shared_bounds[text + 1]
            and self._hit_bounds[text] == self._hit_bounds[text + 1]
        )

    def _stored(self, first: int, end: int) -> list[int]:
        """The stored numbers under the keys of the ranks from `first` to `end`, one for each key it has."""
        begin, stop = int(self._bounds[first]), int(self._bounds[end])
        found: list[int] = self._hits[begin:stop].tolist() if begin < stop else []
        return found

    def equal(self, text: int) -> list[int]:
        """Those with the same hash of the whole text."""
        found = self._stored(*self._parts.exact(text))
        for _, role, key, _, _ in self._shared_by(text):
            if role == EXACT:
                found += self._posted.get(key, ())
        return found

    def banded(self, text: int) -> Counter[int]:
        """Those that have bands in common with `text`, and how many."""
        found = Counter(self._stored(*self._parts.bands(text)))
        for _, role, key, _, _ in self._shared_by(text):
            if role == BAND and key in self._posted:
                found.update(self._posted[key])
        return found

    def anchored(self, text: int) -> Counter[int]:
        """Those that have enough anchors in common with `text`, and how many.

        Full buckets do not count, for what is in them is common to many; where all are full, they are what there is.
        """
        usable = self._usable[text]
        found = Counter(self._sure_hits[self._sure_bounds[text] : self._sure_bounds[text + 1]].tolist())
        shared = [one for one in self._shared_by(text) if one[1] == ANCHOR]
        for rank, _, key, holders, limit in shared:
            posted = self._posted.get(key, ())
            if holders + len(posted) < limit:
                usable += 1
                if holders:
                    found.update(self._stored(rank, rank + 1))
                found.update(posted)
        if not usable:
            first, end = self._parts.anchors(text)
            usable = end - first
            found = Counter(self._stored(first, end))
            for _, _, key, _, _ in shared:
                found.update(self._posted.get(key, ()))
        least = _SHARED * usable
        return Counter({number: count for number, count in found.items() if count >= least})

    def post(self, text: int, number: int) -> None:
        """From now on `text` is found under `number`, by those of its keys whose buckets are not full."""
        self._numbers[text] = number
        for rank, _, key, holders, limit in self._shared_by(text):
            posted = self._posted.setdefault(key, [])
            if holders + len(posted) < limit:
                posted.append(number)
                self._open[rank] = True

    def withdraw(self, text: int) -> int:
        """Take back that `text` was posted, if nobody was after it; returns its number, or -1."""
        number = int(self._numbers[text])
        self._numbers[text] = -1
        for rank, _, key, _, _ in self._shared_by(text):
            if self._open[rank]:
                self._posted[key].remove(number)
                self._open[rank] = False
        return number

    def posting(self) -> Posting:
        """All that was posted, for the store."""
        found = np.empty(self._order.size, dtype=np.bool_)
        found[self._order] = self._open & (self._numbers[self._text] >= 0)
        return Posting(self._terms, self._numbers, found)

    def likely(self) -> tuple[I64, I64]:
        """Texts whose shingles will be asked for, and stored numbers whose will."""
        asking = (self._role != EXACT) & (self._common | (self._holders > 0))
        banded = self._hits[np.repeat(self._role == BAND, self._holders)]
        text = np.repeat(self._text[self._sure], self._holders[self._sure])
        order = np.lexsort((self._sure_hits, text))
        text, number = text[order], self._sure_hits[order]
        firsts = np.flatnonzero((np.diff(text, prepend=-1) != 0) | (np.diff(number, prepend=-1) != 0))
        counts = np.diff(np.append(firsts, text.size))
        enough = counts >= _SHARED * np.array(self._usable)[text[firsts]]
        return _distinct(self._text[asking]), _distinct(np.concatenate([banded, number[firsts][enough]]))


class _Parts:
    """Which ranks are the keys of a text, by role."""

    def __init__(self, role: npt.NDArray[np.uint8], text: I64, texts: int) -> None:
        self.edges: I64 = np.searchsorted(text, np.arange(texts + 1))
        starts = self.edges[:-1]
        exact = np.bincount(text[role == EXACT], minlength=texts)
        bands = np.bincount(text[role == BAND], minlength=texts)
        self._cuts = np.stack([starts, starts + exact, starts + exact + bands, self.edges[1:]], axis=1).tolist()

    def exact(self, text: int) -> tuple[int, int]:
        """The hash of the whole text."""
        return self._cuts[text][0], self._cuts[text][1]

    def bands(self, text: int) -> tuple[int, int]:
        """The bands."""
        return self._cuts[text][1], self._cuts[text][2]

    def anchors(self, text: int) -> tuple[int, int]:
        """The anchors."""
        return self._cuts[text][2], self._cuts[text][3]


def _sums(values: npt.NDArray[np.int64] | Flags) -> I64:
    """The sums of the first 0, 1, 2, … of `values`."""
    found = np.zeros(values.size + 1, dtype=np.int64)
    np.cumsum(values, out=found[1:])
    return found


def _distinct(values: I64) -> I64:
    """`values` in order, each once; numpy's own goes through a hash table, which takes longer."""
    ordered = np.sort(values)
    found: I64 = ordered[np.diff(ordered, prepend=-1) != 0]
    return found


def _repeated(keys: U64) -> Flags:
    """Which keys occur more than once."""
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    found = np.zeros(keys.size, dtype=np.bool_)
    found[order[1:][same]] = True
    found[order[:-1][same]] = True
    return found
