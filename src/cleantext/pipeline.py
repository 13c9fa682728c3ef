"""A run: the stages in order, over all inputs, on an engine, into an output folder.

read → clean each document (`cleaner`) → compare them (`across`) → write → report. Until all have been compared,
documents wait in memory, and beyond a part of the memory budget on disk.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Sequence
from functools import partial

from cleantext.across import Collection, compare, guarded
from cleantext.config import Config
from cleantext.dedup.site import SiteProfile
from cleantext.engines.base import Engine
from cleantext.engines.local import LocalEngine
from cleantext.entries import Entry, cleaned
from cleantext.errors import ConfigError, GuardError
from cleantext.formats.base import Failure
from cleantext.formats.inputs import Input, find_inputs, read_input
from cleantext.formats.output import Nowhere, OutputFolder, dump_json, open_output
from cleantext.intake import Intake
from cleantext.outcome import Outcome
from cleantext.rehearsal import rehearsed
from cleantext.report import RunReport, Stage
from cleantext.spool import Spool
from cleantext.writing import distinct_ids, paragraphs, write

__all__ = ["Progress", "load_profile", "run", "write_profile"]

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
        failures = _read(items, references, config, worker, report, Intake(collection, spool, result))
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
            ids = distinct_ids(spool)
            outcome = Outcome(found, ids, collection.ordinals)
            result.rehearsal = rehearsed(found, partial(paragraphs, spool), outcome.ids, guards)
            result.seconds = time.perf_counter() - started
            return result
        report("write", 0, None)
        write(folder, spool, collection, found, failures, result)
        result.seconds = time.perf_counter() - started
        if isinstance(folder, OutputFolder):
            write_profile(folder, found.profile)
            with folder.open("report.json") as stream:
                stream.write(dump_json(result.to_dict(), indent=2) + "\n")
    return result


def _read(
    items: Sequence[Input],
    references: Sequence[Input],
    config: Config,
    engine: Engine,
    report: Progress,
    intake: Intake,
) -> list[Failure]:
    """Clean all inputs into `intake`; returns what could not be read or cleaned."""
    limit = config.limits.max_bytes
    everything = itertools.chain(
        ((record, False) for item in items for record in read_input(item, limit)),
        ((record, True) for item in references for record in read_input(item, limit)),
    )
    failures: list[Failure] = []
    for done, one in enumerate(cleaned(everything, config, engine), 1):
        if isinstance(one, Failure):
            failures.append(one)
        else:
            intake.add(one)
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
