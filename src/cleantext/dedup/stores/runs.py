"""Which numbers have which terms, as sorted runs in a SQLite file.

An *entry* is a key and a number in one integer: 34 bits of the key above 29 of the number. What one transaction adds is
sorted and written as a *run*, in rows of about 4,000 bytes; runs of like size are merged, so that there are never more
than about twice the logarithm of the number of entries. A tree with a row an entry would write a page for every new
one. Runs never change: others may read an old one while a merge writes the next.

Of two texts whose keys agree in 34 bits by chance, nothing but a comparison more comes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cleantext.errors import StoreError

__all__ = ["SCHEMA", "Runs"]

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

KEY_BITS, NUMBER_BITS = 34, 29
_NUMBERS = (1 << NUMBER_BITS) - 1
# Entries of a row, so that it fills a page of 4,096 bytes, and rows handled at a time.
_ROW, _ROWS = 500, 2_048
# The share of a run's rows from which all are read one after another.
_MANY = 0.25

SCHEMA = """
CREATE TABLE runs (run INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL);
CREATE TABLE entries (place INTEGER PRIMARY KEY, entries BLOB NOT NULL);
"""


class Runs:
    """The entries in the file of `connection`. Where rows begin is remembered of runs, which never change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._firsts: dict[int, I64] = {}

    def forget(self) -> None:
        """Drop what is remembered: after a rollback the numbers of runs are given again."""
        self._firsts.clear()

    def find(self, keys: U64) -> tuple[I64, I64]:
        """The numbers under `keys`: places in `keys`, and numbers."""
        short = (keys >> np.uint64(64 - KEY_BITS)).astype(np.int64)
        order = np.argsort(short, kind="stable")
        fresh = np.diff(short[order], prepend=-1) != 0
        wanted = short[order][fresh]
        starts = np.append(np.flatnonzero(fresh), short.size)
        hits, numbers = [], []
        for run, _ in self._runs():
            for entries in self._rows_with(run, wanted):
                begin, end = np.searchsorted(wanted, entries[[0, -1]] >> NUMBER_BITS).tolist()
                asked = wanted[begin : end + 1]
                low = np.searchsorted(entries, asked << NUMBER_BITS)
                some = np.flatnonzero(entries[np.minimum(low, entries.size - 1)] >> NUMBER_BITS == asked)
                low = low[some]
                counts = np.searchsorted(entries, asked[some] << NUMBER_BITS | _NUMBERS, side="right") - low
                hits.append(np.repeat(begin + some, counts))
                numbers.append(entries[_ranges(low, counts)] & _NUMBERS)
        nothing = np.empty(0, dtype=np.int64)
        hit, number = np.concatenate([nothing, *hits]), np.concatenate([nothing, *numbers])
        # Every hit counts for each of the keys that it stands for.
        counts = np.diff(starts)[hit]
        return order[_ranges(starts[:-1][hit], counts)], np.repeat(number, counts)

    def add(self, keys: U64, numbers: I64, dead: tuple[I64, I64]) -> bool:
        """Add numbers under their keys. Where runs are merged, numbers in a stretch of `dead` are dropped; True says
        that all were, so that no entry of such a number is left."""
        if numbers.size and numbers.max() > _NUMBERS:
            raise StoreError(f"the index is full: it holds {_NUMBERS:,} documents and paragraphs", retry=False)
        entries = _distinct((keys >> np.uint64(64 - KEY_BITS)).astype(np.int64) << NUMBER_BITS | numbers)
        if not entries.size:
            return False
        merged, size, runs = [], entries.size, self._runs()
        for run, count in reversed(runs):
            if count >= 2 * size:
                break
            merged.append(run)
            size += count
        self._write(self._merged(merged, entries, dead))
        for run in merged:
            self._connection.execute("DELETE FROM entries WHERE place BETWEEN ? AND ?", _places(run))
            self._connection.execute("DELETE FROM runs WHERE run = ?", (run,))
            self._firsts.pop(run, None)
        return len(merged) == len(runs)

    def _runs(self) -> list[tuple[int, int]]:
        """The runs and their sizes, the oldest and largest first."""
        return self._connection.execute("SELECT run, size FROM runs ORDER BY run").fetchall()

    def _write(self, parts: Iterator[I64]) -> None:
        cursor = self._connection.execute("INSERT INTO runs (size) VALUES (0)")
        run, size, base = cursor.lastrowid, 0, 0
        assert run is not None
        base = run << KEY_BITS
        for entries in parts:
            keys = entries >> NUMBER_BITS
            cuts = [0]
            while cuts[-1] < entries.size:
                cuts.append(_cut(keys, cuts[-1]))
            rows = ((base + int(keys[a]), entries[a:b].astype("<i8").tobytes()) for a, b in pairwise(cuts))
            self._connection.executemany("INSERT INTO entries VALUES (?, ?)", rows)
            size += entries.size
        self._connection.execute("UPDATE runs SET size = ? WHERE run = ?", (size, run))

    def _merged(self, runs: list[int], entries: I64, dead: tuple[I64, I64]) -> Iterator[I64]:
        """The entries of `runs` and new ones, in order, in stretches that part no key."""
        if not runs:
            yield entries
            return
        bounds = _distinct(np.concatenate([self._begins(run)[::_ROWS] for run in runs]))
        bounds = np.append(bounds[1:], 1 << KEY_BITS)
        streams = [_Stream(self._all_rows(run)) for run in runs]
        begin = 0
        for bound in bounds.tolist():
            end = _before(entries, bound)
            parts = [stream.until(bound) for stream in streams]
            part = np.sort(
                np.concatenate([*parts, entries[begin:end]]), kind="stable"
            )  # stretches in order: they merge
            begin = end
            numbers = part & _NUMBERS
            place = np.searchsorted(dead[0], numbers, side="right") - 1
            gone = (place >= 0) & (numbers < dead[1][place]) if dead[0].size else np.zeros(part.size, dtype=np.bool_)
            if part.size > np.count_nonzero(gone):
                yield part[~gone]

    def _begins(self, run: int) -> I64:
        """The first key of every row of a run."""
        if run not in self._firsts:
            found = self._connection.execute("SELECT place FROM entries WHERE place BETWEEN ? AND ?", _places(run))
            firsts = np.fromiter((place for (place,) in found), np.int64) - (run << KEY_BITS)
            self._firsts[run] = np.sort(firsts)
        return self._firsts[run]

    def _rows_with(self, run: int, wanted: I64) -> Iterator[I64]:
        """The entries of those rows of a run in which keys of `wanted`, which ascend, may be."""
        begins = self._begins(run)
        rows = _distinct(np.searchsorted(begins, wanted, side="right") - 1)
        rows = rows[rows >= 0]
        if rows.size > _MANY * begins.size:
            yield from self._all_rows(run)
            return
        select, base = "SELECT entries FROM entries WHERE place = ?", run << KEY_BITS
        for part in range(0, rows.size, _ROWS):
            places = (begins[rows[part : part + _ROWS]] + base).tolist()
            yield _joined([self._connection.execute(select, (place,)).fetchone()[0] for place in places])

    def _all_rows(self, run: int) -> Iterator[I64]:
        """The entries of a run, in order, some rows at a time."""
        query = "SELECT entries FROM entries WHERE place BETWEEN ? AND ? ORDER BY place"
        found = self._connection.execute(query, _places(run))
        while rows := found.fetchmany(_ROWS):
            yield _joined([row for (row,) in rows])


class _Stream:
    """The entries of a run as they are asked for."""

    def __init__(self, parts: Iterator[I64]) -> None:
        self._parts, self._rest = parts, np.empty(0, dtype=np.int64)

    def until(self, bound: int) -> I64:
        """Those not yet given whose keys are less than `bound`."""
        given = []
        while True:
            end = _before(self._rest, bound)
            given.append(self._rest[:end])
            self._rest = self._rest[end:]
            if self._rest.size:
                break
            following = next(self._parts, None)
            if following is None:
                break
            self._rest = following
        return np.concatenate(given)


def _before(entries: I64, bound: int) -> int:
    """How many of `entries` have a key less than `bound`, which may be greater than any key."""
    return int(np.searchsorted(entries, (bound - 1) << NUMBER_BITS | _NUMBERS, side="right"))


def _joined(rows: list[bytes]) -> I64:
    found: I64 = np.frombuffer(b"".join(rows), "<i8").astype(np.int64, copy=False)
    return found


def _places(run: int) -> tuple[int, int]:
    """The first and the last place that rows of a run may have."""
    return run << KEY_BITS, (run + 1 << KEY_BITS) - 1


def _cut(keys: I64, begin: int) -> int:
    """Where the row that starts at `begin` ends: a row has about `_ROW` entries and parts no key."""
    end = begin + _ROW
    if end >= keys.size:
        return keys.size
    first = int(np.searchsorted(keys, keys[end]))
    return first if first > begin else int(np.searchsorted(keys, keys[end], side="right"))


def _distinct(values: I64) -> I64:
    """`values` in order, each once; they are above -2."""
    ordered = np.sort(values)
    found: I64 = ordered[np.diff(ordered, prepend=-2) != 0]
    return found


def _ranges(starts: I64, counts: I64) -> I64:
    """All numbers of the stretches that begin at `starts`, end to end."""
    offsets = np.cumsum(counts) - counts
    found: I64 = np.repeat(starts - offsets, counts) + np.arange(int(counts.sum()))
    return found
