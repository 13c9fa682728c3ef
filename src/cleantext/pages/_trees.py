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


def add_masked(columns: Any, nodes: Any, leaves: Any, bits: Any, shared: Any, room: Any, sums: Any) -> None:
    """Adds what `add_trees` adds, without a branch in its loops: every question of a tree is put to all rows, and
    where the answer is the right node, the leaves left of it are struck off. The first leaf that stays is the row's
    (QuickScorer: Lucchese et al. 2015). What all rows answer alike is asked once, most others four at a time.

    `columns` is the table, a feature a row, wider than there are `sums` where that makes the loops even; `nodes`,
    `leaves`, `bits` and `shared` are those of `masks.Masks`; `room` is for the bits of so many rows as are to be looked
    at together.
    """
    features, thresholds, missing_left, stays, starts = nodes
    values, leaf_starts = leaves
    everything, factor, places = bits
    one = factor // factor
    for begin in range(0, sums.size, room.size):
        end, count = min(begin + room.size, columns.shape[1]), min(room.size, sums.size - begin)
        once = are_same(columns[:, begin : begin + count], shared)
        for tree in range(leaf_starts.size - 1):
            first, fours, others, last = starts[tree]
            kept = everything
            if once:
                for node in range(first, fours):
                    asked = columns[features[node], begin]
                    is_left = asked <= thresholds[node] or (missing_left[node] and asked != asked)  # noqa: PLR0124 - NaN
                    kept &= everything if is_left else stays[node]
            for row in range(end - begin):
                room[row] = kept
            if not once:
                for node in range(first, fours):
                    strike(room, columns[features[node], begin:end], thresholds[node], missing_left[node], stays[node])
            for node in range(fours, others, 4):  # the last of them more than once, which changes nothing
                a, b, c, d = node, min(node + 1, others - 1), min(node + 2, others - 1), min(node + 3, others - 1)
                asked_a, threshold_a, stays_a = columns[features[a], begin:end], thresholds[a], stays[a]
                asked_b, threshold_b, stays_b = columns[features[b], begin:end], thresholds[b], stays[b]
                asked_c, threshold_c, stays_c = columns[features[c], begin:end], thresholds[c], stays[c]
                asked_d, threshold_d, stays_d = columns[features[d], begin:end], thresholds[d], stays[d]
                for row in range(end - begin):
                    room[row] &= (
                        (stays_a if asked_a[row] > threshold_a else everything)
                        & (stays_b if asked_b[row] > threshold_b else everything)
                        & (stays_c if asked_c[row] > threshold_c else everything)
                        & (stays_d if asked_d[row] > threshold_d else everything)
                    )
            for node in range(others, last):
                strike(room, columns[features[node], begin:end], thresholds[node], missing_left[node], stays[node])
            values_of = values[leaf_starts[tree] : leaf_starts[tree + 1]]
            for row in range(count):
                lowest = room[row] & (~room[row] + one)
                sums[begin + row] += values_of[places[(lowest * factor) >> 58]]


def are_same(columns: Any, shared: Any) -> Any:
    """Whether those of the columns that are `shared` have each one value, or none, for all rows."""
    for column in shared:
        values, others, missing = columns[column], 0, 0
        for row in range(values.size):
            others += values[row] != values[0]
            missing += values[row] != values[row]
        if others > 0 and missing < values.size:
            return False
    return True


def strike(room: Any, asked: Any, threshold: Any, missing_left: Any, stays: Any) -> None:
    """Takes from the bits of every row all but those that stay, where the answer is the right node."""
    everything = stays | ~stays
    if missing_left:
        for row in range(asked.size):
            room[row] &= stays if asked[row] > threshold else everything
    else:
        for row in range(asked.size):
            room[row] &= everything if asked[row] <= threshold else stays


PARTS = (are_same, strike)
