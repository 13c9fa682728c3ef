"""Throughput of marks and width: on text that a tool made ASCII, and on text with nothing to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleantext.config import NormalizeConfig
from cleantext.text import fix_characters, fix_punctuation, fix_width, normalize, repair
from cleantext.text.punctuation import punctuate
from quality.punctuation import flatten

SEEDS = [
    repair(path.read_text(encoding="utf-8")).text
    for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
]
RIGHT = punctuate("\n".join(SEEDS), "cjk")  # marks of every kind as they should be
FLAT, _ = flatten(RIGHT)
TIMES = 200
LONG_FLAT, LONG_RIGHT = FLAT * TIMES, RIGHT * TIMES
WIDE_DIGITS = LONG_RIGHT.translate({ord("0") + i: 0xFF10 + i for i in range(10)})
WIDTH = NormalizeConfig(
    script="keep", width_letters="half", width_katakana="full", width_spaces="indent", width_symbols="half"
)

pytestmark = pytest.mark.benchmark


def rate(benchmark: Any, chars: int) -> None:
    benchmark.extra_info["mchar_per_s"] = round(chars / benchmark.stats.stats.min / 1e6, 2)


def test_marks_of_flattened_text(benchmark: Any) -> None:
    done = benchmark.pedantic(punctuate, (LONG_FLAT, "cjk"), rounds=5, warmup_rounds=1)
    assert done == punctuate(FLAT, "cjk") * TIMES
    assert done.count("，") == RIGHT.count("，") * TIMES
    rate(benchmark, len(LONG_FLAT))


def test_marks_of_flattened_text_with_edits(benchmark: Any) -> None:
    done = benchmark.pedantic(fix_punctuation, (FLAT * 20, "cjk"), rounds=3, warmup_rounds=1)
    assert sum(step.rule == "comma" for step in done.steps) == RIGHT.count("，") * 20
    rate(benchmark, len(FLAT) * 20)


def test_marks_of_one_short_document(benchmark: Any) -> None:
    done = benchmark.pedantic(punctuate, (FLAT, "cjk"), rounds=20, warmup_rounds=1)
    assert done.count("，") == RIGHT.count("，")
    rate(benchmark, len(FLAT))


def test_marks_that_are_right(benchmark: Any) -> None:
    done = benchmark.pedantic(punctuate, (LONG_RIGHT, "cjk"), rounds=5, warmup_rounds=1)
    assert done == LONG_RIGHT
    rate(benchmark, len(LONG_RIGHT))


def test_marks_to_ascii(benchmark: Any) -> None:
    done = benchmark.pedantic(punctuate, (LONG_RIGHT, "ascii"), rounds=3, warmup_rounds=1)
    assert "，" not in done
    assert len(done) == len(LONG_RIGHT)
    rate(benchmark, len(LONG_RIGHT))


def test_width_of_text_with_wide_digits(benchmark: Any) -> None:
    done = benchmark.pedantic(normalize, (WIDE_DIGITS, WIDTH), rounds=5, warmup_rounds=1)
    assert not any(chr(0xFF10 + i) in done for i in range(10))
    assert len(done) == len(WIDE_DIGITS)
    rate(benchmark, len(WIDE_DIGITS))


def test_width_of_text_with_nothing_to_do(benchmark: Any) -> None:
    text = normalize(LONG_RIGHT, WIDTH)
    done = benchmark.pedantic(fix_width, (text, WIDTH), rounds=5, warmup_rounds=1)
    assert done.text == text
    assert not done.steps
    rate(benchmark, len(text))


def test_characters_of_text_with_nothing_to_do(benchmark: Any) -> None:
    done = benchmark.pedantic(fix_characters, (LONG_RIGHT,), rounds=5, warmup_rounds=1)
    assert done.text == LONG_RIGHT
    rate(benchmark, len(LONG_RIGHT))
