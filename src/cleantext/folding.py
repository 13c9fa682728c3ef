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
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

__all__ = [
    "label_view",
    "match_batch",
    "match_codes",
    "match_text",
    "match_words",
    "simplified_table",
    "without_readings",
]

Codes = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# What is dropped parts words, except what is hidden: format characters and variation selectors.
_UNKNOWN, _DROP, _SLOW, _HIDDEN = -1, -2, -3, -4
# A table slot of -1 has not been asked for yet. Filling it depends on the code point alone, never on the text.
_match_table = np.full(0x110000, _UNKNOWN, dtype=np.int32)
# A reading after a Han character: 現(xiàn). ASCII or full-width brackets, at least one vowel with a tone mark.
_GLOSS = re.compile(r"(?<=[㐀-鿿])[(（][a-zü]{0,4}[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹḿ][a-zü]{0,4}[)）]")


@cache
def simplified_table() -> dict[str, str]:
    """What each Traditional or variant character is read as; from tables/simplified.txt."""
    text = files("cleantext.tables").joinpath("simplified.txt").read_text(encoding="utf-8")
    keys, values = text.split("\n")[:2]
    return dict(zip(keys, values, strict=True))


def _fold_cluster(cluster: str) -> str:
    """NFKC, case folded, Simplified: of one character or of a base with its combining marks."""
    table = simplified_table()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    return "".join(table.get(char, char) for char in folded)


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
        return _SLOW
    folded = "".join(filter(_matches, _fold_cluster(char)))
    if not folded:
        return _HIDDEN if _is_selector(char) or unicodedata.category(char) == "Cf" else _DROP
    return ord(folded) if len(folded) == 1 else _SLOW


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _folded(codes: Codes) -> npt.NDArray[np.int32]:
    folded = _match_table[codes]
    if (folded == _UNKNOWN).any():
        for code in np.unique(codes[folded == _UNKNOWN]).tolist():
            _match_table[code] = _entry(code)
        folded = _match_table[codes]
    return folded


def match_codes(text: str) -> tuple[Codes, Offsets]:
    """The match text of `text` as uint32 code points, and for each the int64 offset in `text` it came from."""
    codes = _codes(text)
    folded = _folded(codes)
    if (folded == _SLOW).any():
        return _slow(text)
    kept = np.flatnonzero(folded >= 0)
    return folded[kept].astype(np.uint32), kept.astype(np.int64)


def _slow(text: str) -> tuple[Codes, Offsets]:
    """`match_codes` by clusters: the plain definition, and the path for combining text."""
    codes: list[int] = []
    offsets: list[int] = []
    for start, cluster in _clusters(text):
        folded = [ord(char) for char in _fold_cluster(cluster) if _matches(char)]
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


def match_batch(texts: Sequence[str]) -> tuple[Codes, Offsets]:
    """The match texts of many texts: one uint32 array, and n + 1 int64 offsets where each begins and ends in it."""
    codes, offsets, _ = match_words(texts)
    return codes, offsets


def match_words(texts: Sequence[str], *, raw: bool = False) -> tuple[Codes, Offsets, Flags]:
    """`match_batch`, and for each character whether a word may begin there.

    It may at the start of a text and after anything that match text drops (spaces, line ends, punctuation, symbols,
    controls), except format characters such as the soft hyphen, which stand inside words. With `raw` the characters
    are those of the texts as they are; what match text drops then belongs to the word before it.
    """
    if not texts:
        return np.empty(0, dtype=np.uint32), np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.bool_)
    joined = _codes("".join(texts))
    folded = _folded(joined)
    starts = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    if raw:
        codes, offsets, begins = joined, starts, folded != _DROP
        begins[1:] &= folded[:-1] == _DROP
    else:
        codes, sources, offsets = _kept(texts, folded, starts)
        begins = np.diff(np.cumsum(folded == _DROP)[sources], prepend=-1) > 0
    begins[offsets[:-1][offsets[:-1] < offsets[1:]]] = True
    return codes, offsets, begins


def _kept(texts: Sequence[str], folded: npt.NDArray[np.int32], starts: Offsets) -> tuple[Codes, Offsets, Offsets]:
    """What folding keeps of texts that begin at `starts`: its codes, where each came from, and the texts' offsets."""
    sources = np.flatnonzero(folded >= 0)
    offsets = np.searchsorted(sources, starts).astype(np.int64)
    slow = np.unique(np.searchsorted(starts, np.flatnonzero(folded == _SLOW), side="right") - 1)
    if not slow.size:
        return folded[sources].astype(np.uint32), sources, offsets
    pieces, origins, sizes, position = [], [], np.diff(offsets), 0
    for index in slow.tolist():
        fast = sources[offsets[position] : offsets[index]]
        codes, own = _slow(texts[index])
        pieces += [folded[fast].astype(np.uint32), codes]
        origins += [fast, own + starts[index]]
        sizes[index], position = codes.size, index + 1
    pieces.append(folded[sources[offsets[position] :]].astype(np.uint32))
    origins.append(sources[offsets[position] :])
    return np.concatenate(pieces), np.concatenate(origins), np.concatenate([starts[:1], np.cumsum(sizes)])


@cache
def _label_char(code: int) -> str:
    folded = _fold_cluster(chr(code))
    return "".join(char for char in folded if unicodedata.category(char)[0] not in "ZC" and not _is_selector(char))


def without_readings(text: str) -> str:
    """`text` without the readings in brackets that the label view drops."""
    return _GLOSS.sub("", text) if "(" in text or "（" in text else text


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
