"""What the duplicate stages return: pairs, removals, clusters, and the settings they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, NamedTuple

__all__ = ["Duplicates", "Pair", "Removal"]


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


class Removal(NamedTuple):
    """The text at `index` repeats the one at `kept`, which is itself never removed.

    `score` is at or above the threshold of its kind: 1.0 for `exact`, the Jaccard similarity for `near`, the share
    of the removed text that stands in the kept one for `contained`.
    """

    index: int  # type: ignore[assignment]  # the name says more than the tuple method it hides
    kept: int
    kind: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """The duplicates among `size` texts. Iterating yields `pairs`.

    A group of n equal texts is listed as n - 1 pairs, each of its representative (the best by the keep order) with
    one other member, and the near and contained pairs are pairs of representatives. `expanded()` lists every pair.
    `groups` are the texts with equal match text, representative first; `clusters` the connected components of the
    pairs, each sorted, in order of their first member; `kept` what no removal names. `settings` are plain values fit
    for JSON: the rule, the bands with their S-curve, and counts.
    """

    size: int
    pairs: tuple[Pair, ...]
    removals: tuple[Removal, ...]
    groups: tuple[tuple[int, ...], ...]
    clusters: tuple[tuple[int, ...], ...]
    kept: tuple[int, ...]
    settings: Mapping[str, Any]
    membership: Mapping[int, int]

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def cluster_of(self, index: int) -> int | None:
        """The number of the cluster that the text at `index` is in, its place in `clusters`; None without one."""
        return self.membership.get(index)

    def expanded(self) -> Iterator[Pair]:
        """Every pair, equal texts multiplied out, one at a time: n equal texts are n(n-1)/2 pairs, never stored."""
        members = {group[0]: group for group in self.groups}
        for group in self.groups:
            for i, j in combinations(sorted(group), 2):
                yield Pair(i, j, "exact", 1.0, 1.0)
        for pair in self.pairs:
            if pair.kind != "exact":
                for a, b in product(members.get(pair.i, (pair.i,)), members.get(pair.j, (pair.j,))):
                    yield pair._replace(i=min(a, b), j=max(a, b))
