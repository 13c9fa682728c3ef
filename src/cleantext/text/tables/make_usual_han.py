"""Write usual_han.txt: the Han characters of ordinary Chinese by how usual they are, a row for each score.

    python -m cleantext.text.tables.make_usual_han

A score is about the log-probability of a character. Ranks are those of cleantext/tables/han_frequency.txt; Traditional
characters have the score of what they simplify to (cleantext/tables/simplified.txt). The word list behind the ranks
has mojibake among its words (鐨, 锛), so a rank counts only for characters of GB2312, and of its second level
only for those that are not typical of UTF-8 read as GBK.
"""

from __future__ import annotations

from importlib.resources import files
from itertools import groupby
from math import log
from pathlib import Path

from cleantext.folding import simplified_table

TABLE = Path(__file__).with_name("usual_han.txt")
# Log-probability by rank, read off the word counts of jieba at these ranks.
_RANKS = (1, 10, 100, 300, 1000, 2000, 3000, 4000)
_BY_RANK = (-4.0, -4.9, -6.3, -7.1, -8.7, -10.1, -11.2, -12.2)
_UNRANKED = -12.5  # in the everyday half of a national standard, not in the frequency table


def _cells(encoding: str, leads: range, trails: range) -> set[str]:
    """The characters of a block of two-byte codes."""
    decoded = (bytes([lead, trail]).decode(encoding, "ignore") for lead in leads for trail in trails)
    return {char for char in decoded if len(char) == 1 and "\u4e00" <= char <= "\u9fff"}


def usual_han() -> dict[str, float]:
    """The Han characters of ordinary Chinese, Simplified and Traditional, and their scores."""
    high = range(0xA1, 0xFF)
    first = _cells("gb2312", range(0xB0, 0xD8), high)
    typical = _cells("gb2312", range(0xE2, 0xF0), range(0xA1, 0xC0))  # of UTF-8 read as GBK
    second = _cells("gb2312", range(0xD8, 0xF8), high) - typical
    ranked = files("cleantext.tables").joinpath("han_frequency.txt").read_text(encoding="utf-8").strip()
    found = dict.fromkeys(first, _UNRANKED)
    rank = 0
    for char in ranked:
        if char in first or char in second:
            rank += 1
            found[char] = _interpolated(rank)
    level_1 = _cells("big5", range(0xA4, 0xC7), range(0x40, 0xFF))
    for traditional, simplified in simplified_table().items():
        if traditional in level_1 and simplified in found:
            found[traditional] = max(found.get(traditional, -99.0), found[simplified])
    for char in level_1 - typical:
        found.setdefault(char, _UNRANKED)
    return found


def _interpolated(rank: int) -> float:
    above = next((i for i, known in enumerate(_RANKS) if known >= rank), len(_RANKS) - 1)
    if above == 0 or rank >= _RANKS[-1]:
        return _BY_RANK[above]
    low, high = _RANKS[above - 1], _RANKS[above]
    share = (log(rank) - log(low)) / (log(high) - log(low))
    return _BY_RANK[above - 1] + share * (_BY_RANK[above] - _BY_RANK[above - 1])


def table() -> str:
    """The text of usual_han.txt."""
    rows = sorted((-round(score, 1), char) for char, score in usual_han().items())
    return "".join(
        f"{-score:.1f}\t{''.join(char for _, char in row)}\n" for score, row in groupby(rows, key=lambda row: row[0])
    )


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
