"""What a first opinion of all blocks of a page says of each: the second reading of the classifier.

A block that was doubted alone is judged again by how its neighbors, the elements around it and all blocks like it were
judged, and by how sure the whole page is: lists and grids are main content or chrome together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cleantext.pages.ancestry import Tree, alike_of, loops
from cleantext.pages.columns import AROUND, GROUP_LEVELS, Columns
from cleantext.pages.windows import window_means

__all__ = ["context_columns", "expected_f1"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_WINDOWS = (2, 5, 12)
# Surer than this is as good as sure; what stands before the first block and after the last is chrome; an empty block
# still weighs something.
_SURE, _BEYOND, _LEAST_TOKENS = 1e-4, -9.0, 0.5


def expected_f1(likely: F64, tokens: F64) -> tuple[I64, F64]:
    """The blocks from the likeliest to the least, and the expected F1 of the tokens of those up to each."""
    order = np.argsort(-likely, kind="stable")
    kept = np.cumsum(tokens[order])
    right = np.cumsum((tokens * likely)[order])
    return order, 2 * right / np.maximum(kept + (tokens * likely).sum(), 1e-9)


def context_columns(columns: Columns, likely: F64, tokens: F64, tree: Tree, element: I64) -> None:
    """Writes the columns `CONTEXT`: `likely` is the first opinion of each block, `element` its innermost element in
    `tree`."""
    likely = np.clip(likely, _SURE, 1 - _SURE)
    weights = tokens + _LEAST_TOKENS
    right = weights * likely
    odds = np.log(likely / (1 - likely))
    columns.put("first", odds)
    around = columns.part("first-1", 2 * len(AROUND))
    around[:] = _BEYOND
    for step, (before, after) in zip(AROUND, around.reshape(len(AROUND), 2, -1), strict=True):
        before[step:], after[:-step] = odds[:-step], odds[step:]
    columns.put("first_window2", window_means(weights, right, _WINDOWS))
    _place(columns, likely, odds, weights, right)
    _groups(columns, np.column_stack([weights, right]), float(right.sum()), tree, element)


def _place(columns: Columns, likely: F64, odds: F64, weights: F64, right: F64) -> None:
    """How the block stands among all blocks of the page, and how sure the page is."""
    order, expected = expected_f1(likely, weights)
    best, whole, weight = float(expected.max()), float(right.sum()), weights.sum()
    ordered = weights[order]
    rank = np.empty(likely.size)
    rank[order] = np.cumsum(ordered) - ordered
    before = np.cumsum(right) - right
    cut = min(best / 2, 1 - _SURE)
    columns.put("first_rank", rank / weight)
    columns.put("first_over_cut", odds - np.log(cut / (1 - cut)))
    columns.put("first_before", before / whole)
    columns.put("first_after", (whole - before - right) / whole)
    page = (best, whole / weight, np.log1p(whole), likely.max())
    columns.put("first_f1", np.broadcast_to(np.array(page)[:, None], (len(page), likely.size)))


def _groups(columns: Columns, rows: F64, whole: float, tree: Tree, element: I64) -> None:
    mass = np.zeros((tree.parents.size, 2))
    loops().add_rows(element, rows, mass)
    loops().gather(tree.parents, mass)
    weights, right = np.ascontiguousarray(mass.T)[:, tree.around(element)]
    part = columns.part("first_group0", 2 * GROUP_LEVELS).reshape(GROUP_LEVELS, 2, -1)
    part[:, 0], part[:, 1] = right / weights, right / whole
    kind, sums = alike_of(tree, element, rows)
    weights, right = sums[:, kind]
    columns.put("first_alike", np.stack((right / weights, right / whole)))
