"""Throughput of repair beside ftfy: clean text, text with a few damaged lines, and text that is all damage.

ftfy runs with its defaults, as `ftfy.fix_text` does, on the same text in the same process; `times_ftfy` is the ratio.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import ftfy
import pytest

from cleantext.edits import apply_steps, undo_steps
from cleantext.text import find_glosses, repair, repair_line, strip_glosses

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
CLEAN = "\n".join([SEEDS[0], SEEDS[3], SEEDS[4]] * 100)
CLOAKED = "\n".join([SEEDS[1], SEEDS[2]] * 20)
LINE = "会议今日召开，市长主持会议并讲话，各区负责人参加了会议，并就下一步工作作了部署。"
DAMAGED = "他说cafÃ©很好，â€œnaÃ¯veâ€\x9d，â€˜Ã©tÃ©â€™。"
MENDED = "他说café很好，“naïve”，‘été’。"
FTFY_CHARS = 200_000

pytestmark = pytest.mark.benchmark


def spoiled(share: int, count: int) -> tuple[str, str]:
    """`count` lines of the clean text, every `share`-th damaged from end to end, and the lines as they were."""
    after = [line for line in CLEAN.split("\n") if line][:count]
    before = [line if number % share else line.encode().decode("latin-1") for number, line in enumerate(after)]
    return "\n".join(before), "\n".join(after)


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one call, which does not grow when others are at work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(benchmark: Any, text: str, rounds: int = 3) -> Any:
    """Run `repair`, and then in turns with `ftfy.fix_text` on as much of the text; returns what repair made of it."""
    done = benchmark.pedantic(repair, (text,), rounds=rounds, warmup_rounds=1)
    part = text[:FTFY_CHARS]
    times = [(seconds(lambda: repair(text)), seconds(lambda: ftfy.fix_text(part))) for _ in range(5)]
    ours = len(text) / median(own for own, _ in times) / 1e6
    theirs = len(part) / median(other for _, other in times) / 1e6
    benchmark.extra_info["mchar_per_s"] = round(ours, 2)
    benchmark.extra_info["ftfy_mchar_per_s"] = round(theirs, 2)
    benchmark.extra_info["times_ftfy"] = round(ours / theirs, 1)
    return done


def test_clean_text(benchmark: Any) -> None:
    done = measure(benchmark, CLEAN, rounds=10)
    assert (done.text, done.steps) == (CLEAN, ())


@pytest.mark.parametrize("share", [100, 10, 1])
def test_damaged_lines(benchmark: Any, share: int) -> None:
    """Lines of Chinese that were UTF-8 and were read as Latin-1 as a whole."""
    before, after = spoiled(share, 10_000 if share > 1 else 1_000)
    done = measure(benchmark, before)
    assert undo_steps(done.text, done.steps) == before
    assert done.text == after


@pytest.mark.parametrize("share", [100, 10, 1])
def test_damaged_words(benchmark: Any, share: int) -> None:
    """Lines of Chinese in which a few words are damaged."""
    count = 40_000 if share > 1 else 4_000
    before = "\n".join(DAMAGED if number % share == 0 else LINE for number in range(count))
    done = measure(benchmark, before)
    assert done.text == before.replace(DAMAGED, MENDED)
    assert apply_steps(before, done.steps) == done.text


def test_one_short_line(benchmark: Any) -> None:
    done = benchmark.pedantic(repair, (LINE + LINE[:10],), rounds=200, iterations=100, warmup_rounds=1)
    assert (done.text, done.steps) == (LINE + LINE[:10], ())


def test_cloaked_text(benchmark: Any) -> None:
    done = measure(benchmark, CLOAKED)
    assert len(done.steps) == 309 * 20


def test_glosses(benchmark: Any) -> None:
    lines = CLOAKED.split("\n")
    glosses = benchmark.pedantic(find_glosses, (lines,), rounds=5, warmup_rounds=1)
    benchmark.extra_info["mchar_per_s"] = round(len(CLOAKED) / benchmark.stats.stats.min / 1e6, 2)
    assert glosses.count == 309 * 20
    assert sum(len(strip_glosses(line, glosses).steps) for line in lines) == 309 * 20


def test_english_with_ampersands(benchmark: Any) -> None:
    text = "The R&D department of AT&T said so; see http://a.example/?a=1&b=2 and “Tom & Jerry”.\n" * 3_000
    done = measure(benchmark, text)
    assert done.text == text


def test_entities(benchmark: Any) -> None:
    text = "会议&nbsp;今日&nbsp;召开，&ldquo;市长&rdquo;主持会议并讲话。\n" * 3_000
    done = measure(benchmark, text)
    assert done.text == "会议\xa0今日\xa0召开，“市长”主持会议并讲话。\n" * 3_000


def test_repair_line_of_clean_text(benchmark: Any) -> None:
    lines = [line for line in CLEAN.split("\n") if line][:5_000]
    done = benchmark.pedantic(lambda: [repair_line(line) for line in lines], rounds=5, warmup_rounds=1)
    benchmark.extra_info["mchar_per_s"] = round(sum(map(len, lines)) / benchmark.stats.stats.min / 1e6, 2)
    assert [one.text for one in done] == lines
