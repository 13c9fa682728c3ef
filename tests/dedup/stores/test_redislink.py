"""The lease and the errors of a Redis server, on a real one."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import redis

from cleantext.dedup.stores.redislink import Lease, Link
from cleantext.errors import ConfigError, StoreError
from redis_server import RedisServer, running_server

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def link(server: RedisServer) -> Iterator[Link]:
    server.client().flushall()
    link = Link(server.url("test") + "&lock_ttl=0.3&lock_wait=5")
    yield link
    link.close()


def test_a_transaction_is_written_and_the_lease_given_back(link: Link) -> None:
    with link.lease() as lease:
        assert link.client.get("test:lock") == lease.token
        assert link.client.get("test:a") is None
        lease.commit([("SET", "test:a", "1"), ("RPUSH", "test:l", "漢", b"\x00\xff")])
    assert link.ask([("GET", "test:a"), ("LRANGE", "test:l", 0, -1), ("EXISTS", "test:lock")]) == [
        b"1",
        ["漢".encode(), b"\x00\xff"],
        0,
    ]


def test_nothing_is_written_without_commit(link: Link) -> None:
    with link.lease():
        pass
    assert link.client.keys() == []
    with pytest.raises(RuntimeError, match="halfway"), link.lease():
        raise RuntimeError("halfway")
    assert link.client.keys() == []


def test_one_holder_at_a_time(server: RedisServer, link: Link) -> None:
    """Threads that read, wait and write: each finds what the one before it wrote."""

    def count(times: int) -> None:
        own = Link(server.url("test") + "&lock_ttl=1&lock_wait=30")
        for _ in range(times):
            with own.lease() as lease:
                (value,) = own.ask([("GET", "test:n")])
                lease.commit([("SET", "test:n", int(value or 0) + 1)])
        own.close()

    threads = [threading.Thread(target=count, args=(25,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert link.ask([("GET", "test:n")]) == [b"100"]


def test_a_lease_is_renewed_while_it_is_held(link: Link) -> None:
    with link.lease() as lease:
        time.sleep(3 * link.ttl)
        lease.commit([("SET", "test:a", "1")])
    assert link.client.get("test:a") == b"1"


def test_who_waits_too_long_is_told_who_holds_the_lease(server: RedisServer, link: Link) -> None:
    hasty = Link(server.url("test") + "&lock_wait=0.1")
    told = pytest.raises(StoreError, match=r"is locked by process \d+ on .+; try again later")
    with link.lease(), told as caught, hasty.lease():
        pass
    assert caught.value.retry
    with hasty.lease():  # and it goes on once the lease is free
        pass
    hasty.close()


@pytest.mark.parametrize("meanwhile", ["gone", "another's", "another's and given back"])
def test_who_has_lost_the_lease_writes_nothing(link: Link, meanwhile: str) -> None:
    with link.lease() as lease:
        link.client.delete("test:lock")
        if meanwhile != "gone":
            link.client.set("test:lock", "somebody 1 else")
        if meanwhile == "another's and given back":
            link.client.delete("test:lock")
        with pytest.raises(StoreError, match="the lock was lost") as caught:
            lease.commit([("SET", "test:a", "1")])
    assert caught.value.retry
    assert link.client.get("test:a") is None
    assert link.client.get("test:lock") == (b"somebody 1 else" if meanwhile == "another's" else None)


def test_a_lease_that_goes_between_look_and_write_writes_nothing(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch, not the comparison, is what guards: the lease is lost after the comparison."""
    multi = redis.client.Pipeline.multi

    def late(pipe: redis.client.Pipeline) -> None:
        link.client.set("test:lock", "somebody 1 else")
        multi(pipe)

    monkeypatch.setattr(redis.client.Pipeline, "multi", late)
    with pytest.raises(StoreError, match="the lock was lost"), link.lease() as lease:
        lease.commit([("SET", "test:a", "1")])
    assert link.client.get("test:a") is None
    assert link.client.get("test:lock") == b"somebody 1 else"


def test_a_lease_that_expires_between_look_and_write_writes_nothing(
    link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    multi = redis.client.Pipeline.multi

    def late(pipe: redis.client.Pipeline) -> None:
        time.sleep(2 * link.ttl)
        multi(pipe)

    monkeypatch.setattr(redis.client.Pipeline, "multi", late)
    with link.lease() as lease, pytest.raises(StoreError, match="the lock was lost"):
        lease.commit([("SET", "test:a", "1")])
    assert link.client.keys() == []


def test_the_lease_of_a_dead_process_expires(server: RedisServer, link: Link) -> None:
    code = (
        "import sys, time; from cleantext.dedup.stores.redislink import Link\n"
        "with Link(sys.argv[1] + '&lock_ttl=0.5').lease(): print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, server.url("test")], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert link.client.exists("test:lock")
    with link.lease() as lease:
        lease.commit([("SET", "test:a", "1")])
    assert link.client.get("test:a") == b"1"


def test_a_process_that_sleeps_through_its_lease_writes_nothing(server: RedisServer, link: Link) -> None:
    code = (
        "import sys, time; from cleantext.dedup.stores.redislink import Link\n"
        "with Link(sys.argv[1] + '&lock_ttl=0.3').lease() as lease:\n"
        "    print('held', flush=True); sys.stdin.readline(); lease.commit([('SET', 'test:a', 'late')])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, server.url("test")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    process.send_signal(signal.SIGSTOP)
    with link.lease() as lease:  # waits until the sleeper's lease has expired
        process.send_signal(signal.SIGCONT)
        _, errors = process.communicate(b"\n", timeout=20)
        lease.commit([("SET", "test:a", "first")])
    assert b"StoreError" in errors
    assert b"the lock was lost" in errors
    assert link.client.get("test:a") == b"first"


def test_no_server() -> None:
    link = Link("redis://127.0.0.1:1/0?namespace=x")
    with pytest.raises(StoreError, match=r"^redis://127.0.0.1:1/0 \(namespace x\): the server cannot be reached") as no:
        link.ask([("GET", "a")])
    assert no.value.retry
    assert "\n" not in str(no.value)
    with pytest.raises(StoreError, match="cannot be reached"), link.lease():
        pass


def test_a_server_that_comes_back() -> None:
    with running_server() as server:
        link = Link(server.url("test") + "&lock_ttl=1&lock_wait=5")
        with link.lease() as lease:
            lease.commit([("SET", "test:a", "1")])
        with link.lease() as lease:
            server.kill()
            with pytest.raises(StoreError) as caught:
                lease.commit([("SET", "test:a", "2")])
        assert caught.value.retry
        server.start()
        with link.lease() as lease:  # the lease of before outlived the server and expires
            assert link.ask([("GET", "test:a")]) == [b"1"]
            lease.commit([("SET", "test:a", "3")])
        assert link.ask([("GET", "test:a")]) == [b"3"]
        link.close()


def test_a_password(link: Link) -> None:
    with running_server() as server:
        server.kill()
        server.start("--requirepass", "geheim")
        for url in (server.url(), server.url().replace("redis://", "redis://:falsch@")):
            with pytest.raises(StoreError, match="does not accept the user or password") as caught:
                Link(url).ask([("GET", "a")])
            assert not caught.value.retry
            assert "falsch" not in str(caught.value)
        right = Link(server.url().replace("redis://", "redis://:geheim@"))
        assert right.ask([("GET", "a")]) == [None]
        assert "geheim" not in right.name
        right.close()


def test_a_server_without_memory(server: RedisServer, link: Link) -> None:
    try:
        with link.lease() as lease:
            server.client().config_set("maxmemory", "1mb")
            with pytest.raises(StoreError, match="no memory left") as caught:
                lease.commit([("SET", "test:a", "1"), ("SET", "test:b", "2")])
    finally:
        server.client().config_set("maxmemory", "0")
    assert not caught.value.retry
    assert link.client.keys() == []


def test_a_key_of_another_kind(link: Link) -> None:
    link.client.rpush("test:a", "x")
    with pytest.raises(StoreError, match="holds something else") as caught:
        link.ask([("GET", "test:a")])
    assert not caught.value.retry


def test_what_errors_mean(link: Link) -> None:
    loading = link.translated(redis.BusyLoadingError("Redis is loading the dataset in memory"))
    assert (loading.retry, "still loading" in str(loading)) == (True, True)
    slow = link.translated(redis.TimeoutError("Timeout reading\nfrom socket"))
    assert (slow.retry, "does not answer in time" in str(slow), "\n" in str(slow)) == (True, True, False)
    odd = link.translated(redis.ResponseError("ERR unknown command"))
    assert (odd.retry, "the server refuses (ERR unknown command)" in str(odd)) == (False, True)


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("redis://localhost?namespace=", "the namespace '' is empty"),
        ("redis://localhost?namespace=a%0Ab", "not printable"),
        ("redis://localhost:x/0", "is not an address of a Redis server"),
        ("redis://localhost?lock_ttl=long", "lock_ttl=long is not a number of seconds from 0.1 to 86400"),
        ("redis://localhost?lock_wait=nan", "lock_wait=nan is not a number"),
        ("redis://localhost?socket_timeout=soon", "is not an address of a Redis server"),
    ],
)
def test_wrong_addresses(location: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Link(location)


def test_a_lease_names_its_holder(link: Link) -> None:
    assert Lease(link).token != Lease(link).token
