"""What an index says of a document: which earlier one it repeats, and which of its paragraphs repeat what."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Match", "Repeated", "Verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An earlier document, or a paragraph of one, that verified as the same.

    `kind` is `exact` (equal match text), `near` (Jaccard at or above the threshold) or `contained` (stands inside the
    earlier one). `score` is 1.0 for `exact`, the Jaccard similarity for `near`, and the share that stands in the
    earlier one for `contained`; all are exact, of the sets of shingles. `paragraph` is an ordinal before any removal,
    None where whole documents were compared.
    """

    document_id: str
    paragraph: int | None = None
    kind: str
    score: float
    jaccard: float
    containment: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The paragraph with the ordinal `paragraph` repeats an earlier one."""

    paragraph: int
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an index says of the document `document_id`.

    `document` is the earlier document it repeats as a whole, None where there is none. `known` says that this is that
    very document: same id, same match text. `paragraphs` are those of its paragraphs that repeat one of another, by
    ordinal; of a `known` document none are listed. `added` says whether the index remembers it from now on, `replaced`
    the ids of documents that it took the place of.
    """

    document_id: str
    document: Match | None = None
    known: bool = False
    paragraphs: tuple[Repeated, ...] = ()
    added: bool = False
    replaced: tuple[str, ...] = ()

    @property
    def is_duplicate(self) -> bool:
        """Whether the document as a whole repeats an earlier one."""
        return self.document is not None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as for JSON."""
        return asdict(self)
