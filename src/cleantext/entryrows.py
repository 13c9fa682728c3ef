"""Documents as lines of JSON and back, without loss: how they wait while a run goes on.

JSON because what lies on a disk may have been touched by anyone, and reading it must not be able to do more than fail.
It also costs half of what pickle does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cleantext.errors import ParseError
from cleantext.formats.base import Failure, Skipped
from cleantext.formats.carried import packed, unpacked
from cleantext.records import Document, Edit, Field, Removed, Repeat

__all__ = ["Entry", "decode_entry", "encode_entry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document on its way through the run, and the group the guards count it in."""

    document: Document
    source: str
    reference: bool = False


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
# Fields whose values are JSON as they are, and those that are tuples of such values.
_PLAIN = ("document_id", "origin", "url", "encoding", "encoding_source", "script", "conversion", "source_text")
_LISTS = ("paragraphs", "kinds", "levels", "ordinals", "flags")
_DAMAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


def encode_entry(entry: Entry | Failure | Skipped) -> bytes:
    """The line for what became of a record, with its line end; lone surrogates stay what they are."""
    if isinstance(entry, Failure):
        row: list[Any] = ["failure", entry.origin, entry.error, entry.offset]
    elif isinstance(entry, Skipped):
        row = ["skipped", entry.origin, entry.reason]
    else:
        row = ["document", entry.reference, entry.source, *_columns(entry.document)]
    return _encode(row).encode("utf-8", "surrogatepass") + b"\n"


def decode_entry(line: bytes) -> Entry | Failure | Skipped:
    """What `encode_entry` was given. Raises ParseError for anything else."""
    try:
        kind, *row = json.loads(line.decode("utf-8", "surrogatepass"))
        if kind == "failure":
            origin, error, offset = row
            return Failure(origin=origin, error=error, offset=offset)
        if kind == "skipped":
            origin, reason = row
            return Skipped(origin=origin, reason=reason)
        if kind != "document":
            raise ValueError(f"unknown kind {kind!r}")
        reference, source, *columns = row
        return Entry(document=_document(columns), source=source, reference=reference)
    except _DAMAGE as error:
        raise ParseError(f"is no document of a run: {error}") from None


def _columns(document: Document) -> list[Any]:
    text = document.source_text
    return [
        *(getattr(document, name) for name in _PLAIN),
        *(getattr(document, name) for name in _LISTS),
        document.spans,
        [[_edit(step) for step in steps] for steps in document.edits],
        [_removed(span, text) for span in document.removed],
        {name: [field.value, field.origin] for name, field in document.metadata.items()},
        [[r.left, r.right, r.kind, r.jaccard, r.containment, r.cluster] for r in document.repeats],
        packed(document.columns),
    ]


def _edit(step: Edit) -> list[Any]:
    return [step.stage, step.rule, step.start, step.end, step.before, step.after]


def _removed(span: Removed, source: str) -> list[Any]:
    """A span without its text, where that is what the source has there."""
    text = None if span.text == source[span.start : span.end] else span.text
    return [span.start, span.end, text, span.reason, span.score, span.kept_id, span.kept_paragraph]


def _document(columns: Sequence[Any]) -> Document:
    cut = len(_PLAIN) + len(_LISTS)
    values: dict[str, Any] = dict(zip(_PLAIN, columns, strict=False))
    values |= zip(_LISTS, map(tuple, columns[len(_PLAIN) : cut]), strict=True)
    spans, edits, removed, metadata, repeats, others = columns[cut:]
    text = values["source_text"]
    return Document(
        **values,
        spans=tuple((start, end) for start, end in spans),
        edits=tuple(tuple(_edit_of(*step) for step in steps) for steps in edits),
        removed=tuple(_removed_of(text, *span) for span in removed),
        metadata={name: Field(value=value, origin=origin) for name, (value, origin) in metadata.items()},
        repeats=tuple(_repeat_of(*repeat) for repeat in repeats),
        columns=unpacked(others),
    )


def _edit_of(stage: str, rule: str, start: int, end: int, before: str, after: str) -> Edit:
    return Edit(stage=stage, rule=rule, start=start, end=end, before=before, after=after)


def _removed_of(source: str, start: int, end: int, text: str | None, reason: str, *why: Any) -> Removed:
    score, kept_id, kept_paragraph = why
    return Removed(
        start=start,
        end=end,
        text=source[start:end] if text is None else text,
        reason=reason,
        score=score,
        kept_id=kept_id,
        kept_paragraph=kept_paragraph,
    )


def _repeat_of(left: int, right: int, kind: str, *scores: Any) -> Repeat:
    jaccard, containment, cluster = scores
    return Repeat(left=left, right=right, kind=kind, jaccard=jaccard, containment=containment, cluster=cluster)
