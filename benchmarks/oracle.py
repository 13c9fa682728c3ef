"""Match text and shingles a second time, written from docs/duplicates.md, to judge the first by.

Plain, one text at a time, and on purpose not the code under test: only the table of Traditional characters is shared,
because it is data. Jaccard similarity and containment are of sets of strings, not of hashes.
"""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files

__all__ = ["containment", "fold", "jaccard", "shingle_set", "units"]

# First words of the Unicode names of characters that are written without spaces between words.
_SCRIPTS = """
BOPOMOFO CJK HANGUL HANGZHOU HENTAIGANA HIRAGANA IDEOGRAPHIC KATAKANA KHITAN KHMER LAO MYANMAR NEW NUSHU TAI TANGUT
THAI YI
"""
_UNSPACED = frozenset(_SCRIPTS.split())
# What combines with the character before it: marks, jamo vowels and finals, half-width voice marks.
_JOINS = re.compile(r"[\u1160-\u11ff\uff9e\uff9f]")
_SELECTOR = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def _simplified() -> dict[str, str]:
    """Traditional characters and those that converters interchange, and what each is read as."""
    found: dict[str, str] = {}
    for name in ("interchanged.txt", "simplified.txt"):
        keys, values = files("cleantext.tables").joinpath(name).read_text(encoding="utf-8").split("\n")[:2]
        found |= {key: found.get(value, value) for key, value in zip(keys, values, strict=True)}
    return found


_SIMPLIFIED = _simplified()


def _joins(char: str) -> bool:
    marked = unicodedata.category(char)[0] == "M" and not _SELECTOR.match(char)
    return marked or bool(_JOINS.match(char))


def _kept(cluster: str) -> str:
    """What match text has of a character with its marks; a character written without spaces stands between two."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    letters = (_SIMPLIFIED.get(char, char) for char in folded)
    kept = (char for char in letters if unicodedata.category(char)[0] not in "PSZC" and not _SELECTOR.match(char))
    return "".join(f" {char} " if _unspaced(char) else char for char in kept)


def _unspaced(char: str) -> bool:
    name = unicodedata.name(char, "")
    return name.partition(" ")[0].partition("-")[0] in _UNSPACED


def _spaced(cluster: str) -> str:
    """`_kept`, or a space for what is dropped and parts words; what is hidden (Cf, selectors) leaves nothing."""
    base = cluster[0]
    parts = " " if not _kept(base) and unicodedata.category(base) != "Cf" and not _SELECTOR.match(base) else ""
    return parts + _kept(cluster)


class _Spaced(dict[int, str]):
    """`_spaced` of code points, remembered: what str.translate takes."""

    def __missing__(self, code: int) -> str:
        self[code] = value = _spaced(chr(code))
        return value


class _Joining(dict[str, bool]):
    """`_joins` of characters, remembered."""

    def __missing__(self, char: str) -> bool:
        self[char] = value = _joins(char)
        return value


_SPACED, _JOINING = _Spaced(), _Joining()


def units(text: str) -> list[str]:
    """The units of the match text of `text`: characters of unspaced scripts, words of others."""
    if any(map(_JOINING.__getitem__, text)):
        starts = [i for i, char in enumerate(text) if i == 0 or not _JOINING[char]]
        ends = [*starts[1:], len(text)]
        return "".join(_spaced(text[a:b]) for a, b in zip(starts, ends, strict=True)).split()
    return text.translate(_SPACED).split()


def fold(text: str) -> str:
    """The match text of `text`."""
    return "".join(units(text))


def shingle_set(text: str, size: int = 3) -> set[str]:
    """The shingles of `text`: `size` consecutive units each; of fewer units, one shingle; of none, none."""
    parts = units(text)
    if len(parts) <= size:
        return {"".join(parts)} if parts else set()
    return set(map("".join, zip(*(parts[i:] for i in range(size)), strict=False)))


def jaccard(a: set[str], b: set[str]) -> float:
    """|A∩B| / |A∪B|; 0 where both are empty."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared) if shared else 0.0


def containment(a: set[str], b: set[str]) -> float:
    """The share of the smaller set that stands in the larger one; 0 where it is empty."""
    shared = len(a & b)
    return shared / min(len(a), len(b)) if shared else 0.0
