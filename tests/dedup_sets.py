"""What the tests of duplicates share: sets of small numbers in place of sets of shingles, sketches by hand, and ways to
send small inputs through the code meant for large ones."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from cleantext.dedup import Duplicates, _kernels, _loops
from cleantext.dedup.match import Links, Verifier
from cleantext.dedup.shingle import Rule, ShingleSets
from cleantext.dedup.store import TextStore

__all__ = [
    "RAW",
    "check_same",
    "collection",
    "compile_from",
    "families",
    "greedy",
    "jaccard",
    "plain_and_compiled",
    "rows",
    "set_text",
    "sketch_rows",
    "text_store",
    "verifier",
]

U8 = npt.NDArray[np.uint8]

# By this rule a text is the set of its characters.
RAW = Rule("raw", "character", 1)
_SIZED = ("arithmetic", "banding", "fingerprint", "match", "shingle", "store")


def compile_from(patch: pytest.MonkeyPatch, size: int) -> None:
    """Have inputs of `size` characters and more go the way of large ones: compiled, packed, without sets at hand."""
    for module in _SIZED:
        patch.setattr(f"cleantext.dedup.{module}.COMPILED_FROM", size)
    patch.setattr("cleantext.dedup.arithmetic._STEPS", size)


def plain_and_compiled(name: str, arguments: Sequence[Any]) -> Any:
    """What the loop `name` returns for `arguments`, which may be nested tuples of arrays, and are left as it leaves
    them. Plain and compiled, it returns equal arrays of equal types and leaves equal arguments."""
    theirs = copy.deepcopy(list(arguments))
    with np.errstate(over="ignore"):
        expected = getattr(_loops, name)(*arguments)
    found = getattr(_kernels, name)(*theirs)
    _check_equal((found, theirs), (expected, list(arguments)))
    return expected


def _check_equal(found: Any, expected: Any) -> None:
    if isinstance(expected, tuple | list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            _check_equal(one, other)
    elif isinstance(expected, np.ndarray):
        np.testing.assert_array_equal(found, expected, strict=True)
    else:
        assert found == expected


def set_text(members: Iterable[int]) -> str:
    """A text with one character for each of the numbers."""
    return "".join(chr(0x100 + one if one < 0xD700 else 0x900 + one) for one in sorted(members))


def text_store(sets: Iterable[Iterable[int]]) -> TextStore:
    """A store of texts that are these sets."""
    store = TextStore(RAW)
    store.add([set_text(one) for one in sets])
    return store


def verifier(sets: Sequence[Collection[int]], threads: int = 1) -> Verifier:
    """Item i is the set number i."""
    return Verifier(text_store(sets), np.arange(len(sets)), RAW, threads)


def collection(sets: Iterable[Collection[int]]) -> ShingleSets:
    """Sets of numbers as sets of shingle hashes."""
    members = [sorted(one) for one in sets]
    values = np.array([value for one in members for value in one], dtype=np.uint64)
    return ShingleSets(values, np.cumsum([0, *map(len, members)], dtype=np.int64))


def sketch_rows(keys: npt.ArrayLike) -> U8:
    """Sketches of two entries a band: text number i has in band b the key keys[i][b], under 65,536."""
    return np.ascontiguousarray(keys, dtype="<u2").view(np.uint8)


def rows(links: Links) -> list[tuple[int, int, int]]:
    """Left, right and how much they share, sorted."""
    return sorted(zip(links.left.tolist(), links.right.tolist(), links.shared.tolist(), strict=True))


def jaccard(a: AbstractSet[int], b: AbstractSet[int]) -> float:
    """The Jaccard similarity of two sets."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared)


def families(seed: int, count: int, members: int, size: int = 20, spread: int = 3) -> list[set[int]]:
    """`count` sets of `size` numbers, each `members` times with up to `spread` numbers lost and one won, shuffled."""
    rng = random.Random(seed)
    found = []
    for number in range(count):
        base = set(range(1000 * number, 1000 * number + size))
        lost = [set(rng.choices(sorted(base), k=spread)) for _ in range(members)]
        found += [(base - one) | {500_000 + rng.randrange(500_000)} for one in lost]
    rng.shuffle(found)
    return found


def greedy(sets: Sequence[AbstractSet[int]], threshold: float, protected: Collection[int] = ()) -> set[int]:
    """Who stays: walked in order, one goes if it is near one that stays."""
    kept: set[int] = set()
    for index, one in enumerate(sets):
        if index in protected or all(jaccard(one, sets[other]) < threshold for other in kept):
            kept.add(index)
    return kept


def check_same(found: Duplicates, expected: Duplicates, *, settings: Callable[[str], bool] = lambda _: True) -> None:
    """Equal pairs, removals, groups and clusters, and equal `settings` by name."""
    assert found.size == expected.size
    assert found.pairs == expected.pairs
    assert found.removals == expected.removals
    assert found.groups == expected.groups
    assert found.cluster.tolist() == expected.cluster.tolist()
    chosen = [{name: value for name, value in one.settings.items() if settings(name)} for one in (found, expected)]
    assert chosen[0] == chosen[1]
