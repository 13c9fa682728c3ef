"""The second reading of the inputs: the rows that stay are written, with everything that stands in them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from cleantext.errors import ConfigError, DocumentError, EngineError
from cleantext.formats.fates import DROP, KEEP, MASK, Fates, Stretch
from cleantext.formats.inputs import Input
from cleantext.formats.ipc import BatchError
from cleantext.formats.jsonrewrite import JsonStretch, infer_schema, replaced
from cleantext.formats.jsonrows import LineBlock, line_blocks, line_limit
from cleantext.formats.parquetrewrite import ParquetStretch
from cleantext.formats.rowsinks import Sink, open_sink
from cleantext.formats.tables import fingerprint, open_batches, opened
from cleantext.formats.textrows import Decoder, TextStretch, read_text, utf8

__all__ = ["DROP", "KEEP", "MASK", "Fates", "Sink", "common_schema", "open_sink", "rewrite_rows"]


def rewrite_rows(
    item: Input, column: str | None, max_bytes: int, fates: Fates, sink: Sink, decode: Decoder = utf8
) -> None:
    """Read `item` again, with the `column`, `max_bytes` and `decode` of `read_rows`, and write the rows that stay.

    Raises EngineError where the input is not the one that was read first, and ConfigError where a row does not fit the
    columns of a Parquet output.
    """
    _check(item, fates)
    if not len(fates.keep):
        return
    done = 0
    for stretch in _stretches(item, column, max_bytes, fates, decode):
        sink.write(stretch)
        stretch.show()
        done = stretch.end
    _check(item, fates)
    if done != len(fates.keep):
        raise EngineError(f"{item.path}: had {len(fates.keep):,} rows when it was read, and now {done:,}")


def _check(item: Input, fates: Fates) -> None:
    if fingerprint(item) != fates.fingerprint:
        raise EngineError(f"{item.path}: has changed since it was read; nothing was written")


def _stretches(item: Input, column: str | None, max_bytes: int, fates: Fates, decode: Decoder) -> Iterator[Stretch]:
    """The input again. Damage ends it where it ended the first reading."""
    try:
        with opened(item) as (source, form):
            if form == "jsonl":
                for block in line_blocks(source, line_limit(max_bytes)):
                    if not isinstance(block, DocumentError):
                        yield JsonStretch(block, fates, item.origin, column)
            elif form == "text":
                yield TextStretch(read_text(source, max_bytes, decode), fates, item.origin)
            else:
                file, number = open_batches(source, form), 1
                for batch in file.batches(file.names):
                    if isinstance(batch, BatchError):
                        number += batch.rows
                        continue
                    yield ParquetStretch(batch, number, fates, item.origin, column)
                    number += batch.num_rows
    except DocumentError:
        return
    except OSError as error:
        raise EngineError(f"{item.path}: cannot be read again: {error.strerror or error}") from None


def common_schema(items: Sequence[Input], column: str | None, max_bytes: int) -> pa.Schema:
    """The columns of a Parquet file with the rows of all `items`.

    Those of Parquet inputs must be the same; JSON Lines have what their first few megabytes show. Raises ConfigError
    that names the first input whose columns do not go with those before.
    """
    fixed: tuple[Input, pa.Schema] | None = None
    loose: list[tuple[Input, pa.Schema]] = []
    for item in items:
        try:
            with opened(item) as (source, form):
                if form == "jsonl":
                    blocks = (b for b in line_blocks(source, line_limit(max_bytes)) if isinstance(b, LineBlock))
                    loose += [
                        (item, infer_schema(block, item.origin, column, max_bytes)) for block in islice(blocks, 1)
                    ]
                elif form == "text":
                    loose.append((item, pa.schema({"id": pa.string(), "text": pa.string()})))
                else:
                    found = open_batches(source, form).schema
                    _check_equal(item, found, fixed)
                    fixed = fixed or (item, found)
        except (DocumentError, OSError, pa.ArrowException):
            continue  # reading it says what is wrong with it
    return _writable(_united(loose) if fixed is None else _checked(*fixed, loose))


def _check_equal(item: Input, schema: pa.Schema, fixed: tuple[Input, pa.Schema] | None) -> None:
    first, other = fixed or (item, schema)
    for name in dict.fromkeys([*other.names, *schema.names]):
        here, there = (found.field(name).type if name in found.names else "missing" for found in (schema, other))
        if here != there:
            raise ConfigError(
                f"{item.path}: column {name} is {here} here and {there} in {first.path}; "
                "only rows with the same columns go into one Parquet file (--format jsonl takes all)"
            )


def _checked(first: Input, schema: pa.Schema, loose: Sequence[tuple[Input, pa.Schema]]) -> pa.Schema:
    """`schema` of the Parquet inputs, if it has all columns of the others; pandas' notes on row numbers left out."""
    for item, other in loose:
        if missing := [name for name in other.names if name not in schema.names]:
            raise ConfigError(
                f"{item.path}: has {', '.join(missing)}, which {first.path} has not; "
                "only rows with the same columns go into one Parquet file (--format jsonl takes all)"
            )
    notes = {key: value for key, value in (schema.metadata or {}).items() if key != b"pandas"}
    return schema.with_metadata(notes or None)


def _united(loose: Sequence[tuple[Input, pa.Schema]]) -> pa.Schema:
    """All columns of all inputs; what is null in all of them is text."""
    schema = pa.schema([])
    for item, other in loose:
        try:
            schema = pa.unify_schemas([schema, other], promote_options="permissive")
        except pa.ArrowException as error:
            raise ConfigError(
                f"{item.path}: its rows do not go into one Parquet file with those before: {error} "
                "(--format jsonl takes all)"
            ) from None
    if not schema.names:
        return pa.schema({"id": pa.string(), "text": pa.string()})
    return pa.schema([field.with_type(replaced(field.type, pa.types.is_null)) for field in schema])


def _writable(schema: pa.Schema) -> pa.Schema:
    try:
        pq.ParquetWriter(io.BytesIO(), schema).close()
    except pa.ArrowException as error:
        raise ConfigError(f"the rows do not go into Parquet: {error} (--format jsonl takes all)") from None
    return schema
