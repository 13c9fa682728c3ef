"""The second definition of match text and shingles agrees with the first; so either may judge the other."""

from __future__ import annotations

import random

import pytest

import oracle
from cleantext import find_duplicates
from cleantext.dedup import shingles
from cleantext.folding import match_text

HOSTILE = (
    *("", " \n", "……", "a", "甲", "一二三", "用 Python 写程序。", "Ｐｙｔｈｏｎ３．１１ ＡＮＤ ﬁve", "漢語環境、乾隆"),
    *(
        "co\u00adope\u200brate",
        "café cafe\u0301 CAFE\u0301",
        "カ\uff9eかﾞが",
        "𠮷野家𠀀",
        "👩\u200d👧 emoji",
        "각\u1100\u1161각",
    ),
    *("1,000.5", "½ 份 ㈱ ①", "ไทย ลาว", "x\ufe0fy", "山水之间\n有一座小城", "İstanbul ß", "e-mail@host.cn"),
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts(text: str) -> None:
    assert oracle.fold(text) == match_text(text)
    assert oracle.shingle_set(text) == set(shingles(text))


def test_lines_of_the_seeds(seeds: dict[str, str]) -> None:
    for line in "\n".join(seeds.values()).splitlines():
        assert oracle.fold(line) == match_text(line)
        assert oracle.shingle_set(line) == set(shingles(line))
        assert oracle.shingle_set(line, 5) == set(shingles(line, level="document"))


def test_mixed_scripts_at_random() -> None:
    rng = random.Random(1)
    alphabet = "ab1 -,甲乙丙漢。\u0301\u200dÅéカ𠀀각\ufe0fＡ\n"
    for _ in range(500):
        text = "".join(rng.choices(alphabet, k=rng.randrange(20)))
        assert oracle.fold(text) == match_text(text)
        assert oracle.shingle_set(text) == set(shingles(text))


def test_figures_of_a_pair() -> None:
    a, b = (
        "山水之间有一座小城，小城里住着一位老人和他的一条老狗。",
        "山水之间有一座小城，小城里住着一位老人和他的一条小狗。",
    )
    left, right = oracle.shingle_set(a), oracle.shingle_set(b)
    (pair,) = find_duplicates([a, b], 0.7)
    assert oracle.jaccard(left, right) == pytest.approx(pair.jaccard)
    assert oracle.containment(left, right) == pytest.approx(pair.containment)
    assert oracle.jaccard(set(), set()) == oracle.containment(set(), left) == 0
