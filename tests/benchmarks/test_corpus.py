"""Generated corpora are what they say: reproducible, split as cleantext splits them, and true about their copies."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pytest

import oracle
from clauses import Clauses, paragraphs
from cleantext import Cleaner, Config
from copies import CONTAINED, EXACT, KINDS, NEAR, UNDER, Copyist
from corpus import PART, Corpus, Truth, write

SIZE = 3_000


@pytest.fixture(scope="module")
def clauses() -> Clauses:
    return Clauses.read()


@pytest.fixture(scope="module")
def corpus(clauses: Clauses) -> Corpus:
    return Corpus(clauses, seed=7)


@pytest.fixture(scope="module")
def made(corpus: Corpus) -> tuple[list[dict[str, str]], list[str], Truth]:
    """Rows, paragraphs by number, and truth."""
    part = corpus.part(0, SIZE)
    rows = [json.loads(line) for line in part.rows().splitlines()]
    return rows, [one for row in rows for one in row["text"].split("\n\n")], part.truth


def test_the_id_is_the_number_of_the_first_paragraph(made: tuple[list[dict[str, str]], list[str], Truth]) -> None:
    rows, texts, _ = made
    number = 0
    for row in rows:
        assert row["id"] == f"d{number}"
        assert row["url"].startswith("https://site")
        count = len(row["text"].split("\n\n"))
        assert 1 <= count <= 20
        number += count
    assert number == len(texts) == SIZE


def test_paragraphs_are_those_that_cleantext_sees(made: tuple[list[dict[str, str]], list[str], Truth]) -> None:
    rows, _, truth = made
    assert any("\n" in one for row in rows for one in row["text"].split("\n\n"))
    values = {"extract": {"kind": "text"}, "dedup": {"within": "tag"}, "normalize": {"script": "keep"}}
    cleaner = Cleaner(Config.from_dict({**values, "repair": {"glosses": False}}))
    for row in rows[:100]:
        assert cleaner.clean(row["text"]).paragraphs == tuple(row["text"].split("\n\n"))
    assert truth.copy.size > 0


def test_the_truth_is_true(made: tuple[list[dict[str, str]], list[str], Truth]) -> None:
    _, texts, truth = made
    for i in range(truth.copy.size):
        copy, source = texts[truth.copy[i]], texts[truth.source[i]]
        a, b = oracle.shingle_set(copy), oracle.shingle_set(source)
        assert truth.source[i] < truth.copy[i]
        assert truth.jaccard[i] == pytest.approx(oracle.jaccard(a, b))
        assert truth.containment[i] == pytest.approx(oracle.containment(a, b))
        assert (oracle.fold(copy) == oracle.fold(source)) == (truth.jaccard[i] == 1) or truth.kind[i] != EXACT
        if truth.kind[i] == CONTAINED:
            assert bool(truth.copy_inside[i]) == (len(a) < len(b))
            assert min(len(oracle.fold(copy)), len(oracle.fold(source))) >= 20


def test_shares_and_similarities(made: tuple[list[dict[str, str]], list[str], Truth]) -> None:
    rows, texts, truth = made
    counts = {kind: int((truth.kind == kind).sum()) / SIZE for kind in KINDS}
    assert counts == {
        EXACT: pytest.approx(0.05, abs=0.015),
        NEAR: pytest.approx(0.05, abs=0.015),
        UNDER: pytest.approx(0.02, abs=0.01),
        CONTAINED: pytest.approx(0.03, abs=0.01),
    }
    assert (truth.jaccard[truth.kind == NEAR] >= 0.8).mean() > 0.99
    under = truth.jaccard[truth.kind == UNDER]
    assert under.max() < 0.8
    assert np.median(under) > 0.7
    assert (truth.containment[truth.kind == CONTAINED] >= 0.9).mean() > 0.9
    assert 110 <= sum(map(len, texts)) / SIZE <= 135
    firsts = np.array([int(row["id"][1:]) for row in rows])
    document = [np.searchsorted(firsts, side, side="right") for side in (truth.copy, truth.source)]
    assert 0.02 < (document[0] == document[1]).mean() < 0.2


def test_exact_copies_fold_to_their_source_and_differ(made: tuple[list[dict[str, str]], list[str], Truth]) -> None:
    _, texts, truth = made
    pairs = [(texts[a], texts[b]) for a, b in zip(truth.copy, truth.source, strict=True)]
    exact = [pair for pair, kind in zip(pairs, truth.kind, strict=True) if kind == EXACT]
    assert all(oracle.fold(a) == oracle.fold(b) for a, b in exact)
    assert 0.4 < sum(a != b for a, b in exact) / len(exact) < 0.8
    assert any("\n" in a for a, _ in exact)


def test_same_seed_same_bytes(clauses: Clauses, tmp_path: Path) -> None:
    size, written = PART + 500, []
    for jobs in (1, 2):
        stream = io.BytesIO()
        line = write(Corpus(clauses, 3), size, stream, tmp_path / f"{jobs}.npz", jobs=jobs)
        written.append(stream.getvalue())
    assert written[0] == written[1]
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()
    assert f"{size:,} paragraphs" in line
    truth = Truth.load(tmp_path / "1.npz")
    assert truth.copy.max() > PART
    # A smaller corpus is the beginning of a larger one, and another seed gives another.
    beginning = Corpus(clauses, 3).part(0, PART).rows()
    assert written[0].startswith(beginning)
    assert Corpus(clauses, 4).part(0, 100).texts != Corpus(clauses, 3).part(0, 100).texts
    copies_of_earlier_parts = (truth.copy >= PART) & (truth.source < PART)
    assert copies_of_earlier_parts.any()
    texts = [one for row in written[0].splitlines() for one in json.loads(row)["text"].split("\n\n")]
    place = int(np.flatnonzero(copies_of_earlier_parts & (truth.kind == EXACT))[0])
    assert oracle.fold(texts[truth.copy[place]]) == oracle.fold(texts[truth.source[place]])


def test_rows_hold_one_paragraph_each(clauses: Clauses) -> None:
    part = Corpus(clauses, 1, rows=True, size=5).part(0, 500)
    rows = [json.loads(line)["text"] for line in part.rows().splitlines()]
    assert rows == part.texts
    assert not any("\n" in text for text in rows)
    near = np.flatnonzero(part.truth.kind == NEAR)
    for i in near:
        pair = [oracle.shingle_set(rows[side[i]], 5) for side in (part.truth.copy, part.truth.source)]
        assert part.truth.jaccard[i] == pytest.approx(oracle.jaccard(*pair))


def test_a_single_paragraph_is_not_wrapped(clauses: Clauses) -> None:
    copyist, text = Copyist(clauses), "".join(clauses.texts[:12])
    wrapped = {draw for draw in range(200) if "\n" in copyist.copy(text, EXACT, draw).text}
    assert wrapped
    assert not any("\n" in copyist.copy(text, EXACT, draw, single=True).text for draw in range(200))


def test_text_is_read_from_files_of_every_kind(tmp_path: Path) -> None:
    line = "四十年前这里还是一片荒凉的海滩，"
    (tmp_path / "a.txt").write_text(line * 2 + '他说"好"，' + "English words only, ", encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps({"main_content": "如今已经高楼林立。"}), encoding="utf-8")
    with gzip.open(tmp_path / "c.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.write(json.dumps({"text": "渔民的孩子都去了城里"}) + "\n" + json.dumps({"text": None}) + "\n")
    (tmp_path / "d.html.gz").write_bytes(b"is no text")
    added = Clauses.read([tmp_path]).texts[len(Clauses.read()) :]
    assert added == ("四十年前这里还是一片荒凉的海滩，", "如今已经高楼林立。", "渔民的孩子都去了城里，")
    assert line * 8 not in paragraphs([])
    (tmp_path / "e.txt").write_text(line * 8 + "\n" + line, encoding="utf-8")
    assert paragraphs([tmp_path])[-1] == line * 8
