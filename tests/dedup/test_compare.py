from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import DedupConfig
from cleantext.dedup import find_duplicates, score_pair, shingles

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
