"""Things that wait to be read again: the same from memory and from disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from cleantext import clean
from cleantext.spool import Spool

ITEMS: list[Any] = [
    "",
    "山水\U00020000e\u0301\ud800",
    b"\x00\xff",
    None,
    ("a", {"b": [1.5]}),
    clean("一段话。"),
    10**30,
]


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("budget", "on_disk"), [(0, True), (10, True), (25, True), (700, False), (1 << 40, False)])
def test_what_went_in_comes_out_as_often_as_asked(budget: int, on_disk: bool, scratch: Path) -> None:
    with Spool[Any](budget) as spool:
        for item in ITEMS:
            spool.append(item, 100 if on_disk and budget else 10)
        assert (len(spool), spool.on_disk) == (len(ITEMS), on_disk)
        assert [list(spool), list(spool)] == [ITEMS, ITEMS]
        spool.append("one more", 1)
        assert list(spool) == [*ITEMS, "one more"]
        assert len(spool) == len(ITEMS) + 1
        assert list(scratch.iterdir()) == []  # the file has no name


def test_some_of_it_may_wait_in_memory() -> None:
    with Spool[int](10) as spool:
        for number in range(10):
            spool.append(number, 4)  # three at a time go to the file
        assert spool.on_disk
        assert len(spool._items) == 1
        assert list(spool) == list(range(10))


def test_a_reading_broken_off_does_not_disturb_the_next() -> None:
    with Spool[int](0) as spool:
        for number in range(5):
            spool.append(number, 1)
        assert next(iter(spool)) == 0
        assert list(spool) == list(range(5))
        spool.append(5, 1)
        assert list(spool) == list(range(6))


def test_nothing_is_left_after_an_error(scratch: Path) -> None:
    def fill() -> None:
        with Spool[str](0) as spool:
            spool.append("x", 1)
            files.append(spool._file)
            raise KeyboardInterrupt

    files: list[Any] = []
    with pytest.raises(KeyboardInterrupt):
        fill()
    assert files[0].closed
    assert list(scratch.iterdir()) == []


def test_an_empty_one() -> None:
    with Spool[str](0) as spool:
        assert (len(spool), list(spool), spool.on_disk) == (0, [], False)
