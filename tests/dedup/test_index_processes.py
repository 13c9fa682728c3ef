"""An index in a SQLite file among processes: several that add, and some that are killed."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cleantext import Index
from dedup.index_worker import texts

WORKER = Path(__file__).with_name("index_worker.py")


def started(path: Path, name: str, count: int, batch: int, seed: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), str(path), name, str(count), str(batch), str(seed)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def whole(path: Path) -> bool:
    with sqlite3.connect(path) as connection:
        (answer,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    return bool(answer == "ok")


def test_two_processes_adding_at_once_keep_one_of_each(tmp_path: Path) -> None:
    path, count = tmp_path / "seen.db", 120
    workers = [started(path, name, count, 4, seed) for seed, name in enumerate("ab")]
    said = [worker.communicate(timeout=60)[0].splitlines() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    kept = {line.split()[1] for lines in said for line in lines if line.startswith("added")}
    assert sorted(int(one[1:]) for one in kept) == list(range(count))
    for line in (line for lines in said for line in lines if line.startswith("repeats")):
        _, own, other = line.split()
        assert own[1:] == other[1:]
        assert other in kept
    with Index(path) as index:
        assert sorted(one.document_id for one in index.documents()) == sorted(kept)
    assert whole(path)


def killed_at_random(path: Path, rng: random.Random, moments: int) -> int:
    """Kill a writer at random moments; returns how many documents were acknowledged in all."""
    acknowledged: set[str] = set()
    for moment in range(moments):
        worker = started(path, f"{moment}.", 400, rng.choice([1, 3, 20]), moment)
        assert worker.stdout is not None
        first = worker.stdout.readline()  # it has begun to write
        time.sleep(rng.random() * 0.15)
        worker.send_signal(signal.SIGKILL)
        lines = [first, *worker.stdout]
        worker.wait()
        worker.stdout.close()
        # The last line may be cut off: what was acknowledged is a line that ends.
        acknowledged |= {line.split()[1] for line in lines if line.startswith("added") and line.endswith("\n")}
        assert whole(path)
        with Index(path) as index:
            there = [one.document_id for one in index.documents()]
            assert acknowledged <= set(there)
            numbers = [one.rpartition(".")[2] for one in there]
            assert len(numbers) == len(set(numbers)), "a text is kept once"
            if moment % 10 == 0:
                rows = [{"id": "new", "text": texts(400)[int(number)]} for number in numbers[-20:]]
                assert all(verdict.document for verdict in index.check_many(rows))
            for name in there[: max(0, len(there) - 150)]:  # so that there is always something to add
                index.remove(name)
                acknowledged.discard(name)
    return len(acknowledged)


def test_a_killed_writer_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    assert killed_at_random(tmp_path / "seen.db", random.Random(1), 6) > 0


@pytest.mark.slow
def test_a_writer_killed_at_a_hundred_moments_loses_nothing(tmp_path: Path) -> None:
    assert killed_at_random(tmp_path / "seen.db", random.Random(2), 100) > 0


@pytest.mark.parametrize("file", [True, False])
def test_threads_share_an_index(tmp_path: Path, file: bool) -> None:
    with Index(tmp_path / "seen.db" if file else None) as index, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: index.check_and_add(texts(30)[n % 30], f"{n}"), range(90)))
    assert sum(verdict.added for verdict in found) == 30
    kept = {verdict.document_id for verdict in found if verdict.added}
    for number, verdict in enumerate(found):
        if verdict.document is not None:
            assert verdict.document.document_id in kept
            assert int(verdict.document.document_id) % 30 == number % 30


def test_a_transaction_of_one_thread_holds_up_the_others(tmp_path: Path) -> None:
    with Index(tmp_path / "seen.db") as index:
        with index.transaction():
            other = threading.Thread(target=index.check_and_add, args=(texts(2)[1], "b"))
            other.start()
            index.check_and_add(texts(2)[0], "a")
            other.join(0.1)
            assert other.is_alive()
        other.join()
        assert [one.document_id for one in index.documents()] == ["a", "b"]


def test_a_forked_process_opens_the_file_anew(tmp_path: Path) -> None:
    with Index(tmp_path / "seen.db") as index:
        index.add(texts(3)[0], "parent")
        child = os.fork()
        if not child:
            try:
                index.add(texts(3)[1], "child")
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        index.add(texts(3)[2], "parent again")
        assert [one.document_id for one in index.documents()] == ["parent", "child", "parent again"]
    assert whole(tmp_path / "seen.db")
