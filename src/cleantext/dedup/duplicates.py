"""From texts to their duplicates: exact, then near, then contained.

Texts become match texts, equal ones become groups, and the representative of each group that is long enough becomes an
*item*. Items are numbered by the keep order, best first. Everything is arrays: signatures propose pairs of items, exact
comparison verifies them, and walks over them decide who goes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.config import Config, DedupConfig
from cleantext.dedup.banding import Bands, Buckets, choose_bands, least_agreement, s_curve
from cleantext.dedup.cluster import Stars, components, contained_stars, near_stars
from cleantext.dedup.contain import contained_links, oriented
from cleantext.dedup.crowd import Crowds
from cleantext.dedup.fingerprint import Fingerprints, fingerprints, sketched
from cleantext.dedup.match import Links, Verifier, all_shared
from cleantext.dedup.results import CONTAINED, EXACT, KINDS, NEAR, Duplicates, Groups, Pairs, Removals, group_by
from cleantext.dedup.shingle import Rule, blocks, match_texts
from cleantext.dedup.signature import text_signatures
from cleantext.dedup.store import Texts, TextStore
from cleantext.dedup.threads import default_threads
from cleantext.errors import ConfigError

__all__ = ["Kinds", "Search", "find_duplicates", "minhash_signatures", "settled"]

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Texts up to which every pair is compared without signatures.
_EXHAUSTIVE = 256
# Candidate pairs that wait to be verified together.
_WAITING = 1 << 22
# Texts handed to the store at a time.
_ADDED = 65_536


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
    chosen = settled(config, threshold)
    unknown = [kind for kind in (*kinds, *tag) if kind not in KINDS]
    if unknown:
        raise ConfigError(f"kinds: {unknown[0]!r} is not one of {', '.join(KINDS)}")
    with TextStore(Rule.of(chosen, level)) as store:
        for stretch in _stretches(texts):
            store.add(stretch)
        protected = np.zeros(len(store), dtype=np.bool_)
        protected[_indices("reference", reference, len(store))] = True
        search = Search(store, store.rule, chosen, level, threads=default_threads())
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
    rows = [
        text_signatures(match_texts(stretch, rule), rule, chosen.num_perm, chosen.seed) for stretch in _stretches(texts)
    ]
    return np.concatenate(rows) if rows else np.empty((0, chosen.num_perm), dtype=np.uint32)


def _stretches(texts: Iterable[str]) -> Iterator[Sequence[str]]:
    """`texts` a stretch at a time; what is no list, and may be a generator, is drawn as it is needed."""
    if isinstance(texts, Sequence):
        yield from (texts[begin : begin + _ADDED] for begin in range(0, len(texts), _ADDED))
        return
    source = iter(texts)
    while stretch := list(islice(source, _ADDED)):
        yield stretch


def _indices(name: str, values: Iterable[int], size: int) -> I64:
    found = np.array(sorted(set(values)), dtype=np.int64)
    if found.size and not 0 <= found[0] <= found[-1] < size:
        raise ConfigError(f"{name}: an index lies outside 0 to {size - 1}")
    return found


def _ranks(order: Sequence[int] | None, protected: Flags) -> I64:
    """The rank of every text: protected ones first, then by `order`."""
    size = protected.size
    ranking = np.arange(size)
    if order is not None:
        ranking = np.array(order, dtype=np.int64)
        if ranking.size != size or _indices("order", ranking.tolist(), size).size != size:
            raise ConfigError(f"order: not every index from 0 to {size - 1} once")
    ranking = ranking[np.argsort(~protected[ranking], kind="stable")]
    ranks = np.empty(size, dtype=np.int64)
    ranks[ranking] = np.arange(size)
    return ranks


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
    """What near and contained matching found among the items: who goes, verified links, and counts."""

    stars: Stars
    near: Links
    contained: Links
    counts: dict[str, Any]


class Search:
    """One search for duplicates among `texts`, or those of them that are `active`."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a search is of
        self,
        texts: Texts,
        rule: Rule,
        config: DedupConfig,
        level: str,
        threads: int = 1,
        known: Fingerprints | None = None,
        active: Flags | None = None,
    ) -> None:
        self.texts, self.rule, self.config, self.level, self.threads = texts, rule, config, level, threads
        self.bands: Bands = choose_bands(config.threshold, config.recall, config.num_perm)
        self.lengths = texts.lengths
        self.long: Flags = (texts.weights >= config.min_chars) & (self.lengths > 0)
        known = known or fingerprints(texts, rule, config, threads)
        self.first, self.sketches, self._known = known.first, known.sketches, known
        # Work done by compiled kernels, so that they are at hand.
        self._work = 0 if known.sketches is None else int(self.lengths.sum())
        if active is not None:
            self.long &= active
            self.first = np.where(active, self.first, -1)

    def run(self, ranks: I64, protected: Flags, kinds: Kinds, short: bool = True) -> Duplicates:
        """The duplicates, given the rank of each text; without `short`, short texts are no duplicates at all."""
        order = np.argsort(ranks, kind="stable")
        member = np.where(self.long | short, self.first, -1)
        leads = np.zeros(ranks.size, dtype=np.bool_)
        ranked = order[member[order] >= 0]
        leads[ranked[np.unique(member[ranked], return_index=True)[1]]] = True
        items = order[(leads & self.long)[order]]
        found = self._match(items, protected[items], kinds)
        groups = group_by(member, order) if "exact" in kinds.sought else Groups.of([])
        pairs = _pairs(items, found, groups)
        removals = _removals(items, found.stars, groups, protected, kinds.spared("exact", protected))
        return self.result(pairs, removals, groups, found.counts)

    def result(self, pairs: Pairs, removals: Removals, groups: Groups, counts: dict[str, Any]) -> Duplicates:
        """Pairs and removals, put together with their clusters and settings."""
        return Duplicates(
            size=self.lengths.size,
            pairs=pairs,
            removals=removals,
            groups=groups,
            cluster=components(pairs.i, pairs.j, self.lengths.size, self._work),
            settings=self._settings(counts | {"verified_pairs": len(pairs)}),
        )

    def _match(self, items: I64, protected: Flags, kinds: Kinds) -> _Found:
        nothing = Links.joined([])
        found = _Found(Stars.of(items.size), nothing, nothing, {"compared_texts": int(items.size)})
        sought = {"near", "contained"} & kinds.sought
        if self.config.containment is None:
            sought.discard("contained")
        if items.size < 2 or not sought:
            return found
        verifier = Verifier(self.texts, items, self.rule, self.threads)
        everything = self._everything(verifier)
        found.counts["exhaustive"] = everything is not None
        if "near" in sought:
            self._near(found, verifier, everything, kinds.spared("near", protected))
        self.sketches = self._known.sketches = None  # not needed any more, and large
        if "contained" in sought:
            self._contained(found, verifier, everything, kinds.spared("contained", protected))
        return found

    def _everything(self, verifier: Verifier) -> Links | None:
        """All pairs that could be near or contained, where there are few enough to compare them all."""
        count = verifier.items.size
        return all_shared(verifier.sets(np.arange(count))) if count <= _EXHAUSTIVE else None

    def _near(self, found: _Found, verifier: Verifier, everything: Links | None, protected: Flags) -> None:
        threshold, crowds = self.config.threshold, None
        if everything is not None:
            links = everything.where(everything.jaccard >= threshold)
            found.counts["candidate_pairs"] = len(everything)
        else:
            buckets = self._buckets(verifier)
            links = _verified(verifier, buckets, threshold)
            crowds = Crowds(buckets, verifier) if buckets.crowds else None
            found.counts |= buckets.counts
        added = near_stars(found.stars, links, threshold, crowds, protected, self._work)
        found.near = Links.joined([links, added])
        if crowds:
            found.counts |= {
                "crowds": len(crowds),
                "crowd_members": crowds.items.size,
                "full_buckets": crowds.full,
                "refused_members": crowds.refused,
            }

    def _buckets(self, verifier: Verifier) -> Buckets:
        rows = verifier.items
        if self.sketches is None:
            self.sketches = np.empty((rows.size, self.config.num_perm), dtype=np.uint8)
            order = np.argsort(rows, kind="stable")
            for begin, end in blocks(self.lengths[rows[order]]):
                texts = self.texts.take(rows[order[begin:end]])
                self.sketches[begin:end] = sketched(texts, self.rule, self.config, verifier.work)
            rows = np.argsort(order, kind="stable")
        least = least_agreement(self.config.threshold, self.config.num_perm)
        return Buckets(self.sketches, rows, self.bands, least, threads=self.threads)

    def _contained(self, found: _Found, verifier: Verifier, everything: Links | None, protected: Flags) -> None:
        minimum, stars = self.config.containment, found.stars
        assert minimum is not None
        if everything is None:
            links, found.counts["compared_for_containment"] = contained_links(
                verifier, np.flatnonzero(stars.kept), minimum, self.config.min_chars
            )
        else:
            links = oriented(everything.where(stars.kept[everything.left] & stars.kept[everything.right]), minimum)
        found.contained = contained_stars(stars, links, found.near, verifier, minimum, protected)

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
            "short_texts": int(np.count_nonzero(~self.long & (self.first >= 0))),
            "distinct_texts": int(np.count_nonzero(np.bincount(self.first[self.first >= 0]))),
            "compared_texts": 0,
            "exhaustive": True,
            "bucket_pairs": 0,
            "candidate_pairs": 0,
            "verified_pairs": 0,
            "largest_bucket": 0,
            "crowds": 0,
            "crowd_members": 0,
            "full_buckets": 0,
            "refused_members": 0,
            "compared_for_containment": 0,
            **counts,
        }


def _verified(verifier: Verifier, buckets: Buckets, threshold: float) -> Links:
    """Every candidate pair of `buckets` that verifies."""
    found: list[Links] = []
    left: list[I64] = []
    right: list[I64] = []
    for a, b in buckets.candidates():
        left.append(a)
        right.append(b)
        if sum(part.size for part in left) >= _WAITING:
            found.append(verifier.near(np.concatenate(left), np.concatenate(right), threshold))
            left, right = [], []
    if left:
        found.append(verifier.near(np.concatenate(left), np.concatenate(right), threshold))
    return Links.joined(found)


def _pairs(items: I64, found: _Found, groups: Groups) -> Pairs:
    """Exact pairs of each group's representative with its others, and the near and contained pairs."""
    sizes = np.diff(groups.offsets)
    leader = np.repeat(groups.members[groups.offsets[:-1]], sizes)
    others = leader != groups.members
    equal = int(np.count_nonzero(others))
    links = (found.near, found.contained)
    return Pairs.sorted(
        np.concatenate([leader[others], *(items[one.left] for one in links)]),
        np.concatenate([groups.members[others], *(items[one.right] for one in links)]),
        np.repeat(np.array([EXACT, NEAR, CONTAINED], dtype=np.uint8), [equal, *map(len, links)]),
        np.concatenate([np.ones(equal), *(one.jaccard for one in links)]),
        np.concatenate([np.ones(equal), *(one.containment for one in links)]),
    )


def _removals(items: I64, stars: Stars, groups: Groups, protected: Flags, spared: Flags) -> Removals:
    """What goes: removed items with all their equals, and of each other group all but its representative.

    The `protected` never go, the `spared` not for being equal to one that stays.
    """
    gone = np.flatnonzero(~stars.kept)
    fate = np.full(protected.size, -1, dtype=np.int64)
    fate[items[gone]] = gone
    leader = np.repeat(groups.members[groups.offsets[:-1]], np.diff(groups.offsets))
    follows = fate[leader] >= 0
    goes = (leader != groups.members) & ~np.where(follows, protected[groups.members], spared[groups.members])
    return _removed(items, stars, gone, fate, leader[goes], groups.members[goes])


def _removed(items: I64, stars: Stars, gone: I64, fate: I64, leader: I64, other: I64) -> Removals:
    """The removals of the items `gone`, and of each `other` with its `leader` or for its sake."""
    own = fate[leader]
    follows = own >= 0
    kept, kind, score = leader.copy(), np.full(leader.size, EXACT, dtype=np.uint8), np.ones(leader.size)
    kept[follows] = items[stars.keeper[own[follows]]]
    kind[follows], score[follows] = stars.kind[own[follows]], stars.score[own[follows]]
    return Removals.sorted(
        np.concatenate([items[gone], other]),
        np.concatenate([items[stars.keeper[gone]], kept]),
        np.concatenate([stars.kind[gone], kind]),
        np.concatenate([stars.score[gone], score]),
    )
