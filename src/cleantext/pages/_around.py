"""Loops over what is around the lines of a text in plain Python, which `_kernels` compiles."""

from __future__ import annotations

from typing import Any

__all__ = ["beside", "weigh"]


def beside(sums: Any, reaches: Any, means: Any) -> None:
    """Fill `means` with those of so many rows before each and after it, by their running sums; 0 at the ends: what
    `line_scores` does with whole columns, to the bit."""
    n = sums.shape[0] - 1
    for k in range(reaches.size):
        for i in range(n):
            start, end = max(i - reaches[k], 0), min(i + 1 + reaches[k], n)
            for column in range(sums.shape[1]):
                means[0, k, i, column] = (sums[i, column] - sums[start, column]) / max(i - start, 1)
                means[1, k, i, column] = (sums[end, column] - sums[i + 1, column]) / max(end - i - 1, 1)


def weigh(masses: Any, marks: Any, ends: Any, rows: Any, reach: Any, found: Any) -> None:
    """Fill `found` with how much text follows each of some lines before marks say that it is over, nearer text
    counting more: `zones._Below`."""
    for k in range(rows.size):
        total, marked, weight = 0.0, 0.0, 1.0
        for j in range(rows[k] + 1, min(masses.size, rows[k] + reach)):
            if total > 0:
                marked += marks[j]
            if marked >= 1.5 or (total > 150 and marked >= 1):
                break
            weight *= 0.97
            if masses[j]:
                total += masses[j] * weight * (1.0 if ends[j] > 0 or masses[j] > 40 else 0.3)
        found[k] = total
