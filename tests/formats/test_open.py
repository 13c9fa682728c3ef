"""Compressed input: opened in passing, bounded, and its damage a failure of that input alone."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import random
import sys
import tracemalloc
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.errors import MissingDependencyError
from cleantext.formats import packing
from cleantext.formats.base import Failure, Item, Record
from cleantext.formats.open import read_stream
from cleantext.formats.packing import plain_name

LIMIT = 1_000_000
TEXT = "市政府昨天公布了新的行动方案，现(xiàn)已开始执行。𠀀\n".encode()
LINES = b"".join(b'{"id": "%d", "text": "\xe6\x96\xb9\xe6\xa1\x88 %d"}\n' % (n, n) for n in range(2000))
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
    "xz": lambda data: lzma.compress(data, preset=0),
}


def read(data: bytes, name: str = "x", limit: int = LIMIT) -> list[Item]:
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
    for size in (6, 8, 12):
        (failure,) = read(COMPRESS[ending](TEXT * 9)[:size], "x")
        assert isinstance(failure, Failure)
        assert "damaged" in failure.error


@pytest.mark.parametrize("ending", COMPRESS)
@pytest.mark.parametrize("name", ["x.txt", "x.jsonl"])
def test_a_bomb_costs_no_more_than_the_limit(ending: str, name: str) -> None:
    data = COMPRESS[ending](bytes(100_000_000))
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


def lines(first: int, end: int) -> bytes:
    """Lines that do not compress well, each with its number."""
    rng = random.Random(first)
    return b"".join(b'{"id": "%d", "text": "%s"}\n' % (n, rng.randbytes(100).hex().encode()) for n in range(first, end))


def numbers(found: list[Item]) -> list[int]:
    return [int(item.own_id or 0) for item in found if isinstance(item, Record)]


@pytest.mark.parametrize("ending", COMPRESS)
@pytest.mark.parametrize("how", ["cut", "changed", "gone"])
def test_a_damaged_member_costs_itself(ending: str, how: str) -> None:
    members = [COMPRESS[ending](lines(100 * n, 100 * (n + 1))) for n in range(5)]
    middle = len(members[2]) // 2
    members[2] = {
        "cut": members[2][:middle],
        "changed": members[2][:middle] + b"\x55" * 40 + members[2][middle + 40 :],
        "gone": b"\x99" * len(members[2]),
    }[how]
    found = read(b"".join(members), f"x.jsonl.{ending}")
    (failure,) = [item for item in found if isinstance(item, Failure)]
    assert failure.offset == len(members[0]) + len(members[1])
    assert failure.origin == f"x.jsonl.{ending}"
    kept = numbers(found)
    assert set(range(200)) | set(range(300, 500)) <= set(kept)
    assert kept == sorted(set(kept))
    assert how != "gone" or "begins at byte" in failure.error


@pytest.mark.parametrize("ending", COMPRESS)
def test_places_of_broken_lines(ending: str) -> None:
    first, second = COMPRESS[ending](lines(0, 3)), COMPRESS[ending](lines(3, 5) + b"{broken\n" + lines(5, 9))
    found = read(first + second, "x.jsonl")
    assert [(item.origin, item.offset) for item in found if isinstance(item, Failure)] == [("x.jsonl#6", len(first))]
    assert [item.offset for item in found if isinstance(item, Record)] == [0] * 3 + [len(first)] * 6


def test_places_in_a_plain_file() -> None:
    data = lines(0, 3) + b"\n{broken\n" + b"\xef\xbb\xbf" + lines(3, 5)
    found = read(data, "x.jsonl")
    for item in found:
        assert not isinstance(item, Record) or json.loads(data[item.offset :].split(b"\n")[0].decode("utf-8-sig"))
    (failure,) = [item for item in found if isinstance(item, Failure)]
    assert (failure.origin, failure.offset) == ("x.jsonl#5", data.index(b"{broken"))


@pytest.mark.parametrize("ending", COMPRESS)
def test_a_document_with_a_hole_is_a_failure(ending: str) -> None:
    whole = COMPRESS[ending](TEXT)
    (failure,) = read(whole + whole[:-3] + whole, f"x.txt.{ending}")
    assert isinstance(failure, Failure)
    assert failure.offset == len(whole)


@pytest.mark.parametrize("ending", ["gz", "xz"])
def test_padding_between_members(ending: str) -> None:
    one = COMPRESS[ending](lines(0, 2))
    assert numbers(read(one + bytes(512) + COMPRESS[ending](lines(2, 4)) + bytes(1024), "x.jsonl")) == [0, 1, 2, 3]


@pytest.mark.parametrize("ending", COMPRESS)
def test_a_name_that_says_too_much_is_not_believed(ending: str) -> None:
    (found,) = read(TEXT, f"x.txt.{ending}")
    assert isinstance(found, Record)
    assert found.content == TEXT


def test_an_xz_file_that_wants_too_much_memory() -> None:
    raw = lzma.compress(b"a" * 100, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28}])
    (failure,) = read(raw, "x.txt.xz")
    assert isinstance(failure, Failure)
    assert failure.error == "is damaged xz data: Memory usage limit exceeded"


def test_a_file_made_to_be_gone_over_forever_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    # A stored block unpacks to what stands in it: heads of further members, each with a block that reaches far.
    head = gzip.compress(b"")[:10] + b"\x00\xff\xff\x00\x00"
    data = head * (2_000_000 // len(head))
    fed = 0

    def counted(self: packing._Gzip, data: bytes) -> tuple[bytes, int]:
        nonlocal fed
        found, used = plain(self, data)
        fed += used
        return found, used

    plain = packing._Gzip.feed
    monkeypatch.setattr(packing._Gzip, "feed", counted)
    found = read(data, "x.jsonl.gz")
    assert all(isinstance(item, Failure) for item in found)
    assert fed < 20 * len(data)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(COMPRESS)), st.lists(st.integers(0, 20), min_size=1, max_size=5), st.sampled_from([3, 99])
)
def test_members_of_any_size_are_one_file(ending: str, sizes: list[int], piece: int) -> None:
    class Slow(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(min(size or piece, piece))

    at, members = 0, []
    for size in sizes:
        members.append(COMPRESS[ending](lines(at, at + size)))
        at += size
    found = list(read_stream(Slow(b"".join(members)), "x.jsonl", "x.jsonl", LIMIT))
    assert numbers(found) == list(range(at))
