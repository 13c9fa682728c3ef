from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import results
from cleantext.dedup.results import KINDS, Duplicates, Groups, Pair, Pairs, Removal, Removals, group_by

PAIRS = [
    Pair(0, 1, "exact", 1.0, 1.0),
    Pair(0, 4, "near", 0.875, 0.9375),
    Pair(1, 2, "contained", 0.25, 1.0),
    Pair(3, 4, "near", 1.0, 1.0),
    Pair(3, 4, "contained", 1.0, 1.0),
]
REMOVALS = [Removal(1, 0, "exact", 1.0), Removal(2, 3, "contained", 0.95), Removal(4, 0, "near", 0.875)]


def table_of(rows: list[Any]) -> Pairs | Removals:
    """The table of `rows`, given to it in another order."""
    rows = random.Random(1).sample(rows, len(rows))
    one, two, kinds, *scores = zip(*rows, strict=True)
    ints, kind = (np.array(one), np.array(two)), np.array([KINDS.index(kind) for kind in kinds], dtype=np.uint8)
    if len(scores) == 2:
        return Pairs.sorted(*ints, kind, np.array(scores[0]), np.array(scores[1]))
    return Removals.sorted(*ints, kind, np.array(scores[0]))


TABLES = pytest.mark.parametrize("rows", [PAIRS, REMOVALS], ids=["pairs", "removals"])


@TABLES
def test_a_table_is_a_sequence_of_rows(rows: list[Any]) -> None:
    table = table_of(rows)
    size = len(rows)
    assert len(table) == size
    assert list(table) == rows
    assert [table[place] for place in range(-size, size)] == rows * 2
    assert all(type(row) is type(rows[0]) for row in table)
    assert list(reversed(table)) == rows[::-1]
    assert rows[1] in table
    assert tuple(rows[1][:2]) not in table
    for place in (size, -size - 1):
        with pytest.raises(IndexError):
            table[place]


@TABLES
@pytest.mark.parametrize(
    "part",
    [slice(None), slice(1, 3), slice(-2, None), slice(None, None, -1), slice(4, 0, -2), slice(9, 12), slice(2, 2)],
)
def test_slices_are_those_of_a_list(rows: list[Any], part: slice) -> None:
    assert list(table_of(rows)[part]) == rows[part]


@TABLES
def test_rows_are_plain_python(rows: list[Any]) -> None:
    for row in table_of(rows):
        assert [type(value) for value in row] == [int, int, str, *[float] * (len(row) - 3)]


@TABLES
def test_tables_are_equal_to_sequences_of_equal_rows(rows: list[Any]) -> None:
    table = table_of(rows)
    assert table == rows
    assert table == tuple(rows)
    assert rows == table
    assert table == table_of(rows)
    assert table != rows[:-1]
    assert table != rows[::-1]
    assert table != [*rows[:-1], rows[0]]
    assert table != 5
    assert table != dict.fromkeys(rows)
    with pytest.raises(TypeError, match="unhashable"):
        hash(table)


@TABLES
def test_columns_are_not_copied(rows: list[Any]) -> None:
    table = table_of(rows)
    columns = table.columns()
    assert list(columns) == list(type(table).__dataclass_fields__)
    assert all(column is getattr(table, name) for name, column in columns.items())
    assert list(columns["kind"]) == [KINDS.index(row.kind) for row in rows]


@pytest.mark.parametrize("step", [1, 2, 3, 100])
@TABLES
def test_a_long_table_is_read_in_stretches(monkeypatch: pytest.MonkeyPatch, rows: list[Any], step: int) -> None:
    monkeypatch.setattr(results, "_ROWS", step)
    assert list(table_of(rows)) == rows


def test_more_rows_than_a_stretch() -> None:
    size = 2 * results._ROWS + 7
    ones = np.ones(size)
    index = np.random.default_rng(1).permutation(size)
    pairs = Pairs.sorted(index + 1, np.zeros(size, dtype=np.int64), np.full(size, 1, dtype=np.uint8), ones, ones)
    assert [row.j for row in pairs] == list(range(1, size + 1))
    assert pairs[-1] == Pair(0, size, "near", 1.0, 1.0)
    removals = Removals.sorted(index, index + 1, np.zeros(size, dtype=np.uint8), index / size)
    assert [(row.index, row.kept, row.score) for row in removals] == [(n, n + 1, n / size) for n in range(size)]


def test_pairs_put_themselves_in_order() -> None:
    three = np.array([3, 1, 3]), np.array([1, 3, 0])
    found = Pairs.sorted(*three, np.array([2, 1, 0], dtype=np.uint8), np.array([0.5, 0.6, 0.7]), np.ones(3))
    assert list(found) == [(0, 3, "exact", 0.7, 1.0), (1, 3, "near", 0.6, 1.0), (1, 3, "contained", 0.5, 1.0)]


def test_empty_tables() -> None:
    none, kind = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8)
    for table in (
        Pairs.sorted(none, none, kind, np.empty(0), np.empty(0)),
        Removals.sorted(none, none, kind, np.empty(0)),
    ):
        assert (len(table), list(table), table == [], bool(table)) == (0, [], True, False)
        with pytest.raises(IndexError):
            table[0]


# --- Groups


def test_groups_are_a_sequence_of_tuples() -> None:
    rows = [(4, 1, 2), (0,), (), (3, 5)]
    groups = Groups.of(rows)
    assert len(groups) == 4
    assert list(groups) == rows
    assert [groups[place] for place in range(-4, 4)] == rows * 2
    for part in (slice(None), slice(1, 3), slice(None, None, -1), slice(-1, 9)):
        assert list(groups[part]) == rows[part]
    assert groups == rows
    assert groups == Groups.of([list(row) for row in rows])
    assert groups != rows[:-1]
    assert groups != [*rows[:-1], (5, 3)]
    assert groups != 5
    assert (3, 5) in groups
    assert all(type(member) is int for group in groups for member in group)
    for place in (4, -5):
        with pytest.raises(IndexError):
            groups[place]
    with pytest.raises(TypeError, match="unhashable"):
        hash(groups)


def test_no_groups() -> None:
    assert list(Groups.of([])) == []
    assert Groups.of([]) == group_by(np.empty(0, dtype=np.int64)) == group_by(np.full(3, -1))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(-1, 5), max_size=20), st.integers(1, 3), st.data())
def test_groups_by_label(labels: list[int], least: int, data: st.DataObject) -> None:
    order = data.draw(st.none() | st.permutations(range(len(labels))))
    members: dict[int, list[int]] = {}
    for one in order if order is not None else range(len(labels)):
        if labels[one] >= 0:
            members.setdefault(labels[one], []).append(one)
    expected = [tuple(group) for group in members.values() if len(group) >= least]  # a dict keeps the order of firsts
    ranking = None if order is None else np.array(order, dtype=np.int64)
    assert list(group_by(np.array(labels, dtype=np.int64), ranking, least)) == expected


# --- Duplicates


def duplicates(
    pairs: list[Pair], removals: list[Removal], groups: list[tuple[int, ...]], cluster: list[int]
) -> Duplicates:
    made, gone = table_of(pairs), table_of(removals)
    assert isinstance(made, Pairs)
    assert isinstance(gone, Removals)
    return Duplicates(
        size=len(cluster),
        pairs=made,
        removals=gone,
        groups=Groups.of(groups),
        cluster=np.array(cluster, dtype=np.int64),
        settings={},
    )


def test_what_is_kept_and_what_hangs_together() -> None:
    found = duplicates(PAIRS, REMOVALS, [(0, 1)], [1, 1, 1, 0, 0, -1])
    assert list(found) == PAIRS == list(found.pairs)
    assert len(found) == 5
    assert found.kept.tolist() == [0, 3, 5]
    assert list(found.clusters) == [(0, 1, 2), (3, 4)]
    assert [found.cluster_of(one) for one in range(6)] == [1, 1, 1, 0, 0, None]


def test_every_pair_of_a_group_is_yielded() -> None:
    groups = [(7, 1, 4), (0, 2), (3, 9)]
    pairs = [
        *(Pair(0, 2, "exact", 1.0, 1.0), Pair(1, 7, "exact", 1.0, 1.0), Pair(4, 7, "exact", 1.0, 1.0)),
        *(Pair(3, 9, "exact", 1.0, 1.0), Pair(0, 7, "near", 0.8, 0.9), Pair(5, 7, "contained", 0.3, 1.0)),
        Pair(5, 6, "near", 0.9, 0.95),
    ]
    found = duplicates(pairs, [Removal(1, 7, "exact", 1.0)], groups, [0] * 10)
    everyone = list(found.expanded())
    assert len(everyone) == len(set(everyone))
    equal = {(i, j, "exact", 1.0, 1.0) for group in groups for i, j in combinations(sorted(group), 2)}
    near = {(0, 1), (0, 4), (0, 7), (1, 2), (2, 4), (2, 7)}
    assert set(everyone) == equal | {(i, j, "near", 0.8, 0.9) for i, j in near} | {
        *((1, 5, "contained", 0.3, 1.0), (4, 5, "contained", 0.3, 1.0), (5, 7, "contained", 0.3, 1.0)),
        (5, 6, "near", 0.9, 0.95),
    }
    assert all(pair.i < pair.j for pair in everyone)


def test_pairs_of_giant_groups_are_yielded_one_at_a_time() -> None:
    size = 200_000
    ones = np.ones(size - 1)
    others = np.arange(1, size)
    found = Duplicates(
        size=size,
        pairs=Pairs.sorted(np.zeros(size - 1, dtype=np.int64), others, np.zeros(size - 1, dtype=np.uint8), ones, ones),
        removals=Removals.sorted(others, np.zeros(size - 1, dtype=np.int64), np.zeros(size - 1, dtype=np.uint8), ones),
        groups=Groups(np.arange(size), np.array([0, size])),
        cluster=np.zeros(size, dtype=np.int64),
        settings={},
    )
    everyone = found.expanded()
    assert [next(everyone)[:2] for _ in range(3)] == [(0, 1), (0, 2), (0, 3)]
    assert len(found) == size - 1
    assert found.kept.tolist() == [0]
