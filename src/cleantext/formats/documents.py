"""The documents of a run in the form that was asked for: JSON Lines, Parquet, Arrow, text or Markdown."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleantext.config import OutputConfig
from cleantext.formats.carried import ColumnTypes, plain
from cleantext.formats.shards import TABLES, Shards, document_files, open_packed, open_table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["document_line", "dump_json", "write_documents"]

_ROWS_WRITTEN = 512  # rows of a row group: readers stream by row group, and documents are long

# Takes a row and its number among all.
_Sink = Callable[[Mapping[str, Any], int], None]


def write_documents(
    reserve: Callable[[str], Path],
    documents: Iterable[Mapping[str, Any]],
    output: OutputConfig,
    total: int,
    columns: ColumnTypes,
) -> None:
    """Write `total` rows of documents to the files that `reserve` gives the paths of.

    `columns` are the types of what the rows carry along. Raises MissingDependencyError as `open_packed` does.
    """
    names = document_files(output.format, output.compress, output.shards)

    @contextlib.contextmanager
    def opened(number: int) -> Iterator[_Sink]:
        with (
            open_packed(reserve(names[number]), output.compress) as stream,
            _table_sink(output.format, stream, columns)
            if output.format in TABLES
            else contextlib.nullcontext(_line_sink(output.format, stream)) as sink,
        ):
            yield sink

    with Shards(opened, total, len(names)) as shards:
        for number, document in enumerate(documents):
            sink, _ = shards.room()
            sink(document, number)
            shards.wrote(1)


def _line_sink(form: str, stream: Any) -> _Sink:
    render, between = {
        "jsonl": (document_line, ""), "text": (_as_text, "\n"), "markdown": (_as_markdown, "\n---\n\n")
    }[form]  # fmt: skip

    def write(document: Mapping[str, Any], number: int) -> None:
        text = (between if number else "") + render(document)
        stream.write(text.encode("utf-8", "replace"))

    return write


@contextlib.contextmanager
def _table_sink(form: str, stream: Any, columns: ColumnTypes) -> Iterator[_Sink]:
    import pyarrow as pa  # noqa: PLC0415 - only when asked for

    from cleantext.schema import DOCUMENTS  # noqa: PLC0415 - loads pyarrow

    schema = DOCUMENTS.append(pa.field("columns", columns.arrow_type())) if columns else DOCUMENTS
    rows: list[dict[str, Any]] = []
    with open_table(form, stream, schema) as write:

        def flush() -> None:
            write(pa.Table.from_pylist(rows, schema=schema))
            rows.clear()

        def add(document: Mapping[str, Any], number: int) -> None:
            del number
            rows.append(_flat(document, schema, columns))
            if len(rows) == _ROWS_WRITTEN:
                flush()

        yield add
        if rows:
            flush()


def _flat(row: Mapping[str, Any], schema: pa.Schema, columns: ColumnTypes) -> dict[str, Any]:
    flat = {name: _written(row.get(name)) for name in schema.names if name != "columns"}
    if columns:
        flat["columns"] = columns.fitted(row.get("columns") or {})
    return flat | {"metadata": _written(json.dumps(row.get("metadata") or {}, ensure_ascii=False))}


def _written(value: Any) -> Any:
    """`value` with lone surrogates, which tables cannot hold, as U+FFFD."""
    if isinstance(value, str):
        return (
            value if _is_encodable(value) else value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        )
    return [_written(item) for item in value] if isinstance(value, list | tuple) else value


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def document_line(document: Mapping[str, Any]) -> str:
    """A document as a line of JSON."""
    if "columns" in document:
        document = {**document, "columns": plain(document["columns"])}
    return dump_json(document) + "\n"


def dump_json(row: Mapping[str, Any], indent: int | None = None) -> str:
    """`row` as JSON with its characters as they are, but for lone surrogates (a file name that is no UTF-8)."""
    text = json.dumps(row, ensure_ascii=False, indent=indent)
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


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
