"""From the command line's INPUT… to records, in reading order: argument, path, record number."""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from cleantext.errors import ConfigError
from cleantext.formats.base import Failure, Item, Record
from cleantext.formats.open import read_stream
from cleantext.formats.packing import plain_name
from cleantext.formats.remote import (
    is_url,
    local_path,
    open_url,
    path_inside,
    url_files,
    url_fingerprint,
    url_is_folder,
)

__all__ = ["Fingerprint", "Input", "Meter", "find_inputs", "fingerprint", "open_input", "read_input"]

STDIN = "-"
# What is taken from a folder; a file named on the command line is always read.
SUFFIXES = (
    ".txt", ".text", ".md", ".html", ".htm", ".xhtml", ".jsonl", ".ndjson", ".parquet", ".arrow", ".feather", ".warc"
)  # fmt: skip


# Size and time of change (nanoseconds): what tells that a file is the one that was read before.
Fingerprint = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file to read: `path` is a path, an address for fsspec, or `-`.

    `origin` is its path relative to the argument it came from, `source` the name of the folder it is in.
    """

    path: str
    origin: str
    source: str


def find_inputs(arguments: Sequence[str | os.PathLike[str]], leave_out: str | None = None) -> list[Input]:
    """The files the arguments name: files, folders (sorted, hidden ones left out), globs, `-` for standard input;
    and the same behind addresses that fsspec knows.

    The folder `leave_out` (where the output goes) is not walked. Raises ConfigError that lists every argument which
    names nothing to read.
    """
    found: list[Input] = []
    problems = [] if arguments else ["no input given"]
    for named in arguments:
        try:
            found += _named_by(local_path(os.fspath(named)), leave_out)
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return found


def _named_by(argument: str, leave_out: str | None) -> list[Input]:
    """The files that one argument names. Raises ConfigError where there is none."""
    path = Path(argument)
    if argument == STDIN:
        return [Input(path=STDIN, origin="stdin", source="stdin")]
    if is_url(argument) and not path.exists():
        found, problem = list(_remote(argument, leave_out)), "nothing to read there"
    elif path.is_dir():
        found = list(_folder(path, Path(leave_out).resolve() if leave_out and not is_url(leave_out) else None))
        problem = f"no file in it ends in {', '.join(SUFFIXES)}"
    elif path.exists():
        return [Input(path=argument, origin=path.name, source=path.parent.name)]
    else:
        matches = [Path(match) for match in _glob(argument)]
        found = [
            Input(path=str(match), origin=match.name, source=match.parent.name)
            for match in matches
            if not match.is_dir()
        ]
        if matches:
            return found
        problem = "no such file or folder"
    if not found:
        raise ConfigError(f"{argument}: {problem}")
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


def _remote(url: str, leave_out: str | None) -> Iterator[Input]:
    """The files at an address; of a folder those that `SUFFIXES` names."""
    files = url_files(url)
    folder = url_is_folder(url)
    root = PurePosixPath(url.partition("::")[0].partition("://")[2].rstrip("/")).name
    out = path_inside(leave_out, url) if leave_out and is_url(leave_out) else None
    for address, path in files:
        place = PurePosixPath(path)
        if not folder:
            yield Input(path=address, origin=path, source=PurePosixPath(address.partition("::")[0]).parent.name)
        elif (
            plain_name(path).endswith(SUFFIXES)
            and not any(part.startswith(".") for part in place.parts)
            and not (out and path.startswith(out))
        ):
            yield Input(path=address, origin=path, source=(root / place.parent).as_posix())


@contextlib.contextmanager
def open_input(item: Input) -> Iterator[BinaryIO]:
    """The file of `item` as it is stored. Raises OSError, and MissingDependencyError where fsspec is needed for it."""
    if item.path == STDIN:
        yield sys.stdin.buffer
    elif is_url(item.path) and not Path(item.path).exists():
        with open_url(item.path) as stream:
            yield stream
    else:
        with Path(item.path).open("rb") as stream:
            yield stream


def fingerprint(item: Input) -> Fingerprint:
    """What `item` looks like from outside; (-1, -1) if it cannot be seen at all."""
    try:
        if is_url(item.path) and not Path(item.path).exists():
            return url_fingerprint(item.path)
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


def read_input(item: Input, max_bytes: int, meter: Meter | None = None) -> Iterator[Item]:
    """The records of one input. A file that cannot be opened or read is one failure. `meter` is told how far it is."""
    try:
        with open_input(item) as stream:
            if meter is not None and item.path != STDIN:
                meter.stream = stream
            yield from _named(read_stream(stream, item.path, item.origin, max_bytes), item)
    except OSError as error:
        yield Failure(origin=item.origin, error=f"cannot be read: {error.strerror or error}")


def _named(records: Iterator[Item], item: Input) -> Iterator[Item]:
    for record in records:
        yield dataclasses.replace(record, source=item.source) if isinstance(record, Record) else record
