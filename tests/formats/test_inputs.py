"""Finding inputs and reading them in order."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from cleantext.errors import ConfigError
from cleantext.formats.base import Failure, Record
from cleantext.formats.inputs import find_inputs, read_input

LIMIT = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.txt", "a.txt", "sub/c.txt", ".hidden/d.txt", ".e.txt", "photo.png"):
        path = tmp_path / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"正文 {name}", encoding="utf-8")
    return tmp_path / "pages"


def test_a_folder_is_read_in_order(folder: Path) -> None:
    found = find_inputs([folder])
    assert [item.origin for item in found] == ["a.txt", "b.txt", "sub/c.txt"]
    assert [item.source for item in found] == ["pages", "pages", "pages/sub"]


def test_files_globs_and_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_inputs([str(folder / "photo.png"), str(folder / "*.txt"), "-"])
    assert [item.origin for item in found] == ["photo.png", "a.txt", "b.txt", "stdin"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "1"}\n{"text": "2"}')))
    assert [record.origin for record in read_input(found[-1], LIMIT)] == ["stdin#1", "stdin#2"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("正文".encode("gbk"))))
    (record,) = read_input(found[-1], LIMIT)
    assert isinstance(record, Record)
    assert record.content == "正文".encode("gbk")


def test_the_output_folder_is_not_read(folder: Path) -> None:
    found = find_inputs([folder], str(folder / "sub"))
    assert [item.origin for item in found] == ["a.txt", "b.txt"]


def test_every_missing_input_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError) as caught:
        find_inputs([tmp_path / "empty", tmp_path / "none.txt", tmp_path / "*.jsonl"])
    assert [line.rsplit("/")[-1].split(":")[0] for line in str(caught.value).splitlines()] == [
        "empty",
        "none.txt",
        "*.jsonl",
    ]
    with pytest.raises(ConfigError, match="no input given"):
        find_inputs([])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_costs_itself(folder: Path) -> None:
    (folder / "a.txt").chmod(0)
    (failure,) = read_input(find_inputs([folder])[0], LIMIT)
    assert failure == Failure(origin="a.txt", error="cannot be read: Permission denied")


def test_a_file_that_vanished_costs_itself(folder: Path) -> None:
    found = find_inputs([folder])
    (folder / "a.txt").unlink()
    (failure,) = read_input(found[0], LIMIT)
    assert failure == Failure(origin="a.txt", error="cannot be read: No such file or directory")


def test_a_file_over_the_limit_costs_itself(folder: Path) -> None:
    (failure,) = read_input(find_inputs([folder])[0], 3)
    assert failure == Failure(origin="a.txt", error="is over the limit of 3 bytes a document (--max-bytes)")
