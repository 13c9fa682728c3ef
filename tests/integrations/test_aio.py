"""Cleaning and the index from asyncio: the same answers, off the event loop, within bounds."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

from cleantext.cleaner import Cleaner
from cleantext.config import Config
from cleantext.dedup.index import Index
from cleantext.dedup.verdicts import Verdict
from cleantext.errors import ConfigError, DocumentError, LimitExceededError, StoreError
from cleantext.formats.base import Failure, Record
from cleantext.integrations.aio import AsyncCleaner, Checked, acheck_and_add
from cleantext.records import Document

SIMPLIFIED = "会议今日召开，市长主持会议并讲话，各区负责人参加了会议，并就下一步工作作了部署。"
TRADITIONAL = "會議今日召開,市長主持會議並講話,各區負責人參加了會議,並就下一步工作作了部署。"
SMALL = Config.from_dict({"limits": {"max_bytes": 1000}})
BROKEN = "长" * 2000


def run(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(asyncio.wait_for(main(), 60))


def texts(count: int) -> list[str]:
    """Different texts, each followed by a copy of the same match text."""
    rng = random.Random(5)
    made = ["".join(chr(0x4E00 + rng.randrange(4000)) for _ in range(40)) + "。" for _ in range(count)]
    return [copy for one in made for copy in (one, one.replace("。", "！"))]


class Slow:
    """Stands in for an index: takes its time, and counts how many are in it at a time."""

    def __init__(self) -> None:
        self.inside = self.most = self.calls = 0
        self.threads: set[str] = set()

    def check_and_add_many(self, documents: list[Document]) -> list[Verdict]:
        self.inside += 1
        self.calls += 1
        self.most = max(self.most, self.inside)
        self.threads.add(threading.current_thread().name)
        time.sleep(0.02)
        self.inside -= 1
        return [Verdict(document_id=one.document_id, added=True) for one in documents]

    def check_and_add(self, document: Document) -> Verdict:
        return self.check_and_add_many([document])[0]


def test_acheck_and_add() -> None:
    async def main() -> None:
        with Index() as index:
            assert (await acheck_and_add(index, Document(document_id="a", paragraphs=(SIMPLIFIED,)))).added
            verdict = await acheck_and_add(index, Document(document_id="b", paragraphs=(TRADITIONAL,)))
            assert verdict.document is not None
            assert (verdict.document.document_id, verdict.document.kind, verdict.added) == ("a", "exact", False)

    run(main)


def test_copies_at_a_time_leave_one() -> None:
    async def main() -> list[Verdict]:
        documents = [
            Document(document_id=f"{cluster}.{copy}", paragraphs=(text,))
            for cluster, text in enumerate(texts(5)[::2])
            for copy in range(6)
        ]
        random.Random(1).shuffle(documents)
        with Index() as index:
            verdicts = await asyncio.gather(*(acheck_and_add(index, one) for one in documents))
            assert index.stats()["documents"] == 5
        return list(verdicts)

    verdicts: list[Verdict] = run(main)
    keepers = {one.document_id for one in verdicts if one.added}
    assert sorted(name[0] for name in keepers) == list("01234")
    for one in verdicts:
        assert one.added or (one.document is not None and one.document.document_id in keepers)


def test_the_loop_goes_on_and_its_shared_threads_stay_free() -> None:
    async def main() -> None:
        slow: Any = Slow()
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        waiting = [asyncio.create_task(acheck_and_add(slow, Document(document_id=str(i)))) for i in range(10)]
        await asyncio.sleep(0)
        assert await asyncio.to_thread(lambda: "meanwhile") == "meanwhile"
        assert sum(task.done() for task in waiting) < 10
        await asyncio.gather(*waiting)
        assert (slow.most, slow.calls) == (1, 10)
        assert all(name.startswith("cleantext-index") for name in slow.threads)

    run(main)


def test_who_waits_together_shares_a_transaction() -> None:
    async def main() -> None:
        slow: Any = Slow()
        async with AsyncCleaner(slow) as cleaner:
            documents = [Document(document_id=str(number)) for number in range(100)]
            verdicts = await asyncio.gather(*map(cleaner.check_and_add, documents))
        assert [one.document_id for one in verdicts] == [str(number) for number in range(100)]
        assert (slow.most, slow.calls) == (1, 2)  # of 64 and 36

    run(main)


def test_cleaning_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = most = 0
    lock = threading.Lock()

    def clean(cleaner: Cleaner, record: Record) -> Document:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.01)
        with lock:
            inside -= 1
        return Document(document_id=str(record.content))

    monkeypatch.setattr(Cleaner, "clean_record", clean)

    async def main() -> None:
        async with AsyncCleaner(workers=3) as cleaner:
            found = await asyncio.gather(*(cleaner.clean(str(number)) for number in range(20)))
        assert [one.document.document_id for one in found] == [str(number) for number in range(20)]
        assert all(one.verdict is None for one in found)

    run(main)
    assert most == 3


def test_pages_from_many_tasks() -> None:
    async def main() -> None:
        page = f"<html><head><title>會議</title></head><body><p>{TRADITIONAL}</p></body></html>".encode("big5")
        with Index() as index:
            async with AsyncCleaner(index, SMALL) as cleaner:
                one, other, broken = await asyncio.gather(
                    cleaner.clean(page, url="http://a.example/1", content_type="text/html; charset=big5"),
                    cleaner.clean(SIMPLIFIED, url="http://b.example/2"),
                    cleaner.clean(BROKEN),
                    return_exceptions=True,
                )
        assert isinstance(broken, LimitExceededError)
        assert isinstance(one, Checked)
        assert isinstance(other, Checked)
        assert one.document.document_id != other.document.document_id
        assert (one.document.encoding, other.document.text) == ("big5", SIMPLIFIED)
        assert sorted(found.verdict.added for found in (one, other) if found.verdict) == [False, True]

    run(main)


@pytest.mark.parametrize("workers", [1, 3])
def test_in_order_the_answers_are_those_of_one_after_the_other(workers: int) -> None:
    sources: list[bytes | str | Record] = [*texts(12), BROKEN, Record(origin="r", content=SIMPLIFIED, own_id="x"), ""]
    with Index() as index:
        expected = [
            one if isinstance(one, Failure) else Checked(document=one, verdict=index.check_and_add(one))
            for one in Cleaner(SMALL).clean_many(sources)
        ]

    async def stream() -> AsyncIterator[bytes | str | Record]:
        for source in sources:
            await asyncio.sleep(0)
            yield source

    async def collected(given: Any) -> list[Checked | Failure]:
        with Index() as index:
            async with AsyncCleaner(index, SMALL, workers=workers) as cleaner:
                return [one async for one in cleaner.clean_many(given)]

    assert run(lambda: collected(sources)) == expected
    assert run(lambda: collected(stream())) == expected
    assert [type(one) for one in expected].count(Failure) == 1


def test_no_more_is_drawn_than_is_worked_on() -> None:
    drawn = 0

    async def stream() -> AsyncIterator[str]:
        nonlocal drawn
        for text in texts(20):
            drawn += 1
            yield text

    async def main() -> None:
        async with AsyncCleaner(workers=2) as cleaner:
            found = cleaner.clean_many(stream())
            await anext(found)
            assert drawn == 4
            await found.aclose()

    run(main)


def test_processes() -> None:
    async def main() -> None:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool, Index() as index:
            async with AsyncCleaner(index, executor=pool) as cleaner:
                assert (await cleaner.clean(TRADITIONAL)).document.text == Cleaner().clean(TRADITIONAL).text
            assert pool.submit(int).result() == 0  # the pool is still the caller's

    run(main)


def test_an_index_that_fails_fails_those_who_wait_and_no_others() -> None:
    class Failing(Slow):
        def check_and_add_many(self, documents: list[Document]) -> list[Verdict]:
            if self.calls == 0:
                self.calls = 1
                raise StoreError("the server cannot be reached", retry=True)
            return super().check_and_add_many(documents)

    async def main() -> None:
        failing: Any = Failing()
        async with AsyncCleaner(failing) as cleaner:
            documents = [Document(document_id=str(number)) for number in range(3)]
            first = await asyncio.gather(*map(cleaner.check_and_add, documents), return_exceptions=True)
            assert [(type(one), getattr(one, "retry", None)) for one in first] == [(StoreError, True)] * 3
            assert len({id(one) for one in first}) == 3
            again = await asyncio.gather(*map(cleaner.check_and_add, documents))
            assert all(one.added for one in again)

    run(main)


def test_a_document_that_is_none_fails_alone() -> None:
    async def main() -> None:
        odd: Any = {"id": "x"}
        good = Document(document_id="a", paragraphs=(SIMPLIFIED,))
        with Index() as index:
            async with AsyncCleaner(index) as cleaner:
                one, other = await asyncio.gather(
                    cleaner.check_and_add(good), cleaner.check_and_add(odd), return_exceptions=True
                )
            assert isinstance(one, Verdict)
            assert one.added
            assert isinstance(other, ConfigError)
            assert index.stats()["documents"] == 1

    run(main)


def test_a_call_that_is_cancelled_while_it_waits_adds_nothing() -> None:
    class Held(Slow):
        """Stays in its first call until it is let go."""

        let_go = threading.Event()

        def check_and_add_many(self, documents: list[Document]) -> list[Verdict]:
            self.let_go.wait(30)
            self.seen = [*getattr(self, "seen", []), *(one.document_id for one in documents)]
            return super().check_and_add_many(documents)

    async def main() -> None:
        held: Any = Held()
        async with AsyncCleaner(held) as cleaner:
            tasks = []
            for name in ("first", "second", "third"):
                tasks.append(asyncio.create_task(cleaner.check_and_add(Document(document_id=name))))
                for _ in range(5):
                    await asyncio.sleep(0)
            tasks[1].cancel()
            held.let_go.set()
            found = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(found[1], asyncio.CancelledError)
        assert held.seen == ["first", "third"]

    run(main)


def test_closing_waits_for_what_is_under_way() -> None:
    async def main() -> None:
        slow: Any = Slow()
        async with AsyncCleaner(slow) as cleaner:
            task = asyncio.create_task(cleaner.check_and_add(Document(document_id="a")))
            await asyncio.sleep(0)
        assert task.done() or (await task).added
        assert slow.calls == 1

    run(main)


def test_wrong_calls() -> None:
    async def main() -> None:
        with pytest.raises(ConfigError, match="workers: 0 is less than 1"):
            AsyncCleaner(workers=0)
        async with AsyncCleaner(config=SMALL) as cleaner:
            with pytest.raises(ConfigError, match="no index was given"):
                await cleaner.check_and_add(Document(document_id="a"))
            with pytest.raises(DocumentError):
                await cleaner.clean(BROKEN)

    run(main)
