"""Web archives: which records are documents, and what damage costs."""

from __future__ import annotations

import gzip
import io
import random
import sys
import tracemalloc
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext import MissingDependencyError, run
from cleantext.formats.base import Failure, Item, Record, Skipped
from cleantext.formats.open import read_stream
from run_tools import check_stages, config, rows
from warc_tools import PACK, planted, record, response

LIMIT = 1_000_000
PAGE = "<html><body><p>市政府昨天公布了新的行动方案，现已开始执行。𠀀 e\u0301</p></body></html>".encode()
_rng = random.Random(7)
PAGES = [
    b"<html><body><p>%s</p>%s</body></html>"
    % ("".join(_rng.choices("春夏秋冬山水风云日月星辰", k=300)).encode(), PAGE)
    for _ in range(200)
]  # fmt: skip


class Pipe(io.BytesIO):
    """A stream that cannot go back."""

    def seekable(self) -> bool:
        return False


def read(data: bytes, name: str = "x.bin", limit: int = LIMIT, pipe: bool = False) -> list[Item]:
    return list(read_stream((Pipe if pipe else io.BytesIO)(data), name, name, limit))


def one(data: bytes) -> Record:
    (found,) = read(data)
    assert isinstance(found, Record)
    return found


def skipped(data: bytes) -> str:
    (found,) = read(data)
    assert isinstance(found, Skipped)
    return found.reason


def failure(data: bytes) -> Failure:
    (found,) = read(data)
    assert isinstance(found, Failure)
    return found


@pytest.mark.parametrize("packing", PACK)
def test_a_response_is_a_record(packing: str) -> None:
    first = PACK[packing](response(b"<p>1", 1))
    _, found = read(first + PACK[packing](response(PAGE, 2, content_type="text/html; charset=gbk")))
    assert found == Record(
        origin="x.bin#2",
        content=PAGE,
        url="https://h2.example/2",
        content_type="text/html; charset=gbk",
        metadata={
            "crawled": "2024-05-06T07:08:09Z",
            "record_id": "<urn:uuid:00000002-0000-4000-8000-000000000000>",
            "offset": str(len(first)),
        },
        offset=len(first),
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (record(b"a: b", "warcinfo"), "warcinfo"),
        (record(b"GET / HTTP/1.1\r\n\r\n", "request"), "request"),
        (record(b"a: b", "metadata"), "metadata"),
        (record(b"HTTP/1.1 200 OK\r\n\r\n", "revisit"), "revisit"),
        (record(b"more", "continuation"), "continuation"),
        (record(b"?", "invented"), "unknown"),
        (record(b"20240506 1.2.3.4", WARC_Target_URI="dns:a.example", Content_Type="text/dns"), "not-http"),
        (response(PAGE, status="404 Not Found"), "status"),
        (response(PAGE, status="301 Moved"), "status"),
        (response(b"\xff\xd8", content_type="image/jpeg"), "media-type"),
        (response(b"{}", content_type="application/json"), "media-type"),
        (response(b"\xff\xd8", content_type=None), "media-type"),
        (record(b"log", "resource", Content_Type="text/plain", WARC_Target_URI="metadata://x/wget.log"), "address"),
        (record(b"\x89PNG", "resource", Content_Type="image/png"), "media-type"),
    ],
    ids=range(14),
)
def test_other_records_are_skipped(data: bytes, reason: str) -> None:
    assert skipped(data) == reason
    assert skipped(gzip.compress(data)) == reason


@pytest.mark.parametrize(
    ("said", "status"),
    [("text/html", "200 OK"), ("TEXT/HTML;charset=x", "203 A"), ("application/xhtml+xml", "200 OK"),
     ("text/plain", "206 Partial"), (None, "200 OK")],
)  # fmt: skip
def test_pages_and_plain_text(said: str | None, status: str) -> None:
    found = one(response(PAGE, content_type=said, status=status))
    assert (found.content, found.content_type) == (PAGE, said)


def test_text_of_a_page_and_pages_from_elsewhere() -> None:
    found = one(record("首页\n正文".encode(), "conversion", Content_Type="text/plain"))
    assert (found.content, found.url) == ("首页\n正文".encode(), "https://h0.example/0")
    found = one(record(PAGE, "resource", Content_Type="text/html", WARC_Target_URI="<http://a.cn/>"))
    assert (found.content, found.url) == (PAGE, "http://a.cn/")


CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (gzip.compress(PAGE), "Content-Encoding: gzip\r\n"),
        (zlib.compress(PAGE), "Content-Encoding: deflate\r\n"),
        (zstandard.compress(PAGE), "Content-Encoding: zstd\r\n"),
        (CHUNKED, "Transfer-Encoding: chunked\r\n"),
        (PAGE, "Transfer-Encoding: chunked\r\n"),  # stored unpacked under the old headers, as many crawlers do
        (PAGE, "Content-Encoding: gzip\r\n"),
        (PAGE, "Content-Encoding: unheard-of\r\n"),
    ],
    ids=range(7),
)
def test_content_is_unpacked(body: bytes, more: str) -> None:
    assert one(response(body, more=more)).content == PAGE


def test_content_that_cannot_be_unpacked() -> None:
    found = failure(response(b"\x1f\x8b\x08\x00broken" + bytes(50), more="Content-Encoding: gzip\r\n"))
    assert found.error.startswith("is a response whose content cannot be unpacked: ")
    assert (found.origin, found.offset) == ("x.bin#1", 0)


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("pipe", [False, True])
def test_planted_damage_is_counted_and_costs_nothing_else(packing: str, pipe: bool) -> None:
    archive = planted(PAGES, packing)
    found = read(archive.data, pipe=pipe)
    records = [item for item in found if isinstance(item, Record)]
    assert [item.url for item in records] == [f"https://h{n % 7}.example/{n}" for n in archive.pages]
    assert [item.content for item in records] == [PAGES[n] for n in archive.pages]
    assert [item.offset for item in found if isinstance(item, Failure)] == archive.broken
    assert Counter(item.reason for item in found if isinstance(item, Skipped)) == archive.skipped
    assert [item.origin for item in found] == [f"x.bin#{n}" for n in range(1, len(found) + 1)]


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("piece", [1, 13, 1000])
def test_pieces_of_any_size_change_nothing(packing: str, piece: int) -> None:
    class Slow(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(min(size or piece, piece))

        def readinto(self, buffer: Any) -> int:
            return super().readinto(memoryview(buffer)[:piece])

    archive = planted(PAGES[:40], packing)
    found = list(read_stream(Slow(archive.data), "x", "x", LIMIT))
    assert found == list(read_stream(io.BytesIO(archive.data), "x", "x", LIMIT))


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_an_archive_in_one_member(packing: str) -> None:
    archive = planted(PAGES[:60], "plain")
    found = read(PACK[packing](archive.data))
    assert [item.content for item in found if isinstance(item, Record)] == [PAGES[n] for n in archive.pages]
    assert [item.offset for item in found if isinstance(item, Failure)] == [0] * len(archive.broken)


def test_errors_say_what_is_wrong() -> None:
    good, half = response(PAGE, 1), response(PAGE, 2)
    whole = len(half) - half.index(b"\r\n\r\n") - 8
    for data, error in (
        (half[:-60], f"is half a record: {whole - 56} of {whole} bytes of content are there"),
        (half[:100], "is half a record: its header does not end"),
        (half[:-60] + good, f"is half a record: no record ends after {whole} bytes of content"),
        (record(b"x", Content_Length=None) + good, "is a record whose header gives no length"),
        (b"rubbish\r\n" * 9000 + good, "no record begins here"),
        (gzip.compress(half)[:-30], "is damaged gzip data: it ends in the middle of a member"),
    ):
        *before, broken = (
            [item for item in read(good + data, "x.warc") if isinstance(item, Failure)]
            if (not data.startswith(b"\x1f"))
            else read(gzip.compress(good) + data)
        )
        assert all(isinstance(item, Record) for item in before)
        assert isinstance(broken, Failure)
        assert broken.error == error
        assert broken.offset == len(gzip.compress(good) if data.startswith(b"\x1f") else good)
    found = read(good + half[:-60] + good)
    assert [type(item) for item in found] == [Record, Failure, Record]


def test_a_page_about_archives_is_not_cut() -> None:
    page = b"<pre>WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\nabc</pre>\r\n\r\n" * 9
    assert one(response(page)).content == page


def test_a_damaged_first_member_does_not_hide_the_format() -> None:
    first = bytearray(gzip.compress(response(PAGE, 1)))
    first[12:20] = b"\xff" * 8
    broken, found = read(bytes(first) + gzip.compress(response(PAGE, 2)))
    assert isinstance(broken, Failure)
    assert isinstance(found, Record)


@pytest.mark.parametrize(("packing", "ending"), [("gzip", ".gz"), ("zstd", ".zst")])
def test_a_file_whose_first_bytes_are_gone_is_what_its_name_says(packing: str, ending: str) -> None:
    data = b"\x01" * 20 + b"".join(PACK[packing](response(PAGE, n)) for n in range(3))
    broken, *found = read(data, f"x.warc{ending}")
    assert isinstance(broken, Failure)
    assert (broken.error.partition(":")[2], broken.offset) == (
        f" no {'member' if packing == 'gzip' else 'frame'} begins at byte 0",
        0,
    )
    assert [type(item) for item in found] == [Record] * 3


@pytest.mark.parametrize("length", ["99999999999999999", "1", "-5", "abc", "999999999999999999999999"])
@pytest.mark.parametrize("packing", PACK)
def test_lengths_that_lie(length: str, packing: str) -> None:
    pack = PACK[packing]
    data = pack(response(PAGE, 1)) + pack(record(PAGE, number=2, Content_Length=length)) + pack(response(PAGE, 3))
    found = read(data)
    assert [type(item) for item in found if not isinstance(item, Failure)] == [Record, Record]
    assert sum(isinstance(item, Failure) for item in found) == 1


@pytest.mark.parametrize("pipe", [False, True])
def test_a_long_record_is_not_held(pipe: bool) -> None:
    film = response(bytes(80_000_000), 2, content_type="video/mp4")
    page = response(b"<p>" + b"a" * 60_000_000, 3)
    data = response(PAGE, 1) + film + page + response(PAGE, 4)
    source = (Pipe if pipe else io.BytesIO)(data)
    tracemalloc.start()
    found = list(read_stream(source, "x", "x", LIMIT))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(item) for item in found] == [Record, Skipped, Failure, Record]
    assert "over the limit of 1,000,000 bytes" in found[2].error  # type: ignore[union-attr]
    assert peak < 20_000_000


def test_a_long_broken_record_hides_nothing_in_a_file_that_can_be_read_again() -> None:
    lies = record(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(3_000_000), number=2, length=2_900_000)
    found = read(lies + response(PAGE, 3) + response(PAGE, 4))
    assert [type(item) for item in found] == [Failure, Record, Record]


def test_bombs_stay_packed() -> None:
    inner = response(gzip.compress(bytes(60_000_000)), more="Content-Encoding: gzip\r\n")
    outer = gzip.compress(record(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + bytes(60_000_000)))
    for data in (inner, gzip.compress(inner), outer):
        tracemalloc.start()
        found = read(data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert [type(item) for item in found] == [Failure]
        assert peak < 20_000_000


def test_a_zstd_dictionary_in_front_is_used() -> None:
    pages = [response(page, n) for n, page in enumerate(PAGES)]
    dictionary = zstandard.train_dictionary(4000, list(pages))
    packed = zstandard.ZstdCompressor(dict_data=dictionary)
    for raw in (dictionary.as_bytes(), zstandard.compress(dictionary.as_bytes())):
        head = b"\x5d\x2a\x4d\x18" + len(raw).to_bytes(4, "little") + raw
        found = read(head + b"".join(map(packed.compress, pages)))
        assert [item.content for item in found if isinstance(item, Record)] == PAGES


def test_fastwarc_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastwarc.warc", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "cleantext-corpus\[warc\]"$'):
        read(response(PAGE))


SMALL = {name: b"".join(pack(response(PAGES[n], n)) for n in range(12)) for name, pack in PACK.items()}


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(PACK)),
    st.integers(0, 100_000),
    st.binary(min_size=0, max_size=9),
    st.integers(0, 400),
    st.booleans(),
)
def test_damage_anywhere_never_raises_and_loses_little(
    packing: str, at: int, new: bytes, gone: int, pipe: bool
) -> None:
    data = SMALL[packing]
    at = 6 + at % (len(data) - 6)  # the first bytes say what the file is
    ending = {"plain": "", "gzip": ".gz", "zstd": ".zst"}[packing]
    found = read(data[:at] + new + data[at + gone :], f"x.warc{ending}", pipe=pipe)
    records = [item.content for item in found if isinstance(item, Record)]
    touched = len(data) / 12
    assert len(records) >= 12 - 2 - gone / touched
    if packing == "gzip":  # the other two have no checksum over their headers
        assert all(content in PAGES for content in records)


def test_a_run_over_an_archive(tmp_path: Path) -> None:
    archive = planted(PAGES, "gzip")
    (tmp_path / "crawl.bin").write_bytes(archive.data)
    report = run(
        tmp_path / "crawl.bin", tmp_path / "out", config(max_removed=1.0, run={"jobs": 2, "max_failures": 0.05})
    )
    stages = check_stages(tmp_path / "out")
    assert stages["read"]["dropped"] == {f"skipped/{kind}": count for kind, count in archive.skipped.items()} | {
        "failed": len(archive.broken)
    }
    assert stages["read"]["out"] == len(archive.pages)
    assert report.failure_rate == len(archive.broken) / (len(archive.pages) + len(archive.broken))
    assert sum(report.skipped.values()) == sum(archive.skipped.values())
    assert f"no documents: {sum(archive.skipped.values()):,} records (skipped/request 40" in report.summary()
    assert f"documents: {len(PAGES):,} read, {len(archive.broken)} failed" in report.summary()
    failed = rows(tmp_path / "out", "failed.jsonl")
    assert [row["offset"] for row in failed] == archive.broken
    first = rows(tmp_path / "out")[0]
    assert (first["url"], first["origin"]) == ("https://h0.example/0", "crawl.bin#2")
    assert first["metadata"]["crawled"] == "2024-05-06T07:08:09Z"
    packed = archive.data[int(first["metadata"]["offset"]) :]
    assert first["metadata"]["record_id"].encode() in zlib.decompressobj(wbits=31).decompress(packed)
