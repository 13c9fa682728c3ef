"""Big5 that was read as GBK, and GBK that was read as Big5: 生態環境 became ネ篈吏挂, 生态环境 became 汜怓遠噫.

Nearly every text of the one is valid in the other, so validity says nothing; statistics decide. The wrong reading
consists of rare characters, the right one of everyday ones, and the two differ by four and more in mean score.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from cleantext.text.flags import ranges
from cleantext.text.plausible import RARE, as_chinese, mean_score, scores_for
from cleantext.text.recode import big5_bytes, big5_text, gb18030_bytes, gb18030_text
from cleantext.text.spans import LOST, Span

__all__ = ["han_as_han", "is_odd_around"]

# Clauses: what stands between ASCII, lost characters and marks of real Chinese text.
_CLAUSE = re.compile("[^\x00-\x7f\ufffd，。、；：！？（）《》“”\u3000\ud800-\udfff]+")
_MIN_CHARS = 3
_CANDIDATES = re.compile("[\u3041-\u30ff\u3400-\u9fff\ue000-\uf8ff]")
# Private-use characters that were the emoji of old phones; they prove nothing.
_NEAR, _NEXT = 40, 5
_ODDISH_MEAN = -10.0
_EMOJI = re.compile("[\ue001-\ue05a\ue101-\ue15a\ue201-\ue253\ue301-\ue34d\ue401-\ue44c\ue501-\ue537]")
_ODD_LEAST = 0.08
_ODD_MEAN = -11.0
# The mean score that must be reached, by the number of characters: few must be better, and gain more.
_FLOORS = ((3, -8.5, 4.0), (4, -9.0, 3.0), (8, -9.8, 2.5))
_BEYOND_DOUBT = -8.5  # the mean score of what nothing else can read better than
_WORST = -12.0  # of a clause in a line that is decided as a whole
_WHOLE = 0.6  # share of a line that must decode for the line to be decided as a whole
_ODD_SHARE = 0.15


class _Swap(NamedTuple):
    rule: str
    encode: Callable[[str], bytes]
    decode: Callable[[bytes], str]


_SWAPS = (_Swap("gbk>big5", gb18030_bytes, big5_text), _Swap("big5>gbk", big5_bytes, gb18030_text))


def han_as_han(line: str, odd: re.Pattern[str]) -> list[Span]:
    """The spans of `line` that are Big5 read as GBK or GBK read as Big5; `odd` finds what they must hold."""
    if not _is_worth_a_look(line, odd):
        return []
    clauses = list(_CLAUSE.finditer(line))
    text = "".join(clause[0] for clause in clauses)
    odd_count = _count_odd(text)
    if not odd_count or (odd_count < _ODD_SHARE * len(text) and not any(_is_odd(clause[0]) for clause in clauses)):
        return []
    best: list[Span] = []
    best_score = RARE
    for swap in _SWAPS:
        found = [
            Span(clause.start(), clause.end(), after, swap.rule)
            for clause in clauses
            if (after := _swapped(line, clause, swap)) is not None
        ]
        kept = _decided(line, found, len(text))
        score = mean_score("".join(span.after for span in kept), as_chinese())
        if kept and score > best_score:
            best, best_score = kept, score
        if best_score > _BEYOND_DOUBT:
            break
    return best


def _is_worth_a_look(line: str, odd: re.Pattern[str]) -> bool:
    """Whether odd characters are many in `line`, or in the clause around one of them, as far as that is near."""
    if not _rare_candidates().search(line):
        return False
    places = [match.start() for match in odd.finditer(line)]
    if len(places) >= _ODD_SHARE * (len(line) - len(line.encode("ascii", "ignore"))):
        return True
    return any(is_odd_around(line, place) for place in places)


@cache
def _rare_candidates() -> re.Pattern[str]:
    """The characters that `_count_odd` may count. Where it counts none, nothing is better as something else."""
    codes = map(ord, filter(_CANDIDATES.match, map(chr, range(0x3041, 0xF900))))
    return re.compile(f"[{ranges(code for code in codes if as_chinese()[chr(code)] <= RARE)}]")


def is_odd_around(line: str, place: int) -> bool:
    """Whether the clause around `place` consists of odd characters, as far as it is near."""
    return _is_oddish(_around(line, place, _NEXT)) and _is_odd(_around(line, place, _NEAR))


def _around(line: str, place: int, near: int) -> str:
    """The clause that `place` is in, as far as it is near; '' for the marks between clauses."""
    end = clause.end() if (clause := _CLAUSE.match(line, place, place + near)) else place
    back = _CLAUSE.match(line[max(0, place - near) : place][::-1])
    return line[place - (back.end() if back else 0) : end]


def _is_oddish(clause: str) -> bool:
    return mean_score(clause, as_chinese()) < _ODDISH_MEAN


def _count_odd(text: str) -> int:
    """How many characters are such that no text has them: rare Han, private use, kana that cannot be Japanese."""
    scores = scores_for(text)
    return sum(scores[char] <= RARE for char in _CANDIDATES.findall(text))


def _is_odd(clause: str) -> bool:
    return len(clause) >= _MIN_CHARS and mean_score(clause, scores_for(clause)) < _ODD_MEAN


def _swapped(line: str, clause: re.Match[str], swap: _Swap) -> str | None:
    """What a clause was. Beside a lost character its first or last byte may be the other half of that one."""
    try:
        data = swap.encode(clause[0])
    except UnicodeError:
        return None
    heads = (0, 1) if line[clause.start() - 1 : clause.start()] == LOST else (0,)
    tails = (0, 1) if line[clause.end() : clause.end() + 1] == LOST else (0,)
    read = [found for i in heads for j in tails if (found := _decoded(data[i : len(data) - j], swap))]
    return max(read, key=lambda found: mean_score(found, as_chinese()), default=None)


def _decoded(data: bytes, swap: _Swap) -> str | None:
    try:
        return swap.decode(data)
    except UnicodeError:
        return None


def _decided(line: str, found: list[Span], length: int) -> list[Span]:
    """The spans that are certain: all of them if most of the line is, else those that speak for themselves."""
    before = "".join(line[span.start : span.end] for span in found)
    after = "".join(span.after for span in found)
    if len(before) >= max(_MIN_CHARS, _WHOLE * length) and _better(before, after):
        return [span for span in found if _reads(span.after) or _count_odd(line[span.start : span.end])]
    return [
        span
        for span in found
        if span.end - span.start >= _MIN_CHARS and _better(line[span.start : span.end], span.after)
    ]


def _reads(text: str) -> bool:
    return mean_score(text, as_chinese()) >= _WORST


def _better(before: str, after: str) -> bool:
    if _count_odd(_EMOJI.sub("", before)) < max(1, _ODD_LEAST * len(before)):
        return False
    score = mean_score(after, as_chinese())
    floor, margin = next((f, m) for least, f, m in reversed(_FLOORS) if len(before) >= least)
    return score >= floor and score >= mean_score(before, scores_for(before)) + margin
