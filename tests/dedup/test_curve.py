from __future__ import annotations

import random
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import DedupConfig
from cleantext.dedup import Duplicates, Removal, find_duplicates
from cleantext.dedup.curve import THRESHOLDS, examples, removal_curve, side_by_side
from cleantext.dedup.fingerprint import fingerprints
from cleantext.dedup.results import Groups, Pairs, Removals
from cleantext.dedup.shingle import Rule
from cleantext.dedup.store import TextStore
from cleantext.errors import ConfigError
from dedup.corpora import CORPORA, HOSTILE, PARAGRAPHS, TEXTS, family
from dedup_sets import compile_from

SCRIPTS = ("han", "words", "mixed", "astral", "combining")
WITHOUT_CONTAINED = ("exact", "near")
Row = dict[str, Any]


def families(seed: object, count: int, most: int, changes: tuple[int, int], scripts: Sequence[str]) -> list[str]:
    """`count` shuffled texts in families of one to `most`, some of them twice."""
    rng = random.Random(str(seed))
    texts: list[str] = []
    while len(texts) < count - 20:
        texts += family(rng, rng.randint(1, most), changes, rng.randint(60, 120), rng.choice(scripts))
    texts = texts[: count - 20]
    texts += [text.replace(",", ";") for text in rng.choices(texts, k=20)]
    rng.shuffle(texts)
    return texts


def curve(
    texts: Sequence[str],
    config: DedupConfig | None = None,
    order: Sequence[int] | None = None,
    reference: Collection[int] = (),
    **more: Any,
) -> list[Row]:
    """The removal curve of what `find_duplicates` would be called with."""
    chosen = config or DedupConfig()
    store = TextStore(Rule.of(chosen, "paragraph"))
    store.add(texts)
    protected = np.zeros(len(texts), dtype=np.bool_)
    protected[list(reference)] = True
    ranks = np.empty(len(texts), dtype=np.int64)
    ranks[sorted(order or range(len(texts)), key=lambda one: one not in set(reference))] = np.arange(len(texts))
    return removal_curve(store, store.rule, chosen, ranks, protected, **more)


def row(found: Duplicates, threshold: float) -> Row:
    removed, pairs = (Counter(one.kind for one in table) for table in (found.removals, found.pairs))
    return {"threshold": threshold, "removed": removed["near"], "exact": removed["exact"], "pairs": pairs["near"]}


def searched(texts: Sequence[str], thresholds: Sequence[float] = THRESHOLDS, **call: Any) -> list[Row]:
    """A search at each threshold."""
    return [row(find_duplicates(texts, one, kinds=WITHOUT_CONTAINED, **call), one) for one in thresholds]


# --- Removals by threshold


@settings(max_examples=60, deadline=None)
@given(st.data(), CORPORA, st.lists(st.sampled_from([0.3, 0.5, 0.7, 0.8, 0.9, 1.0]), min_size=1, max_size=4))
def test_few_texts_at_any_thresholds(data: st.DataObject, texts: list[str], thresholds: list[float]) -> None:
    order = data.draw(st.none() | st.permutations(range(len(texts))))
    reference = data.draw(st.sets(st.integers(0, len(texts) - 1), max_size=3)) if texts else set()
    found = curve(texts, None, order, reference, thresholds=thresholds)
    assert found == searched(texts, thresholds, order=order, reference=reference)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_search_at_every_threshold_says_the_same(script: str) -> None:
    texts = families(script, 250, 6, (0, 12), [script])
    order = random.Random(script).sample(range(250), 250)
    found = curve(texts, None, order, order[::9])
    assert found == searched(texts, order=order, reference=order[::9])
    assert [one["threshold"] for one in found] == list(THRESHOLDS)
    assert found[0]["removed"] > found[4]["removed"] > found[-1]["removed"]
    assert len({one["removed"] + one["exact"] for one in found}) > 4


def test_an_equal_text_goes_with_its_representative_or_for_its_sake() -> None:
    one, other = PARAGRAPHS[0], PARAGRAPHS[0].replace("缓缓", "慢慢").replace("一层薄雾", "一层大雾")
    texts = [one, other, other + "!", other + "?", one + "!"]
    (near, far) = curve(texts, thresholds=(0.5, 0.99))
    assert near == {"threshold": 0.5, "removed": 3, "exact": 1, "pairs": 1}
    assert far == {"threshold": 0.99, "removed": 0, "exact": 3, "pairs": 0}


@pytest.mark.parametrize("large", [False, True])
def test_many_texts(monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    """Bands that are chosen for the lowest threshold find nearly all there, and above it as much as its own."""
    texts = families("many", 900, 5, (0, 12), ["han", "mixed"])
    if large:
        compile_from(monkeypatch, 1)
    found, alone = curve(texts, threads=2), searched(texts)
    assert found[0]["pairs"] >= alone[0]["pairs"] * 0.97
    for one, other in zip(found[1:], alone[1:], strict=True):
        assert abs(one["pairs"] - other["pairs"]) <= max(2, other["pairs"] // 100)
        assert abs(one["removed"] - other["removed"]) <= 2


def test_giant_buckets_are_walked_at_every_threshold() -> None:
    texts = family(random.Random("crowd"), 400, (0, 2)) + families("rest", 100, 4, (0, 9), ["words"])
    random.Random(4).shuffle(texts)
    lowest = find_duplicates(texts, 0.6, kinds=WITHOUT_CONTAINED)
    assert lowest.settings["crowds"]
    for one, other in zip(curve(texts), searched(texts), strict=True):
        assert abs(one["removed"] - other["removed"]) <= 2


@pytest.mark.parametrize("large", [False, True])
def test_texts_may_be_left_out_and_fingerprints_known(monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    texts = families("known", 500 if large else 300, 6, (0, 9), SCRIPTS)
    active = np.random.RandomState(1).rand(len(texts)) < 0.7
    alone = searched([text if one else "" for text, one in zip(texts, active, strict=True)])
    if not large:
        assert curve(texts, active=active) == alone
        return
    compile_from(monkeypatch, 1)
    config = DedupConfig()
    with TextStore(Rule.of(config, "paragraph")) as store:
        store.add(texts)
        known = fingerprints(store, store.rule, config, 1)
    assert known.sketches is not None
    assert curve(texts, active=active, known=known) == curve(texts, active=active)
    assert curve(texts, active=active, known=known)[1:] == alone[1:]


def test_nothing_to_remove() -> None:
    none = [{"threshold": one, "removed": 0, "exact": 0, "pairs": 0} for one in THRESHOLDS]
    for texts in ([], [""], ["短"], ["——", "……", ""], list(PARAGRAPHS)):
        assert curve(texts) == none
    assert curve(["短", "短。", "短!"]) == [one | {"exact": 2} for one in none]
    assert curve(list(PARAGRAPHS), thresholds=()) == []


def test_everything_is_protected() -> None:
    texts = families("protected", 100, 6, (0, 2), ["han"])
    found = curve(texts, reference=range(100))
    assert [(one["removed"], one["exact"]) for one in found] == [(0, 0)] * len(THRESHOLDS)
    assert found[0]["pairs"] > found[-1]["pairs"] > 0


def test_too_few_permutations_for_the_lowest_threshold() -> None:
    with pytest.raises(ConfigError, match="take more permutations"):
        curve(list(PARAGRAPHS), DedupConfig(num_perm=16), thresholds=(0.9, 0.1))


# --- Examples


def with_removals(near: Sequence[float], contained: Sequence[float] = (), exact: int = 0) -> Duplicates:
    """Texts that go with these scores, each for the sake of a text of its own."""
    scores = [*near, *contained, *[1.0] * exact]
    kinds = np.repeat(np.array([1, 2, 0], dtype=np.uint8), [len(near), len(contained), exact])
    index = np.arange(len(scores), dtype=np.int64)
    none = np.empty(0, dtype=np.int64)
    return Duplicates(
        size=2 * len(scores),
        pairs=Pairs(none, none, kinds[:0], np.empty(0), np.empty(0)),
        removals=Removals(index, index + len(scores), kinds, np.array(scores)),
        groups=Groups.of([]),
        cluster=np.full(2 * len(scores), -1, dtype=np.int64),
        settings={},
    )


def test_examples_are_spread_over_the_scores() -> None:
    rng = random.Random(1)
    scores = [0.8 + 0.2 * rng.random() ** 0.1 for _ in range(5000)] + [0.8, 0.803]
    found = examples(with_removals(scores), 20, seed=7)
    assert [type(one) for one in found] == [Removal] * 20
    assert [one.score for one in found] == sorted(one.score for one in found)
    assert found[0].score <= 0.803
    assert len({one.index for one in found}) == 20
    filled = {min(int((score - 0.8) / (max(scores) - 0.8) * 20), 19) for score in scores}
    assert {min(int((one.score - 0.8) / (max(scores) - 0.8) * 20 + 1e-9), 19) for one in found} == filled


def test_the_same_seed_gives_the_same_examples() -> None:
    found = with_removals(np.random.RandomState(2).rand(500).tolist(), [0.9] * 50)
    assert examples(found, seed=3) == examples(found, seed=3)
    assert len({tuple(one.index for one in examples(found, seed=seed)) for seed in range(5)}) == 5


@pytest.mark.parametrize(
    ("near", "contained", "count", "expected"),
    [
        (100, 100, 20, (15, 5)),
        (100, 3, 20, (17, 3)),
        (12, 100, 20, (12, 8)),
        (4, 5, 20, (4, 5)),
        (0, 30, 20, (0, 20)),
        (30, 0, 20, (20, 0)),
        (30, 30, 1, (1, 0)),
        (30, 30, 0, (0, 0)),
        (0, 0, 20, (0, 0)),
    ],
)
def test_near_ones_and_then_contained_ones(near: int, contained: int, count: int, expected: tuple[int, int]) -> None:
    found = examples(with_removals([0.9] * near, [0.95] * contained, 7), count)
    assert [one.kind for one in found] == ["near"] * expected[0] + ["contained"] * expected[1]


def test_of_equal_texts_one_is_shown() -> None:
    other = PARAGRAPHS[1].replace("菱角", "莲藕")
    found = find_duplicates([PARAGRAPHS[1], other, other + "!", other + "……", PARAGRAPHS[1] + "!"])
    assert Counter(one.kind for one in found.removals) == {"near": 3, "exact": 1}
    assert [(one.index, one.kept, one.kind) for one in examples(found)] == [(1, 0, "near")]


# --- Side by side


def cells(text: str) -> int:
    """The cells of a terminal that `text` takes."""
    zero = sum(unicodedata.category(char) in {"Mn", "Me"} or "\u1160" <= char <= "\u11ff" for char in text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" and not unicodedata.combining(char) for char in text)
    return len(text) - zero + wide


def columns(page: str) -> tuple[str, str]:
    """The text of both columns, without the lines of marks and what fills up."""
    lines = [line.split(" │", 1) for line in page.split("\n")]
    texts = [line for line in lines if set(line[0] + line[1]) - {" ", "^"}]
    return "".join(left.rstrip() for left, _ in texts), "".join(right[1:] for _, right in texts)


def marked(page: str) -> tuple[str, str]:
    """The characters with a mark below, of both columns."""
    found = ["", ""]
    lines = [line.split(" │", 1) for line in page.split("\n")]
    for own, below in pairwise(lines):
        if set(below[0] + below[1]) <= {" ", "^"} and "^" in below[0] + below[1]:
            for side in (0, 1):
                place = 0
                for char in own[side]:
                    if below[side][place : place + 1] == "^":
                        found[side] += char
                    place += cells(char)
    return found[0], found[1]


def test_a_page() -> None:
    page = side_by_side("山水之间有一座小城,城里有人。", "山水之間，有一座大城，城里有 Bob", 35)
    assert page.split("\n") == [
        "山水之间有一座小 │ 山水之間，有一座",
        "              ^^ │",
        "城,城里有人。    │ 大城，城里有 Bob",
        "         ^^      │ ^^           ^^^",
    ]


def test_script_and_marks_differ_only_in_raw_text() -> None:
    left, right = "会议今日召开,ＡＢＣ", "會議今日召開 abc"
    assert "^" not in side_by_side(left, right, 60)
    assert marked(side_by_side(left, right, 60, match="raw")) == ("会议开,ＡＢＣ", "會議開 abc")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("秋天的果园", "秋天的梨园", ("果", "梨")),
        ("𠀀𠀁𠀂", "𠀀𠀃𠀂", ("𠀁", "𠀃")),
        ("the old house", "the cold house", ("", "c")),
        ("", "山水", ("", "山水")),
        ("", "", ("", "")),
        ("same", "same", ("", "")),
    ],
)
def test_what_one_has_and_the_other_has_not_is_marked(left: str, right: str, expected: tuple[str, str]) -> None:
    assert marked(side_by_side(left, right, 60)) == expected


def test_a_mark_stands_below_a_character_and_what_is_set_upon_it() -> None:
    folded = side_by_side("cafe\u0301 noir", "cafe\u0300 noir", 60).split("\n")
    raw = side_by_side("cafe\u0301 noir", "cafe\u0300 noir", 60, match="raw").split("\n")
    assert folded == raw
    assert [place for place, char in enumerate(folded[1]) if char == "^"] == [3, 34]
    assert columns("\n".join(folded)) == ("cafe\u0301 noir", "cafe\u0300 noir")


def test_nothing_is_written_that_a_terminal_would_obey() -> None:
    hostile = "a\x1b[31mred\r\x00\x9b\u202eevil\u2028\ud800\u200b\tend"
    page = side_by_side(hostile, "a\nb", 60)
    page.encode()
    assert columns(page) == ("a�[31mred����evil����end", "a↵b")


@settings(max_examples=100, deadline=None)
@given(
    TEXTS | HOSTILE | st.text(max_size=60), TEXTS | HOSTILE | st.text(max_size=60), st.integers(0, 90), st.booleans()
)
def test_any_texts_fit_into_any_columns(left: str, right: str, width: int, raw: bool) -> None:
    page = side_by_side(left, right, width, match="raw" if raw else "folded")
    column = max(8, (width - 3) // 2)
    for line in page.split("\n"):
        one, _, other = line.partition(" │")
        assert cells(one) <= column
        assert cells(other) <= column + 1
    assert all(char.isprintable() or char in "\n\u3000" or unicodedata.category(char)[0] in "CZ" for char in page)
    assert not {unicodedata.category(char) for char in page} & {"Cf", "Cs", "Zl", "Zp"}
    assert page.count("\r") == page.count("\x1b") == page.count("\0") == 0
    if left == right:
        assert "^" not in page.replace("^", "", left.count("^") + right.count("^"))


def test_of_long_texts_the_first_difference_is_shown() -> None:
    rng = random.Random(6)
    same = "".join(family(rng, 1, (0, 0), 5000))
    page = side_by_side(f"{same}甲乙丙{same}", f"{same.replace(',', '，')}丁戊己{same}", 100)
    assert len(page) < 6000
    for column, own in zip(columns(page), ("甲乙丙", "丁戊己"), strict=True):
        assert column.startswith("…")
        assert column.endswith("…")
        assert 600 <= len(column) <= 602
        assert own in column
    assert {"".join(dict.fromkeys(one)) for one in marked(page)} == {"甲乙丙", "丁戊己"}


def test_a_mark_that_stands_alone_gets_something_to_stand_on() -> None:
    assert side_by_side("\u0301a", "a", 30).split("\n")[0].split(" │")[0].rstrip() == "◌\u0301a"


@pytest.mark.parametrize("turned", [False, True])
def test_a_part_is_shown_beside_where_it_stands(turned: bool) -> None:
    rng = random.Random(9)
    article = "".join(family(rng, 1, (0, 0), 4000, "mixed"))
    part = article[2500:2900]
    texts = (article, "导读" + part) if turned else ("导读" + part, article)
    shown = columns(side_by_side(*texts, 120))
    outer, inner = shown if turned else shown[::-1]
    assert part[100:200].replace("\n", "↵") in outer.replace("…", "")
    assert part[100:200].replace("\n", "↵") in inner.replace("…", "")


def test_two_texts_of_which_one_begins_the_other() -> None:
    text = "".join(family(random.Random(3), 1, (0, 0), 3000))
    left, right = columns(side_by_side(text[:2000], text, 100))
    assert left == "…" + text[1880:2000]
    assert right == "…" + text[1880:2480] + "…"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("a" * 300_000, "a" * 300_000 + "b"),
        ("ab" * 150_000, "ba" * 150_000),
        ("山" * 300_000, "水" * 300_000),
        ("e\u0301" * 50_000, "e\u0300" * 50_000),
        ("\u0301" * 20_000, "x"),
    ],
)
def test_long_texts_make_short_pages(left: str, right: str) -> None:
    for match in ("folded", "raw"):
        assert len(side_by_side(left, right, 100, match=match)) < 8000
