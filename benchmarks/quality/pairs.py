"""Near duplicates among short texts, from strings to pairs, beside rensa and datasketch in the same run.

    python benchmarks/quality/pairs.py --data reviews.txt.gz [--truth reviews-pairs.npy] [--repeat 3]

One text a line; the truth, where there is one, is an array of (i, j, Jaccard similarity) of all pairs of sets of
5-character shingles. Each library runs in a process of its own, in turn, several times: `cold` is its first call with
its import, `warm` the second. All have 128 permutations. rensa gets 16 bands, datasketch the bands it chooses for the
threshold; both leave shingles to their users, and verify candidates with their estimate. Medians are printed, then
how many times longer than cleantext each takes.

`find_pairs` answers any other scorer too: it takes texts and a threshold and gives pairs (i, j, ...), i < j.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # for `measure` where this file is run as a script

from measure import measured

__all__ = ["find_pairs"]

_SIZE, _NUM_PERM, _RENSA_BANDS = 5, 128, 16
Found = Iterable[tuple[Any, ...]]


def find_pairs(texts: Sequence[str], threshold: float = 0.8) -> Found:
    """Every pair of `texts` whose sets of 5-character shingles have Jaccard similarity `threshold` or more."""
    from cleantext import find_duplicates  # noqa: PLC0415 - importing a library is part of its first call
    from cleantext.config import DedupConfig  # noqa: PLC0415

    config = DedupConfig(
        match="raw", shingle_size=_SIZE, shingle_unit="character", threshold=threshold, min_chars=0, containment=None
    )
    return find_duplicates(texts, config=config).expanded()


def _shingles(texts: Sequence[str]) -> Iterator[list[str]]:
    """The shingles of each text, as users of a library that takes tokens cut them."""
    return (list({text[i : i + _SIZE] for i in range(max(len(text) - _SIZE + 1, 1))}) if text else [] for text in texts)


def by_rensa(texts: Sequence[str], threshold: float = 0.8) -> Found:
    """The pairs that rensa finds: 16 bands, verified by its signatures."""
    from rensa import RMinHash, RMinHashLSH  # type: ignore[import-not-found, import-untyped, unused-ignore] # noqa: PLC0415

    minhashes = RMinHash.from_token_sets(_shingles(texts), _NUM_PERM, 42)
    lsh = RMinHashLSH(threshold, _NUM_PERM, _RENSA_BANDS)
    lsh.insert_many(minhashes)
    for i, candidates in enumerate(lsh.query_all(minhashes)):
        yield from ((i, j) for j in candidates if i < j and minhashes[i].jaccard(minhashes[j]) >= threshold)


def by_datasketch(texts: Sequence[str], threshold: float = 0.8) -> Found:
    """The pairs that datasketch finds: its bands for the threshold, verified by its signatures."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415

    tokens = ([one.encode("utf-8", "surrogatepass") for one in cut] for cut in _shingles(texts))
    minhashes = MinHash.bulk(tokens, num_perm=_NUM_PERM)
    lsh = MinHashLSH(threshold=threshold, num_perm=_NUM_PERM)
    for i, minhash in enumerate(minhashes):
        yield from ((j, i) for j in lsh.query(minhash) if minhash.jaccard(minhashes[j]) >= threshold)
        lsh.insert(i, minhash)


FINDERS: dict[str, Callable[[Sequence[str], float], Found]] = {
    "cleantext": find_pairs,
    "rensa": by_rensa,
    "datasketch": by_datasketch,
}


def read_texts(path: Path) -> list[str]:
    """The lines of a text file, gzipped or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8").removesuffix("\n").split("\n")


def run_one(name: str, texts: Sequence[str], threshold: float, truth: Path | None) -> dict[str, float]:
    """Both times of a library in this process, and how right its pairs are."""
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        pairs = {(int(pair[0]), int(pair[1])) for pair in FINDERS[name](texts, threshold)}
        seconds.append(time.perf_counter() - started)
    figures = {"cold": seconds[0], "warm": seconds[1], "pairs": len(pairs)}
    if truth:
        rows = np.load(truth)
        rows = rows[rows[:, 2] >= threshold]
        true = {(int(i), int(j)) for i, j, _ in rows}
        differing = {(int(i), int(j)) for i, j, similarity in rows if similarity < 0.9999}
        figures["recall"] = len(pairs & true) / len(true)
        figures["recall_of_differing"] = len(pairs & differing) / len(differing)
        figures["precision"] = len(pairs & true) / len(pairs) if pairs else 1.0
    return figures


def run_apart(name: str, options: argparse.Namespace) -> dict[str, float]:
    """`run_one` in a new process, with the most memory it held."""
    command = [sys.executable, __file__, "--only", name, "--data", str(options.data)]
    command += ["--threshold", str(options.threshold)]
    command += ["--truth", str(options.truth)] if options.truth else []
    with tempfile.TemporaryFile() as stream:
        usage = measured(command, stream)
        if usage.code:
            raise RuntimeError(f"{name} ended with exit code {usage.code}")
        stream.seek(0)
        figures: dict[str, float] = json.load(stream)
    return figures | {"peak_mib": usage.peak_mib}


def report(runs: dict[str, list[dict[str, float]]]) -> str:
    """Medians of each library, a line each, and its ratios to cleantext."""
    medians = {
        name: {key: statistics.median(run[key] for run in rounds) for key in rounds[0]} for name, rounds in runs.items()
    }
    own, lines = medians["cleantext"], []
    for name, row in medians.items():
        right = "".join(
            f", {key.replace('_', ' ')} {row[key]:.4f}"
            for key in ("recall", "recall_of_differing", "precision")
            if key in row
        )
        lines.append(
            f"{name:10} cold {row['cold']:7.2f} s, warm {row['warm']:7.2f} s, peak {row['peak_mib']:6,.0f} MiB, "
            f"{row['pairs']:,.0f} pairs{right}"
        )
    for name, row in medians.items():
        if name != "cleantext":
            cold, warm = row["cold"] / own["cold"], row["warm"] / own["warm"]
            lines.append(f"{name} takes {cold:.1f} times as long cold, {warm:.1f} times warm")
    return "\n".join(lines)


def main() -> int:
    """Run every library in turn and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="texts, one a line; may be gzipped")
    parser.add_argument("--truth", type=Path, help="array of (i, j, similarity)")
    parser.add_argument("--threshold", type=float, default=0.8)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--without", choices=[*FINDERS][1:], nargs="*", default=[], help="libraries to leave out")
    parser.add_argument("--only", choices=FINDERS, help="run this one here and print its figures as JSON")
    options = parser.parse_args()
    if options.only:
        print(json.dumps(run_one(options.only, read_texts(options.data), options.threshold, options.truth)))
        return 0
    names = [name for name in FINDERS if name not in options.without]
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        parser.error(f"{' and '.join(missing)} not installed: pip install {' '.join(missing)}, or use --without")
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(options.repeat):
        for name in names:
            runs[name].append(run_apart(name, options))
    print(report(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
