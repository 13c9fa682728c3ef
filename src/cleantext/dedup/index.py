"""`Index`: documents remembered from one run to the next, and what new ones repeat of them.

Where they are kept is a store (`stores`), how texts are found and compared is `judge` and `walk`.
"""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from types import TracebackType
from typing import Any, Literal

from cleantext.config import Config, DedupConfig
from cleantext.dedup.bodies import decoded
from cleantext.dedup.duplicates import settled
from cleantext.dedup.header import check_header, header_of
from cleantext.dedup.remembered import Remembered, batches, prepared
from cleantext.dedup.stores.base import Changes, Session, Store
from cleantext.dedup.terms import Level
from cleantext.dedup.verdicts import Verdict
from cleantext.dedup.walk import Judged, Levels, judge
from cleantext.errors import ConfigError
from cleantext.records import Document

__all__ = ["Index"]

Given = Document | Mapping[str, Any] | str

MODES = ("sticky", "best")


class Index:
    """The memory of a pipeline: which documents and paragraphs were there before.

    `location` is None (in memory, on datasketch's MinHashLSH), the path of a SQLite file, or a `redis://` URL. An
    index belongs to the configuration it was made with (`config`, of which the options of `dedup` that decide what
    is alike count); another is refused with StageMismatchError. `mode` says who stays of two that are alike:
    `sticky` the first, `best` the one that `config.dedup.keep` prefers. A SQLite file may be opened `read_only`, and
    waits `timeout` seconds for others that write; a Redis URL says so itself.

    A document is a `Document`, a mapping with `paragraphs` or `text` (and `id`, `date`, `url`, `source`), or a text,
    which is given an id or gets one from its content. Threads and processes may share an index: every call sees one
    state of it, and `check_and_add` is atomic. Raises StoreError where the store is unreachable, locked or damaged.

    >>> with Index() as index:
    ...     first = index.check_and_add("会议今日召开，市长主持会议并讲话，各区负责人参加了会议。", document_id="a")
    ...     again = index.check_and_add("會議今日召開,市長主持會議並講話,各區負責人參加了會議", document_id="b")
    >>> first.added, again.document.document_id, again.document.kind
    (True, 'a', 'exact')
    """

    def __init__(
        self,
        location: str | os.PathLike[str] | None = None,
        config: Config | DedupConfig | None = None,
        *,
        mode: Literal["sticky", "best"] = "sticky",
        read_only: bool = False,
        timeout: float = 60.0,
    ) -> None:
        if mode not in MODES:
            raise ConfigError(f"mode: {mode!r} is not one of {', '.join(MODES)}")
        self.config, self.mode = settled(config), mode
        self._levels = Levels(Level.of("document", self.config), Level.of("paragraph", self.config))
        self._work = 0
        self._unverified = 0
        self._own = threading.local()
        self.store = _opened(location, self._levels.paragraph, read_only=read_only, timeout=timeout)
        try:
            check_header(self.store.settle(header_of(self.config)), header_of(self.config), self.store.location)
        except BaseException:
            self.store.close()
            raise

    @property
    def location(self) -> str:
        """Where the documents are kept: `memory`, a path or a URL."""
        return self.store.location

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store. An index in memory is gone then."""
        self.store.close()

    def check(self, document: Given, document_id: str | None = None) -> Verdict:
        """What `document` repeats. Nothing is remembered."""
        return self.check_many([document], [document_id])[0]

    def add(self, document: Given, document_id: str | None = None) -> Verdict | None:
        """Remember `document`, whatever it repeats; None where the index has this very document already."""
        verdict = self._remembered(self._prepared([document], [document_id]), "all")[0]
        return None if verdict.known else verdict

    def check_and_add(self, document: Given, document_id: str | None = None) -> Verdict:
        """What `document` repeats; it is remembered if it repeats no whole document. Nobody can come between the two,
        and when this returns the document is stored durably."""
        return self.check_and_add_many([document], [document_id])[0]

    def check_many(self, documents: Iterable[Given], ids: Sequence[str | None] | None = None) -> list[Verdict]:
        """What each of `documents` repeats of what is stored, or of those before it in the list that would stay."""
        verdicts: list[Verdict] = []
        with self._session(writes=False) as session:
            everything = self._prepared(documents, ids)
            for batch in batches(everything, *self._most()):
                judged = self._judged(session, batch, "new")
                verdicts += [dataclasses.replace(one, added=False) for one in judged.verdicts]
        return verdicts

    def check_and_add_many(self, documents: Iterable[Given], ids: Sequence[str | None] | None = None) -> list[Verdict]:
        """The verdicts of `check_and_add` for each of `documents` in turn, in a fraction of the time: they are judged
        in batches, and each batch is one transaction."""
        return self._remembered(self._prepared(documents, ids), "new")

    def add_many(self, documents: Iterable[Given], ids: Sequence[str | None] | None = None) -> list[Verdict]:
        """Remember all `documents`, whatever they repeat; `known` ones are there already."""
        return self._remembered(self._prepared(documents, ids), "all")

    def remember(self, documents: Sequence[Remembered], *, repeated: bool = False) -> list[Verdict]:
        """`check_and_add_many`, or with `repeated` `add_many`, of documents whose match texts are made already."""
        return self._remembered(documents, "all" if repeated else "new")

    def check_config(self, config: Config | DedupConfig) -> None:
        """Raise StageMismatchError unless `config` finds the same texts alike as this index."""
        check_header(header_of(self.config), header_of(settled(config)), self.location)

    def remove(self, document_id: str) -> int:
        """Forget the documents of this id; returns how many there were. What was left out for their sake stays out."""
        with self._session(writes=True) as session:
            numbers = session.named([document_id]).get(document_id, [])
            if numbers:
                session.write(Changes(removed=numbers))
            return len(numbers)

    def merge(self, other: Index) -> list[Verdict]:
        """Check and add what `other` has, in its order; both must be of one configuration. Returns the verdicts."""
        check_header(header_of(other.config), header_of(self.config), other.location)
        verdicts: list[Verdict] = []
        for documents in other._pages():
            verdicts += self._remembered(documents, "new")
        return verdicts

    def stats(self) -> dict[str, Any]:
        """What is stored: `documents`, `paragraphs`, `replacements`, `bytes`, and under `unverified` how many
        candidates this object left out of comparisons because others had more in common with the text."""
        with self._session(writes=False) as session:
            counts = session.counts()
        return {"location": self.location, "mode": self.mode, **counts, "unverified": self._unverified}

    def replacements(self) -> list[Mapping[str, Any]]:
        """What `best` replaced, the oldest first: ids `replaced` and `by`, `kind` and `score`."""
        with self._session(writes=False) as session:
            return list(session.replacements())

    def documents(self) -> Iterator[Remembered]:
        """All that is stored, in the order it was added, read a thousand at a time: others may write meanwhile."""
        for page in self._pages():
            yield from page

    def _pages(self) -> Iterator[list[Remembered]]:
        after = 0
        while True:
            with self._session(writes=False) as session:
                records = list(islice(session.stored(after), _PAGE))
            if not records:
                return
            yield [decoded(record.document_id, record.body) for record in records]
            after = records[-1].number

    def export(self, path: str | os.PathLike[str]) -> int:
        """Write what is stored to `path`, `.arrow` or else JSON Lines; returns how many documents. A row has `id`,
        `origin`, `date`, `sources`, `length`, `ordinals`, and `paragraphs`: match texts, not the texts they came from.
        """
        from cleantext.dedup.export import export  # noqa: PLC0415 - rarely wanted

        return export(self.documents(), path)

    @contextmanager
    def transaction(self) -> Iterator[Index]:
        """Everything this thread does with the index inside is one step for others: all of it is stored, or after an
        error none. Others wait to write until it ends."""
        with self._session(writes=True):
            yield self

    @contextmanager
    def _session(self, *, writes: bool) -> Iterator[Session]:
        current: Session | None = getattr(self._own, "session", None)
        if current is not None:
            yield current
            return
        with self.store.exclusive() if writes else self.store.snapshot() as session:
            if writes:
                self._own.session = session
            try:
                yield session
            finally:
                self._own.session = None

    def _prepared(self, documents: Iterable[Given], ids: Sequence[str | None] | None) -> list[Remembered]:
        return prepared(documents, self._levels.paragraph.rule, ids)

    def _most(self) -> tuple[int, ...]:
        """How much a batch may hold; in mode `best` one document."""
        return (1,) if self.mode == "best" else ()

    def _judged(self, session: Session, batch: Sequence[Remembered], add: str) -> Judged:
        self._work += sum(one.texts.codes.size for one in batch)
        best = self.mode == "best" and add == "new"
        judged = judge(session, batch, self._levels, work=self._work, add=add, best=best)
        self._unverified += judged.unverified
        return judged

    def _remembered(self, documents: Sequence[Remembered], add: str) -> list[Verdict]:
        verdicts: list[Verdict] = []
        for batch in batches(documents, *self._most()):
            with self._session(writes=True) as session:
                judged = self._judged(session, batch, add)
                if judged.changes.added:
                    session.write(judged.changes)
            verdicts += judged.verdicts
        return verdicts


# Documents that are read at a time.
_PAGE = 1_000


def _opened(location: str | os.PathLike[str] | None, level: Level, *, read_only: bool, timeout: float) -> Store:
    """The store at `location`."""
    if location is None:
        from cleantext.dedup.stores.memory import MemoryStore  # noqa: PLC0415 - each loads what it needs

        return MemoryStore(level.config, level.bands)
    place = os.fspath(location)
    if place.startswith(("redis://", "rediss://", "unix://")):
        store: Store = import_module("cleantext.dedup.stores.redis").RedisStore(place, read_only=read_only)
        return store
    from cleantext.dedup.stores.sqlite import SQLiteStore  # noqa: PLC0415

    return SQLiteStore(place, read_only=read_only, timeout=timeout)
