"""The engine against brute force, networkx and datasketch, which the checks of `oracle` call."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

import cleantext.dedup
from cleantext import find_duplicates, minhash_signatures, shingle_hash
from cleantext.config import DedupConfig
from cleantext.dedup import Duplicates
from dedup.corpora import CORPORA, HOSTILE, TEXTS, alike, family, paragraph, set_text, variant
from dedup.oracle import Brute, binomial_tail, check_complete, check_contained, check_sound, shingles

SCRIPTS = ("han", "words", "mixed", "astral", "combining")
# A text is the set of its characters.
SETS = DedupConfig(match="raw", shingle_unit="character", shingle_size=1, min_chars=0)
WITHOUT_CONTAINED = ("exact", "near")
# How improbable a result must be, if the promise holds, to count as a broken promise.
ALPHA = 1e-6


def compared(texts: Sequence[str], config: DedupConfig | None = None, **call: Any) -> tuple[Brute, Duplicates]:
    """The duplicates among `texts` by brute force, and as the engine finds them: whatever it says must be true."""
    brute, found = Brute(texts, config, **call), find_duplicates(texts, config=config, **call)
    check_sound(brute, found)
    return brute, found


def of_sets(members: Sequence[Iterable[int]], config: DedupConfig = SETS, **call: Any) -> list[tuple[int, int, str]]:
    """Who goes, for whom and as what, where the texts have these sets of shingles."""
    brute, found = compared([set_text(frozenset(one)) for one in members], config, **call)
    check_complete(brute, found)
    return [(removal.index, removal.kept, removal.kind) for removal in found.removals]


def families(seed: object, count: int, most: int, changes: tuple[int, int], scripts: Sequence[str]) -> list[str]:
    """`count` shuffled texts in families of one to `most`."""
    rng = random.Random(str(seed))
    texts: list[str] = []
    while len(texts) < count:
        texts += family(rng, rng.randint(1, most), changes, rng.randint(60, 120), rng.choice(scripts))
    rng.shuffle(texts)
    return texts[:count]


UNITS = st.sampled_from(["auto", "character", "word"])


@settings(max_examples=150, deadline=None)
@given(TEXTS | HOSTILE | st.text(max_size=30), UNITS, st.sampled_from([1, 2, 3, 5]))
def test_shingles_are_those_of_the_definition(text: str, unit: str, size: int) -> None:
    config = DedupConfig(shingle_unit=unit, shingle_size=size)
    assert set(cleantext.dedup.shingles(text, config)) == shingles(text, config)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(TEXTS | HOSTILE, max_size=4),
    st.sampled_from(["folded", "raw"]),
    st.sampled_from([(16, 1), (100, 0), (256, 2**32 - 1), (128, 31337)]),
    st.sampled_from(["paragraph", "document"]),
)
def test_signatures_are_those_of_datasketch(texts: list[str], match: str, drawn: tuple[int, int], level: str) -> None:
    config = DedupConfig(
        match=match, shingle_unit="auto" if match == "folded" else "character", num_perm=drawn[0], seed=drawn[1]
    )
    rows = minhash_signatures(texts, config, level=level)
    assert rows.shape == (len(texts), drawn[0])
    for row, text in zip(rows, texts, strict=True):
        theirs = MinHash(num_perm=drawn[0], seed=drawn[1], hashfunc=shingle_hash)
        theirs.update_batch([one.encode("utf-8", "surrogatepass") for one in shingles(text, config, level)])
        assert row.tolist() == theirs.hashvalues.tolist()


def test_the_signature_of_a_long_text_is_that_of_datasketch() -> None:
    rng = random.Random("signatures")
    texts = ["".join(paragraph(rng, 8_000, script)) for script in SCRIPTS] + ["山" * 50_000, "ab " * 9_000, "-" * 9_999]
    for row, text in zip(minhash_signatures(texts), texts, strict=True):
        theirs = MinHash(num_perm=128, seed=1, hashfunc=shingle_hash)
        theirs.update_batch([one.encode() for one in shingles(text, DedupConfig())])
        assert row.tolist() == theirs.hashvalues.tolist()


@st.composite
def calls(draw: st.DrawFn, size: int) -> dict[str, Any]:
    """An order of preference and reference texts, or neither; kinds that are only tagged."""
    order = draw(st.none() | st.permutations(range(size)))
    reference = draw(st.sets(st.integers(0, size - 1), max_size=3)) if size else ()
    tag = draw(st.sampled_from([(), (), (), ("exact",), ("near",), ("contained",), ("exact", "near")]))
    return {"order": order, "reference": reference, "tag": tag}


THRESHOLDS = st.sampled_from([0.3, 0.5, 0.75, 0.8, 0.9, 1.0])
CONTAINMENTS = st.sampled_from([0.5, 0.8, 0.9, 1.0, None])


@settings(max_examples=120, deadline=None)
@given(
    st.data(),
    CORPORA,
    THRESHOLDS,
    CONTAINMENTS,
    st.sampled_from([0, 20, 30]),
    st.sampled_from(["paragraph", "document"]),
)
def test_few_texts(
    data: st.DataObject, texts: list[str], threshold: float, containment: float | None, least: int, level: str
) -> None:
    config = DedupConfig(threshold=threshold, containment=containment, min_chars=least)
    brute, found = compared(texts, config, level=level, **data.draw(calls(len(texts))))
    check_complete(brute, found)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.randoms(use_true_random=False), st.integers(0, 16), THRESHOLDS, CONTAINMENTS)
def test_any_sets(
    data: st.DataObject, rng: random.Random, most: int, threshold: float, containment: float | None
) -> None:
    members = alike(rng, most)
    of_sets(members, replace(SETS, threshold=threshold, containment=containment), **data.draw(calls(len(members))))


def test_many_sets() -> None:
    fates: set[str] = set()
    held = 0
    for seed in range(150):
        rng = random.Random(seed)
        texts = [set_text(one) for one in alike(rng, 60)]
        config = replace(SETS, threshold=rng.choice((0.4, 0.6, 0.8)), containment=rng.choice((0.6, 0.8, 1.0)))
        brute, found = compared(texts, config)
        check_complete(brute, found)
        fates.update(removal.kind for removal in found.removals)
        kept = {int(one) for one in found.kept}
        held += sum(bool(brute.inside[one] & kept) for one in kept & brute.inside.keys())
    assert fates == {"exact", "near", "contained"}
    assert held > 20


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("threshold", "changes"), [(0.5, (0, 16)), (0.8, (0, 6)), (0.95, (0, 3))])
def test_a_few_hundred_texts(script: str, threshold: float, changes: tuple[int, int]) -> None:
    texts = families((script, threshold), 220, 6, changes, [script])
    texts += [text[: len(text) // 2] for text in texts[:20]] + texts[20:36]
    brute, found = compared(texts, DedupConfig(threshold=threshold))
    check_complete(brute, found)
    assert len(texts) == 256
    assert {removal.kind for removal in found.removals} == {"exact", "near", "contained"}


def test_several_hundred_alike() -> None:
    texts = family(random.Random("alike"), 250, (1, 3))
    brute, found = compared(texts)
    check_complete(brute, found)
    assert len(found) > 10_000


@pytest.mark.parametrize(
    ("count", "threshold", "recall", "num_perm", "script", "changes"),
    [
        (3000, 0.8, 0.99, 128, "han", (2, 5)),
        (600, 0.8, 0.99, 128, "words", (2, 5)),
        (800, 0.8, 0.5, 64, "mixed", (2, 5)),
        (1000, 0.5, 0.9, 128, "han", (7, 15)),
        (400, 0.9, 0.7, 256, "combining", (1, 3)),
        (300, 0.7, 0.95, 128, "astral", (3, 7)),
    ],
)
def test_recall(
    count: int, threshold: float, recall: float, num_perm: int, script: str, changes: tuple[int, int]
) -> None:
    texts = families((count, threshold, recall), count, 3, changes, [script])
    config = DedupConfig(threshold=threshold, recall=recall, num_perm=num_perm)
    brute, found = compared(texts, config, kinds=WITHOUT_CONTAINED)
    assert not found.settings["exhaustive"]
    bands, rows = found.settings["num_bands"], found.settings["rows_per_band"]
    chances = [1 - (1 - score**rows) ** bands for score in brute.near.values()]
    assert sum(score < threshold + 0.05 for score in brute.near.values()) > count / 20
    assert min(chances) >= recall
    hits = sum(pair.kind == "near" for pair in found)
    assert binomial_tail(hits, len(chances), recall) > ALPHA
    # Trials of unequal chances stray less than as many of their mean (Hoeffding 1956).
    assert binomial_tail(hits, len(chances), sum(chances) / len(chances)) > ALPHA


def walked(brute: Brute, found: Duplicates) -> set[int]:
    """Who stays of the items, given the near pairs that were found."""
    near: dict[int, set[int]] = {}
    for pair in found:
        if pair.kind == "near":
            better, worse = sorted((pair.i, pair.j), key=brute.rank.__getitem__)
            near.setdefault(worse, set()).add(better)
    kept: set[int] = set()
    for one in brute.items:
        if one in brute.reference or not near.get(one, set()) & kept:
            kept.add(one)
    return kept


def test_many_texts_make_stars_of_the_pairs_found() -> None:
    texts = families("stars", 900, 8, (1, 6), SCRIPTS)
    texts += [text.replace(",", ";\n") for text in texts[::9]]
    order = random.Random("order").sample(range(1000), 1000)
    brute, found = compared(texts, order=order, reference=order[-40:], kinds=WITHOUT_CONTAINED)
    assert {int(one) for one in found.kept} & brute.sets.keys() == walked(brute, found)
    equal = {(pair.i, pair.j) for pair in found if pair.kind == "exact"}
    assert len(equal) == sum(len(group) - 1 for group in brute.groups) >= 100
    assert len(list(found.clusters)) < len(list(found)) < len(list(found.expanded()))


def test_a_chain_keeps_its_ends() -> None:
    chain = [range(start, start + 20) for start in (0, 2, 4, 6, 8)]
    assert of_sets(chain) == [(1, 0, "near"), (3, 2, "near")]
    assert of_sets(chain, order=[2, 0, 1, 3, 4]) == [(1, 2, "near"), (3, 2, "near")]
    assert of_sets(chain, order=[3, 1, 0, 2, 4]) == [(0, 1, "near"), (2, 3, "near"), (4, 3, "near")]
    assert of_sets(chain, reference=[1, 2]) == [(0, 1, "near"), (3, 2, "near")]
    clusters = find_duplicates([set_text(frozenset(one)) for one in chain], config=SETS).clusters
    assert [list(cluster) for cluster in clusters] == [[0, 1, 2, 3, 4]]


def test_of_several_kept_ones_the_most_similar_is_named() -> None:
    members = [range(20), range(3, 24), range(2, 22)]
    assert of_sets(members) == [(2, 1, "near")]
    assert of_sets([*members[:2], range(1, 21)]) == [(2, 0, "near")]


def test_a_nest_leaves_the_largest() -> None:
    nest = [range(10), range(20), range(40), range(30)]
    assert of_sets(nest) == [(0, 2, "contained"), (1, 2, "contained"), (3, 2, "contained")]
    assert of_sets(nest, reference=[1]) == [(0, 2, "contained"), (3, 2, "contained")]
    assert of_sets(nest, tag=["contained"]) == []


def test_a_container_that_went_as_near_contains_nothing() -> None:
    members = [range(30), [*range(28), 98, 99], [*range(9), 98, 99]]
    assert of_sets(members) == [(1, 0, "near")]
    assert of_sets(members, order=[1, 0, 2]) == [(0, 1, "near"), (2, 1, "contained")]


def test_repeats_of_a_contained_text_are_never_lost() -> None:
    loose = replace(SETS, threshold=0.75)
    keeper, whole = range(20), range(60)
    own_end = [*range(18), 100, 101, 102]
    assert of_sets([keeper, range(1, 21), whole]) == [(0, 2, "contained"), (1, 2, "contained")]
    assert of_sets([keeper, own_end, whole], loose) == [(1, 0, "near")]
    assert of_sets([keeper, own_end, whole, [*range(17), *range(100, 104)]], loose) == [
        (0, 2, "contained"),
        (1, 3, "near"),
    ]
    assert of_sets([keeper, own_end, whole, own_end], loose) == [(1, 0, "near"), (3, 0, "near")]


def test_many_teasers_and_digests() -> None:
    rng = random.Random("teasers")
    articles = [paragraph(rng, rng.randint(70, 110), script) for script in SCRIPTS for _ in range(80)]
    texts = ["".join(article) for article in articles]
    teasers = ["".join(article[:40]) for article in articles[::2]]
    edited = ["".join(variant(rng, article[20:], 1)) for article in articles[1::4]]
    digests = [a + b + c for a, b, c in zip(texts[::9], texts[1::9], texts[2::9], strict=False)]
    brute, found = compared([*teasers, *texts, *edited, *digests])
    check_contained(brute, found)
    kinds = {removal.index: removal.kind for removal in found.removals}
    assert [kinds.get(one) for one in range(200)] == ["contained"] * 200
    assert all(removal.kept >= 200 for removal in found.removals)
    assert sum(removal.kept >= 700 for removal in found.removals) > 150


def check_membership(brute: Brute, found: Duplicates) -> int:
    """One goes if and only if it is near a kept one before it, with the promised recall; returns how many stay."""
    assert {removal.kind for removal in found.removals} <= {"exact", "near"}
    kept: list[int] = []
    gone = {removal.index for removal in found.removals}
    missed = 0
    for one in brute.items:
        if one not in gone:
            missed += any(brute.jaccard(one, other) >= brute.config.threshold for other in kept)
            kept.append(one)
    near = len(brute.items) - len(kept)
    assert near > 0
    assert binomial_tail(near, near + missed, brute.config.recall) > ALPHA
    return len(kept)


@pytest.mark.parametrize(
    ("size", "changes", "script", "length", "most"),
    [(1500, (1, 1), "mixed", 40, 40), (500, (2, 4), "han", 90, 400), (500, (1, 4), "words", 90, 300)],
)
def test_a_giant_family(size: int, changes: tuple[int, int], script: str, length: int, most: int) -> None:
    rng = random.Random("giant")
    texts = family(rng, size + 1, changes, length, script)[1:]
    order = rng.sample(range(size), size)
    brute, found = compared(texts, order=order, reference=order[-5:], kinds=WITHOUT_CONTAINED)
    assert check_membership(brute, found) < most


def test_strangers_that_share_most_of_their_text() -> None:
    rng = random.Random("strangers")
    head = paragraph(rng, 100)
    pages = [head + paragraph(rng, 15) for _ in range(300)]
    copies = [variant(rng, page, 1) for page in pages]
    brute, found = compared(["".join(page) for page in pages + copies], kinds=WITHOUT_CONTAINED)
    assert 0.65 < brute.jaccard(0, 1) < 0.8
    assert 250 < check_membership(brute, found) <= 300


@pytest.mark.parametrize("count", [300, 600, 2000])
def test_strangers_just_under_the_threshold(count: int) -> None:
    rng, head, own = random.Random(count), frozenset(range(62)), iter(range(62, 10_000))
    marks = [(next(own), next(own), next(own)) for _ in range(count)]
    texts = [set_text(head | {mark, end}) for mark, *ends in marks for end in ends]
    order = rng.sample(range(2 * count), 2 * count)
    brute, found = compared(texts, replace(SETS, threshold=0.95), order=order, kinds=WITHOUT_CONTAINED)
    assert brute.jaccard(0, 1) >= 0.95 > brute.jaccard(1, 2)
    gone = {removal.index for removal in found.removals}
    assert binomial_tail(len(gone), count, 0.99) > ALPHA


def test_thousands_of_equal_texts_among_their_variants() -> None:
    texts = family(random.Random("equal"), 300, (1, 2))[1:]
    texts += [texts[7], texts[7].replace(",", "\n")] * 2000 + [texts[20]] * 500
    brute, found = compared(texts, kinds=WITHOUT_CONTAINED)
    check_membership(brute, found)
    assert sum(pair.kind == "exact" for pair in found) == len(texts) - len(brute.items)
    assert {removal.kept for removal in found.removals if removal.index >= 299} <= set(range(299))
    assert not set(range(299, len(texts))) & {int(one) for one in found.kept}
