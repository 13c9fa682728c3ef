"""The arrays of one configuration, and the way of a text through them: which walks, in which order."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from cleantext.text._loops import I64, NORMALIZED, U16
from cleantext.text.cache import load, store
from cleantext.text.compiled import Tables, compile_step, units_of
from cleantext.text.dictionaries import Layers, Recipe

__all__ = ["Walker", "load_tables"]

# Part of the name of what is cached: changes with the form of the tables.
_FORM = 2


class Walker:
    """A configuration as tables. They are made, or loaded, when they are first needed."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def convert(self, walks: Any, text: str) -> str | None:
        """`text` converted by `walks` (`_loops` or `_kernels`); None where it has lone surrogates."""
        try:
            units = units_of(text)
        except UnicodeEncodeError:
            return None
        longest_first = self._recipe.longest_first
        converted = _through(walks, units, self._steps, longest_first=longest_first)
        if converted is None:  # rare enough to begin again
            converted = _through(walks, units, self._steps_after_normalizing, longest_first=longest_first)
            assert converted is not None
        return str(converted.data, "utf-16-le")

    @cached_property
    def _steps(self) -> list[Tables]:
        """The tables of every walk. The first stops where a character has to be normalized before."""
        return [
            self._tables(str(number), layers, before, cutting)
            for number, (layers, before, cutting) in enumerate(_plan(self._recipe))
        ]

    @cached_property
    def _steps_after_normalizing(self) -> list[Tables]:
        """`_steps` with those that normalize before, where the first stops at nothing."""
        normalizing = [self._tables(f"n{number}", layers, (), 0) for number, layers in enumerate(self._recipe.before)]
        first = self._steps[0].first & ~np.uint32(NORMALIZED)
        return [*normalizing, self._steps[0]._replace(first=first), *self._steps[1:]]

    def _tables(self, number: str, layers: Layers, before: Layers, cutting: int) -> Tables:
        """The tables of one walk, from the disk where they are kept there."""
        name = f"script-{_FORM}-{self._recipe.name}-{self._recipe.digest}-{number}"
        tables = load_tables(name)
        if tables is None:
            tables = compile_step(layers, before, longest_first=self._recipe.longest_first, cutting=cutting)
            store(name, {key: np.asarray(value) for key, value in tables._asdict().items()})
        return tables


def load_tables(name: str) -> Tables | None:
    """The tables kept on disk under `name`."""
    arrays = load(name)
    if arrays is None or set(arrays) != set(Tables._fields):
        return None
    growth, cutting = float(arrays.pop("growth")), int(arrays.pop("cutting"))
    return Tables(growth=growth, cutting=cutting, **arrays)


def _plan(recipe: Recipe) -> list[tuple[Layers, Layers, int]]:
    """The walks: words, what has to be done before them, and how many of the layers end a segment.

    Where the first step begins with the words that segment, and all it has beside them are single characters, it
    finds the segments itself: at every place it takes the word that segmentation would, or none.
    """
    before: Layers = tuple(layer for layers in recipe.before for layer in layers)
    plan: list[tuple[Layers, Layers, int]] = [(layers, (), 0) for layers in recipe.steps]
    cut = recipe.segmentation
    if cut and len(plan) > 1:
        others = recipe.steps[0][len(cut) :]
        if recipe.steps[0][: len(cut)] == cut and all(len(word) == 1 for layer in others for word in layer):
            plan[0] = (recipe.steps[0], (), len(cut))
        else:
            plan.insert(0, (tuple({word: word for word in layer} for layer in cut), (), len(cut)))
    if plan:
        plan[0] = (_without(plan[0][0], before), before, plan[0][2])
    return plan


def _without(layers: Layers, before: Layers) -> Layers:
    """`layers` without words that hold what is normalized before they are looked for, and so are never found."""
    gone = {word[0] for layer in before for word in layer}
    return tuple(
        {word: value for word, value in layer.items() if len(word) == 1 or gone.isdisjoint(word)} for layer in layers
    )


def _through(walks: Any, units: U16, steps: list[Tables], *, longest_first: bool) -> U16 | None:
    """`units` after all steps; None where they have to be normalized before."""
    cuts: I64 = np.array([units.size], dtype=np.int64)
    for step in steps:
        tables = step[:8]
        out = np.empty(int(units.size * step.growth) + 1, dtype=np.uint16)
        if longest_first:
            filled = walks.longest_first(units, *tables, out)
        else:
            out_cuts = np.empty((out.size if step.cutting else cuts.size) + 2, dtype=np.int64)
            filled, cut_count = walks.forward(units, cuts, *tables, step.cutting, out, out_cuts)
            if filled < 0:
                return None
            cuts = out_cuts[:cut_count]
        units = out[:filled]
    return units
