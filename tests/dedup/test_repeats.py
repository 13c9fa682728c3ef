from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import DedupConfig
from cleantext.dedup import find_repeats

SEEDS = Path(__file__).parents[2] / "seeds"
LONG = "村口的老槐树下摆着一张石桌,夏天的傍晚总有人在那里下棋聊天。"
OTHER = "河对岸的磨坊早已停转,只剩下半截水轮泡在长满青苔的水里。"
THIRD = "到了冬天,屋檐下的冰凌能挂到一尺多长,孩子们拿它当剑耍。"


def gone(paragraphs: list[str]) -> list[tuple[int, int, str]]:
    return [(removal.index, removal.kept, removal.kind) for removal in find_repeats(paragraphs).removals]


def test_a_repeated_block_goes_and_the_first_one_stays() -> None:
    assert gone([LONG, OTHER, THIRD, LONG, OTHER]) == [(3, 0, "exact"), (4, 1, "exact")]


def test_the_fifth_seed_prints_its_article_twice() -> None:
    lines = next(SEEDS.glob("004_*.txt")).read_text(encoding="utf-8").split("\n")
    removals = {removal.index + 1: removal for removal in find_repeats(lines).removals}
    assert all((removals[n].kept + 1, removals[n].kind) == (n - 6, "exact") for n in range(13, 18))
    assert (removals[5].kept + 1, removals[5].kind) == (6, "contained")
    assert removals[5].score >= 0.9


def test_a_caption_that_differs_by_a_word_from_the_lead_stays() -> None:
    caption = "太原市生态环境系统污染防治攻坚推进会召开。"
    lead = "太原市生态环境系统污染防治攻坚推进近日召开,传达了调研督导全市工作时的指示精神。"
    assert gone([lead, caption]) == []


@pytest.mark.parametrize(
    "paragraphs",
    [
        ["月光光,照地堂。", "虾仔你乖乖瞓落床。", "月光光,照地堂。", "听朝阿妈要赶插秧。", "月光光,照地堂。"],
        ["是的。", LONG, "不是。", OTHER, "是的。", THIRD, "是的。"],
        ["价格:面议", "型号:甲", "价格:面议", "型号:乙", "价格:面议", "型号:甲"],
        ["* * *", LONG, "* * *", OTHER, "* * *"],
        ["", LONG, "", OTHER, ""],
    ],
    ids=["refrain", "dialogue", "table", "separators", "empty"],
)
def test_short_repeats_stay(paragraphs: list[str]) -> None:
    assert gone(paragraphs) == []


def test_a_short_repeat_goes_with_the_longer_run_around_it() -> None:
    assert gone(["一、缘起", LONG, "二、经过", "一、缘起", LONG, "三、结局"]) == [(3, 0, "exact"), (4, 1, "exact")]


def test_separators_do_not_part_a_run() -> None:
    assert gone(["一、缘起", "——", LONG, "二、经过", "一、缘起", "", LONG]) == [(4, 0, "exact"), (6, 2, "exact")]


def test_a_short_repeat_goes_with_a_near_repeat_beside_it() -> None:
    changed = LONG.replace("聊天", "闲谈")
    assert gone([LONG, "(完)", OTHER, changed, "（完）"]) == [(3, 0, "near"), (4, 1, "exact")]


def test_a_run_printed_three_times_is_kept_once() -> None:
    assert gone(["序", LONG, "序", LONG, "序", LONG]) == [(i, i % 2, "exact") for i in range(2, 6)]


def test_a_short_text_inside_a_longer_one_stays() -> None:
    assert gone([LONG, "夏天的傍晚总有人在那里下棋聊天"]) == []


def test_a_traditional_copy_is_a_repeat_unless_matching_is_raw() -> None:
    texts = [THIRD, "到了冬天，屋簷下的冰凌能掛到一尺多長，孩子們拿牠當劍耍。"]
    assert gone([LONG, "村口的老槐樹下擺著一張石桌，夏天的傍晚總有人在那裡下棋聊天！"]) == [(1, 0, "exact")]
    assert find_repeats(texts, DedupConfig(match="raw")).removals == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([LONG, OTHER, THIRD, LONG + OTHER, "短", "完", "", "-", "\ud800\U00020000e\u0301"])))
def test_kept_ones_stay_and_nothing_is_lost(paragraphs: list[str]) -> None:
    found = find_repeats(paragraphs)
    removed = {removal.index for removal in found.removals}
    assert not removed & {removal.kept for removal in found.removals}
    assert sorted(removed | set(found.kept)) == list(range(len(paragraphs)))
    kept = {paragraphs[i] for i in found.kept}
    assert kept >= {text for text in paragraphs if len(text) < 20}
    assert kept >= {text for text in paragraphs if text == LONG + OTHER}


def test_refrains_of_english_verse_stay() -> None:
    verse = [
        "The road is long and the night is cold",
        "And miles of snow before the door",
        "A lamp is lit",
        "And miles of snow before the door",
    ]
    assert find_repeats(verse).removals == ()
    prose = "The quick brown fox jumps over the lazy dog."
    assert [tuple(r)[:3] for r in find_repeats([prose, "Something else stands here.", prose]).removals] == [
        (2, 0, "exact")
    ]


def test_digits_count_one_each() -> None:
    line = "2021年8月18日 2022年9月19日 2023"
    assert len(find_repeats([line, "别的话", line]).removals) == 1
