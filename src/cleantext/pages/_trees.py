"""The walk down trees in plain Python, which `_kernels` compiles; the arrays are those of `classify.Model`."""

from __future__ import annotations

from typing import Any

__all__ = ["add_masked", "add_trees"]


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


def add_masked(columns: Any, nodes: Any, leaves: Any, bits: Any, room: Any, sums: Any) -> None:
    """Adds what `add_trees` adds, without a branch in its loops: every question of a tree is put to all rows, and
    where the answer is the right node, the leaves left of it are struck off. The first leaf that stays is the row's
    (QuickScorer: Lucchese et al. 2015).

    `columns` is the table, a feature a row; `nodes`, `leaves` and `bits` are those of `masks.Masks`; `room` is for the
    bits of so many rows as are to be looked at together.
    """
    features, thresholds, missing_left, stays, node_starts = nodes
    values, leaf_starts = leaves
    everything, factor, places = bits
    one = factor // factor
    for begin in range(0, columns.shape[1], room.size):
        count = min(room.size, columns.shape[1] - begin)
        for tree in range(leaf_starts.size - 1):
            for row in range(count):
                room[row] = everything
            for node in range(node_starts[tree], node_starts[tree + 1]):
                asked = columns[features[node], begin : begin + count]
                threshold, stay = thresholds[node], stays[node]
                if missing_left[node]:
                    for row in range(count):
                        room[row] &= stay if asked[row] > threshold else everything
                else:
                    for row in range(count):
                        room[row] &= everything if asked[row] <= threshold else stay
            first = leaf_starts[tree]
            for row in range(count):
                lowest = room[row] & (~room[row] + one)
                sums[begin + row] += values[first + places[(lowest * factor) >> 58]]
