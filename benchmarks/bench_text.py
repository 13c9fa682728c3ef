"""Throughput of script on the seed documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleantext.text import convert, detect_script, normalize, repair

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
# Simplified documents without glosses.
CLEAN = "\n".join([SEEDS[0], SEEDS[3], SEEDS[4]] * 40)
TRADITIONAL = repair("\n".join([SEEDS[1], SEEDS[2]])).text

pytestmark = pytest.mark.benchmark


def rate(benchmark: Any, chars: int) -> None:
    benchmark.extra_info["mchar_per_s"] = round(chars / benchmark.stats.stats.min / 1e6, 2)


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


def test_normalize_of_simplified_text(benchmark: Any) -> None:
    assert benchmark.pedantic(normalize, (CLEAN,), rounds=5, warmup_rounds=1) == CLEAN
    rate(benchmark, len(CLEAN))
