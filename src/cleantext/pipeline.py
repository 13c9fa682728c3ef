"""A run: the stages in order, over all inputs, on an engine, into an output folder.

read → clean each document (`cleaner`) → compare them (`across`) → write → report. Until all have been compared,
documents wait in memory, and beyond a part of the memory budget on disk.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import xxhash

from cleantext.across import Collection, Verdicts, compare, guarded, preference
from cleantext.cleaner import Cleaner
from cleantext.config import Config
from cleantext.dedup.site import SiteProfile
from cleantext.engines.base import Engine
from cleantext.engines.local import LocalEngine
from cleantext.errors import ConfigError, DocumentError, GuardError
from cleantext.formats.base import Failure, Record
from cleantext.formats.inputs import Input, find_inputs, read_input
from cleantext.formats.output import Nowhere, OutputFolder, StandardOutput, dump_json, failure_rows, open_output
from cleantext.formats.rows import change_rows, document_row, removed_row, repeat_rows
from cleantext.outcome import Outcome, renamed, without
from cleantext.records import Document, Removed
from cleantext.rehearsal import rehearsed
from cleantext.report import RunReport, Stage
from cleantext.spool import Spool
from cleantext.text import lost_in_repair, unrecoverable

__all__ = ["Progress", "load_profile", "run", "write_profile"]

Progress = Callable[[str, int, int | None], None]
# Bytes or characters of one batch: with many workers the batches under way bound the memory.
_BATCH_SIZE = 4_000_000


def run(  # noqa: PLR0913 - the options of a run
    inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    config: Config | None = None,
    engine: str | Engine = "local",
    progress: Progress | None = None,
    *,
    reference: Sequence[str | os.PathLike[str]] = (),
    dry_run: bool = False,
) -> RunReport:
    """Clean `inputs` (files, folders, globs, `-`) into the folder `output` (or `-`: JSON Lines on standard output).

    `reference` inputs are compared with, never removed and never written. A `dry_run` writes nothing, not even the
    folder, and its report has a `rehearsal`: what would go at other thresholds, and examples. `progress(stage, done,
    total)` is called as the work goes on. Raises ConfigError before any work, GuardError and EngineError before
    anything is written.
    """
    config, started = config or Config(), time.perf_counter()
    report, target = progress or (lambda *_: None), os.fspath(output)
    named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    folder = Nowhere() if dry_run else open_output(target, overwrite=config.run.overwrite)
    worker = _engine(engine, config)
    items = find_inputs(named, target)
    references = find_inputs(reference, target) if reference else []
    profile, result = load_profile(config), RunReport(config=config)
    with folder, Collection(config) as collection, Spool[Entry](collection.budget // 4) as spool:
        failures = _read(items, references, config, worker, report, _Intake(collection, spool, result))
        found = compare(
            collection,
            config,
            within=False,
            profile=profile,
            report=lambda stage: report(stage, 0, None),
            curve=dry_run,
        )
        guards = guarded(collection, found, config)
        if guards and not dry_run:
            raise GuardError(guards)
        result.stages += found.stages
        result.settings = found.settings
        result.stages.insert(0, _read_stage(spool, failures))
        result.check()
        if dry_run:
            ids = _distinct_ids(spool)
            outcome = Outcome(found, ids, collection.ordinals)
            result.rehearsal = rehearsed(found, partial(_paragraphs, spool), outcome.ids, guards)
            result.seconds = time.perf_counter() - started
            return result
        report("write", 0, None)
        _write(folder, spool, collection, found, failures, result)
        result.seconds = time.perf_counter() - started
        if isinstance(folder, OutputFolder):
            write_profile(folder, found.profile)
            with folder.open("report.json") as stream:
                stream.write(dump_json(result.to_dict(), indent=2) + "\n")
    return result


@dataclass(slots=True, kw_only=True)
class Entry:
    """A document on its way through the run, and the group the guards count it in."""

    document: Document
    source: str
    reference: bool = False


@dataclass(slots=True)
class _Intake:
    """Where cleaned documents go: their paragraphs to the collection, themselves to the spool, counts to the report."""

    collection: Collection
    spool: Spool[Entry]
    result: RunReport
    _waiting: list[Entry] = field(default_factory=list)
    _characters: int = 0

    def __post_init__(self) -> None:
        self.result.stages = [Stage(name="extract", unit="characters"), Stage(name="repeats", unit="paragraphs")]

    def add(self, entry: Entry) -> None:
        """Take in one document."""
        document = entry.document
        self._count(document)
        self.spool.append(entry, 4 * len(document.source_text) + 4096)
        self._waiting.append(entry)
        self._characters += len(document.source_text)
        if self._characters > _BATCH_SIZE:
            self.flush()

    def flush(self) -> None:
        """Hand what waits to the collection."""
        for reference, group in itertools.groupby(self._waiting, key=lambda entry: entry.reference):
            self._hand_over([(entry.document, entry.source) for entry in group], reference=reference)
        self._waiting.clear()
        self._characters = 0

    def _hand_over(self, documents: list[tuple[Document, str]], *, reference: bool) -> None:
        collection, config = self.collection, self.collection.config.dedup
        prefer = [
            preference(
                config,
                length=sum(map(len, document.paragraphs)),
                date=document.date,
                sources=(source, document.source or ""),
            )
            for document, source in documents
        ]
        ties = [
            (xxhash.xxh3_64_intdigest(document.text.encode("utf-8", "replace")), int(document.document_id, 16))
            for document, _ in documents
        ]
        collection.add(
            [text for document, _ in documents for text in document.paragraphs],
            count=np.array([len(document.paragraphs) for document, _ in documents], dtype=np.int64),
            reference=reference,
            source=np.array([collection.code(source) for _, source in documents], dtype=np.int64),
            host=np.array([collection.code(_host(document)) for document, _ in documents], dtype=np.int64),
            preference=np.array(prefer, dtype=np.int64),
            ties=np.array(ties, dtype=np.uint64).reshape(-1, 2),
            ordinals=np.array([n for document, _ in documents for n in document.ordinals], dtype=np.int64),
            holding=np.array([held for document, _ in documents for held in _holding(document)], dtype=np.bool_),
        )

    def _count(self, document: Document) -> None:
        """Characters that are not white space, and paragraphs, by what became of them within the document."""
        extract, repeats = self.result.stages
        extract.came_in += _visible(document.source_text)
        extract.went_out += sum(_visible(document.source_text[start:end]) for start, end in document.spans)
        for span in document.removed:
            if span.reason.startswith("duplicate/"):
                extract.went_out += _visible(span.text)
                repeats.dropped[span.reason] += 1
                repeats.came_in += 1
            else:
                extract.dropped[span.reason] += _visible(span.text)
        stay = sum(map(bool, document.paragraphs))  # a masked one is among those that were dropped
        repeats.came_in += stay
        repeats.went_out += stay
        result = self.result
        result.source_chars += len(document.source_text)
        result.encodings[document.encoding] += 1
        result.scripts[document.script or "none"] += 1
        result.metadata.update(document.metadata.keys())
        result.damage += unrecoverable(document.text)
        result.damage += lost_in_repair(step for steps in document.edits for step in steps)


def _read(
    items: Sequence[Input],
    references: Sequence[Input],
    config: Config,
    engine: Engine,
    report: Progress,
    intake: _Intake,
) -> list[Failure]:
    """Clean all inputs into `intake`; returns what could not be read or cleaned."""
    limit = config.limits.max_bytes
    everything = itertools.chain(
        ((record, False) for item in items for record in read_input(item, limit)),
        ((record, True) for item in references for record in read_input(item, limit)),
    )
    failures: list[Failure] = []
    for done, cleaned in enumerate(_cleaned(everything, config, engine), 1):
        if isinstance(cleaned, Failure):
            failures.append(cleaned)
        else:
            intake.add(cleaned)
        report("clean", done, len(items) if done <= len(items) else None)
    intake.flush()
    return failures


def _read_stage(spool: Spool[Entry], failures: Sequence[Failure]) -> Stage:
    stage = Stage(name="read", unit="inputs", came_in=len(spool) + len(failures), went_out=len(spool))
    stage.dropped.update({"failed": len(failures)} if failures else {})
    return stage


def load_profile(config: Config) -> SiteProfile:
    """The site lines learned earlier, if a file of them is named."""
    if config.dedup.site_profile:
        return SiteProfile.load(config.dedup.site_profile)
    return SiteProfile(match=config.dedup.match)


def write_profile(folder: OutputFolder, profile: SiteProfile) -> None:
    """Write site.json, if any line was learned."""
    if profile.hosts:
        with folder.open("site.json") as stream:
            stream.write(dump_json(profile.to_dict(), indent=1) + "\n")


def _engine(engine: str | Engine, config: Config) -> Engine:
    if not isinstance(engine, str):
        return engine
    if engine != "local":
        raise ConfigError(f"engine: {engine!r} is not one of local")
    return LocalEngine(config.run.jobs)


def _cleaned(
    records: Iterable[tuple[Record | Failure, bool]], config: Config, engine: Engine
) -> Iterator[Entry | Failure]:
    """Entries and failures in the order of the records."""
    for batch in engine.map(partial(_clean_batch, Cleaner(config)), _batches(records, config.run.batch_size)):
        yield from batch


def _batches(
    records: Iterable[tuple[Record | Failure, bool]], count: int
) -> Iterator[list[tuple[Record | Failure, bool]]]:
    """Up to `count` records at a time, fewer where they are large."""
    batch: list[tuple[Record | Failure, bool]] = []
    size = 0
    for record, reference in records:
        batch.append((record, reference))
        size += len(record.content) if isinstance(record, Record) else 0
        if len(batch) >= count or size >= _BATCH_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _clean_batch(cleaner: Cleaner, batch: Sequence[tuple[Record | Failure, bool]]) -> list[Entry | Failure]:
    return [_clean_one(cleaner, record, reference) for record, reference in batch]


def _clean_one(cleaner: Cleaner, record: Record | Failure, reference: bool) -> Entry | Failure:
    if isinstance(record, Failure):
        return record
    try:
        document = cleaner.clean_record(record)
    except DocumentError as error:
        return Failure(origin=record.origin, error=str(error))
    return Entry(document=document, source=_source(document, record), reference=reference)


def _source(document: Document, record: Record) -> str:
    """The host the record or its page names, else the input's folder; an address in the text may be anyone's."""
    url = record.url or document.value("canonical") or ""
    try:
        return urlsplit(url).hostname or record.source
    except ValueError:
        return record.source


def _holding(document: Document) -> Iterator[bool]:
    """For every paragraph, whether one like it, but not equal, is gone in its favor."""
    held = {
        span.kept_paragraph for span in document.removed if span.reason in ("duplicate/near", "duplicate/contained")
    }
    return (ordinal in held for ordinal in document.ordinals)


def _visible(text: str) -> int:
    """Characters of `text` that are not white space."""
    return sum(map(len, text.split()))


def _host(document: Document) -> str | None:
    """The host of a document's address, if it has one."""
    url = document.url if document.value("url") != document.url else document.value("canonical")
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None


def _distinct_ids(spool: Spool[Entry]) -> list[str]:
    """The ids of all documents: the second record of one id gets another, by its place among its namesakes."""
    seen: Counter[str] = Counter()
    ids = []
    for entry in spool:
        own = entry.document.document_id
        seen[own] += 1
        ids.append(own if seen[own] == 1 else xxhash.xxh3_64_hexdigest(f"{own}\0{seen[own]}".encode()))
    return ids


def _write(
    folder: OutputFolder | StandardOutput,
    spool: Spool[Entry],
    collection: Collection,
    found: Verdicts,
    failures: Sequence[Failure],
    result: RunReport,
) -> None:
    ids = _distinct_ids(spool)
    outcome = Outcome(found, ids, collection.ordinals)
    config = collection.config
    with contextlib.ExitStack() as stack:
        removed = stack.enter_context(folder.lines("removed.jsonl"))
        repeats = stack.enter_context(folder.lines("duplicates.jsonl"))
        changes = stack.enter_context(folder.lines("changes.jsonl")) if config.output.changes else None

        def kept() -> Iterator[dict[str, Any]]:
            for number, entry in enumerate(spool):
                if entry.reference:
                    continue
                document = renamed(entry.document, ids[number])
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

        folder.write_documents(kept(), config.output.format)
        repeats(outcome.pair_lines())
    folder.write_rows("failed.jsonl", failure_rows(failures))


def _paragraphs(spool: Spool[Entry], numbers: Sequence[int]) -> dict[int, Sequence[str]]:
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
