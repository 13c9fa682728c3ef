"""HTML entities left in text dumps, decoded once and for all.

Entities with a semicolon are decoded as HTML5 defines them (https://html.spec.whatwg.org/#named-character-references),
whatever else stands on the line. Without a semicolon only where nothing but an entity can be meant: `&nbsp你好` is one,
`&copy=1` in an address and the `&T` of AT&T are not. An entity that decodes to part of an entity (`&amp;lt;`) is
decoded on, so the result holds none that a second pass would change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.entities import html5

from cleantext.records import Edit

__all__ = ["TRIGGERS", "entity_edits"]

STAGE = "entities"
RULE = "entity"
TRIGGERS = "&"

_LONGEST = max(map(len, html5)) + 1
# What the first entity of a line to be decoded looks like, with what must follow where the semicolon is missing.
_QUICK = re.compile(
    r"&(?:#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6})|[A-Za-z][A-Za-z0-9]*)(?:;|(?=[^\x00-\x7f]))"
    r"|&(?:nbsp|#160|#xa0|#xA0)(?![A-Za-z0-9])"
)
_CLOSED = re.compile(r"&(#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6})|[A-Za-z][A-Za-z0-9]*);")
_OPEN = re.compile(r"&(#(?:[0-9]{2,7}|[xX][0-9A-Fa-f]{2,6})|[A-Za-z][A-Za-z0-9]*)")
_SPACES = ("nbsp", "#160", "#xa0", "#xA0")
# A word that may be an address with a query, in which & separates fields.
_QUERY = re.compile(r"[?=]|://")
_LOOK_BACK = 200
# What pages mean by the numbers of C1 controls: Windows-1252, as HTML5 has it.
_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}

# What can be no part of an entity that begins further on, and ends none where no ampersand waits.
_PLAIN = re.compile("[^&\ud800-\udfff]+")
_PART = re.compile("[#;&A-Za-z0-9]")

# A character of the result, or some that stood there as they are, and the span of the source it came from.
Piece = tuple[str, int, int]


def entity_edits(line: str) -> list[Edit]:
    """The edits that decode the entities of `line`.

    A line break written as an entity becomes a space, which is what HTML shows it as.
    """
    if not _QUICK.search(line):
        return []
    decoder = _Decoder()
    position, size = 0, len(line)
    while position < size:
        end = 0 if decoder.ampersands else decoder.take_simple(line, position)
        if not end:
            decoder.push((line[position], position, position + 1))
        position = end or position + 1
    decoder.finish()
    return list(_as_edits(line, decoder.pieces))


class _Decoder:
    """The decoded text so far; each character pushed may complete an entity that ends it.

    What an entity stands for is pushed like any other character, so entities made of entities need no second pass.
    """

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        # Where ampersands stand in `pieces` from which nothing but parts of entities follows: one can only start at
        # the last.
        self.ampersands: list[int] = []

    def take_simple(self, line: str, position: int) -> int:
        """Take what can have to do with no other entity, where no ampersand waits; its end, 0 if it is not so simple.

        That is text without ampersands, or an entity for a character that is no part of another.
        """
        if plain := _PLAIN.match(line, position):
            self.pieces.append((plain[0], position, plain.end()))
            return plain.end()
        closed = _CLOSED.match(line, position)
        chars = _meaning(closed[1]) if closed else None
        if not closed or not chars or not _PLAIN.fullmatch(chars) or _PART.search(chars):
            return 0
        self.pieces.append((chars, position, closed.end()))
        return closed.end()

    def push(self, piece: Piece) -> None:
        """Append one character, and what follows from it."""
        pending = [piece]
        while pending:
            piece = pending.pop()
            opened = self._take_open(piece[0])
            if opened:
                pending += [piece, *reversed(opened)]
                continue
            if piece[0] == "&":
                self.ampersands.append(len(self.pieces))
            elif not _PART.match(piece[0]):  # no entity goes on across it
                self.ampersands.clear()
            self.pieces.append(piece)
            if piece[0] == ";":
                pending += reversed(self._take_closed())
            elif "\udc00" <= piece[0] <= "\udfff":
                self._join_surrogates()

    def finish(self) -> None:
        """The end of the line also ends an entity."""
        for piece in self._take_open(""):
            self.push(piece)

    def _tail(self) -> str:
        """The text from the last ampersand on, if it is near enough to be an entity."""
        if not self.ampersands or len(self.pieces) - self.ampersands[-1] > _LONGEST:
            return ""
        return "".join(piece[0] for piece in self.pieces[self.ampersands[-1] :])

    def _take_closed(self) -> list[Piece]:
        """Take an entity with its semicolon off the end, and return what it stands for."""
        match = _CLOSED.fullmatch(self._tail())
        return self._take(match[1]) if match else []

    def _take_open(self, following: str) -> list[Piece]:
        """The same for one without semicolon, if what follows makes it safe ('' at the end of the line)."""
        if not self.ampersands or following == ";" or (following.isascii() and following.isalnum()):
            return []
        match = _OPEN.fullmatch(self._tail())
        return self._take(match[1]) if match and self._is_safe(match[1], following) else []

    def _is_safe(self, name: str, following: str) -> bool:
        if name in _SPACES:
            if following in ("=", "_", "-", "["):
                return False
        elif not following or following.isascii() or not (name.startswith("#") or name in html5):
            return False
        before = self._before(self.ampersands[-1])
        word = before.split()[-1] if before and not before[-1].isspace() else ""
        return not _QUERY.search(word)

    def _before(self, number: int) -> str:
        """The text before a piece, as far as it is looked at."""
        found: list[str] = []
        size = 0
        while number and size < _LOOK_BACK:
            number -= 1
            found.append(self.pieces[number][0][-_LOOK_BACK:])
            size += len(found[-1])
        return "".join(reversed(found))[-_LOOK_BACK:]

    def _take(self, name: str) -> list[Piece]:
        chars = _meaning(name)
        if chars is None:
            return []
        first = self.ampersands.pop()
        start, end = self.pieces[first][1], self.pieces[-1][2]
        del self.pieces[first:]
        # A few names stand for two characters: all but the last span nothing of the source.
        return [*((char, start, start) for char in chars[:-1]), (chars[-1], start, end)]

    def _join_surrogates(self) -> None:
        """Two numbers that are the halves of one character (as JavaScript escapes emoji) become that character.

        One of the halves may stand there as it is; two that do are not entities, and mended with the mojibake.
        """
        if len(self.pieces) > 1 and "\ud800" <= self.pieces[-2][0] <= "\udbff":
            (high, start, middle), (low, _, end) = self.pieces[-2:]
            if end - middle == middle - start == 1:
                return
            self.pieces[-2:] = [((high + low).encode("utf-16", "surrogatepass").decode("utf-16"), start, end)]


@cache
def _meaning(name: str) -> str | None:
    """What an entity stands for, or None: for unknown names, and for numbers that are no character."""
    if not name.startswith("#"):
        char = html5.get(name + ";") or html5.get(name) or {"NBSP": "\xa0"}.get(name)
        return " " if char == "\n" else char
    code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    if code in (0x0A, 0x0D):
        return " "
    if (code < 0x20 and code != 0x09) or code > 0x10FFFF:
        return None
    return _C1.get(code, chr(code)) or None


def _as_edits(line: str, pieces: list[Piece]) -> Iterator[Edit]:
    after = ""
    for char, start, end in pieces:
        after += char
        if end > start:
            if line[start:end] != after:
                yield Edit(stage=STAGE, rule=RULE, start=start, end=end, before=line[start:end], after=after)
            after = ""
