"""Sums over the blocks around each block."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["window_means", "window_sums"]

F64 = npt.NDArray[np.float64]


def window_sums(values: F64, windows: Sequence[tuple[int, int]]) -> F64:
    """For each window, the first and the last block it reaches to from a block, those before it being negative: the
    sums of every row of `values` over the window of each block. By window, row and block."""
    count, size = values.shape
    reach = max(max(-first, last) for first, last in windows)
    begin = reach + 1
    sums = np.zeros((count, size + begin + reach))  # up to each block, and beyond both ends what is there
    np.cumsum(values, axis=1, out=sums[:, begin : begin + size])
    sums[:, begin + size :] = sums[:, begin + size - 1, None]
    found = np.empty((len(windows), count, size))
    for (first, last), within in zip(windows, found, strict=True):
        up_to, before = begin + last, reach + first
        np.subtract(sums[:, up_to : up_to + size], sums[:, before : before + size], out=within)
    return found


def window_means(weights: F64, values: F64, reaches: Sequence[int]) -> F64:
    """For each reach the weighted means over so many blocks before and after each; `values` are those times weights."""
    sums = window_sums(np.stack((weights, values)), [(-reach, reach) for reach in reaches])
    found: F64 = sums[:, 1] / sums[:, 0]
    return found
