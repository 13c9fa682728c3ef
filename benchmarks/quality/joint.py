"""Fit what class words say together: a logistic regression over the words on the path down to a block.

A row is an element with blocks directly in it; what is learned is which share of their text is main content. Words are
asked for as `wordscores.SHARES` says: anywhere on the path, and in each of the three innermost elements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.pages.elements import Element
from cleantext.pages.wordscores import SHARES, class_words
from quality.labels import Labelled

__all__ = ["Bags", "bags_of", "fit_joint"]

F64 = npt.NDArray[np.float64]
# What is asked: a place in `SHARES` and a word.
Asked = tuple[int, str]

_PENALTY, _ROUNDS = 100.0, 50
# A share under this says nothing.
_LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Bags:
    """The rows of a page: what is asked of each, how much of it is main content, its weight; of how many blocks."""

    group: str
    asked: list[frozenset[Asked]]
    target: F64
    weight: F64
    blocks: int


def bags_of(page: Labelled, weights: F64) -> Bags:
    """The rows of a page; `weights` are those of the blocks that are learned from."""
    picked = page.blocks.picked
    elements, row = np.unique(page.blocks.element[picked], return_inverse=True)
    weight: F64 = np.bincount(row, weights, elements.size).astype(np.float64)
    target: F64 = np.bincount(row, weights * page.blocks.target[picked], elements.size) / weight
    asked = [_asked(page.elements, place) for place in elements.tolist()]
    return Bags(page.source.group, asked, target, weight, picked.size)


def _asked(elements: Sequence[Element], place: int) -> frozenset[Asked]:
    found, step = set[Asked](), 1
    while place >= 0:
        for word in class_words(elements[place].tag, elements[place].names):
            found.add((0, word))
            if step < len(SHARES):
                found.add((step, word))
        place, step = elements[place].parent, step + 1
    return frozenset(found)


def fit_joint(bags: Sequence[Bags], sites: int) -> dict[str, tuple[float, ...]]:
    """The shares of words, each asked on pages of so many sites or more."""
    seen: dict[Asked, set[str]] = defaultdict(set)
    for bag in bags:
        for one in frozenset[Asked]().union(*bag.asked):
            seen[one].add(bag.group)
    known = sorted(one for one, groups in seen.items() if len(groups) >= sites)
    if not known:
        return {}
    weights = _regression(bags, {one: number for number, one in enumerate(known)})
    shares: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(SHARES))
    for (place, word), weight in zip(known, weights.tolist(), strict=True):
        shares[word][place] = round(weight, 2)
    return {word: (*row,) for word, row in sorted(shares.items()) if max(map(abs, row)) >= _LEAST_SHARE}


def _regression(bags: Sequence[Bags], number_of: dict[Asked, int]) -> F64:
    """The weights that make the log loss least, with a penalty on their squares."""
    from scipy.optimize import minimize  # noqa: PLC0415 - it comes with LightGBM, and only fitting needs it
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    rows = [[number_of[one] for one in asked if one in number_of] for bag in bags for asked in bag.asked]
    ends = np.cumsum([len(row) for row in rows])
    places = np.concatenate([np.sort(np.array(row, dtype=np.int64)) for row in rows])
    table = csr_matrix((np.ones(places.size), places, np.concatenate([[0], ends])), shape=(len(rows), len(number_of)))
    turned = table.T.tocsr()
    target, weight = (np.concatenate([getattr(bag, name) for bag in bags]) for name in ("target", "weight"))
    weight = weight * (sum(bag.blocks for bag in bags) / weight.sum())

    def loss(weights: F64) -> tuple[float, F64]:
        odds = table @ weights[:-1] + weights[-1]
        value = np.sum(weight * (np.logaddexp(0, odds) - target * odds)) + _PENALTY / 2 * np.sum(weights[:-1] ** 2)
        slope = weight * (1 / (1 + np.exp(-odds)) - target)
        return float(value), np.concatenate([turned @ slope + _PENALTY * weights[:-1], [slope.sum()]])

    found: Any = minimize(
        loss, np.zeros(len(number_of) + 1), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS, "maxcor": 8}
    )
    weights: F64 = found.x[:-1]
    return weights
