"""Script, then punctuation."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import NormalizeConfig
from cleantext.text import normalize, normalize_steps
from text_strategies import TEXT, check_steps

CONFIGS = st.builds(
    NormalizeConfig,
    script=st.sampled_from(["s", "t", "tw", "hk", "keep"]),
    punctuation=st.sampled_from(["keep", "cjk", "ascii"]),
)


def test_defaults_convert_and_keep_the_marks() -> None:
    assert normalize("會議指出,要著力改善環境(市、區)。") == "会议指出,要着力改善环境(市、区)。"
    assert normalize("日本の環境,質量") == "日本の環境,質量"
    assert normalize("") == ""


def test_punctuation_comes_after_script() -> None:
    done = normalize_steps("會議指出,環境好", opencc_config="tw2s", punctuation="cjk")
    check_steps("會議指出,環境好", done)
    assert done.text == "会议指出，环境好"
    assert list(dict.fromkeys(step.stage for step in done.steps)) == ["script", "punctuation"]


def test_none_is_no_conversion() -> None:
    assert normalize_steps("環境,好", opencc_config=None, punctuation="keep").steps == ()


@settings(deadline=None, max_examples=150)
@given(TEXT, CONFIGS)
def test_normalizing_again_changes_nothing(text: str, config: NormalizeConfig) -> None:
    once = normalize(text, config)
    assert normalize(once, config) == once


@settings(deadline=None, max_examples=100)
@given(TEXT, st.sampled_from([None, "tw2s", "s2t", "tw2sp"]), st.sampled_from(["keep", "cjk", "ascii"]))
def test_steps(text: str, config: str | None, style: str) -> None:
    check_steps(text, normalize_steps(text, opencc_config=config, punctuation=style))
