"""For asyncio: cleaning and the index off the event loop, with bounded concurrency.

`acheck_and_add` is for a crawler that has documents already; `AsyncCleaner` takes pages and puts the documents that
wait for the index into one transaction, so that a hundred tasks cost as many round trips as one.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import TracebackType

from cleantext.cleaner import Cleaner
from cleantext.config import Config
from cleantext.dedup.index import Index
from cleantext.dedup.verdicts import Verdict
from cleantext.errors import ConfigError, DocumentError, StoreError
from cleantext.formats.base import Failure, Record
from cleantext.records import Document

__all__ = ["AsyncCleaner", "Checked", "acheck_and_add"]

# Documents handed to the index in one transaction: more would keep other workers waiting.
_BATCH = 64
# An index's own thread, so that many waiting calls cannot fill the event loop's shared pool, which resolves names too.
_THREADS: weakref.WeakKeyDictionary[Index, ThreadPoolExecutor] = weakref.WeakKeyDictionary()


async def acheck_and_add(index: Index, document: Document) -> Verdict:
    """`index.check_and_add(document)`, awaited: what the document repeats; it is added unless it repeats another.

    Calls on one index follow each other in a thread of its own. A call that is cancelled while it waits adds nothing;
    one that is under way is finished. Raises what `check_and_add` raises, StoreError among others.
    """
    pool = _THREADS.get(index)
    if pool is None:
        pool = _THREADS[index] = _one_thread()
    return await asyncio.get_running_loop().run_in_executor(pool, index.check_and_add, document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A clean document, and what the index said of it (None without an index)."""

    document: Document
    verdict: Verdict | None = None


class AsyncCleaner:
    """Cleans pages and checks them against `index`, for use from any number of tasks of one event loop.

    At most `workers` documents are cleaned at a time, in threads, or on `executor` (a ProcessPoolExecutor uses more
    than one core; it stays the caller's). The index stays the caller's too. Use it as an async context manager.

        async with AsyncCleaner(index) as cleaner:
            found = await cleaner.clean(body, url=url, content_type=content_type)
    """

    def __init__(
        self,
        index: Index | None = None,
        config: Config | None = None,
        *,
        workers: int = 2,
        executor: Executor | None = None,
    ) -> None:
        if workers < 1:
            raise ConfigError(f"workers: {workers} is less than 1")
        self.index, self.workers = index, workers
        self._cleaner = Cleaner(config)
        self._own = None if executor else ThreadPoolExecutor(workers, "cleantext-clean")
        self._executor = executor or self._own
        self._index_thread = _one_thread()
        self._free = asyncio.Semaphore(workers)
        self._waiting: deque[tuple[Document, asyncio.Future[Verdict]]] = deque()
        self._feeding: asyncio.Task[None] | None = None

    async def __aenter__(self) -> AsyncCleaner:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Wait for what is under way, and end the threads. The index stays open."""
        if self._feeding is not None:
            await asyncio.wait([self._feeding])
        for pool in (self._own, self._index_thread):
            if pool is not None:
                await asyncio.to_thread(pool.shutdown)

    async def clean(
        self, source: bytes | str | Record, *, url: str | None = None, content_type: str | None = None
    ) -> Checked:
        """The clean document in `source`, checked against the index and added unless it repeats another.

        Of any number of calls at a time with copies of one text, exactly one is not called a duplicate. Raises
        DocumentError where the source cannot be read and StoreError where the index cannot be reached; the document
        is then not added, unless the connection broke while the index was answering: ask again, the answer is right.
        """
        document = await self._cleaned(_record(source, url, content_type))
        return Checked(
            document=document, verdict=await self.check_and_add(document) if self.index is not None else None
        )

    async def check_and_add(self, document: Document) -> Verdict:
        """What `document` repeats; it is added unless it repeats another. Calls that wait share a transaction."""
        if self.index is None:
            raise ConfigError("no index was given to AsyncCleaner")
        answer: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._waiting.append((document, answer))
        if self._feeding is None or self._feeding.done():
            self._feeding = asyncio.create_task(self._feed(self.index))
        return await answer

    async def clean_many(
        self, sources: Iterable[bytes | str | Record] | AsyncIterable[bytes | str | Record]
    ) -> AsyncGenerator[Checked | Failure, None]:
        """A checked document or a failure for each source, in order.

        Sources are cleaned side by side and put to the index in their order, so that the answers are those of one
        call after the other. At most 2 x `workers` of them are held at a time.
        """
        tasks: deque[tuple[str, asyncio.Task[Document]]] = deque()
        number = 0
        try:
            async for source in _each(sources):
                number += 1
                record = source if isinstance(source, Record) else Record(origin=f"#{number}", content=source)
                tasks.append((record.origin, asyncio.create_task(self._cleaned(record))))
                if len(tasks) >= 2 * self.workers:
                    for found in await self._ready(tasks):
                        yield found
            while tasks:
                for found in await self._ready(tasks):
                    yield found
        finally:
            for _, task in tasks:
                task.cancel()

    async def _ready(self, tasks: deque[tuple[str, asyncio.Task[Document]]]) -> Sequence[Checked | Failure]:
        """What has become of the first task, and of those after it that are cleaned as well."""
        await asyncio.wait([tasks[0][1]])
        done = []
        while tasks and tasks[0][1].done():
            done.append(tasks.popleft())
        return await asyncio.gather(*(self._checked(origin, task) for origin, task in done))

    async def _checked(self, origin: str, task: asyncio.Task[Document]) -> Checked | Failure:
        try:
            document = await task
        except DocumentError as error:
            return Failure(origin=origin, error=str(error))
        return Checked(
            document=document, verdict=await self.check_and_add(document) if self.index is not None else None
        )

    async def _cleaned(self, record: Record) -> Document:
        async with self._free:
            work = partial(self._cleaner.clean_record, record)
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def _feed(self, index: Index) -> None:
        """Put what waits to the index, a transaction at a time, until nothing waits."""
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            batch = [(document, answer) for document, answer in batch if not answer.done()]
            for answer, result in zip((a for _, a in batch), await self._answers(index, batch), strict=True):
                if answer.done():  # its caller has gone meanwhile
                    continue
                if isinstance(result, BaseException):
                    answer.set_exception(result)
                else:
                    answer.set_result(result)

    async def _answers(
        self, index: Index, batch: Sequence[tuple[Document, asyncio.Future[Verdict]]]
    ) -> Sequence[Verdict | BaseException]:
        """The verdict or error of each: a document that cannot be added does not fail those beside it."""
        loop, documents = asyncio.get_running_loop(), [document for document, _ in batch]
        if not documents:
            return []
        try:
            return list(await loop.run_in_executor(self._index_thread, index.check_and_add_many, documents))
        except StoreError as error:
            return [StoreError(str(error), retry=error.retry) for _ in documents]
        except Exception as error:  # noqa: BLE001 - whatever it is, it goes to the caller whose document it is
            if len(documents) == 1:
                return [error]
        return [(await self._answers(index, [one]))[0] for one in batch]


def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "cleantext-index")


def _record(source: bytes | str | Record, url: str | None, content_type: str | None) -> Record:
    if isinstance(source, Record):
        return source
    return Record(origin="", content=source, url=url, content_type=content_type)


async def _each(
    sources: Iterable[bytes | str | Record] | AsyncIterable[bytes | str | Record],
) -> AsyncIterator[bytes | str | Record]:
    if isinstance(sources, AsyncIterable):
        async for source in sources:
            yield source
    else:
        for source in sources:
            yield source
