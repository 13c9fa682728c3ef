"""What to look at before letting a run delete: removals by threshold, examples of them, and two texts side by side."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.config import DedupConfig
from cleantext.dedup.banding import Buckets
from cleantext.dedup.cluster import Stars, near_stars
from cleantext.dedup.crowd import Crowds
from cleantext.dedup.duplicates import Kinds, Search
from cleantext.dedup.fingerprint import Fingerprints
from cleantext.dedup.match import Links, Verifier
from cleantext.dedup.results import KINDS, Duplicates, Removal
from cleantext.dedup.shingle import Rule
from cleantext.dedup.store import Texts
from cleantext.folding import code_points, match_codes

__all__ = ["THRESHOLDS", "examples", "removal_curve", "side_by_side"]

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

THRESHOLDS = (0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
# Recall at the lowest threshold. To find nearly all pairs there would take bands so short that much else shares them:
# on a million paragraphs 0.99 of those at 0.6 cost eight times as much.
_RECALL = 0.95
# The part of the examples that is given to contained texts, if there are as many.
_CONTAINED = 4
# Characters of each text that are shown, and how many of them stand before the first difference at most.
_SHOWN, _BEFORE = 600, 120
# Units of a run that two texts have in common.
_RUN = 12
# The narrowest column, in cells of a terminal.
_NARROW = 8
# What a combining mark stands on that has no character before it.
_NOTHING = "◌"


def removal_curve(  # noqa: PLR0913 - every option is a keyword
    texts: Texts,
    rule: Rule,
    config: DedupConfig,
    ranks: I64,
    protected: Flags,
    thresholds: Sequence[float] = THRESHOLDS,
    *,
    threads: int = 1,
    known: Fingerprints | None = None,
    active: Flags | None = None,
) -> list[dict[str, Any]]:
    """How many of `texts` would go as near duplicates at each of `thresholds`, from one search at the lowest.

    Arguments are those of a `Search` and its `run`; the threshold of `config` does not matter. A row, in the order of
    `thresholds`, has the `threshold`, how many texts would be `removed` as near duplicates, how many more as `exact`
    ones, and how many near `pairs` would be listed. Contained texts are not counted. Among very few texts all this is
    exact. Otherwise pairs at the lowest threshold are found with a probability of 95 % (or the recall of `config`, if
    less), those above it more surely. Raises ConfigError where the permutations of `config` cannot promise that.
    """
    if not thresholds:
        return []
    lowest = dataclasses.replace(config, threshold=min(thresholds), recall=min(config.recall, _RECALL))
    sweep = _Sweep(texts, rule, lowest, "paragraph", threads, known, active)
    found = sweep.run(ranks, protected, Kinds(frozenset({"exact", "near"})))
    others = _equals(found, protected)
    return [
        {"threshold": threshold, "removed": gone, "exact": int(others.sum()) - repeated, "pairs": pairs}
        for threshold in thresholds
        for gone, repeated, pairs in [sweep.counted(threshold, others)]
    ]


class _Sweep(Search):
    """A search at the lowest threshold that remembers what is needed to tell who would go at others."""

    _verifier: Verifier | None = None
    _buckets_met: Buckets | None = None
    _links: Links
    _protected: Flags

    def _near(self, found: Any, verifier: Verifier, everything: Links | None, protected: Flags) -> None:
        super()._near(found, verifier, everything, protected)
        self._verifier, self._links, self._protected = verifier, found.near, protected

    def _buckets(self, verifier: Verifier) -> Buckets:
        self._buckets_met = super()._buckets(verifier)
        return self._buckets_met

    def counted(self, threshold: float, others: I64) -> tuple[int, int, int]:
        """Texts that go as near duplicates at `threshold`, how many of them are equal to others that go, and near
        pairs. `others` says for each text how many equal ones may go with it."""
        if self._verifier is None:
            return 0, 0, 0
        stars, met = Stars.of(self._verifier.items.size), self._buckets_met
        links = self._links.where(self._links.jaccard >= threshold)
        crowds = Crowds(met, self._verifier) if met is not None and met.crowds else None
        added = near_stars(stars, links, threshold, crowds, self._protected)
        repeated = int(others[self._verifier.items[~stars.kept]].sum())
        return int(np.count_nonzero(~stars.kept)) + repeated, repeated, len(links) + len(added)


def _equals(found: Duplicates, protected: Flags) -> I64:
    """For each text how many equal ones go if it goes, or for its sake: those it represents and that may be removed."""
    groups = found.groups
    leader = np.repeat(groups.members[groups.offsets[:-1]], np.diff(groups.offsets))
    counted = (leader != groups.members) & ~protected[groups.members]
    return np.bincount(leader[counted], minlength=found.size)


def examples(found: Duplicates, count: int = 20, seed: int = 1) -> list[Removal]:
    """Removals of `found` worth a look, the least similar first: near ones, then contained ones.

    Up to `count` in all, a quarter of them contained where there are enough of both. Each kind is spread evenly over
    its range of scores: as many from each stretch of it as can be had, drawn by `seed`. Of equal texts one is shown.
    """
    groups, removals = found.groups, found.removals
    repeats = np.zeros(found.size, dtype=np.bool_)
    repeats[groups.members] = True
    repeats[groups.members[groups.offsets[:-1]]] = False
    near, contained = (
        np.flatnonzero((removals.kind == KINDS.index(kind)) & ~repeats[removals.index]) for kind in KINDS[1:]
    )
    share = min(contained.size, max(count // _CONTAINED, count - near.size))
    random = np.random.RandomState(seed)
    chosen = [
        own[_spread(removals.score[own], wanted, random)] for own, wanted in ((near, count - share), (contained, share))
    ]
    return [removals[int(place)] for place in np.concatenate(chosen)]


def _spread(scores: F64, count: int, random: np.random.RandomState) -> I64:
    """The places of `count` of the `scores`, spread over their range, in ascending order of score."""
    if not scores.size or count <= 0:
        return np.empty(0, dtype=np.int64)
    low, high = float(scores.min()), float(scores.max())
    stretch = np.minimum((scores - low) / max(high - low, 1e-9) * count, count - 1).astype(np.int64)
    order = np.lexsort((random.permutation(scores.size), stretch))
    ordered = stretch[order]
    turn = np.arange(order.size) - np.searchsorted(ordered, ordered)  # the first of every stretch come first
    taken = order[np.argsort(turn, kind="stable")[:count]]
    return taken[np.lexsort((taken, scores[taken]))]


def side_by_side(left: str, right: str, width: int = 100, *, match: str = "folded") -> str:
    """Two texts in two columns, lines of at most `width` cells, with ^ under what one has and the other has not.

    Compared are match texts, so that neither punctuation nor script is marked, or with match="raw" the texts
    themselves. Of long texts about 600 characters around the first difference are shown, with … for what is left out.
    Full-width characters take two cells; line ends are shown as ↵, other controls as �, a mark upon nothing on ◌.
    """
    column = max(_NARROW, (width - 3) // 2)
    parts = _around_difference(left, right, match)
    marks = _differing(parts[0][0], parts[1][0], match)
    sides = [list(_lines(text, own, ellipses, column)) for (text, *ellipses), own in zip(parts, marks, strict=True)]
    lines = []
    for (one, under), (other, below) in zip_longest(*sides, fillvalue=("", "")):
        lines.append(f"{_filled(one, column)} │ {other}".rstrip())
        if under.strip() or below.strip():
            lines.append(f"{under.ljust(column)} │ {below}".rstrip())
    return "\n".join(lines)


def _around_difference(left: str, right: str, match: str) -> list[tuple[str, bool, bool]]:
    """Of each text the part that is shown, and whether something before and after it is left out."""
    (a, own), (b, other) = (_units(text, match) for text in (left, right))
    whole = max(len(left), len(right)) <= _SHOWN
    parts = []
    for text, offsets, place in zip((left, right), (own, other), _places(a, b), strict=True):
        at = int(offsets[place]) if place < offsets.size else len(text)
        begin = 0 if whole else max(0, at - _BEFORE)
        parts.append((text[begin : begin + _SHOWN], begin > 0, begin + _SHOWN < len(text)))
    return parts


def _places(a: U32, b: U32) -> tuple[int, int]:
    """Where two texts begin to differ; if that is where they begin, where in each they first have a run in common."""
    size = min(a.size, b.size)
    differ = np.flatnonzero(a[:size] != b[:size])
    place = int(differ[0]) if differ.size else size
    if place >= _RUN or a.size == b.size == place:
        return (place, place) if a.size != b.size or differ.size else (0, 0)
    texts = [codes.tobytes().decode("utf-32-le", "surrogatepass") for codes in (a, b)]
    for start in range(0, min(size, _SHOWN) - _RUN + 1, _RUN):
        runs = [text[start : start + _RUN] for text in texts]
        if (met := texts[1].find(runs[0])) >= 0:
            return start, met
        if (met := texts[0].find(runs[1])) >= 0:
            return met, start
    return place, place


def _units(text: str, match: str) -> tuple[U32, I64]:
    """What is compared of `text`, and the offset in it that each unit came from."""
    if match == "raw":
        return code_points(text), np.arange(len(text))
    return match_codes(text)


def _differing(left: str, right: str, match: str) -> list[set[int]]:
    """The offsets of the characters of each text that the other has not."""
    (a, own), (b, other) = (_units(text, match) for text in (left, right))
    marks: list[set[int]] = [set(), set()]
    matcher = SequenceMatcher(None, a.tolist(), b.tolist(), autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag != "equal":
            marks[0].update(own[i:i_end].tolist())
            marks[1].update(other[j:j_end].tolist())
    return marks


def _lines(text: str, marks: set[int], ellipses: Sequence[bool], column: int) -> Iterator[tuple[str, str]]:
    """The lines of one column, each with the line of marks below it."""
    before, after = ("…" if one else "" for one in ellipses)
    line, under, cells = before, " " * len(before), len(before)
    for offset, char in enumerate(text):
        shown = _printable(char)
        size = _cells(shown)
        if cells + size > column:
            yield line, under
            line, under, cells = "", "", 0
        if cells == size == 0:
            shown, size = f"{_NOTHING}{shown}", 1
        line += shown
        if offset in marks:
            under = under + "^" * size if size else under[:-1] + "^"
        else:
            under += " " * size
        cells += size
    if after and cells == column:
        yield line, under
        line, under = "", ""
    yield line + after, under


def _filled(line: str, column: int) -> str:
    return line + " " * (column - sum(map(_cells, line)))


def _printable(char: str) -> str:
    """`char`, or what is shown for one that a terminal would obey or cannot show."""
    if char == "\n":
        return "↵"
    return "�" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else char


def _cells(char: str) -> int:
    """The cells that `char` takes: 2 if wide by its East Asian width (Unicode Standard Annex 11), 0 if it is set upon
    the one before (combining marks; vowels and finals of decomposed Hangul), otherwise 1."""
    if unicodedata.category(char) in {"Mn", "Me"} or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
