"""The best path through the lines of a text in plain Python, which `_kernels` compiles."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["follow"]

# How much longer a line weighs for being longer, its score at least and at most; the price of entering the main
# content, of leaving it and of entering it again.
_UNIT, _LOWEST, _HIGHEST = 16.0, -4.0, 12.0
_ENTER, _LEAVE, _REENTER = 1.0, 1.0, 1.0


def follow(scores: Any, units: Any, returns: Any, steps: Any, path: Any) -> None:
    """Fill `path` with the lines of the main content: the best way before → in ↔ after, on which at least one line is.

    `returns` is what entering again costs more at each line; `steps`, a row of two a line, is room.
    """
    before, inside, after = 0.0, -math.inf, -math.inf
    for i in range(scores.size):
        gain = min(max(scores[i] * math.sqrt((units[i] + 1) / _UNIT), _LOWEST), _HIGHEST)
        enter, stay, back = before - _ENTER, inside, after - _REENTER - returns[i]
        into = max(enter, stay, back)
        leave = inside - _LEAVE
        steps[i, 0] = 0 if into == enter and enter > stay else 1 if into == stay else 2
        steps[i, 1] = 1 if leave > after else 2
        inside, after = into + gain, max(after, leave)
    state = 1 if inside >= after else 2
    for i in range(scores.size - 1, -1, -1):
        path[i] = state == 1
        if state:
            state = steps[i, state - 1]
