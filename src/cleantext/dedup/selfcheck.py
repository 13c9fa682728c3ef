"""How many near pairs a search really found: a random sample of the texts, compared with every text by brute force.

The check shares nothing with the search but the sets of shingles: no signatures, no bands. Of a sampled text with a
shingles, one that is near shares at least `threshold` times a, so it holds some of any few more than the rest. Only
such rare shingles of the sample are looked up while all texts pass by; who holds enough of them is compared exactly.
That leaves nothing out and costs little more than cutting every text into shingles once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.config import DedupConfig
from cleantext.dedup.arithmetic import COMPILED_FROM, Arithmetic, arithmetic, compiled
from cleantext.dedup.banding import Bands, choose_bands, least_agreement
from cleantext.dedup.compare import agreements
from cleantext.dedup.match import Links
from cleantext.dedup.results import KINDS, Duplicates
from cleantext.dedup.shingle import MatchTexts, Rule, ShingleSets, blocks, shingle_sets
from cleantext.dedup.signature import text_sketches
from cleantext.dedup.store import Texts
from cleantext.dedup.threads import spread

__all__ = ["measured_recall", "wilson"]

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Indexed shingles that a text must share with a sampled one to be compared with it.
_HITS = 12
# Bits of the sieve for each indexed shingle, and the fewest in all.
_BITS, _SIEVE = 16, 1 << 16
# Shingles that are compared with shingles, at most: where nearly all texts are alike the sample is made smaller.
_WORK = 1 << 29
# Pairs of a text and a sampled one that numpy holds at a time.
_EXPANDED = 1 << 21
# Pairs that were not found and are named.
_NAMED = 10
# Standard deviations that hold 95 % of a normal distribution.
_Z = 1.959964


def measured_recall(  # noqa: PLR0913 - every option is a keyword
    texts: Texts,
    rule: Rule,
    config: DedupConfig,
    found: Duplicates,
    *,
    sample: int,
    seed: int,
    threads: int = 1,
    active: Flags | None = None,
) -> dict[str, Any]:
    """The recall of `found`, the exact and near duplicates among `texts` (only the `active` ones), on a random sample.

    `sample` texts are drawn by `seed` from those long enough to be near others, one of each group of equals, and
    compared with all of these; fewer where the texts are so alike that this would be too much work. Returns plain
    values:

    - `sampled` and `texts`: how many were drawn, and out of how many.
    - `true_pairs`: pairs of a drawn text and another whose exact Jaccard similarity reaches the threshold;
      `found_pairs` of them were found: `listed_pairs` are pairs of `found`, and `settled_pairs` are of a giant bucket,
      which lists no pairs but decided about this one: one of the two was removed, or both are in one cluster.
    - `recall`: the share found, None without true pairs; `interval`: where the recall of all pairs lies with a
      confidence of 95 %, as [low, high]; `promised`: the recall of `config`; `expected`: what the S-curve says of just
      these pairs.
    - `missed`: up to ten true pairs that were not found, as [i, j, Jaccard], the most similar first.
    """
    eligible = _eligible(texts, config, found, active)
    drawn = eligible[np.random.RandomState(seed).permutation(eligible.size)[:sample]]
    check = _Check(texts, rule, config, _Index.of(texts, drawn, rule, config.threshold), eligible)
    if check.work > _WORK:
        fewer = drawn[: max(1, drawn.size * _WORK // check.work)]
        check = _Check(texts, rule, config, _Index.of(texts, fewer, rule, config.threshold), eligible)
    answer = _Answer.of(found, check)
    tally = _Tally(np.zeros(len(check.index.sets), dtype=np.int64))
    for part in spread(lambda own: answer.judged(check.near(*own)), blocks(texts.lengths[eligible]), threads):
        tally.add(part)
    return {"sampled": len(check.index.sets), "texts": int(eligible.size), **tally.report(config)}


def _eligible(texts: Texts, config: DedupConfig, found: Duplicates, active: Flags | None) -> I64:
    """The texts that are compared with others: long enough, and the representatives of their equals."""
    chosen: Flags = (texts.weights >= config.min_chars) & (texts.lengths > 0)
    if active is not None:
        chosen &= active
    others = np.ones(found.groups.members.size, dtype=np.bool_)
    others[found.groups.offsets[:-1]] = False
    chosen[found.groups.members[others]] = False
    return np.flatnonzero(chosen)


@dataclass(frozen=True)
class _Index:
    """The sampled texts, numbered as in `items` (ascending), and those of their shingles that are looked up.

    Sampled text s is near no text that holds fewer than `enough[s]` of its indexed shingles: sharing `needed` of a
    shingles leaves out at most a - needed of them, so of any a - needed + k it shares k. The rarest are taken.
    """

    items: I64
    sets: ShingleSets
    enough: I64
    keys: U64
    bounds: I64
    holders: I64

    @classmethod
    def of(cls, texts: Texts, drawn: I64, rule: Rule, threshold: float) -> _Index:
        """The index of the texts `drawn`."""
        items = np.sort(drawn)
        sets = shingle_sets(texts.take(items), rule)
        # Rounding must not ask for one too many.
        needed = np.maximum(np.ceil(threshold * sets.sizes - 1e-6).astype(np.int64), 1)
        enough = np.minimum(needed, _HITS)
        owner = np.repeat(np.arange(items.size), sets.sizes)
        _, number, counts = np.unique(sets.values, return_inverse=True, return_counts=True)
        order = np.lexsort((sets.values, counts[number], owner))
        rank = np.arange(order.size) - sets.offsets[owner[order]]
        order = order[rank < (sets.sizes - needed + enough)[owner[order]]]
        order = order[np.argsort(sets.values[order], kind="stable")]
        values = sets.values[order]
        starts = np.flatnonzero(np.concatenate([np.ones(min(values.size, 1), np.bool_), values[1:] != values[:-1]]))
        return cls(items, sets, enough, values[starts], np.append(starts, values.size), owner[order])

    @cached_property
    def compiled(self) -> tuple[tuple[U64, U64, I64, I64, I64], np.uint64]:
        """What the compiled loop takes: the sieve, the hashes, where those with the same high bits begin, who holds
        them; and by how much a hash is shifted to leave the high bits."""
        bits = np.zeros(max(_SIEVE, 1 << (self.keys.size * _BITS).bit_length()), dtype=np.bool_)
        bits[self.keys & np.uint64(bits.size - 1)] = True
        sieve = np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)
        width = max(1, self.keys.size.bit_length())
        high = np.uint64(64 - width)
        firsts = np.searchsorted(self.keys >> high, np.arange((1 << width) + 1, dtype=np.uint64))
        return (sieve, self.keys, firsts.astype(np.int64), self.bounds, self.holders), high


@dataclass(frozen=True)
class _Check:
    """The comparison of an index with the texts number `eligible`."""

    texts: Texts
    rule: Rule
    config: DedupConfig
    index: _Index
    eligible: I64

    @cached_property
    def work(self) -> int:
        """About how many shingles will be compared with shingles, as the sample compared with itself suggests."""
        text, sampled = self._probed(self.texts.take(self.index.items), self._characters)
        cost = np.where(text == sampled, 0, self.index.sets.sizes[text] + self.index.sets.sizes[sampled])
        return int(cost.sum()) * self.eligible.size // max(self.index.items.size, 1)

    @property
    def bands(self) -> Bands:
        """The bands of the search that is checked."""
        return choose_bands(self.config.threshold, self.config.recall, self.config.num_perm)

    def sketched(self, indices: I64) -> U8:
        """The sketches of the texts at `indices`, which ascend."""
        return text_sketches(self.texts.take(indices), self.rule, self.config.num_perm, self.config.seed)

    @cached_property
    def _characters(self) -> int:
        return int(self.texts.lengths[self.eligible].sum())

    @cached_property
    def _arithmetic(self) -> Arithmetic:
        return arithmetic(max(self._characters, self.work))

    def near(self, begin: int, end: int) -> Links:
        """The near pairs of sampled texts (left, by their place in the sample) and eligible ones (right, by their
        number among all texts) from `begin` to `end`; a pair of two sampled texts is taken once."""
        own, sample = self.eligible[begin:end], self.index.items
        found = self.texts.take(own)
        text, sampled = self._probed(found, max(self._characters, self.work))
        place = np.searchsorted(sample, own[text])
        drawn = np.append(sample, -1)[place] == own[text]
        once = ~drawn | (place < sampled)
        links = self._compared(found, text[once], sampled[once])
        links = links.where(links.jaccard >= self.config.threshold)
        return Links(links.left, own[links.right], links.shared, links.left_size, links.right_size)

    def _probed(self, found: MatchTexts, work: int) -> tuple[I64, I64]:
        """Texts and sampled texts that share enough of the indexed shingles, ordered by (text, sampled)."""
        if work >= COMPILED_FROM:
            with np.errstate(over="ignore"):
                text, sampled = compiled().probed(
                    found.codes, found.offsets, found.begins, self.rule.size, *self.index.compiled, self.index.enough
                )
            order = np.lexsort((sampled, text))
            return text[order], sampled[order]
        return held(shingle_sets(found, self.rule), self.index)

    def _compared(self, found: MatchTexts, text: I64, sampled: I64) -> Links:
        """What each pair shares; right is the number in `found`."""
        numbers, place = np.unique(text, return_inverse=True)
        own = found.take(numbers)
        sets = ShingleSets(*self._arithmetic.shingle_sets(own.codes, *own.units(), self.rule.size))
        both = ShingleSets.joined([self.index.sets, sets])
        right = place.astype(np.int64) + len(self.index.sets)
        shared = self._arithmetic.intersections(both.values, both.offsets, sampled, right)
        return Links(sampled, text, shared, both.sizes[sampled], both.sizes[right])


def held(sets: ShingleSets, index: _Index) -> tuple[I64, I64]:
    """Which of `sets` hold enough of the indexed shingles of which sampled text, ordered by (text, sampled)."""
    if not index.keys.size:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    place = np.minimum(np.searchsorted(index.keys, sets.values), index.keys.size - 1)
    hits = np.flatnonzero(index.keys[place] == sets.values)
    place, text = place[hits], np.searchsorted(sets.offsets, hits, side="right") - 1
    repeats = index.bounds[place + 1] - index.bounds[place]
    parts = []
    for begin, end in _stretches(text, repeats):
        counts = repeats[begin:end]
        ends = np.cumsum(counts)
        entry = np.repeat(index.bounds[place[begin:end]] - (ends - counts), counts) + np.arange(counts.sum())
        pair = np.repeat(text[begin:end], counts) * index.items.size + index.holders[entry]
        parts.append(np.unique(pair, return_counts=True))
    pairs = np.concatenate([np.empty(0, dtype=np.int64), *(one for one, _ in parts)])
    shared = np.concatenate([np.empty(0, dtype=np.int64), *(two for _, two in parts)])
    text, sampled = np.divmod(pairs, index.items.size)
    near = shared >= index.enough[sampled]
    return text[near], sampled[near]


def _stretches(text: I64, repeats: I64) -> Iterator[tuple[int, int]]:
    """Stretches of hits with about `_EXPANDED` holders, those of one text together."""
    chunk = (np.cumsum(repeats) // _EXPANDED)[np.searchsorted(text, text)]
    yield from pairwise([*np.flatnonzero(np.diff(chunk, prepend=-1)).tolist(), text.size])


@dataclass
class _Tally:
    """True pairs by sampled text, how many of them were found and how, and some that were not."""

    true: I64
    listed: int = 0
    settled: int = 0
    expected: float = 0.0
    missed: list[tuple[float, int, int]] = field(default_factory=list)

    def add(self, other: _Tally) -> None:
        """Add those of another stretch of texts."""
        self.true = self.true + other.true
        self.listed += other.listed
        self.settled += other.settled
        self.expected += other.expected
        self.missed = sorted([*self.missed, *other.missed], key=lambda one: (-one[0], *one[1:]))[:_NAMED]

    def report(self, config: DedupConfig) -> dict[str, Any]:
        """The counts and what follows from them, as plain values."""
        total, found = int(self.true.sum()), self.listed + self.settled
        # The pairs of one text are found or missed together more often than others, so that n texts with m pairs each
        # tell less than n * m single ones. This counts them as if it were always (Kish, Survey Sampling, 1965).
        worth = total**2 / max(float((self.true.astype(np.float64) ** 2).sum()), 1.0)
        return {
            "true_pairs": total,
            "found_pairs": found,
            "listed_pairs": self.listed,
            "settled_pairs": self.settled,
            "recall": found / total if total else None,
            "interval": [round(bound, 6) for bound in wilson(found / total, worth)] if total else [0.0, 1.0],
            "promised": config.recall,
            "expected": self.expected / total if total else None,
            "missed": [[i, j, jaccard] for jaccard, i, j in self.missed],
        }


@dataclass(frozen=True)
class _Answer:
    """What a search said of the pairs of sampled texts."""

    found: Duplicates
    check: _Check
    near: I64  # pairs i * size + j in which a sampled text is, ascending
    sketches: U8 | None  # of the sampled texts, where there were giant buckets

    @classmethod
    def of(cls, found: Duplicates, check: _Check) -> _Answer:
        """What `found` says of the sample of `check`."""
        sampled = np.zeros(found.size, dtype=np.bool_)
        sampled[check.index.items] = True
        pairs = found.pairs
        own = np.flatnonzero((sampled[pairs.i] | sampled[pairs.j]) & (pairs.kind == KINDS.index("near")))
        sketches = check.sketched(check.index.items) if found.settings["crowds"] else None
        return cls(found, check, pairs.i[own] * found.size + pairs.j[own], sketches)

    def judged(self, links: Links) -> _Tally:
        """Which of the true `links` were found."""
        item = self.check.index.items[links.left]
        i, j = np.minimum(item, links.right), np.maximum(item, links.right)
        pair = i * self.found.size + j
        known = np.append(self.near, -1)[np.searchsorted(self.near, pair)] == pair
        listed = int(np.count_nonzero(known))
        if self.sketches is not None:
            open_ = np.flatnonzero(~known)
            known[open_] = self._settled(links.where(~known), self.sketches)
        missed = np.flatnonzero(~known)
        missed = missed[np.lexsort((j[missed], i[missed], -links.jaccard[missed]))][:_NAMED]
        return _Tally(
            np.bincount(links.left, minlength=self.check.index.items.size),
            listed,
            int(np.count_nonzero(known)) - listed,
            float(self._probability(links.jaccard).sum()),
            list(zip(links.jaccard[missed].tolist(), i[missed].tolist(), j[missed].tolist(), strict=True)),
        )

    def _probability(self, jaccard: F64) -> F64:
        """How likely it was that pairs of this similarity were compared."""
        if self.found.settings["exhaustive"]:
            return np.ones_like(jaccard)
        bands = self.check.bands
        return 1 - (1 - jaccard**bands.rows_per_band) ** bands.num_bands

    def _settled(self, links: Links, sketches: U8) -> Flags:
        """Which links the bands did propose, so that only a giant bucket can be why they are not listed, and it
        decided about. `sketches` are those of the sampled texts."""
        config, item = self.check.config, self.check.index.items[links.left]
        others, place = np.unique(links.right, return_inverse=True)
        theirs = self.check.sketched(others)[place]
        entries, agreeing = agreements(sketches[links.left], theirs, self.check.bands)
        proposed = (agreeing > 0) & (entries >= least_agreement(config.threshold, config.num_perm))
        cluster = self.found.cluster
        together = (cluster[item] == cluster[links.right]) & (cluster[item] >= 0)
        decided: Flags = proposed & (together | self._removed[item] | self._removed[links.right])
        return decided

    @cached_property
    def _removed(self) -> Flags:
        """Which texts were removed as near duplicates."""
        removals = self.found.removals
        removed = np.zeros(self.found.size, dtype=np.bool_)
        removed[removals.index[removals.kind == KINDS.index("near")]] = True
        return removed


def wilson(share: float, trials: float) -> tuple[float, float]:
    """The 95 % score interval of a probability of which `share` of so many `trials` were successes.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).

    >>> [round(bound, 4) for bound in wilson(0.99, 200)]
    [0.9643, 0.9973]
    """
    scale = 1 + _Z**2 / trials
    middle = share + _Z**2 / (2 * trials)
    reach = _Z * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
