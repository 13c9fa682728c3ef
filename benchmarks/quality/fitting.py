"""Fit the block classifier: scores of class words, then gradient-boosted trees over the rows of labelled pages.

The scores of words are themselves learned, so a tree must not see scores that its own page helped to make: the pages
are parted four ways, and each part gets the scores of the other three. In the same way the networks, which read a page
again knowing what the trees made of it (`teaching`), are shown what trees of the other three parts make of it. LightGBM
fits the trees; it is imported here only, and only to fit.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.errors import MissingDependencyError
from cleantext.pages.ancestry import Tree, word_columns
from cleantext.pages.columns import WORD_COLUMNS, Columns
from cleantext.pages.context import context_columns
from cleantext.pages.network import Network
from cleantext.pages.wordscores import WordScores
from quality.joint import bags_of, fit_joint
from quality.labels import EMPTIED, FOLDED, SHOWN, Labelled, Rows
from quality.teaching import Lesson, Plan, teach, torch_for_teaching

__all__ = ["Fitted", "Settings", "fit", "fold_of", "weights_of", "word_scores"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

_INNER_FOLDS = 4
# A word in pages of fewer sites says something of them only; a smaller score nothing.
_SITES, _LEAST_SCORE = 4, 0.1
# A page counts by its rows, but not by more than so many.
_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Settings:
    """How the shipped model is fitted: found by cross-validation on the three sets of docs/extraction.md."""

    trees: int = 300
    leaves: int = 31
    rate: float = 0.05
    features: float = 0.5
    least_rows: int = 20
    folded_trees: int = 150
    shell_trees: int = 100
    emptied: float = 0.3
    word_prior: float = 6.0
    dumps: float = 0.3
    labelled_dumps: float = 3.0
    chinese: float = 3.0
    mixed: float = 1.5
    seed: int = 1
    threads: int = 1
    second: Plan = field(default_factory=Plan)

    def weight(self, page: Labelled) -> float:
        """How much a page counts: Chinese ones are few, those in several languages too."""
        if page.source.chinese:
            return self.chinese * page.source.weight
        return (self.mixed if page.source.data_set.startswith("mixed") else 1.0) * page.source.weight


def fold_of(group: str, folds: int) -> int:
    """The fold of a group: the same on every machine."""
    return zlib.crc32(group.encode()) % folds


def word_scores(pages: Sequence[Labelled], settings: Settings) -> dict[str, float]:
    """For words of four sites or more the log-odds that what stands inside of them is main content.

    Few pages say little: both sides start from a prior, and the score grows with what was seen up to it.
    """
    kept: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    sites: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        weight = settings.weight(page)
        for word, (inside, outside) in page.words.items():
            kept[word] += inside * weight  # type: ignore[assignment]
            lost[word] += outside * weight  # type: ignore[assignment]
            sites[word].add(page.source.group)
    prior, found = settings.word_prior, {}
    for word in sorted(word for word, seen in sites.items() if len(seen) >= _SITES):
        odds = np.log((kept[word] + 0.1 * prior) / (lost[word] + 0.1 * prior))
        score = float(odds * min(1.0, (kept[word] + lost[word]) / prior))
        if abs(score) >= _LEAST_SCORE:
            found[word] = round(score, 3)
    return found


def weights_of(rows: Rows, weight: float) -> F64:
    """The weights of a page's picked rows: by the root of their tokens, together by the root of how many it has."""
    sizes = np.sqrt(rows.tokens[rows.picked] + 0.5)
    found: F64 = sizes / sizes.sum() * weight * np.sqrt(min(rows.of, _MOST_ROWS))
    return found


@dataclass(frozen=True, slots=True)
class Fitted:
    """The trees of the first reading as LightGBM writes them, the networks of the second, the trees of folded blocks
    and those that know shells, if there was anything to learn from; the scores of words, and what words say together.
    """

    first: str
    second: Network
    folded: str
    shell: str
    words: dict[str, float]
    joint: dict[str, tuple[float, ...]]


# Rows with their targets and weights.
_Part = tuple[F32, F64, F64]
# The scores of words, and what they say together.
_Said = tuple[dict[str, float], dict[str, tuple[float, ...]]]


def fit(pages: Sequence[Labelled], names: Sequence[str], settings: Settings) -> Fitted:
    """First the trees that see features, then the networks that see also what trees like them made of the page; the
    trees that judge what is folded away, and those that tell pages without main content."""
    _lightgbm()  # both say what to install before anything is done
    torch_for_teaching()
    folding, emptied = ([page for page in pages if page.part == part] for part in (FOLDED, EMPTIED))
    pages = [page for page in pages if page.part == SHOWN]
    parts = [fold_of(page.source.group + "i", _INNER_FOLDS) for page in pages]
    said = _said(pages, parts, settings)
    tables = _tables(pages, parts, names, said)
    shown = [part for page, table in zip(pages, tables, strict=True) for part in _shown(page, table, settings)]
    first = _train(shown, names, settings)
    inner = replace(settings, trees=settings.trees // 2, rate=2 * settings.rate)  # as good, in half the time
    again: list[Lesson] = []
    for left in range(_INNER_FOLDS):
        held = [i for i, part in enumerate(parts) if part == left]
        rest = [part for i in range(len(pages)) if parts[i] != left for part in shown[2 * i : 2 * i + 2]]
        if held and rest:
            judge = _train(rest, names, inner)
            again += [_read_again(pages[i], tables[i], judge, settings) for i in held]
    second = teach(again, settings.second)
    folded = _few_trees(_blocks(folding, names, said, settings), names, settings, settings.folded_trees)
    without = [(*part[:2], settings.emptied * part[2]) for part in _blocks(emptied, names, said, settings)]
    shell = _few_trees([*shown[::2], *without] if without else [], names, settings, settings.shell_trees)
    return Fitted(str(first.model_to_string()), second, folded, shell, *said[-1])


def _blocks(pages: Sequence[Labelled], names: Sequence[str], said: Sequence[_Said], settings: Settings) -> list[_Part]:
    """What trees are shown of the blocks of pages."""
    parts = [fold_of(page.source.group + "i", _INNER_FOLDS) for page in pages]
    tables = _tables(pages, parts, names, said)
    return [_picked(page.blocks, table, settings.weight(page)) for page, table in zip(pages, tables, strict=True)]


def _few_trees(parts: Sequence[_Part], names: Sequence[str], settings: Settings, count: int) -> str:
    """So many trees, if there is anything to learn from."""
    return str(_train(parts, names, replace(settings, trees=count)).model_to_string()) if parts else ""


def _said(pages: Sequence[Labelled], parts: Sequence[int], settings: Settings) -> list[_Said]:
    """What words say, learned without each of the parts of the pages in turn, and at last from all pages."""
    bags = [bags_of(page, weights_of(page.blocks, settings.weight(page))) for page in pages]
    found = []
    for left in (*range(_INNER_FOLDS), None):
        rest = [i for i, part in enumerate(parts) if part != left]
        found.append((word_scores([pages[i] for i in rest], settings), fit_joint([bags[i] for i in rest], _SITES)))
    return found


def _tables(pages: Sequence[Labelled], parts: Sequence[int], names: Sequence[str], said: Sequence[_Said]) -> list[F32]:
    """The rows of each page's blocks, with what words say that the other parts of the pages gave."""
    scores = [WordScores(*one) for one in said]
    at, tables = [names.index(name) for name in WORD_COLUMNS], list[F32]()
    for page, part in zip(pages, parts, strict=True):
        table = page.blocks.table.copy()
        columns = word_columns(Tree.of(page.elements), page.blocks.element, scores[part], page.blocks.tokens)
        table[:, at] = columns.T
        tables.append(table)
    return tables


def _shown(page: Labelled, table: F32, settings: Settings) -> tuple[_Part, _Part]:
    """What the first trees are shown of a page: blocks, and lines of the text dump of it."""
    weight = settings.weight(page)
    dump = settings.dumps * (settings.labelled_dumps if page.labelled_lines else 1.0)
    return _picked(page.blocks, table, weight), _picked(page.lines, page.lines.table, weight * dump)


def _read_again(page: Labelled, table: F32, judge: Any, settings: Settings) -> Lesson:
    """What the networks are shown of a page: all its blocks, and what `judge` makes of them."""
    likely = judge.predict(table, num_threads=settings.threads)
    columns = Columns(len(table))
    columns.features[:] = table
    context_columns(columns, likely, page.blocks.tokens, Tree.of(page.elements), page.blocks.element)
    return Lesson(np.ascontiguousarray(columns.all), page.blocks.target, page.blocks.tokens, settings.weight(page))


def _picked(rows: Rows, table: F32, weight: float) -> _Part:
    return table[rows.picked], rows.target[rows.picked], weights_of(rows, weight)


def _train(parts: Sequence[_Part], names: Sequence[str], settings: Settings) -> Any:
    lightgbm = _lightgbm()
    weight = np.concatenate([part[2] for part in parts])
    data = lightgbm.Dataset(
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]),
        weight=weight * (len(weight) / weight.sum()),
        feature_name=list(names),
        params={"max_bin": 127, "verbose": -1},
    )
    return lightgbm.train(_parameters(settings), data, settings.trees)


def _lightgbm() -> Any:
    try:
        import lightgbm  # noqa: PLC0415 - nothing but fitting needs it
    except ImportError as error:
        raise MissingDependencyError(
            "fitting the block classifier needs LightGBM: pip install 'cleantext-corpus[train]'"
        ) from error
    return lightgbm


def _parameters(settings: Settings) -> dict[str, Any]:
    return {
        "objective": "cross_entropy",
        "num_leaves": settings.leaves,
        "learning_rate": settings.rate,
        "feature_fraction": settings.features,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "min_data_in_leaf": settings.least_rows,
        "lambda_l2": 2.0,
        "max_bin": 127,
        "num_threads": settings.threads,
        "seed": settings.seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
