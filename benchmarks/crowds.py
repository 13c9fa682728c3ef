"""What a crowd costs: a million copies of a notice among a million other paragraphs, beside two million distinct ones.

    python benchmarks/crowds.py [--count 1000000] [--data FILE_OR_FOLDER ...] [--repeat 1]

Three inputs, each through `find_duplicates` in a process of its own, the notices in random places: `distinct` (no
notice), `identical` (all notices equal) and `dated` (each with a date and a number of its own, so that any two are near
duplicates). Times are of the call, compiled code already loaded; memory is that of the process at its peak, and what
the call added to what the texts hold.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from clauses import Clauses
from cleantext import find_duplicates
from corpus import PART, Corpus
from measure import measured, resident_mib

CASES = ("distinct", "identical", "dated")
NOTICE = (
    "本网站使用Cookie来改善您的浏览体验，分析网站流量，并向您展示更相关的内容和广告。继续浏览本网站，即表示您同意我们按照"
    "隐私政策使用Cookie。您可以随时在浏览器的设置中拒绝或者删除它们。更新于"
)
# Enough text for compiled code, which is loaded before the clock starts.
_WARM_UP = 12_000


def _notices(case: str, count: int, rng: random.Random) -> Iterator[str]:
    """`count` notices, each a string of its own."""
    for number in range(count):
        date = (rng.randrange(2000, 2030), rng.randrange(1, 13), rng.randrange(1, 29))
        year, month, day, own = (*date, number) if case == "dated" else (2024, 5, 21, 100_000)
        yield f"{NOTICE}{year}年{month}月{day}日，编号{own}。"


def texts_of(case: str, count: int, clauses: Clauses) -> list[str]:
    """Twice `count` texts: half of them notices, but for the case `distinct`."""
    corpus, others = Corpus(clauses, 1), 2 * count if case == "distinct" else count
    texts: list[str] = []
    for start in range(0, others, PART):
        texts += corpus.originals(np.arange(start, min(start + PART, others)))
    rng = random.Random(1)
    texts += _notices(case, 2 * count - others, rng)
    rng.shuffle(texts)
    return texts


def run_case(case: str, count: int, data: list[Path]) -> dict[str, Any]:
    """The figures of one call, in this process."""
    clauses = Clauses.read(data)
    find_duplicates(Corpus(clauses, 2).originals(np.arange(_WARM_UP)))
    texts = texts_of(case, count, clauses)
    before, started = resident_mib(), time.perf_counter()
    found = find_duplicates(texts)
    seconds = time.perf_counter() - started
    crowd = [i for i in found.kept if texts[i].startswith(NOTICE)]
    return {
        "seconds": seconds,
        "mean_chars": sum(map(len, texts)) / len(texts),
        "texts_mib": before,
        "kept": len(found.kept),
        "kept_notices": len(crowd),
    }


def measure_case(case: str, options: argparse.Namespace) -> dict[str, Any]:
    """The figures of one call in a new process, with its peak memory."""
    data = ["--data", *map(str, options.data)] if options.data else []
    command = [sys.executable, __file__, "--case", case, "--count", str(options.count), *data]
    with tempfile.TemporaryFile() as stream:
        usage = measured(command, stream)
        if usage.code:
            raise RuntimeError(f"{case} ended with exit code {usage.code}")
        stream.seek(0)
        figures: dict[str, Any] = json.load(stream)
    return figures | {"peak_mib": usage.peak_mib, "added_mib": usage.peak_mib - figures["texts_mib"]}


def main() -> int:
    """Print a line for each case, with its ratio to `distinct`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000, help="notices, and as many others")
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="more text to make paragraphs of")
    parser.add_argument("--repeat", type=int, default=1, help="times each is run; medians are printed")
    parser.add_argument("--case", choices=CASES, help="run this one here and print its figures as JSON")
    options = parser.parse_args()
    if options.case:
        print(json.dumps(run_case(options.case, options.count, options.data)))
        return 0
    rounds = [{case: measure_case(case, options) for case in CASES} for _ in range(options.repeat)]
    medians = {
        case: {key: statistics.median(one[case][key] for one in rounds) for key in rounds[0][case]} for case in CASES
    }
    base = medians["distinct"]
    for case, row in medians.items():
        print(
            f"{case:9} {2 * options.count:,} texts of {row['mean_chars']:.0f} characters: "
            f"{row['seconds']:.1f} s ({row['seconds'] / base['seconds']:.2f}), "
            f"{row['peak_mib']:,.0f} MiB ({row['peak_mib'] / base['peak_mib']:.2f}), of them {row['added_mib']:,.0f} "
            f"for the call; {row['kept']:,.0f} kept, {row['kept_notices']:,.0f} of them notices"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
