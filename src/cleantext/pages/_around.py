"""What follows the lines of a text, weighed in plain Python, which `_kernels` compiles."""

from __future__ import annotations

from typing import Any

__all__ = ["weigh"]


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
