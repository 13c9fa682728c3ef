"""An index by definition: sets of strings, all pairs, and datasketch for which pairs bands propose.

Of the package only match text is taken. What a document repeats is written here once more, from docs/index.md.

Equal texts, and near ones that bands propose, are found for certain. Anchors promise nothing: that a paragraph stands
in another, or is near one that no band proposes, may be found or not. Where it may repeat one of its own document, of
which nothing is said, it is in doubt whether it is kept, until a later verdict tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from datasketch import MinHash

import cleantext
from cleantext.config import DedupConfig
from cleantext.dedup import Match, Verdict
from cleantext.folding import match_text
from dedup.oracle import KINDS, SIZES, units, weight

__all__ = ["Remembering", "text_of"]

BANDS, ROWS = 21, 6


@dataclass(frozen=True)
class Text:
    """One text, of a document or paragraph: match text, shingles, signature, and whether it may be near."""

    name: tuple[str, int | None]
    matched: str
    shingles: frozenset[str]
    bands: tuple[bytes, ...]
    long: bool

    def proposes(self, other: Text) -> bool:
        return self.long and other.long and any(a == b for a, b in zip(self.bands, other.bands, strict=True))


@cache
def text_of(name: tuple[str, int | None], paragraphs: tuple[str, ...], level: str, config: DedupConfig) -> Text:
    cut = [unit for paragraph in paragraphs for unit in units(paragraph, config)]
    size = config.shingle_size or SIZES[level]
    found = frozenset("".join(cut[p : p + size]) for p in range(max(len(cut) - size, 0) + 1)) - {""}
    sketch = MinHash(num_perm=config.num_perm, seed=config.seed, hashfunc=cleantext.shingle_hash, scheme="affine32")
    sketch.update_batch([one.encode("utf-8", "surrogatepass") for one in sorted(found)])
    bands = tuple(bytes(sketch.hashvalues[b * ROWS : (b + 1) * ROWS].tobytes()) for b in range(BANDS))
    long = sum(weight(paragraph, config) for paragraph in paragraphs) >= config.min_chars and bool(cut)
    return Text(name, "".join(map(match_text, paragraphs)), found, bands, long)


@dataclass(frozen=True)
class Repeat:
    """What is said of a text that repeats `other`, and whether that is found for certain if `other` is kept."""

    other: Text
    match: Match
    certain: bool


@dataclass
class Remembering:
    """Documents kept, in order; and paragraphs that may be kept, in order, and whether there is no doubt of it."""

    config: DedupConfig
    documents: list[Text] = field(default_factory=list)
    paragraphs: dict[Text, bool] = field(default_factory=dict)

    def check(self, name: str, paragraphs: tuple[str, ...], verdict: Verdict, *, adds: bool) -> None:
        """That `verdict` is what must be said of this document, which is remembered if it is new and `adds`."""
        whole = text_of((name, None), paragraphs, "document", self.config)
        known = any(one.name[0] == name and one.matched == whole.matched for one in self.documents)
        assert verdict.document_id == name
        assert verdict.known == known
        if known:
            assert verdict.paragraphs == ()
            assert not verdict.added
            return
        repeats = self._repeats(whole, self.documents, anchors=False)
        assert verdict.document == (repeats[0].match if repeats else None)
        said = {one.paragraph: one.match for one in verdict.paragraphs}
        assert len(said) == len(verdict.paragraphs)
        fresh: dict[Text, bool] = {}
        for place, paragraph in enumerate(paragraphs):
            text = text_of((name, place), (paragraph,), "paragraph", self.config)
            if text.matched:
                self._check_paragraph(text, said.pop(place, None), fresh)
        assert not said
        assert verdict.added == (adds and verdict.document is None)
        if verdict.added:
            self.documents.append(whole)
            self.paragraphs |= fresh

    def _check_paragraph(self, text: Text, match: Match | None, fresh: dict[Text, bool]) -> None:
        """That `match` may be said of `text`, which joins the `fresh` paragraphs of its document if it may be kept."""
        kept = self.paragraphs | fresh
        possible = self._repeats(text, kept, anchors=self.config.containment is not None)
        # The best that is found counts, which is none after the first that is found for certain.
        sure = next((place for place, one in enumerate(possible) if one.certain and kept[one.other]), None)
        if sure is not None:
            del possible[sure + 1 :]
        not_found: list[Repeat] = []
        if match is not None:
            place = [one.match for one in possible].index(match)
            other = possible[place].other
            assert other not in fresh, "repeats within a document are not listed"
            self.paragraphs[other] = True
            not_found = possible[:place]
        elif any(one.other in fresh for one in possible):
            if sure is None:
                fresh[text] = False
        else:
            assert sure is None
            fresh[text] = True
            not_found = possible
        for one in not_found:
            if one.certain:
                (fresh if one.other in fresh else self.paragraphs).pop(one.other)

    def _repeats(self, text: Text, others: Iterable[Text], *, anchors: bool) -> list[Repeat]:
        """What may be found of `text` among `others`, the best first and of equals the earliest."""
        found = [one for one in (self._repeat(text, other) for other in others) if one and (anchors or one.certain)]
        return sorted(found, key=lambda one: (KINDS.index(one.match.kind), -one.match.score))

    def _repeat(self, text: Text, other: Text) -> Repeat | None:
        if not text.matched:
            return None
        shared, smaller = len(text.shingles & other.shingles), min(len(text.shingles), len(other.shingles))
        jaccard, inside = shared / len(text.shingles | other.shingles), shared / max(smaller, 1)
        least = 2.0 if self.config.containment is None else self.config.containment
        if text.matched == other.matched:
            kind, jaccard, inside = "exact", 1.0, 1.0
        elif text.long and other.long and jaccard >= self.config.threshold:
            kind = "near"
        elif text.long and other.long and len(text.shingles) == smaller and inside >= least:
            kind = "contained"
        else:
            return None
        match = Match(
            document_id=other.name[0],
            paragraph=other.name[1],
            kind=kind,
            score=inside if kind == "contained" else jaccard,
            jaccard=jaccard,
            containment=inside,
        )
        return Repeat(other, match, kind == "exact" or (kind == "near" and text.proposes(other)))
