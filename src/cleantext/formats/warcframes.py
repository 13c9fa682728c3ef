"""The records of a web archive: whole ones, and what is left of broken ones.

A record ends where its length says, and there another one begins, or the archive ends. Where that is not so, the record
is broken, and the next one is looked for in what was taken for its content. A member of a compressed file that begins
with a record ends the one before.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import takewhile

from cleantext.formats.packing import CHUNK, DamageError, Piece
from cleantext.formats.source import Source

__all__ = ["Broken", "Frame", "warc_frames"]

OPENING = b"WARC/1."
# What a record begins with, wherever it stands: the version, and a line of its header.
RECORD = re.compile(rb"WARC/1\.[01]\r?\n[A-Za-z-]{1,40}:")
RECORD_BYTES = 64  # that are enough to match it
_LOOKED_AT = 8  # pieces of a member that say whether it begins with a record
_FIRST_HEADER, _MOST_HEADER = 1 << 11, 1 << 16  # bytes of a record's header
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_NEWLINES = re.compile(rb"[\r\n]*")
_BETWEEN = 16  # bytes of line ends that may follow a record


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole record: its header with the blank line, its content (the first bytes, where it is very long), how long
    that is, and the byte of the file at which the record begins, or the member that it is in."""

    header: bytes
    content: bytes
    length: int
    offset: int


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that should have been a record."""

    error: str
    offset: int


def warc_frames(source: Source, keep: int) -> Iterator[Frame | Broken]:
    """The records of an archive in order, with up to `keep` bytes of content each."""
    tape, quiet = _Tape(source), False
    while tape.begin():
        quiet = yield from _stretch(tape, keep, quiet=quiet)


def _stretch(tape: _Tape, keep: int, *, quiet: bool) -> Generator[Frame | Broken, None, bool]:
    """The records up to the next break; returns whether data are missing there.

    What is no record is passed over, and told of unless `quiet`, as it is behind what has been told of already.
    """
    told = False
    while True:
        tape.pass_newlines()
        if not tape.fill(1):
            break
        begun, offset = tape.base, tape.place()
        tape.fill(RECORD_BYTES)
        if not RECORD.match(tape.held):
            if not quiet:
                yield Broken("no record begins here", offset)
            quiet = True
            tape.search()
            continue
        found = _frame(tape, keep, offset)
        if isinstance(found, Frame):
            quiet = False
            tape.pass_newlines()
            if tape.fill(1) or tape.damage is None:
                yield found
                continue
            error = str(tape.damage)
        else:
            error = str(tape.damage) if tape.damage and tape.base == begun else found.error
            quiet = True
            tape.drop(len(OPENING))
            tape.search()
        told = told or tape.damage is not None
        yield Broken(error, offset)
    if tape.damage is not None and not told:
        yield Broken(str(tape.damage), tape.damage.offset)
    return tape.damage is not None


def _frame(tape: _Tape, keep: int, offset: int) -> Frame | Broken:
    """The record at hand, behind which the tape then stands; if it is broken, the tape stands where it did."""
    size, more = _FIRST_HEADER, True
    while not (blank := _BLANK_LINE.search(tape.held, 0, _MOST_HEADER)) and more and size <= _MOST_HEADER:
        more = tape.fill(size)
        size *= 2
    if blank is None:
        return Broken("is half a record: its header does not end", offset)
    header = bytes(tape.held[: blank.end()])
    said = _LENGTH.search(header)
    if said is None:
        return Broken("is a record whose header gives no length", offset)
    length = int(said[1])
    whole = len(header) + length
    if not tape.fill(len(header) + min(length, keep)):
        there = max(0, len(tape.held) - len(header))
        return Broken(f"is half a record: {there:,} of {length:,} bytes of content are there", offset)
    if length <= keep:
        if not _ends_at(tape, whole, len(header)):
            return Broken(f"is half a record: no record ends after {length:,} bytes of content", offset)
        frame = Frame(header, bytes(tape.held[len(header) : whole]), length, offset)
        tape.drop(whole)
        return frame
    begun, kept = tape.base, bytes(tape.held[: len(header) + keep])
    tape.drop(len(kept))
    if tape.pass_over(whole - len(kept)) and _ends_at(tape, 0, 0):
        return Frame(header, kept[len(header) :], length, offset)
    tape.back(begun, kept)
    return Broken(f"is half a record: no record ends after {length:,} bytes of content", offset)


def _ends_at(tape: _Tape, end: int, content: int) -> bool:
    """Whether a record, whose content begins at `content`, ends at `end` of what is held."""
    more = tape.fill(end + _BETWEEN + RECORD_BYTES)
    newlines = _NEWLINES.match(tape.held, end, end + _BETWEEN)
    after = newlines.end() if newlines else end
    if RECORD.match(tape.held, after) or (not more and after == len(tape.held)):
        return True
    # What follows is no record. Either it is broken itself, or this one has swallowed its beginning.
    return tape.held[end : end + 4] == b"\r\n\r\n" and not RECORD.search(tape.held, content, end)


class _Tape:
    """The bytes of an archive, in stretches that end where a member begins with a record, and where data are missing.

    Where members of a compressed file begin with records, none of these reaches into the next member, whatever its
    header says.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pieces = source.pieces()
        self._next: deque[Piece] = deque()
        self._places: deque[tuple[int, int]] = deque([(0, 0)])
        self.held = bytearray()
        self.base = 0  # bytes of the archive before those that are held
        self.damage: DamageError | None = None
        self._fresh = True

    def begin(self) -> bool:
        """Go on to the next stretch; False where there is none."""
        self.damage, self._fresh = None, True
        self.drop(len(self.held))
        return self.fill(1) or self.damage is not None

    def fill(self, size: int) -> bool:
        """Hold `size` bytes, if the stretch has so many."""
        while len(self.held) < size and self.damage is None:
            piece = self._pull()
            if piece is None:
                return False
            if isinstance(piece, DamageError):
                self.damage = piece
            elif isinstance(piece, bytes):
                self.held += piece
                self._fresh = False
            elif not self._fresh and self._opens():
                self._next.appendleft(piece)
                return False
            else:
                self._places.append((self.base + len(self.held), piece.offset))
        return len(self.held) >= size

    def _pull(self) -> Piece | None:
        return self._next.popleft() if self._next else next(self._pieces, None)

    def _opens(self) -> bool:
        """Whether what comes next, where a member begins, begins a record or is damaged from the start."""
        found = b"".join(takewhile(lambda piece: isinstance(piece, bytes), self._next))  # type: ignore[arg-type]
        while (
            len(found) < len(OPENING)
            and len(self._next) < _LOOKED_AT
            and (piece := next(self._pieces, None)) is not None
        ):
            self._next.append(piece)
            if not isinstance(piece, bytes):
                break
            found += piece
        damaged = len(found) < len(OPENING) and any(isinstance(piece, DamageError) for piece in self._next)
        return damaged or found.startswith(OPENING)

    def drop(self, size: int) -> None:
        """Forget the first `size` bytes held, or all."""
        size = min(size, len(self.held))
        del self.held[:size]
        self.base += size

    def pass_over(self, size: int) -> bool:
        """Forget the next `size` bytes, if the stretch has so many."""
        while size:
            if not self.fill(1):
                return False
            part = min(size, len(self.held))
            self.drop(part)
            size -= part
        return True

    def place(self) -> int:
        """The byte of the file at which what is held begins, or the member it is in."""
        if self._source.packed is None:
            return self.base
        while len(self._places) > 1 and self._places[1][0] <= self.base:
            self._places.popleft()
        return self._places[0][1]

    def pass_newlines(self) -> None:
        """Forget the line ends that come next."""
        while self.fill(1) and (found := _NEWLINES.match(self.held)) and found.end():
            self.drop(found.end())

    def search(self) -> bool:
        """Go on to where the next record begins, or to the end of the stretch."""
        while not (match := RECORD.search(self.held)):
            self.drop(max(0, len(self.held) - RECORD_BYTES))
            if not self.fill(len(self.held) + CHUNK) and not RECORD.search(self.held):
                self.drop(len(self.held))
                return False
        self.drop(match.start())
        return True

    def back(self, begun: int, kept: bytes) -> None:
        """Go back to `begun`, where `kept` stood; where the file cannot be read again, what came after is gone."""
        if self._source.file is not None:
            self._source.file.seek(begun)
            self._pieces = self._source.again()
            self._next.clear()
            self.held, self.base = bytearray(), begun
            self.fill(RECORD_BYTES)
        else:
            self.held[:0] = kept
            self.base -= len(kept)
