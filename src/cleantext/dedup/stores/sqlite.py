"""An index in one SQLite file. Many threads and processes may read it while one writes.

The file is in WAL mode with synchronous=FULL: a commit returns when it is on disk, so that neither a killed process
nor a power cut loses what was acknowledged, and half of a transaction is never seen.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from cleantext.dedup.stores.base import Changes, Stored, Terms
from cleantext.dedup.stores.runs import SCHEMA as RUNS_SCHEMA
from cleantext.dedup.stores.runs import Runs
from cleantext.errors import StoreError

__all__ = ["SQLiteStore"]

I64 = npt.NDArray[np.int64]

# What tells our files from other SQLite files: "ctix".
_APPLICATION = 0x63746978
_CACHE_KIB, _KEPT_LOG = 65_536, 64 << 20
_SCHEMA = (
    """
CREATE TABLE header (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO state VALUES ('next number', 1), ('documents', 0), ('paragraphs', 0), ('removals', 0);
CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT NOT NULL, count INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX documents_by_id ON documents (id);
CREATE TABLE removed (number INTEGER PRIMARY KEY, stop INTEGER NOT NULL);
CREATE TABLE replacements (place INTEGER PRIMARY KEY, content TEXT NOT NULL);
"""
    + RUNS_SCHEMA
)
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


class SQLiteStore:
    """The store in the file `location`, made where it is not there. `timeout`: seconds to wait for other writers."""

    def __init__(self, location: str, *, read_only: bool = False, timeout: float = 60.0) -> None:
        self.location = location
        self._read_only, self._timeout = read_only, timeout
        self._lock = threading.RLock()
        self._closed = False
        self._process = 0
        self._connection: sqlite3.Connection | None = None
        self._session: _Session | None = None

    def settle(self, header: Mapping[str, str]) -> Mapping[str, str]:
        """The header the file has; a new file gets `header`."""
        with self._lock, self._told():
            connection = self._connected()
            if not self._read_only and not self._made(connection):
                self._make(connection, header)
            self._check_kind(connection)
            return dict(connection.execute("SELECT name, value FROM header"))

    def _made(self, connection: sqlite3.Connection) -> bool:
        return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])

    def _check_kind(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
            raise StoreError(f"{self.location}: is a SQLite file, but no index of cleantext", retry=False)

    def _make(self, connection: sqlite3.Connection, header: Mapping[str, str]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if not self._made(connection):  # another process may have been faster
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                connection.executemany("INSERT INTO header VALUES (?, ?)", header.items())
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[_Session]:
        """A session that reads one state of the file."""
        with self._transaction("BEGIN", writable=False) as session:
            yield session

    @contextmanager
    def exclusive(self) -> Iterator[_Session]:
        """A session that reads and writes; on disk when it ends."""
        if self._read_only:
            raise StoreError(f"{self.location}: the index was opened to be read only", retry=False)
        with self._transaction("BEGIN IMMEDIATE", writable=True) as session:
            yield session

    @contextmanager
    def _transaction(self, begin: str, *, writable: bool) -> Iterator[_Session]:
        with self._lock, self._told():
            connection = self._connected()
            connection.execute(begin)
            session = self._session
            assert session is not None
            try:
                session.start(writable=writable)
                yield session
                connection.execute("COMMIT")
            except BaseException:
                session.forget()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._closed = True
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    def _connected(self) -> sqlite3.Connection:
        """The connection; a process that was forked opens its own."""
        if self._closed:
            raise StoreError(f"{self.location}: the index was closed", retry=False)
        if self._connection is None or self._process != os.getpid():
            self._connection, self._process = self._connect(), os.getpid()
            self._session = _Session(self._connection)
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        if not self._read_only:
            connection = self._open("rwc")
            self._journaled(connection)
            return connection
        if not Path(self.location).exists():
            raise StoreError(f"{self.location}: there is no such index", retry=False)
        connection = self._open("ro")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            # In a folder that cannot be written SQLite cannot share the file, but a file without a log does not change.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or Path(f"{self.location}-wal").exists():
                raise
            connection.close()
            connection = self._open("ro&immutable=1")
        return connection

    def _open(self, how: str) -> sqlite3.Connection:
        uri = f"file:{quote(str(Path(self.location).absolute()))}?mode={how}"
        connection = sqlite3.connect(
            uri, uri=True, timeout=self._timeout, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        return connection

    def _journaled(self, connection: sqlite3.Connection) -> None:
        """Switch the file to WAL; while others do the same, SQLite does not wait by itself."""
        end = time.monotonic() + self._timeout
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() > end:
                    raise
                time.sleep(0.01)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_KEPT_LOG}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of SQLite as StoreError, in a line that says what to do."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _BUSY:
                told = f"is locked by another process for more than {self._timeout:g} s; try again"
            elif code in _DAMAGED:
                told = f"is damaged or no SQLite file ({error}); restore a copy, or make the index anew"
            elif code == sqlite3.SQLITE_READONLY:
                told = "cannot be written: the file or its folder is read-only"
            elif code == sqlite3.SQLITE_FULL:
                told = "cannot be written: the disk is full"
            elif code == sqlite3.SQLITE_CANTOPEN:
                told = "cannot be opened: is the folder there, and may it be written?"
            else:
                told = f"failed: {error}"
            raise StoreError(f"{self.location}: {told}", retry=code in _BUSY) from error


class _Session:
    """A transaction on the connection of a store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._runs = Runs(connection)
        self._writable = False
        self._removals = -1
        self._dead = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))

    def start(self, *, writable: bool) -> None:
        """Begin to look at a new state of the file."""
        self._writable = writable
        removals = self._state("removals")
        if removals != self._removals:
            rows = self._connection.execute("SELECT number, stop FROM removed ORDER BY number").fetchall()
            table = np.array(rows, dtype=np.int64).reshape(-1, 2)
            self._dead, self._removals = (table[:, 0].copy(), table[:, 1].copy()), removals

    def forget(self) -> None:
        """Drop what was remembered of a transaction that is rolled back."""
        self._removals = -1
        self._runs.forget()

    def _state(self, name: str) -> int:
        ((value,),) = self._connection.execute("SELECT value FROM state WHERE name = ?", (name,))
        return int(value)

    def find(self, terms: Terms) -> tuple[I64, I64]:
        """Which numbers have which of the keys; see `stores.base.Session`."""
        places, numbers = self._runs.find(terms.keys)
        starts, stops = self._dead
        if starts.size:
            place = np.searchsorted(starts, numbers, side="right") - 1
            alive = (place < 0) | (numbers >= stops[place])
            places, numbers = places[alive], numbers[alive]
        return places, numbers

    def covering(self, numbers: I64) -> list[Stored]:
        """The documents that own `numbers`."""
        query = "SELECT number, id, count, body FROM documents WHERE number <= ? ORDER BY number DESC LIMIT 1"
        found: list[Stored] = []
        for number in np.unique(numbers).tolist():
            if found and number < found[-1].end:
                continue
            row = self._connection.execute(query, (number,)).fetchone()
            if row is not None and number < row[0] + 1 + row[2]:
                found.append(Stored(*row))
        return found

    def named(self, document_ids: Sequence[str]) -> dict[str, list[int]]:
        """The numbers of the documents of these ids."""
        found = {}
        for name in document_ids:
            rows = self._connection.execute("SELECT number FROM documents WHERE id = ? ORDER BY number", (_text(name),))
            numbers = [number for (number,) in rows]
            if numbers:
                found[name] = numbers
        return found

    def next_number(self) -> int:
        """Where the next document begins."""
        return self._state("next number")

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """All documents, by number."""
        query = "SELECT number, id, count, body FROM documents WHERE number > ? ORDER BY number"
        for row in self._connection.execute(query, (after,)):
            yield Stored(*row)

    def replacements(self) -> Iterator[Mapping[str, Any]]:
        """What was replaced, the oldest first."""
        for (content,) in self._connection.execute("SELECT content FROM replacements ORDER BY place"):
            yield json.loads(content)

    def counts(self) -> dict[str, int]:
        """Documents, paragraphs, replacements, and the bytes of the file."""
        one = self._connection.execute
        return {
            "documents": self._state("documents"),
            "paragraphs": self._state("paragraphs"),
            "replacements": one("SELECT count(*) FROM replacements").fetchone()[0],
            "bytes": one("PRAGMA page_count").fetchone()[0] * one("PRAGMA page_size").fetchone()[0],
        }

    def write(self, changes: Changes) -> None:
        """Remove, then add."""
        if not self._writable:
            raise RuntimeError("a snapshot only reads")
        for number in changes.removed:
            self._remove(number)
        rows = [(one.number, _text(one.document_id), one.count, one.body) for one in changes.added]
        self._connection.executemany("INSERT INTO documents VALUES (?, ?, ?, ?)", rows)
        if changes.added:
            self._count(documents=len(rows), paragraphs=sum(one.count for one in changes.added))
            self._connection.execute("UPDATE state SET value = ? WHERE name = 'next number'", (changes.added[-1].end,))
        self._post(changes)
        self._connection.executemany(
            "INSERT INTO replacements (content) VALUES (?)",
            [(json.dumps(row, ensure_ascii=True),) for row in changes.replacements],
        )

    def _remove(self, number: int) -> None:
        row = self._connection.execute("SELECT count FROM documents WHERE number = ?", (number,)).fetchone()
        if row is None:
            return
        self._connection.execute("DELETE FROM documents WHERE number = ?", (number,))
        self._connection.execute("INSERT INTO removed VALUES (?, ?)", (number, number + 1 + row[0]))
        self._count(documents=-1, paragraphs=-row[0], removals=1)
        self.start(writable=True)

    def _post(self, changes: Changes) -> None:
        keys, numbers = [], []
        for posting in changes.postings:
            keys.append(posting.terms.keys[posting.open])
            numbers.append(posting.numbers[posting.terms.text[posting.open]])
        if not keys:
            return
        cleared = self._runs.add(np.concatenate(keys), np.concatenate(numbers), self._dead)
        if cleared and self._dead[0].size:
            self._connection.execute("DELETE FROM removed")
            self._count(removals=1)
            self.start(writable=True)

    def _count(self, **changes: int) -> None:
        rows = [(change, name) for name, change in changes.items()]
        self._connection.executemany("UPDATE state SET value = value + ? WHERE name = ?", rows)


def _text(name: str) -> str:
    """An id as SQLite can keep it, which has no lone surrogates."""
    return name.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
