"""Web archives for tests: records as bytes, archives with planted damage, and what must come of them."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import zstandard

__all__ = ["PACK", "Planted", "planted", "record", "response"]

PACK: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}


def record(
    content: bytes, kind: str = "response", number: int = 0, length: int | None = None, **headers: str | None
) -> bytes:
    """A record of an archive. Headers that are None are left out."""
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{number:08d}-0000-4000-8000-000000000000>",
        "WARC-Date": "2024-05-06T07:08:09Z",
        "WARC-Target-URI": f"https://h{number % 7}.example/{number}",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(content) if length is None else length),
    } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join(["WARC/1.0", *lines, "", ""]).encode() + content + b"\r\n\r\n"


def response(
    body: bytes,
    number: int = 0,
    status: str = "200 OK",
    content_type: str | None = "text/html; charset=utf-8",
    more: str = "",
) -> bytes:
    """A record of an HTTP response."""
    said = f"Content-Type: {content_type}\r\n" if content_type is not None else ""
    head = f"HTTP/1.1 {status}\r\n{said}{more}Content-Length: {len(body)}\r\n\r\n"
    return record(head.encode() + body, number=number)


@dataclass
class Planted:
    """An archive: its bytes, the numbers of the pages that must come, the places of the damage, the skipped by kind."""

    data: bytes = b""
    pages: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)

    def add(self, data: bytes, number: int | None = None, kind: str | None = None) -> None:
        """Append the bytes of a page, of a record that is skipped as `kind`, or, with neither, of damage."""
        if number is not None:
            self.pages.append(number)
        elif kind is not None:
            self.skipped[kind] = self.skipped.get(kind, 0) + 1
        else:
            self.broken.append(len(self.data))
        self.data += data


def planted(pages: Sequence[bytes], packing: str, every: int = 20) -> Planted:
    """An archive of `pages`, between them requests, revisits and others, and every so often one that is damaged."""
    pack, archive = PACK[packing], Planted()
    archive.add(pack(record(b"software: tests\r\n", "warcinfo")), kind="warcinfo")
    ways = 4 if packing != "plain" else 2
    for number, page in enumerate(pages):
        whole = response(page, number)
        if number % every == every // 2:
            damage = damaged(whole, packing, number // every % ways)
            archive.add(damage)
        else:
            archive.add(pack(whole), number)
        if number % 5 == 1:
            archive.add(pack(record(b"GET / HTTP/1.1\r\n\r\n", "request", number)), kind="request")
        if number % 7 == 2:
            archive.add(pack(record(b"HTTP/1.1 200 OK\r\n\r\n", "revisit", number)), kind="revisit")
        if number % 11 == 3:
            picture = response(b"\x89PNG\r\n\x1a\n" + bytes(99), number, content_type="image/png")
            archive.add(pack(picture), kind="media-type")
        if number % 13 == 4:
            archive.add(pack(response(page, number, status="404 Not Found")), kind="status")
    return archive


def damaged(whole: bytes, packing: str, way: int) -> bytes:
    """A record that is damaged: half of it is there, or its length is wrong, or its member is cut off or changed."""
    if way == 0:
        return PACK[packing](whole[: len(whole) * 2 // 3])
    if way == 1:
        return PACK[packing](whole.replace(b"Content-Length: ", b"Content-Length: 1", 1))
    packed = bytearray(PACK[packing](whole))
    if way == 2:
        return bytes(packed[: len(packed) * 2 // 3])
    middle = len(packed) // 2
    packed[middle : middle + 20] = bytes(byte ^ 0x55 for byte in packed[middle : middle + 20])
    return bytes(packed)
