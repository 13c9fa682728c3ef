"""What a command needed, crowds of notices, and pictures."""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

import crowds
import oracle
import scale
from clauses import Clauses
from corpus import Corpus
from measure import measured, resident_mib
from plot import Panel, draw


def test_memory_of_a_process_and_its_children() -> None:
    inner = "import time; kept = bytearray(60_000_000); time.sleep(1)"
    outer = f"import subprocess, sys; kept = bytearray(60_000_000); subprocess.run([sys.executable, '-c', {inner!r}])"
    usage = measured([sys.executable, "-c", outer])
    assert usage.code == 0
    assert usage.seconds >= 1
    if Path("/proc/self/status").exists():
        assert usage.peak_mib > 115
        assert usage.private_mib is not None
        assert usage.private_mib > 110
        assert resident_mib() > 10


def test_a_command_that_fails() -> None:
    assert measured([sys.executable, "-c", "raise SystemExit(3)"]).code == 3


@pytest.mark.parametrize("case", crowds.CASES)
def test_half_of_the_texts_are_notices(case: str) -> None:
    texts = crowds.texts_of(case, 200, Clauses.read())
    notices = [text for text in texts if text.startswith(crowds.NOTICE)]
    assert len(texts) == 400
    assert len(notices) == (0 if case == "distinct" else 200)
    assert len(set(notices)) == {"distinct": 0, "identical": 1, "dated": 200}[case]
    sets = [oracle.shingle_set(text) for text in notices[:30]]
    assert all(oracle.jaccard(a, b) >= 0.8 for a, b in combinations(sets, 2))


def test_a_picture_shows_every_point() -> None:
    svg = draw([Panel("seconds", "million", [1, 2, 5, 10], [27.5, 55, 130, 270]), Panel("GiB", "million", [1], [0.5])])
    root = ElementTree.fromstring(svg)
    places = [(float(e.get("cx", 0)), float(e.get("cy", 0))) for e in root.iter() if e.tag.endswith("circle")]
    assert len(places) == 5
    xs, ys = zip(*places[:4], strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys, reverse=True)
    assert (xs[3] - xs[1]) == pytest.approx(4 * (xs[1] - xs[0]) * 2, rel=0.01)
    words = [e.text for e in root.iter() if e.tag.endswith("text")]
    assert {"seconds", "GiB", "27.5", "270", "0.5"} <= set(words)


def test_corpora_are_made_once(tmp_path: Path) -> None:
    task = scale.Task(Corpus(Clauses.read(), 1), tmp_path, (), 1, 10)
    path, truth = task.files(200)
    before = path.stat().st_mtime_ns
    assert task.files(200) == (path, truth)
    assert path.stat().st_mtime_ns == before
    assert sorted(tmp_path.iterdir()) == sorted((path, truth))
    other = scale.Task(Corpus(Clauses.read(), 1, rows=True), tmp_path, (), 1, 10)
    assert other.files(200)[0] != path
