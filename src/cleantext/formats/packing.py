"""Compressed data as pieces: gzip members, zstd frames and xz streams, one after the other in a file.

A damaged member costs itself: what was unpacked of it comes, then the damage, and then the next member that can be
found. Nothing is unpacked beyond what is asked for, so that a file of a kilobyte cannot unfold into memory.
"""

from __future__ import annotations

import lzma
import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from cleantext.errors import MissingDependencyError, ParseError

__all__ = ["CHUNK", "COMPRESSED", "DamageError", "Piece", "Start", "codec_of", "plain_name", "unpacked"]

# Endings that say how a file is compressed and nothing about what is in it.
COMPRESSED = (".gz", ".zst", ".zstd", ".xz")

CHUNK = 1 << 16  # bytes that are read or unpacked at a time
_WINDOW = 1 << 20  # bytes of a damaged member that are searched for the next one
_AGAIN = 4  # times that all that was read may be gone back over
_TRIED = 4096  # bytes that must unpack where a member is thought to begin
_ZSTD_FED = 512  # bytes; a zstd block of four can hold 128 kB
_XZ_MEMORY = 128 << 20  # bytes; xz -9 needs 65 MiB
_DICTIONARY = 1 << 24  # bytes that a dictionary of zstd may have
_MAGIC = {
    ".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd", ".zstd": b"\x28\xb5\x2f\xfd", ".xz": b"\xfd7zXZ\x00"
}  # fmt: skip
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # which no text has
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_HEADER = 18  # bytes that tell whether a member begins


def plain_name(name: str) -> str:
    """`name` in lower case without the ending of its compression: `Pages.JSONL.gz` is `pages.jsonl`."""
    lower = name.lower()
    for ending in COMPRESSED:
        lower = lower.removesuffix(ending)
    return lower


class DamageError(ParseError):
    """Part of a file cannot be unpacked. `offset` is the byte of the file at which that part begins."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Start:
    """A member begins here, at byte `offset` of the file."""

    offset: int


# What a file is made of: unpacked bytes, places where members begin, and damage, after which more may come.
Piece = bytes | Start | DamageError


class _Decoder(ABC):
    """Unpacks one member."""

    done = False
    fed = CHUNK  # bytes it takes at a time

    @abstractmethod
    def feed(self, data: bytes) -> tuple[bytes, int]:
        """Some of what is in `data`, and how many bytes of it were used. Raises what `Codec.errors` says."""


class _Gzip(_Decoder):
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    def feed(self, data: bytes) -> tuple[bytes, int]:
        found = self._inner.decompress(data, CHUNK)
        self.done = self._inner.eof
        return found, len(data) - len(self._inner.unused_data if self.done else self._inner.unconsumed_tail)


class _Xz(_Decoder):
    def __init__(self) -> None:
        self._inner = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    def feed(self, data: bytes) -> tuple[bytes, int]:
        data = data if self._inner.needs_input else b""
        found = self._inner.decompress(data, CHUNK)
        self.done = self._inner.eof
        return found, len(data) - (len(self._inner.unused_data) if self.done else 0)


class _Zstd(_Decoder):
    fed = _ZSTD_FED

    def __init__(self, dictionary: Any) -> None:
        import zstandard  # noqa: PLC0415 - optional

        self._inner = zstandard.ZstdDecompressor(dict_data=dictionary).decompressobj()

    def feed(self, data: bytes) -> tuple[bytes, int]:
        found = self._inner.decompress(data)
        self.done = self._inner.eof
        return found, len(data) - (len(self._inner.unused_data) if self.done else 0)


@dataclass(slots=True)
class Codec:
    """A form of compression: `magic` is what its members begin with, `errors` what its decoder raises."""

    name: str
    ending: str
    member: str
    magic: re.Pattern[bytes]
    errors: tuple[type[Exception], ...]
    dictionary: Any = None

    def decoder(self) -> _Decoder:
        """What unpacks the next member."""
        if self.name == "zstd":
            return _Zstd(self.dictionary)
        return _Gzip() if self.name == "gzip" else _Xz()


# The method is deflate, no reserved flag is set, and the byte for the speed of compression has one of its values.
_GZIP_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]", re.DOTALL)
_XZ_STREAM = re.compile(rb"\xfd7zXZ\x00\x00[\x00-\x0f]")
_ZSTD_FRAME = re.compile(rb"\x28\xb5\x2f\xfd")


def codec_of(head: bytes, name: str = "") -> Codec | None:
    """What a file that begins with `head` is compressed with; None: nothing.

    Where the first bytes are no text and not what they should be either, its `name` tells.

    Raises MissingDependencyError for zstd data without the zstandard package.
    """
    ending = next((end for end in COMPRESSED if name.lower().endswith(end)), "") if _CONTROLS.search(head) else ""
    known = head.startswith((*_MAGIC.values(), b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")) or _SKIPPABLE.match(head)
    if not known:
        head = _MAGIC.get(ending, head)
    if head.startswith(b"\x1f\x8b"):
        return Codec("gzip", ".gz", "member", _GZIP_MEMBER, (zlib.error,))
    if head.startswith(b"\xfd7zXZ\x00"):
        return Codec("xz", ".xz", "stream", _XZ_STREAM, (lzma.LZMAError, MemoryError))
    if head.startswith(b"\x28\xb5\x2f\xfd") or _SKIPPABLE.match(head):
        try:
            import zstandard  # noqa: PLC0415 - optional
        except ImportError:
            raise MissingDependencyError(
                'the input is compressed with zstd, which needs a package: pip install "cleantext-corpus[zstd]"'
            ) from None
        return Codec("zstd", ".zst", "frame", _ZSTD_FRAME, (zstandard.ZstdError, MemoryError))
    return None


class _Packed:
    """The bytes of a compressed file from `base` on, of which those before `at` have been used."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.held = bytearray()
        self.base = self.at = 0
        self._again = 0  # bytes that have been gone back over

    def fill(self, size: int) -> bool:
        """Hold `size` bytes that have not been used; False where the file has no more."""
        while len(self.held) - self.at < size:
            if not (chunk := next(self._chunks, b"")):
                return False
            self.held += chunk
        return True

    def drop(self, keep: int = 0) -> None:
        """Forget what has been used, but for the last `keep` bytes of it."""
        count = max(0, self.at - keep)
        del self.held[:count]
        self.base += count
        self.at -= count

    def rewind(self, start: int) -> None:
        """Go back to `start`, a byte of the file, or as far as is held; a file made to be gone over forever is not."""
        back = self.at - max(0, start - self.base)
        if self._again + back <= _AGAIN * (self.base + self.at) + _WINDOW:
            self._again += back
            self.at -= back

    def unused(self, size: int = CHUNK) -> bytes:
        """The next bytes, `size` at most."""
        return bytes(self.held[self.at : self.at + size])


def unpacked(codec: Codec, chunks: Iterator[bytes]) -> Iterator[Piece]:
    """The content of a compressed file of which `chunks` are the bytes."""
    packed = _Packed(chunks)
    packed.fill(_HEADER)
    assumed = packed.held.startswith(_MAGIC[codec.ending])  # what comes is a member; later ones are looked at closely
    while True:
        packed.fill(_HEADER)
        while packed.unused(1) == b"\x00" and not assumed:  # padding, which tapes and xz have
            packed.at += len(packed.unused()) - len(packed.unused().lstrip(b"\x00"))
            packed.fill(_HEADER)
        packed.drop()
        if not packed.held:
            return
        if codec.name == "zstd" and _SKIPPABLE.match(packed.held):
            _skip_frame(codec, packed)
            continue
        begun, error = packed.base, f"no {codec.member} begins at byte {packed.base}"
        if assumed or codec.magic.match(packed.held) or len(packed.held) < _HEADER:
            assumed = False
            yield Start(begun)
            error = yield from _member(codec, packed)
        if error:
            yield DamageError(f"is damaged {codec.name} data: {error}", begun)
            packed.rewind(begun + 1)
            _find_member(codec, packed)


def _member(codec: Codec, packed: _Packed) -> Generator[bytes, None, str]:
    """What is in the member that begins here; returns why it ends too early, or nothing."""
    decoder = codec.decoder()
    try:
        while not decoder.done:
            whole = packed.fill(1)
            found, used = decoder.feed(packed.unused(decoder.fed))
            packed.at += used
            packed.drop(_WINDOW)
            if found:
                yield found
            elif not whole and not used and not decoder.done:
                return f"it ends in the middle of a {codec.member}"
    except codec.errors as error:
        return str(error) or type(error).__name__
    return ""


def _find_member(codec: Codec, packed: _Packed) -> None:
    """Go on to where the next member begins, or to the end."""
    while True:
        packed.drop()
        more = packed.fill(CHUNK)
        for match in codec.magic.finditer(bytes(packed.held)):
            packed.at = match.start()
            packed.fill(_TRIED)
            if _begins(codec, packed.unused(_TRIED)):
                return
        packed.at = len(packed.held)
        if not more:
            return
        packed.at -= _HEADER


def _begins(codec: Codec, data: bytes) -> bool:
    """Whether `data` unpack without a fault, as the first bytes of a member do."""
    decoder, at, size = codec.decoder(), 0, 0
    try:
        while not decoder.done and at < len(data) and size < CHUNK:
            found, used = decoder.feed(data[at : at + decoder.fed])
            at += used
            size += len(found)
            if not found and not used:
                break
    except codec.errors:
        return False
    return True


def _skip_frame(codec: Codec, packed: _Packed) -> None:
    """Pass over a frame of zstd that holds no content; one in front of a WARC file holds a dictionary for the rest."""
    packed.fill(8)
    size = int.from_bytes(packed.held[4:8], "little")
    if packed.held[0] == 0x5D and packed.base == 0 and size <= _DICTIONARY and packed.fill(8 + size):
        codec.dictionary = _dictionary(bytes(packed.held[8 : 8 + size]))
    packed.at = 8
    while size and packed.fill(1):
        used = min(size, len(packed.held) - packed.at)
        packed.at += used
        size -= used
        packed.drop()


def _dictionary(data: bytes) -> Any:
    import zstandard  # noqa: PLC0415 - optional

    if data.startswith(b"\x28\xb5\x2f\xfd"):
        try:
            with zstandard.ZstdDecompressor().stream_reader(data) as reader:
                data = reader.read(_DICTIONARY)
        except zstandard.ZstdError:
            return None  # the frames that need it will say so
    return zstandard.ZstdCompressionDict(data)
