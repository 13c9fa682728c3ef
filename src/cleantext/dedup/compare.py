"""Two texts side by side: every number behind the verdict on a pair, and the verdict in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleantext.config import Config, DedupConfig
from cleantext.dedup.banding import choose_bands
from cleantext.dedup.duplicates import settled
from cleantext.dedup.shingle import Rule, match_texts, shingle_sets
from cleantext.dedup.signature import estimate, signatures

__all__ = ["PairScore", "score_pair"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScore:
    """How two texts compare at one level.

    `match_texts` are what is compared, `shingles` how many different ones each has, `shared` how many both have,
    `total` how many there are in all. `containment` is the share of the first in the second and of the second in the
    first, `estimate` the Jaccard similarity as the signatures suggest it, `proposed` the probability that the bands
    make a pair of this similarity a candidate. `kind` is the verdict, None for no duplicate, and `why` says it in
    words.
    """

    level: str
    match_texts: tuple[str, str]
    shingles: tuple[int, int]
    shared: int
    total: int
    jaccard: float
    containment: tuple[float, float]
    estimate: float
    proposed: float
    kind: str | None
    why: str

    def explain(self) -> str:
        """All of it in a few lines of text."""
        (a, b), (in_b, in_a) = self.shingles, self.containment
        return "\n".join(
            [
                f"as {self.level}s: {self.kind or 'no duplicate'}, because {self.why}",
                f"  match text   {len(self.match_texts[0]):,} and {len(self.match_texts[1]):,} characters",
                f"  shingles     {a:,} and {b:,}, {self.shared:,} shared of {self.total:,}",
                f"  Jaccard      {self.jaccard:.4f} (signatures estimate {self.estimate:.4f})",
                f"  containment  {in_b:.4f} of the first in the second, {in_a:.4f} of the second in the first",
                f"  bands        propose such a pair with probability {self.proposed:.4f}",
            ]
        )


def score_pair(a: str, b: str, config: DedupConfig | Config | None = None, *, level: str = "paragraph") -> PairScore:
    """Compare `a` and `b` as `find_duplicates` would at `level`. Raises ConfigError where the configuration is wrong.

    >>> score_pair("山水之间有一座小城。", "山水之間，有一座小城").kind
    'exact'
    """
    chosen = settled(config)
    rule = Rule.of(chosen, level)
    texts = match_texts([a, b], rule)
    sets = shingle_sets(texts, rule)
    first, second = (sets.values[sets.offsets[i] : sets.offsets[i + 1]] for i in (0, 1))
    shared = int(np.intersect1d(first, second, assume_unique=True).size)
    total = first.size + second.size - shared
    matched = (texts.text(0), texts.text(1))
    equal = bool(matched[0]) and matched[0] == matched[1]
    jaccard = 1.0 if equal else shared / max(total, 1)
    containment = (1.0, 1.0) if equal else (shared / max(first.size, 1), shared / max(second.size, 1))
    kind, why = _verdict(matched, float(texts.weights.min()), jaccard, containment, chosen)
    bands = choose_bands(chosen.threshold, chosen.recall, chosen.num_perm)
    return PairScore(
        level=level,
        match_texts=matched,
        shingles=(first.size, second.size),
        shared=shared,
        total=total,
        jaccard=jaccard,
        containment=containment,
        estimate=estimate(*signatures(sets, chosen.num_perm, chosen.seed)) if first.size and second.size else 0.0,
        proposed=bands.probability(jaccard),
        kind=kind,
        why=why,
    )


def _verdict(
    matched: tuple[str, str], weight: float, jaccard: float, containment: tuple[float, float], config: DedupConfig
) -> tuple[str | None, str]:
    """The kind of duplicate, and why."""
    if not all(matched):
        return None, "a text without letters or digits matches nothing"
    if matched[0] == matched[1]:
        return "exact", "their match texts are equal"
    if weight < config.min_chars:
        return None, f"{weight:g} characters of match text are under {config.min_chars}, where only equal texts count"
    if jaccard >= config.threshold:
        return "near", f"Jaccard {jaccard:.4f} reaches the threshold {config.threshold:g}"
    share, which = max((containment[0], "first"), (containment[1], "second"), key=lambda one: one[0])
    if share >= config.containment:
        return "contained", f"{share:.1%} of the {which} stands in the other, at least {config.containment:.0%}"
    return None, (
        f"Jaccard {jaccard:.4f} is under {config.threshold:g} and containment {share:.4f} under {config.containment:g}"
    )
