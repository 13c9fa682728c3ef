"""An index in memory, on datasketch's MinHashLSH; it goes with the process."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cleantext.config import DedupConfig
from cleantext.dedup.banding import Bands
from cleantext.dedup.interop import to_lean_minhashes
from cleantext.dedup.stores.base import BAND, Changes, Posting, Stored, Terms
from cleantext.errors import StoreError

if TYPE_CHECKING:
    from datasketch import MinHashLSH

__all__ = ["MemoryStore"]

I64 = npt.NDArray[np.int64]


class MemoryStore:
    """A store that lasts as long as it is referred to. Threads may share it; a snapshot holds them up too."""

    location = "memory"

    def __init__(self, config: DedupConfig, bands: Bands) -> None:
        self._config, self._bands = config, bands
        self._lock = threading.RLock()
        self._header: dict[str, str] = {}
        self._state: _State | None = _State(config, bands)

    def settle(self, header: Mapping[str, str]) -> Mapping[str, str]:
        """The header the store has; of a new store, `header`."""
        with self._lock:
            self._header = self._header or dict(header)
            return dict(self._header)

    @contextmanager
    def snapshot(self) -> Iterator[_Memory]:
        """A session that only reads."""
        with self._lock:
            yield _Memory(self._opened(), writable=False)

    @contextmanager
    def exclusive(self) -> Iterator[_Memory]:
        """A session that reads and writes; what it wrote is undone where it ends with an error."""
        with self._lock:
            session = _Memory(self._opened(), writable=True)
            try:
                yield session
            except BaseException:
                session.undo()
                raise

    def close(self) -> None:
        """Let go of the memory."""
        self._state = None

    def _opened(self) -> _State:
        if self._state is None:
            raise StoreError("the index in memory was closed; what it knew is gone", retry=False)
        return self._state


class _State:
    """The tables of a store in memory: records by number, numbers by id, and numbers by term."""

    def __init__(self, config: DedupConfig, bands: Bands) -> None:
        self.config, self.bands = config, bands
        self.records: dict[int, Stored] = {}
        self.order: list[int] = []  # numbers of documents, ascending; those of removed ones stay
        self.names: dict[str, list[int]] = {}
        self.lookup: dict[int, set[int]] = {}
        self.keys: dict[int, list[int]] = {}  # the keys in `lookup` of a number
        self.lsh: dict[str, MinHashLSH] = {}
        self.replacements: list[Mapping[str, Any]] = []
        self.next_number = 1

    def bands_of(self, level: str) -> MinHashLSH:
        """The buckets of a level."""
        if level not in self.lsh:
            from datasketch import MinHashLSH  # noqa: PLC0415 - takes a while

            shape = (self.bands.num_bands, self.bands.rows_per_band)
            self.lsh[level] = MinHashLSH(num_perm=self.config.num_perm, params=shape)
        return self.lsh[level]

    def buckets(self, terms: Terms) -> Iterator[tuple[int, int, bytes]]:
        """For every band key its place in `terms`, the number of its band, and its bucket there."""
        banded = np.flatnonzero(terms.role == BAND)
        if not banded.size:
            return
        lsh = self.bands_of(terms.level)
        starts = banded[:: self.bands.num_bands]
        rows = to_lean_minhashes(terms.signatures[terms.text[starts]], self.config)
        for start, row in zip(starts.tolist(), rows, strict=True):
            for band, (begin, end) in enumerate(lsh.hashranges):
                yield start + band, band, lsh._H(row.hashvalues[begin:end])

    def owner(self, number: int) -> Stored | None:
        """The document that `number` belongs to."""
        place = bisect_right(self.order, number) - 1
        record = self.records.get(self.order[place]) if place >= 0 else None
        return record if record is not None and number < record.end else None

    def add(self, record: Stored) -> None:
        """Add the record of a new document."""
        self.records[record.number] = record
        self.order.append(record.number)
        self._name(record)
        self.next_number = record.end

    def _name(self, record: Stored) -> None:
        self.names[record.document_id] = sorted([*self.names.get(record.document_id, ()), record.number])

    def post(self, posting: Posting) -> None:
        """Let texts be found."""
        terms, numbers = posting.terms, posting.numbers
        for place in np.flatnonzero((terms.role != BAND) & posting.open).tolist():
            number, key = int(numbers[terms.text[place]]), int(terms.keys[place])
            self.lookup.setdefault(key, set()).add(number)
            self.keys.setdefault(number, []).append(key)
        buckets: dict[int, list[tuple[int, bytes]]] = {}
        for place, band, bucket in self.buckets(terms):
            if posting.open[place]:
                buckets.setdefault(int(numbers[terms.text[place]]), []).append((band, bucket))
        lsh = self.bands_of(terms.level)
        for number, own in buckets.items():
            self._enter(lsh, number, own)

    @staticmethod
    def _enter(lsh: MinHashLSH, number: int, buckets: Sequence[tuple[int, bytes]]) -> None:
        """What `MinHashLSH.insert` does, but for full buckets, which take nobody."""
        lsh.keys.insert(number, *buckets)
        for band, bucket in buckets:
            lsh.hashtables[band].insert(bucket, number)

    def remove(self, number: int) -> _Gone:
        """Remove a document and its terms; returns what brings them back."""
        record = self.records.pop(number)
        numbers = [one for one in self.names.pop(record.document_id) if one != number]
        if numbers:
            self.names[record.document_id] = numbers
        gone = _Gone(record)
        for one in range(record.number, record.end):
            keys = self.keys.pop(one, [])
            for key in keys:
                self.lookup[key].discard(one)
                if not self.lookup[key]:
                    del self.lookup[key]
            if keys:
                gone.keys[one] = keys
            for level, lsh in self.lsh.items():
                if one in lsh.keys:
                    gone.buckets[level, one] = list(lsh.keys.get(one))
                    lsh.keys.remove(one)
                    for band, bucket in gone.buckets[level, one]:
                        lsh.hashtables[band].remove_val(bucket, one)
                        if not lsh.hashtables[band].get(bucket):
                            lsh.hashtables[band].remove(bucket)
        return gone

    def restore(self, gone: _Gone) -> None:
        """Bring back what was removed."""
        self.records[gone.record.number] = gone.record
        self._name(gone.record)
        for number, keys in gone.keys.items():
            self.keys[number] = keys
            for key in keys:
                self.lookup.setdefault(key, set()).add(number)
        for (level, number), buckets in gone.buckets.items():
            self._enter(self.lsh[level], number, buckets)


@dataclass(slots=True)
class _Gone:
    """A removed document with all it was found by."""

    record: Stored
    keys: dict[int, list[int]] = field(default_factory=dict)
    buckets: dict[tuple[str, int], list[tuple[int, bytes]]] = field(default_factory=dict)


class _Memory:
    """A session of a store in memory."""

    def __init__(self, state: _State, *, writable: bool) -> None:
        self._state, self._writable = state, writable
        self._first = state.next_number
        self._replaced = len(state.replacements)
        self._gone: list[_Gone] = []

    def undo(self) -> None:
        """Take back all that the session wrote."""
        state = self._state
        for number in [one for one in state.records if one >= self._first]:
            state.remove(number)
        del state.order[bisect_right(state.order, self._first - 1) :]
        for gone in self._gone:
            state.restore(gone)
        del state.replacements[self._replaced :]
        state.next_number = self._first

    def find(self, terms: Terms) -> tuple[I64, I64]:
        """Which numbers have which of the keys; see `Session`."""
        places: list[int] = []
        numbers: list[int] = []
        for place in np.flatnonzero(terms.role != BAND).tolist():
            for number in self._state.lookup.get(int(terms.keys[place]), ()):
                places.append(place)
                numbers.append(number)
        tables = self._state.bands_of(terms.level).hashtables
        for place, band, bucket in self._state.buckets(terms):
            for number in tables[band].get(bucket):
                places.append(place)
                numbers.append(number)
        return np.array(places, dtype=np.int64), np.array(numbers, dtype=np.int64)

    def covering(self, numbers: I64) -> list[Stored]:
        """The documents that own `numbers`; see `Session`."""
        found = {}
        for number in np.unique(numbers).tolist():
            record = self._state.owner(number)
            if record is not None:
                found[record.number] = record
        return list(found.values())

    def named(self, document_ids: Sequence[str]) -> dict[str, list[int]]:
        """The numbers of the documents of these ids; see `Session`."""
        return {one: list(self._state.names[one]) for one in document_ids if one in self._state.names}

    def next_number(self) -> int:
        """Where the next document begins."""
        return self._state.next_number

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """All documents, by number."""
        order = self._state.order
        for number in order[bisect_right(order, after) :]:
            if number in self._state.records:
                yield self._state.records[number]

    def replacements(self) -> Iterator[Mapping[str, Any]]:
        """What was replaced, the oldest first."""
        yield from self._state.replacements

    def counts(self) -> dict[str, int]:
        """Documents, paragraphs, replacements, and the bytes of the records."""
        records = self._state.records.values()
        return {
            "documents": len(records),
            "paragraphs": sum(record.count for record in records),
            "replacements": len(self._state.replacements),
            "bytes": sum(len(record.body) for record in records),
        }

    def write(self, changes: Changes) -> None:
        """Remove, then add."""
        if not self._writable:
            raise RuntimeError("a snapshot only reads")
        state = self._state
        for number in changes.removed:
            gone = state.remove(number)
            if number < self._first:
                self._gone.append(gone)
        for record in changes.added:
            state.add(record)
        for posting in changes.postings:
            state.post(posting)
        state.replacements += changes.replacements
