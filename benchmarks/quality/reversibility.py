"""Which mojibake of Chinese can be had back: every wrong decoding of the seeds' lines, and what repair makes of it.

    python benchmarks/quality/reversibility.py [--examples]

Lines are those of the seed documents that hold Han, with the marks beside Han made full-width, Simplified (S) and
Traditional (T, without glosses). A wrong decoding is done as the program in the row does it; `browser` follows the
WHATWG Encoding Standard. A line is exact if the whole comes back; characters are those of the longest matches of the
line with what came back. The limit, for UTF-8 read as GBK, is what the inverse has that knows what was done: the whole
line as bytes, bytes that are gone as such, decoded as UTF-8.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path

import cleantext
from cleantext.config import RepairConfig
from cleantext.pages.encodings import decode_as
from cleantext.text import repair_line
from cleantext.text.recode import gb18030_bytes
from cleantext.text.repair import repair

SEEDS = Path(__file__).parents[2] / "seeds"
_HAN = re.compile("[\u4e00-\u9fff]")
# ASCII marks beside Han, and what they were before a site made them ASCII.
_MARKS = re.compile("(?<=[\u4e00-\u9fff])[,;:!?]|[,;:!?](?=[\u4e00-\u9fff])")
_FULL_WIDTH = dict(zip(",;:!?", "，；：！？", strict=True))
Damage = Callable[[str], str]


def lines() -> dict[str, list[str]]:
    """The lines of the seeds by script."""
    found: dict[str, list[str]] = {"S": [], "T": []}
    for path in sorted(SEEDS.glob("*.txt")):
        text = repair(path.read_text(encoding="utf-8"), RepairConfig()).text
        script = "T" if cleantext.detect_script(text).startswith("Hant") else "S"
        text = _MARKS.sub(lambda mark: _FULL_WIDTH[mark[0]], text)
        found[script] += [line for line in text.splitlines() if _HAN.search(line)]
    return found


def ftfied(text: str) -> str:
    """What ftfy makes of `text` with the settings for Chinese."""
    import ftfy  # noqa: PLC0415 - only one row needs it

    config = ftfy.TextFixerConfig(uncurl_quotes=False, fix_character_width=False, unescape_html=False, explain=True)
    return ftfy.fix_and_explain(text, config).text


def _rows() -> dict[str, tuple[Damage, str]]:
    """The rows of the table: the damage, and for which scripts it is possible."""

    def read(write: str, wrong: str, errors: str = "replace") -> Damage:
        return lambda text: text.encode(write, "replace").decode(wrong, errors)

    def browser(write: str, wrong: str) -> Damage:
        return lambda text: decode_as(text.encode(write, "replace"), wrong)

    gbk_latin, big5_latin = browser("gb18030", "windows-1252"), browser("big5hkscs", "windows-1252")
    return {
        "UTF-8 → windows-1252, browser": (browser("utf-8", "windows-1252"), "ST"),
        "UTF-8 → Latin-1": (read("utf-8", "latin-1"), "ST"),
        "UTF-8 → cp1252, Python replace": (read("utf-8", "cp1252"), "ST"),
        "UTF-8 → GBK, browser": (browser("utf-8", "gb18030"), "ST"),
        "UTF-8 → GBK, Python replace": (read("utf-8", "gbk"), "ST"),
        "UTF-8 → GBK, Python ignore": (read("utf-8", "gbk", "ignore"), "ST"),
        "UTF-8 → GB18030, Python replace": (read("utf-8", "gb18030"), "ST"),
        "UTF-8 → GBK twice, browser": (
            lambda text: browser("utf-8", "gb18030")(browser("utf-8", "gb18030")(text)),
            "ST",
        ),
        "GBK → windows-1252, browser": (gbk_latin, "ST"),
        "GBK → Latin-1": (read("gb18030", "latin-1"), "ST"),
        "GBK → cp1252, Python replace": (read("gb18030", "cp1252"), "ST"),
        "GBK → windows-1252, then ftfy": (lambda text: ftfied(gbk_latin(text)), "ST"),
        "GBK → Latin-1 → UTF-8 → GBK": (
            lambda text: browser("utf-8", "gb18030")(read("gb18030", "latin-1")(text)),
            "ST",
        ),
        "GBK → Latin-1 → UTF-8 → Latin-1": (
            lambda text: read("utf-8", "latin-1")(read("gb18030", "latin-1")(text)),
            "ST",
        ),
        "Big5 → GBK, browser": (browser("big5hkscs", "gb18030"), "T"),
        "Big5 → GB18030, Python": (read("big5hkscs", "gb18030"), "T"),
        "Big5 → windows-1252, browser": (big5_latin, "T"),
        "Big5 → Latin-1": (read("big5hkscs", "latin-1"), "T"),
        "Big5 → windows-1252, then ftfy": (lambda text: ftfied(big5_latin(text)), "T"),
        "GBK → Big5, browser": (browser("gb18030", "big5"), "ST"),
        "GBK → Big5, Python replace": (read("gb18030", "big5hkscs"), "ST"),
        "GBK → UTF-8": (read("gb18030", "utf-8"), "ST"),
        "GBK → UTF-8 → GBK": (lambda text: browser("utf-8", "gb18030")(read("gb18030", "utf-8")(text)), "ST"),
    }


def inverse(name: str, broken: str) -> str:
    """What a row of UTF-8 read as GBK was, as far as its bytes are there."""
    for _ in range(2 if "twice" in name else 1):
        data = b"\xff".join(map(gb18030_bytes, broken.split("\ufffd")))
        broken = data.decode("utf-8", "replace")
    return broken


def kept(text: str, found: str) -> int:
    """Characters of `text` that `found` has in order."""
    return sum(block.size for block in SequenceMatcher(None, text, found, autojunk=False).get_matching_blocks())


def measured(
    damage: Damage, undo: Callable[[str], str], texts: list[str], *, examples: bool = False
) -> tuple[float, float]:
    """The share of lines that come back exactly, and of characters; lines that cannot be written are left out."""
    texts = [text for text in texts if "?" in text or "?" not in damage(text)]
    exact = characters = 0
    for text in texts:
        broken = damage(text)
        found = undo(broken)
        exact += found == text
        characters += len(text) if found == text else kept(text, found)
        if examples and found != text:
            at = max(0, next((i for i, (a, b) in enumerate(zip(text, found, strict=False)) if a != b), 0) - 5)
            print(f"  {text[at : at + 30]}\n  {found[at : at + 30]}\n  {broken!r:.70}")
    return exact / len(texts), characters / sum(map(len, texts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", metavar="ROW", help="show what does not come back in rows that contain this")
    parser.add_argument("--every", type=int, default=1, help="take every n-th line only")
    args = parser.parse_args()
    texts = {script: found[:: args.every] for script, found in lines().items()}
    print({script: (len(found), sum(map(len, found))) for script, found in texts.items()})
    print("| true → read as | lines exact S / T | characters S / T |\n|---|---|---|")
    for name, (damage, scripts) in _rows().items():
        show = bool(args.examples) and args.examples in name
        if args.examples and not show:
            continue
        undone = {"": lambda broken: repair_line(broken).text}
        if name.startswith("UTF-8 → G"):
            undone[", limit"] = partial(inverse, name)
        for what, undo in undone.items():
            results = [measured(damage, undo, texts[script], examples=show and not what) for script in scripts]
            cells = [" / ".join(f"{100 * share:.4g}" for share in column) for column in zip(*results, strict=True)]
            print(f"| {name}{what} ({scripts}) | {cells[0]} | {cells[1]} |")


if __name__ == "__main__":
    main()
