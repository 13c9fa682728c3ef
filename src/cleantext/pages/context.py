"""What a first opinion of all blocks of a page says of each: the second reading of the classifier.

A block that was doubted alone is judged again by how its neighbors, the elements around it and all blocks like it were
judged, and by how sure the whole page is: lists and grids are main content or chrome together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cleantext.pages.ancestry import Tree, masses_of
from cleantext.pages.columns import Columns
from cleantext.pages.compiled import loops

__all__ = ["context_columns", "expected_f1"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

# Surer than this is as good as sure; an empty block still weighs something.
_SURE, _LEAST_TOKENS = 1e-4, 0.5


def expected_f1(likely: F64, tokens: F64) -> tuple[I64, F64]:
    """The blocks from the likeliest to the least, and the expected F1 of the tokens of those up to each."""
    order, held = np.argsort(-likely, kind="stable"), tokens * likely
    return order, 2 * held[order].cumsum() / np.maximum(tokens[order].cumsum() + held.sum(), 1e-9)


def context_columns(columns: Columns, likely: F64, tokens: F64, tree: Tree, element: I64) -> None:
    """Writes the columns `CONTEXT`: `likely` is the first opinion of each block, `element` its innermost element in
    `tree`."""
    likely = np.minimum(np.maximum(likely, _SURE), 1 - _SURE)
    weights = np.empty((2, likely.size))
    weights[0] = tokens + _LEAST_TOKENS
    weights[1] = weights[0] * likely
    order, expected = expected_f1(likely, weights[0])
    best, weight, right = float(expected.max()), weights[0].sum(), weights[1].sum()
    cut = min(best / 2, 1 - _SURE)
    mass, alike, _ = masses_of(tree, element, weights)
    page = np.array([weight, right, np.log(cut / (1 - cut))])
    odds, sums = np.log(likely / (1 - likely)), np.empty((2, likely.size + 1))
    loops().fill_context(columns.columns, odds, weights, order, sums, element, tree.parents, mass, alike, page)
    sure = np.array([best, right / weight, np.log1p(right), likely.max()])
    columns.part("first_f1", sure.size)[:] = sure[:, None]
