"""JSON Lines: a record a line, a failure a broken line."""

from __future__ import annotations

import io
import json

import pytest

from cleantext.formats.base import Failure, Record
from cleantext.formats.jsonl import read_jsonl
from cleantext.formats.source import Source


def read(data: bytes, limit: int = 10_000) -> list[Record | Failure]:
    return list(read_jsonl(Source(io.BytesIO(data)), "x.jsonl", limit))


def test_fields() -> None:
    row = {
        "id": 7,
        "text": "正文",
        "url": "http://a.cn/1",
        "title": "题",
        "date": "2020-01-02",
        "content_type": "text/html",
    }
    (record,) = read(json.dumps(row).encode())
    assert record == Record(
        origin="x.jsonl#1",
        content="正文",
        own_id="7",
        url="http://a.cn/1",
        content_type="text/html",
        metadata={"title": "题", "date": "2020-01-02"},
        offset=0,
        columns={"id": 7, "content_type": "text/html"},
    )


def test_which_field_is_the_text() -> None:
    rows = [{"html": "<p>a", "text": "b"}, {"content": "c"}, {"body": "d"}, {"paragraphs": ["e", "f"], "text": "x"}]
    found = read("\n".join(map(json.dumps, rows)).encode())
    assert [(r.content, r.kind) for r in found if isinstance(r, Record)] == [
        ("<p>a", "html"),
        ("c", "auto"),
        ("d", "auto"),
        ("e\n\nf", "text"),
    ]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b'{"text": "a"', "is not JSON: Expecting ',' delimiter at column 13"),
        (b"[1]", "is JSON but not an object: list"),
        (b'{"words": 1}', "has no text in html, text, content, body or paragraphs; it has words"),
        ('{"text": "正文"}'.encode("gbk"), "is not UTF-8 at byte 10; JSON Lines must be"),
        (b"[" * 100_000, "is JSON nested too deep"),
        (b'{"n": ' + b"9" * 5000 + b"}", "is not JSON: Exceeds the limit (4300 digits) for integer string conversion"),
        (b'{"text": "' + b"a" * 30_000 + b'"}', "is 30,000 bytes, over the limit of 10,000 (--max-bytes)"),
        (b'{"text": "' + b"a" * 300_000 + b'"}', "the line is over the limit of 40,000 bytes (--max-bytes)"),
    ],
    ids=range(8),
)
def test_a_broken_line_costs_itself(line: bytes, error: str) -> None:
    limit = 200_000 if line.startswith(b"[[") else 10_000
    before, broken, after = read(b'\xef\xbb\xbf{"text": "1"}\n' + line + b'\r\n\n{"text": "2"}', limit)
    assert isinstance(broken, Failure)
    assert broken.origin == "x.jsonl#2"
    assert broken.error.startswith(error)
    assert [r.content for r in (before, after) if isinstance(r, Record)] == ["1", "2"]
    assert after.origin == "x.jsonl#4"
