"""The output folder: every file is written under a temporary name and renamed when the run is done."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from cleantext.errors import ConfigError
from cleantext.formats.base import Failure

__all__ = ["EXTENSIONS", "Nowhere", "OutputFolder", "StandardOutput", "dump_json", "open_output"]

EXTENSIONS = {"jsonl": "jsonl", "parquet": "parquet", "text": "txt", "markdown": "md"}
_SIDE_FILES = ("removed.jsonl", "duplicates.jsonl", "failed.jsonl", "changes.jsonl", "site.json", "report.json")
OUR_FILES = (*(f"documents.{ending}" for ending in EXTENSIONS.values()), *_SIDE_FILES)


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
        for name in OUR_FILES:
            if name not in self._written:
                (self.path / name).unlink(missing_ok=True)
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

    def write_documents(self, documents: Iterable[Mapping[str, Any]], form: str) -> None:
        """The kept documents in one of the formats of `EXTENSIONS`."""
        name = f"documents.{EXTENSIONS[form]}"
        if form == "jsonl":
            self.write_rows(name, documents)
        elif form == "parquet":
            from cleantext.formats.parquet import write_documents  # noqa: PLC0415 - pyarrow only when asked for

            write_documents(self.reserve(name), documents)
        else:
            render = _as_markdown if form == "markdown" else _as_text
            with self.open(name) as stream:
                for number, document in enumerate(documents):
                    stream.write(
                        ("" if number == 0 else "\n---\n\n" if form == "markdown" else "\n") + render(document)
                    )


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

    def write_documents(self, documents: Iterable[Mapping[str, Any]], form: str) -> None:
        """The kept documents as JSON Lines, whatever `form` is."""
        del form
        for document in documents:
            sys.stdout.write(dump_json(document) + "\n")


class Nowhere(StandardOutput):
    """The output of a run that comes to no end: nothing is written."""

    def write_rows(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Nothing."""

    def write_documents(self, documents: Iterable[Mapping[str, Any]], form: str) -> None:
        """Nothing."""


def open_output(target: str, *, overwrite: bool) -> OutputFolder | StandardOutput:
    """The output called `target`: a folder, or `-`. Raises ConfigError where it cannot be."""
    return StandardOutput() if target == "-" else OutputFolder(target, overwrite=overwrite)


def dump_json(row: Mapping[str, Any], indent: int | None = None) -> str:
    """`row` as JSON with its characters as they are, but for lone surrogates (a file name that is no UTF-8)."""
    text = json.dumps(row, ensure_ascii=False, indent=indent)
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def failure_rows(failures: Iterable[Failure]) -> Iterator[dict[str, str]]:
    """The rows of failed.jsonl."""
    return ({"origin": failure.origin, "error": failure.error} for failure in failures)


def _as_text(document: Mapping[str, Any]) -> str:
    """A paragraph a line; the caller puts a blank line between documents."""
    return "".join(" ".join(paragraph.splitlines()) + "\n" for paragraph in document["paragraphs"] if paragraph)


def _as_markdown(document: Mapping[str, Any]) -> str:
    """The title as a heading of the first level, then the paragraphs as what they are."""
    parts = [f"# {document['title']}"] if document.get("title") else []
    previous = ""
    for text, kind, level in zip(document["paragraphs"], document["kinds"], document["levels"], strict=True):
        if text:
            joined = kind == previous and kind in ("list", "quote")
            rendered = _render(text, kind, level)
            if joined:
                parts[-1] += "\n" + rendered
            else:
                parts.append(rendered)
            previous = kind
    return "\n\n".join(parts) + "\n"


def _render(text: str, kind: str, level: int) -> str:
    """One paragraph in Markdown."""
    lines = text.split("\n")
    if kind == "heading":
        return "#" * max(2, level) + " " + " ".join(lines)
    if kind == "list":
        indent = "  " * max(0, level - 1)
        return f"{indent}- " + f"\n{indent}  ".join(lines)
    if kind == "quote":
        return "> " + "\n> ".join(lines)
    if kind == "code":
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        return f"{fence}\n{text}\n{fence}"
    if kind == "table":
        rows = [[cell.strip().replace("|", "\\|") for cell in line.split("\t")] for line in lines]
        width = max(map(len, rows))
        rows = [row + [""] * (width - len(row)) for row in rows]
        return "\n".join("| " + " | ".join(row) + " |" for row in [rows[0], ["---"] * width, *rows[1:]])
    return "  \n".join(lines)
