"""How well main content and metadata are found, beside trafilatura in the same run.

    python benchmarks/quality/extraction.py --data FOLDER [--step N] [--dump]

FOLDER holds labelled pages in one of two layouts: `ID.html.gz` with `ID.json` (main_content, kind, and where known
title, publish_date, source, author, and `blocks`: the labelled lines of a naive dump), or `html/ID.html.gz` with
`ground-truth.jsonl.gz`. With --dump the lines of `blocks` are the input instead of the page. F1 is over multisets of
tokens, a CJK character or a run of letters and digits each, mean over pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trafilatura

import cleantext

__all__ = ["Score", "dump_of", "f1", "pages", "score", "tokens"]

_TOKEN = re.compile(r"[㐀-鿿豈-﫿぀-ヿ가-힯]|[a-z0-9]+")
_WORD = re.compile(r"\w+")
FIELDS = {"title": "title", "publish_date": "date", "author": "author", "source": "source"}

Found = tuple[str, Mapping[str, str | None]]


@dataclass
class Score:
    """What one extractor reached on one folder."""

    f1: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def mean(self) -> float:
        """Mean F1 over all pages."""
        values = [value for kind in self.f1.values() for value in kind]
        return sum(values) / len(values)


def pages(folder: Path) -> Iterator[tuple[dict[str, Any], Path, str]]:
    """The label, the path and the kind of every page."""
    truth = folder / "ground-truth.jsonl.gz"
    if truth.exists():
        with gzip.open(truth, "rt", encoding="utf-8") as stream:
            for line in stream:
                row = json.loads(line)
                yield row, folder / "html" / f"{row['id']}.html.gz", row["page_type"] or "article"
    else:
        for path in sorted(folder.glob("*.json")):
            row = json.loads(path.read_text(encoding="utf-8"))
            yield row, path.with_suffix(".html.gz"), row["kind"]


def dump_of(row: Mapping[str, Any]) -> str:
    """The naive dump of a page: its labelled blocks, one a line."""
    return "\n".join(block["text"] for block in row["blocks"])


def tokens(text: str, *, chinese: bool = True) -> Counter[str]:
    """The multiset of tokens of a text: CJK characters and runs of ASCII letters and digits, else words."""
    return Counter((_TOKEN if chinese else _WORD).findall(text.lower()))


def f1(predicted: str, gold: str, *, chinese: bool = True) -> float:
    """F1 of the multisets of tokens; 1 where both are empty."""
    a, b = (tokens(text, chinese=chinese) for text in (predicted, gold))
    return 2 * (a & b).total() / (a.total() + b.total()) if a and b else float(not a and not b)


def by_cleantext(data: bytes, url: str | None) -> Found:
    """Our own answer."""
    document = cleantext.extract(data, url=url)
    return document.text, {name: found.value for name, found in document.metadata.items()}


def by_trafilatura(data: bytes, url: str | None) -> Found:
    """Trafilatura's answer with its defaults, metadata included."""
    document = trafilatura.bare_extraction(data, url=url, with_metadata=True)
    if document is None:
        return "", {}
    values = document if isinstance(document, dict) else document.as_dict()
    return values.get("text") or "", {
        "title": values.get("title"),
        "date": values.get("date"),
        "author": values.get("author"),
        "source": values.get("sitename"),
    }


def same(name: str, found: str | None, gold: str) -> bool:
    """Whether a metadata value is right, but for white space and case; a title may have its site behind it."""
    a, b = (re.sub(r"\s+", "", text or "").casefold() for text in (found, gold))
    if name == "title":
        return bool(a) and (a == b or a.startswith(b) or b.startswith(a))
    return a[:10] == b[:10] if name == "publish_date" else a == b


def score(folder: Path, answer: Callable[[bytes, str | None], Found], *, step: int = 1, dump: bool = False) -> Score:
    """Run `answer` over every `step`-th page of `folder`."""
    result = Score()
    for row, path, kind in list(pages(folder))[::step]:
        if dump and "blocks" not in row:
            continue
        data = dump_of(row).encode() if dump else gzip.decompress(path.read_bytes())
        start = time.perf_counter()
        text, metadata = answer(data, row.get("url"))
        result.seconds += time.perf_counter() - start
        chinese = not (folder / "ground-truth.jsonl.gz").exists()
        result.f1[kind].append(f1(text, row.get("main_content") or "", chinese=chinese))
        for name, key in FIELDS.items():
            if row.get(name):
                result.asked[name] += 1
                result.right[name] += same(name, metadata.get(key), row[name])
    return result


def main() -> int:
    """Print both scores and their time ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--dump", action="store_true")
    options = parser.parse_args()
    answers = (
        {"cleantext": by_cleantext} if options.dump else {"cleantext": by_cleantext, "trafilatura": by_trafilatura}
    )
    scores = {}
    for name, answer in answers.items():
        scores[name] = found = score(options.data, answer, step=options.step, dump=options.dump)
        kinds = ", ".join(f"{kind} {sum(v) / len(v):.4f} ({len(v)})" for kind, v in sorted(found.f1.items()))
        fields = ", ".join(f"{key} {found.right[key]}/{count}" for key, count in found.asked.items())
        print(f"{name}: F1 {found.mean:.4f} [{kinds}]; right: {fields}; {found.seconds:.1f} s")
    if len(scores) == 2:
        print(f"time: {scores['cleantext'].seconds / scores['trafilatura'].seconds:.2f} times trafilatura's")
    return 0


if __name__ == "__main__":
    sys.exit(main())
