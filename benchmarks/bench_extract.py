"""Main content of HTML pages: ordinary pages, Chinese and English, and what one hostile page costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleantext.pages.blocks import parse_page
from cleantext.pages.cutter import cut_events
from cleantext.pages.dom import parse
from cleantext.pages.extract import extract_page
from cleantext.pages.scan import cut_markup

SEED = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))[0].read_text(encoding="utf-8")
PARAGRAPHS = [line.strip() for line in SEED.splitlines() if len(line.strip()) > 60]
MENU = "".join(f"<li><a href=/{i}>栏目{i}</a></li>" for i in range(60))
CHINESE = (
    f"<html><head><title>标题在此_某网</title></head><body><ul class=nav>{MENU}</ul><h1>标题在此</h1>"
    + "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    + f"<ul class=related>{MENU}</ul><div class=footer>版权所有 某网</div></body></html>"
)
SENTENCE = "The council met on Tuesday to discuss the plan for the river, and paragraph {} says what came of it."
ENGLISH_MENU = "".join(f"<li><a href=/{i}>Section {i}</a></li>" for i in range(60))
ENGLISH = (
    f"<html><head><title>A title</title></head><body><nav><ul>{ENGLISH_MENU}</ul></nav><article><h1>A title</h1>"
    + "".join(f"<p>{SENTENCE.format(i)}</p>" for i in range(40))
    + f"</article><footer><ul>{ENGLISH_MENU}</ul></footer></body></html>"
)


def report(benchmark: Any, html: str) -> None:
    benchmark.extra_info["documents_per_s"] = 1 / benchmark.stats["median"]
    benchmark.extra_info["mchar_per_s"] = len(html) / benchmark.stats["median"] / 1e6


@pytest.mark.benchmark(group="extract")
def test_chinese_page(benchmark: Any) -> None:
    content = benchmark.pedantic(extract_page, args=(CHINESE,), rounds=30, warmup_rounds=2)
    assert list(content.blocks) == PARAGRAPHS
    report(benchmark, CHINESE)


@pytest.mark.benchmark(group="extract")
def test_english_page(benchmark: Any) -> None:
    content = benchmark.pedantic(extract_page, args=(ENGLISH,), rounds=30, warmup_rounds=2)
    assert content.blocks == tuple(SENTENCE.format(i) for i in range(40))
    report(benchmark, ENGLISH)


@pytest.mark.benchmark(group="extract")
def test_blocks_alone(benchmark: Any) -> None:
    page = benchmark.pedantic(parse_page, args=(CHINESE,), rounds=50, warmup_rounds=2)
    assert [block.text for block in page.blocks if block.tags[-1] == "p"] == PARAGRAPHS
    report(benchmark, CHINESE)


@pytest.mark.benchmark(group="extract")
def test_hostile_page(benchmark: Any) -> None:
    html = "".join(f"<font color={i}><div><ul><li>字" for i in range(20_000))
    page = benchmark.pedantic(parse_page, args=(html,), rounds=3)
    assert page.source_text.count("字") == 20_000
    report(benchmark, html)


@pytest.mark.benchmark(group="blocks")
@pytest.mark.parametrize("walk", ["plain", "compiled"])
def test_blocks_of_a_parsed_page(benchmark: Any, walk: str) -> None:
    html = CHINESE * 20
    dom = parse(html)
    cut = {"plain": cut_events, "compiled": cut_markup}[walk]
    text, arrays = benchmark.pedantic(cut, args=(dom,), rounds=30, warmup_rounds=2)
    assert text == cut_events(dom)[0]
    assert len(arrays.starts) == text.count("\n") + 1
    report(benchmark, html)
