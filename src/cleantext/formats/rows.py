"""The rows of the output files, as plain values."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from cleantext.records import Document, Removed

__all__ = ["change_rows", "document_row", "pair_lines", "pair_row", "removed_row", "repeat_rows"]

# Metadata that has a column of its own.
_COLUMNS = frozenset({"title", "date", "author", "source"})


class _Scored(Protocol):
    """A verified pair, of documents or of paragraphs."""

    @property
    def kind(self) -> str: ...
    @property
    def jaccard(self) -> float: ...
    @property
    def containment(self) -> float: ...


def document_row(document: Document) -> dict[str, Any]:
    """A row of documents.jsonl; `columns` is there where the input row had any."""
    others = {name: field.value for name, field in document.metadata.items() if name not in _COLUMNS}
    provenance = {name: field.origin for name, field in document.metadata.items()}
    return {
        "id": document.document_id,
        "origin": document.origin,
        "url": document.url,
        "title": document.title,
        "date": document.date,
        "author": document.author,
        "source": document.source,
        "encoding": document.encoding,
        "script": document.script,
        "text": "\n\n".join(filter(None, document.paragraphs)),
        "paragraphs": list(document.paragraphs),
        "spans": [list(span) for span in document.spans],
        "ordinals": list(document.ordinals),
        "kinds": list(document.kinds),
        "levels": list(document.levels),
        "metadata": others
        | {
            "encoding_source": document.encoding_source,
            "conversion": document.conversion,
            "flags": list(document.flags),
            "from": provenance,
        },
        **({"columns": dict(document.columns)} if document.columns else {}),
    }


def removed_row(document_id: str, span: Removed) -> dict[str, Any]:
    """A row of removed.jsonl."""
    return {"id": document_id, **dataclasses.asdict(span)}


def change_rows(document: Document) -> Iterator[dict[str, Any]]:
    """The rows of changes.jsonl: every edit of a kept paragraph."""
    for ordinal, steps in zip(document.ordinals, document.edits, strict=True):
        yield from ({"id": document.document_id, "paragraph": ordinal, **dataclasses.asdict(step)} for step in steps)


def repeat_rows(document: Document) -> list[dict[str, Any]]:
    """The rows of duplicates.jsonl for pairs inside one document."""
    own = document.document_id
    return [pair_row(own, pair.left, own, pair.right, pair, f"{own}:{pair.cluster}") for pair in document.repeats]


def pair_row(
    left_id: str, left: int | None, right_id: str, right: int | None, pair: _Scored, cluster: str
) -> dict[str, Any]:
    """A row of duplicates.jsonl; the paragraph of a whole document is None."""
    return {
        "left_id": left_id,
        "left_paragraph": left,
        "right_id": right_id,
        "right_paragraph": right,
        "kind": pair.kind,
        "jaccard": round(pair.jaccard, 6),
        "containment": round(pair.containment, 6),
        "cluster": cluster,
    }


def pair_lines(
    left: Iterable[tuple[str, int | None]],
    right: Iterable[tuple[str, int | None]],
    scores: Iterable[tuple[str, float, float]],
    clusters: Iterable[str],
) -> Iterator[str]:
    """The lines of duplicates.jsonl for many pairs, as `pair_row` would have them: id and paragraph of both, then
    (kind, Jaccard, containment), and the cluster. Ids come as JSON."""
    for (a, m), (b, n), (kind, jaccard, containment), cluster in zip(left, right, scores, clusters, strict=True):
        yield (
            f'{{"left_id": {a}, "left_paragraph": {"null" if m is None else m}, '
            f'"right_id": {b}, "right_paragraph": {"null" if n is None else n}, '
            f'"kind": "{kind}", "jaccard": {round(jaccard, 6)}, "containment": {round(containment, 6)}, '
            f'"cluster": {cluster}}}\n'
        )
