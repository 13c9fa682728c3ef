"""Every rule that a stage can give to an edit has a sentence of its own, and every change of a text can be told."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from cleantext import explain, repair
from cleantext.config import _OPENCC, NormalizeConfig
from cleantext.edits import _REASONS, reason
from cleantext.records import Edit
from cleantext.text import controls, entities, glosses, marks, mojibake, punctuation, script
from cleantext.text.normalize import normalize_steps
from text_strategies import TEXT

RULES = [
    (entities.STAGE, entities.RULE),
    (glosses.STAGE, glosses.RULE),
    *((mojibake.STAGE, rule) for rule in mojibake.RULES),
    *((controls.STAGE, rule) for rule in (*controls._DROPPED, "direction", "pua")),
    *((script.STAGE, config) for config in (*_OPENCC, "dictionary")),
    *(("characters", rule) for rule in ("radical", "pua")),
    *(("width", rule) for rule in ("letters", "digits", "katakana", "space", "symbol")),
    *((punctuation.STAGE, kind) for kind in (*dict.fromkeys(marks.kind_table().values()), "symbol")),
]
# The sentence of a rule nobody has thought of.
UNKNOWN = re.compile(r"was changed \(")


def edit(stage: str, rule: str) -> Edit:
    return Edit(stage=stage, rule=rule, start=0, end=1, before="甲", after="乙")


@pytest.mark.parametrize(("stage", "rule"), RULES)
def test_every_rule_has_a_sentence(stage: str, rule: str) -> None:
    told = reason(edit(stage, rule))
    assert not UNKNOWN.search(told)
    assert told == reason(edit(f"{stage}/2", rule))
    assert told.startswith('"甲" ')
    assert told.endswith(' "乙"')


def test_an_unknown_rule_is_seen_as_one() -> None:
    assert UNKNOWN.search(reason(edit("nonsense", "rule")))


def test_no_sentence_is_left_over() -> None:
    assert set(_REASONS) <= set(RULES)


@settings(deadline=None, max_examples=200)
@given(TEXT)
def test_every_change_of_any_text_is_told(text: str) -> None:
    done = repair(text)
    told = done.explain()
    assert told == list(explain(text, done.steps))
    assert len(told) == len(done.steps)
    for sentence in told:
        assert re.match(r"line \d+, character \d+: (\"|what stood here)", sentence)
        assert sentence.isprintable()
        assert not UNKNOWN.search(sentence)


@settings(deadline=None, max_examples=100)
@given(TEXT)
def test_every_change_of_script_and_marks_is_told(text: str) -> None:
    for style in ("cjk", "ascii"):
        config = NormalizeConfig(
            punctuation=style, width_letters="half", width_katakana="full", width_spaces="half", width_symbols="half"
        )
        done = normalize_steps(text, config, opencc_config="tw2s")
        assert {(step.stage, step.rule) for step in done.steps} <= set(RULES)
        assert not any(UNKNOWN.search(sentence) for sentence in done.explain())
