"""Web archives with planted damage: documents a second, memory over time, and whether the damage is counted exactly.

    python benchmarks/warc.py [--records N] [--data FOLDER] [--plot docs/images/warc.svg] [--clean]

Writes an archive of N responses (10,000), gzip and zstd, with requests, revisits, pictures and errors between them, in
which one response in twenty is half there, or has a wrong length, or is in a member that is cut off or changed. The
pages are those of --data (`*.html.gz` anywhere in it), one after the other and again, else ones made up of the text of
the seeds. Each archive is read by a process of its own, which looks at its resident memory a hundred times; with
--clean the pages are also cleaned. The numbers of pages, of skipped records by kind and of failures, and the places of
the failures, must be those that were planted. Memory is flat when the second half of the looks finds no more than a few
MiB above the first.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from measure import resident_mib
from plot import Panel, draw

__all__ = ["Planted", "plant", "read_archive"]

_SEEDS = Path(__file__).parent.parent / "seeds"
_EVERY = 20  # one response in so many is damaged
_LOOKS = 100
_FLAT = 8.0  # MiB
_LIMIT = 32 << 20
_ZSTD = zstandard.ZstdCompressor(write_checksum=True)


@dataclass
class Planted:
    """What an archive holds: good pages, skipped records by kind, and the places of the damage."""

    pages: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    broken: list[int] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"pages": self.pages, "skipped": dict(sorted(self.skipped.items())), "broken": self.broken}


def _record(kind: str, content: bytes, number: int, length: int | None = None) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number:08d}-0000-4000-8000-000000000000>\r\n"
        f"WARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Target-URI: https://h{number % 997}.example/{number}\r\n"
        f"Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(content) if length is None else length}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n\r\n"


def _response(body: bytes, status: str = "200 OK", kind: str = "text/html") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class _Archive:
    """An archive that is being written."""

    stream: BinaryIO
    packing: str
    planted: Planted = field(default_factory=Planted)

    def write(self, data: bytes, damage: int | None = None) -> None:
        """Append a record, in a member that is cut off (2) or changed (3) where `damage` says so."""
        packed = gzip.compress(data, 6, mtime=0) if self.packing == "gzip" else _ZSTD.compress(data)
        if damage == 2:
            packed = packed[: len(packed) * 2 // 3]
        elif damage == 3:
            middle = len(packed) // 2
            packed = packed[:middle] + bytes(b ^ 0x55 for b in packed[middle : middle + 16]) + packed[middle + 16 :]
        if damage is not None:
            self.planted.broken.append(self.stream.tell())
        self.stream.write(packed)

    def other(self, kind: str, data: bytes) -> None:
        """Append a record that is to be skipped as `kind`."""
        self.planted.skipped[kind] += 1
        self.write(data)

    def page(self, body: bytes, number: int) -> None:
        """Append a response, whole or damaged."""
        content = _response(body)
        whole = _record("response", content, number)
        if number % _EVERY != _EVERY // 2:
            self.planted.pages += 1
            self.write(whole)
            return
        way = number // _EVERY % 4
        data = {0: whole[: len(whole) * 2 // 3], 1: _record("response", content, number, len(content) + 99_999)}
        self.write(data.get(way, whole), way)


def plant(path: Path, packing: str, pages: Sequence[bytes], count: int) -> Planted:
    """Write an archive of `count` responses to `path`; what is in it."""
    rng = random.Random(count)
    with path.open("wb") as stream:
        archive = _Archive(stream, packing)
        archive.other("warcinfo", _record("warcinfo", b"software: benchmark\r\n", 0))
        for number in range(count):
            archive.page(pages[number % len(pages)], number)
            archive.other("request", _record("request", b"GET / HTTP/1.1\r\n\r\n", number))
            if rng.random() < 0.1:
                archive.other("revisit", _record("revisit", b"HTTP/1.1 200 OK\r\n\r\n", number))
            if rng.random() < 0.1:
                picture = _response(rng.randbytes(9000), kind="image/png")
                archive.other("media-type", _record("response", picture, number))
            if rng.random() < 0.1:
                archive.other("status", _record("response", _response(b"gone", "404 Not Found"), number))
    return archive.planted


def read_archive(path: Path, records: int, *, clean: bool = False) -> dict[str, Any]:
    """What is found in the archive at `path`, in how many seconds, and the resident memory over the records."""
    from cleantext import Cleaner, DocumentError  # noqa: PLC0415 - in the process that is measured
    from cleantext.formats.base import Failure, Record  # noqa: PLC0415
    from cleantext.formats.inputs import find_inputs, read_input  # noqa: PLC0415

    found, cleaner, memory, refused, size = Planted(), Cleaner(), [], 0, 0
    (item,) = find_inputs([path])
    started, step = time.perf_counter(), max(1, records // _LOOKS)
    for one in read_input(item, _LIMIT):
        if isinstance(one, Record):
            if found.pages % step == 0:
                memory.append((found.pages, resident_mib()))
            found.pages += 1
            size += len(one.content)
            if clean:
                try:
                    cleaner.clean_record(one)
                except DocumentError:
                    refused += 1
        elif isinstance(one, Failure):
            found.broken.append(one.offset if one.offset is not None else -1)
        else:
            found.skipped[one.reason] += 1
    seconds = time.perf_counter() - started
    return found.to_dict() | {"seconds": seconds, "memory": memory, "refused": refused, "bytes": size}


def _pages(data: Path | None) -> Iterator[bytes]:
    """Pages to put into archives."""
    if data is not None:
        for path in sorted(data.rglob("*.html.gz")):
            yield gzip.decompress(path.read_bytes())
        return
    rng = random.Random(1)
    lines = [
        line for path in sorted(_SEEDS.glob("*")) if path.is_file() and not path.name.startswith(".")
        for line in path.read_bytes().decode("utf-8", "replace").splitlines() if len(line) > 20
    ]  # fmt: skip
    for number in range(300):
        body = "".join(f"<p>{rng.choice(lines)}</p>\n" for _ in range(rng.randint(5, 60)))
        menu = "".join(f'<li><a href="/{n}">频道{n}</a></li>' for n in range(40))
        yield f"<html><head><title>第{number}篇</title></head><body><ul>{menu}</ul>{body}</body></html>".encode()


def _measured(path: Path, planted: Planted, options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """What a process of its own finds in an archive, and what is wrong with that."""
    command = [sys.executable, __file__, "--read", str(path), "--records", str(planted.pages)]
    command += ["--clean"] if options.clean else []
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    wrong = [
        f"{path.name}: {name}: planted {value}, found {found[name]}"
        for name, value in planted.to_dict().items()
        if found[name] != value
    ]
    looks = [mib for _, mib in found["memory"]]
    half = len(looks) // 2
    growth = max(looks[half:], default=0) - max(looks[:half], default=0)
    if growth > _FLAT:
        wrong.append(f"{path.name}: memory grows by {growth:.1f} MiB in the second half")
    damage = len(planted.broken)
    print(
        f"{path.name}: {path.stat().st_size / 1e6:,.0f} MB, {found['pages']:,} pages of {found['bytes'] / 1e6:,.0f} MB "
        f"in {found['seconds']:.1f} s: {found['pages'] / found['seconds']:,.0f} documents/s, "
        f"{found['bytes'] / found['seconds'] / 1e6:,.1f} MB/s; {sum(planted.skipped.values()):,} records skipped, "
        f"{len(found['broken']):,} failures of {damage:,} planted; memory {min(looks):.0f} to {max(looks):.0f} MiB, "
        f"{growth:+.1f} in the second half" + (f"; {found['refused']:,} pages refused" if options.clean else "")
    )
    return found, wrong


def main() -> int:
    """Write archives, have them read, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000, help="responses of an archive")
    parser.add_argument("--data", type=Path, help="folder of pages")
    parser.add_argument("--clean", action="store_true", help="also clean the pages")
    parser.add_argument("--plot", type=Path, help="write memory over documents to this SVG file")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(json.dumps(read_archive(options.read, options.records, clean=options.clean)))
        return 0
    pages, wrong, panels = list(_pages(options.data)), [], []
    with tempfile.TemporaryDirectory(prefix="warc-") as folder:
        for packing, ending in (("gzip", "gz"), ("zstd", "zst")):
            path = Path(folder, f"pages.warc.{ending}")
            found, problems = _measured(path, plant(path, packing, pages, options.records), options)
            wrong += problems
            looks = found["memory"][:: max(1, len(found["memory"]) // 10)]
            panels.append(
                Panel(
                    f"{packing}: resident memory (MiB)", "documents", [n for n, _ in looks], [mib for _, mib in looks]
                )
            )
    if options.plot:
        options.plot.write_text(draw(panels), encoding="utf-8")
    for line in wrong:
        print(f"WRONG: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
