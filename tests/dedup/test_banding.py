from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate, combinations
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import banding
from cleantext.dedup.banding import BUCKET_LIMIT, Bands, Buckets, choose_bands, least_agreement, s_curve
from cleantext.errors import ConfigError
from dedup_sets import compile_from, sketch_rows

MILLIONTH = Fraction(1, 10**6)


@pytest.mark.parametrize(
    ("threshold", "num_perm", "bands"),
    [
        (0.7, 128, (32, 4)),
        (0.8, 128, (21, 6)),
        (0.9, 128, (12, 10)),
        (0.7, 256, (42, 6)),
        (0.8, 256, (32, 8)),
        (0.9, 256, (18, 14)),
        (1.0, 128, (1, 128)),
    ],
)
def test_bands_follow_from_threshold_and_recall(threshold: float, num_perm: int, bands: tuple[int, int]) -> None:
    chosen = choose_bands(threshold, 0.99, num_perm)
    assert (chosen.num_bands, chosen.rows_per_band) == bands
    assert chosen.probability(threshold) >= 0.99
    rows = chosen.rows_per_band + 1
    assert rows > num_perm or Bands(num_perm // rows, rows).probability(threshold) < 0.99


def test_a_promise_that_cannot_be_kept_is_refused() -> None:
    with pytest.raises(ConfigError, match="16 permutations"):
        choose_bands(0.05, 0.99, 16)


@pytest.mark.parametrize("recall", [0.5, 0.9, 0.99, 0.9999])
@pytest.mark.parametrize("num_perm", [64, 128, 256])
def test_the_promise_holds_with_what_sketches_may_miss(recall: float, num_perm: int) -> None:
    for percent in range(60, 100, 5):
        chosen = choose_bands(percent / 100, recall, num_perm)
        assert chosen.num_bands * chosen.rows_per_band <= num_perm
        assert chosen.probability(percent / 100) - float(MILLIONTH) >= recall


def test_the_s_curve_rises_from_nothing_to_certainty() -> None:
    curve = s_curve(Bands(21, 6))
    assert [jaccard for jaccard, _ in curve] == [i / 20 for i in range(21)]
    assert [p for _, p in curve] == sorted(p for _, p in curve)
    assert (curve[0][1], curve[-1][1]) == (0.0, 1.0)
    assert curve[16][1] == pytest.approx(0.9983, abs=1e-4)


# --- How many entries must agree


def tails(threshold: Fraction, num_perm: int) -> list[Fraction]:
    """The exact probability that at most 0, 1, 2, … entries of sketches of a pair at `threshold` agree."""
    agree = threshold + (1 - threshold) / 256
    terms = [comb(num_perm, n) * agree**n * (1 - agree) ** (num_perm - n) for n in range(num_perm + 1)]
    return list(accumulate(terms))


@pytest.mark.parametrize("num_perm", [1, 2, 16, 64, 128, 256])
@pytest.mark.parametrize("percent", [5, 30, 50, 80, 95, 99, 100])
def test_so_many_entries_agree_but_for_one_pair_in_a_million(percent: int, num_perm: int) -> None:
    least = least_agreement(percent / 100, num_perm)
    below = [Fraction(0), *tails(Fraction(percent, 100), num_perm)]  # below[n]: fewer than n agree
    assert below[least] <= MILLIONTH
    assert least == num_perm or below[least + 1] > MILLIONTH


def test_the_least_agreement_of_the_defaults() -> None:
    assert least_agreement(0.8, 128) == 79
    assert [least_agreement(t, 128) for t in (0.5, 0.7, 0.9, 1.0)] == sorted(
        least_agreement(t, 128) for t in (0.5, 0.7, 0.9, 1.0)
    )


# --- Buckets


@pytest.fixture(params=["numpy", "compiled"])
def arithmetic(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "compiled":
        compile_from(monkeypatch, 0)


def buckets_of(keys: Any, limit: int = BUCKET_LIMIT, least: int = 0) -> Buckets:
    """Buckets of texts with these keys: a row a text, a column a band. The sketches stand in another order."""
    sketches = sketch_rows(keys)
    rows = np.random.default_rng(len(sketches)).permutation(len(sketches))
    shuffled = np.empty_like(sketches)
    shuffled[rows] = sketches
    return Buckets(shuffled, rows, Bands(sketches.shape[1] // 2, 2), least, limit)


def listed(buckets: Buckets) -> list[tuple[int, int]]:
    return [pair for left, right in buckets.candidates() for pair in zip(left.tolist(), right.tolist(), strict=True)]


def by_definition(keys: npt.NDArray[np.int64], limit: int) -> tuple[set[tuple[int, int]], set[int], int]:
    """All pairs of the buckets up to `limit`, who is in a larger one, and how many of these there are."""
    pairs: set[tuple[int, int]] = set()
    crowded: set[int] = set()
    crowds = 0
    for band in range(keys.shape[1]):
        for key in set(keys[:, band].tolist()):
            members = np.flatnonzero(keys[:, band] == key).tolist()
            if len(members) > limit:
                crowded.update(members)
                crowds += 1
            else:
                pairs.update(combinations(members, 2))
    return pairs, crowded, crowds


def check_candidates(keys: npt.NDArray[np.int64], limit: int) -> Buckets:
    """Each pair of a bucket once, but for those of two texts that are both known to be in a crowd by then."""
    buckets = buckets_of(keys, limit)
    found = listed(buckets)
    pairs, crowded, crowds = by_definition(keys, limit)
    assert len(found) == len(set(found)) == buckets.candidate_pairs <= buckets.bucket_pairs
    assert buckets.crowds == crowds
    assert set(np.flatnonzero(buckets.crowded).tolist()) == crowded
    expected: set[tuple[int, int]] = set()
    for band in range(keys.shape[1]):
        _, before, _ = by_definition(keys[:, : band + 1], limit)
        own, _, _ = by_definition(keys[:, band : band + 1], limit)
        expected |= {pair for pair in own if not before >= set(pair)}
    assert set(found) == expected
    assert {pair for pair in pairs if not crowded >= set(pair)} <= expected
    return buckets


@pytest.mark.usefixtures("arithmetic")
def test_a_band_key_is_of_its_band_alone() -> None:
    rows = np.random.default_rng(0).integers(0, 256, (4, 128)).astype(np.uint8)
    rows[1] = rows[0]
    rows[1, 6:12] += 1
    rows[2] = rows[0]
    rows[2, [0, 1]] = rows[0, [1, 0]]
    buckets = Buckets(rows, np.array([3, 0, 1, 2]), Bands(21, 6), 0)
    for band, keys in enumerate(buckets._keys(range(21))):
        assert keys.tolist() == buckets._keys(range(band, band + 1))[0].tolist()
        assert (keys & np.uint64(3)).tolist() == [0, 1, 2, 3]
        other, first, changed, swapped = (keys >> np.uint64(2)).tolist()
        assert (first == changed) == (band != 1)
        assert (first == swapped) == (band != 0)
        assert first != other


@pytest.mark.usefixtures("arithmetic")
@pytest.mark.parametrize("limit", [1, 4, 100])
def test_candidates_are_all_pairs_of_a_bucket_once(limit: int) -> None:
    keys = np.random.default_rng(1).integers(0, 12, (60, 5))
    buckets = check_candidates(keys, limit)
    assert buckets.largest == max(np.unique(keys[:, band], return_counts=True)[1].max() for band in range(5))
    assert buckets.counts == {
        "bucket_pairs": buckets.bucket_pairs,
        "candidate_pairs": buckets.candidate_pairs,
        "largest_bucket": buckets.largest,
    }
    assert (buckets.candidate_pairs > 0) == (limit > 1)
    assert (buckets.crowds == 0) == (limit == 100)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 40), st.sampled_from([1, 3, 70]), st.integers(1, 9), st.booleans())
def test_no_pair_is_lost_to_a_crowd_or_listed_twice(seed: int, size: int, bands: int, limit: int, large: bool) -> None:
    rng = np.random.default_rng(seed)
    keys = rng.integers(0, rng.integers(2, 12), (size, bands))
    for band in np.flatnonzero(rng.random(bands) < 0.3).tolist():
        keys[rng.random(size) < rng.random(), band] = 99  # a band in which many are in one bucket
    with pytest.MonkeyPatch.context() as patch:
        if large:
            compile_from(patch, 0)
        check_candidates(keys, limit)


@pytest.mark.usefixtures("arithmetic")
def test_pairs_of_a_crowd_are_candidates_only_of_other_texts() -> None:
    keys = np.array([[1, 0, 5], [1, 0, 5], [2, 0, 6], [3, 9, 5], [2, 8, 6]])
    buckets = buckets_of(keys, 2)
    # The first two meet before the crowd of the second band is known. By the third, the first bucket is a crowd.
    assert sorted(listed(buckets)) == [(0, 1), (2, 4)]
    assert buckets.crowded.tolist() == [True, True, True, True, False]
    assert buckets.crowds == 2
    assert sorted(listed(buckets_of(keys[:, ::-1], 2))) == [(2, 4)]
    assert sorted(listed(buckets_of(keys, 3))) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 4)]


@pytest.mark.usefixtures("arithmetic")
@pytest.mark.parametrize("least", [0, 4, 5, 6, 7, 10])
def test_pairs_whose_sketches_differ_too_much_are_no_candidates(least: int) -> None:
    keys = np.random.default_rng(3).integers(0, 700, (90, 5)) % np.array([3, 700, 3, 3, 2])
    sketches = sketch_rows(keys)
    found = listed(buckets_of(keys, 1000, least))
    pairs, _, _ = by_definition(keys, 1000)
    assert len(found) == len(set(found))
    assert set(found) == {(a, b) for a, b in pairs if (sketches[a] == sketches[b]).sum() >= least}
    assert least > 7 or found


@pytest.mark.usefixtures("arithmetic")
def test_a_collision_of_keys_makes_no_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    def colliding(self: Buckets, bands: range) -> npt.NDArray[np.uint64]:
        return np.tile(np.arange(self.rows.size, dtype=np.uint64), (len(bands), 1))

    keys = np.random.default_rng(4).integers(0, 3, (30, 2))
    monkeypatch.setattr(Buckets, "_keys", colliding)
    assert set(listed(buckets_of(keys, 100))) == by_definition(keys, 100)[0]


@pytest.mark.parametrize("chunk", [1, 10, 1000])
def test_candidates_come_in_chunks(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    keys = np.random.default_rng(5).integers(0, 30, (300, 3))
    expected = listed(buckets_of(keys))
    monkeypatch.setattr(banding, "_CHUNK", chunk)
    chunks: Iterator[Any] = buckets_of(keys).candidates()
    sizes = [left.size for left, _ in chunks]
    largest = max(np.unique(keys[:, band], return_counts=True)[1].max() for band in range(3))
    assert max(sizes) <= max(chunk, largest * (largest - 1) // 2)
    assert sorted(listed(buckets_of(keys))) == sorted(expected)
    assert sum(sizes) == len(expected)


@pytest.mark.usefixtures("arithmetic")
@pytest.mark.parametrize("size", [0, 1, 2])
def test_few_texts(size: int) -> None:
    buckets = buckets_of(np.zeros((size, 4), dtype=np.int64))
    assert listed(buckets) == [(0, 1)] * (size == 2)
    assert (buckets.crowds, buckets.largest, buckets.crowded.tolist()) == (0, size, [False] * size)


@pytest.mark.parametrize("columns", [1, 6, 8, 9, 21])
def test_keys_are_the_same_compiled(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    rng = np.random.default_rng(columns)
    sketches = rng.integers(0, 256, (50, 3 * columns), dtype=np.uint8)
    buckets = Buckets(sketches, rng.permutation(50), Bands(3, columns), 0)
    plain = buckets._keys(range(1, 3)).tolist()
    compile_from(monkeypatch, 0)
    assert buckets._keys(range(1, 3)).tolist() == plain
    assert len({key >> 6 for own in plain for key in own}) > 90 if columns > 1 else plain
