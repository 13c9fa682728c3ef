"""Rows of JSON Lines: Arrow's parser and Python's give the same, wherever blocks end."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any, BinaryIO, cast
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleantext.formats import jsonrows
from cleantext.formats.base import Failure
from cleantext.formats.inputs import Input
from cleantext.formats.jsonl import read_jsonl
from cleantext.formats.jsonrows import LineBlock, line_blocks, read_json_rows
from cleantext.formats.paragraphs import paragraph_spans
from cleantext.formats.source import Source
from row_tools import JSON_LINES, LIMIT, Row, rows_of

ITEM = Input(path="x.jsonl", origin="x", source="folder")
NAMES = ("paragraphs", "text", "content", "body")


def read(data: bytes, column: str | None = None, limit: int = LIMIT) -> tuple[list[Row], list[tuple[str, str]]]:
    return rows_of(read_json_rows(Source(io.BytesIO(data)), ITEM, column, limit))


def whole(text: str) -> str:
    return "".join("\ufffd" if 0xD800 <= ord(char) < 0xE000 else char for char in text)


def is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(part, str) for part in value))


def label(value: Any) -> str | None:
    return None if value is None else whole(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def by_hand(data: bytes, column: str | None, limit: int) -> tuple[list[Row], list[int]]:
    """The rows in `data` and the numbers of the lines that are none, by nothing but `json`."""
    rows, failed = [], []
    for number, line in enumerate(io.BytesIO(data), 1):
        if len(line) > 4 * limit:
            failed.append(number)
            continue
        if not line.strip():
            continue
        try:
            row = json.loads(line.rstrip().decode("utf-8-sig"), strict=False)
            text = next(row[name] for name in ((column,) if column else NAMES) if is_text(row.get(name)))
        except (ValueError, AttributeError, StopIteration):
            failed.append(number)
            continue
        parts = [whole(part) for part in (text if isinstance(text, list) else [text])]
        if len("\n\n".join(parts).encode()) > limit:
            failed.append(number)
            continue
        if isinstance(text, str):
            parts = [parts[0][start:end] for start, end in paragraph_spans(parts[0])]
        labels = {name: label(row.get(name)) for name in ("id", "url", "date", "source")}
        rows.append(
            Row(number, parts, {name: found if name == "id" else found or None for name, found in labels.items()})
        )
    return rows, failed


@settings(max_examples=300, deadline=None)
@given(
    JSON_LINES, st.sampled_from([None, None, None, "text", "id", "x"]), st.sampled_from([1, 10, 60, 300, 8 << 20]),
    st.sampled_from([1, 2, 64]), st.sampled_from([20, 200, LIMIT]),
)  # fmt: skip
@example(b'{"text":"c"}\n{"text":"a","x":{"y":1}\n{"text":"b"}{"text":"c"}\n', None, 8 << 20, 64, LIMIT)
@example(b'{"text":"c"}\n{"text":\n"a"}\n{"text":"b"}{"text":"c"}\n', None, 8 << 20, 64, LIMIT)
@example(b'{"text":"c"}\n{"text":"a","x":\n{"y":1}}{"text":"b"}\n', None, 8 << 20, 64, LIMIT)
@example(b'{"text":"a"}\n{"text":"b","x":"\xff"}\n', None, 8 << 20, 64, LIMIT)
def test_the_same_rows_as_line_by_line(data: bytes, column: str | None, block: int, small: int, limit: int) -> None:
    with patch.object(jsonrows, "BLOCK", block), patch.object(jsonrows, "_SMALL", small):
        rows, failures = read(data, column, limit)
    wanted, failed = by_hand(data, column, limit)
    assert rows == wanted
    assert sorted(int(origin.removeprefix("x#")) for origin, _ in failures) == failed


@settings(max_examples=100, deadline=None)
@given(JSON_LINES, st.sampled_from([1, 10, 60]))
def test_block_borders_change_nothing(data: bytes, block: int) -> None:
    once = read(data)
    with patch.object(jsonrows, "BLOCK", block), patch.object(jsonrows, "_SMALL", 1):
        assert read(data)[0] == once[0]
        assert sorted(read(data)[1]) == sorted(once[1])


GOOD = [
    {"id": "1", "text": "一\n\n二", "url": "http://a.example/", "date": "2020-01-02", "source": "报"},
    {"id": 17, "text": "a", "date": 20200102, "url": "", "source": None},
    {"id": "", "paragraphs": ["一", "", " 二\n\n三 "], "text": "不", "x": {"y": [1.5, None, "\U0001f600"]}},
    {"paragraphs": None, "text": "", "html": "<p>"},
    {"content": "c"},
    {"body": "b", "words": [[1, 2], [3]], "f": float("nan"), "g": float("-inf")},
]


@pytest.mark.parametrize("row", GOOD, ids=range(len(GOOD)))
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_good_rows_go_through_arrow(row: dict[str, Any], ascii_only: bool, end: str) -> None:
    data = (json.dumps(row, ensure_ascii=ascii_only) + end).encode() * 100
    with patch.object(jsonrows._JsonRows, "by_line", side_effect=AssertionError):
        rows, failures = read(data)
    assert (rows, failures) == (by_hand(data, None, LIMIT)[0], [])
    assert len(rows) == 100


def test_an_arrow_that_takes_lone_surrogates_has_its_strings_checked() -> None:
    data = b'{"text": "a\\u4e00", "id": "1"}\n' * 100
    with (
        patch.object(jsonrows, "_takes_lone_surrogates", return_value=True),
        patch.object(jsonrows, "is_valid", side_effect=lambda column: not pa.types.is_string(column.type)),
        patch.object(jsonrows._JsonRows, "by_line", autospec=True, side_effect=jsonrows._JsonRows.by_line) as slow,
    ):
        assert read(data) == (by_hand(data, None, LIMIT)[0], [])
    assert sum(len(call.args[1]) for call in slow.call_args_list) == 100


@pytest.mark.parametrize(
    ("value", "text"),
    [(17, "17"), (1.50, "1.5"), (True, "true"), ({"a": ["一"]}, '{"a": ["一"]}'), (10**30, "1" + "0" * 30)],
)
def test_labels_that_are_no_text(value: Any, text: str) -> None:
    (row,), _ = read(json.dumps({"text": "a", "id": value, "source": value, "url": "", "date": "\ud800"}).encode())
    assert row.labels == {"id": text, "source": text, "url": None, "date": "\ufffd"}


def test_a_named_column() -> None:
    data = b'{"text": "no", "essay": "a\\n\\nb"}\n{"essay": ["c"]}\n{"text": "x"}\n'
    rows, failures = read(data, "essay")
    assert [row.paragraphs for row in rows] == [["a", "b"], ["c"]]
    assert failures == [("x#3", "has no essay; it has text (--column names the column of the text)")]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b'{"text": null}', "has null in text, where a text or a list of texts should be"),
        (b'{"text": 1.5}', "has a number in text, where a text or a list of texts should be"),
        (
            b'{"text": ["a", null]}',
            "has a list with other things in it in text, where a text or a list of texts should be",
        ),
        (
            b'{"html": "<p>"}',
            "has no paragraphs or text or content or body; it has html (--column names the column of ",
        ),
        (b"{}", "has no paragraphs or text or content or body; it has nothing (--column names the column of the text)"),
        (b'{"text": "' + b"a" * 30_000 + b'"}', "is 30,000 bytes, over the limit of 10,000 (--max-bytes)"),
        (b'{"text": ["' + b"a" * 9_999 + b'", ""]}', "is 10,001 bytes, over the limit of 10,000 (--max-bytes)"),
    ],
    ids=range(7),
)
def test_rows_without_text_cost_themselves(line: bytes, error: str) -> None:
    good = b'{"text": "' + "一".encode() * 3_333 + b'"}\n'
    rows, failures = read(good * 100 + line + b"\n" + good, limit=10_000)
    assert [row.number for row in rows] == [*range(1, 101), 102]
    ((origin, found),) = failures
    assert origin == "x#101"
    assert found.startswith(error)


@pytest.mark.parametrize(
    "line",
    [
        b'{"text": "a"', b"[1]", b"17", b'{"text": "a"}}', b'{"a": 1, "text": Inf}', b'{"a": -NaN, "text": "a"}',
        '{"text": "正文"}'.encode("gbk"), b'{"text": "a", "\xff": 1}', b"[" * 100_000, b'{"text": "a", "x": 01}',
        b'{"text": "a", "n": ' + b"9" * 5000 + b"}", b'{"text": "a", "n": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"text": "' + b"a" * 3_000_000 + b'"}', b'\xef\xbb\xbf\xef\xbb\xbf{"text": "a"}', b'{"text": "a"}\x00',
        b'{"text": "a"}{"text": "b"}', b'{"text": "a"}, {"text": "b"}', b'{"text": "\\x"}', b'{"text": "a\\',
    ],
    ids=range(19),
)  # fmt: skip
@pytest.mark.parametrize("before", [0, 3, 500])
def test_a_broken_line_costs_itself_and_is_called_what_clean_calls_it(line: bytes, before: int) -> None:
    limit = 500_000
    (known,) = read_jsonl(Source(io.BytesIO(line)), "x", limit)
    assert isinstance(known, Failure)
    rows, failures = read(b'{"text": "1"}\n' * before + line + b'\r\n\n{"text": "2"}', limit=limit)
    assert [row.number for row in rows] == [*range(1, before + 1), before + 3]
    assert failures == [(f"x#{before + 1}", known.error)]


def test_what_python_alone_reads_is_read() -> None:
    lines = [
        b'{"text": "a\tb"}', b'{"text": "a\x00b"}', b'{"text": "no", "text": "b"}', b'{"text": "\\ud800c"}',
        b'\xef\xbb\xbf{"text": "d"}', b'{"text": "e"}\x0c', b' {"text": "f"} ', b'{"text": "g", "x": 1e999}',
    ]  # fmt: skip
    rows, failures = read(b"\n".join(lines))
    assert [row.paragraphs for row in rows] == [["a\tb"], ["a\x00b"], ["b"], ["\ufffdc"], ["d"], ["e"], ["f"], ["g"]]
    assert failures == []


@pytest.mark.parametrize(
    "line",
    [{"paragraphs": ["b"], "text": "no"}, {"content": "b"}, {"paragraphs": ["b", None], "text": "c"}, {"body": ["b"]}],
)
@pytest.mark.parametrize("others", [{"text": "a"}, {"paragraphs": ["a"]}])
def test_single_rows_of_another_kind(line: dict[str, Any], others: dict[str, Any]) -> None:
    lines = [json.dumps(others).encode()] * 99
    lines[1] = json.dumps(line).encode()
    data = b"\n".join(lines)
    rows, failures = read(data)
    assert (rows, [int(origin.removeprefix("x#")) for origin, _ in failures]) == by_hand(data, None, LIMIT)


def test_one_broken_line_does_not_make_its_block_slow() -> None:
    with patch.object(jsonrows._JsonRows, "by_line", autospec=True, side_effect=jsonrows._JsonRows.by_line) as slow:
        rows, failures = read(b'{"text": "a"}\n' * 8000 + b"{\n" + b'{"text": "b"}\n' * 8000)
    assert (len(rows), len(failures)) == (16_000, 1)
    assert sum(len(call.args[1]) for call in slow.call_args_list) <= 16_001 / 16 + 1


def test_no_more_is_read_than_a_block_ahead() -> None:
    class Counted(io.BytesIO):
        taken = 0

        def readinto(self, buffer: Any) -> int:
            size = super().readinto(buffer)
            self.taken += size
            return size

    line = b'{"text": "' + b"a" * 990 + b'"}\n'
    source, seen = Counted(line * 20_000), 0
    with patch.object(jsonrows, "BLOCK", 1 << 16):
        for batch in read_json_rows(Source(source), ITEM, None, LIMIT):
            seen += len(batch)
            assert source.taken - seen * len(line) <= 1 << 17
    assert seen == 20_000


def test_an_endless_line_is_not_held() -> None:
    class Endless(io.RawIOBase):
        left = 60_000_000

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            size = min(len(buffer), self.left)
            buffer[:size] = b"a" * size
            self.left -= size
            return size

    with patch.object(jsonrows, "BLOCK", 1 << 16):
        tracemalloc.start()
        rows, failures = rows_of(read_json_rows(Source(cast(BinaryIO, Endless())), ITEM, None, 100_000))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (rows, failures) == ([], [("x#1", "the line is over the limit of 400,000 bytes (--max-bytes)")])
    assert peak < 4_000_000


@given(
    st.lists(st.sampled_from([b"", b"a", b"bc", b"\r", b"d" * 30]), max_size=12).map(b"\n".join), st.integers(1, 40),
    st.sampled_from([10, 1000]),
)  # fmt: skip
def test_blocks_are_the_lines_of_the_file(data: bytes, size: int, limit: int) -> None:
    with patch.object(jsonrows, "BLOCK", size):
        found_blocks = list(line_blocks(Source(io.BytesIO(data)), limit))
    blocks = [block for block in found_blocks if isinstance(block, LineBlock)]
    assert len(blocks) == len(found_blocks)
    lines = [block.line(i) for block in blocks for i in range(len(block))]
    numbers = [block.number + i for block in blocks for i in range(len(block))]
    sizes = [block.size(i) for block in blocks for i in range(len(block))]
    wanted = list(io.BytesIO(data))
    assert numbers == list(range(1, len(wanted) + 1))
    for line, found, length in zip(wanted, lines, sizes, strict=True):
        if len(line) <= limit:
            assert (found, length) == (line.removesuffix(b"\n"), len(line))
        else:
            assert length > limit
