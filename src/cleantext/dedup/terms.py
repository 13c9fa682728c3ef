"""The terms an index finds texts by: 64-bit keys of their whole match text, of the bands of their signature, and of
the anchors that a text which stands inside another has in common with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xxhash

from cleantext.config import DedupConfig
from cleantext.dedup._reference import BASE, mix64
from cleantext.dedup.arithmetic import arithmetic
from cleantext.dedup.banding import Bands, choose_bands
from cleantext.dedup.shingle import MatchTexts, Rule, unspaced
from cleantext.dedup.signature import permutations
from cleantext.dedup.stores.base import ANCHOR, BAND, EXACT, Terms

__all__ = ["Level"]

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Half characters an anchor weighs, and windows one is chosen from: runs of 19 characters in common are enough.
_SPAN, _WINDOW = 24, 8
_SALTS = {"paragraph": 1, "document": 2}


@dataclass(frozen=True, slots=True)
class Level:
    """How texts of one level, paragraph or document, are compared."""

    name: str
    rule: Rule
    config: DedupConfig
    bands: Bands

    @classmethod
    def of(cls, name: str, config: DedupConfig) -> Level:
        """The level called `name`."""
        bands = choose_bands(config.threshold, config.recall, config.num_perm)
        return cls(name, Rule.of(config, name), config, bands)

    @property
    def contains(self) -> bool:
        """Whether texts inside others are looked for."""
        return self.name == "paragraph" and self.config.containment is not None

    def long(self, texts: MatchTexts) -> Flags:
        """Which texts are long enough to be more than exact duplicates."""
        found: Flags = (texts.weights >= self.config.min_chars) & (texts.lengths > 0)
        return found

    def terms(self, texts: MatchTexts, work: int) -> Terms:
        """What `texts`, none of them empty unless it is a document, are looked up by; arithmetic is that for `work`."""
        count = texts.offsets.size - 1
        filled, long = np.flatnonzero(texts.lengths > 0), np.flatnonzero(self.long(texts))
        signatures = np.zeros((count, self.config.num_perm), dtype=np.uint32)
        seeds = permutations(self.config.num_perm, self.config.seed)
        some = texts if long.size == count else texts.take(long)
        signatures[long] = arithmetic(work).text_signatures(
            some.codes, some.offsets, some.begins, self.rule.size, *seeds
        )
        parts = [
            (self._exact(texts, filled), filled, EXACT),
            (self._bands(signatures[long]), np.repeat(long, self.bands.num_bands), BAND),
        ]
        if self.contains:
            hashes, owners = self._anchors(some, work)
            parts.append((hashes, long[owners], ANCHOR))
        return Terms(
            level=self.name,
            keys=np.concatenate([keys for keys, _, _ in parts]),
            text=np.concatenate([text for _, text, _ in parts]),
            role=np.repeat(np.array([role for *_, role in parts], dtype=np.uint8), [keys.size for keys, _, _ in parts]),
            signatures=signatures,
        )

    def _salted(self, hashes: U64, role: int) -> U64:
        """`hashes`, mixed so that those of other levels and roles differ."""
        return mix64(hashes ^ np.uint64((_SALTS[self.name] << 8 | role) * BASE % 2**64))

    def _exact(self, texts: MatchTexts, filled: I64) -> U64:
        data = np.ascontiguousarray(texts.codes).view(np.uint8).data
        bounds = (texts.offsets * 4).tolist()
        hashes = (xxhash.xxh3_64_intdigest(data[bounds[one] : bounds[one + 1]]) for one in filled.tolist())
        return self._salted(np.fromiter(hashes, np.uint64, filled.size), EXACT)

    def _bands(self, signatures: U32) -> U64:
        count, rows = self.bands.num_bands, self.bands.rows_per_band
        cut = signatures[:, : count * rows].reshape(-1, count, rows).astype(np.uint64)
        keys = np.broadcast_to(np.arange(1, count + 1, dtype=np.uint64), cut.shape[:2]).copy()
        for row in range(rows):
            keys = (keys ^ cut[:, :, row]) * np.uint64(BASE)
            keys ^= keys >> np.uint64(33)
        return self._salted(keys.ravel(), BAND)

    def _anchors(self, texts: MatchTexts, work: int) -> tuple[U64, I64]:
        """The anchors of each of `texts`, each once, and whose they are."""
        span = max(2, min(_SPAN, self.config.min_chars * 6 // 5))
        hashes, offsets = arithmetic(work).anchors(texts.codes, texts.offsets, texts.begins, unspaced(), span, _WINDOW)
        owners = np.repeat(np.arange(offsets.size - 1), np.diff(offsets))
        order = np.lexsort((hashes, owners))
        fresh = np.ones(order.size, dtype=np.bool_)
        fresh[1:] = (np.diff(hashes[order]) != 0) | (np.diff(owners[order]) != 0)
        order = np.sort(order[fresh])
        return self._salted(hashes[order], ANCHOR), owners[order]
