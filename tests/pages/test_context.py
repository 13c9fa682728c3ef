"""The second reading: every column against a definition that counts for each block anew."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleantext.pages import compiled
from cleantext.pages.ancestry import Tree
from cleantext.pages.columns import CONTEXT, Columns
from cleantext.pages.context import context_columns, expected_f1
from cleantext.pages.elements import Element

NAMES = ("post", "", "menu")


@st.composite
def opinions(draw: st.DrawFn) -> tuple[list[Element], list[tuple[int, float, int]]]:
    """Elements, and blocks in them: the place of an element, a first opinion, tokens."""
    picks = draw(st.lists(st.integers(0, 9), max_size=8))
    elements = [Element(-1, "body", "")]
    elements += [Element(pick % i, ("div", "p")[pick % 2], NAMES[pick % 3]) for i, pick in enumerate(picks, 1)]
    block = st.tuples(st.integers(0, len(elements) - 1), st.floats(0, 1), st.integers(0, 40))
    return elements, draw(st.lists(block, min_size=1, max_size=12))


def _up(elements: list[Element], place: int, levels: int) -> int:
    for _ in range(levels):
        place = elements[place].parent if elements[place].parent >= 0 else place
    return place


def _inside(elements: list[Element], place: int, around: int) -> bool:
    while place >= 0:
        if place == around:
            return True
        place = elements[place].parent
    return False


def _signature(elements: list[Element], place: int) -> tuple[str, str, str]:
    one = elements[place]
    return one.tag, one.names, elements[one.parent].names if one.parent >= 0 else ""


@pytest.fixture(params=[False, True], ids=["plain", "compiled"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "pays", lambda: request.param)


def seen(elements: list[Element], blocks: list[tuple[int, float, int]]) -> dict[str, list[float]]:
    places, likely, tokens = (np.array(column) for column in zip(*blocks, strict=True))
    columns = Columns(len(blocks))
    table = columns.part("first", len(CONTEXT))
    table[:] = np.nan
    context_columns(columns, likely.astype(float), tokens.astype(float), Tree.of(elements), places.astype(np.int64))
    assert np.isfinite(table).all()
    return dict(zip(CONTEXT, table.tolist(), strict=True))


@pytest.mark.usefixtures("way")
@given(opinions())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_columns_are_what_they_are_called(page: tuple[list[Element], list[tuple[int, float, int]]]) -> None:
    elements, blocks = page
    found = seen(elements, blocks)
    likely = [min(max(p, 1e-4), 1 - 1e-4) for _, p, _ in blocks]
    weights = [tokens + 0.5 for _, _, tokens in blocks]
    right = [weight * p for weight, p in zip(weights, likely, strict=True)]
    odds = [math.log(p / (1 - p)) for p in likely]

    def mean(among: list[int]) -> float:
        return sum(right[j] for j in among) / sum(weights[j] for j in among)

    best = max(
        2 * sum(right[j] for j in kept) / (sum(weights[j] for j in kept) + sum(right))
        for kept in ([j for j, p in enumerate(likely) if p >= cut] for cut in likely)
    )
    every = range(len(blocks))
    for i, (place, _, _) in enumerate(blocks):
        expected = {
            "first": odds[i],
            "first-1": odds[i - 1] if i else -9,
            "first+2": odds[i + 2] if i + 2 < len(blocks) else -9,
            "first_window2": mean([j for j in every if abs(j - i) <= 2]),
            "first_window12": mean([j for j in every if abs(j - i) <= 12]),
            "first_before": sum(right[:i]) / sum(right),
            "first_after": sum(right[i + 1 :]) / sum(right),
            "first_share": sum(right) / sum(weights),
            "first_kept": math.log1p(sum(right)),
            "first_most": max(likely),
        }
        for level in range(4):
            around = _up(elements, place, level)
            among = [j for j in every if _inside(elements, blocks[j][0], around)]
            expected[f"first_group{level}"] = mean(among)
            expected[f"first_group{level}_share"] = sum(right[j] for j in among) / sum(right)
        alike = [j for j in every if _signature(elements, blocks[j][0]) == _signature(elements, place)]
        expected |= {"first_alike": mean(alike), "first_alike_share": sum(right[j] for j in alike) / sum(right)}
        assert {name: found[name][i] for name in expected} == pytest.approx(expected, rel=1e-4, abs=1e-4)
    assert found["first_f1"] >= [best - 1e-4] * len(blocks)
    assert found["first_f1"][0] <= 1
    for i, j in pairwise(every):
        assert (found["first_rank"][i] < found["first_rank"][j]) == (likely[i] >= likely[j])


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 50)), min_size=1, max_size=9))
def test_expected_f1_of_the_likeliest_blocks(blocks: list[tuple[float, int]]) -> None:
    likely, tokens = (np.array(column, dtype=float) for column in zip(*blocks, strict=True))
    order, found = expected_f1(likely, tokens)
    assert sorted(order.tolist()) == list(range(len(blocks)))
    assert (np.diff(likely[order]) <= 0).all()
    for count, value in enumerate(found.tolist(), 1):
        kept = order[:count]
        size = tokens[kept].sum() + (tokens * likely).sum()
        assert value == pytest.approx(2 * (tokens * likely)[kept].sum() / max(size, 1e-9))


def test_one_block_alone() -> None:
    found = seen([Element(-1, "body", "")], [(0, 1.0, 9)])
    assert found["first-1"] == found["first+1"] == found["first-2"] == found["first+2"] == [-9.0]
    assert found["first_rank"] == found["first_before"] == [0.0]
    assert found["first_group3_share"] == found["first_alike_share"] == [1.0]


def test_columns_are_named_once() -> None:
    assert len(set(CONTEXT)) == len(CONTEXT)
