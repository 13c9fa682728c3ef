"""Ordinary text scores higher than its wrong readings; the table is what its script makes."""

from __future__ import annotations

from cleantext.text.plausible import (
    RARE,
    as_chinese,
    as_it_stands,
    japanese_han,
    mean_score,
    scores_for,
    usual_han,
)
from cleantext.text.tables.make_usual_han import TABLE, table


def test_the_table_is_what_its_script_makes() -> None:
    assert TABLE.read_text(encoding="utf-8") == table()


def test_usual_han_are_those_of_both_scripts_and_not_of_mojibake() -> None:
    usual = usual_han()
    assert len(usual) > 6500
    assert list(usual.values()) == sorted(usual.values(), reverse=True)
    assert usual["的"] > usual["国"] > usual["钡"]
    assert usual["國"] == usual["国"]
    assert not {*"鐨锛銆鏄涓浠"} & usual.keys()  # words of the list behind the frequencies that are mojibake


def test_mean_score_leaves_ascii_out() -> None:
    scores = as_chinese()
    assert mean_score("中国 2020, abc", scores) == mean_score("中国", scores)
    assert mean_score("abc", scores) == mean_score("", scores) == RARE


def test_a_wrong_reading_scores_much_lower() -> None:
    for right, wrong in (("生态环境", "鐢熸€佺幆"), ("生態環境", "ネ篈吏挂"), ("生态环境", "汜怓遠噫")):
        assert mean_score(right, as_chinese()) > mean_score(wrong, as_chinese()) + 3


def test_kana_are_usual_beside_japanese_only() -> None:
    assert "浜" in japanese_han()
    assert scores_for("横浜のアドレス") is as_it_stands()
    assert scores_for("アドレス") is as_it_stands()
    assert scores_for("ね薄渺钡") is as_chinese()
    assert mean_score("こんにちは", as_it_stands()) > mean_score("こんにちは", as_chinese())
