"""Two texts side by side: every number behind the verdict on a pair, what each stage says, and the verdict in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleantext.config import Config, DedupConfig
from cleantext.dedup.banding import Bands, choose_bands, least_agreement
from cleantext.dedup.duplicates import settled
from cleantext.dedup.shingle import Rule, match_texts, shingle_sets, shingles
from cleantext.dedup.signature import estimate, signatures

__all__ = ["PairScore", "StageVerdict", "agreements", "score_pair"]

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

# Shingles that `explain` prints of each kind, and characters of each and of a difference.
_PRINTED, _SHOWN, _AROUND = 12, 40, 12


@dataclass(frozen=True, slots=True)
class StageVerdict:
    """What one stage says of a pair: whether it `passed`, None where the stage is not asked, and `says`, in words."""

    stage: str
    passed: bool | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScore:
    """How two texts compare at one level.

    `match_texts` are what is compared, `shingles` how many different ones each has, `shared` how many both have,
    `total` how many there are in all. `containment` is the share of the first in the second and of the second in the
    first, `estimate` the Jaccard similarity as the signatures suggest it, `proposed` the probability that the bands
    make a pair of this similarity a candidate. `kind` is the verdict, None for no duplicate, and `why` says it in
    words.

    `shared_shingles` are the shingles of both and `missing` those of the first alone and of the second alone, in order
    of appearance. `stages` are the verdicts of exact, min_chars, signatures, bands, near and contained, in this order.
    Signatures and bands only say what a search among many texts would compare: `kind` is what a comparison finds.
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
    shared_shingles: tuple[str, ...]
    missing: tuple[tuple[str, ...], tuple[str, ...]]
    stages: tuple[StageVerdict, ...]

    def explain(self) -> str:
        """All of it in a few lines of text; of many shingles the first dozen."""
        (a, b), (in_b, in_a) = self.shingles, self.containment
        said = {True: "yes", False: "no", None: "not asked"}
        return "\n".join(
            [
                f"as {self.level}s: {self.kind or 'no duplicate'}, because {self.why}",
                f"  match text   {len(self.match_texts[0]):,} and {len(self.match_texts[1]):,} characters",
                f"  shingles     {a:,} and {b:,}, {self.shared:,} shared of {self.total:,}",
                f"  Jaccard      {self.jaccard:.4f} (signatures estimate {self.estimate:.4f})",
                f"  containment  {in_b:.4f} of the first in the second, {in_a:.4f} of the second in the first",
                *(f"  {one.stage + '?':<12} {said[one.passed]}: {one.says}" for one in self.stages),
                f"  in both      {_listed(self.shared_shingles)}",
                f"  first only   {_listed(self.missing[0])}",
                f"  second only  {_listed(self.missing[1])}",
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
    bands = choose_bands(chosen.threshold, chosen.recall, chosen.num_perm)
    rows = signatures(sets, chosen.num_perm, chosen.seed)
    weight = float(texts.weights.min())
    kind, why = _verdict(matched, weight, jaccard, containment, chosen)
    own, other = (shingles(text, chosen, level=level) for text in (a, b))
    return PairScore(
        level=level,
        match_texts=matched,
        shingles=(first.size, second.size),
        shared=shared,
        total=total,
        jaccard=jaccard,
        containment=containment,
        estimate=estimate(*rows) if all(matched) else 0.0,
        proposed=bands.probability(jaccard),
        kind=kind,
        why=why,
        shared_shingles=_kept(own, set(other), True),
        missing=(_kept(own, set(other), False), _kept(other, set(own), False)),
        stages=(
            _exact(matched),
            _long_enough(weight, chosen),
            *_proposed(rows.astype(np.uint8), all(matched), bands, chosen),
            _near(jaccard, chosen),
            _contained(containment, chosen),
        ),
    )


def agreements(left: U8, right: U8, bands: Bands) -> tuple[I64, I64]:
    """For every two rows of sketches how many entries agree, and how many of the bands."""
    agree = left == right
    count, rows = bands.num_bands, bands.rows_per_band
    together = agree[:, : count * rows].reshape(left.shape[0], count, rows).all(axis=2)
    return agree.sum(axis=1), together.sum(axis=1)


def _kept(own: Iterable[str], other: set[str], shared: bool) -> tuple[str, ...]:
    return tuple(one for one in own if (one in other) == shared)


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
    if config.containment is None:
        return None, f"Jaccard {jaccard:.4f} is under {config.threshold:g} and contained texts are not sought"
    if share >= config.containment:
        return "contained", f"{share:.1%} of the {which} stands in the other, at least {config.containment:.0%}"
    return None, (
        f"Jaccard {jaccard:.4f} is under {config.threshold:g} and containment {share:.4f} under {config.containment:g}"
    )


def _exact(matched: tuple[str, str]) -> StageVerdict:
    """Whether the match texts are equal, and where they begin to differ."""
    first, second = matched
    if not first or not second:
        return StageVerdict("exact", False, "a match text is empty")
    if first == second:
        return StageVerdict("exact", True, "the match texts are equal")
    place = _difference(first, second)
    begin, end = max(place - _AROUND // 2, 0), place + _AROUND
    around = " / ".join(("…" if begin else "") + _shown(text[begin:end]) for text in matched)
    return StageVerdict("exact", False, f"the match texts differ from character {place + 1:,} on: {around}")


def _difference(first: str, second: str) -> int:
    """Where two texts begin to differ, by halving."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _long_enough(weight: float, config: DedupConfig) -> StageVerdict:
    passed = weight >= config.min_chars
    return StageVerdict(
        "min_chars",
        passed,
        f"the shorter one weighs {weight:g} characters, {config.min_chars} are needed to be more than exact",
    )


def _proposed(sketches: U8, filled: bool, bands: Bands, config: DedupConfig) -> tuple[StageVerdict, StageVerdict]:
    """What signatures and bands would say among many texts."""
    if not filled:
        nothing = "an empty text has no signature"
        return StageVerdict("signatures", False, nothing), StageVerdict("bands", False, nothing)
    (entries,), (agreeing,) = (one.tolist() for one in agreements(sketches[:1], sketches[1:], bands))
    least = least_agreement(config.threshold, config.num_perm)
    says = f"{entries} of {config.num_perm} entries of the sketches agree, under {least} a candidate is discarded"
    candidate = f"{agreeing} of {bands.num_bands} bands agree, one makes a candidate (among few texts all pairs are)"
    return StageVerdict("signatures", entries >= least, says), StageVerdict("bands", agreeing > 0, candidate)


def _near(jaccard: float, config: DedupConfig) -> StageVerdict:
    return StageVerdict(
        "near", jaccard >= config.threshold, f"Jaccard {jaccard:.4f}, the threshold is {config.threshold:g}"
    )


def _contained(containment: tuple[float, float], config: DedupConfig) -> StageVerdict:
    if config.containment is None:
        return StageVerdict("contained", None, "contained texts are not sought")
    says = (
        f"{containment[0]:.4f} of the first and {containment[1]:.4f} of the second stand in the other, "
        f"{config.containment:g} is needed"
    )
    return StageVerdict("contained", max(containment) >= config.containment, says)


def _listed(names: tuple[str, ...]) -> str:
    """The first few of `names`, and how many there are."""
    if not names:
        return "none"
    printed = " | ".join(_shown(one) for one in names[:_PRINTED])
    return f"{len(names):,}: {printed}" + (" | …" if len(names) > _PRINTED else "")


def _shown(text: str) -> str:
    """The beginning of `text`, with nothing in it that a terminal would obey."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)
