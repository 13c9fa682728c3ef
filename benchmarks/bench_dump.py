"""Labels of text dumps: the seeds, a page of short lines, very many lines, one very long line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleantext.pages.dump import Labels, label_lines, split_lines

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
PARAGRAPH = "会议指出，今年以来全市上下凝心聚力，空气质量持续改善，重污染天数明显减少，群众的获得感不断增强。"
MENU = ["首页", "新闻", "财经", "体育", "登录 | 注册", "关于我们", "分享到：", "微信"]
PAGE = [
    *MENU * 8,
    "市里开会部署秋冬治污工作",
    "2020-10-27 09:37 来源：某某日报",
    *[f"第{i}条。{PARAGRAPH * 3}" for i in range(30)],
    "责任编辑：张三",
    "相关阅读",
    *[f"第{i}县污水处理厂建成投入使用2021-08-19" for i in range(100)],
    "Copyright © 2000-2020 某某新闻网 All rights reserved.",
]


def measure(benchmark: Any, lines: list[str], rounds: int = 20) -> Labels:
    found: Labels = benchmark.pedantic(label_lines, args=(lines,), rounds=rounds, warmup_rounds=1)
    seconds = benchmark.stats["median"]
    benchmark.extra_info["mchar_per_s"] = sum(map(len, lines)) / seconds / 1e6
    benchmark.extra_info["documents_per_s"] = 1 / seconds
    return found


@pytest.mark.benchmark(group="dump")
def test_seeds(benchmark: Any) -> None:
    lines = [[line.text for line in split_lines(text)] for text in SEEDS]

    def label_all() -> list[Labels]:
        return [label_lines(texts) for texts in lines]

    found = benchmark.pedantic(label_all, rounds=20, warmup_rounds=1)
    assert [sum(label.label == "title" for label in labels.lines) for labels in found] == [1] * 5
    seconds = benchmark.stats["median"]
    benchmark.extra_info["mchar_per_s"] = sum(map(len, SEEDS)) / seconds / 1e6
    benchmark.extra_info["documents_per_s"] = len(SEEDS) / seconds


@pytest.mark.benchmark(group="dump")
def test_page_of_200_lines(benchmark: Any) -> None:
    found = measure(benchmark, PAGE)
    assert sum(label.label == "body" for label in found.lines) == 30


@pytest.mark.benchmark(group="dump")
def test_short_lines(benchmark: Any) -> None:
    found = measure(benchmark, [f"第{i}行诗" for i in range(100_000)], rounds=1)
    assert {label.label for label in found.lines} == {"body"}


@pytest.mark.benchmark(group="dump")
def test_one_line_of_10_megabytes(benchmark: Any) -> None:
    found = measure(benchmark, [PARAGRAPH * (10_000_000 // len(PARAGRAPH.encode()))], rounds=3)
    assert found.lines[0].label == "body"


@pytest.mark.benchmark(group="dump")
def test_splitting(benchmark: Any) -> None:
    text = "\n".join(PAGE * 50)
    found = benchmark.pedantic(split_lines, args=(text,), rounds=5, warmup_rounds=1)
    assert len(found) == len(PAGE) * 50
    benchmark.extra_info["mchar_per_s"] = len(text) / benchmark.stats["median"] / 1e6
