"""Folded views of text: harder-normalized copies, used to look at text and never written out.

Two views share one character table. *Match text* is what duplicates are compared on: NFKC, case folded, Simplified,
and everything that is punctuation, symbol, space or control dropped, so that script, width, punctuation and line
wrapping do not matter. The *label view* is what the lexicon reads: the same, but punctuation and symbols stay (in
ASCII where width folding makes them so) and readings in brackets after a character are dropped.

Each view can come with its map: for every character of the view, the offset of the character it came from.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

__all__ = [
    "DROP",
    "HIDDEN",
    "SLOW",
    "UNKNOWN",
    "code_points",
    "interchanged_table",
    "label_text",
    "label_view",
    "match_clusters",
    "match_codes",
    "match_table",
    "match_text",
    "simplified_table",
    "without_readings",
]

Codes = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int64]
Table = npt.NDArray[np.int32]

# Entries of the match table that are no code points: not asked for yet; dropped, and parts words; matched by clusters
# only; dropped, and stands inside words (format characters, variation selectors).
UNKNOWN, DROP, SLOW, HIDDEN = -1, -2, -3, -4
# Filled as characters are met. An entry depends on its code point alone, never on the text.
_match_table = np.full(0x110000, UNKNOWN, dtype=np.int32)
# Characters that numpy converts at a time; its strings hold no more than 2^29.
_PIECE = 1 << 28
# A reading after a Han character: 現(xiàn). ASCII or full-width brackets, at least one vowel with a tone mark.
_GLOSS = re.compile(r"(?<=[㐀-鿿])[(（][a-zü]{0,4}[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹḿ][a-zü]{0,4}[)）]")
# What one begins with: looked for twice as fast.
_TONED = re.compile("[(（][a-zü]{0,4}[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹḿ]")


@cache
def simplified_table() -> dict[str, str]:
    """What each Traditional or variant character is read as; from tables/simplified.txt."""
    return _table("simplified.txt")


@cache
def interchanged_table() -> dict[str, str]:
    """What match text reads as one character, because converters interchange them; from tables/interchanged.txt."""
    return _table("interchanged.txt")


def _table(name: str) -> dict[str, str]:
    text = files("cleantext.tables").joinpath(name).read_text(encoding="utf-8")
    keys, values = text.split("\n")[:2]
    return dict(zip(keys, values, strict=True))


def _fold_cluster(cluster: str) -> str:
    """NFKC, case folded, Simplified: of one character or of a base with its combining marks."""
    table = simplified_table()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    return "".join(table.get(char, char) for char in folded)


def _matched(cluster: str) -> str:
    """What a character or cluster is in match text."""
    table = interchanged_table()
    return "".join(table.get(char, char) for char in _fold_cluster(cluster) if _matches(char))


def _matches(char: str) -> bool:
    """Whether a folded character takes part in matching: letters, digits and marks do."""
    return unicodedata.category(char)[0] not in "PSZC" and not _is_selector(char)


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _joins(char: str) -> bool:
    """Whether `char` may combine with what stands before it: marks, jamo vowels and finals, half-width voice marks."""
    return (
        (unicodedata.category(char)[0] == "M" and not _is_selector(char))
        or "\u1160" <= char <= "\u11ff"
        or char in "\uff9e\uff9f\u3099\u309a"
    )


def _entry(code: int) -> int:
    char = chr(code)
    if _joins(char):
        return SLOW
    folded = _matched(char)
    if not folded:
        return HIDDEN if _is_selector(char) or unicodedata.category(char) == "Cf" else DROP
    return ord(folded) if len(folded) == 1 else SLOW


def code_points(text: str) -> Codes:
    """The code points of `text`, lone surrogates too, as a new uint32 array."""
    codes = np.empty(len(text), dtype=np.uint32)
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE]
        codes[start : start + len(piece)].view(f"U{len(piece)}")[0] = piece
    return codes


def match_table(codes: Codes) -> Table:
    """What each code point becomes in match text, as int32[0x110000], known at least for all of `codes`.

    Negative entries are `DROP`, `SLOW`, `HIDDEN` and, for code points nobody has asked for, `UNKNOWN`. The array is
    shared and filled further by later calls; it is not to be written to.
    """
    unknown = codes[_match_table[codes] == UNKNOWN]
    for code in np.unique(unknown).tolist():
        _match_table[code] = _entry(code)
    return _match_table


def match_codes(text: str) -> tuple[Codes, Offsets]:
    """The match text of `text` as uint32 code points, and for each the int64 offset in `text` it came from."""
    codes = code_points(text)
    folded = match_table(codes)[codes]
    if (folded == SLOW).any():
        return match_clusters(text)
    kept = np.flatnonzero(folded >= 0)
    return folded[kept].astype(np.uint32), kept.astype(np.int64)


def match_clusters(text: str) -> tuple[Codes, Offsets]:
    """`match_codes` by clusters: the plain definition, and the path for combining text."""
    codes: list[int] = []
    offsets: list[int] = []
    for start, cluster in _clusters(text):
        folded = [ord(char) for char in _matched(cluster)]
        codes += folded
        offsets += [start] * len(folded)
    return np.array(codes, dtype=np.uint32), np.array(offsets, dtype=np.int64)


def _clusters(text: str) -> list[tuple[int, str]]:
    starts = [i for i, char in enumerate(text) if i == 0 or not _joins(char)]
    return [(a, text[a:b]) for a, b in zip(starts, [*starts[1:], len(text)], strict=False)]


def match_text(text: str) -> str:
    """What duplicates of `text` are recognised by; blind to script, width, punctuation and line wrapping.

    >>> match_text("現代化的 Ａｐｐ，２０２１年！")
    '现代化的app2021年'
    """
    return match_codes(text)[0].tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _label_char(code: int) -> str:
    folded = _fold_cluster(chr(code))
    return "".join(char for char in folded if unicodedata.category(char)[0] not in "ZC" and not _is_selector(char))


def without_readings(text: str) -> str:
    """`text` without the readings in brackets that the label view drops."""
    return _GLOSS.sub("", text) if ("(" in text or "（" in text) and _TONED.search(text) else text


class _Labels(dict[int, str]):
    """`_label_char` as a table for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = _label_char(code)
        return self[code]


_LABELS = _Labels()


def label_text(text: str) -> str:
    """The first value of `label_view`, faster.

    >>> label_text("發(fā) 布 日 期：２０１６")
    '发布日期:2016'
    """
    return without_readings(text).translate(_LABELS)


def label_view(text: str) -> tuple[str, list[int]]:
    """The label view of `text`, and for each of its characters the offset in `text` it came from.

    >>> label_view("發(fā) 布 日 期：２０１６")[0]
    '发布日期:2016'
    """
    skip = [(match.start(), match.end()) for match in _GLOSS.finditer(text)] if "(" in text or "（" in text else []
    pieces: list[str] = []
    offsets: list[int] = []
    position = 0
    for start, end in [*skip, (len(text), len(text))]:
        for i in range(position, start):
            folded = _label_char(ord(text[i]))
            pieces.append(folded)
            offsets += [i] * len(folded)
        position = end
    return "".join(pieces), offsets
