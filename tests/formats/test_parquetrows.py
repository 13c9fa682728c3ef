"""Rows of Parquet: whole columns and single cells give the same; small files stay small."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import io
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.errors import ParseError
from cleantext.formats import parquetbatches, parquetrows
from cleantext.formats.inputs import Input
from cleantext.formats.paragraphs import paragraph_spans
from cleantext.formats.parquetbatches import ParquetBatches
from cleantext.formats.parquetrows import read_table_rows
from cleantext.formats.source import Source
from row_tools import LIMIT, TEXT, Row, paragraphs, read, rows_of

ITEM = Input(path="x.parquet", origin="x", source="folder")


def table(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def rows(data: bytes, column: str | None = None, limit: int = LIMIT) -> tuple[list[Row], list[tuple[str, str]]]:
    return rows_of(read_table_rows(ParquetBatches(Source(io.BytesIO(data))), ITEM, column, limit))


def only_text(data: bytes, column: str | None = None) -> list[list[str]]:
    found, failures = rows(data, column)
    assert failures == []
    return [row.paragraphs for row in found]


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.dictionary(pa.int32(), pa.string()),
     pa.string_view()],
    ids=str,
)  # fmt: skip
def test_layouts_of_text(kind: pa.DataType) -> None:
    array = pa.array(["一\n\n二", None, ""], pa.string()).cast(kind)
    found, failures = rows(table(text=array))
    assert [(row.number, row.paragraphs) for row in found] == [(1, ["一", "二"]), (3, [])]
    assert failures == [("x#2", "has null in text, where a text or a list of texts should be")]


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.string()), pa.large_list(pa.large_string()), pa.list_(pa.binary())], ids=str
)
def test_lists_of_paragraphs(kind: pa.DataType) -> None:
    values = [["一", "", " 二\n\n三 "], None, [], ["四", None], ["五"]]
    found, failures = rows(table(paragraphs=pa.array(values, pa.list_(pa.string())).cast(kind)))
    assert [(row.number, row.paragraphs) for row in found] == [(1, values[0]), (3, []), (5, ["五"])]
    assert [origin for origin, _ in failures] == ["x#2", "x#4"]


TEXTS = st.lists(st.none() | TEXT, min_size=1, max_size=6)


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries({"text": TEXTS}, optional={"paragraphs": st.lists(st.none() | st.lists(TEXT, max_size=3))}),
    st.sampled_from([15, LIMIT]),
    st.sampled_from([1, 30, 8 << 20]),
)
def test_columns_say_what_single_rows_say(columns: dict[str, list[Any]], limit: int, block: int) -> None:
    count = len(columns["text"])
    if "paragraphs" in columns:
        columns["paragraphs"] = (columns["paragraphs"] + [None] * count)[:count]
    data = table(
        text=pa.array(columns["text"], pa.string()),
        **{name: pa.array(values, pa.list_(pa.string())) for name, values in columns.items() if name != "text"},
    )
    with patch.object(parquetbatches, "BLOCK", block):
        found = rows(data, None, limit)
        with patch.object(parquetrows._ParquetRows, "by_column", return_value=None):
            assert found == rows(data, None, limit)
    texts = zip(columns["text"], columns.get("paragraphs", [None] * count), strict=True)
    wanted = [
        parts if parts is not None else [text[a:b] for a, b in paragraph_spans(text)]
        for text, parts in texts
        if len((text if parts is None else "\n\n".join(parts)) or "") * 4 <= limit and (text, parts) != (None, None)
    ]
    if limit == LIMIT:
        assert [row.paragraphs for row in found[0]] == wanted


def test_paragraphs_come_before_text_and_nulls_give_way() -> None:
    data = table(
        paragraphs=pa.array([["一"], None], pa.list_(pa.string())), text=["不", "二\n\n三"], content=["a", "b"]
    )
    assert only_text(data) == [["一"], ["二", "三"]]
    assert only_text(data, "content") == [["a"], ["b"]]


def test_labels() -> None:
    data = table(
        text=["a", "b"], id=[7, None], url=["http://a.example/", ""],
        date=pa.array([datetime.date(2020, 1, 2), None]), source=[{"name": "报"}, None],
    )  # fmt: skip
    first, second = rows(data)[0]
    assert first.labels == {"id": "7", "url": "http://a.example/", "date": "2020-01-02", "source": '{"name": "报"}'}
    assert set(second.labels.values()) == {None}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([datetime.datetime(2020, 1, 2)], "2020-01-02"),
        ([datetime.datetime(2020, 1, 2, 3, 4)], "2020-01-02 03:04:00"),
        ([decimal.Decimal("1.50")], "1.50"),
        ([b"\xe4\xb8\x80"], "一"),
        ([b"\xff"], "\ufffd"),
        ([2.5], "2.5"),
        ([True], "true"),
        (pa.array([2**60], pa.timestamp("ms")), None),
        (pa.array([1000], pa.timestamp("ns")), "1970-01-01 00:00:00.000001"),
    ],
)
def test_other_labels(values: Any, found: str | None) -> None:
    ((row,), _) = rows(table(text=["a"], date=values))
    assert row.labels["date"] == found if found else row.labels["date"]


def test_text_that_is_not_utf8_fails_alone() -> None:
    raw = [b"a", "环境".encode("gbk"), b"b"]
    assert rows(table(text=raw)) == rows(table(text=pa.array(raw).view(pa.string())))
    found, failures = rows(table(text=raw))
    assert [row.number for row in found] == [1, 3]
    assert failures == [("x#2", "is not UTF-8 at byte 0 of text")]
    lists = pa.ListArray.from_arrays([0, 1, 2, 3], pa.array(raw).view(pa.string()))
    assert rows(table(text=lists)) == (found, failures)


def test_a_column_of_no_text() -> None:
    found, failures = rows(table(text=[1, 2]))
    assert (found, failures[1]) == ([], ("x#2", "has a number in text, where a text or a list of texts should be"))
    _, ((_, error),) = rows(table(text=[datetime.date(2020, 1, 2)]))
    assert error == "has date in text, where a text or a list of texts should be"


def test_no_column_of_text(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "x.parquet")
    assert read(tmp_path / "x.parquet") == (
        [],
        [(
            "x.parquet",
            "has no column paragraphs or text or content or body; it has a, b (--column names the column of the text)",
        )],
    )  # fmt: skip
    assert paragraphs(tmp_path / "x.parquet", "b") == [["x"]]


def test_two_columns_of_one_name() -> None:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"]), stream)
    with pytest.raises(ParseError, match="has two columns called text"):
        rows(stream.getvalue())


def test_rows_over_the_limit_fail_alone() -> None:
    found, failures = rows(table(text=["行", "长" * 1000, "行"]), limit=2000)
    assert [row.number for row in found] == [1, 3]
    assert failures == [("x#2", "is 3,000 bytes, over the limit of 2,000 (--max-bytes)")]


@pytest.mark.parametrize("kind", [None, pa.string(), pa.large_string()], ids=str)
def test_a_small_file_does_not_unfold_into_large_batches(kind: pa.DataType | None) -> None:
    indices = pa.array([0] * 2_000, pa.int32())
    texts = pa.DictionaryArray.from_arrays(indices, ["长" * 100_000])
    data = table(text=texts.cast(kind) if kind else texts)
    assert len(data) < 1_000_000
    sizes = [
        batch.texts.nbytes for batch in read_table_rows(ParquetBatches(Source(io.BytesIO(data))), ITEM, None, LIMIT)
    ]
    assert sum(sizes) > 600_000_000
    assert max(sizes) < 10_000_000


def test_many_rows_in_order() -> None:
    texts = [f"第{n}篇" * 1000 for n in range(3000)]
    stream = io.BytesIO()
    pq.write_table(pa.table({"text": texts, "other": texts}), stream, row_group_size=700)
    batches = list(read_table_rows(ParquetBatches(Source(stream)), ITEM, None, LIMIT))
    assert len(batches) > 1
    found, _ = rows_of(batches)
    assert [(row.number, row.paragraphs) for row in found] == [(n, [text]) for n, text in enumerate(texts, 1)]


def test_batches_of_all_columns() -> None:
    data = table(text=["一", None], number=[1, 2], deep=[{"a": [1]}, None])
    (batch,) = ParquetBatches(Source(io.BytesIO(data))).batches(["text", "number", "deep"])
    assert batch.to_pylist() == [
        {"text": "一", "number": 1, "deep": {"a": [1]}},
        {"text": None, "number": 2, "deep": None},
    ]


WHOLE = table(text=[f"第{n}篇，行动方案" for n in range(200)], paragraphs=[["一", "二"]] * 200, id=list(range(200)))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_is_one_kind_of_error(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for at, byte in changes:
        data[at] = byte
    with contextlib.suppress(ParseError):
        rows(bytes(data))


@pytest.mark.parametrize("size", [4, 8, len(WHOLE) // 2, len(WHOLE) - 1])
def test_cut_off_files(size: int) -> None:
    with pytest.raises(ParseError, match=r"^is damaged Parquet: .+$"):
        rows(WHOLE[:size])


def test_a_stream_that_cannot_seek() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(ParseError, match="from a file and not from a compressed stream"):
        ParquetBatches(Source(Pipe(WHOLE)))
