"""The command line: parses, calls the library, prints, and turns errors into exit codes."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import Field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleantext.config import Config, load_rules, to_toml
from cleantext.errors import (
    CleantextError,
    ConfigError,
    DocumentError,
    EngineError,
    GuardError,
    MissingDependencyError,
    StageMismatchError,
)
from cleantext.indexcli import add_index_commands

if TYPE_CHECKING:
    from cleantext.cleaner import Cleaner
    from cleantext.filters import Filter
    from cleantext.pipeline import Progress
    from cleantext.records import Document
    from cleantext.report import RunReport

__all__ = ["build_parser", "main"]

CHANGED = 1  # what --check says of text that would change
DONE, FAILURES, USAGE, ENGINE, GUARD, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 4, 130, 143
_DEDUP_STAGES = ("limits", "dedup", "output", "run")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        with _terminable():
            return int(options.command(options))
    except (ConfigError, StageMismatchError, MissingDependencyError) as error:
        return _fail(error, USAGE)
    except GuardError as error:
        return _fail(error, GUARD)
    except EngineError as error:
        return _fail(error, ENGINE)
    except DocumentError as error:
        return _fail(error, FAILURES)
    except CleantextError as error:
        return _fail(error, ENGINE)
    except BrokenPipeError:  # the reader of our output has gone: say nothing, and let no flush at exit complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        return _fail(f"{error.filename or 'output'}: {error.strerror or error}", ENGINE)
    except _Terminated:
        return _fail(f"terminated; {_left(options)}", TERMINATED)
    except KeyboardInterrupt:
        return _fail(f"interrupted; {_left(options)}", INTERRUPTED)


class _Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a run as Ctrl-C does: in order."""


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM raises _Terminated meanwhile."""
    if threading.current_thread() is not threading.main_thread():  # signals are not ours to handle
        yield
        return

    def stop(*_: object) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _left(options: argparse.Namespace) -> str:
    """What a run that was stopped has left behind."""
    if getattr(options, "resume", None) is not None and options.output:
        from cleantext.checkpoint import is_unfinished  # noqa: PLC0415 - only now

        if is_unfinished(options.output):
            return f"what is finished is kept in {options.output}, --resume goes on from there"
    return "nothing was written"


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; the flags of the configuration come from its fields."""
    parser = argparse.ArgumentParser(
        prog="cleantext", description="Turns scraped web pages and text dumps into clean, unique text."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    clean = _command(
        commands,
        _clean,
        "clean",
        "clean files into a folder",
        "cleantext clean seeds -o OUT",
        [s for s, _ in Config().stages()],
    )
    dedup = _command(
        commands,
        _dedup,
        "dedup",
        "find duplicates in text that is already clean, and change nothing else",
        "cleantext dedup documents.jsonl -o OUT --across drop",
        _DEDUP_STAGES,
    )
    _add_run_arguments(clean, resumable=True)
    _add_run_arguments(dedup, resumable=False)
    dedup.add_argument(
        "--column",
        metavar="NAME",
        help="the column that holds the text (default: the first of paragraphs, text, content, body)",
    )
    compare = _command(
        commands,
        _compare,
        "compare",
        "compare two documents or paragraphs: what they share, and what each stage says of them",
        "cleantext compare a.txt b.txt",
        ("extract", "repair", "normalize", "dedup"),
    )
    compare.add_argument(
        "left", metavar="A", help="a file; FILE.jsonl#ID for one document of it; with --text, the text itself"
    )
    compare.add_argument("right", metavar="B", help="as A")
    compare.add_argument("--text", action="store_true", help="A and B are texts, not files")
    _add_filters(commands)
    add_index_commands(commands, _command, _effective)
    _command(
        commands,
        _compile,
        "compile",
        "compile ahead what large inputs run on, once for a machine or an image of a container",
        "cleantext compile",
        (),
    )
    _command(
        commands,
        _config,
        "config",
        "print the effective configuration as TOML, and its digest",
        "cleantext config --threshold 0.7 > cleantext.toml",
        [s for s, _ in Config().stages()],
    )
    return parser


def _add_filters(commands: Any) -> None:
    """The commands that read text and write text."""
    repair = _command(
        commands,
        _repair,
        "repair",
        "repair text on its way from standard input (or files) to standard output, as UTF-8",
        "cleantext repair page.txt --explain > repaired.txt",
        ("decode", "limits", "repair"),
    )
    convert = _command(
        commands,
        _convert,
        "convert",
        "convert text on its way from standard input (or files) to standard output to one Chinese script, as UTF-8",
        "cleantext convert --to tw < simplified.txt > traditional.txt",
        ("decode", "limits"),
    )
    convert.add_argument(
        "--to",
        dest="normalize.script",
        default=argparse.SUPPRESS,
        metavar="SCRIPT",
        help="s, t, tw or hk, as the text's own script requires, or an OpenCC configuration such as tw2sp, which is "
        f"applied to all of it (default: {Config().normalize.script})",
    )
    for option in fields(Config().normalize):
        if option.name in ("dictionary", "protect"):
            _add_flag(convert, "normalize", option, getattr(Config().normalize, option.name))
    for command in (repair, convert):
        command.add_argument("inputs", nargs="*", metavar="INPUT", help="files, or - for standard input (the default)")
        command.add_argument(
            "--check",
            action="store_true",
            help="write no text: count what would change by rule on standard error, and exit with 1 if anything would",
        )
        command.add_argument(
            "--explain", action="store_true", help="tell every change on standard error: where, what and why"
        )


def _add_run_arguments(command: argparse.ArgumentParser, *, resumable: bool) -> None:
    """The arguments of a command that runs the pipeline."""
    command.add_argument("inputs", nargs="+", metavar="INPUT", help="files, folders, globs, or - for standard input")
    command.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="folder for the results, or - for documents as JSON Lines on standard output",
    )
    command.add_argument(
        "--reference",
        action="append",
        default=[],
        metavar="INPUT",
        help="compare with these documents; they are never removed and not written",
    )
    command.add_argument(
        "--dry-run",
        action="store_true",
        help="write nothing: show what would go at which threshold, and twenty examples side by side",
    )
    if resumable:
        command.add_argument(
            "--resume",
            action="store_true",
            help="go on where an earlier run into OUT was stopped or killed, with the same inputs and options",
        )
        command.add_argument(
            "--index",
            metavar="LOCATION",
            help="compare with all earlier runs: a file, made where it is not there, or redis://… (docs/index.md)",
        )
    command.add_argument("-q", "--quiet", action="store_true", help="no progress bar and no summary")


class _Version(argparse.Action):
    """Prints the version, which is looked up only then, and leaves."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415 - slow to import, rarely needed

        print(f"cleantext {version('cleantext-corpus')}")
        parser.exit()


def _command(
    commands: Any,
    function: Callable[[argparse.Namespace], int],
    name: str,
    doc: str,
    example: str,
    stages: Sequence[str],
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=doc, description=doc[0].upper() + doc[1:] + ".", epilog=f"example: {example}"
    )
    parser.set_defaults(command=function)
    if stages:
        parser.add_argument("--config", metavar="FILE.toml", help="read options from this file; flags go over it")
    defaults = Config()
    for stage in stages:
        group = parser.add_argument_group(f"{stage} options")
        for option in fields(getattr(defaults, stage)):
            if option.metadata.get("flag"):
                _add_flag(group, stage, option, getattr(getattr(defaults, stage), option.name))
    return parser


def _add_flag(group: Any, stage: str, option: Field[Any], default: Any) -> None:
    """One flag from one field. An absent flag leaves no trace, so that the file's value stands."""
    meta = option.metadata
    kind = str(option.type)
    shown = (
        "" if default is None or default == () else f" (default: {str(default).lower() if kind == 'bool' else default})"
    )
    settings: dict[str, Any] = {
        "dest": f"{stage}.{option.name}",
        "default": argparse.SUPPRESS,
        "help": (meta["help"] + shown).replace("%", "%%"),
    }
    if kind == "bool":
        settings["action"] = argparse.BooleanOptionalAction
    else:
        settings["type"] = {"int": int, "float": float, "int | None": int}.get(kind, str)
        settings["metavar"] = "{" + ",".join(meta["choices"]) + "}" if meta["choices"] else option.name.upper()
    group.add_argument(f"--{meta['flag']}", **settings)


def _effective(options: argparse.Namespace) -> Config:
    """The defaults, under the file, under the flags."""
    base = Config.from_toml(options.config) if options.config else Config()
    tables: dict[str, dict[str, Any]] = {}
    for name, value in vars(options).items():
        stage, dot, option = name.partition(".")
        if dot:
            tables.setdefault(stage, {})[option] = load_rules(value) if name == "extract.rules" else value
    return Config.from_dict(tables, base)


def _clean(options: argparse.Namespace) -> int:
    from cleantext.pipeline import run  # noqa: PLC0415 - the heavy part is imported when it is needed

    config = _effective(options)
    with _progress(quiet=options.quiet) as progress:
        report = run(
            options.inputs,
            _target(options),
            config,
            progress=progress,
            reference=options.reference,
            dry_run=options.dry_run,
            resume=options.resume,
            index=options.index,
        )
    return _ended(options, config, report)


def _dedup(options: argparse.Namespace) -> int:
    from cleantext.deduplicate import deduplicate  # noqa: PLC0415 - the heavy part is imported when it is needed

    config = _effective(options)
    with _progress(quiet=options.quiet) as progress:
        report = deduplicate(
            options.inputs,
            _target(options),
            config,
            progress,
            column=options.column,
            reference=options.reference,
            dry_run=options.dry_run,
        )
    return _ended(options, config, report)


def _target(options: argparse.Namespace) -> str:
    """Where the output goes. Raises ConfigError where nothing says so."""
    if options.output is None and not options.dry_run:
        raise ConfigError("no output given: -o OUT names the folder, -o - writes to standard output")
    return options.output or ""


def _ended(options: argparse.Namespace, config: Config, report: RunReport) -> int:
    """Say what a run did; its exit code."""
    if report.rehearsal is not None:
        print(report.rehearsal.render(shutil.get_terminal_size((100, 24)).columns))
    if not options.quiet:
        print(report.summary(), file=sys.stderr)
    if report.failure_rate > config.run.max_failures:
        where = "above" if options.output == "-" else f"in {options.output.rstrip('/')}/failed.jsonl"
        print(
            f"cleantext: {report.failed:,} inputs failed, more than --max-failures {config.run.max_failures:g} allows; "
            f"the reasons are {where}",
            file=sys.stderr,
        )
        return FAILURES
    return DONE


@contextlib.contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress | None]:
    """A progress bar on standard error where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only for terminals

    from cleantext.progressbar import ProgressBar  # noqa: PLC0415

    with ProgressBar(Console(stderr=True)) as bar:
        yield bar


def _compare(options: argparse.Namespace) -> int:
    from cleantext.cleaner import Cleaner  # noqa: PLC0415 - the heavy part is imported when it is needed
    from cleantext.dedup import score_pair  # noqa: PLC0415

    config = _effective(options)
    cleaner = Cleaner(config)
    if options.text:
        texts = [options.left, options.right]
    else:
        texts = [_load(cleaner, name).text for name in (options.left, options.right)]
    for level in ("paragraph", "document"):
        print(score_pair(texts[0], texts[1], config.dedup, level=level).explain())
    return DONE


def _load(cleaner: Cleaner, name: str) -> Document:
    """The cleaned document in a file, or the one called ID in FILE.jsonl#ID."""
    from cleantext.formats.base import Failure, Record  # noqa: PLC0415
    from cleantext.formats.inputs import find_inputs, read_input  # noqa: PLC0415

    path, _, wanted = name.partition("#") if not Path(name).exists() else (name, "", "")
    seen = 0
    for item in find_inputs([path]):
        for number, record in enumerate(read_input(item, cleaner.config.limits.max_bytes), 1):
            if isinstance(record, Record) and wanted in ("", record.own_id, str(number)):
                return cleaner.clean_record(record)
            if isinstance(record, Failure) and not wanted:
                raise DocumentError(f"{record.origin}: {record.error}")
            seen = number
    raise ConfigError(f"{name}: no document {wanted!r} among the {seen} in {path}")


def _repair(options: argparse.Namespace) -> int:
    from cleantext.filters import repair_blocks  # noqa: PLC0415 - the heavy part is imported when it is needed

    return _filter(options, repair_blocks)


def _convert(options: argparse.Namespace) -> int:
    from cleantext.filters import convert_blocks  # noqa: PLC0415 - the heavy part is imported when it is needed

    return _filter(options, convert_blocks)


def _filter(options: argparse.Namespace, blocks: Filter) -> int:
    from cleantext.filters import run_filter  # noqa: PLC0415

    config = _effective(options)
    counts = run_filter(options.inputs or ["-"], blocks, config, check=options.check, notes=options.explain)
    return CHANGED if options.check and counts else DONE


def _compile(_: argparse.Namespace) -> int:
    from cleantext.ahead import compile_ahead  # noqa: PLC0415 - the heavy part is imported when it is needed

    done = compile_ahead()
    print(f"{done.kernels} kernels are compiled ({done.seconds:.0f} seconds) and kept in {', '.join(done.folders)}")
    return DONE


def _config(options: argparse.Namespace) -> int:
    config = _effective(options)
    print(f"# digest {config.digest()}")
    print(to_toml(config), end="")
    return DONE


def _fail(error: object, code: int) -> int:
    """Say what is wrong, a line a problem."""
    for line in str(error).splitlines() or ["failed"]:
        print(f"cleantext: {line}", file=sys.stderr)
    return code
