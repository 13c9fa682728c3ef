"""What an index says: by definition, like find_duplicates, and alike in every store and way to ask."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import cleantext
from cleantext import Config, ConfigError, Document, Index, StageMismatchError, StoreError, Verdict, find_duplicates
from cleantext.config import DedupConfig
from cleantext.dedup.stores.base import BUCKET_LIMIT
from dedup.corpora import CORPORA, DRESSES, PARAGRAPHS, PLAIN_CORPORA, dressed, family, paragraph
from dedup.remembering import Remembering, text_of

CONFIG = DedupConfig()
Row = dict[str, Any]


def rows(texts: Sequence[Sequence[str]], prefix: str = "d") -> list[Row]:
    return [{"id": f"{prefix}{n}", "paragraphs": list(paragraphs)} for n, paragraphs in enumerate(texts)]


def crowd(rng: random.Random, size: int, changes: tuple[int, int] = (5, 9)) -> list[str]:
    """Variants that are mostly not near each other and share many bands."""
    return family(rng, size, changes, length=100)


DOCUMENTS = st.lists(CORPORA.map(lambda texts: texts[:5]), max_size=8)
FERRY, BOAT = PARAGRAPHS[:2]
FERRY_AND_VILLAGE = FERRY + PARAGRAPHS[8]


# One change, and most of what stands in the first paragraph has other anchors: it is kept, and found as equal or near.
@example([[FERRY.replace("把", "山") + BOAT, FERRY], [FERRY]], True, CONFIG.containment)
@example([[FERRY[:-7]], [BOAT + FERRY, FERRY.replace("缆", ""), FERRY]], True, CONFIG.containment)
# Near (0.80), where no band is equal and anchors are.
@example([[FERRY_AND_VILLAGE.replace("जल्दी ", "जल्दी山")], [FERRY_AND_VILLAGE[4:-5]]], True, CONFIG.containment)
@given(DOCUMENTS, st.booleans(), st.sampled_from([None, CONFIG.containment]))
@settings(max_examples=50, deadline=None)
def test_verdicts_are_those_of_the_definition(
    documents: list[list[str]], adds: bool, containment: float | None
) -> None:
    config = dataclasses.replace(CONFIG, containment=containment)
    model = Remembering(config)
    with Index(config=config) as index:
        for row in rows(documents):
            verdict = index.check_and_add(row) if adds or row["id"] < "d3" else index.check(row)
            model.check(row["id"], tuple(row["paragraphs"]), verdict, adds=adds or row["id"] < "d3")


@pytest.mark.parametrize("script", ["han", "astral", "words", "mixed", "combining"])
def test_families_are_judged_by_the_definition(script: str) -> None:
    rng = random.Random(script)
    texts = [text for _ in range(12) for text in family(rng, 6, (0, 9), script=script)]
    rng.shuffle(texts)
    model = Remembering(CONFIG)
    found: dict[str, int] = {}
    with Index() as index:
        for row in rows([texts[n : n + 3] for n in range(0, len(texts), 3)] + [[text] for text in texts[:20]]):
            verdict = index.check_and_add(row)
            model.check(row["id"], tuple(row["paragraphs"]), verdict, adds=True)
            for one in verdict.paragraphs:
                found[one.match.kind] = found.get(one.match.kind, 0) + 1
    assert found["near"] > 10


@pytest.mark.parametrize("level", ["document", "paragraph"])
def test_answers_are_those_of_find_duplicates(level: str) -> None:
    """Where everything is remembered, verdicts are the stars of a run with keep=first."""
    rng = random.Random(level)
    texts = [text for _ in range(60) for text in family(rng, 5, (0, 6), length=60)]
    rng.shuffle(texts)
    config = DedupConfig(containment=None)
    found = find_duplicates(texts, config=config, level=level)
    expected = {row.index: (row.kept, row.kind, row.score) for row in found.removals}
    said = {}
    with Index(config=config) as index:
        # As whole documents, those that repeat one are not compared with; for the paragraphs all must be there.
        judge = index.check_and_add_many if level == "document" else index.add_many
        for place, verdict in enumerate(judge(rows([[text] for text in texts]))):
            matches = [verdict.document] if level == "document" else [one.match for one in verdict.paragraphs]
            for match in filter(None, matches):
                said[place] = (int(match.document_id[1:]), match.kind, match.score)
    assert said == expected
    assert len(expected) > 60


@given(st.data(), st.integers(1, 5))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_stores_and_batches_give_the_same_verdicts(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, most: int
) -> None:
    documents = rows(data.draw(DOCUMENTS))
    for row in documents:
        row["id"] = f"d{data.draw(st.integers(0, 6))}"
    path = tmp_path_factory.mktemp("index") / "seen.db"
    with Index() as memory, Index(path) as stored, Index() as batched:
        while documents:
            part, documents = documents[:most], documents[most:]
            call = data.draw(st.sampled_from(["check_and_add", "check", "add"]))
            ones = [getattr(memory, call)(row) for row in part]
            expected: list[Any] = [None if one is None or one.known else one for one in ones] if call == "add" else ones
            together = getattr(batched, f"{call}_many")(part)
            again = getattr(stored, f"{call}_many")(part)
            if call == "check":  # a list is judged as if those before were there
                assert again == together
                assert together[:1] == ones[:1]
            else:
                assert [None if call == "add" and one.known else one for one in together] == expected
                assert again == together
            if data.draw(st.booleans()) and part:
                counts = {index.remove(part[0]["id"]) for index in (memory, stored, batched)}
                assert len(counts) == 1
        contents = [
            [(one.document_id, one.ordinals) for one in index.documents()] for index in (memory, stored, batched)
        ]
        assert contents[0] == contents[1] == contents[2]
        assert {index.stats()["paragraphs"] for index in (memory, stored, batched)} == {memory.stats()["paragraphs"]}


def test_crowds_fill_buckets_and_give_the_same_verdicts_everywhere(tmp_path: Path) -> None:
    rng = random.Random(7)
    documents = rows([[text] for text in crowd(rng, 4 * BUCKET_LIMIT)])
    with Index() as ones, Index() as batched, Index(tmp_path / "seen.db") as stored:
        one_by_one = [ones.check_and_add(row) for row in documents]
        assert batched.check_and_add_many(documents) == one_by_one
        half = len(documents) // 2
        assert stored.check_and_add_many(documents[:half]) == one_by_one[:half]
        assert stored.check_and_add_many(documents[half:]) == one_by_one[half:]
        assert sum(verdict.added for verdict in one_by_one) > 2 * BUCKET_LIMIT
        assert ones.stats()["unverified"] == batched.stats()["unverified"] == stored.stats()["unverified"]


def test_little_room_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored texts and their shingles that find no room are read again."""
    rng = random.Random(8)
    texts = [text for _ in range(12) for text in family(rng, 6, (0, 6), script=rng.choice(["han", "astral", "mixed"]))]
    rng.shuffle(texts)
    documents = rows([texts[n : n + 3] for n in range(0, len(texts), 3)])
    half = len(documents) // 2
    with Index(tmp_path / "roomy.db") as roomy, Index(tmp_path / "tight.db") as tight:
        for index in (roomy, tight):
            index.check_and_add_many(documents[:half])
        expected = roomy.check_and_add_many(documents[half:])
        monkeypatch.setattr("cleantext.dedup.earlier._CHARACTERS", 100)
        monkeypatch.setattr("cleantext.dedup.earlier._SHINGLES", 100)
        monkeypatch.setattr("cleantext.dedup.judge._PREPARED", 3)
        assert tight.check_and_add_many(documents[half:]) == expected
        assert sum(len(verdict.paragraphs) for verdict in expected) > 10


def test_compiled_arithmetic_gives_the_same(tmp_path: Path) -> None:
    rng = random.Random(9)
    documents = rows([[text] for _ in range(20) for text in family(rng, 3, (0, 6))])
    with Index() as plain, Index() as compiled:
        compiled._work = 10**7  # as after so many characters
        assert compiled.check_and_add_many(documents) == plain.check_and_add_many(documents)


def test_a_paragraph_inside_an_earlier_one_is_contained() -> None:
    rng = random.Random(3)
    found = 0
    with Index() as index:
        for number in range(100):
            long = "".join(paragraph(rng, 150))
            begin, size = rng.randrange(100), rng.randrange(30, 50)
            index.check_and_add({"id": f"long{number}", "paragraphs": [long]})
            verdict = index.check({"id": f"cut{number}", "paragraphs": [long[begin : begin + size], "别的话。"]})
            found += sum(
                (one.paragraph, one.match.document_id, one.match.kind) == (0, f"long{number}", "contained")
                for one in verdict.paragraphs
            )
            assert verdict.document is None
    assert found >= 98


def test_a_paragraph_inside_one_of_its_own_document_is_not_kept() -> None:
    rng = random.Random(12)
    text = "".join(paragraph(rng, 150))
    with Index() as index:
        assert index.check_and_add({"id": "a", "paragraphs": [text, text[40:90]]}).paragraphs == ()
        (repeated,) = index.check({"id": "b", "paragraphs": [text[40:90]]}).paragraphs
    assert (repeated.match.paragraph, repeated.match.kind) == (0, "contained")


def test_near_texts_without_a_common_band_are_found_by_their_anchors() -> None:
    earlier, later = FERRY_AND_VILLAGE.replace("जल्दी ", "जल्दी山"), FERRY_AND_VILLAGE[4:-5]
    assert not text_of(("a", 0), (earlier,), "paragraph", CONFIG).proposes(
        text_of(("b", 0), (later,), "paragraph", CONFIG)
    )
    with Index() as index:
        index.add(earlier, "a")
        (repeated,) = index.check(later, "b").paragraphs
    assert (repeated.match.kind, repeated.match.score) == ("near", 0.8)


def test_of_equally_near_ones_the_earliest_is_named() -> None:
    rng = random.Random(13)
    pieces, other = paragraph(rng, 90), paragraph(rng, 6)
    changed = ["".join(pieces[:place] + other + pieces[place + 6 :]) for place in (20, 60)]
    with Index() as index:
        assert all(index.check_and_add(text, name).added for name, text in zip("ab", changed, strict=True))
        (repeated,) = index.check("".join(pieces), "c").paragraphs
    assert (repeated.match.document_id, repeated.match.kind) == ("a", "near")


def test_what_is_contained_in_many_is_found_although_its_buckets_are_full() -> None:
    rng = random.Random(4)
    quoted = "".join(paragraph(rng, 40))
    with Index() as index:
        for number in range(30):
            around = "".join(paragraph(rng, 60)), "".join(paragraph(rng, 60))
            index.add({"id": f"d{number}", "paragraphs": [around[0] + quoted + around[1]]})
        (repeated,) = index.check({"id": "teaser", "paragraphs": [quoted]}).paragraphs
    assert repeated.match.kind == "contained"


def test_a_document_with_its_own_id_and_text_is_known() -> None:
    row = {"id": "a", "paragraphs": list(PARAGRAPHS[:2])}
    with Index() as index:
        assert index.check_and_add(row).added
        again = index.check_and_add(row)
        assert (again.known, again.added, again.is_duplicate, again.paragraphs) == (True, False, True, ())
        assert index.add(row) is None
        assert again.document is not None
        assert (again.document.document_id, again.document.kind) == ("a", "exact")
        other = index.check_and_add({"id": "a", "paragraphs": [PARAGRAPHS[2]]})
        assert other.added, "another text under an id is another document"
        assert index.remove("a") == 2
        assert index.check_and_add(row).added


def test_an_empty_document_repeats_nothing_but_is_known_again() -> None:
    with Index() as index:
        assert index.check_and_add("", "a").added
        assert index.check_and_add("——", "b").added
        assert index.check_and_add("……", "a").known


@given(st.sampled_from(PARAGRAPHS[:4]), DRESSES)
@settings(max_examples=25, deadline=None)
def test_dress_does_not_matter(text: str, how: str) -> None:
    with Index() as index:
        index.add(text, "a")
        match = index.check(dressed(text, how), "b").document
    assert match is not None
    assert (match.document_id, match.kind, match.score) == ("a", "exact", 1.0)


@given(PLAIN_CORPORA)
@settings(max_examples=25, deadline=None)
def test_twice_the_same_keeps_nothing_new(texts: list[str]) -> None:
    with Index() as index:
        first = index.check_and_add_many(rows([[text] for text in texts]))
        before = index.stats()["documents"]
        again = index.check_and_add_many(rows([[text] for text in texts]))
        assert not any(verdict.added for verdict in again)
        assert [verdict.known for verdict in again] == [verdict.added for verdict in first]
        assert index.stats()["documents"] == before


def test_documents_are_taken_in_every_form() -> None:
    text = "\n\n".join(PARAGRAPHS[:2])
    document = cleantext.clean(text)
    with Index() as index:
        assert index.check_and_add(document).document_id == document.document_id
        assert index.check_and_add(text, "text").document is not None
        assert index.check_and_add({"id": 7, "text": text}).document_id == "7"
        unnamed = index.check_and_add("\n".join(PARAGRAPHS[2:4]))
        assert unnamed.added
        assert index.check_and_add_many(["\n".join(PARAGRAPHS[2:4])])[0].known
        verdict = index.check({"paragraphs": ["新。", PARAGRAPHS[1]], "ordinals": [4, 9], "id": "c"})
        assert [one.paragraph for one in verdict.paragraphs] == [9]
        json.dumps(verdict.to_dict())


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (3, "not int"),
        ({"id": "a"}, "neither `paragraphs`"),
        ({"paragraphs": "text"}, "a list of texts"),
        ({"paragraphs": ["a", 3]}, "a list of texts"),
        ({"paragraphs": ["a"], "ordinals": [1, 2]}, "2 `ordinals` for 1 `paragraphs`"),
        ({"text": "a", "id": 3.5}, "the id must be"),
    ],
)
def test_what_is_no_document_is_refused(document: Any, message: str) -> None:
    with Index() as index, pytest.raises(ConfigError, match=message):
        index.check(document)


def test_best_replaces_what_it_is_better_than() -> None:
    config = Config.from_dict({"dedup": {"keep": "longest"}})
    base = list(PARAGRAPHS[:3])
    with Index(config=config, mode="best") as index:
        index.check_and_add({"id": "short", "paragraphs": base})
        longer = index.check_and_add({"id": "long", "paragraphs": [*base, "又一句。"]})
        assert (longer.replaced, longer.added, longer.document) == (("short",), True, None)
        assert longer.paragraphs == ()
        shorter = index.check_and_add({"id": "short", "paragraphs": base})
        assert shorter.document is not None
        assert (shorter.document.document_id, shorter.added, shorter.known) == ("long", False, False)
        assert [one.document_id for one in index.documents()] == ["long"]
        (row,) = index.replacements()
        assert (row["replaced"], row["by"], row["kind"]) == ("short", "long", "near")
        assert index.stats()["replacements"] == 1


def test_best_checks_without_replacing() -> None:
    config = Config.from_dict({"dedup": {"keep": "newest"}})
    with Index(config=config, mode="best") as index:
        index.check_and_add({"id": "old", "text": PARAGRAPHS[0], "date": "2020-01-01"})
        assert index.check({"id": "new", "text": PARAGRAPHS[0], "date": "2021-01-01"}).replaced == ("old",)
        assert [one.document_id for one in index.documents()] == ["old"]
        assert index.check_and_add({"id": "older", "text": PARAGRAPHS[0], "date": "2019-01-01"}).is_duplicate


def test_sticky_keeps_the_first_whatever_the_policy() -> None:
    config = Config.from_dict({"dedup": {"keep": "longest"}})
    with Index(config=config) as index:
        index.check_and_add({"id": "short", "paragraphs": list(PARAGRAPHS[:3])})
        assert index.check_and_add({"id": "long", "paragraphs": [*PARAGRAPHS[:3], "又一句。"]}).is_duplicate


def test_what_was_removed_is_forgotten_everywhere(tmp_path: Path) -> None:
    rng = random.Random(5)
    texts = [["".join(paragraph(rng, 60))] for _ in range(40)]
    for location in (None, tmp_path / "seen.db"):
        with Index(location) as index:
            for _ in range(3):  # numbers are never given again
                assert all(verdict.added for verdict in index.check_and_add_many(rows(texts)))
                assert index.remove("d7") == 1
                assert index.remove("d7") == 0
                assert index.check({"id": "x", "paragraphs": texts[7]}).document is None
                assert index.check({"id": "x", "paragraphs": texts[8]}).document is not None
                for number in range(40):
                    index.remove(f"d{number}")
                assert index.stats()["documents"] == index.stats()["paragraphs"] == 0


def test_merging_is_adding_one_after_the_other(tmp_path: Path) -> None:
    rng = random.Random(6)
    texts = [[text] for _ in range(10) for text in family(rng, 4, (0, 8))]
    rng.shuffle(texts)
    documents = rows(texts)
    with Index(tmp_path / "a.db") as first, Index() as second, Index() as whole:
        first.check_and_add_many(documents[:20])
        second.check_and_add_many(documents[20:])
        added = sum(verdict.added for verdict in first.merge(second))
        whole.check_and_add_many(documents)
        assert [one.document_id for one in first.documents()] == [one.document_id for one in whole.documents()]
        assert added > 0
        with Index(config=DedupConfig(threshold=0.7)) as other, pytest.raises(StageMismatchError, match="threshold"):
            first.merge(other)


@pytest.mark.parametrize("name", ["seen.jsonl", "seen.arrow"])
def test_export_writes_what_is_stored(tmp_path: Path, name: str) -> None:
    with Index() as index:
        index.add({"id": "甲", "paragraphs": ["山水，", "——", "風雲"], "date": "2024-05-06", "source": "报"})
        index.add("", "empty")
        assert index.export(tmp_path / name) == 2
    if name.endswith("l"):
        found = [json.loads(line) for line in (tmp_path / name).read_text(encoding="utf-8").splitlines()]
    else:
        found = pa.ipc.open_file(tmp_path / name).read_all().to_pylist()
    assert found[0]["paragraphs"] == ["山水", "风云"]
    assert (found[0]["id"], found[0]["ordinals"], found[0]["sources"]) == ("甲", [0, 2], ["报"])
    assert found[1]["paragraphs"] == []
    assert [path.name for path in tmp_path.iterdir()] == [name]


def _change_and_fail(index: Index) -> None:
    with index.transaction():
        index.check_and_add(PARAGRAPHS[1], "b")
        assert index.remove("a") == 1
        assert index.check(PARAGRAPHS[1], "c").document is not None
        assert index.check(PARAGRAPHS[0], "c").document is None
        raise KeyError


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    for location in (None, tmp_path / "seen.db"):
        with Index(location) as index:
            index.add(PARAGRAPHS[0], "a")
            with pytest.raises(KeyError):
                _change_and_fail(index)
            assert [one.document_id for one in index.documents()] == ["a"]
            assert index.check(PARAGRAPHS[1], "c").document is None
            assert index.check(PARAGRAPHS[0], "c").document is not None
            with index.transaction():
                index.check_and_add(PARAGRAPHS[1], "b")
            assert index.stats()["documents"] == 2


def test_another_configuration_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "seen.db"
    Index(path).close()
    for option, value in (("threshold", 0.7), ("match", "raw"), ("min_chars", 3), ("containment", None), ("seed", 2)):
        with pytest.raises(StageMismatchError, match=rf"seen\.db: this index was made with {option}"):
            Index(path, Config.from_dict({"dedup": {option: value}}))
    Index(
        path, Config.from_dict({"dedup": {"keep": "longest", "across": "drop"}, "normalize": {"script": "t"}})
    ).close()


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    for location in (None, tmp_path / "seen.db"):
        index = Index(location)
        index.close()
        with pytest.raises(StoreError, match="closed"):
            index.check("a")


def test_a_mode_nobody_knows() -> None:
    with pytest.raises(ConfigError, match="mode: 'worst' is not one of sticky, best"):
        Index(mode="worst")  # type: ignore[arg-type]


def test_verdicts_of_documents_name_their_paragraphs_before_removal() -> None:
    document = cleantext.clean("首页 > 新闻\n\n" + PARAGRAPHS[0] + "\n\n" + PARAGRAPHS[0] + "\n\n" + PARAGRAPHS[1])
    assert isinstance(document, Document)
    with Index() as index:
        index.add(PARAGRAPHS[1], "first")
        verdict: Verdict = index.check(document)
    assert [one.paragraph for one in verdict.paragraphs] == [document.ordinals[-1]]
