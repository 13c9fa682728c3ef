"""Compressed input: opened in passing, bounded, and its damage a failure of that input alone."""

from __future__ import annotations

import gzip
import io
import random
import sys
import tracemalloc

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.errors import MissingDependencyError
from cleantext.formats.base import Failure, Record
from cleantext.formats.open import plain_name, read_stream

LIMIT = 1_000_000
TEXT = "市政府昨天公布了新的行动方案，现(xiàn)已开始执行。𠀀\n".encode()
LINES = b"".join(b'{"id": "%d", "text": "\xe6\x96\xb9\xe6\xa1\x88 %d"}\n' % (n, n) for n in range(2000))
COMPRESS = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}


def read(data: bytes, name: str = "x", limit: int = LIMIT) -> list[Record | Failure]:
    return list(read_stream(io.BytesIO(data), name, name, limit))


@pytest.mark.parametrize("ending", COMPRESS)
@pytest.mark.parametrize("name", ["page.html", "dump.txt", "no-ending"])
def test_a_document_inside(ending: str, name: str) -> None:
    (record,) = read(COMPRESS[ending](TEXT), f"{name}.{ending}")
    assert isinstance(record, Record)
    assert record.content == TEXT
    assert read(TEXT, name) == read(COMPRESS[ending](TEXT), name)  # found from the content, not the name
    assert read(TEXT, f"{name}.{ending}")


@pytest.mark.parametrize("ending", COMPRESS)
def test_json_lines_inside(ending: str) -> None:
    for name in ("x.jsonl", f"x.jsonl.{ending}", f"x.{ending}", "-"):
        records = read(COMPRESS[ending](LINES), name)
        assert len(records) == 2000
        assert isinstance(records[-1], Record)
        assert (records[-1].origin, records[-1].own_id, records[-1].content) == (f"{name}#2000", "1999", "方案 1999")


@pytest.mark.parametrize("ending", COMPRESS)
def test_several_members(ending: str) -> None:
    half = LINES.index(b"\n") + 1
    data = COMPRESS[ending](LINES[:half]) + COMPRESS[ending](LINES[half:])
    assert len(read(data, "x.jsonl")) == 2000


@pytest.mark.parametrize("ending", COMPRESS)
@pytest.mark.parametrize("empty", [b"", b"\n\n"])
def test_nothing_inside(ending: str, empty: bytes) -> None:
    assert read(COMPRESS[ending](empty), f"x.jsonl.{ending}") == []
    (record,) = read(COMPRESS[ending](empty), f"x.txt.{ending}")
    assert isinstance(record, Record)
    assert record.content == empty


@pytest.mark.parametrize("ending", COMPRESS)
def test_cut_off_data_is_a_failure_behind_what_was_read(ending: str) -> None:
    noise = random.Random(3).randbytes(60_000).hex().encode()
    lines = b"".join(b'{"text": "%s"}\n' % noise[i : i + 600] for i in range(0, len(noise), 600))
    data = COMPRESS[ending](lines)
    *records, failure = read(data[: len(data) - 100], f"x.jsonl.{ending}")
    assert isinstance(failure, Failure)
    assert "damaged" in failure.error
    assert "\n" not in failure.error
    assert all(isinstance(record, Record) for record in records)
    if ending == "gz":
        assert len(records) > 100


@pytest.mark.parametrize("ending", COMPRESS)
def test_a_head_alone_is_a_failure(ending: str) -> None:
    for size in (4, 6, 12):
        (failure,) = read(COMPRESS[ending](TEXT * 9)[:size], "x")
        assert isinstance(failure, Failure)
        assert "damaged" in failure.error


@pytest.mark.parametrize("ending", COMPRESS)
@pytest.mark.parametrize("name", ["x.txt", "x.jsonl"])
def test_a_bomb_costs_no_more_than_the_limit(ending: str, name: str) -> None:
    data = COMPRESS[ending](bytes(300_000_000))
    tracemalloc.start()
    (failure,) = read(data, name, 10_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(failure, Failure)
    assert "over the limit" in failure.error
    assert peak < 40_000_000


def test_zstd_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    data = COMPRESS["zst"](TEXT)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "cleantext-corpus\[zstd\]"$'):
        read(data)


def test_plain_name() -> None:
    assert plain_name("Pages.JSONL.gz") == "pages.jsonl"
    assert plain_name("a.tar.zst") == "a.tar"
    assert plain_name("a.txt") == "a.txt"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(COMPRESS)), st.integers(0, 4000), st.integers(0, 255), st.integers(1, 200))
def test_damage_never_raises(ending: str, at: int, byte: int, limit: int) -> None:
    data = bytearray(COMPRESS[ending](LINES[:20_000]))
    data[at % len(data)] = byte
    for item in read(bytes(data), "x.jsonl", limit * 100):
        assert isinstance(item, Record | Failure)
