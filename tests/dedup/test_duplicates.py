from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Collection, Sequence
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import Config, DedupConfig
from cleantext.dedup import Duplicates, find_duplicates, minhash_signatures, shingles
from cleantext.errors import ConfigError

WORDS = "山水风云花鸟鱼虫春夏秋冬东西南北天地人和日月星辰金木火土江河湖海松竹梅兰"
BASE = "清晨的渡口还笼着一层薄雾,摆渡的老人把缆绳解开,慢慢撑着竹篙向对岸的芦苇丛划去。"
NEAR = BASE.replace("划去", "荡去")
LEAD = BASE + "船上坐着三个赶集的妇人,篮子里装满了新摘的菱角,一路说笑着今年的收成和各家的喜事。"
FAR = "A completely different paragraph, in another language, about the harvest of apples in the hills."


@cache
def sets(text: str) -> frozenset[str]:
    return frozenset(shingles(text))


def jaccard(a: str, b: str) -> float:
    return len(sets(a) & sets(b)) / len(sets(a) | sets(b))


def family(seed: int, size: int, length: int = 80, changes: int = 1) -> list[str]:
    """Texts that differ from one another in a few characters."""
    rng = random.Random(seed)
    base = [rng.choice(WORDS) for _ in range(length)]
    texts = []
    for _ in range(size):
        text = list(base)
        for _ in range(changes):
            text[rng.randrange(length)] = rng.choice(WORDS)
        texts.append("".join(text))
    return texts


def check(texts: Sequence[str], found: Duplicates, protected: Collection[int] = ()) -> None:
    """What must hold of any result."""
    removed = {removal.index: removal for removal in found.removals}
    assert len(removed) == len(found.removals)
    assert set(found.kept) == set(range(len(texts))) - set(removed)
    assert not set(removed) & set(protected)
    for removal in found.removals:
        assert removal.kept in found.kept
        assert found.cluster_of(removal.index) == found.cluster_of(removal.kept) is not None
        a, b = sets(texts[removal.index]), sets(texts[removal.kept])
        score = {"near": len(a & b) / len(a | b), "contained": len(a & b) / len(a), "exact": 1.0}[removal.kind]
        assert removal.score == pytest.approx(score)
        assert removal.score >= (0.9 if removal.kind == "contained" else 0.8)
    assert list(found.pairs) == sorted(set(found.pairs))
    for pair in found:
        assert pair.i < pair.j
        if pair.kind != "exact":
            assert pair.jaccard == pytest.approx(jaccard(texts[pair.i], texts[pair.j]))
    assert sorted(i for cluster in found.clusters for i in cluster) == sorted({i for p in found for i in p[:2]})


def test_each_kind_is_found_and_named() -> None:
    texts = [BASE, FAR, NEAR, BASE.replace(",", "，"), LEAD]
    found = find_duplicates(texts)
    assert [(r.index, r.kept, r.kind) for r in found.removals] == [
        (0, 4, "contained"),
        (2, 4, "contained"),
        (3, 4, "contained"),
    ]
    assert [(p.i, p.j, p.kind) for p in found] == [
        (0, 2, "near"),
        (0, 3, "exact"),
        (0, 4, "contained"),
        (2, 4, "contained"),
    ]
    check(texts, found)


def test_near_pairs_carry_their_exact_jaccard() -> None:
    found = find_duplicates([BASE, NEAR, FAR])
    assert [(p.i, p.j, p.kind) for p in found] == [(0, 1, "near")]
    assert found.pairs[0].jaccard == jaccard(BASE, NEAR) >= 0.8
    assert found.kept.tolist() == [0, 2]


def test_threshold_overrides_the_configuration() -> None:
    config = DedupConfig(threshold=0.99)
    assert len(find_duplicates([BASE, NEAR], config=config, kinds=("near",))) == 0
    assert len(find_duplicates([BASE, NEAR], 0.8, config, kinds=("near",))) == 1
    assert find_duplicates([BASE, NEAR], 0.8, Config(dedup=config)).settings["threshold"] == 0.8


def test_nothing_under_the_threshold_is_near() -> None:
    exact = jaccard(BASE, NEAR)
    assert len(find_duplicates([BASE, NEAR], exact, kinds=("near",))) == 1
    assert len(find_duplicates([BASE, NEAR], exact + 1e-9, kinds=("near",))) == 0


def test_matching_is_blind_to_script_width_punctuation_and_wrapping() -> None:
    texts = [
        "这项计划将于２０２４年启动,由ＡＢＣ公司负责实施与监督。",
        "這項計劃將於2024年啟動，由abc公司負責\n實施與監督！",
        "The quick brown fox jumps over the lazy dog near the river.",
        "the quick brown fox\njumps over the lazy\ndog -- near the RIVER",
    ]
    assert [(p.i, p.j, p.kind) for p in find_duplicates(texts)] == [(0, 1, "exact"), (2, 3, "exact")]
    assert len(find_duplicates(texts, config=DedupConfig(match="raw"))) == 0


def test_a_wrapped_and_edited_english_copy_is_near() -> None:
    words = (
        "one evening in late autumn the old ferryman untied his boat and rowed toward the far side of the lake where"
    )
    text = f"{words} nobody had lived since the great flood of his childhood carried away every house but one"
    copy = text.replace("old ferryman", "grey ferryman").replace(" and ", "\nand ").replace("far side", "far-side")
    assert [p.kind for p in find_duplicates([text, copy], 0.7)] == ["near"]


def test_empty_match_text_matches_nothing() -> None:
    found = find_duplicates(["", "", "——", "……!", "\n"])
    assert len(found) == 0
    assert found.kept.tolist() == [0, 1, 2, 3, 4]
    assert found.settings["empty_texts"] == 5


def test_short_text_is_only_ever_exact() -> None:
    short, longer = "山高月小水落石出,清风徐来", "山高月小水落石出,清风徐来,水波不兴,举酒属客,诵明月之诗"
    found = find_duplicates([short, short + "。", short + "啊", longer])
    assert [(r.index, r.kept, r.kind) for r in found.removals] == [(1, 0, "exact")]
    kinds = [r.kind for r in find_duplicates([short, longer], config=DedupConfig(min_chars=5)).removals]
    assert kinds == ["contained"]


def test_the_contained_one_goes_wherever_it_stands() -> None:
    for texts in ([BASE[:30], LEAD, FAR], [FAR, LEAD, BASE[:30]]):
        found = find_duplicates(texts)
        assert [(texts[r.index], texts[r.kept], r.kind) for r in found.removals] == [(BASE[:30], LEAD, "contained")]
        check(texts, found)


def test_stars_not_chains() -> None:
    a, b, c = BASE, BASE.replace("清晨", "黄昏"), BASE.replace("清晨", "黄昏").replace("划去", "漂去")
    threshold = min(jaccard(a, b), jaccard(b, c))
    assert jaccard(a, c) < threshold
    found = find_duplicates([a, b, c], threshold, kinds=("exact", "near"))
    assert [(r.index, r.kept) for r in found.removals] == [(1, 0)]
    assert found.clusters == ((0, 1, 2),)
    middle = find_duplicates([a, b, c], threshold, order=[1, 0, 2], kinds=("exact", "near"))
    assert [(r.index, r.kept) for r in middle.removals] == [(0, 1), (2, 1)]


def test_a_keeper_that_is_contained_hands_its_repeats_on_or_stays() -> None:
    tail = "灯影摇红处有人低声唱着一支旧曲子直到夜深"
    keeper = BASE + tail[:2]
    rest = "于是大家都散了各自回家点灯吃饭,河面上只剩一轮月亮和几声蛙鸣,芦苇在风里沙沙地响着。"
    repeat = BASE + tail[:6]
    container = keeper + rest
    found = find_duplicates([keeper, repeat, container])
    check([keeper, repeat, container], found)
    assert find_duplicates([keeper, container]).kept.tolist() == [1]
    own_end = "".join(WORDS[i] for i in range(6))
    other = find_duplicates([keeper, keeper + own_end, container], 0.8)
    check([keeper, keeper + own_end, container], other)
    assert other.kept.tolist() == [0, 2]  # the repeat's own ending is in no other text, so its keeper stays


def test_reference_texts_are_compared_with_and_never_removed() -> None:
    texts = [BASE, NEAR, BASE, LEAD, BASE[:35]]
    found = find_duplicates(texts, reference=[2, 4])
    check(texts, found, protected=[2, 4])
    assert {2, 4} <= set(found.kept)
    assert {r.index for r in found.removals} >= {0, 1}


def test_the_best_of_a_group_stays() -> None:
    found = find_duplicates([BASE, BASE, NEAR], order=[2, 1, 0])
    assert [(r.index, r.kept, r.kind) for r in found.removals] == [(0, 2, "near"), (1, 2, "near")]
    assert found.groups == ((1, 0),)
    assert {(p.i, p.j, p.kind) for p in found.expanded()} == {(0, 1, "exact"), (0, 2, "near"), (1, 2, "near")}


def test_a_giant_group_stays_linear() -> None:
    found = find_duplicates([BASE] * 20_000 + [FAR])
    assert len(found) == len(found.removals) == 19_999
    assert {pair.i for pair in found} == {0}
    assert sum(1 for _ in find_duplicates([BASE] * 100).expanded()) == 100 * 99 // 2


def test_a_hash_collision_joins_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xxhash.xxh3_128_digest", lambda _: b"same")
    assert [(p.i, p.j) for p in find_duplicates([BASE, FAR, BASE, "完全不同的另一段文字,也要留下来才对。", FAR])] == [
        (0, 2),
        (1, 4),
    ]


def test_bands_find_what_comparing_everything_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text for seed in range(40) for text in family(seed, 4)]
    everything = {pair for pair in combinations(range(len(texts)), 2) if jaccard(texts[pair[0]], texts[pair[1]]) >= 0.8}
    exhaustive = find_duplicates(texts, kinds=("exact", "near"))
    assert exhaustive.settings["exhaustive"]
    assert {(p.i, p.j) for p in exhaustive.expanded()} == everything
    monkeypatch.setattr("cleantext.dedup.match._MAX_TEXTS", 1)
    banded = find_duplicates(texts, kinds=("exact", "near"))
    assert not banded.settings["exhaustive"]
    found = {(p.i, p.j) for p in banded.expanded()}
    assert found <= everything
    assert len(found) >= 0.98 * len(everything) > 50
    check(texts, banded)


@pytest.mark.parametrize("most", [256, 1], ids=["exhaustive", "bands"])
def test_the_order_of_input_does_not_matter(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr("cleantext.dedup.match._MAX_TEXTS", most)
    texts = [text for seed in range(20) for text in family(seed, 5)]
    texts += [text[:30] for text in texts[::5]]
    texts = sorted(set(texts))
    plain = find_duplicates(texts)
    assert {r.kind for r in plain.removals} == {"near", "contained"}
    for seed in range(3):
        places = list(range(len(texts)))
        random.Random(seed).shuffle(places)
        mixed = find_duplicates([texts[i] for i in places], order=[places.index(i) for i in range(len(texts))])
        back = {(places[r.index], places[r.kept], r.kind, r.score) for r in mixed.removals}
        assert back == set(plain.removals)
        assert {frozenset(places[i] for i in c) for c in mixed.clusters} == set(map(frozenset, plain.clusters))


@pytest.mark.parametrize(
    "call",
    [
        {"level": "sentence"},
        {"threshold": 1.5},
        {"order": [0, 0]},
        {"order": [0]},
        {"order": [0, 2]},
        {"reference": [2]},
        {"reference": [-1]},
        {"kinds": ["fuzzy"]},
        {"config": DedupConfig(threshold=0.05, num_perm=16)},
    ],
)
def test_a_wrong_call_is_refused(call: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        find_duplicates([BASE, FAR], **call)  # type: ignore[arg-type]


def test_no_texts() -> None:
    assert find_duplicates([]).kept.tolist() == []
    assert minhash_signatures([]).shape == (0, 128)


def test_settings_say_what_was_done() -> None:
    found = find_duplicates([BASE, NEAR, BASE, "", "短"], level="document")
    wanted = {"num_bands": 21, "rows_per_band": 6, "shingle_size": 5, "texts": 5, "empty_texts": 1, "short_texts": 1}
    assert wanted.items() <= found.settings.items()
    assert found.settings["distinct_texts"] == 3
    assert dict(found.settings["s_curve"])[0.8] >= 0.99


def test_small_input_loads_no_compiler() -> None:
    code = (
        "import sys, cleantext.dedup as d; d.find_duplicates(['山' * 30, 'x ' * 40] * 3); d.minhash_signatures(['a']);"
        "sys.exit(bool({'numba', 'datasketch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


hostile = st.text(st.sampled_from("山水a b\n\ud800\U00020000\u0301\u0e33\x00\u00ad，-"), max_size=40)
pieces = st.sampled_from([BASE, NEAR, LEAD, BASE[:30], FAR, LEAD[20:], "短", ""])


@settings(max_examples=80, deadline=None)
@given(st.lists(pieces | hostile | st.tuples(pieces, pieces).map("".join), max_size=12), st.randoms())
def test_laws(texts: list[str], rng: random.Random) -> None:
    order = rng.sample(range(len(texts)), len(texts))
    protected = order[: len(order) // 4]
    found = find_duplicates(texts, order=order, reference=protected)
    removed = {removal.index for removal in found.removals}
    assert not removed & ({removal.kept for removal in found.removals} | set(protected))
    assert all(removal.score >= 0.8 for removal in found.removals)
    again = [texts[index] for index in found.kept]
    if not protected:
        rank = {index: place for place, index in enumerate(found.kept)}
        ranking = [rank[index] for index in order if index in rank]
        assert not [r for r in find_duplicates(again, order=ranking).removals if r.kind != "contained"]


def test_tagged_kinds_are_reported_and_remove_nothing() -> None:
    texts = [BASE, NEAR, BASE, LEAD]
    found = find_duplicates(texts, tag=["contained"])
    assert [(r.index, r.kept, r.kind) for r in found.removals] == [(1, 0, "near"), (2, 0, "exact")]
    assert [p.kind for p in found] == ["near", "exact", "contained"]
    for tag in (["near"], ["near", "exact"], ["near", "exact", "contained"]):
        tagged = find_duplicates(texts, tag=tag)
        assert {p.kind for p in tagged} == {"exact", "near", "contained"}
        assert not {r.kind for r in tagged.removals} & set(tag)


def test_members_of_a_giant_family_go_if_they_repeat_a_kept_one() -> None:
    texts = sorted(set(family(1, 400)))
    found = find_duplicates(texts, kinds=("near",))
    check(texts, found)
    assert found.settings["crowds"] > 0
    assert found.settings["refused_members"] == 0
    assert len(found.kept) < 40
    assert not [1 for a, b in combinations(found.kept, 2) if jaccard(texts[a], texts[b]) >= 0.8]
