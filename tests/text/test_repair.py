"""The order of repair, and its laws over whole texts."""

from __future__ import annotations

import random
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import RepairConfig
from cleantext.edits import source_offset
from cleantext.text import Repaired, repair, repair_line
from ftfy_cases import CASES, Case
from text.plain_repair import plain_repair, plain_repair_line
from text_strategies import PIECES, TEXT, check_steps

MODULE = import_module("cleantext.text.repair")  # the package has the function under this name
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


@settings(deadline=None, max_examples=200)
@given(TEXT)
def test_offsets_never_go_back(text: str) -> None:
    done = repair(text)
    offsets = [source_offset(done.steps, offset) for offset in range(len(done.text) + 1)]
    assert offsets == sorted(offsets)
    assert all(0 <= offset <= len(text) for offset in offsets)


@settings(deadline=None, max_examples=300)
@given(TEXT, CONFIGS)
def test_the_triggers_change_nothing(text: str, config: RepairConfig) -> None:
    assert repair(text, config) == plain_repair(text, config)
    assert repair_line(text, config) == plain_repair_line(text, config)


@pytest.mark.parametrize("seed", range(4))
def test_long_texts_are_repaired_as_by_the_plain_definition(seed: int) -> None:
    chosen = random.Random(seed)
    lines = ["会议今日召开，市长主持会议并讲话。" * chosen.randrange(30) for _ in range(400)]
    for number in chosen.sample(range(400), 60):
        lines[number] += "".join(chosen.choices(PIECES, k=6)) + lines[number]
    lines += [CLOAKED] * (seed % 2)
    text = "\n".join(lines)
    done = repair(text)
    check_steps(text, done)
    assert len(text) > 65_536
    assert done == plain_repair(text)
    assert repair(done.text) == Repaired(text=done.text)


def test_text_without_triggers_is_seen_by_no_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a stage was asked")

    monkeypatch.setattr(MODULE, "_settle", refuse)
    monkeypatch.setattr(MODULE, "find_glosses", refuse)
    text = "会议今日召开，“市长”主持会议并讲话——２０２１年１月…\n"
    for clean in (text, text * 1_000):
        assert repair(clean) == repair_line(clean) == Repaired(text=clean)
    with pytest.raises(AssertionError, match="a stage was asked"):
        repair(text * 1_000 + "&amp;")


def test_only_the_lines_with_triggers_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def settle(line: str, *_: object) -> tuple[str, list[object]]:
        seen.append(line)
        return line, []

    monkeypatch.setattr(MODULE, "_settle", settle)
    repair("甲\n乙&\n丙\n\n丁\u200b\n" + "戊\n" * 5_000 + "现(xiàn)\n己")
    assert seen == ["乙&", "丁\u200b", "现(xiàn)"]


def test_a_sign_at_the_end_of_a_line_is_mended_in_long_texts_too() -> None:
    line = "版权所有漏\n我们"
    long = line + "，会议今日召开" * 200
    assert repair(line).text == "版权所有©\n我们"
    assert repair(long).text == long.replace("漏", "©")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_the_cases_of_ftfy(case: Case) -> None:
    done = repair(case.original)
    check_steps(case.original, done)
    assert done == plain_repair(case.original)
    assert repair(done.text).text == done.text
    if case.is_negative and "C1" not in case.label:
        assert done.text == case.original


def test_the_seeds_lose_their_glosses_only(seeds: dict[str, str]) -> None:
    for text in seeds.values():
        done = repair(text)
        check_steps(text, done)
        assert {step.stage for step in done.steps} <= {"glosses"}


@pytest.mark.parametrize(
    ("piece", "count"),
    [
        ("&", 200_000),
        ("&amp;", 20_000),
        ("&am", 50_000),
        ("Ã", 100_000),
        ("Ã©", 30_000),
        ("Ã© ", 20_000),
        ("\u0301", 100_000),
        ("\u200b", 100_000),
        ("\ud83d", 50_000),
        ("\x1b[", 50_000),
        ("ÖÐ", 50_000),
        ("現(xiàn)", 20_000),
        ("(à", 50_000),
        ("é\n", 50_000),
        ("éé\u200b\n", 10_000),
    ],
    ids=ascii,
)
def test_hostile_texts_come_to_an_end(piece: str, count: int) -> None:
    text = piece * count
    check_steps(text, repair(text))


@settings(deadline=None, max_examples=100)
@given(TEXT, TEXT)
def test_lines_are_repaired_one_by_one(first: str, second: str) -> None:
    assert repair_line(f"{first}\n{second}").text == f"{repair_line(first).text}\n{repair_line(second).text}"
