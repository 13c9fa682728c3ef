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
from typing import TYPE_CHECKING, Any

from cleantext.text._plain import Step, plain
from cleantext.text.dictionaries import Recipe, Source, read_recipe, source

if TYPE_CHECKING:
    from cleantext.text.walker import Walker

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
        converted = []
        for piece in self._pieces(text):
            after = self._walker.convert(walks, piece)
            converted.append(self.convert_plainly(piece) if after is None else after)
        return "".join(converted)

    @cached_property
    def keeps_length(self) -> bool:
        """Whether no word has another length than what it becomes."""
        return all(
            len(word) == len(value)
            for layers in (*self.recipe.before, *self.recipe.steps)
            for layer in layers
            for word, value in layer.items()
        )

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
    def _walker(self) -> Walker:
        from cleantext.text.walker import Walker  # noqa: PLC0415 - brings numpy

        return Walker(self.recipe)


@cache
def engine(name: str, origin: Source | None = None) -> Engine:
    """The engine of the configuration `name` in the data of `origin` (default: the first that is installed).

    Raises ConfigError where there is none of that name, and MissingDependencyError where no data is installed.
    """
    return Engine(read_recipe(name, origin or source()))
