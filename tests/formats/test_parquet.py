"""Parquet in and out."""

from __future__ import annotations

import datetime
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.formats.base import Failure, Record
from cleantext.formats.open import read_stream
from cleantext.formats.parquet import read_parquet, write_documents
from cleantext.schema import DOCUMENTS

LIMIT = 1_000_000
PAGE = "<p>市政府昨天公布了新的行动方案。𠀀</p>"


def table(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def read(data: bytes, limit: int = LIMIT) -> list[Record | Failure]:
    return list(read_parquet(io.BytesIO(data), "x.parquet", limit))


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

    (failure,) = read_parquet(Pipe(table(text=["行"])), "-", LIMIT)
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


DOCUMENT = {
    "id": "00ff00ff00ff00ff", "origin": "a.txt", "url": None, "title": "方案", "date": "2021-08-19", "author": None,
    "source": "日报", "encoding": "gb18030", "script": "Hans", "text": "第一段。\n\n第二段𠀀。",
    "paragraphs": ["第一段。", "第二段𠀀。"], "spans": [[0, 4], [6, 11]], "ordinals": [0, 2], "kinds": ["text", "text"],
    "levels": [0, 0],
    "metadata": {"editor": "王", "flags": ["shell"], "from": {"title": "line 1"}},
}  # fmt: skip


def test_documents_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "documents.parquet"
    write_documents(path, (DOCUMENT | {"id": f"{n:016x}"} for n in range(1500)))
    assert pq.read_schema(path).equals(DOCUMENTS)
    rows = pq.read_table(path).to_pylist()
    assert len(rows) == 1500
    assert rows[7] | {"metadata": json.loads(rows[7]["metadata"])} == DOCUMENT | {"id": f"{7:016x}"}
    with path.open("rb") as stream:
        first = next(read_parquet(stream, "x", LIMIT))
    assert isinstance(first, Record)
    assert (first.content, first.kind, first.own_id) == (DOCUMENT["text"], "text", "0" * 16)


def test_no_documents(tmp_path: Path) -> None:
    write_documents(tmp_path / "x.parquet", [])
    assert pq.read_table(tmp_path / "x.parquet").num_rows == 0


def test_lone_surrogates_are_replaced(tmp_path: Path) -> None:
    write_documents(tmp_path / "x.parquet", [DOCUMENT | {"text": "行\ud800", "paragraphs": ["行\udfff𠀀"]}])
    (row,) = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert (row["text"], row["paragraphs"]) == ("行\ufffd", ["行\ufffd𠀀"])
