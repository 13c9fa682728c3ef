"""Documents that wait: the same from memory, from a scratch file and from shards, as often as asked."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from cleantext import EngineError, clean, spool
from cleantext.entryrows import Entry, encode_entry
from cleantext.formats.base import Failure
from cleantext.spool import Place, Scratch, Spool

FAILURE = Failure(origin="坏\udcff", error="山水\U00020000e\u0301")
ENTRIES: list[Entry | Failure] = [
    FAILURE if n % 4 == 1 else Entry(document=clean(f"第{n}段话。\n" * n), source="s") for n in range(11)
]
DOCUMENTS = [entry for entry in ENTRIES if isinstance(entry, Entry)]
FAILURES = [entry for entry in ENTRIES if isinstance(entry, Failure)]


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def fill(into: Spool, entries: list[Entry | Failure]) -> None:
    for number, entry in enumerate(entries):
        into.add(encode_entry(entry), Place(0, number), 10 * number, failed=isinstance(entry, Failure))


@pytest.mark.parametrize("count", [1, 3, 11, 100])
@pytest.mark.parametrize("budget", [0, 300, 1 << 40])
def test_what_went_in_comes_out_as_often_as_asked(budget: int, count: int, scratch: Path) -> None:
    with Scratch(budget) as store:
        waiting = Spool(store, count)
        fill(waiting, ENTRIES)
        waiting.finish()
        assert (len(waiting), waiting.documents, waiting.failures) == (len(DOCUMENTS), len(DOCUMENTS), len(FAILURES))
        assert store.on_disk == (budget < 1000 and count < 100 and not (budget == 300 and count == 100))
        assert [list(waiting), list(waiting)] == [DOCUMENTS, DOCUMENTS]
        assert [list(waiting.failed()), list(waiting.failed())] == [FAILURES, FAILURES]
        assert list(scratch.iterdir()) == []  # the file has no name


def test_reading_may_come_between(scratch: Path) -> None:
    with Scratch(0) as store:
        waiting = Spool(store, 2)
        fill(waiting, ENTRIES[:5])
        assert next(iter(waiting)) == ENTRIES[0]
        assert list(waiting) == [entry for entry in ENTRIES[:5] if isinstance(entry, Entry)]
        fill(waiting, ENTRIES[5:])
        assert list(waiting) == DOCUMENTS


def test_shards_end_by_records_or_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(count: int) -> list[tuple[int, int, int]]:
        with Scratch(1 << 30) as store:
            waiting = Spool(store, count)
            fill(waiting, ENTRIES)
            waiting.finish()
            return [(shard.first.number, shard.end.number, shard.after.number) for shard in waiting._shards]

    assert ends(4) == [(0, 4, 0), (4, 8, 4), (8, 11, 8)]
    assert ends(12) == []  # a small run keeps nothing but lines
    monkeypatch.setattr(spool, "_SHARD_BYTES", 1)
    assert ends(4) == [(n, n + 1, n) for n in range(11)]


def test_a_store_that_forgets_is_found_out() -> None:
    with Scratch(1 << 30) as store:
        waiting = Spool(store, 4)
        fill(waiting, ENTRIES)
        store._held[1] = store._held[1][:-1]
        with pytest.raises(EngineError, match="shard 1 of the run's progress is damaged: its checksum is another"):
            list(waiting)


def test_nothing_is_left_after_an_error(scratch: Path) -> None:
    files: list[Any] = []

    def broken() -> None:
        with Scratch(0) as store:
            fill(Spool(store, 1), ENTRIES)
            files.append(store._file)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert files[0].closed
    assert list(scratch.iterdir()) == []


def test_an_empty_one() -> None:
    with Scratch(0) as store:
        waiting = Spool(store, 5)
        waiting.finish()
        assert (len(waiting), list(waiting), list(waiting.failed()), store.on_disk) == (0, [], [], False)
