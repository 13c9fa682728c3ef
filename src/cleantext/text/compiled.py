"""The words of one step as arrays, for the walks of `_loops`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from cleantext.text._loops import (
    ALONE,
    HASH_NODE,
    HASH_SHIFT,
    HASH_UNIT,
    I32,
    I64,
    NORMALIZED,
    OPERATOR,
    SIEVE_BITS,
    STARTS,
    U8,
    U16,
    U32,
    WIDE,
)
from cleantext.text._plain import OPERATORS
from cleantext.text.dictionaries import Layers

__all__ = ["Tables", "compile_step", "units_of"]


class Tables(NamedTuple):
    """One step: `_loops` says what its arrays are. `growth` is how much longer a word may become, at most."""

    first: U32
    sieve: U8
    edge_keys: I64
    edge_nodes: I32
    words: I32
    ranks: I32
    starts: I64
    values: U16
    growth: float
    cutting: int


def units_of(text: str) -> U16:
    """The UTF-16 code units of `text`. Raises UnicodeEncodeError for lone surrogates."""
    return np.frombuffer(text.encode("utf-16-le"), dtype="<u2")


def compile_step(layers: Layers, normalized: Layers = (), *, longest_first: bool = False, cutting: int = 0) -> Tables:
    """The arrays of a step; words of the first `cutting` layers end a segment, `normalized` has to be done before."""
    ranked = _ranked(layers, longest_first=longest_first)
    spelled = [(units_of(word).tolist(), units_of(value)) for word, (_, value) in ranked.items()]
    first = np.arange(0x10000, dtype=np.uint32)
    if not longest_first:
        first[[ord(char) for char in OPERATORS]] |= OPERATOR
    for char in (char for layer in normalized for char in layer):
        first[units_of(char)[0]] |= NORMALIZED
    edges, words, heads = _edges([units for units, _ in spelled])
    ranks = np.array([rank for rank, _ in ranked.values()], dtype=np.int32)
    for number, (units, value) in enumerate(spelled):
        flag = STARTS if len(units) > 1 or ranks[number] < cutting else 0
        if len(units) == 1:
            flag |= WIDE if value.size != 1 else 0
            first[units[0]] = (int(first[units[0]]) & ~ALONE) | int(value[0] if value.size == 1 else units[0])
        first[units[0]] |= flag
    edge_keys, edge_nodes = _hashed(edges)
    sizes = [value.size for _, value in spelled]
    return Tables(
        first=first,
        sieve=_sieve(heads),
        edge_keys=edge_keys,
        edge_nodes=edge_nodes,
        words=words,
        ranks=ranks,
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        values=np.concatenate([np.empty(0, dtype=np.uint16), *(value for _, value in spelled)]),
        growth=max([1.0, *(value.size / len(units) for units, value in spelled)]),
        cutting=cutting,
    )


def _ranked(layers: Layers, *, longest_first: bool) -> Mapping[str, tuple[int, str]]:
    """The rank and the value of every word; where length counts, each length of a layer is a rank of its own."""
    ranked: dict[str, tuple[int, str]] = {}
    base = 0
    for layer in layers:
        longest = max(map(len, layer), default=1)
        for word, value in layer.items():
            ranked.setdefault(word, (base + (longest - len(word) if longest_first else 0), value))
        base += longest if longest_first else 1
    return ranked


def _edges(spelled: list[list[int]]) -> tuple[dict[int, int], I32, set[tuple[int, int]]]:
    """The edges by node and unit, the word that ends at each node or -1, and the first two units of words.

    Nodes under 65,536 are the units that words start with.
    """
    edges: dict[int, int] = {}
    ending: dict[int, int] = {}
    size = 0x10000
    for number, units in enumerate(spelled):
        node = units[0]
        for unit in units[1:]:
            following = edges.setdefault(node << 16 | unit, size)
            size += following == size
            node = following
        ending[node] = number
    words = np.full(size, -1, dtype=np.int32)
    words[list(ending)] = list(ending.values())
    return edges, words, {(units[0], units[1]) for units in spelled if len(units) > 1}


def _hashed(edges: dict[int, int]) -> tuple[I64, I32]:
    """The hash table of `edges`, at most half full."""
    size = 1 << max(4, (2 * len(edges)).bit_length())
    keys, nodes = [0] * size, [0] * size
    for key, following in edges.items():
        slot = (((key >> 16) * HASH_NODE + (key & 0xFFFF) * HASH_UNIT) >> HASH_SHIFT) & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], nodes[slot] = key + 1, following
    return np.array(keys, dtype=np.int64), np.array(nodes, dtype=np.int32)


def _sieve(heads: set[tuple[int, int]]) -> U8:
    """A bit for the first two units of every word."""
    sieve: U8 = np.zeros(1 << (SIEVE_BITS - 3), dtype=np.uint8)
    pairs = np.array(sorted(heads), dtype=np.int64).reshape(-1, 2)
    mixed = (pairs[:, 0] * HASH_NODE + pairs[:, 1] * HASH_UNIT) >> HASH_SHIFT
    bits = mixed & ((1 << SIEVE_BITS) - 1)
    np.bitwise_or.at(sieve, bits >> 3, (1 << (bits & 7)).astype(np.uint8))
    return sieve
