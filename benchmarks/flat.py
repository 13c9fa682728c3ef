"""`cleantext clean` on a hundred thousand generated documents: memory over the run, speed, and whether all is right.

    python benchmarks/flat.py [--documents N] [--kind text dump html ...] [--jobs N] [-- ARGUMENTS OF CLEAN]

Documents of a few paragraphs are written to --work one block at a time: plain text, dumps with lines of chrome, or
pages; every tenth is a copy of an earlier one. `cleantext clean` runs on them in a process of its own while the
memory of all its processes is looked at. Then every document that was kept is compared with what it was made of.
Results go to results/flat-NAME.json, the picture to docs/images/memory.svg.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from clauses import Clauses
from cleantext.checkpoint import FOLDER
from cleantext.folding import match_text
from cleantext.report import versions
from corpus import Corpus
from measure import held_mib
from plot import Panel, draw
from run import PACKAGES, machine

HERE = Path(__file__).parent
KINDS = ("text", "dump", "html")
_PLAIN = re.compile(
    r"(?!.*(转载|联系|来源|版权|媒体|编辑|记者|责任|本网|大气网|[链鏈]接|删除|资讯|作品))[\u4e00-\u9fff]+[，。！？；：、]"
)
_BLOCK, _SITES = 2_000, 997
_COPY, _BACK = 10, 7  # every tenth document is a copy of the one seven before it
_INTERVAL = 0.5
# Parts of the input at which memory is told. With the last shard the comparison begins, which is another matter.
_SHARES = (0.1, 0.25, 0.5, 0.75, 0.99)
# By then the kernels are loaded, which takes 160 MiB once; what comes after is growth.
_LOADED = 0.25
_DRAWN = 12


@dataclass(frozen=True)
class Made:
    """`count` documents of so many `paragraphs` each, of clauses that no repair changes."""

    corpus: Corpus
    count: int
    paragraphs: int

    @classmethod
    def of(cls, options: argparse.Namespace) -> Made:
        """What the options ask for."""
        clauses = (clause for clause in Clauses.read(options.data).texts if _PLAIN.fullmatch(clause))
        return cls(Corpus(Clauses(tuple(clauses)), options.seed), options.documents, options.paragraphs)

    def documents(self) -> Iterator[list[str]]:
        """The paragraphs of every document."""
        for start in range(0, self.count, _BLOCK):
            numbers = np.arange(start, min(start + _BLOCK, self.count))
            sources = np.where(is_copy(numbers), numbers - _BACK, numbers)
            flat = (sources[:, None] * self.paragraphs + np.arange(self.paragraphs)).ravel()
            texts = self.corpus.originals(flat)
            yield from (texts[n : n + self.paragraphs] for n in range(0, len(texts), self.paragraphs))

    def write(self, kind: str, path: Path) -> None:
        """JSON Lines of all."""
        name = "html" if kind == "html" else "text"
        with path.open("w", encoding="utf-8") as stream:
            for number, paragraphs in enumerate(self.documents()):
                url = f"https://site{number % _SITES}.example/{number}"
                row = {"id": f"d{number}", "url": url, name: source(paragraphs, kind, number)}
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")

    def check(self, output: Path) -> int:
        """How many documents are not what they were made of. Raises RuntimeError where one is missing or too many."""
        wrong, expected = 0, ((n, made) for n, made in enumerate(self.documents()) if not is_copy(n))
        with (output / "documents.jsonl").open(encoding="utf-8") as stream:
            for line in stream:
                row = json.loads(line)
                number, paragraphs = next(expected)
                if not row["origin"].endswith(f"#{number + 1}"):
                    raise RuntimeError(f"document {number} is not where it should be: {row['origin']}")
                wrong += [match_text(text) for text in row["paragraphs"]] != [match_text(text) for text in paragraphs]
        if left := next(expected, None):
            raise RuntimeError(f"documents are missing, the first is {left[0]}")
        return wrong


def is_copy(number: Any) -> Any:
    """Whether a document is a copy."""
    return number % _COPY == _COPY - 1


def source(paragraphs: Sequence[str], kind: str, number: int) -> str:
    """A document as it is found."""
    if kind == "text":
        return "\n\n".join(paragraphs)
    if kind == "dump":
        return "\n".join(["首页 > 新闻 > 正文", *paragraphs, "分享到：微信", "上一篇：无"])
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    links = "".join(f"<li><a href=/{number}/{n}>栏目{n}</a></li>" for n in range(8))
    return (
        f"<html><head><meta charset=utf-8><title>第{number}号</title></head><body><ul class=nav>{links}</ul>"
        f"<div class=article><h1>第{number}号</h1>{body}</div><div class=footer>版权所有 <a href=/>首页</a></div>"
        "</body></html>"
    )


@dataclass
class Watch:
    """What a run held, and how far it was, again and again."""

    seconds: list[float] = field(default_factory=list)
    shards: list[int] = field(default_factory=list)
    parent: list[float] = field(default_factory=list)
    workers: list[float] = field(default_factory=list)

    def follow(self, process: subprocess.Popen[bytes], progress: Path) -> None:
        """Look at `process` until it ends."""
        started = time.perf_counter()
        while process.poll() is None:
            own, others = held_mib(process.pid)
            self.seconds.append(time.perf_counter() - started)
            self.shards.append(sum(1 for _ in progress.glob("shard-*")))
            self.parent.append(own)
            self.workers.append(others)
            time.sleep(_INTERVAL)
        self.seconds.append(time.perf_counter() - started)

    def at(self, share: float) -> int:
        """The number of the look at which that share of the shards was finished."""
        return next(n for n, shards in enumerate(self.shards) if shards >= share * max(self.shards))


def measure(made: Made, kind: str, jobs: int, work: Path, further: Sequence[str]) -> tuple[dict[str, Any], Watch]:
    """Generate, run, check. Raises RuntimeError where `cleantext clean` fails."""
    path, output, watch = work / f"flat-{kind}.jsonl", work / f"out-{kind}", Watch()
    count = made.count
    made.write(kind, path)
    command = [sys.executable, "-m", "cleantext", "clean", str(path), "-o", str(output), "--overwrite", "-q"]
    process = subprocess.Popen([*command, "--kind", kind, "--jobs", str(jobs), *further])
    watch.follow(process, output / FOLDER)
    if process.returncode:
        raise RuntimeError(f"cleantext clean ended with exit code {process.returncode}")
    megabytes, total = path.stat().st_size / 1e6, watch.seconds[-1]
    early, last = watch.at(_LOADED), watch.at(0.99)
    result = {
        "kind": kind,
        "documents": count,
        "megabytes": round(megabytes, 1),
        "seconds": round(total, 1),
        "seconds_until_compared": round(watch.seconds[watch.at(1.0)], 1),
        "documents_per_s": round(count / total, 1),
        "mb_per_s": round(megabytes / total, 3),
        "parent_mib": {f"{share:.0%}": round(watch.parent[watch.at(share)], 1) for share in _SHARES},
        "workers_mib": {f"{share:.0%}": round(watch.workers[watch.at(share)], 1) for share in _SHARES},
        "parent_bytes_a_document": round(
            (watch.parent[last] - watch.parent[early]) * 2**20 / ((0.99 - _LOADED) * count)
        ),
        "peak_mib": round(max(map(sum, zip(watch.parent, watch.workers, strict=True))), 1),
        "wrong": made.check(output),
    }
    shutil.rmtree(output)
    path.unlink()
    return result, watch


def panels(watch: Watch, count: int, kind: str) -> list[Panel]:
    """Memory over the documents that were read."""
    last = watch.at(0.99)
    chosen = sorted({round(last * n / _DRAWN) for n in range(1, _DRAWN + 1)})
    done = [watch.shards[n] / max(watch.shards) * count / 1000 for n in chosen]
    drawn = [(f"{kind}: MiB of the run", watch.parent), (f"{kind}: MiB of its workers", watch.workers)]
    return [Panel(title, "thousand documents", done, [held[n] for n in chosen]) for title, held in drawn]


def main() -> int:
    """Measure every kind; 1 where a document was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--paragraphs", type=int, default=4, help="paragraphs of a document")
    parser.add_argument("--kind", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="more text to make paragraphs of")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help="folder for the inputs (default: a temporary one)")
    parser.add_argument("--name", default="latest")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--plot", type=Path, default=HERE.parent / "docs" / "images" / "memory.svg")
    parser.add_argument("arguments", nargs="*", help="after --: passed on to cleantext clean")
    options = parser.parse_args()
    made = Made.of(options)
    written: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(PACKAGES),
        "jobs": options.jobs,
        "arguments": options.arguments,
        "clauses": len(made.corpus.clauses),
        "paragraphs_a_document": made.paragraphs,
        "results": [],
    }
    drawn: list[Panel] = []
    options.results.mkdir(parents=True, exist_ok=True)
    path = options.results / f"flat-{options.name}.json"
    with tempfile.TemporaryDirectory() as temporary:
        for kind in options.kind:
            result, watch = measure(made, kind, options.jobs, options.work or Path(temporary), options.arguments)
            written["results"].append(result)
            drawn += panels(watch, options.documents, kind)
            print(json.dumps(result), flush=True)
            path.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            options.plot.parent.mkdir(parents=True, exist_ok=True)
            options.plot.write_text(draw(drawn), encoding="utf-8")
    return int(any(result["wrong"] for result in written["results"]))


if __name__ == "__main__":
    sys.exit(main())
