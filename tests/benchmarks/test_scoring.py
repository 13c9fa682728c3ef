"""The scorer counts what it should: a perfect answer is perfect, and every fault it is given shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import oracle
from clauses import Clauses
from corpus import Corpus, Part
from scoring import read_reported, recall, sample_errors

SIZE = 1_500
Row = dict[str, Any]


@pytest.fixture(scope="module")
def part() -> Part:
    return Corpus(Clauses.read(), seed=5).part(0, SIZE)


@pytest.fixture
def corpus(part: Part, tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(part.rows())
    return path


def place(part: Part, number: int) -> tuple[str, int]:
    """Id of the document and ordinal of a paragraph."""
    first = max(first for first in part.firsts if first <= number)
    return f"d{first}", number - first


def kind_of(jaccard: float, *, equal: bool) -> str:
    return "exact" if equal else "near" if jaccard >= 0.8 else "contained"


def answer(part: Part) -> list[Row]:
    """What a perfect engine lists: every planted pair at or above a threshold."""
    rows, truth = [], part.truth
    for copy, source in zip(truth.copy.tolist(), truth.source.tolist(), strict=True):
        texts = part.texts[source], part.texts[copy]
        a, b = map(oracle.shingle_set, texts)
        jaccard, containment = oracle.jaccard(a, b), oracle.containment(a, b)
        if jaccard < 0.8 and containment < 0.9:
            continue
        (left, left_place), (right, right_place) = place(part, source), place(part, copy)
        kind = kind_of(jaccard, equal=oracle.fold(texts[0]) == oracle.fold(texts[1]))
        row = {"left_id": left, "left_paragraph": left_place, "right_id": right, "right_paragraph": right_place}
        rows.append(row | {"kind": kind, "jaccard": round(jaccard, 6), "containment": round(containment, 6)})
    return rows


def scored(corpus: Path, part: Part, pairs: list[Row], removed: list[Row]) -> tuple[Row, Row]:
    output = corpus.parent
    for name, rows in (("duplicates", pairs), ("removed", removed)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (output / f"{name}.jsonl").write_text(text, encoding="utf-8")
    reported = read_reported(output, corpus, SIZE)
    return recall(part.truth, reported), sample_errors(reported, corpus, 10_000, seed=1)


def test_a_perfect_answer(corpus: Path, part: Part) -> None:
    found, pairs = scored(corpus, part, answer(part), [])
    for kind in ("exact", "near", "contained"):
        assert found[kind]["planted"] > 20
        assert found[kind]["listed"] == found[kind]["grouped"] == found[kind]["found"] == 1
        assert pairs[f"paragraph {kind}"]["precision"] == 1
        assert pairs[f"paragraph {kind}"]["checked"] == pairs[f"paragraph {kind}"]["reported"] > 20
    for kind, split in (("near", "by_jaccard"), ("contained", "by_containment")):
        assert sum(part["planted"] for part in found[kind][split].values()) == found[kind]["planted"]


def test_a_missing_pair_is_missed(corpus: Path, part: Part) -> None:
    rows = answer(part)
    dropped = next(row for row in rows if row["kind"] == "near")
    found, _ = scored(corpus, part, [row for row in rows if row is not dropped], [])
    assert found["near"]["listed"] == pytest.approx(1 - 1 / found["near"]["planted"])
    assert found["near"]["found"] < 1


def test_a_removed_copy_is_found(corpus: Path, part: Part) -> None:
    rows = answer(part)
    dropped = next(row for row in rows if row["kind"] == "near")
    first = int(dropped["right_id"][1:])
    before = part.texts[first : first + dropped["right_paragraph"]]
    start = sum(len(text) + 2 for text in before)
    gone = {"id": dropped["right_id"], "start": start, "reason": "duplicate/near", "kept_id": dropped["left_id"]}
    found, _ = scored(corpus, part, [row for row in rows if row is not dropped], [gone])
    assert found["near"]["listed"] < 1
    assert found["near"]["found"] == 1


def test_a_removed_document_takes_its_paragraphs(corpus: Path, part: Part) -> None:
    rows = answer(part)
    dropped = next(row for row in rows if row["kind"] == "exact")
    others = [row for row in rows if row is not dropped]
    gone = {"id": dropped["right_id"], "start": 0, "reason": "document/near", "kept_id": "d0"}
    assert scored(corpus, part, others, [])[0]["exact"]["found"] < 1
    assert scored(corpus, part, others, [gone])[0]["exact"]["found"] == 1


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("near", lambda row: row | {"jaccard": row["jaccard"] - 0.01}),
        ("exact", lambda row: row | {"right_id": "d0", "right_paragraph": 0}),
        ("contained", lambda row: row | {"left_id": "d0", "left_paragraph": 0}),
    ],
)
def test_a_wrong_pair_is_wrong(corpus: Path, part: Part, kind: str, spoil: Callable[[Row], Row]) -> None:
    rows = answer(part)
    at = next(i for i, row in enumerate(rows) if row["kind"] == kind and "d0" not in (row["left_id"], row["right_id"]))
    rows[at] = spoil(rows[at])
    _, pairs = scored(corpus, part, rows, [])
    assert pairs[f"paragraph {kind}"]["wrong"] == len(pairs[f"paragraph {kind}"]["examples"]) == 1
    assert pairs[f"paragraph {kind}"]["precision"] < 1


def test_pairs_under_the_threshold_are_wrong(corpus: Path, part: Part) -> None:
    truth = part.truth
    under = next(i for i in range(truth.copy.size) if truth.jaccard[i] < 0.8 and truth.containment[i] < 0.9)
    (left, left_place), (right, right_place) = (place(part, int(side[under])) for side in (truth.source, truth.copy))
    row = {"left_id": left, "left_paragraph": left_place, "right_id": right, "right_paragraph": right_place}
    row |= {"kind": "near", "jaccard": float(truth.jaccard[under]), "containment": float(truth.containment[under])}
    _, pairs = scored(corpus, part, [row], [])
    assert pairs["paragraph near"]["wrong"] == 1


def test_equal_texts_stand_for_each_other(corpus: Path, part: Part) -> None:
    """A near pair that is listed for a text equal to the source counts as grouped."""
    rows, truth = answer(part), part.truth
    sources: dict[str, dict[int, int]] = {"exact": {}, "near": {}}
    for i in range(truth.copy.size):
        if truth.kind[i] in (1, 2):
            sources["exact" if truth.kind[i] == 1 else "near"][int(truth.source[i])] = int(truth.copy[i])
    source = next(number for number in sources["near"] if number in sources["exact"])
    near, equal = sources["near"][source], sources["exact"][source]
    names = [place(part, number) for number in (source, near, equal)]
    for row in rows:
        if (row["left_id"], row["left_paragraph"], row["right_id"], row["right_paragraph"]) == (*names[0], *names[1]):
            row["left_id"], row["left_paragraph"] = names[2]
    found, _ = scored(corpus, part, rows, [])
    assert found["near"]["listed"] < found["near"]["grouped"] == 1


def test_documents_are_compared_without_their_own_repeats(corpus: Path, part: Part) -> None:
    at = next(i for i in range(1, SIZE) if part.firsts[i + 1] - part.firsts[i] > 2)
    begin, end = part.firsts[at], part.firsts[at + 1]
    name, other = f"d{begin}", f"d{part.firsts[0]}"
    left = oracle.shingle_set("\n\n".join(part.texts[: part.firsts[1]]), 5)
    right = oracle.shingle_set("\n\n".join(part.texts[begin + 1 : end]), 5)
    jaccard, containment = oracle.jaccard(left, right), oracle.containment(left, right)
    row: Row = {"left_id": other, "left_paragraph": None, "right_id": name, "right_paragraph": None, "kind": "near"}
    gone = {"id": name, "start": 0, "reason": "duplicate/contained", "kept_id": name}
    _, pairs = scored(corpus, part, [row | {"jaccard": jaccard, "containment": containment}], [gone])
    why = pairs["document near"]["examples"][0]["why"]
    assert why == f"Jaccard similarity {jaccard:.6f}, containment {containment:.6f}"


def test_ids_of_another_corpus_are_refused(corpus: Path, part: Part) -> None:
    row = answer(part)[0] | {"left_id": "0123456789abcdef"}
    with pytest.raises(ValueError, match="is not an id of the corpus"):
        scored(corpus, part, [row], [])
