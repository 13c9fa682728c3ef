"""An index by definition: sets of strings, all pairs, and datasketch for which pairs bands propose.

Of the package only match text is taken. What a document repeats is written here once more, from docs/index.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from datasketch import MinHash

import cleantext
from cleantext.config import DedupConfig
from cleantext.dedup import Verdict
from cleantext.folding import match_text
from dedup.oracle import SIZES, units, weight

__all__ = ["Remembering"]

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


@dataclass
class Remembering:
    """Documents kept, and paragraphs kept, in order."""

    config: DedupConfig
    documents: list[Text] = field(default_factory=list)
    paragraphs: list[Text] = field(default_factory=list)

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
        assert self._said(verdict.document) == self._repeats(whole, self.documents)
        said = {one.paragraph: one.match for one in verdict.paragraphs}
        assert len(said) == len(verdict.paragraphs)
        fresh: list[Text] = []
        for place, paragraph in enumerate(paragraphs):
            text = text_of((name, place), (paragraph,), "paragraph", self.config)
            match = said.pop(place, None)
            expected = self._repeats(text, [*self.paragraphs, *fresh])
            if match is not None and match.kind == "contained":
                assert expected is None
                self._check_contained(text, match)
            elif expected is not None and expected[0] in {one.name for one in fresh}:
                assert match is None
            elif expected is None and match is None:
                if text.matched and not self._own_container(text, fresh):
                    fresh.append(text)
            else:
                assert self._said(match) == expected
        assert not said
        assert verdict.added == (adds and verdict.document is None)
        if verdict.added:
            self.documents.append(whole)
            self.paragraphs += fresh

    def _own_container(self, text: Text, fresh: list[Text]) -> bool:
        """Whether it stands inside a paragraph of its own document; nothing is said of that."""
        return self.config.containment is not None and any(
            len(text.shingles & one.shingles) >= self.config.containment * len(text.shingles) and text.long
            for one in fresh
        )

    def _said(self, match: object) -> object:
        if match is None:
            return None
        assert isinstance(match, cleantext.Match)
        return (match.document_id, match.paragraph), match.kind, match.score

    def _repeats(self, text: Text, others: list[Text]) -> tuple[tuple[str, int | None], str, float] | None:
        if not text.matched:
            return None
        for one in others:
            if one.matched == text.matched:
                return one.name, "exact", 1.0
        best: tuple[tuple[str, int | None], str, float] | None = None
        for one in others:
            score = len(text.shingles & one.shingles) / len(text.shingles | one.shingles)
            if text.proposes(one) and score >= self.config.threshold and (best is None or score > best[2]):
                best = one.name, "near", score
        return best

    def _check_contained(self, text: Text, match: cleantext.Match) -> None:
        assert self.config.containment is not None
        (outer,) = [one for one in self.paragraphs if one.name == (match.document_id, match.paragraph)]
        shared = len(text.shingles & outer.shingles)
        assert text.long
        assert len(outer.shingles) >= len(text.shingles)
        assert match.score == match.containment == shared / len(text.shingles) >= self.config.containment
        assert match.jaccard == shared / len(text.shingles | outer.shingles)
