"""Floors of extraction quality on the sample beside this file: measure, compare, and pin anew.

    python tests/gate/pin.py            print what is reached beside the floors
    python tests/gate/pin.py --update   raise floors to what is reached, less a margin; pin the sample's digest
    python tests/gate/pin.py --update --lower   also lower them: a decision of a person, with a reason in the commit

A floor is the mean F1 over the pages of a set, or over their dumps. The digest is of the sample: a page or a label
that changes must be pinned again, so that no floor is met by an easier sample.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "benchmarks"))  # for the scorer where this file is run as a script

from quality.extraction import by_cleantext, score  # noqa: E402 - found through the line above

__all__ = ["FLOORS", "SAMPLE", "digest_of", "measure", "merged", "read"]

SAMPLE, FLOORS = HERE / "sample", HERE / "floors.json"
# What is reached may move by so much before the gate closes.
_MARGIN = 0.005


def digest_of(folder: Path) -> str:
    """A digest of all files in a folder, by name and content."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".gz", ".json"):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def measure(folder: Path = SAMPLE) -> dict[str, float]:
    """Mean F1 of the set of each folder, of its page types, and of dumps."""
    found: dict[str, float] = {}
    for name in ("en", "zh"):
        reached = score(folder / name, by_cleantext)
        found[name] = reached.mean
        found |= {f"{name}/{kind}": sum(values) / len(values) for kind, values in sorted(reached.f1.items())}
    found["zh/dumps"] = score(folder / "zh", by_cleantext, dump=True).mean
    return {name: round(value, 4) for name, value in found.items()}


def read(path: Path = FLOORS) -> dict[str, Any]:
    """The digest of the sample and the floors."""
    pinned: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return pinned


def merged(old: Mapping[str, float], reached: Mapping[str, float], *, lower: bool = False) -> dict[str, float]:
    """The floors after an update: each at what is reached, less the margin, but no lower than before unless `lower`.

    A set that is no longer measured keeps its floor, which no run can then meet, unless `lower`.
    """
    floors = {} if lower else dict(old)
    for name, value in reached.items():
        floors[name] = max(floors.get(name, 0.0), round(value - _MARGIN, 4))
    return dict(sorted(floors.items()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print, and perhaps pin; 1 where a floor is not met and none was to be lowered."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--lower", action="store_true")
    options = parser.parse_args(arguments)
    pinned = read() if FLOORS.exists() else {"floors": {}}
    reached = measure()
    floors = merged(pinned["floors"], reached, lower=options.lower) if options.update else pinned["floors"]
    for name in sorted({*reached, *floors}):
        print(f"{name:18s} {reached.get(name, 0.0):.4f}  floor {floors.get(name, 0.0):.4f}")
    if options.update:
        content = {"sample": digest_of(SAMPLE), "floors": floors}
        FLOORS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return int(any(reached.get(name, 0.0) < floor for name, floor in floors.items()))


if __name__ == "__main__":
    sys.exit(main())
