"""The block classifier: gradient-boosted trees over the features of `features`, and networks, read from arrays.

The model is made by `benchmarks/quality/train.py`, with LightGBM and PyTorch; here neither is needed. A tree is a run
of nodes: which feature is asked, up to which value the answer is the left node, which nodes follow, and at a leaf
(whose left node is itself) what it adds to the score. The score of a block is a log-odds.

A page is read twice: networks see of each block also what the trees made of those around it (`context`, `network`),
and the mean of both is the answer. A text dump is read once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cleantext.errors import StageMismatchError
from cleantext.pages.compiled import pays
from cleantext.pages.context import context_columns, expected_f1
from cleantext.pages.features import Seen, Sight, columns_of, page_features, see
from cleantext.pages.folded import copies
from cleantext.pages.masks import masks_of
from cleantext.pages.network import Network
from cleantext.pages.wordscores import WordScores

if TYPE_CHECKING:
    from cleantext.pages.blocks import Page

__all__ = [
    "FOLDED",
    "FORMAT",
    "SECOND",
    "SHELL",
    "Model",
    "best_cut",
    "block_votes",
    "line_probabilities",
    "load_model",
    "page_probabilities",
    "side_by_side",
    "tree_scores",
]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]

# Raised when the arrays or the features change their meaning.
FORMAT = 6
_FILE = "blocks.npz"
# What the names of arrays in the file begin with: those of the second reading, of what is folded away, and of the trees
# that know shells.
SECOND, FOLDED, SHELL = "second_", "folded_", "shell_"
# A page on which no block is this likely is left to another extractor; blocks are kept from no lower than that on.
_LEAST, _LOWEST_CUT = 0.2, 0.1
# A page of so many tokens of which likely no more than so many are main content may be a shell. It is one if trees that
# know shells expect no better F1 of it.
_SHELL, _LITTLE, _HOPELESS = 100, 300, 0.1
# So many rows go down a tree together: what is asked of them stays in the cache.
_TOGETHER = 512
# Processors compare so many numbers at once, or half as many; rows that are left over cost as much one by one.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Trees as arrays over all nodes, `roots` saying where each begins; the feature names; scores of class words.

    `second` holds the networks that read a page again, `folded` the trees that judge what an attribute hides, and
    `shell` those that were also shown pages without main content, if there are any.
    """

    feature: npt.NDArray[np.int16]
    threshold: F32
    left: I32
    right: I32
    value: F32
    missing_left: npt.NDArray[np.bool_]
    roots: I32
    names: tuple[str, ...]
    words: WordScores
    version: str
    second: Network | None = None
    folded: Model | None = None
    shell: Model | None = None

    @classmethod
    def of_arrays(
        cls, arrays: Mapping[str, npt.NDArray[Any]], names: tuple[str, ...], words: WordScores, version: str
    ) -> Model:
        """The model of arrays as the file holds them."""
        parts: dict[str, dict[str, Any]] = {"": {}, SECOND: {}, FOLDED: {}, SHELL: {}}
        for name, values in arrays.items():
            begin = next((begin for begin in (SECOND, FOLDED, SHELL) if name.startswith(begin)), "")
            parts[begin][name.removeprefix(begin)] = values

        def trees(begin: str) -> Model:
            return cls(**parts[begin], names=names, words=words, version=version)

        second = Network.of_arrays(parts[SECOND]) if parts[SECOND] else None
        folded, shell = (trees(begin) if parts[begin] else None for begin in (FOLDED, SHELL))
        return replace(trees(""), second=second, folded=folded, shell=shell)

    def probabilities(self, table: F32) -> F64:
        """How likely each row of `table` (columns as in `names`) is main content."""
        return 1 / (1 + np.exp(-tree_scores(self, table)))


def tree_scores(model: Model, table: F32) -> F64:
    """The sum of what all trees add for each row, in their order."""
    if pays():
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        sums, masks = np.zeros(table.shape[0]), masks_of(model)
        if masks is not None:
            columns = np.empty((table.shape[1], sums.size + -sums.size % _AT_ONCE), dtype=np.float32)
            columns[:, : sums.size] = table.T
            room = np.empty(min(_TOGETHER, columns.shape[1]), dtype=masks.bits[0].dtype)
            kernels.add_masked(columns, *masks, room, sums)
            return sums
        nodes = (model.feature, model.threshold, model.left, model.right, model.missing_left, model.value, model.roots)
        kernels.add_trees(table, *nodes, sums)
        return sums
    return side_by_side(model, table)


def side_by_side(model: Model, table: F32) -> F64:
    """`tree_scores` in numpy: all rows go down all trees at once."""
    rows = np.arange(table.shape[0])[:, None]
    at = np.repeat(model.roots[None, :], table.shape[0], axis=0)
    while True:
        asked = table[rows, model.feature[at]]
        is_left = np.where(np.isnan(asked), model.missing_left[at], asked <= model.threshold[at])
        following = np.where(is_left, model.left[at], model.right[at])
        if (following == at).all():
            break
        at = following
    sums: F64 = np.cumsum(model.value[at], axis=1, dtype=np.float64)[:, -1]  # one after another, as a loop adds
    return sums


@cache
def load_model() -> Model:
    """The model that comes with the package. Raises StageMismatchError where it is of another format."""
    with files("cleantext.pages.model").joinpath(_FILE).open("rb") as stream, np.load(stream) as file:
        arrays: dict[str, npt.NDArray[Any]] = {name: file[name] for name in file.files}
    about = json.loads(bytes(arrays.pop("about")).decode("utf-8"))
    if about["format"] != FORMAT:
        raise StageMismatchError(f"block model: format is {about['format']}, expected {FORMAT}")
    words = WordScores(about["words"], about["joint"])
    return Model.of_arrays(arrays, tuple(about["names"]), words, about["version"])


def page_probabilities(model: Model, seen: Seen) -> F64:
    """How likely each block of a page is main content."""
    columns = columns_of(seen)
    likely = model.probabilities(columns.features)
    if model.second is None or not seen.is_page:
        return likely
    context_columns(columns, likely, seen.tokens, seen.tree, seen.element)
    return (likely + model.second.probabilities(columns.columns, seen.tokens)) / 2


def block_votes(page: Page, url: str | None = None) -> tuple[float, ...] | None:
    """For each block of `page`, which stands at `url`, how likely it is main content, moved so that a half is where it
    begins to be kept; None where no block is likely enough to build on. On a shell, a page of menus and names around a
    text that a script would bring, it is 0 for all.

    Kept is what makes the expected F1 of the text greatest: blocks from half of that F1 on (Lewis 1995, optimal
    thresholds for F1), and on Chinese pages, where the labeller has its say, from a half.
    """
    model = load_model()
    likely, seen = _probabilities(model, page, url)
    tokens = seen.tokens
    if _is_shell(model, likely, seen, page.arrays.hidden == 0):
        return (0.0,) * likely.size
    if likely.max() < _LEAST:
        return None
    cut = 0.5 if page.is_chinese else best_cut(likely, tokens)
    above, below = 0.5 + 0.5 * (likely - cut) / max(1 - cut, 1e-9), 0.5 * likely / cut
    return tuple(np.where(likely >= cut, np.maximum(above, 0.5), np.minimum(below, 0.4999)).tolist())


def _probabilities(model: Model, page: Page, url: str | None) -> tuple[F64, Seen]:
    """How likely each block is main content, and what is seen of all: what is shown is judged as if there were nothing
    else, and what an attribute hides is judged among all blocks, and is none where it is shown as well."""
    shown, seen = page.arrays.hidden == 0, see(Sight.of_page(page, url), model.words)
    if shown.all() or not shown.any():
        return page_probabilities(model, seen), seen
    likely = np.zeros(shown.size)
    if model.folded is not None:
        likely[~shown] = model.folded.probabilities(columns_of(seen).features[~shown])
        likely[copies(page)] = 0
    likely[shown] = page_probabilities(model, seen.only(shown))
    return likely, seen


def _is_shell(model: Model, likely: F64, seen: Seen, shown: npt.NDArray[np.bool_]) -> bool:
    """Whether a page of blocks this `likely` has no main content, folded or `shown`: trees that know shells say so."""
    tokens = seen.tokens
    if model.shell is None or tokens @ likely >= _LITTLE or tokens.sum() < _SHELL:
        return False
    if shown.any() and not shown.all():
        if likely[~shown].max() >= 0.5:
            return False
        seen = seen.only(shown)
    again = model.shell.probabilities(columns_of(seen).features)
    return float(expected_f1(again, seen.tokens)[1].max()) < _HOPELESS


def line_probabilities(lines: Sequence[str]) -> F64:
    """How likely each line of a text dump is main content."""
    model = load_model()
    table, _, _ = page_features(Sight.of_lines(lines), model.words)
    return model.probabilities(table)


def best_cut(likely: F64, tokens: F64) -> float:
    """The probability from which blocks are kept so that the expected F1 of their tokens is greatest: half of it."""
    _, expected = expected_f1(likely, tokens)
    return min(max(float(expected.max()) / 2, _LOWEST_CUT), 0.5)
