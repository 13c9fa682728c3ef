"""`cleantext dedup` on generated corpora of growing size: time, memory, recall of what was planted, precision.

    python benchmarks/scale.py [--paragraphs N ...] [--data FILE_OR_FOLDER ...] [--name NAME] [-- ARGUMENTS OF DEDUP]

For every size the corpus of `corpus.py` is written (or found) in --work, `cleantext dedup` runs on it in a process of
its own, from JSON Lines to JSON Lines, and what it wrote is scored. Results go to results/scale-NAME.json, the picture
of time and memory to docs/images/scale.svg. Ten million paragraphs need 10 GB of disk and some minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clauses import Clauses
from cleantext.report import versions
from corpus import PART, Corpus, Truth, write
from measure import Usage, measured
from plot import Panel, draw
from run import PACKAGES, machine
from scoring import read_reported, recall, sample_errors

HERE = Path(__file__).parent
MILLION = 1_000_000


@dataclass(frozen=True)
class Task:
    """What is measured at every size."""

    corpus: Corpus
    work: Path
    arguments: Sequence[str]
    jobs: int
    sample: int

    def files(self, paragraphs: int) -> tuple[Path, Path]:
        """The corpus of that size and its truth, made where they are not there."""
        content = "\n".join(self.corpus.clauses.texts)
        digest = hashlib.sha256(f"{PART}\n{content}".encode()).hexdigest()[:8]
        form = "rows" if self.corpus.rows else "corpus"
        name = f"{form}-{paragraphs}-{self.corpus.seed}-{digest}"
        path, truth = self.work / f"{name}.jsonl", self.work / f"{name}.npz"
        if not (path.exists() and truth.exists()):
            unfinished = path.with_suffix(".part")
            with unfinished.open("wb") as stream:
                print(write(self.corpus, paragraphs, stream, truth, self.jobs), file=sys.stderr)
            unfinished.rename(path)
        return path, truth

    def run(self, paragraphs: int) -> dict[str, Any]:
        """Generate, run, score. Raises RuntimeError where `cleantext dedup` fails."""
        path, truth = self.files(paragraphs)
        output = self.work / f"out-{paragraphs}"
        command = [sys.executable, "-m", "cleantext", "dedup", str(path), "-o", str(output)]
        usage = measured([*command, "--jobs", str(self.jobs), "--overwrite", *self.arguments])
        if usage.code:
            raise RuntimeError(f"cleantext dedup ended with exit code {usage.code}")
        reported = read_reported(output, path, paragraphs)
        result = {
            "paragraphs": paragraphs,
            "megabytes": round(path.stat().st_size / 1e6, 1),
            **rounded(usage),
            "recall": recall(Truth.load(truth), reported),
            "removed_paragraphs": int(reported.removed.sum()),
            "pairs": sample_errors(reported, path, self.sample, self.corpus.seed),
        }
        shutil.rmtree(output)
        return result


def rounded(usage: Usage) -> dict[str, Any]:
    """The figures of `usage` without false precision."""
    return {key: round(value, 2) for key, value in asdict(usage).items() if key != "code" and value is not None}


def line(result: dict[str, Any]) -> str:
    """One size in a line for a terminal."""
    near, contained = result["recall"]["near"], result["recall"]["contained"]
    wrong, checked = (sum(kind[name] for kind in result["pairs"].values()) for name in ("wrong", "checked"))
    shares = [
        f"{name} {_share(part['listed'])} listed, {_share(part['found'])} found"
        for name, part in (("exact", result["recall"]["exact"]), ("near", near), ("contained", contained))
    ]
    return (
        f"{result['paragraphs']:>10,} paragraphs: {result['seconds']:.1f} s ({result['cpu_seconds']:.1f} s of "
        f"processors), {result['peak_mib']:,.0f} MiB; recall: {'; '.join(shares)}; "
        f"{wrong} wrong of {checked:,} pairs checked"
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def picture(results: Sequence[dict[str, Any]]) -> str:
    """Time and memory over size."""
    sizes = [result["paragraphs"] / MILLION for result in results]
    return draw(
        [
            Panel("seconds", "million paragraphs", sizes, [result["seconds"] for result in results]),
            Panel("peak memory, GiB", "million paragraphs", sizes, [result["peak_mib"] / 1024 for result in results]),
        ]
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = [MILLION, 2 * MILLION, 5 * MILLION, 10 * MILLION]
    parser.add_argument("--paragraphs", type=int, nargs="+", default=sizes)
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="more text to make paragraphs of")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rows", action="store_true", help="one paragraph a row")
    parser.add_argument("--sample", type=int, default=20_000, help="pairs of each kind that are computed anew")
    parser.add_argument("--work", type=Path, help="folder for the corpora, kept (default: a temporary one)")
    parser.add_argument("--name", default="latest")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--plot", type=Path, default=HERE.parent / "docs" / "images" / "scale.svg")
    parser.add_argument("arguments", nargs="*", help="after --: passed on to cleantext dedup")
    return parser.parse_args()


def main() -> int:
    """Measure every size; write the results after each, the picture at the end. 1 where a pair was wrong."""
    options = _options()
    corpus = Corpus(Clauses.read(options.data), options.seed, rows=options.rows, size=5 if options.rows else 3)
    written: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(PACKAGES),
        "arguments": options.arguments,
        "clauses": len(corpus.clauses),
        "seed": options.seed,
        "results": [],
    }
    options.results.mkdir(parents=True, exist_ok=True)
    path = options.results / f"scale-{options.name}.json"
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        task = Task(corpus, work, options.arguments, options.jobs, options.sample)
        for paragraphs in options.paragraphs:
            written["results"].append(task.run(paragraphs))
            print(line(written["results"][-1]), flush=True)
            path.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    options.plot.parent.mkdir(parents=True, exist_ok=True)
    options.plot.write_text(picture(written["results"]), encoding="utf-8")
    print(path, options.plot, sep="\n")
    return int(any(kind["wrong"] for result in written["results"] for kind in result["pairs"].values()))


if __name__ == "__main__":
    sys.exit(main())
