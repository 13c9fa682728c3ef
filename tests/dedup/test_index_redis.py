"""An index on a real Redis server: many workers, killed workers, a server that goes and comes back."""

from __future__ import annotations

import contextlib
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
import redis

import index_worker
from cleantext.config import Config
from cleantext.dedup.index import Index
from cleantext.errors import StageMismatchError, StoreError
from redis_server import RedisServer, running_server

pytestmark = pytest.mark.server

WORKER = Path(index_worker.__file__)


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def location(server: RedisServer) -> str:
    server.client().flushall()
    return server.url("test")


@contextmanager
def worker(name: str) -> Iterator[subprocess.Popen[str]]:
    """A process that adds documents to the indexes it is told of."""
    command = [sys.executable, str(WORKER), name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def tell(process: subprocess.Popen[str], location: str) -> None:
    assert process.stdin is not None
    process.stdin.write(location + "\n")
    process.stdin.flush()


def answers(process: subprocess.Popen[str]) -> list[list[str]]:
    """What a worker has printed until it was done or ended."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        if line == "done\n":
            break
        lines.append(line.split())
    return lines


def text(rng: random.Random, length: int) -> str:
    return "".join(chr(rng.choice((0x4E00, 0x20000)) + rng.randrange(2000)) for _ in range(length)) + "。"


def varied(rng: random.Random, paragraph: str) -> str:
    place = rng.randrange(len(paragraph))
    return paragraph[:place] + rng.choice("变Ab\u0301𠀀 ") + paragraph[place + 1 :]


@pytest.mark.parametrize("mode", ["sticky", "best"])
@pytest.mark.parametrize("seed", range(3))
def test_verdicts_are_those_of_an_index_in_memory(location: str, mode: Literal["sticky", "best"], seed: int) -> None:
    """Random documents of few paragraphs, added, checked and removed in a random order, under ids that come again."""
    rng = random.Random(f"{mode} {seed}")
    config = Config.from_dict({"dedup": {"keep": "longest"}})
    pool = [text(rng, rng.randrange(5, 90)) for _ in range(25)]

    def document() -> dict[str, Any]:
        chosen = rng.choices(pool, k=rng.randrange(5))
        paragraphs = [varied(rng, one) if rng.random() < 0.3 else one for one in chosen]
        if rng.random() < 0.5:  # another edition of one document, longer or shorter by a little
            paragraphs = [*pool[:3], text(rng, rng.randrange(9))]
        return {"id": f"漢{rng.randrange(30)}", "paragraphs": paragraphs}

    with Index(config=config, mode=mode) as memory, Index(location, config, mode=mode) as stored:
        for _ in range(60):
            documents = [document() for _ in range(rng.randrange(1, 4))]
            call = rng.choice(["check_and_add_many", "check_and_add_many", "check_many", "add_many", "remove"])
            given: Any = documents[0]["id"] if call == "remove" else documents
            assert getattr(stored, call)(given) == getattr(memory, call)(given)
        assert stored.replacements() == memory.replacements()
        assert [one.document_id for one in stored.documents()] == [one.document_id for one in memory.documents()]
        told, remembered = stored.stats(), memory.stats()
        assert {name: told[name] for name in ("documents", "paragraphs", "replacements", "unverified")} == {
            name: remembered[name] for name in ("documents", "paragraphs", "replacements", "unverified")
        }
        assert (told["replacements"] > 0) == (mode == "best")


def test_four_workers_keep_one_of_each_cluster(server: RedisServer, location: str) -> None:
    keepers: set[str] = set()
    with worker("0") as a, worker("1") as b, worker("2") as c, worker("3") as d:
        for repetition in range(10):
            place = server.url(f"repetition-{repetition}")
            workers = [a, b, c, d]
            for process in workers:
                tell(process, place)
            lines = [line for process in workers for line in answers(process)]
            assert len(lines) == 4 * index_worker.CLUSTERS
            kept = {name.partition(".")[2]: name for name, *said in lines if said == ["added"]}
            assert len(kept) == sum(said == ["added"] for _, *said in lines) == index_worker.CLUSTERS
            for name, *said in lines:
                assert said in (["added"], ["repeats", kept[name.partition(".")[2]]])
            with Index(place) as index:
                assert sorted(one.document_id for one in index.documents()) == sorted(kept.values())
                assert index.stats()["documents"] == index.stats()["paragraphs"] == index_worker.CLUSTERS
            keepers.update(name[0] for name in kept.values())
        assert len(keepers) > 1, "the workers did not work at a time"


def test_a_killed_worker_loses_nothing_it_was_told_is_stored(server: RedisServer) -> None:
    """At several moments; the lock it may have held expires, and others go on."""
    for number, moment in enumerate([0, 1, 2, 4, 6, 9]):
        place = server.url(f"killed-{number}") + "&lock_ttl=0.5"
        with worker("0") as process:
            tell(process, place)
            assert process.stdout is not None
            for _ in range(moment):
                process.stdout.readline()
            time.sleep(0.002 * number)
            process.send_signal(signal.SIGKILL)
            lines = process.stdout.read().splitlines()
        acknowledged = [name for name, _ in index_worker.documents("0")][: moment + len(lines)]
        with Index(place) as index:
            stored = [one.document_id for one in index.documents()]
            assert stored[: len(acknowledged)] == acknowledged
            assert len(stored) <= len(acknowledged) + 1  # one may be stored whose acknowledgment came too late
            verdicts = [index.check_and_add(text, name) for name, text in index_worker.documents("0")]
            assert [one.document_id for one in verdicts if one.known] == stored
            assert index.stats()["documents"] == index_worker.CLUSTERS


def test_a_server_that_is_restarted(server: RedisServer) -> None:
    rng = random.Random(7)
    texts = [text(rng, 60) for _ in range(12)]
    with running_server() as own, Index(own.url() + "?lock_ttl=0.5&lock_wait=5") as index:
        acknowledged, failures = [], []
        for number, one in enumerate(texts):
            if number == 6:
                own.kill()
            try:
                acknowledged.append(index.check_and_add(one, str(number)).document_id)
            except StoreError as error:
                failures.append(error)
                own.start()
        assert [error.retry for error in failures] == [True]
        assert str(failures[0]).startswith(
            f"redis://127.0.0.1:{own.port}/0 (namespace cleantext): the server cannot be"
        )
        assert "\n" not in str(failures[0])
        assert [one.document_id for one in index.documents()] == acknowledged == [str(n) for n in range(12) if n != 6]
        assert index.check_and_add(texts[6], "6").added
        assert index.check(texts[0]).is_duplicate


def test_nothing_but_its_own_keys_is_touched(server: RedisServer, location: str) -> None:
    plain = server.client()
    plain.set("foreign", "漢")
    plain.hset("test", "field", "value")
    plain.sadd("testament:terms", "x")
    plain.set("test2:lock", "somebody's")
    server.client(db=1).set("test:documents", "in another database")
    before = {key: plain.dump(key) for key in plain.scan_iter("*")}
    rng = random.Random(1)
    texts = [text(rng, 50) for _ in range(5)]
    with Index(location, mode="best") as one, Index(server.url("other")) as other:
        for number, given in enumerate(texts):
            assert one.check_and_add(given, str(number)).added
        assert not other.check(texts[0]).is_duplicate
        assert other.check_and_add(texts[0], "x").added
        assert other.remove("x") == 1
        assert one.remove("0") == 1
        assert [found.document_id for found in one.documents()] == ["1", "2", "3", "4"]
    assert {key: plain.dump(key) for key in before} == before
    ours = [bytes(key) for key in plain.scan_iter("*") if key not in before]
    assert all(key.startswith((b"test:", b"other:")) for key in ours)
    assert server.client(db=1).keys() == [b"test:documents"]
    assert [plain.ttl(key) for key in ours] == [-1] * len(ours)  # no lock is left, nothing of ours expires


def test_another_configuration_is_refused_by_name(location: str) -> None:
    with Index(location) as index:
        index.check_and_add("會議今日召開，市長主持會議並講話，各區負責人參加了會議。", "a")
    with pytest.raises(
        StageMismatchError, match=r"\(namespace test\): this index was made with threshold 0.8, not 0.7"
    ):
        Index(location, Config.from_dict({"dedup": {"threshold": 0.7}}))
    with Index(location) as index:
        assert index.check("会议今日召开市长主持会议并讲话各区负责人参加了会议").is_duplicate


def test_no_server() -> None:
    with pytest.raises(StoreError, match="the server cannot be reached; try again later") as caught:
        Index("redis://127.0.0.1:1/0")
    assert caught.value.retry


def test_an_answer_that_is_lost(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction was done, and nobody was told: who calls again learns that the document is there."""
    execute = redis.client.Pipeline.execute

    def cut_off(pipe: redis.client.Pipeline, *arguments: Any) -> Any:
        writes = pipe.explicit_transaction
        answer = execute(pipe, *arguments)
        if writes:
            raise redis.ConnectionError("Connection closed by server.")
        return answer

    given = text(random.Random(2), 50)
    with Index(location + "&lock_ttl=0.3") as index:
        with monkeypatch.context() as patch:
            patch.setattr(redis.client.Pipeline, "execute", cut_off)
            with pytest.raises(StoreError, match="cannot be reached") as caught:
                index.check_and_add(given, "a")
        assert caught.value.retry
        assert index.check_and_add(given, "a").known
        assert index.stats()["documents"] == 1


def test_threads_share_an_index(location: str) -> None:
    with Index(location) as index, ThreadPoolExecutor(4) as pool:
        given = [one for name in "0123" for one in index_worker.documents(name)]
        verdicts = list(pool.map(lambda one: index.check_and_add(one[1], one[0]), given))
        assert sum(one.added for one in verdicts) == index.stats()["documents"] == index_worker.CLUSTERS


def test_the_page_of_the_documentation(server: RedisServer, location: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "redis.md").read_text(encoding="utf-8")
    example = re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0]
    example = example.replace("localhost:6379", f"127.0.0.1:{server.port}")
    exec(example)
    assert capsys.readouterr().out == ""
    exec(example)
    assert capsys.readouterr().out == "repeats page-1 exact 1.0\n"
    ours = {bytes(key) for key in server.client().scan_iter("*")}
    assert ours <= {b"news:" + name for name in (b"header", b"documents", b"names", b"terms", b"counts")}


def test_a_transaction_is_one_step(location: str) -> None:
    rng = random.Random(3)
    first, second = text(rng, 50), text(rng, 50)
    with Index(location) as index, Index(location) as other:
        with index.transaction():
            assert index.check_and_add(first, "a").added
            assert index.check_and_add(first, "b").is_duplicate
            assert not other.check(first).is_duplicate
        assert other.check(first).is_duplicate
        with contextlib.suppress(RuntimeError), index.transaction():
            index.check_and_add(second, "c")
            raise RuntimeError("halfway")
        assert not other.check(second).is_duplicate
