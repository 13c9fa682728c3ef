"""Conversion beside the converters whose dictionaries it reads: the same characters, and how fast.

    python benchmarks/quality/script.py [--peer PYTHON ...] [--cases FILE] [--data FOLDER ...] [--chars 1000000]
                                        [--configs t2s s2t ...] [--repeat 3]

A peer is an interpreter with a distribution that has the module `opencc`: opencc-python-reimplemented (as this one
has) or the official opencc. Each peer converts the texts by its own code, cleantext by that distribution's data, in
turn, and every character is compared; speed is the best of several times, in millions of characters a second. The
texts are the seed documents, the `main_content` of the JSON files in the folders of --data, and, for the rest, clauses
drawn from a peer's own words and what surrounds them in the worst of texts. --cases is OpenCC's
test/testcases/testcases.json without comments (Apache-2.0).
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cleantext.text.dictionaries import SOURCES, Source, read_recipe
from cleantext.text.engine import Engine

__all__ = ["Peer", "differences", "expectations", "generated", "texts"]

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
# What a clause is drawn from beside words: letters, marks, what has no other script, astral, descriptions, variants.
_BETWEEN = (
    "的一是aB1 。，、！\n《》“”-‧·．\u2ff0\u2ff1\u2ff2\u2ff4\u2ffe\uf900\ufa30\ufe00𠮷\U0002f800\U000e0100😀e\u0301カ가"
)
_LONGEST = 12

_SERVE = """
import json, sys, time
import opencc
from importlib.metadata import version, PackageNotFoundError
def known(name):
    try: return version(name)
    except PackageNotFoundError: return ""
names = ["opencc-python-reimplemented"] if hasattr(opencc.OpenCC, "_init_dict") else ["opencc"]
print(json.dumps([opencc.__file__, names[0], known(names[0])]), flush=True)
for line in sys.stdin:
    config, text, repeat = json.loads(line)
    converter, best = opencc.OpenCC(config), 1e9
    converter.convert("\\u91cc")
    for _ in range(repeat):
        start = time.perf_counter()
        converted = converter.convert(text)
        best = min(best, time.perf_counter() - start)
    print(json.dumps([converted, best]), flush=True)
"""


class Peer:
    """An interpreter that converts with the `opencc` it has."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        file, name, version = self._read()
        package = Path(file).parent
        folders = ("clib/share/opencc", "clib/share/opencc") if name == SOURCES[0] else ("config", "dictionary")
        self.source = Source(
            name=name, version=version, configs=package / folders[0], dictionaries=package / folders[1]
        )

    def convert(self, config: str, text: str, repeat: int = 1) -> tuple[str, float]:
        """`text` converted, and the seconds it took at best."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([config, text, repeat]) + "\n")
        self._process.stdin.flush()
        converted, seconds = self._read()
        return converted, seconds

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the interpreter."""
        self._process.communicate()


@dataclass(frozen=True)
class Expectations:
    """How many of OpenCC's expectations are met, of how many, and how many have no configuration here."""

    met: Counter[str]
    all: Counter[str]
    absent: int


def expectations(cases: Sequence[dict[str, Any]], source: Source) -> Expectations:
    """What `source`'s data gives for OpenCC's own test cases."""
    met: Counter[str] = Counter()
    every: Counter[str] = Counter()
    known = set(source.names())
    engines = {name: Engine(read_recipe(name, source)) for name in sorted(known)}
    for case in cases:
        for config, expected in case["expected"].items():
            every[config] += 1
            met[config] += config in known and engines[config].convert(case["input"]) == expected
    return Expectations(met, every, sum(count for config, count in every.items() if config not in known))


@cache
def _words(source: Source) -> list[str]:
    """All words of `source` and what they become, in order."""
    words: set[str] = set()
    for name in source.names():
        recipe = read_recipe(name, source)
        for layers in (*recipe.before, *recipe.steps):
            for layer in layers:
                words.update(layer.keys(), layer.values())
    return sorted(words)


def generated(source: Source, size: int, seed: int = 1) -> str:
    """About `size` characters of clauses of the words of `source` and what they become, cut, and marks between them."""
    ordered, rng = _words(source), random.Random(seed)
    pieces, filled = [], 0
    while filled < size:
        clause = []
        for _ in range(rng.randint(1, _LONGEST)):
            word = rng.choice(ordered)
            kind = rng.random()
            if kind < 0.2:
                clause.append(word[: rng.randint(1, len(word))])
            elif kind < 0.4:
                clause.append(word[rng.randint(0, len(word) - 1) :])
            elif kind < 0.55:
                clause.append(rng.choice(_BETWEEN))
            else:
                clause.append(word)
        clause.append(rng.choice("，。\n"))
        pieces.append("".join(clause))
        filled += len(pieces[-1])
    return "".join(pieces)


def texts(folders: Sequence[Path], source: Source, size: int) -> str:
    """The seeds, the main content of the JSON files in `folders`, and generated clauses up to `size` characters."""
    found = [path.read_text(encoding="utf-8") for path in SEEDS]
    for folder in folders:
        for path in sorted(folder.glob("*.json")):
            content = json.loads(path.read_text(encoding="utf-8")).get("main_content")
            if isinstance(content, str):
                found.append(content)
    natural = "\n".join(found)[:size]
    return natural + generated(source, size - len(natural)) if len(natural) < size else natural


def differences(one: str, other: str) -> Iterator[tuple[int, str, str]]:
    """The lines in which two texts differ, by number."""
    lines, others = one.split("\n"), other.split("\n")
    for number, (left, right) in enumerate(zip(lines, others, strict=False)):
        if left != right:
            yield number, left, right
    if len(lines) != len(others):
        yield min(len(lines), len(others)), f"{len(lines)} lines", f"{len(others)} lines"


def _compare(peer: Peer, text: str, configs: Sequence[str], repeat: int) -> int:
    """Print a row a configuration; returns how many differ."""
    print(f"\n{peer.source.name} {peer.source.version}: {len(text):,} characters\n")
    print("| configuration | different lines | peer, Mchar/s | cleantext, Mchar/s | ratio |\n|---|---|---|---|---|")
    wrong = 0
    for config in [name for name in peer.source.names() if not configs or name in configs]:
        expected, theirs = peer.convert(config, text, repeat)
        converter, ours = Engine(read_recipe(config, peer.source)), 1e9
        converter.convert(text[:200_000])
        for _ in range(repeat):
            start = time.perf_counter()
            converted = converter.convert(text)
            ours = min(ours, time.perf_counter() - start)
        different = list(differences(expected, converted))
        wrong += bool(different)
        speeds = [len(text) / seconds / 1e6 for seconds in (theirs, ours)]
        print(f"| {config} | {len(different)} | {speeds[0]:.2f} | {speeds[1]:.1f} | {theirs / ours:.1f} |", flush=True)
        for number, left, right in different[:3]:
            print(f"  line {number}: {left[:60]!r} is here {right[:60]!r}")
    return wrong


def main() -> int:
    """Print the tables; returns 1 where a character differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", nargs="*", default=[sys.executable])
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--data", type=Path, nargs="*", default=[])
    parser.add_argument("--chars", type=int, default=1_000_000)
    parser.add_argument("--configs", nargs="*", default=[])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    wrong = 0
    for python in options.peer:
        peer = Peer(python)
        if options.cases:
            found = expectations(json.loads(options.cases.read_text(encoding="utf-8"))["cases"], peer.source)
            print(
                f"\n{peer.source.name} {peer.source.version}: {found.met.total()} of {found.all.total()} expectations"
            )
            print(f"({found.absent} of configurations that it lacks)\n\n| configuration | met | of |\n|---|---|---|")
            for config in sorted(found.all):
                print(f"| {config} | {found.met[config]} | {found.all[config]} |")
        text = texts(options.data, peer.source, options.chars)
        wrong += _compare(peer, text, options.configs, options.repeat)
        peer.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
