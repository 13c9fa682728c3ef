"""A session with an index on Redis: what the server has, under what was written and waits to be sent.

Reading takes two round trips however many texts are looked up: terms, then records. Removed documents leave their
numbers behind under their terms; such numbers are never given again, have no record, and so are passed over, and go
when their term is next written.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from cleantext.dedup.stores.base import Changes, Posting, Stored, Terms
from cleantext.dedup.stores.redislink import Command, Link
from cleantext.errors import StoreError

__all__ = ["RedisSession"]

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
Field = bytes | str | int
T = TypeVar("T")

# An entry under a term is one little-endian word: a number, and how far behind its document's number it stands. Where
# that does not fit, the largest distance stands for "look for it".
_FAR_BITS = 24
_MASK = (1 << _FAR_BITS) - 1
_FAR = _MASK
_LAST_NUMBER = 1 << (64 - _FAR_BITS)
# Fields of one command: a server answers nobody else meanwhile.
_FIELDS = 4096
# What a session keeps of what it has read, in terms or records.
_REMEMBERED = 500_000
# Times a snapshot reads again when documents were removed between its two looks.
_ATTEMPTS = 20
_COUNTS = ("next", "documents", "paragraphs", "removals")
_HEAD = struct.Struct("<IH")


class RedisSession:
    """What is read from the server, under what was written and waits to be sent."""

    def __init__(self, link: Link, *, writable: bool) -> None:
        self._link, self._writable = link, writable
        self._removals: Command = ("HGET", link.key("counts"), "removals")
        self._records: dict[int, Stored | None] = {}  # None: known to be gone
        self._owners: dict[int, int] = {}  # numbers, and the documents they belong to
        self._terms: dict[bytes, bytes] = {}
        self._names: dict[str, list[int]] = {}
        self._counts: dict[str, int] = {}
        self._replaced: list[str] = []
        self._new_records: set[int] = set()
        self._new_terms: dict[bytes, None] = {}  # a set that keeps its order
        self._new_names: set[str] = set()

    def _forget(self) -> None:
        """Let go of what was only read, where it has become too much."""
        if len(self._terms) + len(self._records) + len(self._owners) > _REMEMBERED:
            self._terms = {field: self._terms[field] for field in self._new_terms}
            self._records = {number: self._records[number] for number in self._new_records}
            self._owners = {}

    def find(self, terms: Terms) -> tuple[I64, I64]:
        """Which numbers have which of the keys; see `Session`. Two round trips."""
        self._forget()
        fields = _fields(terms.keys)
        for _ in range(_ATTEMPTS):
            before, values = self._values(fields)
            entries = np.frombuffer(b"".join(values), dtype="<u8")
            places = np.repeat(np.arange(len(values)), np.array([len(value) // 8 for value in values], dtype=np.int64))
            numbers = (entries >> np.uint64(_FAR_BITS)).astype(np.int64)
            distance = (entries & np.uint64(_MASK)).astype(np.int64)
            near = distance < _FAR
            after = self._load(np.unique((numbers - distance)[near]).tolist())
            if before == after or self._writable:
                break
        else:
            raise StoreError(f"{self._link.name}: documents are being removed all the time; try again", retry=True)
        self._owners.update(zip(numbers[near].tolist(), (numbers - distance)[near].tolist(), strict=True))
        live = {number for number in np.unique(numbers).tolist() if self._owner(number) is not None}
        kept = np.array([number in live for number in numbers.tolist()], dtype=np.bool_)
        return places[kept].astype(np.int64), numbers[kept]

    def _values(self, fields: Sequence[bytes]) -> tuple[int, list[bytes]]:
        """How many removals there were, and what stands under each of the terms."""
        unknown = [field for field in dict.fromkeys(fields) if field not in self._terms]
        if self._writable and not unknown:
            return 0, [self._terms[field] for field in fields]
        key = self._link.key("terms")
        reads: list[Command] = [("HMGET", key, *part) for part in _parts(unknown)]
        removals, *answers = self._link.ask([self._removals, *reads])
        found = dict(zip(unknown, chain.from_iterable(answers), strict=True))
        for field, value in found.items():
            if value is not None and len(value) % 8:
                raise self._damaged(f"what stands under the term {field.hex()}")
            found[field] = value or b""
        if self._writable:
            self._terms |= found
            found = self._terms
        return int(removals or 0), [found[field] for field in fields]

    def _need(self, documents: Sequence[int]) -> None:
        """Have the records of `documents` at hand."""
        if any(number not in self._records for number in documents):
            self._load(documents)

    def _load(self, documents: Sequence[int]) -> int:
        """Have the records of `documents` at hand; returns how many removals there were."""
        unknown = [number for number in documents if number not in self._records]
        removals, records = self._fetch(unknown)
        self._records.update(zip(unknown, records, strict=True))
        return removals

    def _fetch(self, documents: Sequence[int]) -> tuple[int, list[Stored | None]]:
        key = self._link.key("documents")
        reads: list[Command] = [("HMGET", key, *part) for part in _parts(documents)]
        *answers, removals = self._link.ask([*reads, self._removals])
        raw = chain.from_iterable(answers)
        return int(removals or 0), [self._record(number, one) for number, one in zip(documents, raw, strict=True)]

    def _record(self, number: int, raw: bytes | None) -> Stored | None:
        if raw is None:
            return None
        try:
            count, length = _HEAD.unpack_from(raw)
            identity = raw[_HEAD.size : _HEAD.size + length].decode("utf-8", "surrogatepass")
        except (struct.error, UnicodeDecodeError) as error:
            raise self._damaged(f"the record of document {number}") from error
        return Stored(number=number, document_id=identity, count=count, body=raw[_HEAD.size + length :])

    def _damaged(self, what: str) -> StoreError:
        return StoreError(f"{self._link.name}: {what} is damaged", retry=False)

    def _owner(self, number: int) -> Stored | None:
        """The document that `number` belongs to."""
        if number not in self._owners:
            self._owners[number] = self._looked_for(number)
        self._need([self._owners[number]])
        record = self._records[self._owners[number]]
        return record if record is not None and number < record.end else None

    def _looked_for(self, number: int) -> int:
        """The number of the nearest document at or before `number`, or 0: looked for backwards, page by page."""
        last = number
        while last > 0:
            page = list(range(last, max(0, last - _FIELDS), -1))
            self._need(page)
            for one in page:
                if self._records[one] is not None:
                    return one
            last = page[-1] - 1
        return 0

    def covering(self, numbers: I64) -> list[Stored]:
        """The documents that own `numbers`; see `Session`."""
        self._forget()
        wanted = np.unique(numbers).tolist()
        self._need(sorted({self._owners[number] for number in wanted if number in self._owners}))
        found = {record.number: record for record in map(self._owner, wanted) if record is not None}
        return [found[number] for number in sorted(found)]

    def named(self, document_ids: Sequence[str]) -> dict[str, list[int]]:
        """The numbers of the documents of these ids; see `Session`."""
        wanted = [one for one in dict.fromkeys(document_ids) if one not in self._names]
        parts = list(_parts([_utf8(one) for one in wanted]))
        answers = self._link.ask([("HMGET", self._link.key("names"), *part) for part in parts])
        found = {}
        for one, raw in zip(wanted, chain.from_iterable(answers), strict=True):
            try:
                found[one] = [int(number) for number in (raw or b"").split()]
            except ValueError as error:
                raise self._damaged(f"what stands under the id {one!r}") from error
        known = found | self._names
        if self._writable:
            self._names = known
        return {one: list(known[one]) for one in document_ids if known[one]}

    def _count(self, name: str) -> int:
        if not self._counts:
            (values,) = self._link.ask([("HMGET", self._link.key("counts"), *_COUNTS)])
            self._counts = {one: int(value or 0) for one, value in zip(_COUNTS, values, strict=True)}
        return self._counts[name]

    def next_number(self) -> int:
        """Where the next document begins."""
        return max(1, self._count("next"))

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """All documents, by number."""
        end = self.next_number()
        for first in range(after + 1, end, _FIELDS):
            page = range(first, min(first + _FIELDS, end))
            _, records = self._fetch(page)
            for number, read in zip(page, records, strict=True):
                record = self._records[number] if number in self._new_records else read
                if record is not None:
                    yield record

    def replacements(self) -> Iterator[Mapping[str, Any]]:
        """What was replaced, the oldest first."""
        first = 0
        while True:
            (page,) = self._link.ask([("LRANGE", self._link.key("replacements"), first, first + _FIELDS - 1)])
            yield from map(json.loads, page)
            if len(page) < _FIELDS:
                break
            first += len(page)
        yield from map(json.loads, self._replaced)

    def counts(self) -> dict[str, int]:
        """Documents, paragraphs, replacements, and the server's estimate of the bytes they take."""
        names = ("documents", "names", "terms", "replacements")
        (replaced,) = self._link.ask([("LLEN", self._link.key("replacements"))])
        try:
            sizes = self._link.ask([("MEMORY", "USAGE", self._link.key(name), "SAMPLES", 1000) for name in names])
        except StoreError as error:
            if error.retry:
                raise
            sizes = []  # a server that does not say
        return {
            "documents": self._count("documents"),
            "paragraphs": self._count("paragraphs"),
            "replacements": int(replaced) + len(self._replaced),
            "bytes": sum(int(size or 0) for size in sizes),
        }

    def write(self, changes: Changes) -> None:
        """Remove, then add."""
        if not self._writable:
            raise RuntimeError("a snapshot only reads")
        self._forget()
        self._need(changes.removed)
        self.named([record.document_id for record in changes.added])
        for number in changes.removed:
            self._remove(number)
        for record in changes.added:
            self._add(record)
        for posting in changes.postings:
            self._post(posting)
        self._replaced += [json.dumps(one, ensure_ascii=True) for one in changes.replacements]

    def _remove(self, number: int) -> None:
        record = self._records[number]
        if record is None:
            return
        self.named([record.document_id])
        self._names[record.document_id].remove(number)
        self._new_names.add(record.document_id)
        self._records[number] = None
        self._new_records.add(number)
        self._change(documents=-1, paragraphs=-record.count, removals=1)

    def _add(self, record: Stored) -> None:
        if record.end >= _LAST_NUMBER:
            raise StoreError(f"{self._link.name}: is full: it has given {record.number:,} numbers", retry=False)
        self._records[record.number] = record
        self._new_records.add(record.number)
        self._owners.update((number, record.number) for number in range(record.number, record.end))
        self._names[record.document_id] = sorted([*self._names[record.document_id], record.number])
        self._new_names.add(record.document_id)
        self._change(documents=1, paragraphs=record.count, next=record.end - self._count("next"))

    def _change(self, **by: int) -> None:
        for name, amount in by.items():
            self._counts[name] = self._count(name) + amount

    def _post(self, posting: Posting) -> None:
        """Let texts be found."""
        terms, places = posting.terms, np.flatnonzero(posting.open)
        numbers, place = np.unique(posting.numbers[terms.text[places]], return_inverse=True)
        entries = [self._entry(number) for number in numbers.tolist()]
        fields = _fields(terms.keys[places])
        self._values(fields)
        for field, own in zip(fields, place.ravel().tolist(), strict=True):
            value, entry = self._terms[field], entries[own]
            self._terms[field] = self._joined(value, entry) if value else entry
        self._new_terms.update(dict.fromkeys(fields))

    def _entry(self, number: int) -> bytes:
        owner = self._owner(number)
        distance = min(_FAR, number - owner.number) if owner else _FAR
        return (number << _FAR_BITS | distance).to_bytes(8, "little")

    def _joined(self, value: bytes, entry: bytes) -> bytes:
        """`value` with `entry`, once, and without numbers that are known to be gone: they make room."""
        entries = [value[i : i + 8] for i in range(0, len(value), 8)]
        return value if entry in entries else b"".join([*(one for one in entries if not self._gone(one)), entry])

    def _gone(self, entry: bytes) -> bool:
        word = int.from_bytes(entry, "little")
        distance = word & _MASK
        owner = (word >> _FAR_BITS) - distance
        return distance < _FAR and owner in self._records and self._records[owner] is None

    def commands(self) -> list[Command]:
        """What has to be sent for all that was written."""
        key = self._link.key
        if not (self._new_records or self._new_names or self._new_terms or self._replaced):
            return []
        records = {number: _packed(self._records[number]) for number in sorted(self._new_records)}
        names = {_utf8(one): " ".join(map(str, self._names[one])).encode() for one in sorted(self._new_names)}
        terms = {field: self._terms[field] for field in self._new_terms}
        return [
            *_fields_set(key("documents"), records),
            *_fields_set(key("names"), names),
            *_fields_set(key("terms"), terms),
            *_fields_set(key("counts"), {name: str(self._count(name)).encode() for name in _COUNTS}),
            *(("RPUSH", key("replacements"), *part) for part in _parts(self._replaced)),
        ]


def _fields(keys: U64) -> list[bytes]:
    """Keys as the names of fields."""
    raw = keys.astype(">u8").tobytes()
    return [raw[i : i + 8] for i in range(0, len(raw), 8)]


def _packed(record: Stored | None) -> bytes:
    if record is None:
        return b""
    identity = _utf8(record.document_id)
    return _HEAD.pack(record.count, len(identity)) + identity + record.body


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), _FIELDS):
        yield items[first : first + _FIELDS]


def _fields_set(key: str, values: Mapping[Any, bytes]) -> Iterator[Command]:
    """Set these fields of the hash `key`; empty values delete theirs."""
    gone = [field for field, value in values.items() if not value]
    yield from (("HDEL", key, *part) for part in _parts(gone))
    for part in _parts([field for field, value in values.items() if value]):
        yield ("HSET", key, *chain.from_iterable((field, values[field]) for field in part))
