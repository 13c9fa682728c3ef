"""What chrome says: words and patterns, kept as data in `lexicon_words.txt` and `lexicon_patterns.tsv`.

Both are read on the folded view of a line (Simplified, half-width, lower case), so that one entry serves every
spelling. Nothing here removes a line: an entry says what a line *would* be and how sure that is. Every word also
occurs in running text somewhere, which is why shape, zone and neighbours decide with it (`zones`, `judge`).

The wording comes from a survey of Chinese, Taiwanese, Hong Kong and English pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from cleantext.folding import label_view

__all__ = [
    "CERTAIN",
    "ENTRIES",
    "STRONG",
    "WEAK",
    "WORDS",
    "Entry",
    "entries_of",
    "find",
    "find_among",
    "read_data",
    "word_class",
]

# How sure a line is chrome by its words: anywhere, beside other chrome, or only as a hint among others.
CERTAIN, STRONG, WEAK = 3, 2, 1
_SURE = {"certain": CERTAIN, "strong": STRONG, "hint": WEAK}


@dataclass(frozen=True, slots=True)
class Entry:
    """A pattern: the reason it gives, how sure it is, and the longest text it reads.

    `spaced` patterns read the view with single spaces left in. `needs` and `begins` are literals; the pattern is tried
    where one of the former stands in the text or one of the latter begins it; they only save time. `matches` is how:
    a pattern that can only begin a text is looked for nowhere else.
    """

    reason: str
    strength: int
    limit: int
    spaced: bool
    needs: tuple[str, ...]
    begins: tuple[str, ...]
    pattern: re.Pattern[str]
    matches: Callable[[str], re.Match[str] | None]


def read_data(name: str) -> list[str]:
    """The lines of a data file beside this module that are neither empty nor comments."""
    text = files("cleantext.pages").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def _read_words() -> dict[str, str]:
    words: dict[str, str] = {}
    for line in read_data("lexicon_words.txt"):
        reason, _, listed = line.partition(": ")
        for word in listed.split(" "):
            words.setdefault(label_view(word.replace("_", ""))[0], f"chrome/{reason}")
    return words


def _read_entries() -> tuple[Entry, ...]:
    """The patterns, surest first."""
    entries = []
    for line in read_data("lexicon_patterns.tsv"):
        reason, sure, limit, view, needs, written = line.split("\t")
        pattern = re.compile(written)
        entries.append(
            Entry(
                reason=f"chrome/{reason}",
                strength=_SURE[sure],
                limit=int(limit),
                spaced=view == "spaced",
                needs=tuple(need for need in needs.split(" ") if need[0] != "^"),
                begins=tuple(need[1:] for need in needs.split(" ") if need[0] == "^"),
                pattern=pattern,
                matches=pattern.match if _only_begins(written) else pattern.search,
            )
        )
    return tuple(sorted(entries, key=lambda entry: -entry.strength))


def _only_begins(pattern: str) -> bool:
    """Whether all of the alternatives of a pattern are for the beginning of a text."""
    bare = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]", "-", pattern)
    while (inner := re.sub(r"\([^()]*\)", "-", bare)) != bare:
        bare = inner
    return all(part.startswith("^") for part in bare.split("|"))


WORDS = _read_words()
ENTRIES = _read_entries()
# Which entries' needs a character can begin, as bits: only those entries are tried.
_BITS: dict[str, int] = {}
for _position, _each in enumerate(ENTRIES):
    for _need in _each.needs + _each.begins:
        _BITS[_need[0]] = _BITS.get(_need[0], 0) | 1 << _position
_FIRST = frozenset(_BITS)
# What may stand around a word.
AROUND = "•·●■◆▪»›-*|[]【】<>: "


def word_class(view: str) -> str | None:
    """The reason of a whole line or menu cell without spaces, by the word list."""
    if found := WORDS.get(view):
        return found
    if view and (view[0] in AROUND or view[-1] in AROUND):
        return WORDS.get(view.strip(AROUND))
    return None


def find(view: str, spaced: str) -> Entry | None:
    """The surest entry that a folded line matches: `view` has no spaces, `spaced` has single ones."""
    bits = 0
    for char in _FIRST.intersection(view):
        bits |= _BITS[char]
    return find_among(entries_of(bits), view, spaced) if bits else None


@lru_cache(maxsize=4096)
def entries_of(bits: int) -> tuple[Entry, ...]:
    """The entries at the places of a number's bits, the surest first."""
    return tuple(entry for place, entry in enumerate(ENTRIES) if bits >> place & 1)


def find_among(entries: Iterable[Entry], view: str, spaced: str) -> Entry | None:
    """The first of `entries` that a folded line matches."""
    for entry in entries:
        text = spaced if entry.spaced else view
        if len(text) > entry.limit:
            continue
        is_met = text.startswith(entry.begins)
        for need in entry.needs:
            is_met = is_met or need in text
        if is_met and entry.matches(text):
            return entry
    return None
