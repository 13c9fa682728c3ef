"""Hugging Face datasets: what `map`, `select` and `filter` take.

    clean_dataset(dataset, "html", url="url", num_proc=4)
    dataset.map(RepairColumn("text"), batched=True)
    dataset.select(kept_rows(dataset, "text"))
    dataset.filter(Unseen("seen.db", "text", row_id="id"), batched=True)

The callables are plain values: worker processes can have them, and the fingerprint that `datasets` takes of them covers
the whole configuration and the version of cleantext, so that its cache is right after a change of either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from uuid import uuid4

import numpy as np

import cleantext
from cleantext.cleaner import Cleaner
from cleantext.config import Config, DedupConfig, RepairConfig
from cleantext.errors import ConfigError, MissingDependencyError
from cleantext.integrations import columns

try:
    import datasets
except ImportError:
    raise MissingDependencyError('this needs datasets: pip install "cleantext-corpus[datasets]"') from None

__all__ = ["CleanColumn", "RepairColumn", "ScriptColumn", "Unseen", "clean_dataset", "kept_rows"]

Batch = Mapping[str, Sequence[Any]]
Data = TypeVar("Data", datasets.Dataset, datasets.IterableDataset)


@dataclass(frozen=True, kw_only=True)
class _Versioned:
    """What a fingerprint has to see beside the fields themselves."""

    version: str = field(default_factory=lambda: cleantext.__version__, init=False, repr=False)


@dataclass(frozen=True)
class CleanColumn(_Versioned):
    """Cleans the pages or dumps in `column`: for `map(..., batched=True)`.

    Adds text, title, date, author, source, script, paragraphs, flags and error, with `prefix` before each name. `url`
    and `content_type` name the columns that hold them. A row that cannot be read has None everywhere but in `error`.
    """

    column: str
    url: str | None = None
    content_type: str | None = None
    config: Config = field(default_factory=Config)
    prefix: str = "clean_"
    digest: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        # The digest covers what the configuration leads to: the words of a dictionary, not only its path.
        object.__setattr__(self, "digest", self.config.digest())

    def __call__(self, batch: Batch) -> dict[str, list[Any]]:
        """The new columns of a batch. Raises ConfigError for a column that is not there."""
        cleaner, values = Cleaner(self.config), _column(batch, self.column)
        urls, kinds = (_column(batch, name) if name else [None] * len(values) for name in (self.url, self.content_type))
        rows = [columns.clean_row(cleaner, *row) for row in zip(values, urls, kinds, strict=True)]
        return {f"{self.prefix}{name}": [getattr(row, name) for row in rows] for name in columns.FIELDS}

    def features(self) -> datasets.Features:
        """The types of the new columns."""
        text = datasets.Value("string")
        kinds = {"paragraphs": datasets.Sequence(text), "flags": datasets.Sequence(text)}
        return datasets.Features({f"{self.prefix}{name}": kinds.get(name, text) for name in columns.FIELDS})


@dataclass(frozen=True)
class RepairColumn(_Versioned):
    """Repairs the texts in `column` as `cleantext.repair` does: for `map(..., batched=True)`. None stays None."""

    column: str
    config: RepairConfig = field(default_factory=RepairConfig)

    def __call__(self, batch: Batch) -> dict[str, list[str | None]]:
        """The column of a batch, repaired. Raises ConfigError where it is not there."""
        return {self.column: list(columns.repair_values(_column(batch, self.column), self.config))}


@dataclass(frozen=True)
class ScriptColumn(_Versioned):
    """Converts the texts in `column` to a script as `cleantext.to_script` does: for `map(..., batched=True)`."""

    column: str
    target: str

    def __call__(self, batch: Batch) -> dict[str, list[str | None]]:
        """The column of a batch, converted. Raises ConfigError for an unknown target or column."""
        return {self.column: list(columns.convert_values(_column(batch, self.column), self.target))}


@dataclass(frozen=True)
class Unseen(_Versioned):
    """Keeps the rows whose text repeats none that an index remembers: for `filter(..., batched=True)`.

    `index` is a file or a `redis://` URL, which all processes share; `row_id` names the column of the rows' ids, which
    without one come from the text. Rows that stay are remembered, unless `remember` is False: then the index is only
    asked. A row that the index has under its own id with the same text goes too, unless `keep_known`, which makes a
    second filtering of the same rows give what the first gave. Rows without a text stay.

    What it keeps depends on the index, which a fingerprint cannot see: no two of these share a cache.
    """

    index: str
    column: str
    row_id: str | None = None
    config: Config = field(default_factory=Config)
    mode: Literal["sticky", "best"] = "sticky"
    remember: bool = True
    keep_known: bool = False
    once: str = field(default_factory=lambda: uuid4().hex, init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.index:
            raise ConfigError("index: name a file or a redis:// URL; processes cannot share one in memory")
        if self.keep_known and self.row_id is None:
            raise ConfigError("keep_known needs row_id: without ids of their own, equal rows are one document")

    def __call__(self, batch: Batch) -> list[bool]:
        """Whether each row of a batch stays. Raises StoreError where the index fails."""
        texts = _column(batch, self.column)
        ids = _column(batch, self.row_id) if self.row_id else [None] * len(texts)
        places = [place for place, text in enumerate(texts) if isinstance(text, str)]
        given = [columns.well_formed(texts[place]) for place in places]
        names = [None if ids[place] is None else str(ids[place]) for place in places]
        # Opened anew for each batch: what a process holds open cannot go with the callable to another.
        with cleantext.Index(self.index, self.config, mode=self.mode, read_only=not self.remember) as index:
            judge = index.check_and_add_many if self.remember else index.check_many
            verdicts = judge(given, names)
        stays = [True] * len(texts)
        for place, verdict in zip(places, verdicts, strict=True):
            known = verdict.known and self.keep_known and ids[place] is not None
            stays[place] = known or not verdict.is_duplicate
        return stays


def clean_dataset(
    dataset: Data,
    column: str,
    *,
    url: str | None = None,
    content_type: str | None = None,
    config: Config | None = None,
    prefix: str = "clean_",
    **options: Any,
) -> Data:
    """`dataset` with the columns of `CleanColumn`; `options` (`num_proc`, `remove_columns`, …) go to its `map`.

    The types of the new columns are given, for `map` infers them from the first batch, and there an author or a date
    may be missing in every row. Raises ConfigError for a column that is not there, or is there already.
    """
    clean = CleanColumn(column, url=url, content_type=content_type, config=config or Config(), prefix=prefix)
    removed = options.get("remove_columns") or ()
    removed = {removed} if isinstance(removed, str) else set(removed)
    if dataset.features is not None:
        stays = {name: kind for name, kind in dataset.features.items() if name not in removed}
        if twice := sorted((clean.features().keys() & stays.keys()) - {column}):
            raise ConfigError(f"the dataset has a column {twice[0]!r} already; choose another prefix")
        options["features"] = datasets.Features({**stays, **clean.features()})
    return dataset.map(clean, batched=True, **options)


def kept_rows(
    dataset: datasets.Dataset,
    column: str,
    threshold: float | None = None,
    config: DedupConfig | Config | None = None,
    *,
    level: str = "document",
) -> list[int]:
    """The rows whose text repeats none that stays: `dataset.select(kept_rows(dataset, "text"))`.

    Rows without a text stay. `level` is document (shingles of 5 units) or paragraph (3). Raises ConfigError for a
    column that is not there and a wrong configuration.
    """
    if column not in dataset.column_names:
        raise _no_column(column, dataset.column_names)
    mask = columns.duplicate_mask(_values(dataset, column), threshold, config, level=level)
    return [int(row) for row in np.flatnonzero(~mask)]


def _values(dataset: datasets.Dataset, column: str) -> Iterator[object]:
    for batch in dataset.select_columns([column]).iter(1000):
        yield from batch[column]


def _column(batch: Batch, name: str) -> Sequence[Any]:
    if name not in batch:
        raise _no_column(name, batch)
    return batch[name]


def _no_column(name: str, names: Iterable[str]) -> ConfigError:
    return ConfigError(f"no column {name!r}; there are {', '.join(map(repr, names))}")
