"""Duplicates by definition: plain Python, sets of strings and loops over all pairs, to hold the engine against.

Of the package only match text is taken. Units, shingles, weights, groups, similarities, who goes and who stays are
written here once more, from what docs/duplicates.md promises.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache, cached_property
from itertools import accumulate, combinations, pairwise

import networkx as nx

from cleantext.config import DedupConfig
from cleantext.dedup import Duplicates
from cleantext.folding import match_text

__all__ = [
    "KINDS",
    "Brute",
    "binomial_tail",
    "check_complete",
    "check_sound",
    "components",
    "shingles",
    "units",
    "weight",
]

KINDS = ("exact", "near", "contained")
SIZES = {"paragraph": 3, "document": 5}

# How the names of characters begin that are written without spaces between words.
_UNSPACED = (
    *("CJK ", "IDEOGRAPHIC ITERATION", "IDEOGRAPHIC CLOSING", "IDEOGRAPHIC NUMBER", "HANGZHOU ", "OLD CHINESE "),
    *("VERTICAL IDEOGRAPHIC", "VIETNAMESE ALTERNATE", "HIRAGANA ", "KATAKANA", "HENTAIGANA ", "MASU ", "BOPOMOFO "),
    *("COMBINING KATAKANA", "HANGUL SYLLABLE ", "HANGUL LETTER ", "HANGUL CHOSEONG ", "HANGUL JUNGSEONG "),
    *("HANGUL JONGSEONG ", "HANGUL FILLER", "THAI ", "LAO ", "KHMER ", "MYANMAR ", "TAI ", "NEW TAI LUE ", "YI "),
    *("TANGUT ", "KHITAN ", "NUSHU "),
)
# Tangut ideographs, which Python's names leave out.
_NAMELESS = range(0x17000, 0x18D09)


@cache
def unspaced(char: str) -> bool:
    """Whether `char` is a unit by itself."""
    return unicodedata.name(char, "").startswith(_UNSPACED) or ord(char) in _NAMELESS


@cache
def separates(char: str) -> bool:
    """Whether a word ends at `char`: it leaves nothing in match text, and is no soft hyphen or the like."""
    selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return not match_text(char) and unicodedata.category(char) != "Cf" and not selector


@cache
def units(text: str, config: DedupConfig) -> tuple[str, ...]:
    """The match text of `text`, or with match="raw" the text itself, cut into units."""
    if config.match == "raw":
        matched, edges = text, {p for p, (a, b) in enumerate(pairwise(text), 1) if separates(a) and not separates(b)}
    else:
        # What is matched of the text before a separator says where in match text the next word begins.
        cuts = [0, *(p for p, char in enumerate(text) if separates(char)), len(text)]
        matched, edges = match_text(text), set(accumulate(len(match_text(text[a:b])) for a, b in pairwise(cuts)))
    edges.add(0)
    starts = [
        p
        for p, char in enumerate(matched)
        if config.shingle_unit == "character"
        or p in edges
        or (config.shingle_unit == "auto" and (unspaced(char) or unspaced(matched[p - 1])))
    ]
    return tuple(matched[a:b] for a, b in pairwise([*starts, len(matched)]))


def shingles(text: str, config: DedupConfig, level: str = "paragraph") -> frozenset[str]:
    """The set of shingles of `text`."""
    cut, size = units(text, config), config.shingle_size or SIZES[level]
    return frozenset("".join(cut[p : p + size]) for p in range(max(len(cut) - size, 0) + 1)) - {""}


def weight(text: str, config: DedupConfig) -> float:
    """What `text` counts for against `min_chars`: the letters of a word at most two and a half, all else one each."""
    return sum(
        1.0 if unspaced(char) or char in "0123456789" else (1.0, 1.0, 0.5, 0.0)[min(p, 3)]
        for unit in units(text, config)
        for p, char in enumerate(unit)
    )


class Brute:
    """All there is to know about the duplicates among `texts`, with the arguments of `find_duplicates`.

    Texts are named by their index. `groups` are those with equal match text, the best first; `items` the best of each
    group that are long enough to be near or contained, in the order of preference.
    """

    def __init__(
        self,
        texts: Sequence[str],
        config: DedupConfig | None = None,
        *,
        level: str = "paragraph",
        order: Sequence[int] | None = None,
        reference: Collection[int] = (),
        kinds: Collection[str] = KINDS,
        tag: Collection[str] = (),
    ) -> None:
        self.config = config or DedupConfig()
        self.size, self.kinds, self.tagged, self.reference = len(texts), set(kinds), set(tag), set(reference)
        # Without a least share, contained texts are not looked for: no share reaches more than the whole.
        self.containment = 2.0 if self.config.containment is None else self.config.containment
        ranking = sorted(order or range(len(texts)), key=lambda one: one not in self.reference)
        self.rank = {one: place for place, one in enumerate(ranking)}
        groups: dict[str, list[int]] = {}
        for one in ranking:
            matched = texts[one] if self.config.match == "raw" else match_text(texts[one])
            if matched:
                groups.setdefault(matched, []).append(one)
        self.groups = list(groups.values())
        self.leader = {one: group[0] for group in self.groups for one in group}
        leaders = (group[0] for group in self.groups)
        self.items = [one for one in leaders if weight(texts[one], self.config) >= self.config.min_chars]
        self.sets = {one: shingles(texts[one], self.config, level) for one in self.items}

    def spared(self, kind: str) -> Collection[int]:
        """Who must not be removed as `kind`."""
        return range(self.size) if kind in self.tagged else self.reference

    def jaccard(self, i: int, j: int) -> float:
        a, b = self.sets[i], self.sets[j]
        return len(a & b) / len(a | b)

    def share(self, inner: int, outer: int) -> float:
        """How much of the first stands in the second."""
        return len(self.sets[inner] & self.sets[outer]) / len(self.sets[inner])

    def larger(self, outer: int, inner: int) -> bool:
        """Whether `outer` may contain `inner`: it has more shingles, or as many and the higher preference."""
        a, b = len(self.sets[outer]), len(self.sets[inner])
        return a > b or (a == b and self.rank[outer] < self.rank[inner])

    @cached_property
    def shared(self) -> Counter[tuple[int, int]]:
        """How many shingles each two items share, the preferred item first; pairs that share none are left out."""
        holders: dict[str, list[int]] = {}
        for one in self.items:
            for shingle in self.sets[one]:
                holders.setdefault(shingle, []).append(one)
        return Counter(pair for held in holders.values() for pair in combinations(held, 2))

    @cached_property
    def near(self) -> dict[tuple[int, int], float]:
        """The Jaccard similarity of all near items, the preferred one first."""
        scores = {
            (i, j): count / (len(self.sets[i]) + len(self.sets[j]) - count) for (i, j), count in self.shared.items()
        }
        return {pair: score for pair, score in scores.items() if score >= self.config.threshold}

    @cached_property
    def inside(self) -> dict[int, set[int]]:
        """For each item that stands in larger ones, all of these."""
        found: dict[int, set[int]] = {}
        for (i, j), count in self.shared.items():
            inner, outer = (j, i) if self.larger(i, j) else (i, j)
            if count / len(self.sets[inner]) >= self.containment:
                found.setdefault(inner, set()).add(outer)
        return found

    def after_near(self) -> set[int]:
        """The items that are left when near duplicates are gone."""
        kept: set[int] = set()
        before: dict[int, set[int]] = {}
        for better, worse in self.near if "near" in self.kinds else ():
            before.setdefault(worse, set()).add(better)
        for one in self.items:
            if one in self.spared("near") or not before.get(one, set()) & kept:
                kept.add(one)
        return kept

    def multiplied(self, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """Pairs of items as pairs of all texts that are equal to them, the smaller index first."""
        members = {group[0]: group for group in self.groups}
        return {(min(a, b), max(a, b)) for i, j in pairs for a in members[i] for b in members[j]}


def components(edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The connected components of a graph, as networkx finds them: each sorted, in order of their first member."""
    return sorted(sorted(part) for part in nx.connected_components(nx.Graph(list(edges))))


def binomial_tail(found: int, trials: int, probability: float) -> float:
    """The probability of at most `found` successes in `trials`."""
    if probability >= 1:
        return float(found >= trials)

    def term(k: int) -> float:
        ways = math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        return math.exp(ways + k * math.log(probability) + (trials - k) * math.log1p(-probability))

    return math.fsum(term(k) for k in range(found + 1))


def check_sound(brute: Brute, found: Duplicates) -> None:
    """Whatever was found is true: pairs, groups, clusters, and every removal."""
    _check_pairs(brute, found)
    _check_removals(brute, found)
    repeated = [group for group in brute.groups if len(group) > 1] if "exact" in brute.kinds else []
    assert sorted((group[0], sorted(group)) for group in found.groups) == sorted((g[0], sorted(g)) for g in repeated)
    clusters = [[int(one) for one in cluster] for cluster in found.clusters]
    assert clusters == components((pair.i, pair.j) for pair in found)
    number = {one: place for place, cluster in enumerate(clusters) for one in cluster}
    assert [found.cluster_of(one) for one in range(brute.size)] == [number.get(one) for one in range(brute.size)]


def _check_pairs(brute: Brute, found: Duplicates) -> None:
    pairs = list(found)
    assert len({(pair.i, pair.j, pair.kind) for pair in pairs}) == len(pairs) == len(found)
    for i, j, kind, jaccard, containment in pairs:
        assert i < j
        assert kind in brute.kinds
        if kind == "exact":
            assert brute.leader[i] == brute.leader[j] in (i, j)
            assert (jaccard, containment) == (1, 1)
        else:
            assert i in brute.sets
            assert j in brute.sets
            assert jaccard == brute.jaccard(i, j)
            assert containment == max(brute.share(i, j), brute.share(j, i))
            assert jaccard >= brute.config.threshold if kind == "near" else containment >= brute.containment


def _check_removals(brute: Brute, found: Duplicates) -> None:
    removals = list(found.removals)
    gone = {removal.index for removal in removals}
    assert len(gone) == len(removals)
    assert [int(one) for one in found.kept] == [one for one in range(brute.size) if one not in gone]
    for index, kept, kind, score in removals:
        assert kept not in gone
        assert kind in brute.kinds - brute.tagged
        assert index not in brute.reference
        assert found.cluster_of(index) == found.cluster_of(kept) is not None
        leader = brute.leader[index]
        if kind == "exact":
            assert kept == leader != index
            assert score == 1
        elif kind == "near":
            assert score == brute.jaccard(leader, kept) >= brute.config.threshold
        else:
            assert score == brute.share(leader, kept) >= brute.containment


def check_complete(brute: Brute, found: Duplicates) -> None:
    """Nothing is missing: every exact and near pair is listed, and all goes that must go, where nothing else does.

    Holds where every pair is compared. `check_contained` holds for any number of texts.
    """
    pairs = {kind: {(pair.i, pair.j) for pair in found if pair.kind == kind} for kind in KINDS}
    if "exact" in brute.kinds:
        equal = ((group[0], other) for group in brute.groups for other in group[1:])
        assert pairs["exact"] == {(min(pair), max(pair)) for pair in equal}
    if "near" in brute.kinds:
        assert pairs["near"] == {(min(pair), max(pair)) for pair in brute.near}
        everyone = {(pair.i, pair.j) for pair in found.expanded() if pair.kind == "near"}
        assert everyone == (brute.multiplied(brute.near) if "exact" in brute.kinds else pairs["near"])
    left, kept = brute.after_near(), {int(one) for one in found.kept}
    kinds = {removal.index: removal.kind for removal in found.removals}
    for one in brute.items:
        if one not in left:
            assert one not in kept
        elif one not in kept:
            assert kinds[one] == "contained"
    if "exact" in brute.kinds:
        _check_groups(brute, found)
    if "contained" in brute.kinds:
        check_contained(brute, found)
    assert components((pair.i, pair.j) for pair in found.expanded()) == components((pair.i, pair.j) for pair in found)


def _check_groups(brute: Brute, found: Duplicates) -> None:
    """Equal texts go with the best of them, or for its sake."""
    fates = {removal.index: tuple(removal)[1:] for removal in found.removals}
    for leader, *others in brute.groups:
        for other in others:
            stays = other in brute.reference or (leader not in fates and "exact" in brute.tagged)
            assert fates.get(other) == (None if stays else fates.get(leader, (leader, "exact", 1)))


def check_contained(brute: Brute, found: Duplicates) -> None:
    """Contained texts stand in larger kept ones, and stay only for the sake of a repeat.

    One that would be lost, or one that was taken over from a text near it that went as contained.
    """
    kept = {int(one) for one in found.kept}
    paired = {(pair.i, pair.j) for pair in found if pair.kind == "contained"}
    naming: dict[int, list[int]] = {}
    for removal in found.removals:
        naming.setdefault(removal.kept, []).append(brute.leader[removal.index])
    near: dict[int, set[int]] = {}
    for i, j in brute.near:
        near.setdefault(i, set()).add(j)
        near.setdefault(j, set()).add(i)
    went = brute.after_near() - kept
    for inner in kept & brute.inside.keys():
        around = brute.inside[inner] & kept
        if not around:
            continue
        assert any((min(inner, one), max(inner, one)) in paired for one in around)
        if inner not in brute.spared("contained"):
            assert any(
                near.get(orphan, set()) & went
                or (
                    near.get(orphan, set()) & kept <= {inner}
                    and any(brute.share(orphan, one) < brute.containment for one in around)
                )
                for orphan in naming.get(inner, ())
                if orphan != inner
            )
