"""What conversion leaves alone or does as a user says: protected spans and a user's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from cleantext.config import NormalizeConfig, load_dictionary
from cleantext.errors import ConfigError
from cleantext.text._plain import Step

__all__ = ["PROTECTED", "Exceptions", "Span"]

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
# What can be protected, by name. An address ends where a blank, a mark of Chinese text or a bracket does; Han in it
# belongs to it only after a slash, so that 見http://a.cn的說明 ends where the reader sees it end.
PROTECTED: Mapping[str, str] = {
    "urls": rf"(?:[A-Za-z][A-Za-z0-9+.\-]{{1,20}}://|\bwww\.)(?:[!#-;=?-Z_a-z~%]|(?<=[/=#])[{_HAN}]+(?=[/?&#\s]|\Z))+"
    r"|\b[A-Za-z0-9_.+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+",
    "code": r"```[^`]{0,10000}```|`[^`\n]{1,1000}`",
    "names": r"《[^《》\n]{1,100}》|〈[^〈〉\n]{1,100}〉|「[^「」\n]{1,100}」|『[^『』\n]{1,100}』|“[^“”\n]{1,100}”",
}
# A text without any of these has none of them.
_HINTS = {"urls": (":", "www.", "@"), "code": ("`",), "names": ("《", "〈", "「", "『", "“")}


class Span(NamedTuple):
    """text[start:end] becomes `after`, whatever the dictionaries say."""

    start: int
    end: int
    after: str


class Exceptions:
    """A user's words and the kinds of spans to protect. Raises ConfigError for other kinds than those of `PROTECTED`.

    Protected spans come first, then the user's words, the longest at each place from left to right; what a word becomes
    is a word that stays, so that converting again changes nothing. Neither takes part in what is around it: no word of
    OpenCC's reaches into them.
    """

    def __init__(self, words: Mapping[str, str] | None = None, protect: Iterable[str] = ()) -> None:
        given = dict(words or {})
        self.words = {value: value for value in given.values() if value} | given
        self.protect = tuple(sorted(set(protect)))
        unknown = [kind for kind in self.protect if kind not in PROTECTED]
        if unknown:
            raise ConfigError(f"{unknown[0]!r} cannot be protected; {', '.join(PROTECTED)} can")

    @staticmethod
    def of(config: NormalizeConfig) -> Exceptions:
        """The exceptions that a configuration asks for; a dictionary is read once.

        Raises ConfigError where it cannot be read.
        """
        return _asked_for(config.dictionary, config.protect)

    def __bool__(self) -> bool:
        return bool(self.words or self.protect)

    @cached_property
    def _step(self) -> Step:
        return Step((self.words,))

    @cached_property
    def _heads(self) -> re.Pattern[str]:
        """The characters that the user's words start with."""
        heads = {word[0] for word in self.words}
        return re.compile(f"[{re.escape(''.join(sorted(heads)))}]" if heads else r"(?!)")

    @cached_property
    def _patterns(self) -> list[tuple[tuple[str, ...], re.Pattern[str]]]:
        return [(_HINTS[kind], re.compile(PROTECTED[kind])) for kind in self.protect]

    def spans(self, text: str) -> list[Span]:
        """The spans of `text` that are settled, in order."""
        fixed = self._protected(text)
        spans, place = [], 0
        for start, end in [*fixed, (len(text), len(text))]:
            spans += self._own(text, place, start)
            if end > start:
                spans.append(Span(start, end, text[start:end]))
            place = end
        return spans

    def _protected(self, text: str) -> list[tuple[int, int]]:
        """Protected spans; of those that overlap, the one that starts first."""
        found = [
            match.span()
            for hints, pattern in self._patterns
            if any(hint in text for hint in hints)
            for match in pattern.finditer(text)
        ]
        kept: list[tuple[int, int]] = []
        for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
            if not kept or start >= kept[-1][1]:
                kept.append((start, end))
        return kept

    def _own(self, text: str, start: int, end: int) -> list[Span]:
        """The user's words in text[start:end]."""
        spans: list[Span] = []
        for match in self._heads.finditer(text, start, end):
            at = match.start()
            if spans and at < spans[-1].end:
                continue
            word = self._step.word_at(text, at, end)
            if word:
                spans.append(Span(at, at + word[1], word[2]))
        return spans


@lru_cache(maxsize=16)
def _asked_for(dictionary: str | None, protect: str) -> Exceptions:
    words = load_dictionary(dictionary) if dictionary else {}
    return Exceptions(words, () if protect == "none" else map(str.strip, protect.split(",")))
