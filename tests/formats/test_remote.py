"""Addresses: what is read from where fsspec reaches, and what is written there."""

from __future__ import annotations

import functools
import http.server
import json
import sys
import threading
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleantext import Config, ConfigError, EngineError, MissingDependencyError, run
from cleantext.deduplicate import deduplicate
from cleantext.formats.base import Failure, Item, Record
from cleantext.formats.inputs import find_inputs, read_input
from cleantext.formats.remote import is_url, local_path
from run_tools import SENTENCES

LIMIT = 1_000_000


@pytest.fixture
def bucket() -> Iterator[str]:
    """A folder in the memory of this process, with a few files."""
    name = f"memory://{uuid.uuid4().hex}"
    system = fsspec.filesystem("memory")
    files = {
        "b.txt": SENTENCES[0],
        "a.jsonl": "".join(json.dumps({"id": n, "text": SENTENCES[n]}) + "\n" for n in (1, 2)),
        "sub/c.html": f"<html><body><p>{SENTENCES[3]}</p></body></html>",
        "photo.png": "no text",
        ".hidden/d.txt": "no",
    }
    for path, text in files.items():
        system.pipe_file(f"{name.removeprefix('memory:/')}/{path}", text.encode())
    yield name
    system.rm(name.removeprefix("memory:/"), recursive=True)


def names(url: str, leave_out: str | None = None) -> list[tuple[str, str]]:
    return [(item.origin, item.source) for item in find_inputs([url], leave_out)]


def items(url: str) -> list[Item]:
    return [record for item in find_inputs([url]) for record in read_input(item, LIMIT)]


def stored(url: str) -> dict[str, bytes]:
    system, root = fsspec.url_to_fs(url)
    return {path.rsplit("/", 1)[1]: system.cat_file(path) for path in system.find(root)}


def test_what_is_an_address() -> None:
    for name in ("s3://b/x", "memory://x", "zip://a.txt::b.zip", "https://a.cn/x.warc.gz", "simplecache::s3://b/x"):
        assert is_url(name)
    for name in ("a.txt", "C:\\x", "./a://b", "a:b", "/x::y", "文://x", "-"):
        assert not is_url(name)
    assert local_path("file:///a/b.txt") == "/a/b.txt"
    assert local_path("zip://a::file:///b.zip") == "zip://a::file:///b.zip"


def test_folders_globs_and_files(bucket: str) -> None:
    root = bucket.removeprefix("memory://")
    assert names(bucket) == [("a.jsonl", root), ("b.txt", root), ("sub/c.html", f"{root}/sub")]
    assert names(f"{bucket}/") == names(bucket)
    assert names(f"{bucket}/*.txt") == [("b.txt", root)]
    assert names(f"{bucket}/**/*.html") == [("c.html", "sub")]
    assert names(f"{bucket}/photo.png") == [("photo.png", root)]  # what is named is read
    assert names(bucket, f"{bucket}/sub") == [("a.jsonl", root), ("b.txt", root)]
    with pytest.raises(ConfigError, match=f"{root}/none: nothing to read there"):
        find_inputs([f"{bucket}/none"])


def test_records(bucket: str) -> None:
    found = items(bucket)
    assert [item.origin for item in found] == ["a.jsonl#1", "a.jsonl#2", "b.txt", "sub/c.html"]
    assert all(isinstance(item, Record) for item in found)


def test_tables_are_read_in_place(bucket: str) -> None:
    with fsspec.open(f"{bucket}/x.bin", "wb") as stream:
        pq.write_table(pa.table({"text": SENTENCES[:3]}), stream)
    assert [item.content for item in items(f"{bucket}/x.bin") if isinstance(item, Record)] == SENTENCES[:3]


def test_files_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("d/a.txt", SENTENCES[0])
        archive.writestr("d/b.txt", SENTENCES[1])
        archive.writestr("c.txt", SENTENCES[2])
    for url, wanted in (("zip://d/*.txt", SENTENCES[:2]), ("zip://c.txt", SENTENCES[2:3]), ("zip://d", SENTENCES[:2])):
        found = items(f"{url}::{tmp_path / 'x.zip'}")
        assert [item.content for item in found if isinstance(item, Record)] == [text.encode() for text in wanted]


def test_plain_file_addresses(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SENTENCES[0])
    assert [item.origin for item in items(f"file://{tmp_path}")] == ["a.txt"]
    run(f"file://{tmp_path / 'a.txt'}", f"file://{tmp_path / 'out'}")
    assert (tmp_path / "out" / "report.json").exists()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "page.html").write_text(f"<html><body><p>{SENTENCES[0]}</p></body></html>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_web(site: str) -> None:
    pytest.importorskip("aiohttp")
    (found,) = items(f"{site}/page.html")
    assert isinstance(found, Record)
    assert isinstance(found.content, bytes)
    assert SENTENCES[0].encode() in found.content
    assert (found.origin, found.content_type) == ("page.html", "text/html")
    with pytest.raises(ConfigError, match="nothing to read there"):
        find_inputs([f"{site}/none.html"])


def test_what_vanishes_or_breaks_costs_itself(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_inputs([f"{bucket}/b.txt"])
    fsspec.filesystem("memory").rm_file(bucket.removeprefix("memory:/") + "/b.txt")
    (failure,) = read_input(found[0], LIMIT)
    assert isinstance(failure, Failure)
    assert failure.error.startswith("cannot be read: ")

    class OddError(Exception):
        pass

    def broken(*_: object, **__: object) -> Any:
        raise OddError("the line went\ndead")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem._open", broken)
    (failure,) = read_input(find_inputs([f"{bucket}/a.jsonl"])[0], LIMIT)
    assert failure == Failure(origin="a.jsonl", error="cannot be read: the line went")


def test_wrong_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="cannot be read as an address"):
        find_inputs(["nonsense://x"])
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "s3fs"$'):
        find_inputs(["s3://bucket/x"])
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "cleantext-corpus\[fsspec\]"$'):
        find_inputs(["memory://x"])


def test_a_run_from_and_to_addresses(bucket: str, tmp_path: Path) -> None:
    report = run(bucket, f"{bucket}/out")
    assert (report.documents, report.failed) == (4, 0)
    here = tmp_path / "in"
    here.mkdir()
    for name in ("a.jsonl", "b.txt"):
        (here / name).write_bytes(stored(bucket)[name])
    (here / "sub").mkdir()
    (here / "sub" / "c.html").write_bytes(stored(bucket)["c.html"])
    run(here, tmp_path / "out")
    there = stored(f"{bucket}/out")
    for path in (tmp_path / "out").iterdir():
        assert path.name == "report.json" or path.read_bytes() == there[path.name]
    assert set(there) == {path.name for path in (tmp_path / "out").iterdir()}


def test_dedup_of_addresses(bucket: str) -> None:
    deduplicate(f"{bucket}/a.jsonl", f"{bucket}/out")
    assert stored(f"{bucket}/out")["documents.jsonl"] == stored(bucket)["a.jsonl"]


def test_an_address_is_overwritten_only_when_asked(bucket: str) -> None:
    out = f"{bucket}/out"
    run(f"{bucket}/b.txt", out, Config.from_dict({"output": {"format": "text"}}))
    fsspec.filesystem("memory").pipe_file(f"{out.removeprefix('memory:/')}/mine.txt", b"mine")
    with pytest.raises(ConfigError, match=r"is not empty \(it has documents.txt\); give another folder or --overwrite"):
        run(f"{bucket}/b.txt", out)
    run(f"{bucket}/b.txt", out, Config.from_dict({"run": {"overwrite": True}}))
    assert {"documents.jsonl", "mine.txt", "report.json"} < set(stored(out))
    assert "documents.txt" not in stored(out)


def test_a_failed_run_sends_nothing(bucket: str) -> None:
    def interrupt(stage: str, done: int, total: int | None) -> None:
        if stage == "write":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(bucket, f"{bucket}/out", progress=interrupt)
    assert stored(f"{bucket}/out") == {}


def test_the_report_is_sent_last(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def put(self: Any, here: str, there: str, **_: Any) -> None:
        sent.append(there.rsplit("/", 1)[1])
        if len(sent) == 3:
            raise ValueError("no room")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.put_file", put, raising=False)
    with pytest.raises(EngineError, match="the results cannot be sent there: no room"):
        run(f"{bucket}/b.txt", f"{bucket}/out")
    assert "report.json" not in sent


def test_a_place_that_cannot_be_written_to_stops_the_run_before_work(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SENTENCES[0])
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(ConfigError, match="cannot be made or written to"):
        run(tmp_path / "a.txt", f"zip://out::{tmp_path / 'x.zip'}")


def test_a_run_to_an_address_cannot_be_resumed(bucket: str) -> None:
    with pytest.raises(ConfigError, match="only a run into a folder can be resumed"):
        run(f"{bucket}/b.txt", f"{bucket}/out", resume=True)
