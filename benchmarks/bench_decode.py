"""Bytes to text: plain pages, damaged ones, and one large dump."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleantext.pages.decode import decode

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
SIMPLIFIED = "\n".join(f"<p>{line}</p>" for text in (SEEDS[0], SEEDS[4]) for line in text.splitlines())
SIMPLIFIED = SIMPLIFIED.encode("gbk", "ignore").decode("gbk")
PAGE = f"<html><head><meta charset=gb2312></head><body>{SIMPLIFIED}</body></html>"


def measure(benchmark: Any, body: bytes, text: str, rounds: int = 20) -> None:
    decoded = benchmark.pedantic(decode, args=(body,), rounds=rounds, warmup_rounds=1)
    assert decoded.text == text
    benchmark.extra_info["mchar_per_s"] = len(text) / benchmark.stats["median"] / 1e6
    benchmark.extra_info["documents_per_s"] = 1 / benchmark.stats["median"]


@pytest.mark.benchmark(group="decode")
def test_utf8_page(benchmark: Any) -> None:
    measure(benchmark, PAGE.encode(), PAGE)


@pytest.mark.benchmark(group="decode")
def test_gbk_page(benchmark: Any) -> None:
    measure(benchmark, PAGE.encode("gbk"), PAGE)


@pytest.mark.benchmark(group="decode")
def test_undeclared_gbk_page(benchmark: Any) -> None:
    text = PAGE.replace("<meta charset=gb2312>", "")
    measure(benchmark, text.encode("gbk"), text)


@pytest.mark.benchmark(group="decode")
def test_gbk_page_with_utf8_widgets(benchmark: Any) -> None:
    body = PAGE.encode("gbk").replace(b"</p>", "</p><i>分享</i>".encode(), 20)
    measure(benchmark, body, PAGE.replace("</p>", "</p><i>分享</i>", 20))


@pytest.mark.benchmark(group="decode")
def test_gbk_dump_of_30_megabytes(benchmark: Any) -> None:
    times = 30_000_000 // len(SIMPLIFIED.encode("gbk"))
    measure(benchmark, SIMPLIFIED.encode("gbk") * times, SIMPLIFIED * times, rounds=2)
