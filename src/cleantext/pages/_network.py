"""What the networks of `network` do with the blocks of a page, in plain Python, which `_kernels` compiles.

Matrices have a row for each input or channel and a column for each block, so that the innermost loops go over blocks.
What is added up are whole numbers, which give the same in any order. `scale` says how many parts one has, `most` how
many parts there may be.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["PARTS", "add_layer", "add_products", "take"]


def take(columns: Any, scales: Any, most: Any, taken: Any) -> None:
    """Fills `taken` with the inputs, as whole parts about their mean; `scales` are halves, means and stretches."""
    half, middle, stretch = scales
    for j in range(columns.shape[0]):
        row, told, at, mean, factor = columns[j], taken[j], half[j], middle[j], stretch[j]
        for i in range(row.size):
            value = (row[i] / (at + abs(row[i])) - mean) * factor
            told[i] = whole(value if value == value else factor - factor, most)  # noqa: PLR0124 - NaN


def whole(value: Any, most: Any) -> Any:
    """The nearest whole number, no farther from 0 than `most`."""
    nearest = np.rint(value)
    nearest = most if nearest > most else nearest
    return -most if nearest < -most else nearest


def add_products(weights: Any, rows: Any, sums: Any) -> None:
    """Adds to `sums` the product of `weights` and `rows`: four rows of it and two of theirs at a time."""
    outputs, inputs = sums.shape[0] // 4 * 4, rows.shape[0] // 2 * 2
    for c in range(0, outputs, 4):
        sum_a, sum_b, sum_c, sum_d = sums[c], sums[c + 1], sums[c + 2], sums[c + 3]
        of_a, of_b, of_c, of_d = weights[c], weights[c + 1], weights[c + 2], weights[c + 3]
        for j in range(0, inputs, 2):
            a, b, c_, d = of_a[j], of_b[j], of_c[j], of_d[j]
            a2, b2, c2, d2 = of_a[j + 1], of_b[j + 1], of_c[j + 1], of_d[j + 1]
            row, other = rows[j], rows[j + 1]
            for i in range(row.size):
                one, two = row[i], other[i]
                sum_a[i] += a * one + a2 * two
                sum_b[i] += b * one + b2 * two
                sum_c[i] += c_ * one + c2 * two
                sum_d[i] += d * one + d2 * two
    for c in range(sums.shape[0]):
        total, of = sums[c], weights[c]
        for j in range(inputs if c < outputs else 0, rows.shape[0]):
            weight, row = of[j], rows[j]
            for i in range(row.size):
                total[i] += weight * row[i]


def add_layer(
    state: Any, shares: Any, step: Any, weights: Any, units: Any, others: Any, limits: Any, room: Any
) -> None:
    """Adds to the channels of all blocks what a layer says, as `Network._layer` gives it.

    `weights` and `units` are of what is seen, of the page and of what is said, a row a channel, the channels of one
    network after those of another; `others` are taps and biases. `room` is two matrices like `state`, and a row.
    """
    (own, page, back), (own_unit, page_unit, back_unit) = weights, units
    taps, own_bias, back_bias = others
    scale, most = limits
    rounded, mixed, mean = room
    networks, channels, size = own.shape[0], own.shape[1], shares.size
    even, zero = size // 4 * 4, scale - scale  # of the kind of the others
    whole_shares = 0.0
    for i in range(size):
        whole_shares += shares[i]
    for c in range(state.shape[0]):
        row, told, blend, total = state[c], rounded[c], mixed[c], 0.0
        before, itself, behind = taps[0, c], taps[1, c], taps[2, c]
        for i in range(size):
            told[i] = whole(row[i] * scale, most)
        for i in range(size):
            blend[i] = told[i] * itself
        for i in range(step, size):
            blend[i] += told[i - step] * before
        for i in range(size - step):
            blend[i] += told[i + step] * behind
        for i in range(size):
            blend[i] = whole(blend[i], most)
        for i in range(even, size):
            total += told[i] * shares[i]
        one = two = three = four = 0.0  # a sum would wait for each of its terms
        for i in range(0, even, 4):
            one += told[i] * shares[i]
            two += told[i + 1] * shares[i + 1]
            three += told[i + 2] * shares[i + 2]
            four += told[i + 3] * shares[i + 3]
        mean[c] = whole(np.float32((total + one + two + three + four) / whole_shares), most)
        for i in range(size):
            told[i] = zero
    for network in range(networks):
        part = slice(network * channels, (network + 1) * channels)
        add_products(own[network], mixed[part], rounded[part])
    for c in range(state.shape[0]):
        network, product = c // channels, zero
        for j in range(channels):
            product += page[network, c % channels, j] * mean[network * channels + j]
        of_page, told, blend = product * page_unit[c], rounded[c], mixed[c]
        unit, bias = own_unit[c], own_bias[c]
        for i in range(size):
            seen = told[i] * unit + bias + of_page
            blend[i] = whole((seen if seen > 0 else zero) * scale, most)
            told[i] = zero
    for network in range(networks):
        part = slice(network * channels, (network + 1) * channels)
        add_products(back[network], mixed[part], rounded[part])
    for c in range(state.shape[0]):
        row, told, unit, bias = state[c], rounded[c], back_unit[c], back_bias[c]
        for i in range(size):
            row[i] += told[i] * unit + bias


# What the others call.
PARTS = (whole, add_products)
