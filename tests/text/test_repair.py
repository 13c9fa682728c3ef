"""The order of repair, and its laws over whole texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import RepairConfig
from cleantext.text import repair, repair_line
from text_strategies import TEXT, check_steps

CLOAKED = "再現(xiàn)盛景，推動環(huán)境質(zhì)量好轉(zhuǎn)，重現(xiàn)藍天"
CONFIGS = st.builds(
    RepairConfig, entities=st.booleans(), mojibake=st.booleans(), controls=st.booleans(), glosses=st.booleans()
)


def test_every_stage_in_its_order() -> None:
    text = f"caf&Atilde;&copy;&#8203;\n\n{CLOAKED}\ufeff\r\n"
    done = repair(text)
    check_steps(text, done)
    assert done.text == "café\n\n再現盛景，推動環境質量好轉，重現藍天\r\n"
    assert list(dict.fromkeys(step.stage for step in done.steps)) == ["entities", "mojibake", "controls", "glosses"]


def test_without_glosses() -> None:
    assert repair_line(CLOAKED).text == CLOAKED
    assert repair(CLOAKED, RepairConfig(glosses=False)).text == CLOAKED


@pytest.mark.parametrize(
    ("option", "text"),
    [("entities", "甲&amp;乙"), ("mojibake", "cafÃ©"), ("controls", "甲\u200b乙"), ("glosses", CLOAKED)],
)
def test_each_stage_can_be_turned_off(option: str, text: str) -> None:
    assert repair(text).text != text
    assert repair(text, RepairConfig(**{option: False})).text == text


def test_what_one_stage_uncovers_another_mends() -> None:
    text = "甲&am\u200bp;lt;乙&#x200b;cafÃ\u200b©\n丙&nbsp;"
    done = repair(text)
    check_steps(text, done)
    assert done.text == "甲<乙café\n丙\xa0"
    assert "entities/2" in {step.stage for step in done.steps}


def test_offsets_run_through_the_lines() -> None:
    text = "一&lt;\n二&gt;\u200b三\n四\u200b&am\u200bp;"
    done = repair(text)
    check_steps(text, done)
    assert [(s.stage, s.start, s.before) for s in done.steps] == [
        ("entities", 1, "&lt;"),
        ("entities", 7, "&gt;"),
        ("controls", 5, "\u200b"),
        ("controls", 9, "\u200b"),
        ("controls", 13, "\u200b"),
        ("entities/2", 8, "&amp;"),
    ]


def test_a_line_that_does_not_settle_is_left_alone() -> None:
    # Every round uncovers one more entity.
    line = "&#x200b;"
    for _ in range(20):
        line = f"&am{line}p;#x200b;"
    text = f"甲&amp;乙\n{line}\n丙&lt;"
    done = repair(text)
    check_steps(text, done)
    assert done.text == f"甲&乙\n{line}\n丙<"


def test_clean_chinese_is_a_fixed_point(seeds: dict[str, str]) -> None:
    clean = "　　他说：“这叫‘蓝天保卫战’，懂吗？”——《环境报》（２０２０年１月）……\n\n１．５％，㎡①Ⅳ～·℃￥\t完。\r\n"
    assert repair(clean).text == clean
    assert repair("").text == ""
    for name in ("000", "003", "004"):
        text = next(text for key, text in seeds.items() if key.startswith(name))
        assert repair(text).text == text


@settings(deadline=None, max_examples=300)
@given(TEXT, CONFIGS)
def test_laws(text: str, config: RepairConfig) -> None:
    done = repair(text, config)
    check_steps(text, done)
    again = repair(done.text, config)
    assert again.text == done.text
    assert again.steps == ()


@settings(deadline=None, max_examples=100)
@given(TEXT, TEXT)
def test_lines_are_repaired_one_by_one(first: str, second: str) -> None:
    assert repair_line(f"{first}\n{second}").text == f"{repair_line(first).text}\n{repair_line(second).text}"
