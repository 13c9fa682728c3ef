"""OpenCC's conversion by arrays: which walk a text gets, and in what pieces.

Short texts are converted by `_plain`, which needs nothing compiled. Long ones go in pieces that stay in the
processor's cache through the walks of `_kernels`. Both give the same text, so the choice is one of speed alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache, cached_property
from importlib import import_module
from typing import Any

import numpy as np

from cleantext.text._loops import I64, NORMALIZED, U16
from cleantext.text._plain import Step, plain
from cleantext.text.cache import load, store
from cleantext.text.compiled import Tables, compile_step, units_of
from cleantext.text.dictionaries import Layers, Recipe, Source, read_recipe, source

__all__ = ["COMPILED_FROM", "Engine", "engine"]

# Characters from which loading the kernels (half a second) pays, and from which calling them does once they are loaded.
COMPILED_FROM = 100_000
_LOADED_FROM = 1_000
# Characters of a piece: its units before and after stay in the second-level cache.
_PIECE = 100_000
# A description of a character (U+2FF0 and on) may reach over this many characters, whichever they are.
_REACH = 64
_OPERATOR = re.compile("[\u2ff0-\u2fff]")
_KERNELS = "cleantext.text._kernels"
# Part of the name of what is cached: changes with the form of the tables.
_FORM = 1


class Engine:
    """One configuration, ready to convert. It holds no state but its tables: share it among threads."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def convert(self, text: str) -> str:
        """`text` converted. Lone surrogates stay as they are.

        >>> engine("t2s").convert("乾隆皇帝的頭髮")
        '乾隆皇帝的头发'
        """
        if len(text) < (_LOADED_FROM if _KERNELS in sys.modules else COMPILED_FROM):
            return self.convert_plainly(text)
        return self.convert_with(import_module(_KERNELS), text)

    def convert_plainly(self, text: str) -> str:
        """`convert` without arrays."""
        return plain(text, *self._plain)

    def convert_with(self, walks: Any, text: str) -> str:
        """`convert` with the walks of `_loops` or `_kernels`."""
        return "".join([self._piece(walks, piece) for piece in self._pieces(text)])

    @cached_property
    def keeps_length(self) -> bool:
        """Whether no word has another length than what it becomes."""
        return all(
            len(word) == len(value)
            for layers in (*self.recipe.before, *self.recipe.steps)
            for layer in layers
            for word, value in layer.items()
        )

    def _piece(self, walks: Any, text: str) -> str:
        try:
            units = units_of(text)
        except UnicodeEncodeError:
            return self.convert_plainly(text)
        longest_first = self.recipe.longest_first
        converted = _through(walks, units, self._steps, longest_first=longest_first)
        if converted is None:  # rare enough to begin again
            converted = _through(walks, units, self._steps_after_normalizing, longest_first=longest_first)
            assert converted is not None
        return str(converted.data, "utf-16-le")

    def _pieces(self, text: str) -> Iterator[str]:
        """`text` in pieces that no word crosses, cut where it has a character that no dictionary has."""
        start = 0
        while len(text) - start > 2 * _PIECE:
            end = start + _PIECE
            while match := self._inert.search(text, end):
                end = match.end()
                if not _OPERATOR.search(text, max(start, end - _REACH), end):
                    break
            else:
                break
            yield text[start:end]
            start = end
        yield text[start:]

    @cached_property
    def _plain(self) -> tuple[list[Step], Step | None, list[Step]]:
        recipe = self.recipe
        return (
            [Step(layers) for layers in recipe.before],
            Step(recipe.segmentation) if recipe.segmentation else None,
            [Step(layers, longest_first=recipe.longest_first) for layers in recipe.steps],
        )

    @cached_property
    def _inert(self) -> re.Pattern[str]:
        """Marks and spaces that are in no word and so stay as they are."""
        recipe = self.recipe
        every = [*recipe.before, recipe.segmentation or (), *recipe.steps]
        chars = {char for layers in every for layer in layers for word in layer for char in word}
        inert = [char for char in "\n。，；！？、.,;!? " if char not in chars]
        return re.compile(f"[{re.escape(''.join(inert))}]" if inert else r"(?!)")

    @cached_property
    def _steps(self) -> list[Tables]:
        """The tables of every walk. The first stops where a character has to be normalized before."""
        return [
            self._tables(str(number), layers, before, cutting)
            for number, (layers, before, cutting) in enumerate(_plan(self.recipe))
        ]

    @cached_property
    def _steps_after_normalizing(self) -> list[Tables]:
        """`_steps` with those that normalize before, where the first stops at nothing."""
        normalizing = [self._tables(f"n{number}", layers, (), 0) for number, layers in enumerate(self.recipe.before)]
        first = self._steps[0].first & ~np.uint32(NORMALIZED)
        return [*normalizing, self._steps[0]._replace(first=first), *self._steps[1:]]

    def _tables(self, number: str, layers: Layers, before: Layers, cutting: int) -> Tables:
        """The tables of one walk, from the disk where they are kept there."""
        name = f"script-{_FORM}-{self.recipe.name}-{self.recipe.digest}-{number}"
        tables = _loaded(name)
        if tables is None:
            tables = compile_step(layers, before, longest_first=self.recipe.longest_first, cutting=cutting)
            store(name, {key: np.asarray(value) for key, value in tables._asdict().items()})
        return tables


def _loaded(name: str) -> Tables | None:
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
    steps = [(layers, (), 0) for layers in recipe.steps]
    cut = recipe.segmentation
    plan: list[tuple[Layers, Layers, int]] = list(steps)
    if cut and len(steps) > 1:
        others = recipe.steps[0][len(cut) :]
        if recipe.steps[0][: len(cut)] == cut and all(len(word) == 1 for layer in others for word in layer):
            plan[0] = (recipe.steps[0], (), len(cut))
        else:
            plan.insert(0, (tuple({word: word for word in layer} for layer in cut), (), len(cut)))
    if plan:
        plan[0] = (plan[0][0], before, plan[0][2])
    return plan


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


@cache
def engine(name: str, origin: Source | None = None) -> Engine:
    """The engine of the configuration `name` in the data of `origin` (default: the first that is installed).

    Raises ConfigError where there is none of that name, and MissingDependencyError where no data is installed.
    """
    return Engine(read_recipe(name, origin or source()))
