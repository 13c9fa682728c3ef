"""The quality benchmarks measure what they say."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import pytest

import oracle
from clauses import Clauses, paragraphs
from cleantext.config import DedupConfig
from corpus import Corpus
from quality import containment, pairs, perturbations


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return Corpus(Clauses.read(), seed=2).part(0, 300).texts


def raw_shingles(text: str) -> set[str]:
    return {text[i : i + 5] for i in range(max(len(text) - 4, 1))}


def test_pairs_are_all_pairs_of_raw_text(texts: list[str]) -> None:
    several = [*texts[:150], *texts[:3], "短", "短", "a b", texts[5].replace("，", ",")]
    sets = [raw_shingles(text) for text in several]
    true = {(i, j) for i, j in combinations(range(len(several)), 2) if oracle.jaccard(sets[i], sets[j]) >= 0.8}
    assert {(pair[0], pair[1]) for pair in pairs.find_pairs(several, threshold=0.8)} == true
    assert len(true) > 5


def test_figures_of_pairs_against_a_truth(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    lines = ["今天的天气非常好我们去公园散步吧", "今天的天气非常好我们去公园散步吧", "完全不同的另外一句话在这里写着"]
    data, truth = tmp_path / "texts.txt", tmp_path / "truth.npy"
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    np.save(truth, np.array([(0, 1, 1.0), (0, 2, 0.85), (1, 2, 0.6)]))
    assert pairs.read_texts(data) == lines
    figures = pairs.run_one("cleantext", pairs.read_texts(data), 0.8, truth)
    assert (figures["recall"], figures["recall_of_differing"], figures["precision"]) == (0.5, 0, 1)
    run = figures | {"peak_mib": 100.0}
    text = pairs.report({"cleantext": [run], "other": [run | {"warm": 3 * run["warm"], "cold": 2 * run["cold"]}]})
    assert "other takes 2.0 times as long cold, 3.0 times warm" in text


def test_brute_force_finds_what_is_contained(texts: list[str]) -> None:
    sets = [oracle.shingle_set(text) for text in texts]
    true = {(i, j) for i, j in combinations(range(len(texts)), 2) if oracle.containment(sets[i], sets[j]) >= 0.9}
    assert containment.brute_force(texts, 0.9).pairs == true
    assert len(true) > 20


def test_ways_of_containment_find_planted_ones(texts: list[str]) -> None:
    truth = containment.brute_force(texts, 0.9)
    own, theirs = containment.by_cleantext(texts, 0.9), containment.by_ensemble(texts, 0.9)
    assert own.pairs <= truth.pairs
    assert theirs.pairs <= truth.pairs
    assert all(pair in own.pairs or {*pair} & own.removed for pair in truth.pairs)
    line = containment.describe(containment.Answer(set(), frozenset({min(truth.pairs)[0]})), truth)
    assert line.startswith("0 pairs, recall 0.0000, accounted for 0.")


def test_perturbed_paragraphs(seeds: dict[str, str]) -> None:
    several = paragraphs([])[:12]
    rows = {row.name: row for row in perturbations.measure(several, DedupConfig(), seed=1)}
    assert rows.keys() == perturbations.PERTURBATIONS.keys()
    for name in ("width and punctuation", "hard-wrapped lines"):
        assert rows[name].jaccard == [1.0] * len(several)
        assert rows[name].recall(0.8) == 1
        assert rows[name].catching(0.8) is None
    assert all(a > b for a, b in zip(rows["1 % substituted"].jaccard, rows["5 % substituted"].jaccard, strict=True))
    assert all(rows["first 80 %"].related)
    assert all(text in "\n".join(seeds.values()) for text in several)


def test_changes_change_what_they_say() -> None:
    rng, text = random.Random(1), "第 1 段，Python 与 “中文” 混排；" * 8
    changed = {name: change(text, rng) for name, change in perturbations.PERTURBATIONS.items()}
    assert changed["width and punctuation"].replace(" ", "").startswith('第１段,Ｐｙｔｈｏｎ与"中文"混排;')
    assert oracle.fold(changed["width and punctuation"]) == oracle.fold(text)
    assert changed["hard-wrapped lines"].replace("\n", "") == text
    assert oracle.units(changed["hard-wrapped lines"]) == oracle.units(text)
    assert "與" in changed["s2t"]
    assert len(changed["first 80 %"]) == round(0.8 * len(text))
    same = sum(a == b for a, b in zip(text, changed["5 % substituted"], strict=True))
    assert 0.9 < same / len(text) < 1


def test_rows_of_the_table() -> None:
    row = perturbations.Row("x", [0.9, 0.85, 0.7, 0.6, 0.3], [True, False, False, False, False], [True] * 5)
    assert row.recall(0.8) == 0.5
    assert row.catching(0.8) == 0.3
    assert row.catching(0.8, share=0.3) == 0.7
    assert row.recall(0.95) is None
    assert perturbations.table([row], 0.8).splitlines()[-1] == (
        "| x | 0.670 | 0.300 | 40.0% | 50.00% | 100.0% | 0.30 |"
    )
