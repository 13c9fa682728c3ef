"""What a page costs from its bytes to its text, beside trafilatura: in turns, on one thread, both warm.

    python benchmarks/quality/turns.py --data FOLDER... [--pages N] [--together N] [--rounds N]

FOLDER holds pages as `extraction.py` reads them. Every so many pages are read by one and then by the other; of the
rounds each page's best counts. The answers are compared as well: every round must give the same text, and F1 says
whether it is worth its time. Seconds are those of the processor.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import trafilatura

import cleantext

sys.path.insert(0, str(Path(__file__).parents[1]))  # for its neighbour where this file is run as a script
from quality.extraction import f1, pages

Answer = Callable[[bytes, str | None], str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page, its URL, and its main content."""

    body: bytes
    url: str | None
    gold: str


def by_cleantext(body: bytes, url: str | None) -> str:
    """Our answer."""
    return cleantext.extract(body, url=url).text


def by_trafilatura(body: bytes, url: str | None) -> str:
    """Trafilatura's, with its defaults."""
    return trafilatura.extract(body, url=url) or ""


ANSWERS: dict[str, Answer] = {"cleantext": by_cleantext, "trafilatura": by_trafilatura}


def in_turns(items: list[Labelled], *, together: int, rounds: int) -> dict[str, tuple[list[float], list[str]]]:
    """For each answer the best seconds of each page, and its texts. Raises AssertionError where a text changes."""
    seconds = {name: [float("inf")] * len(items) for name in ANSWERS}
    texts: dict[str, list[str | None]] = {name: [None] * len(items) for name in ANSWERS}
    for first in range(0, len(items), together):
        for _ in range(rounds):
            for name, answer in ANSWERS.items():
                for place in range(first, min(first + together, len(items))):
                    item = items[place]
                    start = time.process_time()
                    text = answer(item.body, item.url)
                    seconds[name][place] = min(seconds[name][place], time.process_time() - start)
                    assert texts[name][place] in (None, text), f"page {place}: {name} changed its mind"
                    texts[name][place] = text
    return {name: (seconds[name], [text or "" for text in texts[name]]) for name in ANSWERS}


def sample(folder: Path, count: int) -> list[Labelled]:
    """So many pages of a folder, always the same."""
    found = list(pages(folder))
    random.Random(1).shuffle(found)
    return [
        Labelled(gzip.decompress(path.read_bytes()), row.get("url"), row.get("main_content") or "")
        for row, path, _ in found[:count]
    ]


def main() -> int:
    """Print milliseconds a page, F1, and how many times faster we are: by totals and by medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--together", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    for folder in options.data:
        items = sample(folder, options.pages)
        in_turns(items[:10], together=10, rounds=1)
        found = in_turns(items, together=options.together, rounds=options.rounds)
        chinese = not (folder / "ground-truth.jsonl.gz").exists()
        for name, (times, texts) in found.items():
            right = mean(f1(text, item.gold, chinese=chinese) for text, item in zip(texts, items, strict=True))
            print(f"{folder.name} {name}: {1e3 * mean(times):.2f} ms, median {1e3 * median(times):.2f}, F1 {right:.4f}")
        ours, theirs = found["cleantext"][0], found["trafilatura"][0]
        totals, medians = sum(theirs) / sum(ours), median(theirs) / median(ours)
        print(f"{folder.name}: {totals:.2f} times as fast by totals, {medians:.2f} by medians")
    return 0


if __name__ == "__main__":
    sys.exit(main())
