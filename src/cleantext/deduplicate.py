"""Rows in, unique rows out: the duplicate stages alone, on text that is already clean.

A row is a document, its text a column of it. Rows are read twice: once for their text, which goes to the comparison,
and once more to write those that stay just as they were.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from cleantext.across import Collection, Verdicts, compare, guarded, preference, written_count
from cleantext.config import Config, OutputConfig
from cleantext.dedup.threads import ahead
from cleantext.errors import GuardError
from cleantext.formats.base import Failure
from cleantext.formats.inputs import Input, find_inputs
from cleantext.formats.output import (
    Nowhere,
    OutputFolder,
    StandardOutput,
    dump_json,
    failure_rows,
    open_output,
)
from cleantext.formats.rewrite import DROP, KEEP, MASK, Fates, Sink, common_schema, open_sink, rewrite_rows
from cleantext.formats.rowbatch import encodable
from cleantext.formats.shards import TABLES, document_files, open_packed
from cleantext.formats.tables import Fingerprint, RowBatch, fingerprint, read_rows, spooled
from cleantext.outcome import Outcome
from cleantext.pages.decode import decode
from cleantext.pipeline import Progress, load_profile, write_profile
from cleantext.rehearsal import rehearsed
from cleantext.report import RunReport, Stage

__all__ = ["deduplicate"]

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

# Ids up to which each is looked up by itself.
_FEW = 16
# Bytes of text that are handed over together.
_HELD = 1 << 22
# The host in an address: what stands between // and the next /, without user and port.
_HOST = r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@?#]*@)?(?P<host>[^/:?#\[\]]+)"


def deduplicate(  # noqa: PLR0913 - the options of a run
    inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    config: Config | None = None,
    progress: Progress | None = None,
    *,
    column: str | None = None,
    reference: Sequence[str | os.PathLike[str]] = (),
    dry_run: bool = False,
) -> RunReport:
    """Write the rows of `inputs` (JSON Lines, tables, text) that repeat no other to the folder `output` (or `-`).

    `column` holds the text: a string, or a list of paragraphs (default: the first of `paragraphs`, `text`, `content`,
    `body`). `reference` rows are compared with, never removed and never written. Everything else in a row stays as it
    is. A `dry_run` writes nothing, and its report has a `rehearsal`. Raises ConfigError before any work, GuardError
    and EngineError before anything is written.
    """
    config, started = config or Config(), time.perf_counter()
    report, target = progress or (lambda *_: None), os.fspath(output)
    named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    folder = Nowhere() if dry_run else open_output(target, overwrite=config.run.overwrite)
    items = find_inputs(named, target)
    references = find_inputs(reference, target) if reference else []
    profile = load_profile(config)
    result = RunReport(config=config)
    with folder, spooled([*items, *references]) as spool, Collection(config) as collection:
        files, references = spool[: len(items)], spool[len(items) :]
        schema = common_schema(files, column, config.limits.max_bytes) if config.output.format in TABLES else None
        rows = _Rows(collection, column)
        sizes = [max(fingerprint(item)[0], 0) for item in (*files, *references)]
        size, done = sum(sizes), 0
        for number, item in enumerate((*files, *references)):
            report("read", done, size)
            report("clean", rows.count, None)
            rows.read(item, reference=number >= len(files))
            done += sizes[number]
        rows.flush()
        found = compare(
            collection,
            config,
            within=True,
            profile=profile,
            report=lambda stage: report(stage, 0, None),
            curve=dry_run,
        )
        guards = guarded(collection, found.gone, config)
        if guards and not dry_run:
            raise GuardError(guards)
        result.stages = [rows.stage(), *found.stages]
        result.settings, result.source_chars = found.settings, rows.characters
        result.check()
        if dry_run:
            result.rehearsal = rehearsed(found, rows.paragraphs, rows.ids, guards)
            result.seconds = time.perf_counter() - started
            return result
        report("write", 0, None)
        _write(folder, rows, found, schema)
        result.seconds = time.perf_counter() - started
        if isinstance(folder, OutputFolder):
            write_profile(folder, found.profile)
            with folder.open("report.json") as stream:
                stream.write(dump_json(result.to_dict(), indent=2) + "\n")
    return result


@dataclass(slots=True)
class _Read:
    """One input that was read: its fingerprint before, and its rows' place among all."""

    item: Input
    before: Fingerprint
    reference: bool
    first: int
    numbers: list[I64] = field(default_factory=list)


@dataclass(slots=True)
class _Rows:
    """All rows read, with what is needed of them."""

    collection: Collection
    column: str | None
    files: list[_Read] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    characters: int = 0
    count: int = 0
    _ids: list[pa.Array] = field(default_factory=list)
    _waiting: list[RowBatch] = field(default_factory=list)
    _held: int = 0
    _reference: bool = False

    def read(self, item: Input, *, reference: bool) -> None:
        """Take in the rows of one input."""
        limit, threads = self.collection.config.limits.max_bytes, self.collection.threads
        if reference != self._reference:
            self.flush()
            self._reference = reference
        own = _Read(item, fingerprint(item), reference, self.count)
        self.files.append(own)
        for batch in ahead(read_rows(item, self.column, limit, _decoded), threads):
            self.failures += batch.failures
            if len(batch):
                own.numbers.append(batch.numbers)
                self.count += len(batch)
                self._held += batch.texts.nbytes
                self._waiting.append(batch)
                if self._held > _HELD:
                    self.flush()

    def flush(self) -> None:
        """Hand the rows that wait to the collection; many small files cost no more than one large file does."""
        if not self._waiting:
            return
        batch, folders, ids = _joined(self._waiting)
        self._waiting, self._held = [], 0
        self._ids.append(ids)
        collection, counts = self.collection, np.diff(batch.offsets)
        self.characters += pc.sum(pc.utf8_length(batch.texts)).as_py() or 0
        hosts = pc.utf8_lower(pc.struct_field(pc.extract_regex(batch.columns["url"], _HOST), 0))
        host = self._codes(hosts)
        collection.add(
            batch.texts,
            count=counts,
            reference=self._reference,
            source=np.where(host >= 0, host, self._codes(folders)),
            host=host,
            **self._order(batch, pc.coalesce(hosts, folders)),
            ordinals=np.arange(batch.offsets[-1]) - np.repeat(batch.offsets[:-1], counts),
        )

    def _codes(self, names: pa.Array) -> I64:
        """The codes of names; -1 for nulls."""
        encoded = names.dictionary_encode()
        codes = np.array([self.collection.code(name) for name in encoded.dictionary.to_pylist()] + [-1])
        places = pc.fill_null(encoded.indices, len(codes) - 1).to_numpy(zero_copy_only=False)
        found: I64 = codes[places]
        return found

    def _order(self, batch: RowBatch, names: pa.Array) -> dict[str, Any]:
        """What the keep policy goes by, `names` being hosts or folders; nothing where the first of equals stays."""
        config, count = self.collection.config.dedup, len(batch)
        if config.keep == "first":
            return {"preference": np.zeros(count, dtype=np.int64), "ties": np.zeros((count, 2), dtype=np.uint64)}
        lengths = np.concatenate([[0], np.cumsum(pc.utf8_length(batch.texts).to_numpy(zero_copy_only=False))])
        length = np.diff(lengths[batch.offsets]).tolist()
        dates, sources = batch.columns["date"].to_pylist(), batch.columns["source"].to_pylist()
        chosen = [
            preference(config, length=size, date=date, sources=(name, source or ""))
            for size, date, source, name in zip(length, dates, sources, names.to_pylist(), strict=True)
        ]
        ids = self._ids[-1].to_pylist()
        bounds = batch.offsets.tolist()
        ties = [
            (_content(batch.texts, first, end), xxhash.xxh3_64_intdigest(name.encode()))
            for name, first, end in zip(ids, bounds, bounds[1:], strict=False)
        ]
        return {
            "preference": np.array(chosen, dtype=np.int64),
            "ties": np.array(ties, dtype=np.uint64).reshape(-1, 2),
        }

    def ids(self, documents: I64) -> list[str]:
        """The ids of rows."""
        if len(self._ids) > 1:
            self._ids = [pa.concat_arrays(self._ids)]
        if documents.size < _FEW:
            return [self._ids[0][one].as_py() for one in documents.tolist()]
        found: list[str] = self._ids[0].take(pa.array(documents)).to_pylist()
        return found

    def paragraphs(self, numbers: Sequence[int]) -> dict[int, list[str]]:
        """The paragraphs of the rows `numbers` (ascending), from the inputs."""
        limit, found = self.collection.config.limits.max_bytes, {}
        for file in self.files:
            first = file.first
            own = [one for one in numbers if first <= one < first + sum(part.size for part in file.numbers)]
            for batch in read_rows(file.item, self.column, limit, _decoded) if own else ():
                for one in own:
                    if first <= one < first + len(batch):
                        begin, end = batch.offsets[one - first : one - first + 2].tolist()
                        found[one] = batch.texts[begin:end].to_pylist()
                first += len(batch)
        return found

    def stage(self) -> Stage:
        """How many rows were read."""
        failed = len(self.failures)
        stage = Stage(name="read", unit="inputs", came_in=self.count + failed, went_out=self.count)
        stage.dropped.update({"failed": failed} if failed else {})
        return stage


def _decoded(content: bytes) -> str:
    return decode(content).text


def _joined(batches: Sequence[RowBatch]) -> tuple[RowBatch, pa.Array, pa.Array]:
    """The rows of all `batches`, the folder each is from, and what each is called."""
    whole = np.repeat(np.arange(len(batches)), [len(batch) for batch in batches])
    origins, folders = (
        pa.array([encodable(name) for name in names], pa.large_string()).take(pa.array(whole))
        for names in ([batch.origin for batch in batches], [batch.source for batch in batches])
    )
    firsts = np.cumsum([0, *(len(batch.texts) for batch in batches)])
    offsets = [batch.offsets[1:] + first for batch, first in zip(batches, firsts, strict=False)]
    columns = {
        name: pa.concat_arrays([batch.columns[name].cast(pa.large_string()) for batch in batches])
        for name in batches[0].columns
    }
    joined = dataclasses.replace(
        batches[0],
        numbers=np.concatenate([batch.numbers for batch in batches]),
        texts=pa.concat_arrays([batch.texts for batch in batches]),
        offsets=np.concatenate([np.zeros(1, dtype=np.int64), *offsets]),
        columns=columns,
    )
    return joined, folders, _ids(joined, origins)


def _ids(batch: RowBatch, origins: pa.Array) -> pa.Array:
    """What the rows are called: their own ids, and for rows without one their place: `origin#number`."""
    own = batch.columns["id"]
    if not own.null_count:
        return own
    numbers = pa.array(batch.numbers)
    places = pc.binary_join_element_wise(origins, numbers.cast(pa.large_string()), pa.scalar("#", pa.large_string()))
    return pc.coalesce(own, pc.if_else(pc.equal(numbers, 0), origins, places))


def _content(texts: pa.Array, first: int, end: int) -> int:
    """A number for the content of the paragraphs from `first` to `end`."""
    return xxhash.xxh3_64_intdigest("\n\n".join(texts[first:end].to_pylist()).encode())


def _write(folder: OutputFolder | StandardOutput, rows: _Rows, found: Verdicts, schema: pa.Schema | None) -> None:
    outcome = Outcome(found, rows.ids, rows.collection.ordinals)
    output, alone = rows.collection.config.output, isinstance(folder, StandardOutput)
    form, shards = ("jsonl", 1) if alone else (output.format, output.shards)
    with contextlib.ExitStack() as stack:
        removed = stack.enter_context(folder.lines("removed.jsonl"))
        total = written_count(rows.collection, found.gone)
        sink = stack.enter_context(open_sink(form, partial(_documents, folder, output), total, shards, schema))
        for file in rows.files:
            if not file.reference:
                _rewrite(file, rows, outcome, removed, sink)
    with folder.lines("duplicates.jsonl") as write:
        write(outcome.pair_lines())
    folder.write_rows("failed.jsonl", failure_rows(rows.failures))


@contextlib.contextmanager
def _documents(folder: OutputFolder | StandardOutput, output: OutputConfig, number: int) -> Iterator[BinaryIO]:
    if isinstance(folder, StandardOutput):
        yield sys.stdout.buffer
        return
    name = document_files(output.format, output.compress, output.shards)[number]
    with open_packed(folder.reserve(name), output.compress) as stream:
        yield stream


def _rewrite(file: _Read, rows: _Rows, outcome: Outcome, removed: Any, sink: Sink) -> None:
    """Write the rows of one input that stay, and what was removed of it."""
    config, found = rows.collection.config, outcome.found
    numbers = np.concatenate([np.empty(0, dtype=np.int64), *file.numbers])
    part = slice(file.first, file.first + numbers.size)
    gone, bounds = found.gone[part], found.bounds[file.first : file.first + numbers.size + 1]
    marks = _marks(found, config, slice(int(bounds[0]), int(bounds[-1])))
    changed = np.diff(np.concatenate([[0], np.cumsum(marks != KEEP)])[bounds - bounds[0]]) > 0
    keep = ~gone
    if config.dedup.documents == "mask":
        keep = np.ones_like(gone)
        marks[np.repeat(gone, np.diff(bounds))] = MASK

    def show(row: int, text: str, spans: list[tuple[int, int]]) -> None:
        number = file.first + row
        (own,) = rows.ids(np.array([number]))
        whole = outcome.document_removed(number)
        if whole is not None:
            removed([_removed_line(own, 0, len(text), text, (*whole, None))])
            return
        for place, why in sorted(outcome.removed(number).items()):
            start, end = spans[place]
            removed([_removed_line(own, start, end, text[start:end], why)])

    fates = Fates(
        fingerprint=file.before,
        numbers=numbers,
        offsets=bounds - bounds[0],
        keep=keep,
        marks=marks if (marks != KEEP).any() else None,
        wanted=gone | changed,
        show=show,
    )
    rewrite_rows(file.item, rows.column, config.limits.max_bytes, fates, sink, _decoded)


def _marks(found: Verdicts, config: Config, part: slice) -> U8:
    """What becomes of a stretch of the paragraphs."""
    marks = np.full(part.stop - part.start, KEEP, dtype=np.uint8)
    marks[found.taken[part]] = MASK if config.dedup.across == "mask" else DROP
    marks[found.left_out[part]] = MASK if config.dedup.within == "mask" else DROP
    marks[found.site[part]] = MASK if config.dedup.site == "mask" else DROP
    return marks


def _removed_line(
    own: str, start: int, end: int, text: str, why: tuple[str, float | None, str | None, int | None]
) -> str:
    """A line of removed.jsonl."""
    reason, score, kept, paragraph = why
    row = {"id": own, "start": start, "end": end, "text": text, "reason": reason, "score": score}
    return dump_json(row | {"kept_id": kept, "kept_paragraph": paragraph}) + "\n"
