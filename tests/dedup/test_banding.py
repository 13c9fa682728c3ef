from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from cleantext.dedup.banding import Bands, Buckets, band_keys, choose_bands, s_curve
from cleantext.errors import ConfigError


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


def test_the_s_curve_rises_from_nothing_to_certainty() -> None:
    curve = s_curve(Bands(21, 6))
    assert [jaccard for jaccard, _ in curve] == [i / 20 for i in range(21)]
    assert [p for _, p in curve] == sorted(p for _, p in curve)
    assert (curve[0][1], curve[-1][1]) == (0.0, 1.0)
    assert curve[16][1] == pytest.approx(0.9983, abs=1e-4)


def test_a_band_key_is_of_its_band_alone() -> None:
    rows = np.random.default_rng(0).integers(0, 2**32, (3, 128), dtype=np.uint32)
    rows[1] = rows[0]
    rows[1, 6:12] += 1
    keys = band_keys(rows, Bands(21, 6))
    assert keys.shape == (3, 21)
    assert (keys[0] == keys[1]).tolist() == [band != 1 for band in range(21)]
    assert not (keys[0] == keys[2]).any()
    swapped = rows.copy()
    swapped[0, [0, 1]] = rows[0, [1, 0]]
    assert band_keys(swapped, Bands(21, 6))[0, 0] != keys[0, 0]


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_candidates_are_all_pairs_of_a_bucket_once(limit: int) -> None:
    keys = np.random.default_rng(1).integers(0, 12, (60, 5)).astype(np.uint64)
    buckets = Buckets(keys, limit)
    found = [pair for left, right in buckets.candidates() for pair in zip(left.tolist(), right.tolist(), strict=True)]
    expected: set[tuple[int, int]] = set()
    crowds = set()
    for band in range(5):
        for key in set(keys[:, band].tolist()):
            members = np.flatnonzero(keys[:, band] == key).tolist()
            if len(members) > limit:
                crowds.add((band, tuple(members)))
            else:
                expected.update(combinations(members, 2))
    assert len(found) == len(set(found)) == buckets.candidate_pairs
    assert set(found) == expected
    assert {(band, tuple(members.tolist())) for band, members in buckets.crowds} == crowds
    assert buckets.largest == max(np.unique(keys[:, band], return_counts=True)[1].max() for band in range(5))


def test_no_signatures_have_no_candidates() -> None:
    assert list(Buckets(np.empty((0, 21), dtype=np.uint64)).candidates()) == []
