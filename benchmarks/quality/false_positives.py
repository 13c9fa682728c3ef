"""How much clean text repair changes: the counts should be nothing but what the text itself got wrong.

    python benchmarks/quality/false_positives.py --data FOLDER... [--language zh_Hans ...]

Takes every text below the folders, of Debian packages for instance (`apt-get download NAME...`, then `dpkg-deb -x`, no
root needed): gettext catalogs (.mo; the translations), HTML pages (their text), manual pages, text, Markdown and JSON
files, plain or gzip. The language is what a folder or file is named after (`zh_CN`, `help-ko`, `guide.zh-tw.html`),
else the top folder's name. Of Chinese, Japanese and Korean only lines with such characters count, and every line counts
once. Lines that hold C1 controls or are not composed (NFC) are no clean text; they are counted apart and not repaired.
Prints characters, changed lines by stage and rule, and examples.
"""

from __future__ import annotations

import argparse
import gettext
import gzip
import html
import re
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cleantext.config import RepairConfig
from cleantext.records import Edit
from cleantext.text import repair_line

TEXTS = {".txt", ".md", ".rst", ".json", ".html", ".jsonl", *(f".{section}" for section in range(1, 9))}
_LANGUAGE = re.compile(
    r"(?:^|[-._])(zh|ja|ko|en|fr|vi|pt|de|es|ru|el|tr|cs|pl|hu)(?:[_-]([A-Za-z]{2,8}))?(?:\.[A-Za-z0-9-]+)*"
)
_SAME = {"zh_CN": "zh_Hans", "zh_SG": "zh_Hans", "zh_TW": "zh_Hant", "zh_HK": "zh_Hant"} | {
    "pt_BR": "pt",
    "ja_JP": "ja",
    "en_US": "en",
    "ko_KR": "ko",
}
_OWN = {
    "zh": re.compile("[\u3400-\u9fff]"),
    "ja": re.compile("[\u3041-\u9fff]"),
    "ko": re.compile("[\uac00-\ud7ff]"),
}
_C1 = re.compile("[\x80-\x9f]")
_ANY = re.compile("")
_UNSEEN = re.compile(r"(?s)<(script|style)\b.*?</\1>|<!--.*?-->")
_BREAK = re.compile(r"(?i)</?(?:p|div|li|ul|ol|dl|dt|dd|tr|td|th|table|h[1-6]|br|pre|title)\b[^>]*>")
_TAG = re.compile("<[^>]*>")


@dataclass(slots=True)
class Tally:
    """What was read of one language, and what became of it."""

    characters: int = 0
    lines: int = 0
    unclean: int = 0  # lines
    rules: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, line: str, stages: set[str], shown: int) -> None:
        """Repair one line and count what changes."""
        if _C1.search(line) or not unicodedata.is_normalized("NFC", line):
            self.unclean += 1
            return
        self.characters += len(line)
        self.lines += 1
        steps = [step for step in repair_line(line, RepairConfig(glosses=False)).steps if _stage(step) in stages]
        for rule in {f"{_stage(step)}/{step.rule}" for step in steps}:
            self.rules[rule] += 1
            if len(self.examples[rule]) < shown:
                step = next(step for step in steps if f"{_stage(step)}/{step.rule}" == rule)
                self.examples[rule].append(f"{step.before!r:.60} -> {step.after!r:.60} in {line[:60]!r}")


def _stage(step: Edit) -> str:
    return step.stage.split("/")[0]


def language(path: Path, top: Path) -> str:
    """The language of a file by the folders it is in."""
    for part in reversed(path.relative_to(top).parts):
        if found := next((match for match in _LANGUAGE.finditer(part) if match.end() == len(part)), None):
            name = found[1] + (f"_{found[2].upper()}" if found[2] and len(found[2]) == 2 else "")
            name += f"_{found[2]}" if found[2] and len(found[2]) > 2 else ""
            return _SAME.get(name, name)
    return _SAME.get(top.name, top.name)


def visible(page: str) -> str:
    """The text of an HTML page, a block a line."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", _UNSEEN.sub("", page))))


def lines(path: Path) -> Iterator[str]:
    """The distinct lines of a file that is text, none of others."""
    suffixes = path.suffixes
    try:
        if suffixes[-1:] == [".mo"]:
            with path.open("rb") as stream:
                catalog = gettext.GNUTranslations(stream)
            texts = [str(text) for key, text in catalog._catalog.items() if key != "" and text]  # type: ignore[attr-defined]
        elif suffixes[-1:] == [".gz"]:
            texts = [gzip.decompress(path.read_bytes()).decode("utf-8")]
        elif path.suffix in TEXTS:
            texts = [path.read_text(encoding="utf-8")]
        else:
            return
        if ".html" in suffixes:
            texts = list(map(visible, texts))
    except (UnicodeDecodeError, OSError, ValueError):
        return
    yield from (line for text in texts for line in text.splitlines() if line.strip())


def main() -> int:
    """Print the table; 1 if the stages asked for changed anything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", type=Path, required=True)
    parser.add_argument("--language", nargs="*", help="only these")
    parser.add_argument("--stage", nargs="*", default=["mojibake"], help="stages to count (default: mojibake)")
    parser.add_argument("--limit", type=int, default=2_000_000, help="characters a language, at most")
    parser.add_argument("--examples", type=int, default=3)
    args = parser.parse_args()
    tallies: dict[str, Tally] = defaultdict(Tally)
    seen: set[str] = set()
    started = time.perf_counter()
    for top in args.data:
        for path in sorted(top.rglob("*")):
            name = language(path, top)
            own = _OWN.get(name[:2], _ANY)
            if path.is_file() and (not args.language or name in args.language):
                for line in lines(path):
                    if line not in seen and own.search(line) and tallies[name].characters < args.limit:
                        seen.add(line)
                        tallies[name].add(line, set(args.stage), args.examples)
    for name, tally in sorted(tallies.items()):
        counts = f"{tally.characters:,} characters, {tally.lines:,} lines ({tally.unclean} unclean)"
        print(f"{name}: {counts}, {dict(tally.rules)}")
        for rule, examples in tally.examples.items():
            print("\n".join(f"    {rule}: {example}" for example in examples))
    print(f"{time.perf_counter() - started:.0f} s")
    return int(any(tally.rules for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main())
