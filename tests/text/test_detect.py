"""What the script of a text is told from."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.text import detect_script, script_evidence
from cleantext.text.detect import _counted, _counted_plainly
from text_strategies import PIECES, TEXT


@pytest.mark.parametrize(
    ("text", "script", "wording", "converted"),
    [
        ("", "", "", False),
        ("推动环境质量持续好转，贯彻落实", "Hans", "", False),
        ("推動環境質量持續好轉，貫徹落實", "Hant", "mainland", True),
        ("在網路上查資訊，立委說品質不好，信息化", "Hant-TW", "taiwan", False),
        ("港元升值，立法會與政務司回應，視頻", "Hant-HK", "hong_kong", False),
        ("推動環境保護，信息", "Hant", "", False),  # one word is not enough
        ("推動環境，質量與信息，網路與資訊", "Hant-TW", "", False),  # as many of the one as of the other
        ("日本の環境と品質、質量", "Jpan", "", False),
    ],
)
def test_wording(text: str, script: str, wording: str, converted: bool) -> None:
    found = script_evidence(text)
    assert (found.script, found.wording, found.is_converted) == (script, wording, converted)


def test_the_cloaked_seeds_are_converted_mainland_text(seeds: dict[str, str]) -> None:
    found = {name[:3]: script_evidence(text) for name, text in seeds.items()}
    assert {name for name, evidence in found.items() if evidence.is_converted} == {"001", "002"}
    assert found["001"].mainland > 10 * max(found["001"].taiwan, found["001"].hong_kong, 1)
    assert found["000"].simplified > 100 > found["000"].traditional


def test_counts_and_examples() -> None:
    found = script_evidence("質量質量信息環環環环の가")
    assert (found.simplified, found.traditional, found.kana, found.hangul, found.mainland) == (1, 5, 1, 1, 0)
    assert found.script == "Jpan"
    found = script_evidence("質量質量信息環環環")
    assert found.examples == ("質量", "信息", "環", "質")
    assert script_evidence("中文").examples == ()


@settings(deadline=None)
@given(TEXT)
def test_evidence_has_the_script(text: str) -> None:
    assert script_evidence(text).script == detect_script(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.integers(1, 400))
def test_counting_by_arrays_is_counting(text: str, times: int) -> None:
    assert _counted(text * times) == _counted_plainly(text * times)
