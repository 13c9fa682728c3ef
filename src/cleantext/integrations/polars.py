"""Polars columns: every function takes a Series and gives a Series, or takes an expression and gives an expression.

frame.with_columns(clean_column(pl.col("html"), url=pl.col("url")).alias("clean")).unnest("clean")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast, overload

from cleantext.config import Config, DedupConfig, RepairConfig
from cleantext.errors import ConfigError, MissingDependencyError
from cleantext.integrations import columns

try:
    import polars as pl
except ImportError:
    raise MissingDependencyError('this needs Polars: pip install "cleantext-corpus[polars]"') from None

__all__ = ["CLEAN", "clean_column", "duplicates", "repair", "to_script"]

# The type of a clean row.
CLEAN = pl.Struct(
    {name: pl.List(pl.String) if name in ("paragraphs", "flags") else pl.String for name in columns.FIELDS}
)
_CONTENT = (pl.String, pl.Binary, pl.Null, pl.Object)
_TEXT = (pl.String, pl.Null, pl.Object, pl.Categorical, pl.Enum)


@overload
def clean_column(
    column: pl.Series,
    url: pl.Series | None = None,
    content_type: pl.Series | None = None,
    config: Config | None = None,
) -> pl.Series: ...
@overload
def clean_column(
    column: pl.Expr, url: pl.Expr | None = None, content_type: pl.Expr | None = None, config: Config | None = None
) -> pl.Expr: ...
def clean_column(
    column: pl.Series | pl.Expr,
    url: pl.Series | pl.Expr | None = None,
    content_type: pl.Series | pl.Expr | None = None,
    config: Config | None = None,
) -> pl.Series | pl.Expr:
    """A struct a row: text, title, date, author, source, script, paragraphs, flags, error (see `CLEAN`).

    `column` holds pages or text dumps, as bytes or text; `url` and `content_type` what is known of each. A row that
    cannot be read has null everywhere but in `error`; a null row has null there too. Raises ConfigError for a column
    of another type and for columns of different length.
    """
    known = {name: part for name, part in (("url", url), ("content_type", content_type)) if part is not None}
    if isinstance(column, pl.Series):
        return _clean(column, cast("dict[str, pl.Series]", known), config)
    if not known:
        return column.map_batches(lambda part: _clean(part, {}, config), return_dtype=CLEAN, is_elementwise=True)

    def clean(rows: pl.Series) -> pl.Series:
        names = rows.struct.fields  # the column's own name, then what is known of it
        parts = {name: rows.struct.field(field) for name, field in zip(known, names[1:], strict=True)}
        return _clean(rows.struct.field(names[0]), parts, config)

    others = [cast("pl.Expr", part).alias(f"__{name}") for name, part in known.items()]
    return pl.struct(column, *others).map_batches(clean, return_dtype=CLEAN, is_elementwise=True)


@overload
def repair(column: pl.Series, config: RepairConfig | None = None) -> pl.Series: ...
@overload
def repair(column: pl.Expr, config: RepairConfig | None = None) -> pl.Expr: ...
def repair(column: pl.Series | pl.Expr, config: RepairConfig | None = None) -> pl.Series | pl.Expr:
    """The column as `cleantext.repair` leaves each text; null stays null. Raises ConfigError for another type."""

    def mend(texts: pl.Series) -> pl.Series:
        return pl.Series(texts.name, list(columns.repair_values(_of_type(texts, _TEXT), config)), dtype=pl.String)

    return _applied(column, mend, pl.String(), is_elementwise=True)


@overload
def to_script(column: pl.Series, target: str) -> pl.Series: ...
@overload
def to_script(column: pl.Expr, target: str) -> pl.Expr: ...
def to_script(column: pl.Series | pl.Expr, target: str) -> pl.Series | pl.Expr:
    """The column as `cleantext.to_script` converts each text; null stays null.

    Raises ConfigError for an unknown target and for a column of another type.
    """

    def convert(texts: pl.Series) -> pl.Series:
        return pl.Series(texts.name, list(columns.convert_values(_of_type(texts, _TEXT), target)), dtype=pl.String)

    return _applied(column, convert, pl.String(), is_elementwise=True)


@overload
def duplicates(
    column: pl.Series,
    threshold: float | None = None,
    config: DedupConfig | Config | None = None,
    *,
    level: str = "document",
) -> pl.Series: ...
@overload
def duplicates(
    column: pl.Expr,
    threshold: float | None = None,
    config: DedupConfig | Config | None = None,
    *,
    level: str = "document",
) -> pl.Expr: ...
def duplicates(
    column: pl.Series | pl.Expr,
    threshold: float | None = None,
    config: DedupConfig | Config | None = None,
    *,
    level: str = "document",
) -> pl.Series | pl.Expr:
    """True for each row that repeats one that stays (exact, near or contained); null rows stay.

    `level` is document (shingles of 5 units) or paragraph (3). Raises ConfigError for a wrong configuration or type.
    """

    def mask(texts: pl.Series) -> pl.Series:
        found = columns.duplicate_mask(_of_type(texts, _TEXT), threshold, config, level=level)
        return pl.Series(texts.name, found, dtype=pl.Boolean)

    return _applied(column, mask, pl.Boolean(), is_elementwise=False)


def _clean(column: pl.Series, known: dict[str, pl.Series], config: Config | None) -> pl.Series:
    for name, values in known.items():
        if len(values) != len(column):
            raise ConfigError(f"{name} has {len(values)} rows and the column {len(column)}; give one for each row")
    structs = columns.clean_structs(
        _of_type(column, _CONTENT), known.get("url"), known.get("content_type"), config=config
    )
    return cast("pl.Series", pl.from_arrow(structs)).cast(CLEAN).alias(column.name)


def _applied(
    column: pl.Series | pl.Expr,
    function: Callable[[pl.Series], pl.Series],
    kind: pl.DataType,
    *,
    is_elementwise: bool,
) -> pl.Series | pl.Expr:
    if isinstance(column, pl.Series):
        return function(column)
    return column.map_batches(function, return_dtype=kind, is_elementwise=is_elementwise)


def _of_type(column: pl.Series, kinds: tuple[type[pl.DataType], ...]) -> pl.Series:
    if column.dtype.base_type() not in kinds:
        raise ConfigError(f"column {column.name!r}: expected text, got {column.dtype}; cast it to String first")
    return column
