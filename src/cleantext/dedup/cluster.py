"""From verified links to removals: stars, not chains.

Items are numbered by the keep order, best first. An item is removed only if it verifies against a kept one, so in a
chain A~B~C the item C stays although the three are one cluster. Containment comes after, among the survivors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleantext.dedup.arithmetic import loops
from cleantext.dedup.crowd import Crowds
from cleantext.dedup.match import Links, Verifier

__all__ = ["Stars", "components", "contained_stars", "near_stars"]

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Containers that are considered for one item: the largest.
_CONTAINERS = 16


@dataclass(slots=True)
class Stars:
    """Who is removed in whose favor: `keeper[x]` is -1 while x is kept; `kind[x]` is a place in `KINDS`."""

    keeper: I64
    kind: U8
    score: F64

    @classmethod
    def of(cls, count: int) -> Stars:
        """Everyone kept."""
        return cls(np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=np.uint8), np.zeros(count))

    @property
    def kept(self) -> Flags:
        """Whether each is kept."""
        return self.keeper < 0


def _csr(keys: I64, wanted: I64) -> tuple[I64, I64]:
    """Which elements of ascending `keys` equal each of `wanted`, which ascends and has them all: offsets and counts."""
    ends = np.searchsorted(keys, wanted, side="right")
    return np.concatenate([np.zeros(1, dtype=np.int64), ends]), np.diff(ends, prepend=0)


def near_stars(
    stars: Stars, links: Links, threshold: float, crowds: Crowds | None, protected: Flags, work: int = 0
) -> Links:
    """Walk the items of `links` and `crowds` in order; returns the links that the crowds added.

    An item that is near a kept one before it is removed for the sake of the most similar such one, unless `protected`.
    Of a member of crowds that no link removes, the most similar kept member of them decides. `work` is what was done
    before; see `components`.
    """
    order = np.lexsort((links.left, links.right))
    right, left, jaccard = links.right[order], links.left[order], links.jaccard[order]
    walk = np.unique(right)
    if crowds is not None:
        walk = np.union1d(walk, crowds.items)
    offsets, _ = _csr(right, walk)
    who = (stars.keeper, stars.score, protected)
    if crowds is None:
        _walk_links(walk, (offsets, left, jaccard), who, work)
        added = Links.joined([])
    else:
        parts = []
        numbers = loops(crowds.work + len(links))
        for begin, end in crowds.chunks(walk):
            own = offsets[begin : end + 1]
            part = slice(int(own[0]), int(own[-1]))
            mine = (own - own[0], left[part], jaccard[part])
            parts.append(crowds.walk(numbers, walk[begin:end], mine, who, threshold))
        added = Links.joined(parts)
    stars.kind[stars.keeper >= 0] = 1
    return added


def _walk_links(walk: I64, links: tuple[I64, I64, F64], who: tuple[I64, F64, Flags], work: int) -> None:
    """`near_walk` without crowds."""
    none, zeros = np.empty(0, dtype=np.int64), np.zeros(walk.size + 1, dtype=np.int64)
    nothing, nobody = np.empty(0, dtype=np.uint64), np.zeros(walk.size, dtype=np.bool_)
    loops(max(work, walk.size + links[1].size)).near_walk(
        walk,
        links,
        (nobody, nothing, zeros, none),
        np.empty((0, 0), dtype=np.uint8),
        (np.full(1, -1, dtype=np.int64), nothing, none, none),
        (nothing, none, none, none, none),
        np.zeros(5, dtype=np.int64),
        who,
        (none, none, none, none),
        (1.0, 0, 0, 0, 0, 0),
    )


def contained_stars(
    stars: Stars, links: Links, near: Links, verifier: Verifier, minimum: float, protected: Flags
) -> Links:
    """Remove survivors that stand in a larger survivor, the largest first; returns one link for each that does.

    `links` are (inner, outer), `near` all near links. What was removed for the sake of an inner item must repeat
    another kept one as well, or else the inner one stays: otherwise its content would be lost.
    """
    share = links.shared / links.left_size
    order = np.lexsort((links.right, -links.right_size, links.left, -links.left_size))
    links, share = links.take(order), share[order]
    starts = np.flatnonzero(np.diff(links.left, prepend=-1))
    rank = np.arange(len(links)) - np.repeat(starts, np.diff(np.append(starts, len(links))))
    links, share = links.where(rank < _CONTAINERS), share[rank < _CONTAINERS]
    starts = np.flatnonzero(np.diff(links.left, prepend=-1))
    containers = (np.append(starts, len(links)), links.right, share)
    inners = links.left[starts]
    texts, text_offsets = _dependents(stars, inners)
    neighbors = _neighbors(near, texts)
    pairs, pair_offsets = _combinations(texts, text_offsets, containers)
    compared = verifier.links(*pairs)
    used = loops(inners.size + len(links) + len(compared)).contained_walk(
        inners,
        containers,
        (text_offsets, texts),
        neighbors,
        (pair_offsets, compared.shared / np.maximum(compared.left_size, 1)),
        (stars.keeper, stars.kind, stars.score, protected),
        minimum,
    )
    moved = (stars.kind[compared.left] == 2) & (stars.keeper[compared.left] == compared.right)
    return Links.joined([links.take(used[used >= 0]), compared.take(np.flatnonzero(moved))])


def _dependents(stars: Stars, inners: I64) -> tuple[I64, I64]:
    """Whom each of `inners` keeps: the items and n + 1 offsets."""
    number = np.full(stars.keeper.size, -1, dtype=np.int64)
    number[inners] = np.arange(inners.size)
    removed = np.flatnonzero(stars.keeper >= 0)
    owner = number[stars.keeper[removed]]
    texts, owner = removed[owner >= 0], owner[owner >= 0]
    order = np.argsort(owner, kind="stable")
    counts = np.bincount(owner, minlength=inners.size)
    return texts[order], np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])


def _neighbors(near: Links, texts: I64) -> tuple[I64, I64, F64]:
    """CSR over `texts`: their near items and Jaccard, the most similar first."""
    wanted = np.isin(near.left, texts), np.isin(near.right, texts)
    one = np.concatenate([near.left[wanted[0]], near.right[wanted[1]]])
    other = np.concatenate([near.right[wanted[0]], near.left[wanted[1]]])
    jaccard = np.concatenate([near.jaccard[wanted[0]], near.jaccard[wanted[1]]])
    place = np.empty(0, dtype=np.int64)
    if texts.size:
        back = np.argsort(texts, kind="stable")
        place = back[np.searchsorted(texts[back], one)]
    order = np.lexsort((other, -jaccard, place))
    counts = np.bincount(place, minlength=texts.size)
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    return offsets, other[order], jaccard[order]


def _combinations(texts: I64, offsets: I64, containers: tuple[I64, I64, F64]) -> tuple[tuple[I64, I64], I64]:
    """Every dependent of an inner item with every container of it, and n + 1 offsets of these pairs by inner item."""
    dependents, outers = np.diff(offsets), np.diff(containers[0])
    counts = dependents * outers
    bounds = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    owner = np.repeat(np.arange(counts.size), counts)
    place = np.arange(bounds[-1]) - bounds[owner]
    left = texts[offsets[owner] + place // np.maximum(outers[owner], 1)]
    right = containers[1][containers[0][owner] + place % np.maximum(outers[owner], 1)]
    return (left, right), bounds


def components(left: I64, right: I64, size: int, work: int = 0) -> I64:
    """The number of the connected component of each of `size` texts, by its first member; -1 in none.

    `work` is what was done before, in steps: where it was enough for the compiled loops, they are at hand.
    """
    found = np.full(size, -1, dtype=np.int64)
    if left.size:
        named = np.zeros(size, dtype=np.bool_)
        named[left] = named[right] = True
        members = np.flatnonzero(named)
        number = np.cumsum(named) - 1
        least: I64 = loops(max(work, left.size + members.size)).unite(number[left], number[right], members.size)
        found[members] = (np.cumsum(least == np.arange(members.size)) - 1)[least]
    return found
