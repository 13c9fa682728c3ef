"""What is kept on disk."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from cleantext.text.cache import folder, load, store


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLEANTEXT_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_arrays_come_back(place: Path) -> None:
    assert load("a") is None
    store("a", {"x": np.arange(5), "y": np.array(0.5)})
    again = load("a")
    assert again is not None
    assert (again["x"].tolist(), float(again["y"])) == ([0, 1, 2, 3, 4], 0.5)
    assert [path.name for path in place.iterdir()] == ["a.npz"]  # nothing temporary stays


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 4_000])
def test_a_damaged_file_is_not_read(place: Path, damage: bytes) -> None:
    store("a", {"x": np.arange(5)})
    (place / "a.npz").write_bytes(damage)
    assert load("a") is None
    store("a", {"x": np.arange(3)})
    again = load("a")
    assert again is not None
    assert again["x"].size == 3


def test_one_flipped_bit_is_noticed(place: Path) -> None:
    store("a", {"x": np.arange(50)})
    data = bytearray((place / "a.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (place / "a.npz").write_bytes(bytes(data))
    assert load("a") is None


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CLEANTEXT_CACHE", str(tmp_path / "file" / "below"))
    store("a", {"x": np.arange(5)})
    assert load("a") is None


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(place: Path) -> None:
    (place / "a.npz").mkdir(parents=True)
    store("a", {"x": np.arange(5)})
    assert [path.name for path in place.iterdir()] == ["a.npz"]


def test_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder() == tmp_path / "kept"
    monkeypatch.setenv("CLEANTEXT_CACHE", "")
    assert folder() is None
    store("a", {"x": np.arange(5)})
    assert load("a") is None
    monkeypatch.delenv("CLEANTEXT_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert folder() == tmp_path / "xdg" / "cleantext"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    if os.name == "posix":
        assert folder() == tmp_path / ".cache" / "cleantext"
