"""Throughput of conversion between scripts and of finding out which it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleantext.text import convert, convert_lines, detect_script, script_evidence, to_script
from cleantext.text.engine import engine

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
ALL = "\n".join(SEEDS * 40)
CLOAKED = "\n".join(SEEDS[1:3] * 20)
SHORT = SEEDS[1][:2_000]

pytestmark = pytest.mark.benchmark


def rate(benchmark: Any, chars: int) -> None:
    benchmark.extra_info["mchar_per_s"] = round(chars / benchmark.stats.stats.min / 1e6, 2)


@pytest.mark.parametrize("config", ["t2s", "tw2s", "s2t", "s2twp", "tw2sp"])
def test_long(benchmark: Any, config: str) -> None:
    done = benchmark.pedantic(to_script, (ALL, config), rounds=5, warmup_rounds=1)
    assert (
        done
        == engine(config).convert_plainly("\n".join(SEEDS))
        + ("\n" + engine(config).convert_plainly("\n".join(SEEDS))) * 39
    )
    rate(benchmark, len(ALL))


@pytest.mark.parametrize("config", ["t2s", "tw2s", "s2t", "s2twp", "tw2sp"])
def test_short(benchmark: Any, config: str) -> None:
    converter = engine(config)
    expected = converter.convert_plainly(SHORT)
    assert benchmark(converter.convert_plainly, SHORT) == expected
    rate(benchmark, len(SHORT))


def test_lines_with_edits(benchmark: Any) -> None:
    done = benchmark.pedantic(convert_lines, (CLOAKED, "tw2s"), rounds=3, warmup_rounds=1)
    assert len(done.text) == len(CLOAKED)
    assert done.text.count("环境") == CLOAKED.count("環境")
    rate(benchmark, len(CLOAKED))


def test_all_with_edits(benchmark: Any) -> None:
    done = benchmark.pedantic(convert, (CLOAKED, "tw2s"), rounds=3, warmup_rounds=1)
    assert done.text == to_script(CLOAKED, "tw2s")
    rate(benchmark, len(CLOAKED))


def test_to_a_target(benchmark: Any) -> None:
    done = benchmark.pedantic(to_script, (CLOAKED,), rounds=3, warmup_rounds=1)
    assert detect_script(done) == "Hans"
    rate(benchmark, len(CLOAKED))


def test_detection(benchmark: Any) -> None:
    assert benchmark(detect_script, ALL) == "Hani"
    rate(benchmark, len(ALL))


def test_evidence(benchmark: Any) -> None:
    assert benchmark(script_evidence, CLOAKED).is_converted
    rate(benchmark, len(CLOAKED))
