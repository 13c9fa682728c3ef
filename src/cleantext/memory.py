"""How much memory a run may take."""

from __future__ import annotations

import os
import re

__all__ = ["budget_of"]

_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
# Where the machine does not say what it has.
_UNKNOWN = 4 << 30


def budget_of(amount: str | None) -> int:
    """`amount`, such as 500M or 6G, in bytes; None is half of what the machine has.

    >>> budget_of("1.5G")
    1610612736
    """
    if amount is not None:
        number, unit = re.match(r"([\d.]+)([a-z])", amount.lower()).groups()  # type: ignore[union-attr]  # checked
        return int(float(number) * _UNITS[unit])
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return _UNKNOWN // 2
