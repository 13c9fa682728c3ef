"""The second reader of a page: a few small networks that see all its blocks in a row, taught by the F1 of pages.

Trees judge one block after another, and were taught to be right about each. What counts is the text that all kept
blocks make together, and so the networks were taught: they see each block's columns (`columns.Columns`), those of
blocks before and after it, and the mean of the page. Their answer is the mean of what each of them says.

Every product of matrices is one of whole numbers: weights have eight bits, and what they are multiplied with is rounded
to so many that each sum is exact as a single. So it is the same in any order, on any machine, in NumPy and compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.pages.compiled import pays

__all__ = ["LEAST_TOKENS", "PARTS", "Network", "whole_weights"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int8]

# A single is exact to here; the greatest weight.
_EXACT, _MOST_WEIGHT = 1 << 24, 127
# An empty block still weighs something.
LEAST_TOKENS = 0.5
# What is multiplied with weights is in such parts, and so is what blocks weigh in the mean of a page.
PARTS = 128
_SCALE = np.float32(PARTS)
# So many blocks enter together: their inputs stay in the cache.
_TOGETHER = 1024


def whole_weights(weights: npt.NDArray[Any]) -> tuple[I8, F32]:
    """Weights as whole numbers, and for each row what one of them is."""
    unit = np.maximum(np.abs(weights).max(axis=-1), 1e-12) / _MOST_WEIGHT
    return np.rint(weights / unit[..., None]).astype(np.int8), unit.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Networks side by side: of so many layers, networks, channels and inputs as the arrays are long.

    `half` is where an input is half as strong as it can be, `middle` its mean when it is taken so, and `stretch` makes
    whole parts of how far it is from that. A part that ends in `_unit` is what one of the whole weights is; `taps` are
    what each channel takes of the block `steps` before, of the block, and of that so many behind. `own` are the weights
    of that, `page` those of the page's mean, and `back` those of what is said of both.
    """

    half: F32  # inputs
    middle: F32
    stretch: F32
    enter: I8  # networks x channels, inputs
    enter_unit: F32  # networks x channels
    enter_bias: F32
    steps: npt.NDArray[np.int32]  # layers
    taps: F32  # layers, 3, networks x channels
    own: I8  # layers, networks, channels, channels
    own_unit: F32  # layers, networks x channels
    own_bias: F32
    page: I8
    page_unit: F32
    back: I8
    back_unit: F32
    back_bias: F32
    leave: I8  # 1, networks x channels: what all of them say in the mean
    leave_unit: F32  # 1
    leave_bias: F32

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Network:
        """The networks of arrays as `arrays` gives them."""
        return cls(**{one.name: arrays[one.name] for one in fields(cls)})

    @property
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name, in order."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def probabilities(self, columns: F32, tokens: F64) -> F64:
        """How likely each block of a page is main content: `columns` has a column for each (its rows are those of
        `Columns.columns`), `tokens` says how many are in each."""
        state = np.empty((len(self.enter), tokens.size), dtype=np.float32)
        for start in range(0, tokens.size, _TOGETHER):
            part = slice(start, start + _TOGETHER)
            entered = _products(self.enter, self._taken(np.ascontiguousarray(columns[:, part])))
            state[:, part] = entered * (self.enter_unit / _SCALE)[:, None]
        state += self.enter_bias[:, None]
        shares = np.rint(np.sqrt(tokens + LEAST_TOKENS) * PARTS)
        add_layers = self._add_layers_compiled if pays() else self._add_layers
        add_layers(state, shares)
        said = _products(self.leave, _whole(state * _SCALE, len(state)))[0]
        odds = (said * (self.leave_unit / _SCALE) + self.leave_bias).astype(np.float64)
        likely: F64 = (1 + np.tanh(odds / 2)) / 2  # no odds are too great for it
        return likely

    def _taken(self, columns: F32) -> F32:
        """The inputs between -1 and 1, about their mean, in whole parts; what is missing is at it."""
        if pays():
            taken = np.empty(columns.shape, dtype=np.float32)
            _kernels().take(columns, (self.half, self.middle, self.stretch), _most(columns.shape[0]), taken)
            return taken
        half, middle, stretch = (one[:, None] for one in (self.half, self.middle, self.stretch))
        told: F32 = (columns / (half + np.abs(columns)) - middle) * stretch
        return _whole(np.where(np.isnan(told), np.float32(0), told), columns.shape[0])

    def _add_layers(self, state: F32, shares: F64) -> None:
        """Adds to the channels of all blocks what the layers say, one after another."""
        for layer in range(self.steps.size):
            state += self._layer(layer, state, shares)

    def _layer(self, layer: int, state: F32, shares: F64) -> F32:
        """What a layer says; `shares` are what the blocks weigh in the page's mean."""
        step, channels = int(self.steps[layer]), self.own.shape[2]
        rounded = _whole(state * _SCALE, channels)
        before, itself, behind = self.taps[layer][:, :, None]
        mixed = rounded * itself
        mixed[:, step:] += rounded[:, :-step] * before
        mixed[:, :-step] += rounded[:, step:] * behind
        seen = self._said(self.own[layer], self.own_unit[layer], _whole(mixed, channels))
        seen += self.own_bias[layer][:, None]
        mean = (rounded.astype(np.float64) @ shares / shares.sum()).astype(np.float32)[:, None]
        seen += self._said(self.page[layer], self.page_unit[layer], _whole(mean, channels))
        active = _whole(np.maximum(seen, np.float32(0)) * _SCALE, channels)
        said: F32 = self._said(self.back[layer], self.back_unit[layer], active) + self.back_bias[layer][:, None]
        return said

    def _said(self, weights: I8, unit: F32, rows: F32) -> F32:
        """What the channels of each network weigh of its own rows."""
        product = weights.astype(np.float32) @ rows.reshape(*self.own.shape[1:3], -1)
        said: F32 = product.reshape(rows.shape[0], -1) * (unit / _SCALE)[:, None]
        return said

    def _add_layers_compiled(self, state: F32, shares: F64) -> None:
        """`_add_layers`, to the bit."""
        room = np.empty_like(state), np.empty_like(state), np.empty(len(state), dtype=np.float32)
        limits, add_layer = (_SCALE, _most(self.own.shape[2])), _kernels().add_layer
        for step, weights, units, others in _layers_of(self):
            add_layer(state, shares, step, weights, units, others, limits, room)


@cache
def _layers_of(network: Network) -> tuple[tuple[int, tuple[F32, ...], tuple[F32, ...], tuple[F32, ...]], ...]:
    """What the compiled loop asks of each layer."""
    found = []
    for layer, step in enumerate(network.steps.tolist()):
        weights = tuple(one[layer].astype(np.float32) for one in (network.own, network.page, network.back))
        units = tuple(one[layer] / _SCALE for one in (network.own_unit, network.page_unit, network.back_unit))
        others = network.taps[layer], network.own_bias[layer], network.back_bias[layer]
        found.append((step, weights, units, others))
    return tuple(found)


def _kernels() -> Any:
    import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

    return kernels


def _products(weights: I8, rows: F32) -> F32:
    """The product of matrices of whole numbers, exact."""
    singles = weights.astype(np.float32)
    if not pays():
        return singles @ rows
    product = np.zeros((len(singles), rows.shape[1]), dtype=np.float32)
    _kernels().add_products(singles, rows, product)
    return product


def _whole(values: F32, terms: int) -> F32:
    """Whole numbers of which so many products with weights add up to an exact single."""
    most = _most(terms)
    found: F32 = np.minimum(np.maximum(np.rint(values), -most), most)
    return found


def _most(terms: int) -> np.float32:
    return np.float32(_EXACT // (_MOST_WEIGHT * terms))
