"""How an index keeps a document: its match texts, compressed.

A body is a byte that names the form, then zlib of: the sizes in bytes of the next two parts (int32), a header (JSON),
the match texts (UTF-16), the length of each in characters (int32), and where their units begin (a bit a character).
From match texts the sets of shingles of every level are made again exactly. They take a fifth of the room that the
hashes of one level take, for those are random numbers and do not compress.
"""

from __future__ import annotations

import json
import zlib
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.dedup.remembered import Remembered
from cleantext.dedup.shingle import MatchTexts
from cleantext.errors import StoreError

__all__ = ["Body", "decoded", "encoded"]

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

_PLAIN, _ASTRAL = b"\x01", b"\x02"  # every character is one unit of UTF-16, or some are two


def encoded(document: Remembered) -> bytes:
    """The body under which a store keeps `document`."""
    texts = document.texts
    header: dict[str, Any] = {"ordinals": document.ordinals, "length": document.length}
    header |= {"date": document.date} if document.date else {}
    header |= {"sources": document.sources} if document.sources else {}
    header |= {"origin": document.origin} if document.origin else {}
    head = json.dumps(header, separators=(",", ":")).encode()
    plain = not texts.codes.size or int(texts.codes.max()) < 0x10000
    units = texts.codes.astype("<u2").tobytes() if plain else _utf16(texts.codes)
    parts = [
        np.array([len(head), len(units)], dtype="<i4").tobytes(),
        head,
        units,
        texts.lengths.astype("<i4").tobytes(),
        np.packbits(texts.begins).tobytes(),
    ]
    return (_PLAIN if plain else _ASTRAL) + zlib.compress(b"".join(parts))


def _utf16(codes: U32) -> bytes:
    return codes.astype("<u4").tobytes().decode("utf-32-le").encode("utf-16-le")


class Body:
    """A stored document, opened. Raises StoreError where `body` is damaged."""

    def __init__(self, document_id: str, body: bytes) -> None:
        self.document_id = document_id
        try:
            self._open(body)
        except (ValueError, IndexError, zlib.error) as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> StoreError:
        return StoreError(f"the record of document {self.document_id} in the index is damaged ({error})", retry=False)

    def _open(self, body: bytes) -> None:
        if body[:1] not in (_PLAIN, _ASTRAL):
            raise ValueError("not of a known form")
        data = zlib.decompress(body[1:])
        head, units = np.frombuffer(data, "<i4", count=2).tolist()
        self._head = data[8 : 8 + head]
        begin = 8 + head
        if body[:1] == _PLAIN:
            self._codes: npt.NDArray[Any] = np.frombuffer(data, "<u2", count=units // 2, offset=begin)
        else:
            text = data[begin : begin + units].decode("utf-16-le")
            self._codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
        size = self._codes.size
        bits = (size + 7) // 8
        begin += units
        lengths = np.frombuffer(data, "<i4", count=(len(data) - begin - bits) // 4, offset=begin)
        self._offsets = np.zeros(lengths.size + 1, dtype=np.int64)
        np.cumsum(lengths, out=self._offsets[1:])
        self._begins = np.unpackbits(np.frombuffer(data, np.uint8, offset=len(data) - bits), count=size).view(np.bool_)
        if self._offsets[-1] != size:
            raise ValueError("its lengths do not add up")

    @property
    def characters(self) -> int:
        """Characters of all match texts."""
        return self._codes.size

    def text(self, place: int) -> MatchTexts:
        """The match text of the paragraph at `place`."""
        begin, end = int(self._offsets[place]), int(self._offsets[place + 1])
        codes = self._codes[begin:end].astype(np.uint32)
        return MatchTexts(codes, np.array([0, end - begin]), self._begins[begin:end])

    @property
    def whole(self) -> MatchTexts:
        """The match text of the document, as one text."""
        size = self.characters
        return MatchTexts(self._codes.astype(np.uint32), np.array([0, size]), self._begins)

    @cached_property
    def document(self) -> Remembered:
        """All that is kept of the document."""
        try:
            header = json.loads(self._head)
            ordinals = tuple(header["ordinals"])
            if len(ordinals) != self._offsets.size - 1:
                raise ValueError(f"{len(ordinals)} ordinals")
            return Remembered(
                self.document_id,
                MatchTexts(self._codes.astype(np.uint32), self._offsets, self._begins),
                ordinals,
                header["length"],
                header.get("date"),
                tuple(header.get("sources", ())),
                header.get("origin", ""),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(error) from None


def decoded(document_id: str, body: bytes) -> Remembered:
    """The document of that `body`. Raises StoreError where it is damaged."""
    return Body(document_id, body).document
