"""From verified links to removals: stars, not chains.

Texts are numbered by the keep order, best first. A text is removed only if it verifies against a kept one, so in a
chain A~B~C the text C stays although the three are one cluster. Containment comes after, among the survivors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cleantext.dedup.crowd import Crowds
from cleantext.dedup.match import Links, Verifier

__all__ = ["Stars", "components", "contained_stars", "near_stars"]

I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Stars:
    """Who is removed in whose favor. `keeper[x]` is -1 while x is kept."""

    keeper: list[int]
    kind: list[str]
    score: list[float]
    neighbours: dict[int, list[tuple[float, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, count: int) -> Stars:
        """Everyone kept."""
        return cls([-1] * count, [""] * count, [0.0] * count)

    def link(self, links: Links, jaccard: Iterable[float]) -> None:
        """Note verified near links."""
        for a, b, score in zip(links.left.tolist(), links.right.tolist(), jaccard, strict=True):
            self.neighbours.setdefault(a, []).append((score, -b))
            self.neighbours.setdefault(b, []).append((score, -a))

    def closest(self, text: int, before: int) -> tuple[float, int] | None:
        """The kept near neighbour numbered under `before` that is most like `text`, as (Jaccard, number)."""
        kept = [one for one in self.neighbours.get(text, ()) if -one[1] < before and self.keeper[-one[1]] < 0]
        score, number = max(kept, default=(0.0, 1))
        return (score, -number) if kept else None

    def remove(self, text: int, keeper: int, kind: str, score: float) -> None:
        """`text` goes, `keeper` stays for it."""
        self.keeper[text], self.kind[text], self.score[text] = keeper, kind, score

    def kept(self) -> I64:
        """The numbers of those kept, ascending."""
        return np.flatnonzero(np.array(self.keeper, dtype=np.int64) < 0)


def near_stars(stars: Stars, links: Links, verifier: Verifier, crowds: Crowds | None, protected: Flags) -> Links:
    """Walk the texts of `links` and `crowds` in order; returns the links that the crowds added.

    A text that is near a kept one before it is removed for the sake of the most similar such one, unless `protected`.
    """
    stars.link(links, verifier.jaccard(links).tolist())
    crowded = crowds.members if crowds else set()
    added: list[Links] = []
    for text in sorted(crowded.union(stars.neighbours)):
        best = stars.closest(text, text)
        if crowds and text in crowded and (best is None or protected[text]):
            found = crowds.near(text)
            known = {-number for _, number in stars.neighbours.get(text, ())}
            found = found.where(np.array([one not in known for one in found.left.tolist()], dtype=np.bool_))
            stars.link(found, verifier.jaccard(found).tolist())
            added.append(found)
            best = stars.closest(text, text)
        if best and not protected[text]:
            stars.remove(text, best[1], "near", best[0])
        elif crowds:
            crowds.keep(text)
    return Links.joined(added)


def contained_stars(stars: Stars, links: Links, verifier: Verifier, minimum: float, protected: Flags) -> Links:
    """Remove survivors that stand in a larger survivor, the largest first; returns one link for each that does.

    `links` are (inner, outer). What was removed for the sake of an inner text must repeat another kept one as well, or
    else the inner text stays: otherwise its content would be lost.
    """
    sizes = verifier.sets.sizes.tolist()
    containers: dict[int, list[tuple[int, int, int]]] = {}
    for inner, outer, shared in zip(links.left.tolist(), links.right.tolist(), links.shared.tolist(), strict=True):
        containers.setdefault(inner, []).append((-sizes[outer], outer, shared))
    dependents: dict[int, list[int]] = {}
    for text, keeper in enumerate(stars.keeper):
        if keeper >= 0:
            dependents.setdefault(keeper, []).append(text)
    used: list[tuple[int, int, int]] = []
    for inner in sorted(containers, key=lambda text: (-sizes[text], text)):
        kept = [one for one in containers[inner] if stars.keeper[one[1]] < 0]
        if stars.keeper[inner] >= 0 or not kept:
            continue
        _, outer, shared = min(kept)
        used.append((inner, outer, shared))
        if not protected[inner]:
            orphans = dependents.get(inner, [])
            stars.remove(inner, outer, "contained", shared / sizes[inner])
            moves = _moves(stars, orphans, outer, verifier, minimum)
            if moves is None:
                stars.remove(inner, -1, "", 0.0)
                continue
            for text, keeper, kind, score, common in moves:
                stars.remove(text, keeper, kind, score)
                dependents.setdefault(keeper, []).append(text)
                if kind == "contained":
                    used.append((text, keeper, common))
    table = np.array(used, dtype=np.int64).reshape(-1, 3)
    return Links(table[:, 0], table[:, 1], table[:, 2])


def _moves(
    stars: Stars, orphans: list[int], outer: int, verifier: Verifier, minimum: float
) -> list[tuple[int, int, str, float, int]] | None:
    """Where the `orphans` of a removed text find another kept one; None if one of them does not."""
    texts = np.array(orphans, dtype=np.int64)
    shared = verifier.shared(texts, np.full(texts.size, outer, dtype=np.int64))
    shares = shared / verifier.sets.sizes[texts]
    moves = []
    for text, share, common in zip(orphans, shares.tolist(), shared.tolist(), strict=True):
        best = stars.closest(text, len(stars.keeper))
        if best:
            moves.append((text, best[1], "near", best[0], common))
        elif share >= minimum:
            moves.append((text, outer, "contained", share, common))
        else:
            return None
    return moves


def components(edges: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    """The connected components of `edges`: each sorted, in order of their first member."""
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        while parent.setdefault(one, one) != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for a, b in edges:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    groups: dict[int, list[int]] = {}
    for one in sorted(parent):
        groups.setdefault(root(one), []).append(one)
    return [tuple(group) for group in groups.values()]
