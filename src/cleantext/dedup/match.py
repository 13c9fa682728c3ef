"""From candidate pairs to verified pairs: the exact Jaccard similarity of the shingle sets decides, nothing else.

*Items* are texts numbered by the keep order, best first. Their shingle sets are made when a pair asks for them and
forgotten after, so that memory holds those of one chunk of pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cleantext.dedup.arithmetic import COMPILED_FROM, Arithmetic, arithmetic
from cleantext.dedup.shingle import MatchTexts, Rule, ShingleSets, blocks
from cleantext.dedup.store import Texts
from cleantext.dedup.threads import spread

__all__ = ["Links", "Verifier", "all_shared"]

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Cells of the table of shared shingles that stands in for bands when there are few texts.
_MAX_CELLS = 1 << 22
_MAX_TEXTS = 256
# Characters of match text whose shingle sets are held at a time while verifying: 8 bytes a character.
_HELD = 1 << 25
# Pairs or characters of one slice of work for a thread.
_SLICE = 1 << 20


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of items, how many shingles they share, and how many each has."""

    left: I64
    right: I64
    shared: I64
    left_size: I64
    right_size: I64

    @classmethod
    def joined(cls, parts: Iterable[Links]) -> Links:
        """The links of all `parts`, ordered by (left, right)."""
        parts = list(parts)
        columns = [
            np.concatenate([np.empty(0, dtype=np.int64), *(getattr(part, name) for part in parts)])
            for name in cls.__slots__
        ]
        order = np.lexsort((columns[1], columns[0]))
        return cls(*(column[order] for column in columns))

    def where(self, mask: Flags) -> Links:
        """The links at which `mask` holds."""
        return Links(*(getattr(self, name)[mask] for name in self.__slots__))

    def take(self, places: I64) -> Links:
        """The links at `places`."""
        return Links(*(getattr(self, name)[places] for name in self.__slots__))

    def __len__(self) -> int:
        return self.left.size

    @property
    def jaccard(self) -> F64:
        """The exact Jaccard similarity of each link."""
        return self.shared / (self.left_size + self.right_size - self.shared)

    @property
    def containment(self) -> F64:
        """The share of the smaller set of each link that stands in the other."""
        return self.shared / np.minimum(self.left_size, self.right_size)


@dataclass
class Verifier:
    """Exact comparisons of items: item i is text number `items[i]` of `texts`."""

    texts: Texts
    items: I64
    rule: Rule
    threads: int = 1
    work: int = 0
    _all: ShingleSets | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.lengths = self.texts.lengths[self.items]
        self.work = max(self.work, int(self.lengths.sum()))
        if self.work < COMPILED_FROM:
            self._all = self._made(self.items)

    @property
    def arithmetic(self) -> Arithmetic:
        """The arithmetic for work of this size."""
        return arithmetic(self.work)

    def sets(self, items: I64) -> ShingleSets:
        """The shingle sets of `items`, in that order."""
        if self._all is not None:
            return self._all.take(items)
        texts = self.items[items]
        order = np.argsort(texts, kind="stable")
        found = self._made(texts[order])
        if (order[1:] > order[:-1]).all():
            return found
        back = np.empty_like(order)
        back[order] = np.arange(order.size)
        return found.take(back)

    def _made(self, texts: I64) -> ShingleSets:
        ascending = np.sort(texts)
        in_order = bool((ascending == texts).all())
        parts = spread(
            lambda part: self._sets_of(self.texts.take(ascending[part[0] : part[1]])),
            blocks(self.texts.lengths[ascending], self.threads),
            self.threads,
        )
        found = ShingleSets.joined(list(parts))
        return found if in_order else found.take(np.argsort(np.argsort(texts, kind="stable"), kind="stable"))

    def _sets_of(self, texts: MatchTexts) -> ShingleSets:
        return ShingleSets(*self.arithmetic.shingle_sets(texts.codes, *texts.units(), self.rule.size))

    def links(self, left: I64, right: I64) -> Links:
        """The pairs, in the order given, with what they share."""
        return Links(left, right, *self._compared(left, right))

    def near(self, left: I64, right: I64, threshold: float) -> Links:
        """The pairs whose Jaccard similarity reaches `threshold`, ordered by (left, right)."""
        found = self.links(left, right)
        return Links.joined([found.where(found.jaccard >= threshold)])

    def _compared(self, left: I64, right: I64) -> tuple[I64, I64, I64]:
        """How many shingles each pair shares, and how many each of the two has."""
        order = np.lexsort((right, left))
        shared, left_size, right_size = (np.empty(left.size, dtype=np.int64) for _ in range(3))
        for begin, end in self._chunks(left[order], right[order]):
            own = order[begin:end]
            items, place = np.unique(np.concatenate([left[own], right[own]]), return_inverse=True)
            sets = self.sets(items)
            a, b = place[: own.size].astype(np.int64), place[own.size :].astype(np.int64)
            left_size[own], right_size[own] = sets.sizes[a], sets.sizes[b]
            shared[own] = self._intersections(sets, a, b)
        return shared, left_size, right_size

    def _intersections(self, sets: ShingleSets, left: I64, right: I64) -> I64:
        """How many shingles the sets left[p] and right[p] share, for every p, counted in slices."""
        # Few texts that all resemble one another make many pairs: those too are work for the kernels.
        numbers = arithmetic(max(self.work, int((sets.sizes[left] + sets.sizes[right]).sum())))

        def counted(begin: int) -> I64:
            part = slice(begin, begin + _SLICE)
            return numbers.intersections(sets.values, sets.offsets, left[part], right[part])

        return np.concatenate(list(spread(counted, range(0, left.size, _SLICE), self.threads)))

    def _chunks(self, left: I64, right: I64) -> Iterator[tuple[int, int]]:
        """Stretches of pairs whose sets are held together."""
        cost = np.cumsum(self.lengths[left] + self.lengths[right])
        cuts = np.flatnonzero(np.diff(cost // _HELD, prepend=-1)).tolist()
        yield from pairwise([*cuts, left.size])


def all_shared(sets: ShingleSets) -> Links | None:
    """Every pair of sets that shares a shingle, or None where that is better left to bands.

    Shingles that two sets or more have become the rows of a table with a column a set; the table times itself counts.
    """
    count = len(sets)
    if count > _MAX_TEXTS or sets.values.size > _MAX_CELLS:
        return None
    text = np.repeat(np.arange(count), sets.sizes)
    order = np.argsort(sets.values, kind="stable")
    ordered = sets.values[order]
    same = ordered[1:] == ordered[:-1]
    repeated = np.zeros(ordered.size, dtype=np.bool_)
    repeated[1:] = same
    repeated[:-1] |= same
    opens = repeated.copy()
    opens[1:] &= ~same
    rows = int(np.count_nonzero(opens))
    if rows * count > _MAX_CELLS:
        return None
    table = np.zeros((rows, count), dtype=np.float32)
    table[(np.cumsum(opens) - 1)[repeated], text[order[repeated]]] = 1
    counts = np.triu(table.T @ table, 1)
    left, right = np.nonzero(counts)
    return Links(left, right, counts[left, right].astype(np.int64), sets.sizes[left], sets.sizes[right])
