"""From texts to their duplicates: exact, then near, then contained.

Everything happens in memory, on numbers: texts become match texts, equal ones become groups, and the representative of
each group that is long enough becomes an *item*. Items are numbered by the keep order, best first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from cleantext.config import Config, DedupConfig
from cleantext.dedup.banding import Bands, Buckets, band_keys, choose_bands, s_curve
from cleantext.dedup.cluster import Stars, components, contained_stars, near_stars
from cleantext.dedup.contain import contained_links, oriented
from cleantext.dedup.crowd import Crowds
from cleantext.dedup.match import Links, Verifier, all_shared, near_links
from cleantext.dedup.results import Duplicates, Pair, Removal
from cleantext.dedup.shingle import MatchTexts, Rule, match_texts, shingle_sets
from cleantext.dedup.signature import signatures
from cleantext.errors import ConfigError

__all__ = ["Kinds", "Search", "find_duplicates", "minhash_signatures", "settled"]

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]

KINDS = ("exact", "near", "contained")


def settled(config: DedupConfig | Config | None, threshold: float | None = None) -> DedupConfig:
    """The configuration in force: `config`, its threshold replaced by `threshold`. Raises ConfigError if wrong."""
    chosen = config.dedup if isinstance(config, Config) else config or DedupConfig()
    if threshold is not None:
        chosen = dataclasses.replace(chosen, threshold=threshold)
    return _checked(chosen)


@lru_cache(maxsize=64)
def _checked(config: DedupConfig) -> DedupConfig:
    return Config(dedup=config).dedup


def find_duplicates(  # noqa: PLR0913 - every option is a keyword
    texts: Iterable[str],
    threshold: float | None = None,
    config: DedupConfig | Config | None = None,
    *,
    level: str = "paragraph",
    order: Sequence[int] | None = None,
    reference: Collection[int] = (),
    kinds: Collection[str] = KINDS,
    tag: Collection[str] = (),
) -> Duplicates:
    """The duplicates among `texts`, by index.

    `threshold` overrides that of `config`. `level` is paragraph (shingles of 3 units) or document (5). `order` ranks
    the indices by the keep policy, best first (default: as they come). Texts in `reference` are compared with and
    never removed; they rank before all others. `kinds` limits what is looked for; pairs of the kinds in `tag` are
    reported and remove nothing. Raises ConfigError where the configuration or the call is wrong; any text will do.

    >>> texts = ["山水之间有一座小城,小城里住着一位老人。", "山水之間有一座小城，小城裏住著一位老人！", "另一段话。"]
    >>> [tuple(pair) for pair in find_duplicates(texts)]
    [(0, 1, 'exact', 1.0, 1.0)]
    """
    texts = list(texts)
    search = Search(texts, settled(config, threshold), level)
    unknown = [kind for kind in (*kinds, *tag) if kind not in KINDS]
    if unknown:
        raise ConfigError(f"kinds: {unknown[0]!r} is not one of {', '.join(KINDS)}")
    protected = np.zeros(len(texts), dtype=np.bool_)
    protected[_indices("reference", reference, len(texts))] = True
    return search.run(_ranks(order, protected), protected, Kinds(frozenset(kinds), frozenset(tag)))


def minhash_signatures(
    texts: Iterable[str], config: DedupConfig | Config | None = None, *, level: str = "paragraph"
) -> U32:
    """The MinHash signatures of `texts` as uint32[n, num_perm]; a row of all ones for an empty match text.

    Row i equals `hashvalues` of `datasketch.MinHash(num_perm, seed, hashfunc=cleantext.shingle_hash)` updated with the
    UTF-8 bytes of the shingles of text i.
    """
    chosen = settled(config)
    rule = Rule.of(chosen, level)
    return signatures(shingle_sets(match_texts(list(texts), rule), rule), chosen.num_perm, chosen.seed)


def _indices(name: str, values: Iterable[int], size: int) -> I64:
    found = np.array(sorted(set(values)), dtype=np.int64)
    if found.size and not 0 <= found[0] <= found[-1] < size:
        raise ConfigError(f"{name}: an index lies outside 0 to {size - 1}")
    return found


def _ranks(order: Sequence[int] | None, protected: Flags) -> I64:
    """The rank of every text: protected ones first, then by `order`."""
    size = protected.size
    ranking = np.arange(size) if order is None else np.array(order, dtype=np.int64)
    if ranking.size != size or _indices("order", ranking.tolist(), size).size != size:
        raise ConfigError(f"order: not every index from 0 to {size - 1} once")
    ranking = ranking[np.argsort(~protected[ranking], kind="stable")]
    ranks = np.empty(size, dtype=np.int64)
    ranks[ranking] = np.arange(size)
    return ranks


def equal_groups(texts: MatchTexts) -> I64:
    """For every text the first with the same match text; -1 where it is empty.

    Match texts are grouped by a 128-bit hash and then compared, so that no collision can join two texts.
    """
    data = texts.codes.view(np.uint8).data
    bounds = (texts.offsets * 4).tolist()
    first = np.full(len(bounds) - 1, -1, dtype=np.int64)
    seen: dict[bytes, list[int]] = {}
    for index, (start, end) in enumerate(pairwise(bounds)):
        if start == end:
            continue
        own = data[start:end]
        leaders = seen.setdefault(xxhash.xxh3_128_digest(own), [])
        for leader in leaders:
            if data[bounds[leader] : bounds[leader + 1]] == own:
                first[index] = leader
                break
        else:
            leaders.append(index)
            first[index] = index
    return first


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of duplicates sought, and those of them that are only tagged."""

    sought: frozenset[str] = frozenset(KINDS)
    tagged: frozenset[str] = frozenset()

    def spared(self, kind: str, protected: Flags) -> Flags:
        """Who must not be removed as `kind`: the `protected`, or everyone if the kind is only tagged."""
        return np.ones_like(protected) if kind in self.tagged else protected


@dataclass(slots=True)
class _Found:
    """What near and contained matching found among the items: who goes, rows of (left, right, kind, Jaccard,
    containment), and counts."""

    stars: Stars
    rows: list[tuple[int, int, str, float, float]]
    counts: dict[str, Any]

    def add(self, links: Links, kind: str, verifier: Verifier) -> None:
        """Note `links` as pairs of `kind`."""
        sizes = verifier.sets.sizes
        share = links.shared / np.minimum(sizes[links.left], sizes[links.right])
        columns = (links.left, links.right, verifier.jaccard(links), share)
        self.rows += [(a, b, kind, s, c) for a, b, s, c in zip(*(c.tolist() for c in columns), strict=True)]


class Search:
    """One search for duplicates: the match texts, their groups, and the stages over them."""

    def __init__(self, texts: Sequence[str], config: DedupConfig, level: str) -> None:
        self.config, self.level = config, level
        self.rule = Rule.of(config, level)
        self.bands: Bands = choose_bands(config.threshold, config.recall, config.num_perm)
        self.texts = match_texts(texts, self.rule)
        self.lengths = self.texts.lengths
        self.first = equal_groups(self.texts)
        self.long: Flags = (self.texts.weights >= config.min_chars) & (self.lengths > 0)

    def run(self, ranks: I64, protected: Flags, kinds: Kinds, short: bool = True) -> Duplicates:
        """The duplicates, given the rank of each text; without `short`, short texts are no duplicates at all."""
        groups = self._groups(ranks, short)
        leaders = np.array([group[0] for group in groups], dtype=np.int64)
        leaders = leaders[self.long[leaders]]
        items = leaders[np.argsort(ranks[leaders])]
        found = self._match(items, protected[items], kinds)
        repeated = [group for group in groups if len(group) > 1] if "exact" in kinds.sought else []
        pairs = _pairs(items, found, repeated)
        removals = _removals(items, found.stars, repeated, kinds.spared("exact", protected))
        return self.result(pairs, removals, [tuple(group) for group in repeated], found.counts)

    def result(
        self, pairs: list[Pair], removals: list[Removal], groups: list[tuple[int, ...]], counts: dict[str, Any]
    ) -> Duplicates:
        """Pairs and removals, put together with their clusters and settings."""
        clusters = components((pair.i, pair.j) for pair in pairs)
        gone = {removal.index for removal in removals}
        return Duplicates(
            size=self.lengths.size,
            pairs=tuple(pairs),
            removals=tuple(removals),
            groups=tuple(groups),
            clusters=tuple(clusters),
            kept=tuple(index for index in range(self.lengths.size) if index not in gone),
            settings=self._settings(counts | {"verified_pairs": len(pairs)}),
            membership={index: number for number, cluster in enumerate(clusters) for index in cluster},
        )

    def _groups(self, ranks: I64, short: bool) -> list[list[int]]:
        """Texts by equal match text, each group in order of rank."""
        groups: dict[int, list[int]] = {}
        member = (self.first >= 0) & (self.long | short)
        for index in np.argsort(ranks).tolist():
            if member[index]:
                groups.setdefault(int(self.first[index]), []).append(index)
        return list(groups.values())

    def _match(self, items: I64, protected: Flags, kinds: Kinds) -> _Found:
        found = _Found(Stars.of(items.size), [], {"compared_texts": int(items.size)})
        if items.size < 2 or not {"near", "contained"} & kinds.sought:
            return found
        sets = shingle_sets(self.texts, self.rule, items)
        verifier = Verifier(sets, self.texts.codes.size)
        everything = all_shared(sets)
        found.counts["exhaustive"] = everything is not None
        if "near" in kinds.sought:
            self._near(found, verifier, everything, kinds.spared("near", protected))
        if "contained" in kinds.sought:
            self._contained(found, verifier, everything, kinds.spared("contained", protected))
        return found

    def _near(self, found: _Found, verifier: Verifier, everything: Links | None, protected: Flags) -> None:
        config, crowds = self.config, None
        if everything is not None:
            links = everything.where(verifier.jaccard(everything) >= config.threshold)
            found.counts["candidate_pairs"] = len(everything)
        else:
            rows = signatures(verifier.sets, config.num_perm, config.seed)
            buckets = Buckets(band_keys(rows, self.bands))
            links = near_links(verifier, buckets, config.threshold)
            if buckets.crowds:
                crowds = Crowds(verifier, buckets.keys, buckets.crowds, config.threshold)
            found.counts |= {"candidate_pairs": buckets.candidate_pairs, "largest_bucket": buckets.largest}
        added = near_stars(found.stars, links, verifier, crowds, protected)
        found.add(Links.joined([links, added]), "near", verifier)
        if crowds:
            found.counts |= {"crowds": len(crowds), "split_crowds": crowds.split, "refused_comparisons": crowds.full}

    def _contained(self, found: _Found, verifier: Verifier, everything: Links | None, protected: Flags) -> None:
        minimum, stars = self.config.containment, found.stars
        if everything is None:
            links, found.counts["cut_lists"] = contained_links(verifier, stars.kept(), minimum)
        else:
            kept = np.array(stars.keeper, dtype=np.int64) < 0
            links = everything.where(kept[everything.left] & kept[everything.right])
            links = oriented(links, verifier.sets.sizes, minimum)
        found.add(contained_stars(stars, links, verifier, minimum, protected), "contained", verifier)

    def _settings(self, counts: dict[str, Any]) -> dict[str, Any]:
        config, empty = self.config, self.lengths == 0
        return {
            "level": self.level,
            "match": config.match,
            "shingle_size": self.rule.size,
            "shingle_unit": self.rule.unit,
            "threshold": config.threshold,
            "recall": config.recall,
            "containment": config.containment,
            "min_chars": config.min_chars,
            "num_perm": config.num_perm,
            "seed": config.seed,
            "num_bands": self.bands.num_bands,
            "rows_per_band": self.bands.rows_per_band,
            "s_curve": s_curve(self.bands),
            "texts": int(self.lengths.size),
            "empty_texts": int(np.count_nonzero(empty)),
            "short_texts": int(np.count_nonzero(~self.long & ~empty)),
            "distinct_texts": int(np.unique(self.first[self.first >= 0]).size),
            "compared_texts": 0,
            "exhaustive": True,
            "candidate_pairs": 0,
            "verified_pairs": 0,
            "largest_bucket": 0,
            "crowds": 0,
            "split_crowds": 0,
            "refused_comparisons": 0,
            "cut_lists": 0,
            **counts,
        }


def _pairs(items: I64, found: _Found, groups: list[list[int]]) -> list[Pair]:
    pairs = [
        Pair(min(group[0], other), max(group[0], other), "exact", 1.0, 1.0) for group in groups for other in group[1:]
    ]
    index = items.tolist()
    for left, right, kind, jaccard, containment in found.rows:
        i, j = sorted((index[left], index[right]))
        pairs.append(Pair(i, j, kind, jaccard, containment))
    return sorted(pairs)


def _removals(items: I64, stars: Stars, groups: list[list[int]], protected: Flags) -> list[Removal]:
    """What goes: removed items with all their equals, and of each other group all but its representative."""
    index = items.tolist()
    gone = {
        index[item]: (index[keeper], stars.kind[item], stars.score[item])
        for item, keeper in enumerate(stars.keeper)
        if keeper >= 0
    }
    removals = [Removal(item, *fate) for item, fate in gone.items()]
    for leader, *others in groups:
        fate = gone.get(leader, (leader, "exact", 1.0))
        removals += [Removal(other, *fate) for other in others if not protected[other]]
    return sorted(removals)
