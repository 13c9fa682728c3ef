"""The SQLite store: files that are no index, damaged, locked or read-only, and entries in runs."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext import Index, StoreError
from cleantext.dedup.stores.runs import SCHEMA, Runs
from dedup.corpora import PARAGRAPHS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An index of a few documents."""
    with Index(tmp_path / "seen.db") as index:
        for number, text in enumerate(PARAGRAPHS):
            index.add(text, f"d{number}")
    return tmp_path / "seen.db"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "seen.db").write_bytes("不是数据库。".encode() * 100)
    with pytest.raises(StoreError, match=r"seen\.db: is damaged or no SQLite file .*; restore a copy") as caught:
        Index(tmp_path / "seen.db")
    assert not caught.value.retry
    assert (tmp_path / "seen.db").read_bytes() == "不是数据库。".encode() * 100


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE mine (value)")
    other.close()
    with pytest.raises(StoreError, match="is a SQLite file, but no index of cleantext") as caught:
        Index(tmp_path / "other.db")
    assert not caught.value.retry
    with sqlite3.connect(tmp_path / "other.db") as other:
        assert [name for (name,) in other.execute("SELECT name FROM sqlite_master")] == ["mine"]
    other.close()


def test_a_damaged_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for begin in range(4096, len(content), 4096):
        content[begin : begin + 64] = b"\xff" * 64
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged") as caught, Index(path) as index:
        index.check_and_add(PARAGRAPHS[0], "x")
    assert not caught.value.retry


def test_a_damaged_record(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE documents SET body = x'0102030405' WHERE id = 'd0'")
    connection.close()
    with Index(path) as index, pytest.raises(StoreError, match="the record of document d0 in the index is damaged"):
        index.check(PARAGRAPHS[0], "x")


def test_a_truncated_file(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 3 * 4096])
    with pytest.raises(StoreError, match="is damaged"), Index(path) as index:
        index.check_and_add(PARAGRAPHS[0], "x")


def test_a_locked_file_says_that_a_retry_helps(path: Path) -> None:
    with Index(path, timeout=0.05) as index:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"is locked by another process for more than 0\.05 s") as caught:
            index.add("新的一段话。", "x")
        assert caught.value.retry
        assert index.check(PARAGRAPHS[0], "x").document is not None, "readers do not wait"
        other.execute("ROLLBACK")
        other.close()
        assert index.add("新的一段话。", "x") is not None


def test_read_only(path: Path) -> None:
    with Index(path, read_only=True) as index:
        match = index.check(PARAGRAPHS[3], "x").document
        assert match is not None
        assert match.document_id == "d3"
        with pytest.raises(StoreError, match="opened to be read only"):
            index.add("新", "x")
        with Index(path) as writer:
            writer.add("新的一段话在这里，谁也没有见过它的样子。", "new")
        assert index.check("新的一段话在这里，谁也没有见过它的样子。", "x").document is not None


def test_read_only_needs_an_index(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no such index"):
        Index(tmp_path / "seen.db", read_only=True)
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError, match="no index of cleantext"):
        Index(tmp_path / "empty.db", read_only=True)
    assert not (tmp_path / "seen.db").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: is the folder there"):
        Index(tmp_path / "no" / "seen.db")


def test_names_of_files_that_look_like_urls(tmp_path: Path) -> None:
    place = tmp_path / "a?mode=memory&b%20#见过.db"
    with Index(place) as index:
        index.add(PARAGRAPHS[0], "a")
    assert [one.name for one in tmp_path.iterdir()] == [place.name]


def test_ids_sqlite_cannot_hold(tmp_path: Path) -> None:
    with Index(tmp_path / "seen.db") as index:
        index.add(PARAGRAPHS[0], "a\ud800\0b")
        assert index.check_and_add(PARAGRAPHS[0], "a\ud800\0b").known
        assert index.remove("a\ud800\0b") == 1


def test_what_failed_is_not_remembered_and_the_index_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index(path) as index:
        before = index.stats()
        monkeypatch.setattr(Runs, "_write", lambda *_: (_ for _ in ()).throw(MemoryError()))
        with pytest.raises(MemoryError):
            index.add("新的一段话在这里，谁也没有见过它的样子。", "new")
        monkeypatch.undo()
        assert index.stats() == before
        assert index.check("新的一段话在这里，谁也没有见过它的样子。", "x").document is None
        assert index.add("新的一段话在这里，谁也没有见过它的样子。", "new") is not None
        assert index.check("新的一段话在这里，谁也没有见过它的样子。", "x").document is not None


class Model:
    """Entries in a dictionary."""

    def __init__(self) -> None:
        self.entries: dict[int, set[int]] = {}

    def add(self, keys: list[int], numbers: list[int]) -> None:
        for key, number in zip(keys, numbers, strict=True):
            self.entries.setdefault(key, set()).add(number)

    def find(self, keys: list[int]) -> set[tuple[int, int]]:
        return {(place, number) for place, key in enumerate(keys) for number in self.entries.get(key, ())}


def top(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Keys that differ in the bits that count."""
    return np.array(values, dtype=np.uint64) << np.uint64(30)


KEYS = st.integers(0, 40) | st.sampled_from([2**34 - 1, 2**33])
NOBODY = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


@given(st.lists(st.lists(st.tuples(KEYS, st.integers(0, 9)), max_size=30), max_size=12), st.lists(KEYS))
@settings(max_examples=60, deadline=None)
def test_runs_are_a_dictionary(batches: list[list[tuple[int, int]]], asked: list[int]) -> None:
    connection, model = sqlite3.connect(":memory:"), Model()
    connection.executescript(SCHEMA)
    runs = Runs(connection)
    for step, batch in enumerate(batches):  # no number comes again, up to the highest there is
        keys, numbers = [key for key, _ in batch], [2**29 - 1 - 10 * step - number for _, number in batch]
        runs.add(top(keys), np.array(numbers, dtype=np.int64), NOBODY)
        model.add(keys, numbers)
        for fresh in (runs, Runs(connection)):
            places, found = fresh.find(top(asked))
            assert len(places) == len(model.find(asked))
            assert set(zip(places.tolist(), found.tolist(), strict=True)) == model.find(asked)
    connection.close()


def test_runs_of_many_rows_are_merged_and_searched_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleantext.dedup.stores.runs._ROW", 4)
    monkeypatch.setattr("cleantext.dedup.stores.runs._ROWS", 3)
    connection, model, rng = sqlite3.connect(":memory:"), Model(), random.Random(1)
    connection.executescript(SCHEMA)
    runs = Runs(connection)
    for step in range(60):
        keys = [rng.choice([rng.randrange(2**34), rng.randrange(50), 7]) for _ in range(rng.choice([1, 5, 60]))]
        numbers = [step * 100 + place for place in range(len(keys))]
        runs.add(top(keys), np.array(numbers), NOBODY)
        model.add(keys, numbers)
        asked = [*rng.sample(sorted(model.entries), min(5, len(model.entries))), rng.randrange(2**34)]
        places, found = runs.find(top(asked))
        assert sorted(zip(places.tolist(), found.tolist(), strict=True)) == sorted(model.find(asked))
    (count, size) = connection.execute("SELECT count(*), sum(size) FROM runs").fetchone()
    assert size == sum(map(len, model.entries.values()))
    assert count <= 2 * size.bit_length()
    connection.close()


def test_merging_drops_what_is_dead() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    runs = Runs(connection)
    assert runs.add(top([1, 2, 3]), np.array([10, 20, 30]), NOBODY)
    assert runs.add(top([1, 5]), np.array([40, 50]), (np.array([10, 30]), np.array([20, 31])))
    places, numbers = runs.find(top([1, 2, 3, 5]))
    assert sorted(zip(places.tolist(), numbers.tolist(), strict=True)) == [(0, 40), (1, 20), (3, 50)]
    connection.close()


def test_an_index_that_is_full() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    with pytest.raises(StoreError, match="the index is full: it holds 536,870,911"):
        Runs(connection).add(top([1]), np.array([2**29]), NOBODY)
    connection.close()
