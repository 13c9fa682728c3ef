"""Verdicts by document: what goes and why, lines of pairs, documents under new ids and without paragraphs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from checks import check_partition
from cleantext import Config, clean
from cleantext.across import Verdicts
from cleantext.dedup import Duplicates, Pairs, Removals
from cleantext.dedup.cluster import components
from cleantext.dedup.results import KINDS, Groups
from cleantext.dedup.site import SiteProfile
from cleantext.formats.output import dump_json
from cleantext.formats.rows import pair_row
from cleantext.outcome import Outcome, renamed, without
from cleantext.records import Removed
from run_tools import SENTENCES

IDS = ['a"\\', "山\U00020000", "c\u2028", "d"]
# Four documents of three, none, four and two paragraphs; ordinals as if one had gone from each before.
BOUNDS = np.array([0, 3, 3, 7, 9])
ORDINALS = np.array([0, 2, 3, 0, 1, 2, 4, 1, 2])

Listed = list[tuple[int, int, str, float, float]]


def pairs_of(rows: Listed) -> Pairs:
    i, j, kind, jaccard, containment = (np.array([row[n] for row in rows]) for n in range(5))
    return Pairs.sorted(i.astype(int), j.astype(int), _kinds(kind), jaccard.astype(float), containment.astype(float))


def removals_of(rows: list[tuple[int, int, str, float]]) -> Removals:
    index, kept, kind, score = (np.array([row[n] for row in rows]) for n in range(4))
    return Removals.sorted(index.astype(int), kept.astype(int), _kinds(kind), score.astype(float))


def _kinds(names: Any) -> Any:
    return np.array([KINDS.index(name) for name in names.tolist()], dtype=np.uint8)


def found_of(size: int, pairs: Listed, removals: list[tuple[int, int, str, float]]) -> Duplicates:
    table = pairs_of(pairs)
    return Duplicates(
        size=size,
        pairs=table,
        removals=removals_of(removals),
        groups=Groups.of([]),
        cluster=components(table.i, table.j, size),
        settings={},
    )


def flags(size: int, *places: int) -> Any:
    found = np.zeros(size, dtype=np.bool_)
    found[list(places)] = True
    return found


def verdicts(**changes: Any) -> Verdicts:
    nothing: dict[str, Any] = {
        "bounds": BOUNDS,
        "site": flags(9),
        "profile": SiteProfile(),
        "within": (pairs_of([]), removals_of([])),
        "left_out": flags(9),
        "documents": None,
        "gone": flags(4),
        "paragraphs": None,
        "taken": flags(9),
    }
    return Verdicts(**(nothing | changes))


def test_a_document_that_goes_names_one_that_stays() -> None:
    found = found_of(4, [(0, 2, "near", 0.85, 0.9), (0, 3, "exact", 1, 1)], [(2, 0, "near", 0.85), (3, 0, "exact", 1)])
    outcome = Outcome(verdicts(documents=found, gone=flags(4, 2, 3)), IDS, ORDINALS)
    assert [outcome.document_removed(number) for number in range(4)] == [
        None,
        None,
        ("document/near", 0.85, IDS[0]),
        ("document/exact", 1.0, IDS[0]),
    ]
    tagged = Outcome(verdicts(documents=found), IDS, ORDINALS)
    assert [tagged.document_removed(number) for number in range(4)] == [None] * 4


def test_paragraphs_that_go() -> None:
    within = pairs_of([(3, 5, "exact", 1, 1)]), removals_of([(5, 3, "exact", 1)])
    across = found_of(9, [(2, 6, "near", 0.9, 0.95)], [(6, 2, "near", 0.9)])
    found = verdicts(
        site=flags(9, 7), within=within, left_out=flags(9, 5, 7), paragraphs=across, taken=flags(9, 6)
    )  # fmt: skip
    outcome = Outcome(found, lambda numbers: [IDS[number] for number in numbers.tolist()], ORDINALS)
    assert [outcome.concerned(number) for number in range(4)] == [False, False, True, True]
    assert outcome.removed(0) == outcome.removed(1) == {}
    assert outcome.removed(2) == {2: ("duplicate/exact", 1.0, IDS[2], 0), 3: ("duplicate/near", 0.9, IDS[0], 3)}
    assert outcome.removed(3) == {0: ("chrome/site", None, None, None)}


@pytest.mark.parametrize("kinds", [("exact", "near"), ("near", "exact"), ("contained", "exact"), ("exact", "exact")])
def test_what_repeats_a_repeat_names_what_stays(kinds: tuple[str, str]) -> None:
    own, further = kinds
    scores = {"exact": 1.0, "near": 0.85, "contained": 0.95}
    within = pairs_of([(3, 5, own, 1, 1)]), removals_of([(5, 3, own, scores[own])])
    across = found_of(9, [(1, 3, further, 1, 1)], [(3, 1, further, scores[further])])
    found = verdicts(within=within, left_out=flags(9, 5), paragraphs=across, taken=flags(9, 3))
    weaker = own if further == "exact" else further
    assert Outcome(found, IDS, ORDINALS).removed(2) == {
        0: (f"duplicate/{further}", scores[further], IDS[0], 2),
        2: (f"duplicate/{weaker}", scores[weaker], IDS[0], 2),
    }


def test_the_lines_of_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    own: Listed = [
        (0, 2, "exact", 1, 1),
        (3, 4, "near", 5 / 6, 1),
        (5, 6, "contained", 0.4, 0.9),
        (7, 8, "exact", 1, 1),
    ]
    documents = found_of(4, [(0, 2, "near", 0.8, 8 / 9)], [])
    across = found_of(9, [(0, 3, "exact", 1, 1), (1, 8, "contained", 1 / 3, 1)], [])
    found = verdicts(within=(pairs_of(own), removals_of([])), documents=documents, paragraphs=across)
    owner = found.document_of.tolist()
    expected = [
        pair_row(IDS[owner[p.i]], int(ORDINALS[p.i]), IDS[owner[p.j]], int(ORDINALS[p.j]), p, f"{IDS[owner[p.i]]}:{n}")
        for p, n in zip(found.within[0], (0, 0, 1, 0), strict=True)
    ]
    expected += [pair_row(IDS[p.i], None, IDS[p.j], None, p, "d0") for p in documents.pairs]
    expected += [
        pair_row(IDS[owner[p.i]], int(ORDINALS[p.i]), IDS[owner[p.j]], int(ORDINALS[p.j]), p, f"p{n}")
        for n, p in enumerate(across.pairs)
    ]
    for many in (1, 3, 1 << 16):
        monkeypatch.setattr("cleantext.outcome._WRITTEN", many)
        lines = list(Outcome(found, IDS, ORDINALS).pair_lines())
        assert lines == [dump_json(row) + "\n" for row in expected]
    assert [json.loads(line) for line in lines] == expected
    assert list(Outcome(verdicts(), IDS, ORDINALS).pair_lines()) == []


def test_a_new_id_goes_wherever_the_old_one_stood() -> None:
    document = clean("\n".join([SENTENCES[0], SENTENCES[1], SENTENCES[0]]))
    other = Removed(start=0, end=0, text="", reason="duplicate/near", kept_id="another")
    (repeat,) = document.removed
    new = renamed(without(document, {}, frozenset()), "new")
    assert (new.document_id, [span.kept_id for span in new.removed]) == ("new", ["new"])
    assert repeat.kept_id == document.document_id
    both = without(new, {1: other}, frozenset())
    assert {span.kept_id for span in renamed(both, "newer").removed} == {"newer", "another"}


def test_a_document_without_some_paragraphs() -> None:
    document = clean(
        "\n".join(["首页 > 正文", *SENTENCES[:4]]), config=Config.from_dict({"normalize": {"script": "t"}})
    )
    spans = {}
    for place in (1, 3):
        start, end = document.spans[place]
        text = document.source_text[start:end]
        spans[place] = Removed(start=start, end=end, text=text, reason="duplicate/exact", kept_id="x", kept_paragraph=7)
    shorter = without(document, spans, frozenset())
    assert shorter.paragraphs == (document.paragraphs[0], document.paragraphs[2])
    assert (shorter.ordinals, shorter.flags) == ((0, 2), document.flags)
    assert list(shorter.removed) == sorted(
        [*document.removed, spans[1], spans[3]], key=lambda span: (span.start, span.end)
    )
    check_partition(shorter)
    masked = without(document, spans, frozenset({3}))
    assert masked.paragraphs == (document.paragraphs[0], document.paragraphs[2], "")
    assert (masked.ordinals, masked.spans[2]) == ((0, 2, 3), (document.spans[3][0],) * 2)
    assert len(masked.kinds) == len(masked.levels) == len(masked.edits) == 3


def test_a_document_of_which_nothing_is_left_is_flagged() -> None:
    document = clean(SENTENCES[0])
    start, end = document.spans[0]
    span = Removed(start=start, end=end, text=document.source_text[start:end], reason="duplicate/exact")
    for masked in (frozenset[int](), frozenset({0})):
        shell = without(document, {0: span}, masked)
        assert (any(shell.paragraphs), shell.flags.count("shell")) == (False, 1)
        assert without(shell, {}, masked).flags.count("shell") == 1
