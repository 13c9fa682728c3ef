"""The walk down trees in plain Python, which `_kernels` compiles; the arrays are those of `classify.Model`."""

from __future__ import annotations

from typing import Any

__all__ = ["add_trees"]


def add_trees(
    table: Any,
    feature: Any,
    threshold: Any,
    left: Any,
    right: Any,
    missing_left: Any,
    value: Any,
    roots: Any,
    sums: Any,
) -> None:
    """Adds to `sums` what every tree has for each row of `table`. Tree by tree, whose nodes then stay in the cache."""
    for tree in range(roots.size):
        for row in range(table.shape[0]):
            at = roots[tree]
            while left[at] != at:
                asked = table[row, feature[at]]
                is_left = asked <= threshold[at] or (missing_left[at] and asked != asked)  # noqa: PLR0124 - NaN
                at = left[at] if is_left else right[at]
            sums[row] += value[at]
