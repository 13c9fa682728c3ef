"""From the command line's INPUT… to records, in reading order: argument, path, record number."""

from __future__ import annotations

import dataclasses
import glob
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cleantext.errors import ConfigError
from cleantext.formats.base import Failure, Record
from cleantext.formats.open import plain_name, read_stream

__all__ = ["Fingerprint", "Input", "Meter", "find_inputs", "fingerprint", "read_input"]

STDIN = "-"
# What is taken from a folder; a file named on the command line is always read.
SUFFIXES = (".txt", ".text", ".md", ".html", ".htm", ".jsonl", ".ndjson", ".parquet")


# Size and time of change (nanoseconds): what tells that a file is the one that was read before.
Fingerprint = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file to read.

    `origin` is its path relative to the argument it came from, `source` the name of the folder it is in.
    """

    path: str
    origin: str
    source: str


def find_inputs(arguments: Sequence[str | os.PathLike[str]], leave_out: str | None = None) -> list[Input]:
    """The files the arguments name: files, folders (sorted, hidden ones left out), globs, `-` for standard input.

    The folder `leave_out` (where the output goes) is not walked. Raises ConfigError that lists every argument which
    names nothing to read.
    """
    found: list[Input] = []
    problems: list[str] = []
    for named in arguments:
        argument = os.fspath(named)
        path = Path(argument)
        if argument == STDIN:
            found.append(Input(path=STDIN, origin="stdin", source="stdin"))
        elif path.is_dir():
            files = list(_folder(path, Path(leave_out).resolve() if leave_out else None))
            found += files
            if not files:
                problems.append(f"{argument}: no file in it ends in {', '.join(SUFFIXES)}")
        elif path.exists():
            found.append(Input(path=argument, origin=path.name, source=path.parent.name))
        elif matches := _glob(argument):
            found += [
                Input(path=match, origin=Path(match).name, source=Path(match).parent.name)
                for match in matches
                if not Path(match).is_dir()
            ]
        else:
            problems.append(f"{argument}: no such file or folder")
    if not arguments:
        problems.append("no input given")
    if problems:
        raise ConfigError("\n".join(problems))
    return found


def _glob(pattern: str) -> list[str]:
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern


def _folder(root: Path, leave_out: Path | None) -> Iterator[Input]:
    for folder, folders, names in os.walk(root):
        if leave_out and Path(folder).resolve() == leave_out:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if plain_name(name).endswith(SUFFIXES) and not name.startswith("."):
                path = Path(folder, name)
                if not path.is_file():  # a pipe or device would be waited for
                    continue
                relative = path.relative_to(root).as_posix()
                parent = (root.resolve().name / path.relative_to(root).parent).as_posix()
                yield Input(path=str(path), origin=relative, source=parent)


def fingerprint(item: Input) -> Fingerprint:
    """What `item` looks like from outside; (-1, -1) if it cannot be seen at all."""
    try:
        found = Path(item.path).stat()
    except OSError:
        return -1, -1
    return found.st_size, found.st_mtime_ns


class Meter:
    """How many bytes of a file have been read, compressed ones where it is compressed."""

    stream: BinaryIO | None = None

    @property
    def position(self) -> int:
        """Bytes so far; 0 where the file does not tell."""
        try:
            return self.stream.tell() if self.stream is not None else 0
        except (OSError, ValueError):
            return 0


def read_input(item: Input, max_bytes: int, meter: Meter | None = None) -> Iterator[Record | Failure]:
    """The records of one input. A file that cannot be opened or read is one failure. `meter` is told how far it is."""
    try:
        if item.path == STDIN:
            yield from _named(read_stream(sys.stdin.buffer, item.path, item.origin, max_bytes), item)
        else:
            with Path(item.path).open("rb") as stream:
                if meter is not None:
                    meter.stream = stream
                yield from _named(read_stream(stream, item.path, item.origin, max_bytes), item)
    except OSError as error:
        yield Failure(origin=item.origin, error=f"cannot be read: {error.strerror or error}")


def _named(records: Iterator[Record | Failure], item: Input) -> Iterator[Record | Failure]:
    for record in records:
        yield dataclasses.replace(record, source=item.source) if isinstance(record, Record) else record
