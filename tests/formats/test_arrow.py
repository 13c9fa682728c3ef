"""Arrow files and streams: a record a row, whatever layout the columns have, and bounded whatever they claim."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.feather as pf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.formats.base import Failure, Item, Record
from cleantext.formats.ipc import unfolded_size
from cleantext.formats.open import read_stream

LIMIT = 1_000_000
PAGE = "<p>市政府昨天公布了新的行动方案。𠀀 e\u0301</p>"
KINDS = ["file", "stream"]


def ipc(table: pa.Table, kind: str = "file", rows: int = 100, compression: str | None = "zstd") -> bytes:
    stream = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    new = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
    with new(stream, table.schema, options=options) as writer:
        writer.write_table(table, rows)
    return stream.getvalue()


def read(data: bytes, limit: int = LIMIT, name: str = "x.bin") -> list[Item]:
    return list(read_stream(io.BytesIO(data), name, name, limit))


def contents(found: list[Item]) -> list[str | bytes]:
    return [item.content for item in found if isinstance(item, Record)]


TEXTS = [f"第{n}篇，行动方案 {n * 7919}" for n in range(1000)]
TABLE = pa.table({"text": TEXTS, "rank": list(range(1000)), "kind": pa.array(["a", None] * 500).dictionary_encode()})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("compression", ["zstd", "lz4", None])
@pytest.mark.parametrize("name", ["x.bin", "x.jsonl", "x.arrow", "-"])
def test_rows_in_order(kind: str, compression: str | None, name: str) -> None:
    data = ipc(TABLE, kind, compression=compression)
    found = read(data, name=name)
    assert contents(found) == TEXTS
    assert found[-1].origin == f"{name}#1000"
    assert [item.columns for item in found[:2] if isinstance(item, Record)] == [
        {"rank": 0, "kind": "a"}, {"rank": 1, "kind": None}
    ]  # fmt: skip
    assert read(gzip.compress(data), name=name) == found  # a table that needs no going back may come compressed


def test_feather() -> None:
    stream = io.BytesIO()
    pf.write_feather(TABLE, stream, version=2)
    assert contents(read(stream.getvalue())) == TEXTS
    stream = io.BytesIO()
    pf.write_feather(TABLE.select(["text"]), stream, version=1)
    (failure,) = read(stream.getvalue())
    assert isinstance(failure, Failure)
    assert failure.error.startswith("is Feather version 1; write it again")


def test_what_polars_writes() -> None:
    frame = pl.DataFrame({"paragraphs": [["一", "二"], ["三"]], "n": [1, None], "deep": [{"a": ["x" * 20]}, {"a": []}]})
    stream = io.BytesIO()
    frame.write_ipc(stream, compression="zstd")
    found = read(stream.getvalue())
    assert contents(found) == ["一\n\n二", "三"]
    assert [item.columns for item in found if isinstance(item, Record)] == [
        {"n": 1, "deep": {"a": ["x" * 20]}}, {"n": None, "deep": {"a": []}}
    ]  # fmt: skip


def polars_file(rows: int) -> bytes:
    """A file of Polars, which can be read by its index alone, with a batch a thousand rows."""
    stream = io.BytesIO()
    frame = pl.DataFrame({"text": TEXTS[:rows], "kind": pl.Series(["a", "b"] * (rows // 2), dtype=pl.Categorical)})
    frame.write_ipc(stream, compression="zstd", record_batch_size=100)
    return stream.getvalue()


def test_files_that_are_read_by_their_index() -> None:
    data = polars_file(400)
    found = read(data)
    assert contents(found) == TEXTS[:400]
    assert [item.columns for item in found if isinstance(item, Record)][:2] == [{"kind": "a"}, {"kind": "b"}]
    for size in (20, len(data) // 2, len(data) - 1):
        (failure,) = read(data[:size])
        assert isinstance(failure, Failure)
        assert failure.error.startswith("is damaged Arrow: ")
    bomb = io.BytesIO()
    pl.DataFrame({"text": ["a" * 90_000_000]}).write_ipc(bomb, compression="zstd")
    (failure,) = read(bomb.getvalue())
    assert isinstance(failure, Failure)
    assert "would unfold to 90,0" in failure.error


@pytest.mark.parametrize(
    "kind",
    [pa.large_string(), pa.binary(), pa.large_binary(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
    ids=str,
)
def test_layouts_of_text(kind: pa.DataType) -> None:
    array = pa.array([PAGE, None, ""], pa.string()).cast(kind)
    found = read(ipc(pa.table({"text": array})))
    wanted = [PAGE, ""]
    assert contents(found) == ([text.encode() for text in wanted] if "binary" in str(kind) else wanted)
    assert isinstance(found[1], Failure)


def test_text_that_is_not_utf8_comes_as_bytes() -> None:
    raw = "环境保护".encode("gbk")
    array = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\x08\0\0\0"), pa.py_buffer(raw)])
    (found,) = read(ipc(pa.table({"text": array})))
    assert isinstance(found, Record)
    assert found.content == raw


def test_tables_without_text_or_rows() -> None:
    (failure,) = read(ipc(pa.table({"a": [1]})))
    assert isinstance(failure, Failure)
    assert failure.error == "has no column html, text, content, body or paragraphs; it has a"
    assert read(ipc(pa.table({"text": pa.array([], pa.string())}))) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_is_cut_off_gives_the_rows_before(kind: str, share: float) -> None:
    data = ipc(TABLE, kind)
    *records, failure = read(data[: int(len(data) * share)])
    assert contents(records) == TEXTS[: len(records)]
    assert len(records) >= 100 * int(10 * share * 0.9 - 1)
    assert failure.origin == f"x.bin#{len(records) + 1}" or not records
    assert isinstance(failure, Failure)
    assert failure.error.startswith("is damaged Arrow: ")
    assert "\n" not in failure.error


def bodies(data: bytes, start: int) -> list[tuple[int, int]]:
    """Where the bodies of the messages are, from byte `start` on."""
    found, at = [], start
    for message in pa.ipc.MessageReader.open_stream(io.BytesIO(data[start:])):
        (header,) = struct.unpack_from("<i", data, at + 4)
        body = message.body.size if message.body else 0
        found.append((at + 8 + header, body))
        at += 8 + header + body
    return found


@pytest.mark.parametrize("skipped", [0, 40])  # with the size that is claimed, or behind it
@pytest.mark.parametrize(("kind", "start"), [("file", 8), ("stream", 0)])
def test_a_damaged_batch_costs_its_rows(kind: str, start: int, skipped: int) -> None:
    data = bytearray(ipc(TABLE.select(["text"]), kind))
    at, size = bodies(bytes(data), start)[4]  # the first is the schema
    data[at + skipped : at + size] = b"\xaa" * (size - skipped)
    found = read(bytes(data))
    assert [type(item) for item in found].count(Failure) == 1
    assert contents(found) == TEXTS[:300] + TEXTS[400:]
    (failure,) = [item for item in found if isinstance(item, Failure)]
    assert failure.origin == "x.bin#301"
    assert [item.origin for item in found if isinstance(item, Record)][300] == "x.bin#401"


def test_a_small_file_does_not_unfold() -> None:
    text = pa.array(["a" * 90_000_000])
    data = ipc(pa.table({"text": text}))
    assert len(data) < 100_000
    tracemalloc.start()
    before = pa.total_allocated_bytes()
    (failure,) = read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(failure, Failure)
    assert "bytes would unfold to 90,0" in failure.error
    assert peak < 10_000_000
    assert pa.total_allocated_bytes() <= before + 1_000_000


def test_sizes_are_those_that_arrow_needs() -> None:
    for compression, factor in (("zstd", 1), ("lz4", 1), (None, 0)):
        message = pa.ipc.MessageReader.open_stream(
            io.BytesIO(ipc(TABLE.select(["text", "rank"]), "stream", 1000, compression))
        )
        _, batch = message
        size = unfolded_size(batch.metadata.to_pybytes(), batch.body.to_pybytes())
        assert abs(size - factor * TABLE.select(["text", "rank"]).nbytes) < 200


WHOLE = {kind: ipc(TABLE.slice(0, 60), kind, rows=20) for kind in KINDS} | {"indexed": polars_file(60)}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=4),
)  # fmt: skip
def test_damage_never_raises(kind: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE[kind])
    for at, byte in changes:
        data[at % len(data)] = byte
    for item in read(bytes(data)):
        assert isinstance(item, Record | Failure)


@given(st.binary(max_size=300), st.binary(max_size=60))
def test_descriptions_of_messages_may_say_anything(header: bytes, body: bytes) -> None:
    assert unfolded_size(header, body) >= 0


ROWS = st.fixed_dictionaries({"n": st.integers(0, 9), "s": st.text(st.characters(codec="utf-8"))})


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, max_size=5))
def test_columns_come_as_they_are(rows: list[dict[str, Any]]) -> None:
    table = pa.table({"text": ["一"] * len(rows), "n": [row["n"] for row in rows], "s": [row["s"] for row in rows]})
    table = table.cast(pa.schema({"text": pa.string(), "n": pa.int16(), "s": pa.string()}))
    assert [item.columns for item in read(ipc(table)) if isinstance(item, Record)] == rows
