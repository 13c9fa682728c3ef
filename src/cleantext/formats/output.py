"""The output folder: every file is written under a temporary name and renamed when the run is done."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from cleantext.config import OutputConfig
from cleantext.errors import ConfigError, EngineError
from cleantext.formats.base import Failure
from cleantext.formats.carried import ColumnTypes
from cleantext.formats.documents import document_line, dump_json, write_documents
from cleantext.formats.remote import as_os_errors, file_system, is_url, local_path, url_files, url_is_folder
from cleantext.formats.shards import DOCUMENT_FILE

__all__ = ["Nowhere", "OutputFolder", "StandardOutput", "dump_json", "failure_rows", "is_ours", "open_output"]

_PROBE = ".cleantext-probe"  # a file that shows whether there can be others
_SIDE_FILES = ("removed.jsonl", "duplicates.jsonl", "failed.jsonl", "changes.jsonl", "site.json", "report.json")


def is_ours(name: str) -> bool:
    """Whether a run writes files of this name."""
    return name in _SIDE_FILES or DOCUMENT_FILE.fullmatch(name) is not None


class OutputFolder:
    """A folder that gets all of a run's files or, when the run fails, none of them."""

    def __init__(self, path: str, *, overwrite: bool = False) -> None:
        self.path = Path(path)
        if self.path.exists() and not self.path.is_dir():
            raise ConfigError(f"{path}: is a file; the output is a folder")
        taken = sorted(child.name for child in self.path.iterdir()) if self.path.exists() else []
        if taken and not overwrite:
            raise ConfigError(f"{path}: is not empty (it has {taken[0]}); give another folder or --overwrite")
        self._written: list[str] = []
        self._made = False

    def __enter__(self) -> OutputFolder:
        self._made = not self.path.exists()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):  # better known now than after hours of work
                pass
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be made or written to: {error.strerror}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._publish()
        else:
            for name in self._written:
                self._partial(name).unlink(missing_ok=True)
            if self._made:
                with contextlib.suppress(OSError):  # somebody else put a file there
                    self.path.rmdir()

    def _partial(self, name: str) -> Path:
        return self.path / f".{name}.partial"

    def _publish(self) -> None:
        """Rename the new files over the old; an earlier run's other files go. report.json comes last: it says done."""
        for path in sorted(self.path.iterdir()):
            if is_ours(path.name) and path.name not in self._written:
                path.unlink()
        for name in sorted(self._written, key=lambda name: name == "report.json"):
            self._partial(name).replace(self.path / name)

    def reserve(self, name: str) -> Path:
        """The temporary path of a file that is to be called `name`."""
        self._written.append(name)
        return self._partial(name)

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[TextIO]:
        """A UTF-8 text file that is to be called `name`."""
        with self.reserve(name).open("w", encoding="utf-8", errors="replace", newline="\n") as stream:
            yield stream

    def write_rows(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """A JSON Lines file with a row a line."""
        with self.open(name) as stream:
            stream.writelines(dump_json(row) + "\n" for row in rows)

    @contextlib.contextmanager
    def lines(self, name: str) -> Iterator[Callable[[Iterable[str]], None]]:
        """A function that writes lines to a file that is to be called `name`."""
        with self.open(name) as stream:
            yield stream.writelines

    def write_documents(
        self, documents: Iterable[Mapping[str, Any]], output: OutputConfig, total: int, columns: ColumnTypes
    ) -> None:
        """The kept documents, `total` of them, as `output` says; `columns` are the types of what they carry along."""
        write_documents(self.reserve, documents, output, total, columns)


class StandardOutput:
    """Documents as JSON Lines on standard output and nothing else; the other files are not written."""

    def __enter__(self) -> StandardOutput:
        if isinstance(sys.stdout, io.TextIOWrapper):  # JSON Lines are UTF-8 whatever the terminal's locale
            sys.stdout.reconfigure(encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()

    def write_rows(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Nothing: only documents go to standard output. The failures go to standard error, a line each."""
        if name == "failed.jsonl":
            for row in rows:
                print(f"failed: {row['origin']}: {row['error']}", file=sys.stderr)

    @contextlib.contextmanager
    def lines(self, name: str) -> Iterator[Callable[[Iterable[str]], None]]:
        """A function that forgets what it is given: only documents go to standard output."""
        del name
        yield lambda lines: deque(lines, maxlen=0).clear()

    def write_documents(
        self, documents: Iterable[Mapping[str, Any]], output: OutputConfig, total: int, columns: ColumnTypes
    ) -> None:
        """The kept documents as JSON Lines, whatever `output` says."""
        del output, total, columns
        for document in documents:
            sys.stdout.write(document_line(document))


class Nowhere(StandardOutput):
    """The output of a run that comes to no end: nothing is written."""

    def write_rows(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Nothing."""

    def write_documents(
        self, documents: Iterable[Mapping[str, Any]], output: OutputConfig, total: int, columns: ColumnTypes
    ) -> None:
        """Nothing."""


class RemoteFolder(OutputFolder):
    """A folder that fsspec reaches. Files are written to a temporary folder here and sent when the run is done.

    An earlier run's report goes first and the new one comes last: while there is none, the folder is not complete.
    """

    def __init__(self, url: str, *, overwrite: bool = False) -> None:
        self.url = url.rstrip("/")
        self._system, self._root = file_system(self.url)
        taken = sorted(name for _, name in url_files(self.url)) if url_is_folder(self.url) else []
        if taken and not overwrite:
            raise ConfigError(f"{url}: is not empty (it has {taken[0]}); give another folder or --overwrite")
        self._old = [name for name in taken if is_ours(name)]
        self._here = tempfile.TemporaryDirectory(prefix="cleantext-")
        super().__init__(self._here.name)

    def __enter__(self) -> RemoteFolder:
        try:
            with as_os_errors():  # better known now than after hours of work
                self._system.makedirs(self._root, exist_ok=True)
                self._system.pipe_file(f"{self._root}/{_PROBE}", b"")
                self._system.rm_file(f"{self._root}/{_PROBE}")
        except OSError as error:
            self._here.cleanup()
            raise ConfigError(f"{self.url}: cannot be made or written to: {error.strerror or error}") from None
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
            if kind is None:
                self._send()
        finally:
            self._here.cleanup()

    def _send(self) -> None:
        """Replace the old files by the new."""
        try:
            with as_os_errors():
                for name in sorted(self._old, key=lambda name: name != "report.json"):
                    self._system.rm_file(f"{self._root}/{name}")
                for name in sorted(self._written, key=lambda name: name == "report.json"):
                    self._system.put_file(str(self.path / name), f"{self._root}/{name}")
        except OSError as error:
            raise EngineError(f"{self.url}: the results cannot be sent there: {error.strerror or error}") from None


def open_output(target: str, *, overwrite: bool) -> OutputFolder | StandardOutput:
    """The output called `target`: a folder, an address of one, or `-`. Raises ConfigError where it cannot be."""
    if target == "-":
        return StandardOutput()
    target = local_path(target)
    return (RemoteFolder if is_url(target) else OutputFolder)(target, overwrite=overwrite)


def failure_rows(failures: Iterable[Failure]) -> Iterator[dict[str, Any]]:
    """The rows of failed.jsonl; `offset` is null for what has no place in its file but a number."""
    return ({"origin": one.origin, "error": one.error, "offset": one.offset} for one in failures)
