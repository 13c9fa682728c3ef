"""The store on Redis keeps what a dictionary would keep."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleantext.dedup.stores import redislink, redissession
from cleantext.dedup.stores.base import EXACT, Changes, Posting, Session, Stored, Terms
from cleantext.dedup.stores.redis import RedisStore
from cleantext.errors import StoreError
from redis_server import RedisServer, running_server

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def store(server: RedisServer) -> Iterator[RedisStore]:
    server.client().flushall()
    store = RedisStore(server.url("test"))
    yield store
    store.close()


def terms(keys: Sequence[int], text: Sequence[int] | None = None) -> Terms:
    """Keys that are looked up for one text, or for several."""
    return Terms(
        level="paragraph",
        keys=np.array(keys, dtype=np.uint64),
        text=np.array(text if text is not None else [0] * len(keys), dtype=np.int64),
        role=np.full(len(keys), EXACT, dtype=np.uint8),
        signatures=np.empty((max(text or [0]) + 1, 0), dtype=np.uint32),
    )


def posting(keys: Sequence[int], numbers: Sequence[int]) -> Posting:
    """Key i is that of the text with number i."""
    return Posting(
        terms=terms(keys, list(range(len(keys)))),
        numbers=np.array(numbers, dtype=np.int64),
        open=np.ones(len(keys), dtype=np.bool_),
    )


def found(session: Session, keys: Sequence[int]) -> list[tuple[int, int]]:
    """(key, number) for all that is found."""
    places, numbers = session.find(terms(keys))
    assert places.dtype == numbers.dtype == np.int64
    return sorted((keys[place], number) for place, number in zip(places.tolist(), numbers.tolist(), strict=True))


@dataclass
class Model:
    """What a store has to say, in dictionaries."""

    records: dict[int, Stored] = field(default_factory=dict)
    keys: set[tuple[int, int]] = field(default_factory=set)
    next: int = 1

    def owner(self, number: int) -> Stored | None:
        return next((one for one in self.records.values() if one.number <= number < one.end), None)

    def check(self, session: Session, keys: Sequence[int], names: Sequence[str]) -> None:
        assert session.next_number() == self.next
        expected = sorted((k, n) for k, n in self.keys if k in keys and self.owner(n))
        assert found(session, keys) == expected
        numbers = np.array([n for _, n in expected] + list(range(self.next + 2)), dtype=np.int64)
        assert session.covering(numbers) == [self.records[n] for n in sorted(self.records)]
        by_name: dict[str, list[int]] = {}
        for one in sorted(self.records.values(), key=lambda record: record.number):
            by_name.setdefault(one.document_id, []).append(one.number)
        assert session.named(names) == {one: by_name[one] for one in names if one in by_name}
        assert list(session.stored()) == [self.records[n] for n in sorted(self.records)]
        counts = session.counts()
        assert counts["documents"] == len(self.records)
        assert counts["paragraphs"] == sum(one.count for one in self.records.values())


class HalfwayError(Exception):
    """Raised inside a session."""


NAMES = ["a", "漢字", "𠀀", "e\u0301", ""]
KEYS = [0, 1, 2**63, 2**64 - 1, 0x0A0D000000000000]
STEP = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(NAMES), st.integers(0, 4), st.lists(st.sampled_from(KEYS), max_size=5)),
    st.tuples(st.just("remove"), st.integers(0, 30)),
)


def take(session: Session, model: Model, step: Any) -> None:
    """One step of a session, for the store and for the dictionaries."""
    if step[0] == "remove":
        if model.records:
            number = sorted(model.records)[step[1] % len(model.records)]
            session.write(Changes(removed=[number]))
            del model.records[number]
        return
    _, name, count, keys = step
    record = Stored(number=model.next, document_id=name, count=count, body=bytes(range(count)) * 3)
    numbers = [record.number + i % (count + 1) for i in range(len(keys))]
    session.write(Changes(added=[record], postings=[posting(keys, numbers)]))
    model.records[record.number] = record
    model.keys |= set(zip(keys, numbers, strict=True))
    model.next = record.end


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sessions=st.lists(st.tuples(st.lists(STEP, max_size=5), st.booleans()), max_size=4), small=st.booleans())
def test_like_a_dictionary(server: RedisServer, sessions: list[tuple[list[Any], bool]], small: bool) -> None:
    """Within a session and from one to the next; also where numbers are too far from their document's to say how far,
    commands hold three fields, and nothing is remembered."""
    server.client().flushall()
    store, model = RedisStore(server.url("test")), Model()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"_FAR": 1, "_FIELDS": 3, "_REMEMBERED": 0}.items() if small else ():
            patch.setattr(redissession, name, value)
        for steps, fails in sessions:
            before = Model(dict(model.records), set(model.keys), model.next)
            try:
                with store.exclusive() as session:
                    for step in steps:
                        take(session, model, step)
                        model.check(session, KEYS, NAMES)
                    if fails:
                        raise HalfwayError
            except HalfwayError:
                model = before
            with store.snapshot() as after:
                model.check(after, KEYS, NAMES)
    store.close()


def test_removed_numbers_make_room(store: RedisStore, server: RedisServer) -> None:
    with store.exclusive() as session:
        for number in range(1, 5):
            record = Stored(number=number, document_id=str(number), count=0, body=b"")
            session.write(Changes(added=[record], postings=[posting([7], [number])]))
    with store.exclusive() as session:
        session.write(Changes(removed=[1, 2, 3]))
    assert len(server.client().hget("test:terms", (7).to_bytes(8, "big")) or b"") == 32
    with store.exclusive() as session:
        assert found(session, [7]) == [(7, 4)]
        record = Stored(number=5, document_id="5", count=0, body=b"")
        session.write(Changes(added=[record], postings=[posting([7], [5])]))
    assert len(server.client().hget("test:terms", (7).to_bytes(8, "big")) or b"") == 16


def test_texts_of_earlier_documents_can_be_posted_later(store: RedisStore) -> None:
    with store.exclusive() as session:
        session.write(Changes(added=[Stored(number=1, document_id="a", count=3, body=b"")]))
    with store.exclusive() as session:
        session.write(Changes(postings=[posting([7], [3])]))
    with store.snapshot() as snapshot:
        assert found(snapshot, [7]) == [(7, 3)]


def test_only_open_keys_are_posted(store: RedisStore) -> None:
    some = posting([1, 2], [1, 1])
    with store.exclusive() as session:
        session.write(
            Changes(
                added=[Stored(number=1, document_id="a", count=0, body=b"")],
                postings=[Posting(terms=some.terms, numbers=some.numbers, open=np.array([False, True]))],
            )
        )
        assert found(session, [1, 2]) == [(2, 1)]


def test_replacements_are_kept_in_order(store: RedisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redissession, "_FIELDS", 2)
    rows = [{"old": "漢", "new": str(i), "score": 0.5} for i in range(5)]
    with store.exclusive() as session:
        session.write(Changes(replacements=rows[:3]))
        assert list(session.replacements()) == rows[:3]
    with store.exclusive() as session:
        session.write(Changes(replacements=rows[3:]))
        assert session.counts()["replacements"] == 5
    with store.snapshot() as snapshot:
        assert list(snapshot.replacements()) == rows


def test_the_first_header_stays(server: RedisServer, store: RedisStore) -> None:
    assert store.settle({"name": "漢"}) == {"name": "漢"}
    assert store.settle({"name": "other"}) == {"name": "漢"}
    other = RedisStore(server.url("elsewhere"))
    assert other.settle({"name": "other"}) == {"name": "other"}
    other.close()


def test_read_only(server: RedisServer, store: RedisStore) -> None:
    reader = RedisStore(server.url("test"), read_only=True)
    with pytest.raises(StoreError, match=r"\(namespace test\): there is no such index") as caught:
        reader.settle({"name": "x"})
    assert not caught.value.retry
    assert server.client().keys() == []
    store.settle({"name": "x"})
    assert reader.settle({"name": "y"}) == {"name": "x"}
    with reader.snapshot() as snapshot:
        assert list(snapshot.stored()) == []
    with pytest.raises(StoreError, match="opened to be read only"), reader.exclusive():
        pass
    reader.close()


@pytest.mark.parametrize("header", ["", "no JSON", "[]", "{}", '{"layout": 1, "header": 3}'])
def test_a_header_that_is_none(server: RedisServer, store: RedisStore, header: str) -> None:
    server.client().set("test:header", header)
    with pytest.raises(StoreError, match="the header of the index is damaged, or it is none") as caught:
        store.settle({})
    assert not caught.value.retry


def test_another_layout_is_refused(server: RedisServer, store: RedisStore) -> None:
    server.client().set("test:header", json.dumps({"layout": 2, "header": {}}))
    with pytest.raises(StoreError, match="is laid out as version 2, this cleantext reads version 1"):
        store.settle({})


def test_a_server_that_forgets_is_refused(server: RedisServer, store: RedisStore) -> None:
    plain = server.client()
    plain.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert store.settle({}) == {}  # no limit, so nothing is dropped
        plain.config_set("maxmemory", "100mb")
        with pytest.raises(StoreError, match=r"an index must not forget; set maxmemory-policy noeviction") as caught:
            store.settle({})
        assert not caught.value.retry
    finally:
        plain.config_set("maxmemory", "0")
        plain.config_set("maxmemory-policy", "noeviction")


@pytest.mark.parametrize(
    ("key", "name", "value", "message"),
    [
        ("documents", "1", b"x", "the record of document 1 is damaged"),
        ("documents", "1", b"\0\0\0\0\x01\0\xff", "the record of document 1 is damaged"),
        ("terms", (7).to_bytes(8, "big"), b"123", "under the term 0000000000000007 is damaged"),
        ("names", "a", b"one", "under the id 'a' is damaged"),
    ],
)
def test_damage(
    server: RedisServer, store: RedisStore, key: str, name: str | bytes, value: bytes, message: str
) -> None:
    with store.exclusive() as session:
        record = Stored(number=1, document_id="a", count=0, body=b"")
        session.write(Changes(added=[record], postings=[posting([7], [1])]))
    server.client().hset(f"test:{key}", name, value)

    def look() -> None:
        with store.snapshot() as snapshot:
            found(snapshot, [7])
            snapshot.named(["a"])

    with pytest.raises(StoreError, match=message) as caught:
        look()
    assert not caught.value.retry


def test_another_programs_keys_are_left_alone(server: RedisServer, store: RedisStore) -> None:
    plain = server.client()
    plain.set("test:terms", "mine")
    record = Stored(number=1, document_id="a", count=0, body=b"")
    refused = pytest.raises(StoreError, match="a key of the namespace holds something else")
    with refused as caught, store.exclusive() as session:
        session.write(Changes(added=[record], postings=[posting([7], [1])]))
    assert not caught.value.retry
    assert plain.keys() == [b"test:terms"]


def test_a_snapshot_does_not_write_or_wait(store: RedisStore) -> None:
    with store.exclusive() as session:
        session.write(Changes(added=[Stored(number=1, document_id="a", count=0, body=b"")]))
        with store.snapshot() as snapshot:
            assert list(snapshot.stored()) == []
            with pytest.raises(RuntimeError, match="a snapshot only reads"):
                snapshot.write(Changes())
    with store.snapshot() as snapshot:
        assert [one.document_id for one in snapshot.stored()] == ["a"]


def test_a_snapshot_looks_again_when_documents_went_meanwhile(
    store: RedisStore, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replacement between its two looks: what it reports is the newcomer, never nothing."""

    def replace(old: int, new: int) -> None:
        with store.exclusive() as session:
            record = Stored(number=new, document_id=str(new), count=0, body=b"")
            removed = [old] if old else []
            session.write(Changes(removed=removed, added=[record], postings=[posting([7], [new])]))

    replace(0, 1)
    load, times = redissession.RedisSession._load, iter(range(1, 4))

    def slow(session: Any, documents: Sequence[int]) -> int:
        if not session._writable:
            for time in times:
                replace(time, time + 1)
                break
        return load(session, documents)

    monkeypatch.setattr(redissession.RedisSession, "_load", slow)
    with store.snapshot() as snapshot:
        assert found(snapshot, [7]) == [(7, 4)]
    monkeypatch.setattr(redissession, "_ATTEMPTS", 1)
    times = iter([4])
    with store.snapshot() as snapshot, pytest.raises(StoreError, match="being removed all the time") as caught:
        found(snapshot, [7])
    assert caught.value.retry


def test_a_full_index_says_so(store: RedisStore) -> None:
    with pytest.raises(StoreError, match="is full"), store.exclusive() as session:
        session.write(Changes(added=[Stored(number=2**40 - 1, document_id="a", count=0, body=b"")]))


def test_closed(store: RedisStore) -> None:
    store.close()
    for opened in (store.snapshot, store.exclusive):
        with pytest.raises(StoreError, match="the index was closed"), opened():
            pass
    with pytest.raises(StoreError, match="the index was closed"):
        store.settle({})


def test_round_trips_do_not_grow_with_what_is_asked(store: RedisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = list(range(1000))
    with store.exclusive() as session:
        for number in range(1, 101):
            own = keys[(number - 1) * 10 : number * 10]
            record = Stored(number=number, document_id=str(number), count=0, body=b"x")
            session.write(Changes(added=[record], postings=[posting(own, [number] * 10)]))
    asked: list[int] = []
    ask = redislink.Link.ask

    def counted(link: Any, commands: Sequence[Any]) -> list[Any]:
        asked.append(len(commands))
        return ask(link, commands)

    monkeypatch.setattr(redislink.Link, "ask", counted)
    with store.snapshot() as snapshot:
        places, numbers = snapshot.find(terms(keys))
        assert len(places) == 1000
        assert len(snapshot.covering(numbers)) == 100
    assert len([count for count in asked if count]) == 2
