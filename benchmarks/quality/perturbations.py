"""What happens to a paragraph on its way from site to site, and whether its copy is still found.

    python benchmarks/quality/perturbations.py [--data FILE_OR_FOLDER ...] [--seed 1] [--paragraphs N]

The paragraphs (80 characters or more) are lines of the seeds and of --data: text, JSON with `main_content`, or folders
of those. Each is changed in every way below, and all of them, the originals and every copy, go through one call of
`find_duplicates` with its defaults. The table says how alike a paragraph and its copy are (Jaccard similarity of their
match texts' shingles, computed by `oracle`), how many are at or above the threshold, how many of those were found (as
a pair, equal texts standing for each other), how many copies were reported with their paragraph or another copy of it
as exact, near or contained, and which threshold would have caught 99 of 100 of those below it.

Lines that are added to a paragraph count for more the shorter it is: a paragraph of 100 characters with 30 characters
of navigation and footer is another text by our threshold, though it contains the first, and is found as that.
"""

from __future__ import annotations

import argparse
import math
import random
import string
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # for its neighbours where this file is run as a script

import oracle
from clauses import paragraphs
from cleantext import find_duplicates, to_script
from cleantext.config import DedupConfig

__all__ = ["PERTURBATIONS", "Row", "measure", "table"]

Change = Callable[[str, random.Random], str]

_MARKS = dict(zip("，。！？；：、（）“”‘’《》—", ",.!?;:,()\"\"''<>-", strict=True))
_WIDTH = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
_NAVIGATION = "首页 > 新闻中心 > 国内新闻 > 正文"
_FOOTER = "上一篇：没有了 下一篇：返回列表 责任编辑：小编"
_LINE = 35
# The rows that no difference of form may bring below this.
_FORM = ("width and punctuation", "hard-wrapped lines", "s2t")
_FORM_LEAST = 0.97


def _substituted(share: float) -> Change:
    """A change that replaces that share of the characters that are no marks, one at least: Han by Han, letter by
    letter, digit by digit."""

    def change(text: str, rng: random.Random) -> str:
        chars = list(text)
        places = [i for i, char in enumerate(chars) if char.isalnum()]
        for place in rng.sample(places, max(1, round(share * len(places)))):
            chars[place] = rng.choice(string.digits if chars[place].isdigit() else _letters(chars[place]))
        return "".join(chars)

    return change


def _letters(char: str) -> str:
    return string.ascii_lowercase if _in_word(char) else _HAN


def _width(text: str, rng: random.Random) -> str:
    """Chinese marks as ASCII, ASCII letters and digits full-width, and white space behind some marks."""
    changed = (_MARKS.get(char) or (_WIDTH.get(char, char) if char.isalnum() else char) for char in text)
    return "".join(char + " " if char in ",;" and rng.random() < 0.3 else char for char in changed)


def _wrapped(text: str, _: random.Random) -> str:
    """Lines of 35 characters. A word in a script with spaces is not cut: it goes to the next line."""
    lines, start = [], 0
    while start < len(text):
        end = start + _LINE
        while end < len(text) and start < end - 1 and _in_word(text[end - 1]) and _in_word(text[end]):
            end -= 1
        lines.append(text[start:end])
        start = end
    return "\n".join(lines)


def _in_word(char: str) -> bool:
    return char.isalnum() and char < "\u2e80"


def _with_lines(text: str, _: random.Random) -> str:
    return f"{_NAVIGATION}\n{text}\n{_FOOTER}"


def _beginning(text: str, _: random.Random) -> str:
    return text[: round(0.8 * len(text))]


PERTURBATIONS: dict[str, Change] = {
    "1 % substituted": _substituted(0.01),
    "5 % substituted": _substituted(0.05),
    "width and punctuation": _width,
    "hard-wrapped lines": _wrapped,
    "s2t": lambda text, _: to_script(text, "s2t"),
    "s2twp": lambda text, _: to_script(text, "s2twp"),
    "navigation and footer": _with_lines,
    "first 80 %": _beginning,
}
_HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多"


@dataclass(frozen=True)
class Row:
    """One way of changing: the Jaccard similarity of every paragraph to its copy, which pairs of the two were `found`,
    and which copies were reported with the paragraph or any other copy of it, contained ones too: `related`."""

    name: str
    jaccard: Sequence[float]
    found: Sequence[bool]
    related: Sequence[bool]

    def above(self, threshold: float) -> list[bool]:
        """Whether each copy is at or above the threshold."""
        return [value >= threshold for value in self.jaccard]

    def recall(self, threshold: float) -> float | None:
        """The share of the copies at or above the threshold that were found."""
        found = [found for found, above in zip(self.found, self.above(threshold), strict=True) if above]
        return sum(found) / len(found) if found else None

    def catching(self, threshold: float, share: float = 0.99) -> float | None:
        """The threshold, in hundredths, that `share` of the copies below `threshold` reach."""
        below = sorted((value for value in self.jaccard if value < threshold), reverse=True)
        return math.floor(100 * below[math.ceil(share * len(below)) - 1]) / 100 if below else None


def measure(texts: Sequence[str], config: DedupConfig, seed: int) -> list[Row]:
    """A row for each way of changing `texts`. Everything goes through one call."""
    rng, count = random.Random(seed), len(texts)
    copies = {name: [change(text, rng) for text in texts] for name, change in PERTURBATIONS.items()}
    everything = [*texts, *(copy for changed in copies.values() for copy in changed)]
    pairs = [(pair.i, pair.j, pair.kind) for pair in find_duplicates(everything, config=config)]
    equal = _leaders(len(everything), [(i, j) for i, j, kind in pairs if kind == "exact"])
    near = {frozenset((equal[i], equal[j])) for i, j, kind in pairs if kind == "near"}
    related = {index for i, j, _ in pairs if i % count == j % count for index in (equal[i], equal[j])}
    sets, rows = [oracle.shingle_set(text) for text in texts], []
    for number, (name, changed) in enumerate(copies.items(), 1):
        jaccard = [oracle.jaccard(mine, oracle.shingle_set(copy)) for mine, copy in zip(sets, changed, strict=True)]
        ends = [(equal[i], equal[number * count + i]) for i in range(count)]
        found = [a == b or frozenset((a, b)) in near for a, b in ends]
        rows.append(Row(name, jaccard, found, [a == b or b in related for a, b in ends]))
    return rows


def _leaders(size: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """For each of `size` texts, one that stands for all that `pairs` of equal texts connect it with."""
    leader = list(range(size))

    def find(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    for i, j in pairs:
        leader[find(j)] = find(i)
    return [find(index) for index in range(size)]


def table(rows: Sequence[Row], threshold: float) -> str:
    """The rows as a Markdown table."""
    titles = ("change", "mean Jaccard", "smallest", f"{threshold} or more", "of those found", "found in any way")
    lines = [f"| {' | '.join((*titles, 'threshold for 99 % of the rest'))} |", "|---" * (len(titles) + 1) + "|"]
    for row in rows:
        recall, rest = row.recall(threshold), row.catching(threshold)
        cells = (
            row.name,
            f"{np.mean(row.jaccard):.3f}",
            f"{min(row.jaccard):.3f}",
            f"{np.mean(row.above(threshold)):.1%}",
            "–" if recall is None else f"{recall:.2%}",
            f"{np.mean(row.related):.1%}",
            "–" if rest is None else f"{rest:.2f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> int:
    """Print the least similarity of the rows of form, and the table. 1 where they miss what is promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--paragraphs", type=int, help="take so many of them, at random")
    options = parser.parse_args()
    config = DedupConfig()
    texts = paragraphs(options.data)
    if options.paragraphs and options.paragraphs < len(texts):
        texts = random.Random(options.seed).sample(texts, options.paragraphs)
    rows = measure(texts, config, options.seed)
    least = min(min(row.jaccard) for row in rows if row.name in _FORM)
    recalls = [recall for row in rows if (recall := row.recall(config.threshold)) is not None]
    mean = sum(map(len, texts)) / len(texts)
    print(f"{len(texts):,} paragraphs of {mean:.0f} characters, threshold {config.threshold}")
    print(f"smallest Jaccard similarity of {', '.join(_FORM)}: {least:.3f}\n")
    print(table(rows, config.threshold))
    return int(least < _FORM_LEAST or min(recalls) < config.recall)


if __name__ == "__main__":
    sys.exit(main())
