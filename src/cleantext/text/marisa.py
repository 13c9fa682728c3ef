"""OpenCC's binary dictionaries (`.ocd2`) read without OpenCC: a marisa trie of keys, then the values by number.

A marisa trie is a LOUDS trie: its nodes are numbered in breadth-first order, and a bit string gives for each node a 1
a child and then a 0. A node's label is one byte, or a link to a longer one: to a node of a second trie, whose labels
are read from that node up to its root, or, after the last trie, to a place in a list of strings. The number of a key
is the rank of its node among those that end a key. Formats: https://github.com/s-yata/marisa-trie (louds-trie.cc,
vector.h) and https://github.com/BYVoid/OpenCC (MarisaDict.cpp, SerializedValues.cpp).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["read_ocd2"]

_OCD2 = b"OPENCC_MARISA_0.2.5"
_MARISA = b"We love Marisa.\0"
# Tries that link to one another; marisa makes up to 127, OpenCC three.
_MAX_TRIES = 128

Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Trie:
    """One trie as read: everything but the next trie and what only speeds up queries."""

    louds: Bits
    terminals: Bits
    linked: Bits
    bases: bytes
    extras: list[int]
    tail: bytes
    tail_ends: Bits


class _Reader:
    """Fields of a file one after the other. Raises ValueError where the file is too short."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        piece = self._data[self._place : self._place + size]
        if len(piece) != size:
            raise ValueError("ends too early")
        self._place += size
        return piece

    def integer(self, code: str) -> int:
        """The next integer, of the type that `struct` calls `code`."""
        return int(struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0])

    def block(self) -> bytes:
        """A vector: its size in bytes, its bytes, and zeros up to a multiple of eight."""
        size = self.integer("Q")
        block = self.take(size)
        self.take(-size % 8)
        return block

    def bits(self) -> Bits:
        """A bit vector, without the three indices that follow it."""
        units = np.frombuffer(self.block(), dtype=np.uint8)
        size = self.integer("I")
        self.integer("I")
        for _ in range(3):
            self.block()
        return np.unpackbits(units, bitorder="little")[:size]

    def packed(self) -> list[int]:
        """A vector of integers of so many bits each; empty where they are zeros of no bits."""
        units = np.unpackbits(np.frombuffer(self.block(), dtype=np.uint8), bitorder="little")
        width = self.integer("I")
        self.integer("I")
        size = self.integer("Q")
        if width == 0:
            return []
        if width > 32:
            raise ValueError("has integers that are too wide")
        weights = 1 << np.arange(width, dtype=np.int64)
        values: list[int] = (units[: size * width].reshape(-1, width) @ weights).tolist()
        return values


def read_ocd2(data: bytes) -> dict[str, str]:
    """Keys and their first values in the dictionary `data`, in the order of their numbers.

    Raises ValueError where `data` is not such a dictionary.
    """
    if not data.startswith(_OCD2 + _MARISA):
        raise ValueError("is not an OpenCC dictionary of the kind ocd2")
    reader = _Reader(data)
    reader.take(len(_OCD2) + len(_MARISA))
    try:
        keys = _keys(reader)
        values = _values(reader)
    except IndexError:
        raise ValueError("is damaged") from None
    if len(keys) != len(values):
        raise ValueError("has not one value for each key")
    return {key.decode("utf-8"): value.decode("utf-8") for key, value in zip(keys, values, strict=True)}


def _keys(reader: _Reader) -> list[bytes]:
    """The keys by their numbers."""
    tries: list[_Trie] = []
    while not tries or (tries[-1].linked.any() and not tries[-1].tail):
        if len(tries) == _MAX_TRIES:
            raise ValueError("has too many tries")
        tries.append(_trie(reader))
    for _ in tries:  # each ends with its cache and two numbers, the innermost first
        reader.block()
        reader.take(8)
    restored: list[bytes] = []
    for number in range(len(tries) - 1, -1, -1):
        labels = _labels(tries[number], restored)
        restored = _spelled(tries[number], labels, outermost=number == 0)
    return [restored[node] for node in np.flatnonzero(tries[0].terminals).tolist()]


def _trie(reader: _Reader) -> _Trie:
    return _Trie(
        louds=reader.bits(),
        terminals=reader.bits(),
        linked=reader.bits(),
        bases=reader.block(),
        extras=reader.packed(),
        tail=reader.block(),
        tail_ends=reader.bits(),
    )


def _labels(trie: _Trie, restored: list[bytes]) -> list[bytes]:
    """The label of every node; `restored` is what the nodes of the next trie stand for."""
    labels = [trie.bases[node : node + 1] for node in range(len(trie.bases))]
    for rank, node in enumerate(np.flatnonzero(trie.linked).tolist()):
        link = trie.bases[node] | (trie.extras[rank] << 8 if trie.extras else 0)
        labels[node] = _from_tail(trie, link) if trie.tail else restored[link]
    return labels


def _from_tail(trie: _Trie, start: int) -> bytes:
    if not trie.tail_ends.size:
        return trie.tail[start : trie.tail.index(b"\0", start)]
    return trie.tail[start : start + 1 + int(np.argmax(trie.tail_ends[start:]))]


def _spelled(trie: _Trie, labels: list[bytes], *, outermost: bool) -> list[bytes]:
    """What every node spells: from the root to it in the outermost trie, from it to the root in the others."""
    spelled = [b""]
    parent = 0
    for bit in trie.louds[2:].tolist():
        if not bit:
            parent += 1
        elif outermost:
            spelled.append(spelled[parent] + labels[len(spelled)])
        else:
            spelled.append(labels[len(spelled)] + spelled[parent])
    return spelled


def _values(reader: _Reader) -> list[bytes]:
    """The first value of every item."""
    count, total = reader.integer("I"), reader.integer("I")
    texts = reader.take(total)
    values, place = [], 0
    for _ in range(count):
        sizes = [reader.integer("H") for _ in range(reader.integer("H"))]
        values.append(texts[place : place + sizes[0] - 1])
        place += sum(sizes)
    return values
