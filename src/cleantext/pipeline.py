"""A run: the stages in order, over all inputs, on an engine, into an output folder.

read → clean each document (`cleaner`) → compare them (`across`) → write → report. Until all have been compared,
documents wait on disk: in `OUT/.progress`, from where a later run can go on (`checkpoint`).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from cleantext.across import Collection, Verdicts, compare, guarded, written_count
from cleantext.checkpoint import Known
from cleantext.config import Config
from cleantext.dedup.index import Index
from cleantext.dedup.site import SiteProfile
from cleantext.engines.base import Engine
from cleantext.engines.local import LocalEngine
from cleantext.errors import ConfigError, GuardError
from cleantext.formats.inputs import find_inputs
from cleantext.formats.output import OutputFolder, dump_json
from cleantext.intake import Intake
from cleantext.memory import budget_of
from cleantext.outcome import Outcome
from cleantext.reading import Sources, read_all
from cleantext.rehearsal import rehearsed
from cleantext.report import SKIPPED, RunReport, Stage
from cleantext.seen import Location, opened, recall, remembering
from cleantext.spool import Spool
from cleantext.whereto import open_place
from cleantext.writing import DistinctIds, paragraphs, write

__all__ = ["Progress", "load_profile", "local_engine", "run", "write_profile"]

Progress = Callable[[str, int, int | None], None]


def run(  # noqa: PLR0913 - the options of a run
    inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    config: Config | None = None,
    engine: str | Engine = "local",
    progress: Progress | None = None,
    *,
    reference: Sequence[str | os.PathLike[str]] = (),
    dry_run: bool = False,
    resume: bool = False,
    index: Location | None = None,
) -> RunReport:
    """Clean `inputs` (files, folders, globs, `-`) into the folder `output` (or `-`: JSON Lines on standard output).

    `reference` inputs are compared with, never removed and never written. A `dry_run` writes nothing, not even the
    folder, and its report has a `rehearsal`: what would go at other thresholds, and examples. With `resume`, what an
    earlier run into `output` has finished is not done again. With an `index`, an `Index` or the location of one,
    documents are compared with those of all earlier runs, and those that stay are remembered when the output is there.
    `progress(stage, done, total)` is called as the work goes on: "read" with bytes of the inputs, "clean" with records,
    then the name of each later stage with 0.

    Raises ConfigError before any work, StageMismatchError if what is to be resumed was another run or the index has
    another configuration, GuardError and EngineError before anything is written.
    """
    config, started = config or Config(), time.perf_counter()
    report, target = progress or (lambda *_: None), os.fspath(output)
    named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    worker = _engine(engine, config)
    items = find_inputs(named, target)
    references = find_inputs(reference, target) if reference else []
    load_profile(config)  # so that a wrong one is told of before any work
    result = RunReport(config=config)

    def tell(stage: str) -> None:
        report(stage, 0, None)

    with opened(index, config, reference=bool(reference), dry_run=dry_run) as memory, contextlib.ExitStack() as last:
        place = open_place(target, config, items, references, nowhere=dry_run, resume=resume)
        with place.store as store, place.folder as folder, Collection(config) as collection:
            spool = Spool(store, config.run.shard_size, place.known.number)
            sources, intake = Sources(items, references, config.limits.max_bytes), Intake(collection, result)
            _read(sources, place.known, worker, report, intake, spool)
            if memory is not None:  # what the folder holds is remembered when it is in place
                last.enter_context(remembering(memory, target))
            found = _compared(collection, spool, config, tell, memory, dry_run=dry_run)
            result.stages = [_read_stage(spool), *result.stages, *found.stages]
            result.settings = found.settings
            result.check()
            if dry_run:
                rows = partial(paragraphs, spool)
                result.rehearsal = rehearsed(found.verdicts, rows, found.outcome.ids, found.guards)
            else:
                tell("write")
                write(folder, spool, intake, found.outcome, found.written)
            result.seconds = time.perf_counter() - started
            if isinstance(folder, OutputFolder):
                write_profile(folder, found.verdicts.profile)
                with folder.open("report.json") as stream:
                    stream.write(dump_json(result.to_dict(), indent=2) + "\n")
    return result


@dataclass(frozen=True, slots=True)
class _Compared:
    """What a comparison found, what it means for each document, what speaks against writing it, and how many would be
    written."""

    verdicts: Verdicts
    outcome: Outcome
    guards: str
    written: int

    @property
    def stages(self) -> list[Stage]:
        """The counts of its levels."""
        return self.verdicts.stages

    @property
    def settings(self) -> dict[str, Any]:
        """How they were compared."""
        return self.verdicts.settings


def _compared(
    collection: Collection,
    spool: Spool,
    config: Config,
    tell: Callable[[str], None],
    index: Index | None,
    *,
    dry_run: bool,
) -> _Compared:
    """Compare the documents with each other, or one after another with an index. Raises GuardError."""
    ids, profile = DistinctIds(collection.ids()), load_profile(config)
    if index is None:
        found = compare(collection, config, within=False, profile=profile, report=tell, curve=dry_run)
        gone, outcome = found.gone, Outcome(found, ids, collection.ordinals)
    else:
        recalled = recall(index, collection, spool, ids, profile, tell)
        found, gone = recalled.found, recalled.gone
        outcome = Outcome(found, recalled.ids, recalled.ordinals)
    guards = guarded(collection, gone, config)
    if guards and not dry_run:
        raise GuardError(guards)
    return _Compared(found, outcome, guards, written_count(collection, found.gone[: gone.size]))


def _read(
    sources: Sources,
    known: Known,
    engine: Engine,
    report: Progress,
    intake: Intake,
    spool: Spool,
) -> None:
    """Clean all inputs into `intake` and `spool`."""
    size = sources.size

    def told(records: int, read: int) -> None:
        report("read", read, size)
        report("clean", records, None)

    read_all(sources, known.stretches, engine, intake, spool, told)
    intake.result.resumed_shards = sum(len(stretch.shards) for stretch in known.stretches)


def _read_stage(spool: Spool) -> Stage:
    dropped = Counter({f"{SKIPPED}{reason}": count for reason, count in spool.skipped.items()})
    dropped.update({"failed": spool.failures} if spool.failures else {})
    came_in = spool.documents + sum(dropped.values())
    return Stage(name="read", unit="inputs", came_in=came_in, went_out=spool.documents, dropped=dropped)


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
    return local_engine(config)


def local_engine(config: Config) -> LocalEngine:
    """The local engine that `config` asks for, with its limits of time and memory."""
    limits, memory = config.limits, config.run.worker_memory
    return LocalEngine(
        config.run.jobs,
        isolated=config.run.isolate,
        seconds=limits.document_seconds,
        memory=None if memory is None else budget_of(memory),
    )
