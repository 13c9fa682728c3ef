"""pandas columns: every function takes a Series and keeps its index.

frame.join(clean_column(frame["html"], url=frame["url"]).add_prefix("clean_"))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cleantext.config import Config, DedupConfig, RepairConfig
from cleantext.errors import ConfigError, MissingDependencyError
from cleantext.integrations import columns

try:
    import pandas as pd
except ImportError:
    raise MissingDependencyError('this needs pandas: pip install "cleantext-corpus[pandas]"') from None

import pyarrow as pa

__all__ = ["clean_column", "duplicates", "repair", "to_script"]


def clean_column(
    column: pd.Series[Any],
    url: pd.Series[Any] | None = None,
    content_type: pd.Series[Any] | None = None,
    config: Config | None = None,
) -> pd.DataFrame:
    """A frame with the index of `column` and text, title, date, author, source, script, paragraphs, flags, error.

    `column` holds pages or text dumps, as bytes or text; `url` and `content_type`, with the same index, what is known
    of each. A row that cannot be read has NA everywhere but in `error`; a missing row has NA there too. The columns
    stand in Arrow memory (`ArrowDtype`). Raises ConfigError where the indexes differ.
    """
    for name, values in (("url", url), ("content_type", content_type)):
        if values is not None and not values.index.equals(column.index):
            raise ConfigError(f"{name} has another index than the column; take both from one frame")
    structs = columns.clean_structs(
        _values(column),
        None if url is None else _values(url),
        None if content_type is None else _values(content_type),
        config,
    )
    table = pa.Table.from_arrays(structs.flatten(), names=list(columns.FIELDS))
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame.set_axis(column.index, axis=0)


def repair(column: pd.Series[Any], config: RepairConfig | None = None) -> pd.Series[Any]:
    """The column as `cleantext.repair` leaves each text, NA for what is no text; index, name and type are kept."""
    return _like(column, columns.repair_values(_values(column), config))


def to_script(column: pd.Series[Any], target: str) -> pd.Series[Any]:
    """The column as `cleantext.to_script` converts each text, NA for what is no text; index, name and type are kept.

    Raises ConfigError for an unknown target.
    """
    return _like(column, columns.convert_values(_values(column), target))


def duplicates(
    column: pd.Series[Any],
    threshold: float | None = None,
    config: DedupConfig | Config | None = None,
    *,
    level: str = "document",
) -> pd.Series[Any]:
    """True for each row that repeats one that stays (exact, near or contained); what is no text stays.

    What `Series.duplicated()` is for equal values. `level` is document (shingles of 5 units) or paragraph (3). Raises
    ConfigError for a wrong configuration.
    """
    mask = columns.duplicate_mask(_values(column), threshold, config, level=level)
    return pd.Series(mask, index=column.index, name=column.name)


def _values(column: pd.Series[Any]) -> Iterator[object]:
    """The values of a column, None for each that is missing."""
    return (None if gone else value for value, gone in zip(column, column.isna(), strict=True))


def _like(column: pd.Series[Any], texts: Iterable[str | None]) -> pd.Series[Any]:
    """`texts` as a column like `column`; where its type holds no text, as pandas has texts by default."""
    kind = column.dtype if pd.api.types.is_string_dtype(column.dtype) else None
    return pd.Series(list(texts), index=column.index, name=column.name, dtype=kind)
