"""Throughput of the text stages on the seed documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleantext.text import (
    convert,
    detect_script,
    find_glosses,
    fix_punctuation,
    normalize,
    repair,
    repair_line,
    strip_glosses,
)

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
# Simplified documents without glosses: what a repair that finds nothing to do costs.
CLEAN = "\n".join([SEEDS[0], SEEDS[3], SEEDS[4]] * 40)
CLOAKED = "\n".join([SEEDS[1], SEEDS[2]] * 20)
TRADITIONAL = repair("\n".join([SEEDS[1], SEEDS[2]])).text
ALL = "\n".join(SEEDS * 10)

pytestmark = pytest.mark.benchmark


def rate(benchmark: Any, chars: int) -> None:
    benchmark.extra_info["mchar_per_s"] = round(chars / benchmark.stats.stats.min / 1e6, 2)


def test_repair_of_clean_text(benchmark: Any) -> None:
    done = benchmark.pedantic(repair_line, (CLEAN,), rounds=5, warmup_rounds=1)
    assert done.text == CLEAN
    rate(benchmark, len(CLEAN))


def test_repair_of_cloaked_text(benchmark: Any) -> None:
    done = benchmark.pedantic(repair, (CLOAKED,), rounds=3, warmup_rounds=1)
    assert len(done.steps) == 309 * 20
    rate(benchmark, len(CLOAKED))


def test_repair_of_mojibake(benchmark: Any) -> None:
    text = "他说cafÃ©很好，â€œnaÃ¯veâ€\x9d。\n" * 2_000
    done = benchmark.pedantic(repair, (text,), rounds=3, warmup_rounds=1)
    assert done.text == "他说café很好，“naïve”。\n" * 2_000
    rate(benchmark, len(text))


def test_glosses(benchmark: Any) -> None:
    lines = CLOAKED.split("\n")
    glosses = benchmark.pedantic(find_glosses, (lines,), rounds=5, warmup_rounds=1)
    assert glosses.count == 309 * 20
    assert sum(len(strip_glosses(line, glosses).steps) for line in lines) == 309 * 20
    rate(benchmark, len(CLOAKED))


def test_detection(benchmark: Any) -> None:
    assert benchmark.pedantic(detect_script, (CLEAN,), rounds=5, warmup_rounds=1) == "Hans"
    rate(benchmark, len(CLEAN))


@pytest.mark.parametrize("config", ["tw2s", "s2t"])
def test_conversion(benchmark: Any, config: str) -> None:
    text = {"tw2s": TRADITIONAL, "s2t": SEEDS[3]}[config]
    done = benchmark.pedantic(convert, (text, config), rounds=3, warmup_rounds=1)
    assert done.text != text
    assert len(done.text) == len(text)
    rate(benchmark, len(text))


def test_punctuation(benchmark: Any) -> None:
    done = benchmark.pedantic(fix_punctuation, (ALL, "cjk"), rounds=3, warmup_rounds=1)
    assert sum(step.rule == "comma" for step in done.steps) == 495 * 10
    rate(benchmark, len(ALL))


def test_normalize_of_simplified_text(benchmark: Any) -> None:
    assert benchmark.pedantic(normalize, (CLEAN,), rounds=5, warmup_rounds=1) == CLEAN
    rate(benchmark, len(CLEAN))
