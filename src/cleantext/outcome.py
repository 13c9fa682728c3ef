"""What verdicts mean for one document, and how they are written: its removed spans, its pairs, its new text."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring

import numpy as np
import numpy.typing as npt

from cleantext.across import Verdicts
from cleantext.dedup import Duplicates, Pairs, Removal
from cleantext.dedup.results import KINDS
from cleantext.formats.rows import pair_lines
from cleantext.records import Document, Removed

__all__ = ["Outcome", "renamed", "without"]

I64 = npt.NDArray[np.int64]

# Pairs written at a time.
_WRITTEN = 65_536


class Outcome:
    """Verdicts by document. `ids` are the ids of the documents, `ordinals` those of the paragraphs before removals."""

    def __init__(self, found: Verdicts, ids: Sequence[str] | Callable[[I64], list[str]], ordinals: I64) -> None:
        self.found = found
        self._ids = ids
        self._ordinals = ordinals
        self._document_of = found.document_of

    def ids(self, documents: I64) -> list[str]:
        """The ids of `documents`."""
        if callable(self._ids):
            return self._ids(documents)
        return [self._ids[one] for one in documents.tolist()]

    def document_removed(self, number: int) -> tuple[str, float, str] | None:
        """Why document `number` goes, how alike it is and to which; None where it stays."""
        if not self.found.gone[number] or self.found.documents is None:
            return None
        table = self.found.documents.removals
        why = table[int(np.searchsorted(table.index, number))]
        (kept,) = self.ids(np.array([why.kept]))
        return f"document/{why.kind}", why.score, kept

    def concerned(self, number: int) -> bool:
        """Whether a paragraph of document `number` goes."""
        part = slice(int(self.found.bounds[number]), int(self.found.bounds[number + 1]))
        return bool(self.found.left_out[part].any() or self.found.taken[part].any())

    def removed(self, number: int) -> dict[int, tuple[str, float | None, str | None, int | None]]:
        """The paragraphs of document `number` that go, by place: reason, score, id and ordinal of what they repeat."""
        begin, end = int(self.found.bounds[number]), int(self.found.bounds[number + 1])
        gone: dict[int, tuple[str, float | None, str | None, int | None]] = {}
        tables = [(self.found.within[1], self.found.left_out)]
        if self.found.paragraphs is not None:
            tables.append((self.found.paragraphs.removals, self.found.taken))
        for table, taken in tables:
            first, last = np.searchsorted(table.index, [begin, end]).tolist()
            for why in table[first:last]:
                if taken[why.index]:
                    last = self._followed(why)
                    (kept,) = self.ids(self._document_of[[last.kept]])
                    gone[why.index - begin] = (
                        f"duplicate/{last.kind}",
                        last.score,
                        kept,
                        int(self._ordinals[last.kept]),
                    )
        for place in np.flatnonzero(self.found.site[begin:end]).tolist():
            gone[place] = ("chrome/site", None, None, None)
        return gone

    def _followed(self, why: Removal) -> Removal:
        """`why`, or where what it names is itself gone, what that repeats; one of the two repeats is exact."""
        if self.found.paragraphs is None or not self.found.taken[why.kept]:
            return why
        table = self.found.paragraphs.removals
        further = table[int(np.searchsorted(table.index, why.kept))]
        return why._replace(kept=further.kept) if further.kind == "exact" else further

    def pair_lines(self) -> Iterator[str]:
        """The lines of duplicates.jsonl: pairs within documents, of documents, and of paragraphs between documents."""
        pairs = self.found.within[0]
        yield from self._lines(pairs, self._own_clusters(pairs), paragraphs=True)
        for found, letter in ((self.found.documents, "d"), (self.found.paragraphs, "p")):
            if found is not None:
                clusters = _Numbered(found, letter)
                yield from self._lines(found.pairs, clusters, paragraphs=letter == "p")

    def _own_clusters(self, pairs: Pairs) -> Callable[[slice], list[str]]:
        """The clusters inside documents, counted in each."""
        from cleantext.dedup.cluster import components  # noqa: PLC0415 - only where documents were searched

        cluster = components(pairs.i, pairs.j, self._document_of.size)
        own = cluster[pairs.i]
        document = self._document_of[pairs.i]
        first = np.full(self.found.bounds.size, np.iinfo(np.int64).max)
        np.minimum.at(first, document, own)

        def named(part: slice) -> list[str]:
            numbers = (own[part] - first[document[part]]).tolist()
            return [encode_basestring(f"{name}:{n}") for name, n in zip(self.ids(document[part]), numbers, strict=True)]

        return named

    def _lines(self, pairs: Pairs, clusters: Callable[[slice], list[str]], *, paragraphs: bool) -> Iterator[str]:
        for begin in range(0, len(pairs), _WRITTEN):
            part = slice(begin, begin + _WRITTEN)
            sides = []
            for side in (pairs.i[part], pairs.j[part]):
                owner = self._document_of[side] if paragraphs else side
                names = (encode_basestring(name) for name in self.ids(owner))
                places = self._ordinals[side].tolist() if paragraphs else [None] * side.size
                sides.append(zip(names, places, strict=True))
            scores = zip(
                (KINDS[kind] for kind in pairs.kind[part].tolist()),
                pairs.jaccard[part].tolist(),
                pairs.containment[part].tolist(),
                strict=True,
            )
            yield from pair_lines(sides[0], sides[1], scores, clusters(part))


class _Numbered:
    """The clusters of pairs between documents."""

    def __init__(self, found: Duplicates, letter: str) -> None:
        self._found, self._letter = found, letter

    def __call__(self, part: slice) -> list[str]:
        numbers = self._found.cluster[self._found.pairs.i[part]].tolist()
        return [f'"{self._letter}{number}"' for number in numbers]


def renamed(document: Document, new: str) -> Document:
    """`document` under another id."""
    old = document.document_id
    removed = tuple(
        dataclasses.replace(span, kept_id=new) if span.kept_id == old else span for span in document.removed
    )
    return dataclasses.replace(document, document_id=new, removed=removed)


def without(document: Document, spans: Mapping[int, Removed], masked: frozenset[int]) -> Document:
    """`document` without the paragraphs at the places in `spans`; `masked` ones leave an empty one."""
    stay = [n for n in range(len(document.paragraphs)) if n in masked or n not in spans]
    paragraphs = tuple("" if n in spans else document.paragraphs[n] for n in stay)
    flags = document.flags if any(paragraphs) else tuple(dict.fromkeys((*document.flags, "shell")))
    return dataclasses.replace(
        document,
        paragraphs=paragraphs,
        kinds=tuple(document.kinds[n] for n in stay),
        levels=tuple(document.levels[n] for n in stay),
        spans=tuple((document.spans[n][0],) * 2 if n in spans else document.spans[n] for n in stay),
        ordinals=tuple(document.ordinals[n] for n in stay),
        edits=tuple(() if n in spans else document.edits[n] for n in stay),
        removed=tuple(sorted([*document.removed, *spans.values()], key=lambda span: (span.start, span.end))),
        flags=flags,
    )
