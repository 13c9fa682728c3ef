"""Documents as an index compares them: match texts of paragraphs, and what a keep policy asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from cleantext.dedup.shingle import MatchTexts, Rule, match_texts
from cleantext.errors import ConfigError
from cleantext.records import Document

__all__ = ["Batch", "Remembered", "batches", "prepared"]

I64 = npt.NDArray[np.int64]

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n")
# Paragraphs and characters that are judged together: enough for arrays, and few enough to be no burden to others
# who wait for the store.
_PARAGRAPHS, _CHARACTERS = 32_768, 8_000_000


@dataclass(frozen=True, slots=True)
class Remembered:
    """A document: the match text of each of its paragraphs, without empty ones, and the ordinals of these.

    `length` is the number of characters of its clean text, `date` and `sources` are what a keep policy asks for.
    """

    document_id: str
    texts: MatchTexts
    ordinals: tuple[int, ...]
    length: int = 0
    date: str | None = None
    sources: tuple[str, ...] = ()
    origin: str = ""

    @property
    def whole(self) -> MatchTexts:
        """The match text of the whole document, as one text."""
        return MatchTexts(self.texts.codes, np.array([0, self.texts.codes.size]), self.texts.begins)

    def same_text(self, other: Remembered) -> bool:
        """Whether both have the same match text."""
        return np.array_equal(self.texts.codes, other.texts.codes)


@dataclass(frozen=True, slots=True)
class _Given:
    """A document as it was given."""

    document_id: str
    paragraphs: Sequence[str]
    ordinals: Sequence[int]
    date: str | None = None
    sources: tuple[str, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents that are judged together: all paragraphs end to end, those of document d from bounds[d] on."""

    documents: Sequence[Remembered]
    paragraphs: MatchTexts
    bounds: I64

    @classmethod
    def of(cls, documents: Sequence[Remembered]) -> Batch:
        """The batch of `documents`."""
        counts = [len(one.ordinals) for one in documents]
        bounds = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.array(counts, dtype=np.int64))])
        return cls(documents, MatchTexts.joined([one.texts for one in documents]), bounds)

    @property
    def wholes(self) -> MatchTexts:
        """The documents as one text each."""
        return MatchTexts(self.paragraphs.codes, self.paragraphs.offsets[self.bounds], self.paragraphs.begins)


def _given(document: Document | Mapping[str, Any] | str, document_id: str | None) -> _Given:
    """The parts of a document that count here. Raises ConfigError for what is none."""
    if isinstance(document, Document):
        return _Given(
            document_id or document.document_id,
            document.paragraphs,
            document.ordinals
            if len(document.ordinals) == len(document.paragraphs)
            else range(len(document.paragraphs)),
            document.date,
            tuple(filter(None, (_host(document.url), document.source))),
            document.origin,
        )
    if isinstance(document, str):
        document = {"text": document}
    if not isinstance(document, Mapping):
        raise ConfigError(f"document: a Document, a text or a mapping is needed, not {type(document).__name__}")
    return _from_mapping(document, document_id)


def _from_mapping(row: Mapping[str, Any], document_id: str | None) -> _Given:
    paragraphs = row.get("paragraphs")
    if paragraphs is None:
        text = row.get("text")
        if not isinstance(text, str):
            raise ConfigError("document: neither `paragraphs`, a list of texts, nor `text` is there")
        paragraphs = _paragraphs(text)
    if isinstance(paragraphs, str) or not all(isinstance(one, str) for one in paragraphs):
        raise ConfigError("document: `paragraphs` must be a list of texts")
    ordinals = row.get("ordinals") or range(len(paragraphs))
    if len(ordinals) != len(paragraphs):
        raise ConfigError(f"document: {len(ordinals)} `ordinals` for {len(paragraphs)} `paragraphs`")
    name = document_id or row.get("id") or row.get("document_id")
    if name is not None and not isinstance(name, str | int):
        raise ConfigError(f"document: the id must be a text, not {name!r}")
    return _Given(
        xxhash.xxh3_64_hexdigest("\n\n".join(paragraphs).encode("utf-8", "surrogatepass"))
        if name is None
        else str(name),
        paragraphs,
        ordinals,
        row.get("date"),
        tuple(filter(None, (_host(row.get("url")), row.get("source")))),
        str(row.get("origin") or ""),
    )


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of clean text: between blank lines, or where there are none, the lines."""
    pieces = _BLANK_LINES.split(text)
    return pieces if len(pieces) > 1 else text.splitlines()


def _host(url: str | None) -> str | None:
    from urllib.parse import urlsplit  # noqa: PLC0415 - small, and only here

    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None


def prepared(
    documents: Iterable[Document | Mapping[str, Any] | str], rule: Rule, ids: Sequence[str | None] | None = None
) -> list[Remembered]:
    """The documents as they are compared, by the rule for paragraphs; `ids` stand in for those they bring."""
    listed = list(documents)
    given = [_given(one, name) for one, name in zip(listed, ids or [None] * len(listed), strict=True)]
    texts = _storable(match_texts([text for one in given for text in one.paragraphs], rule))
    filled = texts.lengths > 0
    found, begin = [], 0
    for one in given:
        end = begin + len(one.paragraphs)
        own, keep = texts.slice(begin, end), filled[begin:end]
        # Without empty texts the codes are the same; their bounds are those of the others.
        own = MatchTexts(own.codes, np.append(own.offsets[:-1][keep], own.offsets[-1]), own.begins)
        ordinals = tuple(int(ordinal) for ordinal, stays in zip(one.ordinals, keep.tolist(), strict=True) if stays)
        length = sum(map(len, one.paragraphs))
        found.append(Remembered(one.document_id, own, ordinals, length, one.date, one.sources, one.origin))
        begin = end
    return found


def _storable(texts: MatchTexts) -> MatchTexts:
    """`texts` with U+FFFD for lone surrogates, which only raw text has and UTF-16 has no place for."""
    lone = texts.codes - np.uint32(0xD800) < 0x800
    return (
        MatchTexts(np.where(lone, np.uint32(0xFFFD), texts.codes), texts.offsets, texts.begins) if lone.any() else texts
    )


def batches(documents: Iterable[Remembered], most: int = _PARAGRAPHS) -> Iterable[list[Remembered]]:
    """The documents in lists of up to `most` paragraphs, or one document."""
    batch: list[Remembered] = []
    paragraphs = characters = 0
    for one in documents:
        batch.append(one)
        paragraphs += len(one.ordinals) + 1
        characters += one.texts.codes.size
        if paragraphs >= most or characters >= _CHARACTERS:
            yield batch
            batch, paragraphs, characters = [], 0, 0
    if batch:
        yield batch
