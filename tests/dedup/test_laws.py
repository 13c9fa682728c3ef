"""Laws of duplicates: what one search says about another of the same texts, whatever the texts are."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext import find_duplicates
from cleantext.config import DedupConfig
from cleantext.dedup import Duplicates
from cleantext.folding import match_text
from dedup.corpora import CORPORA, DRESSES, HOSTILE, NOTHING, PARAGRAPHS, PLAIN_CORPORA, dressed, family
from dedup.oracle import KINDS, units, weight

CONFIG = DedupConfig()
RANDOM = st.randoms(use_true_random=False)


@dataclass(frozen=True)
class Outcome:
    """What a search says, free of the order in which it says it."""

    pairs: frozenset[tuple[frozenset[int], str, float, float]]
    removals: frozenset[tuple[int, int, str, float]]
    kept: frozenset[int]
    clusters: frozenset[frozenset[int]]
    groups: frozenset[tuple[int, frozenset[int]]]

    @classmethod
    def of(cls, found: Duplicates, names: Sequence[int] | None = None) -> Outcome:
        """The outcome, with `names` in place of the indices."""
        name = range(found.size) if names is None else names
        return cls(
            frozenset((frozenset((name[p.i], name[p.j])), p.kind, p.jaccard, p.containment) for p in found),
            frozenset((name[r.index], name[r.kept], r.kind, r.score) for r in found.removals),
            frozenset(name[one] for one in found.kept),
            frozenset(frozenset(name[one] for one in cluster) for cluster in found.clusters),
            frozenset((name[group[0]], frozenset(name[one] for one in group)) for group in found.groups),
        )

    def among(self, some: Collection[int]) -> Outcome:
        """The part that speaks of these texts."""
        return Outcome(
            frozenset(pair for pair in self.pairs if pair[0] <= frozenset(some)),
            frozenset(removal for removal in self.removals if removal[0] in some),
            self.kept & frozenset(some),
            frozenset(cluster for cluster in self.clusters if cluster <= frozenset(some)),
            frozenset(group for group in self.groups if group[0] in some),
        )


def pairs(found: Iterable[Any], kind: str) -> dict[tuple[int, int], tuple[float, float]]:
    return {(pair.i, pair.j): (pair.jaccard, pair.containment) for pair in found if pair.kind == kind}


def many(seed: str, count: int, changes: tuple[int, int] = (1, 3)) -> list[str]:
    """More texts than are compared one with another: families of near texts, teasers, copies and strangers."""
    rng = random.Random(seed)
    texts: list[str] = []
    while len(texts) < count:
        script = rng.choice(("han", "words", "mixed", "astral", "combining"))
        texts += family(rng, rng.randint(1, 5), changes, rng.randint(60, 110), script)
        if rng.random() < 0.3:
            texts += [texts[-1][:50], texts[-1].replace(",", "\n—")]
    rng.shuffle(texts)
    return texts


def shuffled(texts: Sequence[str], rng: random.Random, order: Sequence[int], reference: Collection[int]) -> Outcome:
    """The outcome for the texts in another order of input, by their old names."""
    places = rng.sample(range(len(texts)), len(texts))
    now = {old: new for new, old in enumerate(places)}
    found = find_duplicates(
        [texts[old] for old in places], order=[now[old] for old in order], reference=[now[old] for old in reference]
    )
    return Outcome.of(found, places)


@settings(max_examples=80, deadline=None)
@given(CORPORA, RANDOM)
def test_the_order_of_input_changes_nothing(texts: list[str], rng: random.Random) -> None:
    order = rng.sample(range(len(texts)), len(texts))
    reference = order[: len(order) // 5]
    plain = Outcome.of(find_duplicates(texts, order=order, reference=reference))
    assert shuffled(texts, rng, order, reference) == plain


@pytest.mark.parametrize("most", [1, 3], ids=["first", "any"])
def test_the_order_of_many_texts_changes_nothing(most: int) -> None:
    rng = random.Random(most)
    texts = many("order", 500) + family(rng, 200, (0, most))
    order = list(range(len(texts))) if most == 1 else rng.sample(range(len(texts)), len(texts))
    plain = Outcome.of(find_duplicates(texts, order=order))
    assert {kind for _, _, kind, _ in plain.removals} == set(KINDS)
    assert shuffled(texts, rng, order, ()) == plain


def again(texts: Sequence[str], found: Duplicates, order: Sequence[int]) -> list[tuple[int, str]]:
    """What a second search among the kept texts removes, by their old names."""
    kept = [int(one) for one in found.kept]
    place = {old: new for new, old in enumerate(kept)}
    second = find_duplicates([texts[old] for old in kept], order=[place[old] for old in order if old in place])
    return [(kept[removal.index], removal.kind) for removal in second.removals]


@settings(max_examples=80, deadline=None)
@given(CORPORA, RANDOM)
def test_a_second_search_removes_no_more(texts: list[str], rng: random.Random) -> None:
    """Except contained texts that stayed because a repeat of theirs, now gone, had something of its own."""
    order = rng.sample(range(len(texts)), len(texts))
    found = find_duplicates(texts, order=order)
    named = {int(removal.kept) for removal in found.removals if removal.kind == "near"}
    for index, kind in again(texts, found, order):
        assert kind == "contained"
        assert index in named


def test_a_text_held_for_its_repeat_goes_in_a_second_search() -> None:
    keeper, rest = PARAGRAPHS[0], PARAGRAPHS[1]
    texts = [keeper, keeper + "金木水火土云", keeper + rest]
    found = find_duplicates(texts, 0.75)
    assert [int(one) for one in found.kept] == [0, 2]
    assert again(texts, found, range(3)) == [(0, "contained")]


def test_a_second_search_of_many_texts_removes_no_more() -> None:
    texts = many("again", 700, (1, 2))
    found = find_duplicates(texts)
    assert len(list(found.removals)) > 200
    assert not [fate for fate in again(texts, found, range(len(texts))) if fate[1] != "contained"]


@settings(max_examples=80, deadline=None)
@given(CORPORA.filter(bool), st.integers(0, 20), st.lists(DRESSES, max_size=3))
def test_a_copy_adds_exactly_its_pairs(texts: list[str], which: int, dresses: list[str]) -> None:
    which %= len(texts)
    copy = texts[which]
    for how in dresses if copy in PARAGRAPHS else ():
        copy = dressed(copy, how)
    new = len(texts)
    before, after = find_duplicates(texts), find_duplicates([*texts, copy])
    old: set[Any] = set(map(tuple, before.expanded()))
    twins: set[tuple[Any, ...]] = {(i + j - which, new, *scores) for i, j, *scores in old if which in (i, j)}
    if match_text(copy):
        twins.add((which, new, "exact", 1, 1))
    assert set(map(tuple, after.expanded())) == old | twins
    fates = {removal.index: tuple(removal)[1:] for removal in after.removals}
    fate = fates.pop(new, None)
    assert fates == {removal.index: tuple(removal)[1:] for removal in before.removals}
    assert fate == (fates.get(which, (which, "exact", 1)) if match_text(copy) else None)


@settings(max_examples=80, deadline=None)
@given(CORPORA, RANDOM)
def test_clusters_know_nothing_of_each_other(texts: list[str], rng: random.Random) -> None:
    whole = Outcome.of(find_duplicates(texts))
    paired = {one for cluster in whole.clusters for one in cluster}
    parts = [*map(sorted, whole.clusters), *([one] for one in range(len(texts)) if one not in paired)]
    some = sorted(one for part in parts if rng.random() < 0.5 for one in part)
    assert Outcome.of(find_duplicates([texts[one] for one in some]), some) == whole.among(some)


def test_unrelated_texts_among_many_change_nothing() -> None:
    texts = many("unrelated", 600)
    whole = Outcome.of(find_duplicates(texts))
    alone = set(range(len(texts))) - {one for cluster in whole.clusters for one in cluster}
    assert len(alone) > 50
    rest = sorted(set(range(len(texts))) - set(sorted(alone)[::2]))
    assert Outcome.of(find_duplicates([texts[one] for one in rest]), rest) == whole.among(rest)


@settings(max_examples=60, deadline=None)
@given(CORPORA, RANDOM)
def test_reference_texts_rank_first_and_stay(texts: list[str], rng: random.Random) -> None:
    order = rng.sample(range(len(texts)), len(texts))
    reference = set(rng.sample(range(len(texts)), len(texts) // 3))
    found = Outcome.of(find_duplicates(texts, order=order, reference=reference))
    assert reference <= found.kept
    first = sorted(order, key=lambda one: one not in reference)
    assert Outcome.of(find_duplicates(texts, order=first, reference=reference)) == found
    preferred = Outcome.of(find_duplicates(texts, order=first))
    if reference <= preferred.kept:
        assert preferred == found


@settings(max_examples=60, deadline=None)
@given(CORPORA, st.sets(st.sampled_from(KINDS)))
def test_what_is_only_tagged_removes_nothing(texts: list[str], tag: set[str]) -> None:
    plain, found = find_duplicates(texts), find_duplicates(texts, tag=tag)
    assert not {removal.kind for removal in found.removals} & tag
    for kind in ("exact", "near"):
        assert pairs(found, kind) == pairs(plain, kind)
    assert set(map(int, find_duplicates(texts, tag=KINDS).kept)) == set(range(len(texts)))


def test_a_repeat_of_an_equal_text_goes_though_equal_texts_are_only_tagged() -> None:
    near = PARAGRAPHS[0].replace("划去", "荡去")
    found = find_duplicates([PARAGRAPHS[0], near, near], tag=["exact"])
    assert [(r.index, r.kept, r.kind) for r in found.removals] == [(1, 0, "near"), (2, 0, "near")]


@settings(max_examples=60, deadline=None)
@given(CORPORA, st.sets(st.sampled_from(KINDS)))
def test_kinds_limit_what_is_looked_for(texts: list[str], some: set[str]) -> None:
    texts = list({match_text(text): text for text in texts}.values())  # equal ones are one, if exact is not looked for
    plain, found = find_duplicates(texts), find_duplicates(texts, kinds=some)
    assert {pair.kind for pair in found} <= some
    for kind in some & {"exact", "near"}:
        assert pairs(found, kind) == pairs(plain, kind)


@settings(max_examples=60, deadline=None)
@given(CORPORA, st.integers(1, 60), st.sampled_from([0.5, 0.8]))
def test_short_texts_are_only_ever_exact(texts: list[str], least: int, threshold: float) -> None:
    everyone = find_duplicates(texts, threshold, DedupConfig(min_chars=0))
    found = find_duplicates(texts, threshold, DedupConfig(min_chars=least))
    long = [weight(text, CONFIG) >= least for text in texts]
    assert pairs(found, "exact") == pairs(everyone, "exact")
    near = pairs(everyone, "near").items()
    assert pairs(found, "near") == {(i, j): scores for (i, j), scores in near if long[i] and long[j]}
    assert all(long[i] and long[j] for i, j in pairs(found, "contained"))


@pytest.mark.parametrize(
    ("text", "is_long"),
    [
        (PARAGRAPHS[0].replace(",", "")[:19], False),
        (PARAGRAPHS[0].replace(",", "")[:20], True),
        ("one two three four five six seven".replace("o", "oo"), False),
        ("seven English words make one short text", False),
        ("while eight English words make one long text", True),
        ("eight words of which two are as short", False),
        ("2021 2022 2023 2024 2025", True),
        ("𠀀" * 19, False),
        ("𠀀" * 20, True),
    ],
)
def test_what_is_short(text: str, is_long: bool) -> None:
    longer = text + " 山水风云花鸟鱼虫"
    assert [removal.kind for removal in find_duplicates([text, longer]).removals] == ["contained"] * is_long
    assert [removal.kind for removal in find_duplicates([text, text + "!"]).removals] == ["exact"]


@settings(max_examples=60, deadline=None)
@given(CORPORA, st.lists(NOTHING, max_size=4), RANDOM)
def test_empty_match_text_matches_nothing(texts: list[str], nothing: list[str], rng: random.Random) -> None:
    filled = [(text, place) for place, text in enumerate(texts)]
    for text in nothing:
        filled.insert(rng.randint(0, len(filled)), (text, -1))
    found = find_duplicates([text for text, _ in filled])
    empty = {index for index, (text, _) in enumerate(filled) if not match_text(text)}
    assert empty <= {int(one) for one in found.kept}
    assert not empty & {one for pair in found for one in (pair.i, pair.j)}
    assert all(found.cluster_of(one) is None for one in empty)
    names = [place for _, place in filled]
    assert Outcome.of(found, names).among(range(len(texts))) == Outcome.of(find_duplicates(texts))


@settings(max_examples=60, deadline=None)
@given(CORPORA, st.floats(0.3, 1), st.floats(0, 0.7))
def test_a_higher_threshold_finds_fewer(texts: list[str], high: float, less: float) -> None:
    config = DedupConfig(min_chars=0)
    low = max(0.3, high - less)
    loose, strict = (pairs(find_duplicates(texts, one, config), "near") for one in (low, high))
    assert strict == {pair: scores for pair, scores in loose.items() if scores[0] >= high}


@settings(max_examples=60, deadline=None)
@given(PLAIN_CORPORA, st.data())
def test_how_a_text_is_written_changes_nothing(texts: list[str], data: st.DataObject) -> None:
    written = list(texts)
    for place, text in enumerate(texts):
        for how in data.draw(st.lists(DRESSES, max_size=2)):
            written[place] = dressed(written[place], how)
        assert units(written[place], CONFIG) == units(text, CONFIG)
    assert Outcome.of(find_duplicates(written)) == Outcome.of(find_duplicates(texts))


@pytest.mark.parametrize("unit", ["山", "a", "ab ", "山a", "\U00020000", "e\u0301", "🙂", "-", "\n", "\x00"])
def test_long_runs_of_little(unit: str) -> None:
    texts = [unit * 20_000, unit * 20_001, unit * 40_000, "山水" + unit * 20_000, unit * 20_000]
    found = find_duplicates(texts)
    if not match_text(unit):
        assert list(found.removals) == []
        return
    fates = {removal.index: (removal.kept, removal.kind) for removal in found.removals}
    assert fates[4] == (fates.get(0, (0,))[0], fates.get(0, (0, "exact"))[1])
    again = find_duplicates([texts[int(one)] for one in found.kept])
    assert list(again.removals) == []


@settings(max_examples=10, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=6), st.integers(500, 1500))
def test_thousands_of_equal_texts(texts: list[str], times: int) -> None:
    few, found = find_duplicates(texts), find_duplicates(texts * times)
    assert list(found.kept)[: len(list(few.kept))] == list(few.kept)
    nothing = sum(not match_text(text) for text in texts)
    assert len(list(found.kept)) == len(list(few.kept)) + nothing * (times - 1)
