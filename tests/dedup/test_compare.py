from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import DedupConfig
from cleantext.dedup import PairScore, find_duplicates, minhash_signatures, score_pair, shingles
from cleantext.dedup.banding import Bands
from cleantext.dedup.compare import StageVerdict, agreements
from dedup.corpora import HOSTILE, TEXTS

TEXT = "秋天的果园里挂满了柿子,孩子们举着竹竿在树下跑来跑去,笑声传得很远。"
MORE = TEXT + "大人们在屋里喝茶,商量着明年要不要再种几棵梨树,把院墙也修一修。"


@pytest.mark.parametrize(
    ("a", "b", "kind", "why"),
    [
        (TEXT, TEXT.replace(",", "，"), "exact", "equal"),
        (TEXT, TEXT.replace("很远", "好远"), "near", "reaches"),
        (TEXT, MORE, "contained", "of the first"),
        (MORE, TEXT, "contained", "of the second"),
        (TEXT, MORE[34:], None, "is under 0.8"),
        ("短", TEXT, None, "under 20"),
        ("短", "短。", "exact", "equal"),
        ("……", "……", None, "matches nothing"),
        ("", TEXT, None, "matches nothing"),
    ],
)
def test_the_verdict_and_its_reason(a: str, b: str, kind: str | None, why: str) -> None:
    score = score_pair(a, b)
    assert score.kind == kind
    assert why in score.why
    assert score.why in score.explain()


def test_the_numbers_are_those_of_the_shingle_sets() -> None:
    a, b = set(shingles(TEXT, level="document")), set(shingles(MORE, level="document"))
    score = score_pair(TEXT, MORE, level="document")
    assert (score.shingles, score.shared, score.total) == ((len(a), len(b)), len(a & b), len(a | b))
    assert score.jaccard == len(a & b) / len(a | b)
    assert score.containment == (1.0, len(a & b) / len(b))
    assert abs(score.estimate - score.jaccard) < 0.2
    assert score.proposed == pytest.approx(1 - (1 - score.jaccard**6) ** 21)


def test_configuration_counts() -> None:
    assert score_pair(TEXT, TEXT.replace("很远", "好远"), DedupConfig(threshold=0.99, containment=1)).kind is None


pieces = st.sampled_from([TEXT, MORE, TEXT[:25], TEXT.replace("很远", "好远"), "短", "", "\ud800 a\u0301 \U00020000"])


@settings(max_examples=60, deadline=None)
@given(pieces, pieces)
def test_it_agrees_with_find_duplicates(a: str, b: str) -> None:
    kinds = [pair.kind for pair in find_duplicates([a, b])]
    score = score_pair(a, b)
    assert kinds == ([score.kind] if score.kind else [])
    assert score_pair(b, a).jaccard == score.jaccard


STAGES = ("exact", "min_chars", "signatures", "bands", "near", "contained")


def stages(score: PairScore) -> dict[str, StageVerdict]:
    assert tuple(stage.stage for stage in score.stages) == STAGES
    return {stage.stage: stage for stage in score.stages}


def passed(score: PairScore) -> list[str]:
    return [name for name, stage in stages(score).items() if stage.passed]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (TEXT, TEXT.replace(",", "，"), STAGES),
        (TEXT, TEXT.replace("很远", "好远"), ("min_chars", "signatures", "bands", "near", "contained")),
        (TEXT, MORE, ("min_chars", "bands", "contained")),  # alike by half, and one band agrees
        (TEXT, MORE[34:], ("min_chars",)),
        ("短短的", "短短的!", ("exact", "signatures", "bands", "near", "contained")),
        ("……", TEXT, ()),
        ("", "", ()),
    ],
)
def test_what_each_stage_says(a: str, b: str, expected: tuple[str, ...]) -> None:
    score = score_pair(a, b)
    assert passed(score) == [name for name in STAGES if name in expected]
    for stage in score.stages:
        assert f"{stage.stage}?" in score.explain()
        assert stage.says in score.explain()


def test_the_exact_stage_names_the_first_difference() -> None:
    says = stages(score_pair(TEXT, TEXT.replace("很远", "好远")))["exact"].says
    assert "from character 30 on" in says
    assert "笑声传得很远 / …跑去笑声传得好远" in says
    assert "from character 32 on: …笑声传得很远 / …笑声传得很远大人们" in stages(score_pair(TEXT, MORE))["exact"].says
    assert "empty" in stages(score_pair(TEXT, "……"))["exact"].says


def test_signatures_and_bands_say_what_a_search_would_compare() -> None:
    other = TEXT.replace("很远", "好远")
    rows = minhash_signatures([TEXT, other])
    agree = rows[0] % 256 == rows[1] % 256
    bands = sum(bool(agree[6 * band : 6 * band + 6].all()) for band in range(21))
    found = stages(score_pair(TEXT, other))
    assert found["signatures"].says.startswith(f"{int(agree.sum())} of 128 entries")
    assert "under 79" in found["signatures"].says
    assert found["bands"].says.startswith(f"{bands} of 21 bands agree")
    strict = stages(score_pair(TEXT, other, DedupConfig(threshold=0.99)))
    assert (strict["signatures"].passed, strict["near"].passed) == (False, False)


def test_a_near_pair_may_share_no_band() -> None:
    """The verdict is that of a comparison; that a search among many texts misses the pair is said beside it."""
    config = DedupConfig(recall=0.5, num_perm=16)
    changed = [TEXT[:place] + "甲" + TEXT[place + 1 :] for place in range(len(TEXT)) if TEXT[place] not in ",。"]
    scores = [score_pair(TEXT, other, config) for other in changed]
    missed = [score for score in scores if score.kind == "near" and not stages(score)["bands"].passed]
    assert 0 < len(missed) < len(scores)
    assert "bands?       no: 0 of" in missed[0].explain()


def test_contained_texts_that_are_not_sought() -> None:
    score = score_pair(TEXT, MORE, DedupConfig(containment=None))
    assert score.kind is None
    assert "contained texts are not sought" in score.why
    assert stages(score)["contained"] == StageVerdict("contained", None, "contained texts are not sought")
    assert "contained?   not asked" in score.explain()


@settings(max_examples=100, deadline=None)
@given(TEXTS | HOSTILE, TEXTS | HOSTILE, st.sampled_from(["folded", "raw"]), st.sampled_from(["paragraph", "document"]))
def test_shared_and_missing_shingles(a: str, b: str, match: str, level: str) -> None:
    config = DedupConfig(match=match)
    score, first, second = (
        score_pair(a, b, config, level=level),
        *(shingles(one, config, level=level) for one in (a, b)),
    )
    assert score.shared_shingles == tuple(one for one in first if one in second)
    assert score.missing == (
        tuple(one for one in first if one not in second),
        tuple(one for one in second if one not in first),
    )
    assert score.shared == len(score.shared_shingles)
    assert score.shingles == (len(first), len(second))
    page = score.explain()
    page.encode()
    assert all(char.isprintable() or char == "\n" for char in page)


def test_of_many_shingles_a_few_are_printed() -> None:
    long = "".join(chr(0x4E00 + 7 * n) for n in range(1500))
    page = score_pair(long, "word " * 3 + "w" * 5000).explain()
    assert "first only   1,498: " in page
    assert page.count(" | ") < 20
    assert len(page) < 2500


def test_agreements_of_many_rows() -> None:
    left = np.random.RandomState(1).randint(0, 3, (50, 32)).astype(np.uint8)
    right = np.random.RandomState(2).randint(0, 3, (50, 32)).astype(np.uint8)
    entries, bands = agreements(left, right, Bands(10, 3))
    for row in range(50):
        same = [a == b for a, b in zip(left[row].tolist(), right[row].tolist(), strict=True)]
        assert entries[row] == sum(same)
        assert bands[row] == sum(all(same[3 * band : 3 * band + 3]) for band in range(10))
    assert [one.tolist() for one in agreements(left[:0], right[:0], Bands(10, 3))] == [[], []]
