"""The end of a run: every document that stays is written without what goes, everything that goes with its reason."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from cleantext.config import Config
from cleantext.formats.output import OutputFolder, StandardOutput, dump_json, failure_rows
from cleantext.formats.rows import change_rows, document_row, removed_row, repeat_rows
from cleantext.intake import Intake
from cleantext.outcome import Outcome, renamed, without
from cleantext.records import Document, Removed
from cleantext.spool import Spool

__all__ = ["DistinctIds", "paragraphs", "write"]


class DistinctIds:
    """The ids of all documents: the second document of one id gets another, by its place among its namesakes."""

    def __init__(self, own: npt.NDArray[np.uint64]) -> None:
        self._own = own
        order = np.argsort(own, kind="stable")
        first = np.concatenate([[True], np.diff(own[order]) != 0]) if own.size else np.empty(0, dtype=np.bool_)
        starts = np.flatnonzero(first)
        number = np.arange(own.size) - np.repeat(starts, np.diff(np.append(starts, own.size)))
        again = number > 0
        self._namesakes = dict(zip(order[again].tolist(), (number[again] + 1).tolist(), strict=True))

    def __call__(self, documents: npt.NDArray[np.int64]) -> list[str]:
        """The ids of `documents`, by their numbers."""
        numbers = documents.tolist()
        named = zip(numbers, self._own[documents].tolist(), strict=True)
        if not self._namesakes:
            return [f"{own:016x}" for _, own in named]
        return [self._named(number, f"{own:016x}") for number, own in named]

    def _named(self, number: int, own: str) -> str:
        place = self._namesakes.get(number)
        return own if place is None else xxhash.xxh3_64_hexdigest(f"{own}\0{place}".encode())


def write(folder: OutputFolder | StandardOutput, spool: Spool, intake: Intake, outcome: Outcome, written: int) -> None:
    """Write all files of a run but report.json, with `written` documents; the report of `intake` learns which of them
    are flagged."""
    config, result = intake.collection.config, intake.result
    with contextlib.ExitStack() as stack:
        removed = stack.enter_context(folder.lines("removed.jsonl"))
        repeats = stack.enter_context(folder.lines("duplicates.jsonl"))
        changes = stack.enter_context(folder.lines("changes.jsonl")) if config.output.changes else None

        def kept() -> Iterator[dict[str, Any]]:
            for number, entry in enumerate(spool):
                if entry.reference:
                    continue
                document = renamed(entry.document, *outcome.ids(np.array([number])))
                repeats(map(_line, repeat_rows(document)))
                whole = outcome.document_removed(number)
                if whole is not None:
                    removed([_line(_whole_row(document, whole))])
                    if config.dedup.documents == "mask":
                        yield document_row(_emptied(document))
                    continue
                if outcome.concerned(number):
                    document = _judged(document, outcome.removed(number), config)
                removed(_line(removed_row(document.document_id, span)) for span in document.removed)
                if changes is not None:
                    changes(map(_line, change_rows(document)))
                result.flagged.update(document.flags)
                yield document_row(document)

        folder.write_documents(kept(), config.output, written, intake.columns)
        repeats(outcome.pair_lines())
    folder.write_rows("failed.jsonl", failure_rows(spool.failed()))


def paragraphs(spool: Spool, numbers: Sequence[int]) -> dict[int, Sequence[str]]:
    """The paragraphs of the documents `numbers`."""
    wanted = set(numbers)
    return {number: entry.document.paragraphs for number, entry in enumerate(spool) if number in wanted}


def _line(row: Mapping[str, Any]) -> str:
    return dump_json(row) + "\n"


def _whole_row(document: Document, why: tuple[str, float, str]) -> dict[str, Any]:
    """The row of a removed document: all of its text."""
    reason, score, kept = why
    text = document.source_text
    span = Removed(start=0, end=len(text), text=text, reason=reason, score=score, kept_id=kept)
    return removed_row(document.document_id, span)


def _emptied(document: Document) -> Document:
    """`document` with nothing in it but what is known of it."""
    return dataclasses.replace(document, paragraphs=(), kinds=(), levels=(), spans=(), ordinals=(), edits=())


def _judged(
    document: Document, gone: Mapping[int, tuple[str, float | None, str | None, int | None]], config: Config
) -> Document:
    """`document` without the paragraphs that go."""
    spans = {}
    for place, (reason, score, kept, ordinal) in gone.items():
        start, end = document.spans[place]
        text = document.source_text[start:end]
        spans[place] = Removed(
            start=start, end=end, text=text, reason=reason, score=score, kept_id=kept, kept_paragraph=ordinal
        )
    further = {document.ordinals[place]: span for place, span in spans.items() if span.reason != "chrome/site"}
    document = dataclasses.replace(document, removed=tuple(_followed(span, further) for span in document.removed))
    how = {True: config.dedup.site, False: config.dedup.across}
    masked = {place for place, span in spans.items() if how[span.reason == "chrome/site"] == "mask"}
    return without(document, spans, frozenset(masked))


def _followed(span: Removed, further: Mapping[int, Removed]) -> Removed:
    """`span`, or where the paragraph it names is itself gone, what that repeats; one of the two repeats is exact."""
    last = further.get(span.kept_paragraph) if span.kept_paragraph is not None else None
    if last is None:
        return span
    reason, score = (span.reason, span.score) if last.reason == "duplicate/exact" else (last.reason, last.score)
    return dataclasses.replace(
        span, reason=reason, score=score, kept_id=last.kept_id, kept_paragraph=last.kept_paragraph
    )
