"""Web archives (WARC): the pages in them, one record a response.

Records are framed in `warcframes`, because FastWARC stops at the first damage and takes what follows half a record for
its content; it reads what is in them: HTTP headers, chunks, and the encodings of the content.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from cleantext.errors import MissingDependencyError
from cleantext.formats.base import Failure, Item, Record, Skipped
from cleantext.formats.source import Source
from cleantext.formats.warcframes import Broken, Frame, warc_frames

__all__ = ["read_warc"]

_EXTRA = 1 << 18  # bytes a response may have in HTTP headers and chunk sizes beside its content
_TYPE = re.compile(rb"^warc-type:[ \t]*([^\s]{1,40})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_KINDS = frozenset({"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"})
_MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SNIFFED = 1024


def read_warc(source: Source, origin: str, max_bytes: int) -> Iterator[Item]:
    """A record for each successful HTTP response that is a page or plain text, and for each `conversion` or `resource`
    from the web that is one; others are skipped, by kind. A broken record is a failure, and the next one follows.

    Raises MissingDependencyError without FastWARC.
    """
    reader = _Reader(max_bytes)
    for number, found in enumerate(warc_frames(source, max_bytes + _EXTRA), 1):
        name = f"{origin}#{number}"
        if isinstance(found, Broken):
            yield Failure(origin=name, error=found.error, offset=found.offset)
        else:
            yield reader.item(found, name)


class _Reader:
    """What records mean. Raises MissingDependencyError without FastWARC."""

    def __init__(self, max_bytes: int) -> None:
        try:
            from fastwarc.warc import ArchiveIterator  # noqa: PLC0415 - optional
        except ImportError:
            raise MissingDependencyError(
                'the input is a web archive, which needs a package: pip install "cleantext-corpus[warc]"'
            ) from None
        self._iterator: Any = ArchiveIterator
        self.max_bytes = max_bytes

    def item(self, frame: Frame, name: str) -> Item:
        """The document in a record, or why there is none."""
        said = _TYPE.search(frame.header)
        kind = said[1].decode("ascii", "replace").lower() if said else ""
        if kind not in ("response", "conversion", "resource"):
            return Skipped(origin=name, reason=kind if kind in _KINDS else "unknown")
        try:
            record = self._opened(frame, "none")
            if record is None:
                return Failure(origin=name, error="is a record whose header cannot be read", offset=frame.offset)
            return (self._response if kind == "response" else self._other)(record, frame, name)
        except (OSError, ValueError) as error:
            return Failure(origin=name, error=f"is a record that cannot be read: {_line(error)}", offset=frame.offset)

    def _opened(self, frame: Frame, decode: str) -> Any:
        return next(iter(self._iterator(io.BytesIO(frame.header + frame.content), auto_decode=decode)), None)

    def _response(self, record: Any, frame: Frame, name: str) -> Item:
        if not record.is_http or record.http_headers is None:
            return Skipped(origin=name, reason="not-http")
        status = record.http_headers.status_code
        if status is None:
            return Failure(origin=name, error="is a response without an HTTP status", offset=frame.offset)
        if not 200 <= status < 300:
            return Skipped(origin=name, reason="status")
        said = record.http_headers.get("Content-Type")
        if said is not None and _media_type(said) not in _MEDIA_TYPES:
            return Skipped(origin=name, reason="media-type")
        content, reason = self._content(frame)
        if reason:
            error = f"is a response whose content cannot be unpacked: {reason}"
            return Failure(origin=name, error=error, offset=frame.offset)
        if said is None and not content.lstrip().startswith(b"<"):
            return Skipped(origin=name, reason="media-type")
        return self._record(record, frame, name, content, said)

    def _content(self, frame: Frame) -> tuple[bytes, str]:
        """The content of a response, and why it cannot be unpacked.

        Many crawlers unpack it and leave the headers that say how it was packed: it is then as it was stored.
        """
        try:
            return self._opened(frame, "all").reader.read(self.max_bytes + 1), ""
        except OSError as error:
            stored = self._opened(frame, "none").reader.read(self.max_bytes + 1)
            return stored, _line(error) if _CONTROLS.search(stored, 0, _SNIFFED) else ""

    def _other(self, record: Any, frame: Frame, name: str) -> Item:
        """Text that was taken from a page (WET files), or a page saved by other means than HTTP."""
        if not _address(record).startswith(("http://", "https://")):  # a crawler's log, for one
            return Skipped(origin=name, reason="address")
        said = record.headers.get("Content-Type") or ""
        if _media_type(said) not in _MEDIA_TYPES:
            return Skipped(origin=name, reason="media-type")
        return self._record(record, frame, name, frame.content, said)

    def _record(self, record: Any, frame: Frame, name: str, content: bytes, content_type: str | None) -> Item:
        if len(content) > self.max_bytes or frame.length > len(frame.content):
            error = f"is over the limit of {self.max_bytes:,} bytes a document (--max-bytes)"
            return Failure(origin=name, error=error, offset=frame.offset)
        about = {
            "crawled": record.headers.get("WARC-Date"),
            "record_id": record.headers.get("WARC-Record-ID"),
            "offset": str(frame.offset),
        }
        return Record(
            origin=name,
            content=content,
            url=_address(record) or None,
            content_type=content_type,
            metadata={key: value for key, value in about.items() if value},
            offset=frame.offset,
        )


def _address(record: Any) -> str:
    """The address of what was fetched; some crawlers put it in angle brackets."""
    return str(record.headers.get("WARC-Target-URI") or "").strip("<> ")


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
