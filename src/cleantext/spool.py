"""Documents waiting to be read again in order: as shards of compressed lines, where a store keeps them.

A shard is a run of consecutive records. Where it ends depends on nothing but the records, so that a later run finds
its place among them.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple, Protocol

import xxhash

from cleantext.entryrows import Entry, decode_entry
from cleantext.errors import EngineError, ParseError
from cleantext.formats.base import Failure, Skipped

__all__ = ["Place", "Scratch", "Shard", "Spool", "Store"]

# Bytes of lines that end a shard whatever their number: what is held in memory at a time.
_SHARD_BYTES = 16 << 20


class Place(NamedTuple):
    """Where a record stands: the number of its input among all, and its own number in that; both from 0."""

    input: int
    number: int


_START = Place(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Finished records: `first` is the place of the first of them, `end` that after the last, `after` where the shard
    before ended. `read` bytes of all inputs were read then. Its lines have `size` bytes; `digest` is that of their
    compressed form."""

    number: int
    first: Place
    end: Place
    after: Place
    read: int
    documents: int
    failures: int
    size: int
    digest: str


class Store(Protocol):
    """Where shards are kept."""

    def put(self, shard: Shard, content: bytes) -> None:
        """Keep a shard."""

    def get(self, shard: Shard) -> bytes:
        """Its content as it was put."""

    def complete(self) -> None:
        """There will be no more."""


@dataclass(slots=True)
class _Lines:
    """The shard under way."""

    first: Place = _START
    end: Place = _START
    read: int = 0
    size: int = 0
    failures: int = 0
    skipped: int = 0
    lines: list[bytes] = field(default_factory=list)


class Spool:
    """Documents, failures and skipped records in reading order, `count` at most in a shard. The first ones stay in
    memory until their shard is full, so that a small run writes nothing. The next shard gets `number`. `skipped` counts
    records that are no documents, by reason."""

    def __init__(self, store: Store, count: int, number: int = 0) -> None:
        self._store, self._count, self._number = store, count, number
        self._shards: list[Shard] = []
        self._end = _START
        self._under_way = _Lines()
        self.documents = self.failures = 0
        self.skipped: Counter[str] = Counter()

    def add(self, line: bytes, place: Place, read: int, *, failed: bool, skipped: str | None = None) -> None:
        """Take in the line of the record at `place`, which `failed` or was `skipped` for a reason. `read` is how far
        all inputs are read with it."""
        now = self._under_way
        if not now.lines:
            now.first = place
        now.lines.append(line)
        now.end, now.read = Place(place.input, place.number + 1), read
        now.size += len(line)
        now.failures += failed
        self.failures += failed
        self.documents += not failed and skipped is None
        if skipped is not None:
            now.skipped += 1
            self.skipped[skipped] += 1
        if len(now.lines) >= self._count or now.size >= _SHARD_BYTES:
            self.cut()

    def take(self, shard: Shard) -> Iterator[Entry | Failure | Skipped]:
        """Take in a shard the store has already; what is in it, of which the skipped are for the caller to count."""
        self.cut()
        self._shards.append(shard)
        self._end = shard.end
        self.documents += shard.documents
        self.failures += shard.failures
        return self._entries(shard)

    def cut(self) -> None:
        """End the shard under way."""
        now = self._under_way
        if not now.lines:
            return
        content = _compressed(b"".join(now.lines))
        shard = Shard(
            number=self._number,
            first=now.first,
            end=now.end,
            after=self._end,
            read=now.read,
            documents=len(now.lines) - now.failures - now.skipped,
            failures=now.failures,
            size=now.size,
            digest=xxhash.xxh3_128_hexdigest(content),
        )
        self._store.put(shard, content)
        self._shards.append(shard)
        self._number += 1
        self._end = now.end
        self._under_way = _Lines()

    def finish(self) -> None:
        """There will be no more."""
        if self._shards:
            self.cut()
            self._store.complete()

    def __len__(self) -> int:
        return self.documents

    def __iter__(self) -> Iterator[Entry]:
        """The documents in order; as often as asked. Raises EngineError where the store has lost any."""
        for shard in self._shards:
            yield from (entry for entry in self._entries(shard) if isinstance(entry, Entry))
        for line in self._under_way.lines:
            entry = decode_entry(line)
            if isinstance(entry, Entry):
                yield entry

    def failed(self) -> Iterator[Failure]:
        """The failures in order."""
        for shard in self._shards:
            if shard.failures:
                yield from (entry for entry in self._entries(shard) if isinstance(entry, Failure))
        if self._under_way.failures:
            entries = map(decode_entry, self._under_way.lines)
            yield from (entry for entry in entries if isinstance(entry, Failure))

    def _entries(self, shard: Shard) -> Iterator[Entry | Failure | Skipped]:
        content = self._store.get(shard)
        try:
            if xxhash.xxh3_128_hexdigest(content) != shard.digest:
                raise ParseError("its checksum is another")
            yield from map(decode_entry, _decompressed(content, shard.size).splitlines(keepends=True))
        except ParseError as error:
            raise EngineError(f"shard {shard.number} of the run's progress is damaged: {error}") from None


def _compressed(data: bytes) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - slow to import; a small run does without

    return bytes(pa.Codec("zstd", compression_level=1).compress(data, asbytes=True))


def _decompressed(content: bytes, size: int) -> bytes:
    import pyarrow as pa  # noqa: PLC0415

    try:
        return bytes(pa.Codec("zstd").decompress(content, size, asbytes=True))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ParseError(f"it cannot be decompressed: {error}") from None


class Scratch:
    """Shards of a run that leaves none behind: in memory while they are few, then in a temporary file.

    The file has no name and is gone with the process. Use it as a context manager. `budget`: bytes that may stay in
    memory.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._held: dict[int, bytes] = {}
        self._places: dict[int, tuple[int, int]] = {}
        self._size = 0
        self._file: Any = None

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.clear()
        if self._file is not None:
            self._file.close()

    @property
    def on_disk(self) -> bool:
        """Whether some of it is in the file."""
        return self._file is not None

    def put(self, shard: Shard, content: bytes) -> None:
        """Keep a shard."""
        self._held[shard.number] = content
        self._size += len(content)
        if self._size > self._budget:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="cleantext-")  # noqa: SIM115 - closed on exit
            self._file.seek(0, 2)
            for number, held in self._held.items():
                self._places[number] = self._file.tell(), len(held)
                self._file.write(held)
            self._held.clear()
            self._size = 0

    def get(self, shard: Shard) -> bytes:
        """Its content as it was put."""
        if shard.number in self._held:
            return self._held[shard.number]
        place, size = self._places[shard.number]
        self._file.seek(place)
        return bytes(self._file.read(size))

    def complete(self) -> None:
        """There will be no more."""
