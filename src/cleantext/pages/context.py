"""What a first opinion of all blocks of a page says of each: the second reading of the classifier.

A block that was doubted alone is judged again by how its neighbors, the elements around it and all blocks like it were
judged, and by how sure the whole page is: lists and grids are main content or chrome together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cleantext.pages.ancestry import Tree, loops, window_means

__all__ = ["CONTEXT", "context_columns", "expected_f1"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_NEIGHBORS, _WINDOWS, _GROUP_LEVELS = (1, 2), (2, 5, 12), 4
# Surer than this is as good as sure; what stands before the first block and after the last is chrome; an empty block
# still weighs something.
_SURE, _BEYOND, _LEAST_TOKENS = 1e-4, -9.0, 0.5

CONTEXT = (
    "first",
    *(f"first{sign}{step}" for step in _NEIGHBORS for sign in "-+"),
    *(f"first_window{reach}" for reach in _WINDOWS),
    *("first_rank", "first_over_cut", "first_before", "first_after"),
    *("first_f1", "first_share", "first_kept", "first_most"),
    *(f"first_group{level}{what}" for level in range(_GROUP_LEVELS) for what in ("", "_share")),
    *("first_alike", "first_alike_share"),
)


def expected_f1(likely: F64, tokens: F64) -> tuple[I64, F64]:
    """The blocks from the likeliest to the least, and the expected F1 of the tokens of those up to each."""
    order = np.argsort(-likely, kind="stable")
    kept = np.cumsum(tokens[order])
    right = np.cumsum((tokens * likely)[order])
    return order, 2 * right / np.maximum(kept + (tokens * likely).sum(), 1e-9)


def context_columns(likely: F64, tokens: F64, tree: Tree, element: I64) -> F32:
    """The columns `CONTEXT`: `likely` is the first opinion of each block, `element` its innermost element in `tree`."""
    likely = np.clip(likely, _SURE, 1 - _SURE)
    weights = tokens + _LEAST_TOKENS
    rows = np.column_stack([weights, weights * likely])
    odds = np.log(likely / (1 - likely))
    columns = [
        odds,
        *_neighbors(odds),
        *window_means(rows, _WINDOWS),
        *_place(likely, odds, rows),
        *_groups(rows, tree, element),
    ]
    table: F32 = np.column_stack(columns).astype(np.float32)
    return table


def _neighbors(odds: F64) -> list[F64]:
    found = []
    for step in _NEIGHBORS:
        before, after = np.full(odds.size, _BEYOND), np.full(odds.size, _BEYOND)
        before[step:], after[:-step] = odds[:-step], odds[step:]
        found += [before, after]
    return found


def _place(likely: F64, odds: F64, rows: F64) -> list[F64]:
    """How the block stands among all blocks of the page, and how sure the page is."""
    weights, right = rows.T
    order, expected = expected_f1(likely, weights)
    best, whole = float(expected.max()), float(right.sum())
    rank = np.empty(likely.size)
    rank[order] = np.cumsum(weights[order]) - weights[order]
    before = np.cumsum(right) - right
    page = (best, whole / weights.sum(), np.log1p(whole), likely.max())
    cut = min(best / 2, 1 - _SURE)
    return [
        rank / weights.sum(),
        odds - np.log(cut / (1 - cut)),
        before / whole,
        (whole - before - right) / whole,
        *(np.full(likely.size, value) for value in page),
    ]


def _groups(rows: F64, tree: Tree, element: I64) -> list[F64]:
    whole, found, at = rows[:, 1].sum(), [], element
    mass = np.zeros((tree.parents.size, 2))
    loops().add_rows(element, rows, mass)
    loops().gather(tree.parents, mass)
    for _ in range(_GROUP_LEVELS):
        found += [mass[at, 1] / mass[at, 0], mass[at, 1] / whole]
        at = np.where(tree.parents[at] >= 0, tree.parents[at], at)
    kind = tree.signatures[element]
    alike = np.zeros((int(kind.max()) + 1, 2))
    loops().add_rows(kind, rows, alike)
    return [*found, alike[kind, 1] / alike[kind, 0], alike[kind, 1] / whole]
