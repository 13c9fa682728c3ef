"""How well marks that were made ASCII are restored, and what is changed in text that nothing happened to.

    python benchmarks/quality/punctuation.py [--data PATH] [--list]

Without --data: the marks restored in the seed documents, by kind and context. With it: the Chinese texts in a folder
of labels (`ID.json` with main_content), or the Chinese lines of a gzipped text, are made ASCII as width folding does
it, restored and compared with what they were. A mark is right if it became what the text had (one … or two are the
same), wrong if it became another one. Marks that the text itself has in ASCII are counted apart: they change in the
untouched text too. --list shows them, what is wrong and what is missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cleantext.text import fix_punctuation, repair
from cleantext.text.marks import kind_table

__all__ = ["Tally", "changes", "compare", "flatten", "seed_marks", "texts"]

SEEDS = Path(__file__).parents[2] / "seeds"
FLAT = dict(zip("，；：！？（）。“”‘’", ",;:!?().\"\"''", strict=True)) | {"…": "..."}
_ELLIPSES = ("…", "……", "。。。", "。。。。。。")
_HAN, _LATIN = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z\u3041-\u30fa\uac00-\ud7a3]")
_KIND = kind_table()


@dataclass
class Tally:
    """Marks of each kind: restored as they were, made something else, left ASCII; ASCII in the text, but not now."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    own: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str]] = field(default_factory=list)
    missed: list[tuple[str, str]] = field(default_factory=list)

    def precision(self, kind: str) -> float:
        """Share of the restored marks that are what they were."""
        return self.right[kind] / max(1, self.right[kind] + self.wrong[kind])

    def recall(self, kind: str) -> float:
        """Share of the marks that are restored."""
        return self.right[kind] / max(1, self.right[kind] + self.left[kind])


def texts(path: Path) -> Iterator[str]:
    """The Chinese texts of a folder of labels, or the Chinese lines of a gzipped text."""
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield from filter(_is_chinese, map(str.rstrip, stream))
        return
    for label in sorted(path.glob("*.json")):
        text = json.loads(label.read_text(encoding="utf-8"))["main_content"]
        if _is_chinese(text):
            yield text


def _is_chinese(text: str) -> bool:
    return len(_HAN.findall(text)) > 2 * len(_LATIN.findall(text))


def flatten(text: str) -> tuple[str, list[str]]:
    """`text` with its full-width marks in ASCII, and for each character of it what it was ('' after the first)."""
    flat, was = [], []
    for char in text:
        after = FLAT.get(char, char)
        flat.append(after)
        was += [char, *[""] * (len(after) - 1)]
    return "".join(flat), was


def compare(original: str, tally: Tally) -> None:
    """Count what becomes of `original` when it is made ASCII and restored."""
    flat, was = flatten(original)
    seen: set[int] = set()
    for step in fix_punctuation(flat, "cjk").steps:
        seen.update(range(step.start, step.end))
        before = "".join(was[step.start : step.end])
        if before == step.before:
            tally.own[step.rule] += 1
        elif before == step.after or (step.rule == "ellipsis" and before in _ELLIPSES):
            tally.right[step.rule] += 1
        else:
            tally.wrong[step.rule] += 1
            tally.examples.append((step.rule, _context(flat, step.start, step.end)))
    for i, char in enumerate(was):
        if char in FLAT and i not in seen:
            tally.left[_KIND[char]] += 1
            tally.missed.append((_KIND[char], _context(flat, i, i + len(FLAT[char]))))


def changes(text: str) -> list[tuple[str, str]]:
    """What changes in `text` as it is: the kind and context of each mark."""
    return [(step.rule, _context(text, step.start, step.end)) for step in fix_punctuation(text, "cjk").steps]


def seed_marks() -> list[tuple[str, str, str]]:
    """The marks restored in the seed documents after repair: document, kind, context."""
    return [
        (path.name[:3], kind, context)
        for path in sorted(SEEDS.glob("*.txt"))
        for kind, context in changes(repair(path.read_text(encoding="utf-8")).text)
    ]


def _context(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - 8) : start], text[end : end + 8]
    return f"{before}[{text[start:end]}]{after}".replace("\n", "⏎")


def _print(marks: Iterable[tuple[str, ...]]) -> None:
    for mark in marks:
        print("| " + " | ".join(mark) + " |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of labels, or gzipped text")
    parser.add_argument("--list", action="store_true", help="show what is wrong and what changes in texts as they are")
    arguments = parser.parse_args()
    if not arguments.data:
        marks = seed_marks()
        print(dict(Counter(kind for _, kind, _ in marks)))
        _print(mark for mark in marks if mark[1] != "comma")
        return
    tally, plain, chars = Tally(), [], 0
    for text in texts(arguments.data):
        chars += len(text)
        compare(text, tally)
        plain += changes(text)
    print(f"{chars:,} characters")
    print(
        "| kind | restored | precision | recall | ASCII in the texts as they are, and changed |\n|---|---|---|---|---|"
    )
    as_they_are = Counter(kind for kind, _ in plain)
    for kind in sorted({*tally.right, *tally.wrong, *tally.left}):
        row = f"{tally.right[kind]:,}", f"{tally.precision(kind):.2%}", f"{tally.recall(kind):.1%}"
        _print([(kind, *row, str(as_they_are[kind]))])
    if arguments.list:
        for name, marks_ in (("wrong", tally.examples), ("missed", tally.missed), ("as they are", plain)):
            print(f"\n{name}")
            _print((kind, context) for kind, context in marks_)


if __name__ == "__main__":
    main()
