"""An index that grows to a million paragraphs: how fast it checks and adds, what it takes, and whether it is right.

    python benchmarks/index.py [--paragraphs N] [--data FILE_OR_FOLDER ...] [--name NAME] [--location FILE]

The corpus is that of `corpus.py`. Its documents are checked and added in order with `check_and_add_many`, a part of
20,000 paragraphs at a time; of each part are noted wall time and time of the processor, the size of the database and
the memory of the process. Making the texts is not counted. Then the answers are held against what was planted, and
those on the first paragraphs against `find_duplicates`. Results go to results/index-NAME.json, the picture to
docs/images/index.svg. Exit code 1 where the answers are not those of find_duplicates.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clauses import Clauses
from cleantext import Index, Verdict, find_duplicates
from cleantext.config import DedupConfig
from cleantext.report import versions
from copies import CONTAINED, EXACT, NEAR
from corpus import PART, Corpus, Truth
from measure import resident_mib
from plot import Panel, draw
from run import PACKAGES, machine

I64 = npt.NDArray[np.int64]

HERE = Path(__file__).parent
MILLION = 1_000_000
# Of the paragraphs that repeat an earlier one by one account, the share that must by the other.
AGREE = 0.998


def grown(corpus: Corpus, paragraphs: int, index: Index) -> tuple[list[dict[str, Any]], dict[int, str], dict[str, Any]]:
    """Add the corpus to `index`: figures of every part, the kind of each paragraph that repeats one, and the recall."""
    steps: list[dict[str, Any]] = []
    kinds: dict[int, str] = {}
    truths, firsts = [], []
    for number in range(-(-paragraphs // PART)):
        part = corpus.part(number, paragraphs)
        ends = [*part.firsts[1:], len(part.texts)]
        rows = [
            {"id": f"d{part.start + first}", "paragraphs": part.texts[first:end]}
            for first, end in zip(part.firsts, ends, strict=True)
        ]
        wall, processor = time.perf_counter(), time.process_time()
        verdicts = index.check_and_add_many(rows)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        for verdict in verdicts:
            kinds.update(_kinds(verdict))
        truths.append(part.truth)
        firsts += [part.start + first for first in part.firsts]
        step = {
            "paragraphs": part.start + len(part.texts),
            "seconds": round(wall, 3),
            "cpu_seconds": round(processor, 3),
            "per_cpu_second": round(len(part.texts) / processor),
            "bytes": index.stats()["bytes"],
            "resident_mib": round(resident_mib()),
        }
        steps.append(step)
        print(json.dumps(step), file=sys.stderr, flush=True)
    return steps, kinds, recall(Truth.joined(truths), np.array(firsts), kinds)


def _kinds(verdict: Verdict) -> dict[int, str]:
    """By number, the kind of each paragraph of a document that repeats one."""
    first = int(verdict.document_id[1:])
    return {first + one.paragraph: one.match.kind for one in verdict.paragraphs}


def recall(truth: Truth, firsts: I64, kinds: dict[int, str]) -> dict[str, Any]:
    """The share of the planted copies that were said to repeat something, of contained ones those inside the source.

    Copies of a paragraph of their own document do not count: an index says nothing of them. `firsts` are the numbers
    of the first paragraph of every document.
    """
    found = np.isin(truth.copy, np.fromiter(kinds, np.int64, len(kinds)))
    own, other = (np.searchsorted(firsts, numbers, side="right") for numbers in (truth.copy, truth.source))
    rows = {
        "exact": (truth.kind == EXACT) & (own != other),
        "near": (truth.kind == NEAR) & (own != other),
        "contained": (truth.kind == CONTAINED) & truth.copy_inside & (own != other),
    }
    return {
        name: {"planted": int(rows[name].sum()), "found": round(float(found[rows[name]].mean()), 5)}
        for name in rows
        if rows[name].any()
    }


def agreement(corpus: Corpus, paragraphs: int) -> dict[str, Any]:
    """Paragraphs that repeat one by an index and by find_duplicates, which compares the same texts at once.

    Every paragraph is a document of its own, all of which are remembered; containment is left out, because a run
    removes an earlier paragraph inside a later one too.
    """
    texts = [text for n in range(-(-paragraphs // PART)) for text in corpus.part(n, paragraphs).texts]
    config = DedupConfig(containment=None)
    with Index(config=config) as index:
        verdicts = index.add_many([{"id": f"d{n}", "paragraphs": [text]} for n, text in enumerate(texts)])
    by_index = {int(one.document_id[1:]) for one in verdicts if one.paragraphs}
    by_run = {row.index for row in find_duplicates(texts, config=config).removals}
    both = len(by_index & by_run)
    return {
        "paragraphs": len(texts),
        "both": both,
        "index_only": len(by_index - by_run),
        "run_only": len(by_run - by_index),
        "agree": round(both / max(len(by_index | by_run), 1), 5),
    }


def picture(steps: Sequence[dict[str, Any]]) -> str:
    """Speed, size and memory over paragraphs."""
    sizes = [step["paragraphs"] / MILLION for step in steps]
    label = "million paragraphs"
    return draw(
        [
            Panel("paragraphs per second of one core", label, sizes, [step["per_cpu_second"] for step in steps]),
            Panel("database, MB", label, sizes, [step["bytes"] / 1e6 for step in steps]),
            Panel("resident memory, MiB", label, sizes, [step["resident_mib"] for step in steps]),
        ]
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, default=MILLION)
    parser.add_argument("--compared", type=int, default=100_000, help="paragraphs held against find_duplicates")
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="more text to make paragraphs of")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--location", help="a SQLite file that is not there yet (default: a temporary one)")
    parser.add_argument("--name", default="latest")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--plot", type=Path, default=HERE.parent / "docs" / "images" / "index.svg")
    return parser.parse_args()


def main() -> int:
    """Measure, check, write."""
    options = _options()
    corpus = Corpus(Clauses.read(options.data), options.seed)
    with tempfile.TemporaryDirectory() as temporary:
        with Index(options.location or Path(temporary) / "seen.db") as index:
            steps, kinds, found = grown(corpus, options.paragraphs, index)
            stats = index.stats()
        compared = agreement(corpus, min(options.compared, options.paragraphs))
    total = {name: sum(step[name] for step in steps) for name in ("seconds", "cpu_seconds")}
    written = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(PACKAGES),
        "clauses": len(corpus.clauses),
        "seed": options.seed,
        "paragraphs_per_second": round(options.paragraphs / total["seconds"]),
        "paragraphs_per_cpu_second": round(options.paragraphs / total["cpu_seconds"]),
        "bytes_per_paragraph": round(stats["bytes"] / max(stats["paragraphs"], 1)),
        "stored_paragraphs": stats["paragraphs"],
        "unverified": stats["unverified"],
        "recall": found,
        "repeated_paragraphs": len(kinds),
        "against_find_duplicates": compared,
        "steps": steps,
    }
    options.results.mkdir(parents=True, exist_ok=True)
    path = options.results / f"index-{options.name}.json"
    path.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    options.plot.parent.mkdir(parents=True, exist_ok=True)
    options.plot.write_text(picture(steps), encoding="utf-8")
    print(json.dumps({key: value for key, value in written.items() if key != "steps"}, indent=1))
    return int(compared["agree"] < AGREE)


if __name__ == "__main__":
    sys.exit(main())
