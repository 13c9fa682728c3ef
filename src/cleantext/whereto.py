"""Where a run writes to, and where its documents wait until then."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from cleantext.checkpoint import Checkpoint, Known, is_unfinished
from cleantext.config import Config
from cleantext.errors import ConfigError
from cleantext.formats.inputs import STDIN, Input
from cleantext.formats.output import Nowhere, OutputFolder, StandardOutput, open_output
from cleantext.formats.remote import is_url, local_path
from cleantext.memory import budget_of
from cleantext.spool import Scratch, Store

__all__ = ["Whereto", "open_place"]


@dataclass(frozen=True, slots=True)
class Whereto:
    """The output of a run, the store of its documents, and what that has already. Enter the store first: what is
    entered last ends first, and the store goes when the output is there."""

    folder: OutputFolder | StandardOutput
    store: AbstractContextManager[Store]
    known: Known


def open_place(
    target: str,
    config: Config,
    inputs: Sequence[Input],
    references: Sequence[Input],
    *,
    nowhere: bool,
    resume: bool,
) -> Whereto:
    """Where a run into `target` goes: a folder, an address, `-`, or `nowhere`. At an address no progress is kept.

    Raises ConfigError where it cannot be written to or there is nothing to `resume`, StageMismatchError if what is to
    be resumed was another run.
    """
    target = local_path(target)
    from_stdin = any(item.path == STDIN for item in (*inputs, *references))
    is_folder = not nowhere and target != "-" and not is_url(target)
    if resume:
        _check_resume(target, config, from_stdin=from_stdin, is_folder=is_folder)
    if not is_folder:
        return _without_progress(Nowhere() if nowhere else open_output(target, overwrite=config.run.overwrite), config)
    unfinished = is_unfinished(target)
    if unfinished and not resume and not config.run.overwrite:
        raise ConfigError(f"{target}: a run into it came to no end; --resume goes on with it, --overwrite begins again")
    folder = open_output(target, overwrite=config.run.overwrite or unfinished)
    checkpoint = Checkpoint(Path(target), config, inputs, references)
    if resume:
        checkpoint.load()
    else:
        checkpoint.discard()
    if from_stdin:  # it cannot be read again
        return _without_progress(folder, config)
    return Whereto(folder, checkpoint, checkpoint.known)


def _without_progress(folder: OutputFolder | StandardOutput, config: Config) -> Whereto:
    return Whereto(folder, Scratch(budget_of(config.run.memory) // 8), Known())


def _check_resume(target: str, config: Config, *, from_stdin: bool, is_folder: bool) -> None:
    """Raises ConfigError where nothing can be resumed."""
    if not is_folder:
        raise ConfigError("only a run into a folder can be resumed")
    if from_stdin:
        raise ConfigError("standard input cannot be read again, so that a run over it cannot be resumed")
    if (Path(target) / "report.json").exists() and not is_unfinished(target) and not config.run.overwrite:
        raise ConfigError(f"{target}: the run is finished, there is nothing to resume (--overwrite runs it again)")
