"""The second reader: against a definition in doubles, block by block; exact in any order; whatever it is given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cleantext.pages._kernels as kernels
from cleantext.pages import network
from cleantext.pages.classify import load_model
from cleantext.pages.columns import CONTEXT
from cleantext.pages.network import Network, whole_weights
from quality import teaching
from quality.teaching import Lesson, Plan, teach

INPUTS, NETWORKS, CHANNELS, STEPS = 5, 3, 4, (1, 3)


def made(seed: int, *, strong: float = 1.0) -> Network:
    """Networks of random weights."""
    random = np.random.default_rng(seed)
    layers = len(STEPS)

    def singles(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return (random.normal(0, strong, shape)).astype(np.float32)

    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {
        "half": np.abs(singles(INPUTS)) + np.float32(0.1),
        "middle": singles(INPUTS) / np.float32(4),
        "stretch": np.float32(128) / (np.abs(singles(INPUTS)) + np.float32(0.2)),
        "steps": np.array(STEPS, np.int32),
        "enter_bias": singles(NETWORKS * CHANNELS),
        "taps": singles(layers, 3, NETWORKS * CHANNELS),
        "own_bias": singles(layers, NETWORKS * CHANNELS),
        "back_bias": singles(layers, NETWORKS * CHANNELS),
        "leave_bias": singles(1),
    }
    shapes = {"enter": (NETWORKS * CHANNELS, INPUTS), "leave": (1, NETWORKS * CHANNELS)}
    for name in ("enter", "own", "page", "back", "leave"):
        arrays[name], unit = whole_weights(singles(*shapes.get(name, (layers, NETWORKS, CHANNELS, CHANNELS))))
        arrays[f"{name}_unit"] = unit if unit.ndim == 1 else unit.reshape(layers, -1)
    return Network.of_arrays(arrays)


def plain(one: Network, table: list[list[float]], tokens: list[float]) -> list[float]:
    """What the networks say, in doubles, nothing rounded but the weights."""
    weights = {}
    for name in ("enter", "own", "page", "back", "leave"):
        whole = getattr(one, name).astype(float)
        weights[name] = whole * getattr(one, f"{name}_unit").astype(float).reshape(*whole.shape[:-1], 1)
    shares = [(count + 0.5) ** 0.5 for count in tokens]
    total = [0.0] * len(table)
    for net in range(NETWORKS):
        rows = []
        part = slice(net * CHANNELS, (net + 1) * CHANNELS)
        for row in table:
            taken = [
                0.0 if x != x else (x / (h + abs(x)) - m) * s / 128  # noqa: PLR0124 - NaN
                for x, h, m, s in zip(row, one.half.tolist(), one.middle.tolist(), one.stretch.tolist(), strict=True)
            ]
            rows.append(weights["enter"][part] @ np.array(taken) + one.enter_bias[part])
        for layer, step in enumerate(STEPS):
            before, itself, behind = one.taps[layer, :, part].astype(float)
            mean = sum(share * row for share, row in zip(shares, rows, strict=True)) / sum(shares)
            of_page = weights["page"][layer, net] @ mean
            following = []
            for i, row in enumerate(rows):
                mixed = row * itself
                if i >= step:
                    mixed = mixed + rows[i - step] * before
                if i + step < len(rows):
                    mixed = mixed + rows[i + step] * behind
                active = np.maximum(weights["own"][layer, net] @ mixed + one.own_bias[layer, part] + of_page, 0)
                following.append(row + weights["back"][layer, net] @ active + one.back_bias[layer, part])
            rows = following
        for i, row in enumerate(rows):
            total[i] += float(row @ weights["leave"][0, part])
    return [1 / (1 + float(np.exp(-odds - one.leave_bias[0]))) for odds in total]


@pytest.fixture(params=[False, True], ids=["arrays", "compiled"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "pays", lambda: request.param)


CELLS = st.one_of(st.floats(-50, 50, width=32), st.just(float("nan")))
BLOCKS = st.lists(
    st.tuples(st.lists(CELLS, min_size=INPUTS, max_size=INPUTS), st.integers(0, 400)), min_size=1, max_size=9
)


@pytest.mark.usefixtures("way")
@given(st.integers(0, 50), BLOCKS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_what_the_networks_say(seed: int, blocks: list[tuple[list[float], int]]) -> None:
    one = made(seed, strong=0.5)
    table, tokens = [row for row, _ in blocks], [float(count) for _, count in blocks]
    found = one.probabilities(np.array(table, np.float32).T.copy(), np.array(tokens))
    assert found == pytest.approx(plain(one, table, tokens), abs=0.06)  # what is rounded is so to a part in 128


@given(st.integers(0, 50), BLOCKS, st.floats(0.1, 30))
@settings(deadline=None, max_examples=60)
def test_compiled_and_not_are_the_same_to_the_bit(
    seed: int, blocks: list[tuple[list[float], int]], strong: float
) -> None:
    one = made(seed, strong=strong)
    columns = np.array([row for row, _ in blocks], np.float32).T.copy()
    tokens = np.array([count for _, count in blocks], float)
    answers = []
    for is_compiled in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(network, "pays", lambda is_compiled=is_compiled: is_compiled)
            answers.append(one.probabilities(columns, tokens).tolist())
    assert answers[0] == answers[1]
    assert all(0 <= likely <= 1 for likely in answers[0])


@pytest.mark.parametrize("terms", [1, 2, 3, 24, 192, 1000])
def test_sums_are_exact(terms: int) -> None:
    random = np.random.default_rng(terms)
    rows = network._whole((random.normal(0, 1, (50, terms)) * 1e6).astype(np.float32), terms)
    weights = np.where(random.random((terms, 7)) < 0.5, -127, 127).astype(np.int8)
    exact = rows.astype(np.int64) @ weights.astype(np.int64)
    order = random.permutation(terms)
    assert (rows @ weights.astype(np.float32)).astype(np.int64).tolist() == exact.tolist()
    assert (rows[:, order] @ weights[order].astype(np.float32)).astype(np.int64).tolist() == exact.tolist()
    for pick in (slice(None), slice(5), slice(4), slice(1)):  # outputs go four at a time
        sums = np.zeros((weights[:, pick].shape[1], 50), np.float32)
        kernels.add_products(weights[:, pick].T.astype(np.float32).copy(), rows.T.copy(), sums)
        assert sums.T.astype(np.int64).tolist() == exact[:, pick].tolist()
    assert np.abs(exact).max() <= 1 << 24


@pytest.mark.usefixtures("way")
def test_blocks_enter_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    one, random = made(3), np.random.default_rng(3)
    columns, tokens = random.normal(0, 3, (INPUTS, 40)).astype(np.float32), random.integers(0, 99, 40).astype(float)
    at_once = one.probabilities(columns, tokens).tolist()
    monkeypatch.setattr(network, "_TOGETHER", 7)
    assert one.probabilities(columns, tokens).tolist() == at_once


def test_whole_weights_are_as_near_as_they_can_be() -> None:
    weights = np.array([[1.0, -0.25], [0.0, 0.0], [-300.0, 299.0]])
    whole, unit = whole_weights(weights)
    assert whole.tolist() == [[127, -32], [0, 0], [-127, 127]]
    assert (np.abs(whole * unit.astype(float)[:, None] - weights) <= unit[:, None] / 2 + 1e-9).all()


def test_the_shipped_networks() -> None:
    one = load_model().second
    assert one is not None
    plan = Plan()
    inputs = len(load_model().names) + len(CONTEXT)
    assert one.half.shape == one.middle.shape == one.stretch.shape == (inputs,)
    assert one.enter.shape == (plan.networks * plan.channels, inputs)
    assert tuple(one.steps.tolist()) == plan.steps
    assert one.taps.shape == (len(plan.steps), 3, plan.networks * plan.channels)
    assert (one.half > 0).all()
    assert (one.stretch > 0).all()
    for name, values in one.arrays.items():
        assert np.isfinite(values).all(), name
        assert values.dtype == (np.int8 if name in ("enter", "own", "page", "back", "leave") else values.dtype)


def test_what_is_taught_is_what_is_read() -> None:
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(2)
    plan = Plan(networks=3, channels=4, steps=(1, 2), drop=0.0, drop_inputs=0.0)
    lessons = [
        Lesson(
            random.normal(0, 1, (size, 6)).astype(np.float32),
            np.zeros(size),
            random.integers(1, 50, size).astype(float),
            1,
        )
        for size in (5, 1, 12)
    ]
    scales = teaching._scales([lesson.table for lesson in lessons])
    torch.manual_seed(3)
    weights = teaching._first_weights(torch, 6, plan)
    pages = [(teaching._taken(lesson.table, *scales), lesson) for lesson in lessons]
    inputs, share, *_ = teaching._packed(torch, pages, random)
    with torch.no_grad():
        odds = teaching._odds(torch, weights, inputs, share, plan).mean(0).numpy()
    one = teaching._network({name: weight.detach().numpy() for name, weight in weights.items()}, scales, plan)
    for row, lesson in zip(odds, lessons, strict=True):
        found = one.probabilities(lesson.table.T.copy(), lesson.tokens)
        assert found == pytest.approx(1 / (1 + np.exp(-row[: found.size])), abs=0.01)


def test_a_page_counts_by_its_weight() -> None:
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(4)
    plan = Plan(networks=2, channels=4, drop=0.0, drop_inputs=0.0)
    weights = teaching._first_weights(torch, 6, plan)

    def loss(*counts: float) -> float:
        pages = []
        for number, count in enumerate(counts):
            table = np.full((4, 6), number - 1, np.float32)
            pages.append((table, Lesson(table, np.array([1.0, 0, 0, number]), np.arange(4).astype(float) + 2, count)))
        with torch.no_grad():
            return float(teaching._loss(torch, weights, teaching._packed(torch, pages, random), plan))

    one, other = loss(1, 0), loss(0, 1)
    assert abs(one - other) > 0.1
    assert loss(1) == pytest.approx(one, rel=1e-5)
    assert loss(3, 1) == pytest.approx((3 * one + other) / 4, rel=1e-5)


def test_networks_learn() -> None:
    pytest.importorskip("torch")
    random = np.random.default_rng(1)
    lessons = []
    for i in range(40):
        size = int(random.integers(3, 30))
        table = random.normal(0, 1, (size, 6)).astype(np.float32)
        table[:, 5] = np.nan
        # What counts is a block and the one before it: no row knows it alone.
        target = (table[:, 0] + np.concatenate([[0], table[:-1, 0]]) > 0).astype(np.float64)
        lessons.append(Lesson(table, target, random.integers(1, 50, size).astype(float), 1.0 + i % 2))
    plan = Plan(networks=2, channels=8, rounds=200, rate=0.02, drop=0.0, drop_inputs=0.0)
    one, again = (teach(lessons[:30], plan) for _ in range(2))
    for name, values in one.arrays.items():
        assert np.array_equal(values, again.arrays[name]), "the same lessons teach the same"
    right = [
        ((one.probabilities(lesson.table.T.copy(), lesson.tokens) > 0.5) == (lesson.target > 0.5)).mean()
        for lesson in lessons[30:]
    ]
    assert np.mean(right) > 0.85
