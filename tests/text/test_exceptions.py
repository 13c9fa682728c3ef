"""Protected spans and a user's own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import Config, NormalizeConfig, load_dictionary
from cleantext.errors import ConfigError
from cleantext.text import Exceptions, convert, convert_text, normalize, offset_map, to_script
from cleantext.text.exceptions import PROTECTED
from text_strategies import TEXT, check_steps


@pytest.mark.parametrize(
    ("kinds", "text", "expected"),
    [
        (
            ["urls"],
            "見 https://zh.wikipedia.org/wiki/環境?a=國#頭 環境",
            "见 https://zh.wikipedia.org/wiki/環境?a=國#頭 环境",
        ),
        (["urls"], "網址http://a.cn/b的說明", "网址http://a.cn/b的说明"),
        (["urls"], "www.a.cn/環境/ 環境", "www.a.cn/環境/ 环境"),
        (["urls"], "寄a.b@國.cn，x@a.tw環", "寄a.b@国.cn，x@a.tw环"),
        ([], "https://a.cn/環境", "https://a.cn/环境"),
        (["code"], "用`環境`與```\n環境\n```的環境`", "用`環境`与```\n環境\n```的环境`"),
        (["names"], "《環境》「國」『頭』“發”環境", "《環境》「國」『頭』“發”环境"),
        (["names"], "《環境\n》環", "《环境\n》环"),
        (["urls", "names"], "《見http://a.cn/國》國", "《見http://a.cn/國》国"),
        (["code"], "", ""),
    ],
)
def test_protected(kinds: list[str], text: str, expected: str) -> None:
    exceptions = Exceptions(protect=kinds)
    assert convert_text(text, "t2s", exceptions=exceptions) == expected
    done = convert(text, "t2s", exceptions=exceptions)
    check_steps(text, done)
    assert done.text == expected


def test_own_words_come_first_and_end_words_of_opencc() -> None:
    exceptions = Exceptions({"乾隆": "乾隆帝", "計程車": "的士", "計程": "x", "隆": "龍"}, protect=["names"])
    done = convert("乾隆坐計程車，《計程車》乾", "t2s", exceptions=exceptions)
    check_steps("乾隆坐計程車，《計程車》乾", done)
    assert done.text == "乾隆帝坐的士，《計程車》干"
    assert [(step.rule, step.before) for step in done.steps] == [
        ("dictionary", "乾隆"),
        ("dictionary", "計程車"),
        ("t2s", "乾"),
    ]
    assert offset_map(done).tolist() == [0, 0, 0, 2, 3, 3, 6, 7, 8, 9, 10, 11, 12, 13]


def test_what_a_word_becomes_stays() -> None:
    exceptions = Exceptions({"裏": "里頭", "乾隆": "乾隆帝"})
    once = to_script("裏面有乾隆，這是環境", "s", exceptions)
    assert once == "里頭面有乾隆帝，这是环境"
    assert to_script(once, "s", exceptions) == once


def test_a_word_that_becomes_nothing_and_one_of_astral_characters() -> None:
    exceptions = Exceptions({"環": "", "𠮷": "吉"})
    assert convert_text("環境𠮷", "t2s", exceptions=exceptions) == "境吉"
    check_steps("環境𠮷", convert("環境𠮷", "t2s", exceptions=exceptions))


def test_other_kinds_are_refused() -> None:
    with pytest.raises(ConfigError, match="'links' cannot be protected; urls, code, names can"):
        Exceptions(protect=["links"])


def test_from_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("# 名\n徐乾學\t徐乾学\n\n裏\t里頭\n", encoding="utf-8")
    assert load_dictionary(path) == {"徐乾學": "徐乾学", "裏": "里頭"}
    config = NormalizeConfig(dictionary=str(path), protect="names, urls")
    assert normalize("徐乾學在裏《環境》環境", config) == "徐乾学在里頭《環境》环境"
    assert normalize("`環境` http://a.cn/環境 環境") == "`環境` http://a.cn/環境 环境"
    assert normalize("`環境` 環境", NormalizeConfig(protect="none")) == "`环境` 环境"
    before = Config(normalize=config).digest()
    path.write_text("徐乾學\t徐乾學\n", encoding="utf-8")
    assert Config(normalize=config).digest() != before


def test_all_faults_of_a_dictionary_are_told(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("甲乙\n甲\t乙\n\t丙\n甲\t丁\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        Config.from_dict({"normalize": {"dictionary": str(path), "protect": "urls,links"}})
    assert str(caught.value).splitlines() == [
        f"normalize.dictionary: {path}: line 1: expected FROM<tab>TO, got '甲乙'",
        f"{path}: line 3: expected FROM<tab>TO, got '\\t丙'",
        f"{path}: line 4: '甲' is already '乙'",
        "normalize.protect: 'urls,links' is not none, or of urls, code, names",
    ]
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        Config.from_dict({"normalize": {"dictionary": str(tmp_path / "none.tsv")}})
    path.write_bytes(b"\xff\xfe\t\n")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load_dictionary(path)


@settings(deadline=None)
@given(
    TEXT,
    st.dictionaries(st.sampled_from(["乾隆", "著", "著名", "𠮷", "http", "&"]), st.text(max_size=3)),
    st.sets(st.sampled_from(sorted(PROTECTED))),
)
def test_spans_are_in_order_and_apart(text: str, words: dict[str, str], kinds: set[str]) -> None:
    exceptions = Exceptions(words, kinds)
    spans, place = exceptions.spans(text), 0
    for start, end, after in spans:
        assert place <= start < end <= len(text)
        assert exceptions.words.get(text[start:end], text[start:end]) == after
        place = end
    done = convert(text, "tw2sp", exceptions=exceptions)
    check_steps(text, done)
    assert done.text == convert_text(text, "tw2sp", exceptions=exceptions)


@settings(deadline=None)
@given(TEXT, st.sets(st.sampled_from(sorted(PROTECTED))), st.sampled_from(["s", "tw"]))
def test_converting_again_changes_nothing(text: str, kinds: set[str], target: str) -> None:
    once = to_script(text, target, Exceptions(protect=kinds))
    assert to_script(once, target, Exceptions(protect=kinds)) == once


@pytest.mark.parametrize("piece", ["《", "`", "```", "http://", "a.", "@", "/環", "www.", "“", "a@b.", "乾"])
def test_hostile_repetition_is_settled_in_time(piece: str) -> None:
    exceptions = Exceptions({"乾隆": "x"}, PROTECTED)
    text = piece * 20_000
    assert sum(end - start for start, end, _ in exceptions.spans(text)) <= len(text)
