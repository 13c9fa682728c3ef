"""Forms of output: shards, compression, tables, and that what is written can be read again."""

from __future__ import annotations

import gzip
import json
import lzma
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from cleantext import Config, ConfigError, MissingDependencyError, run
from cleantext.config import OutputConfig
from cleantext.deduplicate import deduplicate
from cleantext.formats.base import Record
from cleantext.formats.carried import ColumnTypes
from cleantext.formats.documents import write_documents
from cleantext.formats.inputs import find_inputs, read_input
from cleantext.formats.shards import DOCUMENT_FILE, document_files
from cleantext.schema import DOCUMENTS
from run_tools import SENTENCES, outputs, rows, write_rows

UNPACK: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "none": ("", lambda data: data),
    "gzip": (".gz", gzip.decompress),
    "zstd": (".zst", lambda data: zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()),
    "xz": (".xz", lzma.decompress),
}
FORMS = {"jsonl": "jsonl", "text": "txt", "markdown": "md"}
TEXTS = [f"{sentence}{n * 7919}号文件" for n, sentence in enumerate(SENTENCES * 2)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "in.jsonl", [{"id": n, "text": text, "n": n} for n, text in enumerate(TEXTS)])


def config(**output: Any) -> Config:
    return Config.from_dict({"output": output, "dedup": {"documents": "tag"}})


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("documents*"))


RUNS: dict[str, Callable[..., Any]] = {"clean": run, "dedup": deduplicate}


@pytest.mark.parametrize("command", RUNS)
@pytest.mark.parametrize(
    ("form", "compress"),
    [("jsonl", "none"), ("text", "gzip"), ("markdown", "zstd"), ("jsonl", "xz"), ("text", "none"), ("jsonl", "zstd")],
)
@pytest.mark.parametrize("shards", [3, 40])
def test_shards_together_are_the_one_file(
    source: Path, tmp_path: Path, command: str, form: str, compress: str, shards: int
) -> None:
    RUNS[command](source, tmp_path / "one", config(format=form))
    RUNS[command](source, tmp_path / "out", config(format=form, compress=compress, shards=shards))
    ending, unpack = UNPACK[compress]
    found = files(tmp_path / "out")
    assert [path.name for path in found] == document_files(form, compress, shards)
    assert len(found) == shards
    assert all(path.name.endswith(f".{FORMS[form]}{ending}") for path in found)
    assert b"".join(unpack(path.read_bytes()) for path in found) == files(tmp_path / "one")[0].read_bytes()
    if form == "jsonl":
        sizes = [len(unpack(path.read_bytes()).splitlines()) for path in found]
        assert (sum(sizes), max(sizes) - min(sizes) <= 1) == (len(TEXTS), True)


@pytest.mark.parametrize("command", RUNS)
@pytest.mark.parametrize("form", ["parquet", "arrow"])
@pytest.mark.parametrize("shards", [1, 40])
def test_tables_in_shards(source: Path, tmp_path: Path, command: str, form: str, shards: int) -> None:
    RUNS[command](source, tmp_path / "one", config())
    RUNS[command](source, tmp_path / "out", config(format=form, shards=shards))
    read = pq.read_table if form == "parquet" else lambda path: pa.ipc.open_file(path).read_all()
    tables = [read(path) for path in files(tmp_path / "out")]
    assert len(tables) == shards
    assert len({str(table.schema) for table in tables}) == 1
    wanted = rows(tmp_path / "one")
    found = pa.concat_tables(tables).to_pylist()
    if command == "clean":
        assert [row["columns"] for row in found] == [row["columns"] for row in wanted]
        assert [row["paragraphs"] for row in found] == [row["paragraphs"] for row in wanted]
    else:
        assert found == wanted


@pytest.mark.parametrize("form", ["jsonl", "parquet", "arrow"])
def test_what_is_written_is_read_again(source: Path, tmp_path: Path, form: str) -> None:
    run(source, tmp_path / "out", config(format=form, shards=4))
    found = [
        record for item in find_inputs([tmp_path / "out" / "documents*"]) for record in read_input(item, 1_000_000)
    ]
    assert [item.content for item in found if isinstance(item, Record)] == [normalize("NFC", text) for text in TEXTS]


def test_the_same_bytes_each_time(source: Path, tmp_path: Path) -> None:
    for compress in UNPACK:
        for name in ("a", "b"):
            run(source, tmp_path / f"{compress}-{name}", config(compress=compress, shards=2))
        assert outputs(tmp_path / f"{compress}-a") == outputs(tmp_path / f"{compress}-b")


def test_masked_and_reference_documents_are_counted_right(tmp_path: Path) -> None:
    write_rows(tmp_path / "old.jsonl", [{"id": "old", "text": TEXTS[0]}])
    write_rows(tmp_path / "new.jsonl", [{"id": n, "text": TEXTS[n % 4]} for n in range(6)])
    for command, start in RUNS.items():
        for documents, count in (("drop", 3), ("mask", 6), ("tag", 6)):
            out = tmp_path / f"{command}-{documents}"
            chosen = Config.from_dict({"output": {"shards": 3}, "dedup": {"documents": documents, "max_removed": 1.0}})
            start(tmp_path / "new.jsonl", out, chosen, reference=[tmp_path / "old.jsonl"])
            sizes = [len(path.read_bytes().splitlines()) for path in files(out)]
            assert sizes == [count // 3] * 3


def test_an_earlier_run_leaves_no_files(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "documents-mine.jsonl").write_text("mine")
    for output in ({"shards": 5}, {"format": "arrow"}, {"format": "text", "compress": "xz"}, {"shards": 2}):
        run(source, tmp_path / "out", Config.from_dict({"output": output, "run": {"overwrite": True}}))
    assert [path.name for path in files(tmp_path / "out")] == [
        "documents-00000-of-00002.jsonl", "documents-00001-of-00002.jsonl", "documents-mine.jsonl"
    ]  # fmt: skip


def test_names() -> None:
    for form in ("jsonl", "parquet", "arrow", "text", "markdown"):
        for compress in UNPACK:
            for shards in (1, 2, 10_001):
                names = document_files(form, compress, shards)
                assert len(set(names)) == shards
                assert names == sorted(names)
                assert all(DOCUMENT_FILE.fullmatch(name) for name in names[:2])
    assert not DOCUMENT_FILE.fullmatch("documents.csv")


def test_tables_are_not_compressed_twice() -> None:
    with pytest.raises(ConfigError, match=r"output.compress: parquet is compressed inside; leave it at none"):
        config(format="parquet", compress="gzip")
    with pytest.raises(ConfigError, match=r"output.shards: 0 is not between 1 and"):
        config(shards=0)


def test_zstd_needs_its_package(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "cleantext-corpus\[zstd\]"$'):
        run(source, tmp_path / "out", config(compress="zstd"))
    assert not (tmp_path / "out").exists()


DOCUMENT = {
    "id": "00ff00ff00ff00ff", "origin": "a.txt", "url": None, "title": "方案", "date": "2021-08-19", "author": None,
    "source": "日报", "encoding": "gb18030", "script": "Hans", "text": "第一段。\n\n第二段𠀀。",
    "paragraphs": ["第一段。", "第二段𠀀。"], "spans": [[0, 4], [6, 11]], "ordinals": [0, 2], "kinds": ["text", "text"],
    "levels": [0, 0],
    "metadata": {"editor": "王", "flags": ["shell"], "from": {"title": "line 1"}},
}  # fmt: skip


def table(tmp_path: Path, documents: list[dict[str, Any]], form: str = "parquet") -> pa.Table:
    write_documents(tmp_path.joinpath, documents, OutputConfig(format=form), len(documents), ColumnTypes())
    path = tmp_path / f"documents.{form}"
    return pq.read_table(path) if form == "parquet" else pa.ipc.open_file(path).read_all()


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_documents_round_trip(tmp_path: Path, form: str) -> None:
    found = table(tmp_path, [DOCUMENT | {"id": f"{n:016x}"} for n in range(1500)], form)
    assert found.schema.equals(DOCUMENTS)
    back = found.to_pylist()
    assert len(back) == 1500
    assert back[7] | {"metadata": json.loads(back[7]["metadata"])} == DOCUMENT | {"id": f"{7:016x}"}
    first, *_ = read_input(find_inputs([tmp_path / f"documents.{form}"])[0], 1_000_000)
    assert isinstance(first, Record)
    assert (first.content, first.kind, first.own_id, first.columns) == (DOCUMENT["text"], "text", "0" * 16, {})


def test_no_documents(tmp_path: Path) -> None:
    for form in ("parquet", "arrow"):
        assert table(tmp_path, [], form).num_rows == 0


def test_lone_surrogates_are_replaced(tmp_path: Path) -> None:
    (row,) = table(tmp_path, [DOCUMENT | {"text": "行\ud800", "paragraphs": ["行\udfff𠀀"]}]).to_pylist()
    assert (row["text"], row["paragraphs"]) == ("行\ufffd", ["行\ufffd𠀀"])


@given(st.integers(0, 50), st.integers(1, 60))
def test_every_shard_gets_its_share(tmp_path_factory: pytest.TempPathFactory, total: int, shards: int) -> None:
    folder = tmp_path_factory.mktemp("shards")
    documents = [{"id": str(n)} for n in range(total)]
    write_documents(folder.joinpath, documents, OutputConfig(shards=shards), total, ColumnTypes())
    parts = [path.read_bytes().splitlines() for path in files(folder)]
    assert [json.loads(line)["id"] for part in parts for line in part] == [str(n) for n in range(total)]
    assert {len(part) for part in parts} <= {total // shards, total // shards + 1}
