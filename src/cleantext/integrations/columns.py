"""Columns of sources in, columns of clean text out: what tables of any library have in common.

A row that cannot be read costs that row: its columns are null but for `error`, which says why. A missing value is null
in all columns. Nothing here knows a library of frames; `polars`, `pandas` and `datasets` do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cleantext.cleaner import Cleaner
from cleantext.config import Config, DedupConfig, RepairConfig
from cleantext.dedup import find_duplicates
from cleantext.errors import DocumentError
from cleantext.records import Document
from cleantext.text import repair, to_script

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "FIELDS",
    "CleanRow",
    "clean_row",
    "clean_structs",
    "content_of",
    "convert_values",
    "duplicate_mask",
    "failure_of",
    "repair_values",
    "struct_type",
    "well_formed",
]

# Rows that are Python objects at a time; their columns go to Arrow memory before the next ones are made.
_ROWS = 512


class CleanRow(NamedTuple):
    """What becomes of one value: the fields of a clean document, or None in all of them and why in `error`."""

    text: str | None = None
    title: str | None = None
    date: str | None = None
    author: str | None = None
    source: str | None = None
    script: str | None = None
    paragraphs: list[str] | None = None
    flags: list[str] | None = None
    error: str | None = None


FIELDS = CleanRow._fields
_LISTS = ("paragraphs", "flags")


def clean_row(cleaner: Cleaner, source: object, url: object = None, content_type: object = None) -> CleanRow:
    """The columns of one value: bytes or text, or None, which is null throughout. Never raises.

    `url` and `content_type` count where they are text. A value of another type is an error of its row.
    """
    if source is None:
        return CleanRow()
    try:
        return _row(cleaner.clean(content_of(source), url=_text(url), content_type=_text(content_type)))
    except Exception as error:  # noqa: BLE001 - the edge: one row must not cost the frame it stands in
        return CleanRow(error=failure_of(error))


def failure_of(error: Exception) -> str:
    """One line for what went wrong with a row; the type is named where it is a fault that nobody foresaw."""
    line = well_formed(" ".join(str(error).split()))
    return line if isinstance(error, DocumentError) else f"unexpected {type(error).__name__}: {line}"


def well_formed(text: str) -> str:
    """`text` with U+FFFD for lone surrogates, which no column of Arrow can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def struct_type() -> pa.DataType:
    """The Arrow type of a clean row: strings but for `paragraphs` and `flags`, which are lists of them."""
    import pyarrow as pa  # noqa: PLC0415 - loaded by those who need it

    text = pa.large_string()
    return pa.struct([(name, pa.large_list(text) if name in _LISTS else text) for name in FIELDS])


def clean_structs(
    values: Iterable[object],
    urls: Iterable[object] | None = None,
    content_types: Iterable[object] | None = None,
    config: Config | None = None,
) -> pa.ChunkedArray:
    """A struct a value, in order. `urls` and `content_types` run in parallel; where they end, none is known.

    A few hundred rows are Python objects at a time, the others are in Arrow memory.
    """
    import pyarrow as pa  # noqa: PLC0415 - loaded by those who need it

    cleaner, kind = Cleaner(config), struct_type()
    url, content_type = iter(() if urls is None else urls), iter(() if content_types is None else content_types)
    rows = (clean_row(cleaner, value, next(url, None), next(content_type, None)) for value in values)
    chunks = []
    while block := list(islice(rows, _ROWS)):
        columns = [
            pa.array(column, type=field.type) for column, field in zip(zip(*block, strict=True), kind, strict=True)
        ]
        chunks.append(pa.StructArray.from_arrays(columns, fields=list(kind)))
    return pa.chunked_array(chunks, type=kind)


def repair_values(values: Iterable[object], config: RepairConfig | None = None) -> Iterator[str | None]:
    """Each text repaired; None for what is no text."""
    return (repair(well_formed(value), config).text if isinstance(value, str) else None for value in values)


def convert_values(values: Iterable[object], target: str) -> Iterator[str | None]:
    """Each text in the script `target`; None for what is no text. Raises ConfigError for an unknown target."""
    to_script("", target)  # a wrong target is the caller's fault, whatever the rows are
    return (to_script(well_formed(value), target) if isinstance(value, str) else None for value in values)


def duplicate_mask(
    values: Iterable[object],
    threshold: float | None = None,
    config: DedupConfig | Config | None = None,
    *,
    level: str = "document",
) -> npt.NDArray[np.bool_]:
    """True for each value that `find_duplicates` would remove: it repeats one that stays. What is no text stays.

    Raises ConfigError where the configuration or the call is wrong.
    """
    places: list[int] = []
    found = find_duplicates(_texts(values, places), threshold, config, level=level)
    size = places.pop()
    mask = np.zeros(size, dtype=np.bool_)
    mask[np.array(places, dtype=np.int64)[found.removals.index]] = True
    return mask


def _texts(values: Iterable[object], places: list[int]) -> Iterator[str]:
    """The texts among `values`; `places` gets where they stand, and in the end how many values there were."""
    place = -1
    for place, value in enumerate(values):
        if isinstance(value, str):
            places.append(place)
            yield value
    places.append(place + 1)


def _row(document: Document) -> CleanRow:
    return CleanRow(
        text=document.text,
        title=_field(document, "title"),
        date=_field(document, "date"),
        author=_field(document, "author"),
        source=_field(document, "source"),
        script=document.script,
        paragraphs=list(document.paragraphs),
        flags=list(document.flags),
    )


def _field(document: Document, name: str) -> str | None:
    value = document.value(name)  # of JSON in a page: it can spell half a character
    return None if value is None else well_formed(value)


def content_of(value: object) -> bytes | str:
    """A value as what can be cleaned. Raises DocumentError for what is neither bytes nor text."""
    if isinstance(value, str | bytes):
        return value
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    raise DocumentError(f"expected bytes or text, got {type(value).__name__}")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
