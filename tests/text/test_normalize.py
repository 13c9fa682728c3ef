"""Characters and width, then script, then punctuation."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import NormalizeConfig
from cleantext.edits import source_offset
from cleantext.text import normalize, normalize_steps
from text_strategies import TEXT, check_steps

CONFIGS = st.builds(
    NormalizeConfig,
    script=st.sampled_from(["s", "t", "tw", "hk", "keep"]),
    punctuation=st.sampled_from(["keep", "cjk", "ascii"]),
    width_letters=st.sampled_from(["keep", "half"]),
    width_katakana=st.sampled_from(["keep", "full"]),
    width_spaces=st.sampled_from(["keep", "indent", "half"]),
    width_symbols=st.sampled_from(["keep", "half"]),
    radicals=st.booleans(),
    private_use=st.booleans(),
)
PIECES = [
    *"ＡＵ９．，：％　 \xa0ｶﾞ盘⾞車⼈人\ue863\ue815は,.()\"'·•《\n",
    *("Ｕ盘", "隨身碟", "第一.", "環境", "质量", "http://a", "@b.c"),
]
MIXED = TEXT | st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


def test_defaults_convert_and_keep_the_marks() -> None:
    assert normalize("會議指出,要著力改善環境(市、區)。") == "会议指出,要着力改善环境(市、区)。"
    assert normalize("日本の環境,質量") == "日本の環境,質量"
    assert normalize("") == ""


def test_punctuation_comes_after_script() -> None:
    done = normalize_steps("會議指出,環境好", NormalizeConfig(punctuation="cjk"), opencc_config="tw2s")
    check_steps("會議指出,環境好", done)
    assert done.text == "会议指出，环境好"
    assert list(dict.fromkeys(step.stage for step in done.steps)) == ["script", "punctuation"]


def test_width_comes_before_script() -> None:
    config = NormalizeConfig(script="s2twp", width_letters="half", punctuation="cjk")
    text = "把⽂件存到Ｕ盘,谢谢"
    done = normalize_steps(text, config, opencc_config="s2twp")
    check_steps(text, done)
    assert done.text == normalize(text, config) == "把檔案存到隨身碟，謝謝"
    assert list(dict.fromkeys(step.stage for step in done.steps)) == ["characters", "width", "script", "punctuation"]


def test_none_is_no_conversion() -> None:
    assert normalize_steps("環境,好", opencc_config=None).steps == ()


@settings(deadline=None, max_examples=300)
@given(MIXED, CONFIGS)
def test_normalizing_again_changes_nothing(text: str, config: NormalizeConfig) -> None:
    once = normalize(text, config)
    assert normalize(once, config) == once


@settings(deadline=None, max_examples=150)
@given(MIXED, st.sampled_from([None, "tw2s", "s2t", "tw2sp"]), CONFIGS)
def test_steps(text: str, opencc_config: str | None, config: NormalizeConfig) -> None:
    done = normalize_steps(text, config, opencc_config=opencc_config)
    check_steps(text, done)
    offsets = [source_offset(done.steps, i) for i in range(len(done.text) + 1)]
    assert offsets == sorted(offsets)
    assert all(0 <= offset <= len(text) for offset in offsets)
