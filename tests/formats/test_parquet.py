"""Parquet in and out."""

from __future__ import annotations

import datetime
import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.formats.base import Failure, Item, Record
from cleantext.formats.open import read_stream

LIMIT = 1_000_000
PAGE = "<p>市政府昨天公布了新的行动方案。𠀀</p>"


def table(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def read(data: bytes, limit: int = LIMIT) -> list[Item]:
    return list(read_stream(io.BytesIO(data), "x.parquet", "x.parquet", limit))


def records(data: bytes) -> list[Record]:
    found = read(data)
    assert all(isinstance(item, Record) for item in found)
    return [item for item in found if isinstance(item, Record)]


def test_columns() -> None:
    (record,) = records(
        table(
            html=[PAGE], url=["http://a.example/1"], id=[7], content_type=["text/html"], title=["方案"],
            date=[datetime.date(2021, 8, 19)], rank=[3],
        )
    )  # fmt: skip
    assert record == Record(
        origin="x.parquet#1",
        content=PAGE,
        kind="html",
        own_id="7",
        url="http://a.example/1",
        content_type="text/html",
        metadata={"title": "方案", "date": "2021-08-19"},
        columns={"id": 7, "content_type": "text/html", "date": datetime.date(2021, 8, 19), "rank": 3},
    )


@pytest.mark.parametrize("column", ["html", "text", "content", "body"])
@pytest.mark.parametrize("value", [PAGE, PAGE.encode("gbk", "ignore"), "", b"\x00\xff"])
def test_text_or_bytes(column: str, value: str | bytes) -> None:
    (record,) = records(table(**{column: [value]}))
    assert record.content == value


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.string_view()])
def test_other_layouts_of_text(kind: pa.DataType) -> None:
    array = pa.array([PAGE, None, "行"], pa.string()).cast(kind)
    found = read(table(text=array))
    assert [item.content for item in found if isinstance(item, Record)] == [PAGE, "行"]
    assert [item.origin for item in found] == ["x.parquet#1", "x.parquet#2", "x.parquet#3"]
    assert isinstance(found[1], Failure)


def test_text_that_is_not_utf8_comes_as_bytes() -> None:
    raw = "环境保护".encode("gbk")
    array = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\x08\0\0\0"), pa.py_buffer(raw)])
    (record,) = records(table(text=array))
    assert record.content == raw


@pytest.mark.parametrize(
    ("when", "written"),
    [
        (datetime.datetime(2021, 8, 19), "2021-08-19"),
        (datetime.datetime(2021, 8, 19, 11, 30), "2021-08-19 11:30:00"),
        ("2021年8月", "2021年8月"),
    ],
)
def test_dates(when: Any, written: str) -> None:
    (record,) = records(table(text=["行"], date=[when]))
    assert record.metadata["date"] == written


def test_dates_out_of_range() -> None:
    (record,) = records(table(text=["行"], date=pa.array([2**55], pa.timestamp("ms"))))
    assert record.metadata["date"]


def test_many_rows_in_order() -> None:
    found = records(table(text=[f"第{n}篇" for n in range(1000)]))
    assert [record.content for record in found] == [f"第{n}篇" for n in range(1000)]
    assert found[-1].origin == "x.parquet#1000"


def test_one_row_over_the_limit_is_one_failure() -> None:
    found = read(table(text=["行", "长" * 1000, "行"]), 2000)
    assert [type(item) for item in found] == [Record, Failure, Record]
    assert isinstance(found[1], Failure)
    assert "is 3,000 bytes in text, over the limit of 2,000 (--max-bytes)" in found[1].error


def test_a_dictionary_is_not_unfolded() -> None:
    indices = pa.array([0] * 5000, pa.int32())
    found = read(table(text=pa.DictionaryArray.from_arrays(indices, ["长" * 1_000_000])), 2000)
    assert len(found) == 5000
    assert all(isinstance(item, Failure) for item in found)


def test_no_text_column() -> None:
    (failure,) = read(table(a=[1], b=["x"]))
    assert failure == Failure(
        origin="x.parquet", error="has no column html, text, content, body or paragraphs; it has a, b"
    )


def test_an_empty_table_has_no_records() -> None:
    assert read(table(text=pa.array([], pa.string()))) == []


def test_found_from_its_content_by_the_opener() -> None:
    (record,) = read_stream(io.BytesIO(table(text=["行"])), "x.txt", "x.txt", LIMIT)
    assert isinstance(record, Record)
    assert record.content == "行"


def test_a_stream_that_cannot_seek_is_refused() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    (failure,) = read_stream(Pipe(table(text=["行"])), "-", "-", LIMIT)
    assert isinstance(failure, Failure)
    assert "from a file and not from a stream" in failure.error


def test_cut_off_files_are_one_failure() -> None:
    data = table(text=[f"第{n}篇" for n in range(100)])
    for size in (4, 8, len(data) // 2, len(data) - 1):
        (failure,) = read(data[:size])
        assert isinstance(failure, Failure)
        assert failure.error.startswith("is damaged Parquet: ")
        assert "\n" not in failure.error


WHOLE = table(text=[f"第{n}篇，行动方案" for n in range(200)], title=["题"] * 200)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_never_raises(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for at, byte in changes:
        data[at] = byte
    for item in read(bytes(data)):
        assert isinstance(item, Record | Failure)


def test_a_damaged_row_group_costs_its_rows() -> None:
    texts = [f"第{n}篇，行动方案 {n * 7919}" for n in range(300)]
    stream = io.BytesIO()
    pq.write_table(pa.table({"text": texts}), stream, row_group_size=100, use_dictionary=False, compression="zstd")
    data = bytearray(stream.getvalue())
    column = pq.ParquetFile(stream).metadata.row_group(1).column(0)
    at = column.data_page_offset + column.total_compressed_size // 2
    data[at : at + 30] = b"\xaa" * 30
    found = read(bytes(data))
    (failure,) = [item for item in found if isinstance(item, Failure)]
    assert failure.origin == "x.parquet#101"
    assert failure.error.startswith("is damaged Parquet (rows 101 to 200): ")
    assert [item.content for item in found if isinstance(item, Record)] == texts[:100] + texts[200:]
    assert [item.origin for item in found if isinstance(item, Record)][100] == "x.parquet#201"


@pytest.mark.parametrize("stored", [False, True])
def test_dictionaries_inside_lists_are_not_unfolded(stored: bool) -> None:
    inner = pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), ["长" * 3000])
    lists = pa.ListArray.from_arrays(pa.array([0, 200_000, 200_000, 200_000], pa.int32()), inner)
    deep = pa.StructArray.from_arrays([lists], ["a"])
    stream = io.BytesIO()
    pq.write_table(pa.table({"text": ["一"] * 3, "x": lists, "y": deep}), stream, store_schema=stored)
    assert len(stream.getvalue()) < 10_000
    before = pa.total_allocated_bytes()
    found = read(stream.getvalue())
    assert [type(item) for item in found] == [Failure, Record, Record]
    assert "bytes in x, over the limit" in found[0].error  # type: ignore[union-attr]
    assert pa.total_allocated_bytes() - before < 50_000_000


def test_lists_of_very_many_values_are_refused() -> None:
    stream = io.BytesIO()
    values = pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000_000, np.int8)), ["a"])
    lists = pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
    pq.write_table(pa.table({"text": ["一"], "x": lists}), stream)
    (failure,) = read(stream.getvalue())
    assert isinstance(failure, Failure)
    assert "20,000,000 values of x" in failure.error
