"""What tests of rows share: hostile texts and lines, and rows as plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from cleantext.formats.inputs import Input
from cleantext.formats.rewrite import Fates
from cleantext.formats.tables import RowBatch, fingerprint, read_rows

LIMIT = 1_000_000
SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())

# Pieces of text that paragraphs are cut at, and characters whose bytes look like them.
TEXT = st.lists(
    st.sampled_from(
        [
            *SPACES, *"\n\n\n\r\t ab一。、é𠀀“”\u2027\u202a\u3001\u00a1\u0084\u180e\u200b\ufeff\x00",
            "\n\n", "\r\n", "　　", "\n \n", " " * 40, "　" * 35,
        ]
    )
    | st.characters(codec="utf-8"),
    max_size=14,
).map("".join)  # fmt: skip

_VALUES = st.one_of(
    TEXT, st.lists(TEXT, max_size=3), st.none(), st.booleans(), st.integers(), st.floats(), st.just("\ud800一"),
    st.just(["一", None]), st.just([1]), st.just({"a": [1.5, "\udc00"]}), st.just([]), st.just(-0),
)  # fmt: skip
_NAMES = ["id", "text", "paragraphs", "content", "body", "url", "date", "source", "x"]
# What parsers of JSON disagree about, and what breaks lines.
_PIECES = [
    *(b'{ } [ ] : , " "text" "id" "x" null true NaN -NaN Inf -Inf Infinity -Infinity 1 -0 01 1. 1.5 1e400'.split()),
    *(b'\\ud800 \\udc00 \\ud83d\\ude00 \\u0000 \\u0085 \\n\\n \\x "paragraphs" "a" , // /**/ +1 .5 0x1 nul'.split()),
    b"9" * 4301, b"9" * 4300, b"[" * 450 + b"]" * 450, b"\x00", b"\t", b"\n", b"\r", b"\x0b", b"\x0c", b"\x1f", b" ",
    b"\xef\xbb\xbf", b"\xff", b"\xc2", b"\xed\xa0\x80", b"\xc0\x80", b"\xe3\x80\x80", b"\xe2\x80\xa8", b"}\n{", b"}{",
]  # fmt: skip


@st.composite
def json_line(draw: st.DrawFn) -> bytes:
    """A row as a line, most of the time a plain one, else of odd values or with damage."""
    if draw(st.integers(0, 2)):
        plain = {"id": draw(st.sampled_from(["q", "", None])), "text": draw(TEXT)}
        return json.dumps(plain, ensure_ascii=draw(st.booleans())).encode()
    row = draw(st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=5))
    line = json.dumps(row, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    for at, piece, length in draw(
        st.lists(st.tuples(st.integers(0, 200), st.sampled_from(_PIECES), st.integers(0, 3)), max_size=3)
    ):
        line = line[:at] + piece + line[at + length :]
    return line


JSON_LINES = st.tuples(
    st.lists(json_line(), max_size=8), st.sampled_from([b"\n", b"\r\n", b"\n\n", b" \n\t\n"]), st.booleans()
).map(lambda drawn: drawn[1].join(drawn[0]) + (b"\n" if drawn[2] else b""))


class Row(NamedTuple):
    """A row of a batch as plain values."""

    number: int
    paragraphs: list[str]
    labels: dict[str, str | None]


def rows_of(batches: Iterable[RowBatch]) -> tuple[list[Row], list[tuple[str, str]]]:
    """The rows of all batches and their failures (origin, error), after a look at the shapes of the arrays."""
    rows: list[Row] = []
    failures: list[tuple[str, str]] = []
    for batch in batches:
        batch.texts.validate(full=True)
        texts, offsets = batch.texts.to_pylist(), batch.offsets.tolist()
        assert (len(offsets), offsets[0], offsets[-1]) == (len(batch) + 1, 0, len(texts))
        assert list(batch.columns) == ["id", "url", "date", "source"]
        columns = {name: column.to_pylist() for name, column in batch.columns.items()}
        assert {len(values) for values in columns.values()} == {len(batch)}
        for i, number in enumerate(batch.numbers.tolist()):
            labels = {name: values[i] for name, values in columns.items()}
            rows.append(Row(number, texts[offsets[i] : offsets[i + 1]], labels))
        failures += [(failure.origin, failure.error) for failure in batch.failures]
    return rows, failures


def input_of(path: Path) -> Input:
    return Input(path=str(path), origin=path.name, source="folder")


def read(path: Path, column: str | None = None, limit: int = LIMIT) -> tuple[list[Row], list[tuple[str, str]]]:
    """The rows and failures of a file."""
    return rows_of(read_rows(input_of(path), column, limit))


def paragraphs(path: Path, column: str | None = None) -> list[list[str]]:
    """The paragraphs of every row of a file that has no failures."""
    rows, failures = read(path, column)
    assert failures == []
    return [row.paragraphs for row in rows]


def fates(path: Path, column: str | None = None, **what: Any) -> Fates:
    """The fates of the rows of a file, which all stay unless `what` says otherwise."""
    before = fingerprint(input_of(path))
    rows, _ = read(path, column)
    offsets = np.concatenate([[0], np.cumsum([len(row.paragraphs) for row in rows])]).astype(np.int64)
    numbers = np.array([row.number for row in rows], np.int64)
    found: dict[str, Any] = {"fingerprint": before, "numbers": numbers, "offsets": offsets}
    return Fates(**(found | {"keep": np.ones(len(rows), np.bool_)} | what))
