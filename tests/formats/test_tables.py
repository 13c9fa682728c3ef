"""Rows of any input: how files are opened, what standard input is, and when a file has changed."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext import Config
from cleantext.deduplicate import deduplicate
from cleantext.errors import DecodeError, EngineError
from cleantext.formats.base import Failure, Record
from cleantext.formats.inputs import Input, find_inputs
from cleantext.formats.open import read_stream
from cleantext.formats.paragraphs import paragraph_spans
from cleantext.formats.tables import fingerprint, read_rows, row_name, spooled
from row_tools import LIMIT, TEXT, input_of, paragraphs, read, rows_of

LINES = "".join(
    json.dumps({"id": n, "text": f"第{n}篇\n\n行动方案"}, ensure_ascii=False) + "\n" for n in range(5000)
).encode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.jsonl", LINES), ("x", LINES), ("x.jsonl.gz", gzip.compress(LINES)), ("x.dat", gzip.compress(LINES)),
        ("x.jsonl.zst", zstandard.compress(LINES)),
        ("x.jsonl.xz", lzma.compress(LINES, preset=0)),
        ("x.gz", gzip.compress(LINES[:700]) + gzip.compress(LINES[700:])),
    ],
    ids=range(7),
)  # fmt: skip
def test_compressed_or_not(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    rows, failures = read(tmp_path / name)
    assert failures == []
    assert [(row.number, row.paragraphs, row.labels["id"]) for row in rows] == [
        (n + 1, [f"第{n}篇", "行动方案"], str(n)) for n in range(5000)
    ]


def test_batches_name_their_input(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b'{"text": "a"}\n{}\n')
    (batch,) = read_rows(input_of(tmp_path / "x.jsonl"), None, LIMIT)
    assert (batch.origin, batch.source) == ("x.jsonl", "folder")
    assert [array.dtype.str for array in (batch.numbers, batch.offsets)] == ["<i8", "<i8"]
    assert batch.texts.type == pa.large_string()
    assert [row_name(batch.origin, number) for number in (*batch.numbers, 0)] == ["x.jsonl#1", "x.jsonl"]


@given(TEXT)
@settings(deadline=None)
def test_a_text_file_is_a_row(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("text") / "x.txt"
    path.write_bytes(text.encode())
    text = text.removeprefix("\ufeff")
    ((row,), failures) = read(path)
    assert (row.number, row.paragraphs) == (0, [text[start:end] for start, end in paragraph_spans(text)])
    assert (set(row.labels.values()), failures) == ({None}, [])


def test_text_in_other_encodings(tmp_path: Path) -> None:
    def decode(content: bytes) -> str:
        if content.startswith(b"\xff\xff"):
            raise DecodeError("is no text")
        return content.decode("gb18030")

    (tmp_path / "x.txt").write_bytes("环境\n\n保护".encode("gb18030"))
    (tmp_path / "y.txt").write_bytes(b"\xff\xff")
    found, _ = rows_of(read_rows(input_of(tmp_path / "x.txt"), None, LIMIT, decode))
    assert found[0].paragraphs == ["环境", "保护"]
    assert rows_of(read_rows(input_of(tmp_path / "y.txt"), None, LIMIT, decode)) == ([], [("y.txt", "is no text")])
    assert read(tmp_path / "x.txt") == ([], [("x.txt", "is not UTF-8 at byte 0")])
    assert read(tmp_path / "x.txt", limit=5) == (
        [],
        [("x.txt", "is over the limit of 5 bytes a document (--max-bytes)")],
    )


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == ([], [("none", "cannot be read: No such file or directory")])
    assert fingerprint(input_of(tmp_path / "none")) == (-1, -1)


SHUFFLED = b"".join(
    json.dumps({"text": np.random.default_rng(n).bytes(60).hex(), "id": n}).encode() + b"\n" for n in range(3000)
)
GZIP = gzip.compress(SHUFFLED)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, len(GZIP) - 1), st.none() | st.integers(0, 255))
def test_damaged_files_give_the_rows_before_the_damage(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int | None
) -> None:
    data = GZIP[:at] if byte is None else GZIP[:at] + bytes([byte]) + GZIP[at + 1 :]
    path = tmp_path_factory.mktemp("damage") / "x.jsonl"
    path.write_bytes(data)
    known = list(read_stream(io.BytesIO(data), "x.jsonl", "x.jsonl", LIMIT))
    rows, failures = read(path)
    assert [row.labels["id"] for row in rows] == [record.own_id for record in known if isinstance(record, Record)]
    wanted = [(item.origin, item.error) for item in known if isinstance(item, Failure)]
    assert sorted(origin for origin, _ in failures) == sorted(origin for origin, _ in wanted)
    assert [failure for failure in failures if failure[0] == "x.jsonl"] == [
        failure for failure in wanted if failure[0] == "x.jsonl"
    ]


def test_compressed_parquet_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "x.parquet")
    (tmp_path / "x.parquet.gz").write_bytes(gzip.compress((tmp_path / "x.parquet").read_bytes()))
    assert paragraphs(tmp_path / "x.parquet") == [["a"]]
    assert read(tmp_path / "x.parquet.gz") == (
        [], [("x.parquet.gz", "is Parquet, which is read from a file and not from a compressed stream")]
    )  # fmt: skip


@pytest.mark.parametrize("data", [LINES, gzip.compress(LINES)], ids=["plain", "gzip"])
def test_standard_input_can_be_read_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "y.txt").write_text("一")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    with spooled(find_inputs(["-", str(tmp_path / "y.txt")])) as (first, second):
        assert (first.origin, second.path) == ("stdin", str(tmp_path / "y.txt"))
        for _ in range(2):
            rows, failures = rows_of(read_rows(first, None, LIMIT))
            assert (len(rows), failures) == (5000, [])
        assert fingerprint(first) == (len(data), fingerprint(first)[1])
        kept = first.path
    assert not Path(kept).exists()


def test_no_room_for_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Broken()))
    with (
        pytest.raises(EngineError, match=r"^standard input cannot be stored in .*: No space left on device \(TMPDIR"),
        spooled([Input(path="-", origin="stdin", source="stdin")]),
    ):
        pass


def test_fingerprints(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("a")
    before = fingerprint(input_of(path))
    assert fingerprint(input_of(path)) == before
    os.utime(path, ns=(1, before[1] + 1))
    assert fingerprint(input_of(path)) == (1, before[1] + 1)
    path.write_text("ab")
    assert fingerprint(input_of(path))[0] == 2


@pytest.mark.parametrize("kind", ["file", "stream"])
@pytest.mark.parametrize("compression", ["zstd", "lz4", None])
def test_rows_of_arrow(tmp_path: Path, kind: str, compression: str | None) -> None:
    table = pa.table({
        "paragraphs": [["一", "二"], ["三"], None, []] * 500, "id": list(range(2000)),
        "date": pa.array(["2020", ""] * 1000).dictionary_encode(), "x": [{"a": [1.5]}] * 2000,
    })  # fmt: skip
    new = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
    with new(tmp_path / "x.bin", table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table, 300)
    pq.write_table(table, tmp_path / "x.parquet")
    rows, failures = read(tmp_path / "x.parquet")
    assert read(tmp_path / "x.bin") == (rows, [(name.replace("parquet", "bin"), error) for name, error in failures])
    for source in ("x.bin", "x.parquet"):
        for form in ("jsonl", "parquet", "arrow"):
            out = tmp_path / f"{source}-{form}"
            config = Config.from_dict({"output": {"format": form}, "dedup": {"documents": "tag", "within": "tag"}})
            deduplicate(tmp_path / source, out, config)
    assert (tmp_path / "x.bin-jsonl" / "documents.jsonl").read_bytes() == (
        tmp_path / "x.parquet-jsonl" / "documents.jsonl"
    ).read_bytes()
    wanted = [row for row in table.to_pylist() if row["paragraphs"] is not None]
    for source in ("x.bin", "x.parquet"):
        assert pq.read_table(tmp_path / f"{source}-parquet" / "documents.parquet").to_pylist() == wanted
        with pa.ipc.open_file(tmp_path / f"{source}-arrow" / "documents.arrow") as found:
            assert found.read_all().to_pylist() == wanted


def test_a_damaged_batch_of_arrow_costs_its_rows(tmp_path: Path) -> None:
    texts = [f"第{n}篇，行动方案 {n * 7919}" for n in range(500)]
    stream = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(stream, pa.schema({"text": pa.string()}), options=options) as writer:
        writer.write_table(pa.table({"text": texts}), 100)
    data = bytearray(stream.getvalue())
    at = data.index(b"\x28\xb5\x2f\xfd", len(data) // 2)
    data[at : at + 4] = b"oops"
    (tmp_path / "x.arrow").write_bytes(data)
    rows, ((name, error),) = read(tmp_path / "x.arrow")
    assert (len(rows), name) == (400, f"x.arrow#{min({*range(1, 501)} - {row.number for row in rows})}")
    assert error.startswith("is damaged Arrow: ")
    assert [row.paragraphs for row in rows] == [[texts[row.number - 1]] for row in rows]
    deduplicate(tmp_path / "x.arrow", tmp_path / "out", Config.from_dict({"dedup": {"documents": "tag"}}))
    written = (tmp_path / "out" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["text"] for line in written] == [texts[row.number - 1] for row in rows]


def test_rows_behind_a_damaged_member_are_read(tmp_path: Path) -> None:
    members = [gzip.compress(LINES[n * 40_000 : (n + 1) * 40_000]) for n in range(5)]
    members[2] = members[2][: len(members[2]) // 2]
    (tmp_path / "x.jsonl.gz").write_bytes(b"".join(members))
    batches = list(read_rows(input_of(tmp_path / "x.jsonl.gz"), None, LIMIT))
    rows, failures = rows_of(batches)
    assert [failure.offset for batch in batches for failure in batch.failures if "gzip" in failure.error] == [
        len(members[0]) + len(members[1])
    ]
    # The member, the line that the next one begins in the middle of, and the last line, which is cut off.
    assert len(failures) == 3
    assert rows[-1].labels["id"] == str(len(LINES[:200_000].splitlines()) - 2)
    report = deduplicate(tmp_path / "x.jsonl.gz", tmp_path / "out", Config.from_dict({"dedup": {"documents": "tag"}}))
    assert report.documents == len(rows)
    assert len((tmp_path / "out" / "documents.jsonl").read_bytes().splitlines()) == len(rows)


def test_web_archives_are_for_clean(tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_bytes(b"WARC/1.0\r\n")
    (_, ((_, error),)) = read(tmp_path / "x.warc")
    assert error == "is a web archive, which has pages and no clean text (cleantext clean reads it)"
