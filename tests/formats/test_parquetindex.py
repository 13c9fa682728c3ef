"""The index of Parquet files: what pyarrow says of it, and no end of the process where it is damaged."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.errors import ParseError
from cleantext.formats.parquetindex import row_groups

TABLE = pa.table({
    "text": [f"第{n}篇" for n in range(300)], "n": range(300), "x": [[{"a": "b", "c": [1.5]}]] * 300,
    "map": pa.array([[("k", 1)]] * 300, pa.map_(pa.string(), pa.int8())), "flag": [True] * 300, "数.1": [None] * 300,
})  # fmt: skip


def written(**options: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(TABLE, stream, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    "options",
    [
        {}, {"row_group_size": 7}, {"use_dictionary": False}, {"compression": "none", "write_statistics": False},
        {"write_page_index": True, "row_group_size": 100}, {"data_page_version": "2.0", "store_schema": False},
        {"use_dictionary": ["text"], "sorting_columns": [pq.SortingColumn(1)]}, {"version": "1.0"},
    ],
    ids=range(8),
)  # fmt: skip
def test_what_pyarrow_says(options: dict[str, Any]) -> None:
    data = written(**options)
    metadata, found = pq.read_metadata(io.BytesIO(data)), row_groups(io.BytesIO(data))
    assert len(found) == metadata.num_row_groups
    for number, group in enumerate(found):
        known = metadata.row_group(number)
        assert (group.rows, len(group.chunks)) == (known.num_rows, known.num_columns)
        for place, chunk in enumerate(group.chunks):
            leaf = known.column(place)
            assert (chunk.path, chunk.values) == (leaf.path_in_schema, leaf.num_values)
            assert (chunk.unpacked, chunk.packed) == (leaf.total_uncompressed_size, leaf.total_compressed_size)
            assert chunk.has_dictionary == leaf.has_dictionary_page


def test_files_without_rows() -> None:
    stream = io.BytesIO()
    pq.write_table(TABLE.slice(0, 0), stream)
    assert [group.rows for group in row_groups(stream)] in ([], [0])


WHOLE = written(row_group_size=100)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6000), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_is_one_kind_of_error(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for back, byte in changes:
        data[-(back % len(data)) - 1] = byte
    try:
        assert isinstance(row_groups(io.BytesIO(bytes(data))), list)
    except ParseError as error:
        assert str(error).startswith("is damaged Parquet: ")  # noqa: PT017 - there need not be one


@given(st.binary(max_size=200))
def test_an_index_may_be_anything(index: bytes) -> None:
    data = b"PAR1" + index + len(index).to_bytes(4, "little") + b"PAR1"
    try:
        assert isinstance(row_groups(io.BytesIO(data)), list)
    except ParseError as error:
        assert "index cannot be read" in str(error)  # noqa: PT017 - there need not be one


@pytest.mark.parametrize("head", [b"\x19", b"\x1c", b"\x1b\x01\xcc"], ids=["lists", "objects", "maps"])
def test_depth_and_size_without_end(head: bytes) -> None:
    for index in (head * 100_000, b"\x49\xfc\xff\xff\xff\xff\x0f", b"\x18\xff\xff\xff\xff\x7f", b"\x15" + b"\xff" * 90):
        data = b"PAR1" + index + len(index).to_bytes(4, "little") + b"PAR1"
        with pytest.raises(ParseError, match="its index cannot be read"):
            row_groups(io.BytesIO(data))
