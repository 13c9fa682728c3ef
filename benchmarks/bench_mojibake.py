"""Throughput of undoing Chinese mojibake, by kind of damage; the answer is checked too."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from cleantext.edits import apply_steps
from cleantext.pages.encodings import decode_as
from cleantext.text.cjk_mojibake import cjk_mojibake_edits

SEEDS = Path(__file__).parent.parent / "seeds"
# A document with a line for every kind of text: what the site wrote, and what it was read as.
KINDS = {
    "clean": ("utf-8", "utf-8"),
    "UTF-8 as GBK": ("utf-8", "gb18030"),
    "GBK as windows-1252": ("gb18030", "windows-1252"),
    "GBK as Big5": ("gb18030", "big5"),
}


@pytest.mark.benchmark
@pytest.mark.parametrize("kind", KINDS)
def test_mojibake(kind: str, benchmark: BenchmarkFixture) -> None:
    write, wrong = KINDS[kind]
    text = next(SEEDS.glob("000*")).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if len(line) > 60 and "©" not in line]
    broken = [decode_as(line.encode(write), wrong) for line in lines] * 10
    benchmark.extra_info["characters"] = sum(map(len, broken))
    found = benchmark(lambda: [cjk_mojibake_edits(line) for line in broken])
    for line, damaged, edits in zip(lines, broken, found, strict=False):
        mended = apply_steps(damaged, edits)
        lost = mended.count("\ufffd")
        assert mended == line or 0 < lost < 0.1 * len(line)
