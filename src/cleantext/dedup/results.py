"""What the duplicate stages return: tables of pairs and removals, groups, clusters, and the settings they came from.

Tables are columns of numpy arrays, so that ten million rows cost no object each; a row becomes one when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import combinations, pairwise, product, repeat
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

import numpy as np
import numpy.typing as npt

from cleantext.dedup import interop

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import polars as pl
    import pyarrow as pa

__all__ = ["KINDS", "Duplicates", "Groups", "Pair", "Pairs", "Removal", "Removals", "group_by"]

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
F64 = npt.NDArray[np.float64]
Row = TypeVar("Row", bound=tuple[Any, ...])

# The kinds of duplicates; tables hold their places here.
KINDS = ("exact", "near", "contained")
# Their places in it.
EXACT, NEAR, CONTAINED = range(3)
_ROWS = 65_536


class Pair(NamedTuple):
    """A verified pair of texts, `i < j`.

    `kind` is `exact` (equal match text), `near` (Jaccard at or above the threshold) or `contained`. `jaccard` is
    exact, of the shingle sets; `containment` is the larger of |A∩B| / |A| and |A∩B| / |B|.
    """

    i: int
    j: int
    kind: str
    jaccard: float
    containment: float


# A pair of its five values, in a third of the time that its constructor takes.
_pair: Callable[[tuple[int, int, str, float, float]], Pair] = partial(tuple.__new__, Pair)


class Removal(NamedTuple):
    """The text at `index` repeats the one at `kept`, which is itself never removed.

    `score` is at or above the threshold of its kind: 1.0 for `exact`, the Jaccard similarity for `near`, the share
    of the removed text that stands in the kept one for `contained`.
    """

    index: int  # type: ignore[assignment]  # the name says more than the tuple method it hides
    kept: int
    kind: str
    score: float


class _Table(Sequence[Row]):
    """Rows as columns. Equal to a sequence of equal rows."""

    __slots__ = ()

    def columns(self) -> Mapping[str, npt.NDArray[Any]]:
        """The columns by name; `kind` as places in `KINDS`."""
        raise NotImplementedError  # pragma: no cover - both tables below have theirs

    def _rows(self, part: slice) -> Iterator[Row]:
        raise NotImplementedError  # pragma: no cover - both tables below have theirs

    def to_arrow(self) -> pa.Table:
        """A `pyarrow.Table` over the memory of the columns; `kind` is a dictionary array."""
        return interop.to_arrow(self.columns(), KINDS)

    def to_pandas(self) -> pd.DataFrame:
        """A `pandas.DataFrame` over the memory of the columns, read-only; `kind` is a Categorical.

        Raises MissingDependencyError without pandas.
        """
        return interop.to_pandas(self.columns(), KINDS)

    def to_polars(self) -> pl.DataFrame:
        """A `polars.DataFrame`, its numbers over the memory of the columns; `kind` is an Enum.

        Raises MissingDependencyError without Polars.
        """
        return interop.to_polars(self.columns(), KINDS)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return tuple(self._rows(index))
        place = range(len(self))[index]
        return next(self._rows(slice(place, place + 1)))

    def __iter__(self) -> Iterator[Row]:
        for begin in range(0, len(self), _ROWS):
            yield from self._rows(slice(begin, begin + _ROWS))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # columns can be changed


@dataclass(frozen=True, slots=True, eq=False)
class Pairs(_Table[Pair]):
    """Verified pairs as columns, sorted by (i, j); a row is a `Pair`."""

    i: I64
    j: I64
    kind: U8
    jaccard: F64
    containment: F64

    @classmethod
    def sorted(cls, i: I64, j: I64, kind: U8, jaccard: F64, containment: F64) -> Pairs:
        """The table of these columns, i and j put in order, rows by (i, j)."""
        low, high = np.minimum(i, j), np.maximum(i, j)
        order = np.lexsort((kind, high, low))
        return cls(low[order], high[order], kind[order], jaccard[order], containment[order])

    def columns(self) -> Mapping[str, npt.NDArray[Any]]:
        """The columns by name; `kind` as places in `KINDS`."""
        return {name: getattr(self, name) for name in ("i", "j", "kind", "jaccard", "containment")}

    def where(self, mask: npt.NDArray[np.bool_]) -> Pairs:
        """The pairs at which `mask` holds."""
        return Pairs(*(column[mask] for column in self.columns().values()))

    def __len__(self) -> int:
        return self.i.size

    def _rows(self, part: slice) -> Iterator[Pair]:
        i, j, kind, jaccard, containment = (column[part].tolist() for column in self.columns().values())
        return map(_pair, zip(i, j, map(KINDS.__getitem__, kind), jaccard, containment, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Removals(_Table[Removal]):
    """Removals as columns, sorted by index; a row is a `Removal`."""

    index: I64 = field()  # type: ignore[assignment]  # field(): the name hides a method, which would be its default
    kept: I64
    kind: U8
    score: F64

    @classmethod
    def sorted(cls, index: I64, kept: I64, kind: U8, score: F64) -> Removals:
        """The table of these columns, rows by index."""
        order = np.argsort(index, kind="stable")
        return cls(index[order], kept[order], kind[order], score[order])

    def columns(self) -> Mapping[str, npt.NDArray[Any]]:
        """The columns by name; `kind` as places in `KINDS`."""
        return {name: getattr(self, name) for name in ("index", "kept", "kind", "score")}

    def __len__(self) -> int:
        return self.index.size

    def _rows(self, part: slice) -> Iterator[Removal]:
        index, kept, kind, score = (column[part].tolist() for column in self.columns().values())
        return (Removal(a, b, KINDS[k], s) for a, b, k, s in zip(index, kept, kind, score, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Groups(Sequence[tuple[int, ...]]):
    """Disjoint groups of texts: group g is members[offsets[g]:offsets[g + 1]]."""

    members: I64
    offsets: I64

    @classmethod
    def of(cls, groups: Sequence[Sequence[int]]) -> Groups:
        """The table of these groups."""
        members = np.array([one for group in groups for one in group], dtype=np.int64)
        return cls(members, np.cumsum([0, *map(len, groups)], dtype=np.int64))

    def __len__(self) -> int:
        return self.offsets.size - 1

    @overload
    def __getitem__(self, index: int) -> tuple[int, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[int, ...]]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, ...] | Sequence[tuple[int, ...]]:
        if isinstance(index, slice):
            return tuple(self[place] for place in range(len(self))[index])
        place = range(len(self))[index]
        return tuple(self.members[self.offsets[place] : self.offsets[place + 1]].tolist())

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        for first in range(0, len(self), _ROWS):
            bounds = self.offsets[first : first + _ROWS + 1]
            members = self.members[bounds[0] : bounds[-1]].tolist()
            yield from (tuple(members[begin:end]) for begin, end in pairwise((bounds - bounds[0]).tolist()))

    def pairs(self) -> Iterator[Pair]:
        """Every two members of a group as an exact pair, never stored; of some groups at a time those of two first."""
        alike = (repeat("exact"), repeat(1.0), repeat(1.0))
        for first in range(0, len(self), _ROWS):
            bounds = self.offsets[first : first + _ROWS + 1]
            two = np.diff(bounds) == 2
            ends = np.sort([self.members[bounds[:-1][two]], self.members[bounds[:-1][two] + 1]], axis=0).tolist()
            yield from map(_pair, zip(*ends, *alike, strict=False))
            for place in np.flatnonzero(~two).tolist():
                group = np.sort(self.members[bounds[place] : bounds[place + 1]]).tolist()
                yield from (_pair((i, j, "exact", 1.0, 1.0)) for i, j in combinations(group, 2))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]


def group_by(labels: I64, order: I64 | None = None, least: int = 2) -> Groups:
    """Groups of the indices whose `labels` (-1: none) are equal, those of `least` members or more.

    Members stand in `order` (default: ascending) and groups in the order of their first members.
    """
    ranking = np.arange(labels.size) if order is None else order
    ranking = ranking[labels[ranking] >= 0]
    ranking = ranking[np.argsort(labels[ranking], kind="stable")]
    own = labels[ranking]
    starts = np.flatnonzero(np.diff(own, prepend=-1))
    sizes = np.diff(np.append(starts, own.size))
    starts, sizes = starts[sizes >= least], sizes[sizes >= least]
    first = np.argsort(
        ranking[starts] if order is None else _places(order, labels.size)[ranking[starts]], kind="stable"
    )
    starts, sizes = starts[first], sizes[first]
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    return Groups(ranking[np.repeat(starts - offsets[:-1], sizes) + np.arange(offsets[-1])], offsets)


def _places(order: I64, size: int) -> I64:
    places = np.zeros(size, dtype=np.int64)
    places[order] = np.arange(order.size)
    return places


@dataclass(frozen=True, kw_only=True, eq=False)
class Duplicates:
    """The duplicates among `size` texts. Iterating yields `pairs`.

    A group of n equal texts is listed as n - 1 pairs, each of its representative (the best by the keep order) with
    one other member, and the near and contained pairs are pairs of representatives. `expanded()` lists every pair.
    `groups` are the texts with equal match text, representative first; `clusters` the connected components of the
    pairs, each sorted, in order of their first member; `kept` the indices that no removal names, ascending.
    `settings` are plain values fit for JSON: the rule, the bands with their S-curve, and counts.
    """

    size: int
    pairs: Pairs
    removals: Removals
    groups: Groups
    cluster: I64  # the number of each text's cluster, -1 without one
    settings: Mapping[str, Any]

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    @cached_property
    def kept(self) -> I64:
        """Indices of what stays, ascending."""
        stays = np.ones(self.size, dtype=np.bool_)
        stays[self.removals.index] = False
        return np.flatnonzero(stays)

    @cached_property
    def clusters(self) -> Groups:
        """The connected components of the pairs."""
        return group_by(self.cluster)

    def cluster_of(self, index: int) -> int | None:
        """The number of the cluster that the text at `index` is in, its place in `clusters`; None without one."""
        found = int(self.cluster[index])
        return None if found < 0 else found

    def expanded(self) -> Iterator[Pair]:
        """Every pair, equal texts multiplied out, one at a time: n equal texts are n(n-1)/2 pairs, never stored."""
        yield from self.groups.pairs()
        members = self._members()
        for pair in self.pairs.where(self.pairs.kind != EXACT):
            if pair.i in members or pair.j in members:
                for a, b in product(members.get(pair.i, (pair.i,)), members.get(pair.j, (pair.j,))):
                    yield pair._replace(i=min(a, b), j=max(a, b))
            else:
                yield pair

    def _members(self) -> dict[int, tuple[int, ...]]:
        """The groups that a pair of different texts names, by their representatives."""
        other = self.pairs.kind != EXACT
        leaders = self.groups.members[self.groups.offsets[:-1]]
        named = np.isin(leaders, np.concatenate([self.pairs.i[other], self.pairs.j[other]]))
        return {self.groups[place][0]: self.groups[place] for place in np.flatnonzero(named).tolist()}

    def columns(self) -> Mapping[str, npt.NDArray[Any]]:
        """The columns of `pairs` and `cluster`, the number of the cluster that each pair is in."""
        return {**self.pairs.columns(), "cluster": self.cluster[self.pairs.i]}

    def to_arrow(self) -> pa.Table:
        """The pairs and their clusters as a `pyarrow.Table`; see `Pairs.to_arrow`."""
        return interop.to_arrow(self.columns(), KINDS)

    def to_pandas(self) -> pd.DataFrame:
        """The pairs and their clusters as a `pandas.DataFrame`; see `Pairs.to_pandas`."""
        return interop.to_pandas(self.columns(), KINDS)

    def to_polars(self) -> pl.DataFrame:
        """The pairs and their clusters as a `polars.DataFrame`; see `Pairs.to_polars`."""
        return interop.to_polars(self.columns(), KINDS)

    def to_networkx(self) -> nx.Graph:
        """A `networkx.Graph` with an edge for each pair of texts.

        Nodes are the indices of the texts in `pairs`, with attributes `kept` (True unless a removal names the text)
        and `cluster`; edges have `kind`, `jaccard` and `containment`, those of the first of `KINDS` where two texts
        are pairs of several kinds. Groups of equal texts are stars, as in `pairs`. Raises MissingDependencyError
        without networkx.
        """
        return interop.to_networkx(self, KINDS)
