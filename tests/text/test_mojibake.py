"""Latin mojibake is mended by ftfy; Chinese text is not touched."""

from __future__ import annotations

import re

import ftfy
import pytest
from ftfy.badness import is_bad
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.text import mojibake
from cleantext.text.cjk_mojibake import cjk_mojibake_edits
from cleantext.text.legacy import CJK, legacy_spans
from cleantext.text.mojibake import RULES, mojibake_edits
from cleantext.text.steps import edited
from ftfy_cases import CASES, MENDED_IN_PARTS, Case, by_ftfy
from text_strategies import TEXT, check_steps


def mended(line: str) -> str:
    done = edited(line, mojibake_edits(line))
    check_steps(line, done)
    return done.text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cafÃ© â€œ…", "café “…"),
        ("我们去了cafÃ©，他说â€œ好â€\x9d。", "我们去了café，他说“好”。"),
        ("ç”Ÿæ€\x81çŽ¯å¢ƒ", "生态环境"),
        ("标题：ä½\xa0å¥½", "标题：你好"),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет"),
        ("价格â‚¬5，Â©2020", "价格€5，©2020"),
        ("MÃ¼nchen and São Paulo", "München and São Paulo"),
        ("cafÃ©\xa0bar, voilÃ\xa0 le", "café\xa0bar, voilà le"),  # a space of its own, and one that is a byte
        ("l’humanitÃ©", "l’humanité"),  # the right mark beside it does not hinder
        ("\ud83d\ude00 \ud83d", "😀 \ufffd"),
        ("你\x85好", "你…好"),
        ("\x1b[31m红\x1b[0m", "红"),
        ("cafe\u0301 か\u3099 金", "café が 金"),
    ],
)
def test_mended(line: str, expected: str) -> None:
    assert mended(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "你好，世界！这是（测试）：“引号”‘单引’；什么？",
        "ＰＭ２．５浓度１２３％　　￥１００～￣・ﾆｭｰｽ",
        "他说：“这叫‘蓝天保卫战’，懂吗？”——《环境报》……",
        "① ㎡ 10³ Ⅳ ﬁn 𠮷 👩\u200d👧 ½ × ÷ ±5° 5′ £ ¥ § ® naïve Ærø œuvre",
        "锟斤拷 烫烫烫 屯屯屯",  # nothing brings these back
        "a\r\tb\x0c",
        "&amp; &eacute;",
    ],
)
def test_good_text_is_left_alone(line: str) -> None:
    assert mended(line) == line


@pytest.mark.parametrize("encoding", ["gbk", "big5"])
@pytest.mark.parametrize("text", ["大气污染防治工作会议", "太原", "中国", "生态环境", "重要批示，通报了形势。"])
def test_chinese_read_as_latin_1_is_had_back_or_left_alone(text: str, encoding: str) -> None:
    try:
        broken = text.encode(encoding).decode("latin-1")
    except UnicodeEncodeError:
        pytest.skip("Simplified characters are not in Big5")
    for line in ("{}", "来源：{}，2020", "see {} here"):
        assert mended(line.format(broken)) in (line.format(text), line.format(broken))


def test_inconsistent_words_are_not_decoded_from_the_inside() -> None:
    # ftfy reads this as UTF-8 in the middle of a word unless decode_inconsistent_utf8 is really off.
    broken = "´óÆøÎÛÈ¾·ÀÖÎ¹¤×÷»áÒé"
    assert ftfy.fix_text(broken, decode_inconsistent_utf8=False) != broken  # the option is lost on this way in
    assert mended(broken) == "大气污染防治工作会议"
    assert mended("é¾Ã©é") == "é¾Ã©é"


@pytest.mark.parametrize(
    "line",
    [
        "plain ASCII, nothing else",
        "dÃ©jÃ  vu",
        "√©quilibr√©",
        "naïve façade “quoted” – dash",
        "Ã\x81rbol Ã³",
        "РґРѕСЂРѕРіРµ",
        "He's Justinâ\x9d¤",
        "voilÃ le travail",
    ],
)
def test_agrees_with_ftfy_on_whole_lines(line: str) -> None:
    assert mended(line) == by_ftfy(line)


# Texts that ftfy has to do with, and none of what is kept from it: no Chinese, and no bytes of GBK or Big5.
LATIN_PIECES = (
    *(
        "cafÃ©",
        "â€œ",
        "â€\x9d",
        "â€”",
        "Ã\xa0",
        "Ã ",
        "Â©",
        "Â ",
        "Ä\x8d",
        "Å¡",
        "ÃƒÂ©",
        "ðŸ˜€",
        "ï¬\x81",
        "√©",
        "‚Äî",
        "в„–",
    ),
    *(
        "Ð¿Ñ€Ð¸",
        "РїСЂРё",
        "Î±Î²",
        "Ù…Ø±",
        "à¸\x81",
        "вЂ™",
        "β€™",
        "ā€™",
        "×“",
        "œuvre",
        "Ù®Ù®",
        "2×3",
        "5°",
        "“×”",
        "─┐°",
    ),
    *("\x85", "\x9d", "\x1b[31m", "\x1b[", "\ud83d", "\ude00", "e\u0301", "\u0301", "\u212b", "É’s", "«é»", "¿×¿", "ﬁ"),
    *(
        " ",
        " ",
        "a",
        "Z",
        ".",
        "\t",
        "\xa0",
        "é",
        "Ã",
        "Â",
        "ñ",
        "Ø",
        "€",
        "£",
        "°",
        "’",
        "“",
        "–",
        "…",
        "В",
        "г",
        "Ω",
        "\ufffd",
    ),
)
LATIN = st.lists(
    st.sampled_from(LATIN_PIECES) | st.characters(min_codepoint=0, max_codepoint=0x24FF, exclude_characters="\n"),
    max_size=12,
).map("".join)
NOT_OURS = re.compile(f"[{CJK}]")


@settings(deadline=None, max_examples=600)
@given(LATIN)
def test_equals_ftfy(line: str) -> None:
    """What ftfy changes comes out as ftfy has it; what it leaves and does not call bad stays."""
    if NOT_OURS.search(line) or legacy_spans(line) or cjk_mojibake_edits(line) or "\x1a" in line:
        return
    expected = by_ftfy(line)
    if expected != line or not is_bad(line):
        assert mended(line) == expected


@settings(deadline=None, max_examples=300)
@given(LATIN)
def test_a_line_that_ftfy_cannot_mend_is_mended_in_parts(line: str) -> None:
    """Deliberately more than ftfy: of a line that it calls bad and leaves, words and parts of them go to it alone."""
    if (
        NOT_OURS.search(line)
        or legacy_spans(line)
        or cjk_mojibake_edits(line)
        or "\x1a" in line
        or by_ftfy(line) != line
    ):
        return
    words = re.split("([ \t\r]+)", line)
    parts = [word if (after := by_ftfy(word)) == word and not is_bad(word) else (word, after) for word in words]
    expected = "".join(
        part
        if isinstance(part, str)
        else part[1]
        if part[1] != part[0]
        else "".join(map(by_ftfy, re.split("([‘’“”…—–\xa0]+)", part[0])))
        for part in parts
    )
    assert mended(line) in ((expected, line) if is_bad(line) else (line,))


@settings(deadline=None, max_examples=300)
@given(TEXT)
def test_ftfy_sees_all_that_it_would_change(line: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mojibake, "_SUSPECT", re.compile(""))
        patch.setattr(mojibake, "_acts_on", lambda _: True)
        expected = mojibake_edits(line)
    assert mojibake_edits(line) == expected
    assert {edit.rule for edit in expected if ">" not in edit.rule} <= set(RULES)


def test_clean_lines_never_reach_ftfy(monkeypatch: pytest.MonkeyPatch, seeds: dict[str, str]) -> None:
    def refuse() -> None:
        raise AssertionError("ftfy was asked")

    monkeypatch.setattr(mojibake, "_ftfy", refuse)
    for text in (
        *(seeds[name] for name in seeds if name[:3] in ("000", "003", "004")),
        "“PM2.5”——℃·①…★25°C，©2020",
        "\ue5e5\u200b&amp;",
    ):
        assert mojibake_edits(text) == []
    with pytest.raises(AssertionError, match="ftfy was asked"):
        mojibake_edits("cafÃ©")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_the_cases_of_ftfy(case: Case) -> None:
    expected = by_ftfy(case.original)
    found = mended(case.original)
    if expected != case.original or case.is_negative:
        assert found == expected
    elif found != case.original:
        assert case.label in MENDED_IN_PARTS
    if case.is_negative and "C1" not in case.label:
        assert found == case.original


def test_more_is_mended_than_by_ftfy() -> None:
    labels = {case.label for case in CASES if mended(case.original) != by_ftfy(case.original)}
    assert labels == MENDED_IN_PARTS


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Bremer/Mccoy – DrÃ¥ber", None),  # one pair, and a dash: Latin-1 or MacRoman
        ("Bremer/Mccoy – DrÃ¥ber, DrÃ¥ber", "Bremer/Mccoy – Dråber, Dråber"),
        ("Bremer/Mccoy – DrÃ¥ber 音乐", "Bremer/Mccoy – Dråber 音乐"),
        ("São – DrÃ¥ber", "São – Dråber"),
        ("👩 – DrÃ¥ber", "👩 – Dråber"),
        ("– Ä\x8d", "– č"),  # C1 controls are not in MacRoman
        ("cold – (65 Â°)", "cold – (65 °)"),  # no UTF-8 in MacRoman
        ("l’humanitÃ©", "l’humanité"),
    ],
)
def test_a_single_pair_beside_foreign_marks_is_not_enough(line: str, expected: str | None) -> None:
    assert mended(line) == (line if expected is None else expected)


def test_quotes_in_good_text_are_no_bytes_of_macroman() -> None:
    for line in ("»Zeitstempel« und »Überschreibung alter Dateien« ist gleich", "中文»Über« und «été»，cafÃ©"):
        assert "»Über" in mended(line)
    assert mended("中文»Über« und «été»，cafÃ©").endswith("«été»，café")


def test_the_rule_names_the_encoding_that_was_undone() -> None:
    edits = mojibake_edits("甲cafÃ©乙か\u3099")
    assert [(e.stage, e.rule, e.start, e.before, e.after) for e in edits] == [
        ("mojibake", "latin-1", 4, "Ã©", "é"),
        ("mojibake", "NFC", 7, "か\u3099", "が"),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("\ufffd\ufffd", "\ufffd\ufffd"),  # ftfy: two controls
        ("锟\ufffd\ufffd斤", "锟\ufffd\ufffd斤"),
        ("cafÃ© \ufffd", "café \ufffd"),
        ("\ud83d\ud83d!", "\ufffd\ufffd!"),
        ("\x1a\ufffd\ufffd\x1a", "\x1a\ufffd\ufffd\x1a"),
        ("cafÃ©\x1a\ufffd\ufffd", "café\x1a\ufffd\ufffd"),
    ],
)
def test_marks_of_lost_characters_stay(line: str, expected: str) -> None:
    assert mended(line) == expected


def test_each_edit_has_a_rule_of_its_own() -> None:
    edits = mojibake_edits("a\x85 b \x1b[1m a\ud83d e\u0301")
    assert [(e.rule, e.after) for e in edits] == [
        ("fix_c1_controls", "…"),
        ("remove_terminal_escapes", ""),
        ("fix_surrogates", "\ufffd"),
        ("NFC", "é"),
    ]
