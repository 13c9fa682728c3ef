"""Fit the weights of the line model in `cleantext.pages.line_scores` on labelled lines.

    python benchmarks/quality/fit_lines.py LINES.jsonl [--write]

A row of LINES.jsonl is one page: `group` (pages of one site share it), `weight` (how much the page counts), `lines`
and `labels` in step, each label `body`, `title` or anything else. The published weights were fitted on the lines of
140 Chinese pages, and at a tenth to a fifth of their weight those of 1,000 pages in English and other languages, each
also as clean text (its body lines alone, at a quarter of the weight). Prints how often the scores are right on groups
left out, five folds; --write replaces `line_weights.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.pages import line_weights
from cleantext.pages.line_scores import FEATURES, features
from cleantext.pages.many_looks import looks_of
from cleantext.pages.zones import survey

Floats = npt.NDArray[np.float64]

_FOLDS, _RIDGE, _STEPS, _CLEAN_WEIGHT = 5, 1e-3, 15, 0.25
_HEAD = '''"""Weights of the line model in `line_scores`: fitted by logistic regression on the lines of labelled pages.

A positive weight speaks for main content. Names are those of `line_scores.FEATURES`; one that is absent weighs nothing.
Made by benchmarks/quality/fit_lines.py.
"""

from __future__ import annotations

WEIGHTS: dict[str, float] = {
'''


def rows_of(lines: Sequence[str], labels: Sequence[str], weight: float) -> tuple[Floats, Floats, Floats]:
    """Features, targets and weights of a page's lines; a line counts by its length, a title not at all."""
    looks = looks_of(lines)
    matrix = features(looks, survey(looks))
    target = np.array([label == "body" for label in labels], dtype=np.float64)
    size = looks.units + 2.0
    counts = np.array([label != "title" for label in labels], dtype=np.float64)
    return matrix, target, weight * counts * size / size.sum()


def load(path: Path) -> list[tuple[str, tuple[Floats, Floats, Floats]]]:
    """Each page as a page and as clean text, with its group."""
    pages = []
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        lines, labels, weight = row["lines"], row["labels"], float(row["weight"])
        pages.append((row["group"], rows_of(lines, labels, weight)))
        body = [line for line, label in zip(lines, labels, strict=True) if label == "body"]
        if len(body) >= 3:
            pages.append((row["group"], rows_of(body, ["body"] * len(body), _CLEAN_WEIGHT * weight)))
    return pages


def fit(pages: Sequence[tuple[Floats, Floats, Floats]]) -> Floats:
    """Weights and bias of a ridge logistic regression, by Newton's method."""
    matrix = np.concatenate([page[0] for page in pages])
    matrix = np.hstack([matrix, np.ones((len(matrix), 1))])
    target = np.concatenate([page[1] for page in pages])
    weight = np.concatenate([page[2] for page in pages])
    weight /= weight.sum()
    ridge = _RIDGE * np.eye(matrix.shape[1])
    ridge[-1, -1] = 0
    found: Floats = np.zeros(matrix.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-matrix @ found))
        slope = matrix.T @ (weight * (chance - target)) + ridge @ found
        curve = (matrix * (weight * chance * (1 - chance))[:, None]).T @ matrix + ridge
        found = found - np.linalg.solve(curve + 1e-9 * np.eye(len(found)), slope)
    return found


def fold(group: str) -> int:
    """The fold of a group: the same on every machine."""
    return int(hashlib.md5(group.encode(), usedforsecurity=False).hexdigest(), 16) % _FOLDS


def main() -> None:
    """Cross-validate, and perhaps write the weights."""
    args: Any = argparse.ArgumentParser(description=__doc__)
    args.add_argument("lines", type=Path)
    args.add_argument("--write", action="store_true")
    args = args.parse_args()
    pages = load(args.lines)
    right = total = 0.0
    for number in range(_FOLDS):
        found = fit([rows for group, rows in pages if fold(group) != number])
        for group, (matrix, target, weight) in pages:
            if fold(group) == number:
                right += float(weight @ ((matrix @ found[:-1] + found[-1] > 0) == (target > 0)))
                total += float(weight.sum())
    print(f"{right / total:.4f} of the weighted lines on the right side, on groups left out")
    if args.write:
        found = fit([rows for _, rows in pages])
        weights = zip((*FEATURES, "bias"), found.tolist(), strict=True)
        body = "".join(f'    "{name}": {weight:.3f},\n' for name, weight in weights if abs(weight) >= 0.005)
        Path(str(line_weights.__file__)).write_text(f"{_HEAD}{body}}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
