"""A run: the stages in order, over all inputs, on an engine, into an output folder.

read → clean each document (`cleaner`) → duplicate documents → repeated paragraphs → write → report. Documents are held
in memory until they have been compared.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from cleantext.across import Across, Entry, compare, distinct, guard
from cleantext.cleaner import Cleaner
from cleantext.config import Config
from cleantext.engines.base import Engine
from cleantext.engines.local import LocalEngine
from cleantext.errors import ConfigError, DocumentError
from cleantext.formats.base import Failure, Record
from cleantext.formats.inputs import Input, find_inputs, read_input
from cleantext.formats.output import OutputFolder, StandardOutput, dump_json, failure_rows
from cleantext.formats.rows import change_rows, document_row, removed_row
from cleantext.records import Document, Removed
from cleantext.report import RunReport, Stage

__all__ = ["dedup_config", "run"]

Progress = Callable[[str, int, int | None], None]
# Bytes or characters of one batch: with many workers the batches under way bound the memory.
_BATCH_SIZE = 4_000_000


def run(
    inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    config: Config | None = None,
    engine: str | Engine = "local",
    progress: Progress | None = None,
    *,
    reference: Sequence[str | os.PathLike[str]] = (),
) -> RunReport:
    """Clean `inputs` (files, folders, globs, `-`) into the folder `output` (or `-`: JSON Lines on standard output).

    `reference` inputs are compared with, never removed and never written. `progress(stage, done, total)` is called as
    the work goes on. Raises ConfigError before any work, GuardError and EngineError before anything is written.
    """
    config, started = config or Config(), time.perf_counter()
    report, target = progress or (lambda *_: None), os.fspath(output)
    named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    folder = StandardOutput() if target == "-" else OutputFolder(target, overwrite=config.run.overwrite)
    worker = _engine(engine, config)
    items = find_inputs(named, target)
    references = find_inputs(reference, target) if reference else []
    result = RunReport(config=config)
    with folder:
        entries, failures = _read(items, references, config, worker, report)
        read = Stage(name="read", unit="inputs", came_in=len(entries) + len(failures), went_out=len(entries))
        read.dropped.update({"failed": len(failures)} if failures else {})
        within = _document_stages(entries)
        report("compare", 0, None)
        across = compare(entries, config)
        guard(entries, across, config)
        result.stages = [read, *within, across.documents, across.paragraphs]
        _observe(result, entries, across)
        result.check()
        report("write", 0, None)
        _write(folder, entries, across, failures, config)
        result.seconds = time.perf_counter() - started
        if isinstance(folder, OutputFolder):
            with folder.open("report.json") as stream:
                stream.write(dump_json(result.to_dict(), indent=2) + "\n")
    return result


def _read(
    items: Sequence[Input], references: Sequence[Input], config: Config, engine: Engine, report: Progress
) -> tuple[list[Entry], list[Failure]]:
    """The cleaned documents of all inputs, and what could not be read or cleaned."""
    limit = config.limits.max_bytes
    everything = itertools.chain(
        ((record, False) for item in items for record in read_input(item, limit)),
        ((record, True) for item in references for record in read_input(item, limit)),
    )
    entries: list[Entry] = []
    failures: list[Failure] = []
    for done, cleaned in enumerate(_cleaned(everything, config, engine), 1):
        if isinstance(cleaned, Failure):
            failures.append(cleaned)
        else:
            entries.append(cleaned)
        report("clean", done, len(items) if done <= len(items) else None)
    return distinct(entries), failures


def dedup_config(config: Config) -> Config:
    """`config` for text that is already clean: only the duplicate stages change anything."""
    return Config.from_dict(
        {
            "extract": {"kind": "text"},
            "repair": {"entities": False, "mojibake": False, "controls": False, "glosses": False},
            "normalize": {"script": "keep", "punctuation": "keep"},
        },
        config,
    )


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


def _document_stages(entries: Sequence[Entry]) -> list[Stage]:
    """Counts of the stages within documents: characters that are not white space, and paragraphs."""
    extract = Stage(name="extract", unit="characters")
    repeats = Stage(name="repeats", unit="paragraphs")
    for entry in entries:
        document = entry.document
        extract.came_in += _visible(document.source_text)
        extract.went_out += sum(_visible(document.source_text[start:end]) for start, end in document.spans)
        for span in document.removed:
            if span.reason.startswith("duplicate/"):
                extract.went_out += _visible(span.text)
                repeats.dropped[span.reason] += 1
                repeats.came_in += 1
            else:
                extract.dropped[span.reason] += _visible(span.text)
        repeats.came_in += len(document.paragraphs)
        repeats.went_out += len(document.paragraphs)
    return [extract, repeats]


def _visible(text: str) -> int:
    """Characters of `text` that are not white space."""
    return sum(map(len, text.split()))


def _observe(result: RunReport, entries: Sequence[Entry], across: Across) -> None:
    """Counts that need no balance."""
    documents = [entry.document for entry in entries]
    result.source_chars = sum(len(document.source_text) for document in documents)
    result.encodings = Counter(document.encoding for document in documents)
    result.scripts = Counter(document.script or "none" for document in documents)
    result.metadata = Counter(name for document in documents for name in document.metadata)
    result.flagged = Counter(flag for entry in across.kept for flag in entry.document.flags)
    result.settings = across.settings


def _write(
    folder: OutputFolder | StandardOutput,
    entries: Sequence[Entry],
    across: Across,
    failures: Sequence[Failure],
    config: Config,
) -> None:
    kept = [entry.document for entry in across.kept if not entry.reference]
    folder.write_documents((document_row(document) for document in kept), config.output.format)
    staying = {document.document_id for document in kept}
    whole = dict(across.removed)
    folder.write_rows("removed.jsonl", _removed_rows(entries, staying, whole))
    folder.write_rows("duplicates.jsonl", across.rows)
    folder.write_rows("failed.jsonl", failure_rows(failures))
    if config.output.changes:
        folder.write_rows("changes.jsonl", (row for document in kept for row in change_rows(document)))


def _removed_rows(
    entries: Sequence[Entry], staying: Container[str], whole: Mapping[str, Removed]
) -> Iterator[dict[str, Any]]:
    """The removed spans in reading order: all of a kept document's, one for a removed document."""
    for entry in entries:
        document_id = entry.document.document_id
        if document_id in whole:
            yield removed_row(document_id, whole[document_id])
        elif document_id in staying:
            yield from (removed_row(document_id, span) for span in entry.document.removed)
