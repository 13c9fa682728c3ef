"""Texts for the tests of duplicates: families of variants with known seeds, and hypothesis strategies."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

from hypothesis import strategies as st

__all__ = [
    "CORPORA",
    "DRESSES",
    "HOSTILE",
    "NOTHING",
    "PARAGRAPHS",
    "PLAIN_CORPORA",
    "TEXTS",
    "alike",
    "dressed",
    "family",
    "paragraph",
    "set_text",
    "variant",
    "versions",
]

HAN = "".join(chr(0x4E00 + 7 * n) for n in range(900))
ASTRAL = "".join(chr(0x20000 + 3 * n) for n in range(300))
SYLLABLES = ("ka", "ro", "mi", "ten", "sul", "bra", "vo", "ne", "qui", "lar", "del", "ish", "o", "pa", "ti", "gé")

LETTERS, MARKS = "aeioucnszwrtклио", "\u0301\u0308\u0323\u030a\u0327"


def _jamo(rng: random.Random) -> str:
    """A Hangul syllable as it stands in decomposed text."""
    return chr(0x1100 + rng.randrange(19)) + chr(0x1161 + rng.randrange(21)) + chr(0x11A8 + rng.randrange(27))


def _word(rng: random.Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randrange(2, 4)))


_UNITS: dict[str, Callable[[random.Random], str]] = {
    "han": lambda rng: rng.choice(HAN),
    "astral": lambda rng: rng.choice(ASTRAL),
    "words": lambda rng: _word(rng) + " ",
    "mixed": lambda rng: rng.choice((rng.choice(HAN), rng.choice(HAN), f" {_word(rng)} ", str(rng.randrange(100)))),
    "combining": lambda rng: rng.choice(
        (f"{rng.choice(LETTERS)}{rng.choice(MARKS)} ", _jamo(rng), rng.choice("भाषािुनदीकरम"))
    ),
}


def paragraph(rng: random.Random, length: int, script: str = "han") -> list[str]:
    """A text of `length` random pieces, most of them one unit."""
    return [_UNITS[script](rng) + ("," if rng.random() < 0.05 else "") for _ in range(length)]


def variant(rng: random.Random, pieces: list[str], changes: int, script: str = "han") -> list[str]:
    """`pieces` with so many of them replaced, cut out or doubled."""
    pieces = list(pieces)
    for _ in range(changes):
        place = rng.randrange(len(pieces))
        pieces[place : place + 1] = rng.choice(
            ([_UNITS[script](rng)], [_UNITS[script](rng)], [], [pieces[place], _UNITS[script](rng)])
        )
    return pieces


def family(rng: random.Random, size: int, changes: tuple[int, int], length: int = 90, script: str = "han") -> list[str]:
    """A text and variants of it, each with a random number of changes between the two."""
    base = paragraph(rng, length, script)
    others = (variant(rng, base, rng.randint(*changes), script) for _ in range(size - 1))
    return ["".join(base), *("".join(one) for one in others)]


PARAGRAPHS = (
    "清晨的渡口还笼着一层薄雾,摆渡的老人把缆绳解开,慢慢撑着竹篙向对岸的芦苇丛划去。",
    "船上坐着三个赶集的妇人,篮子里装满了新摘的菱角,一路说笑着今年的收成和各家的喜事。",
    "The old ferryman untied his boat at dawn, and rowed slowly toward the reeds on the far side of the lake.",
    "用 Python 3.11 写的程序,在 Linux 上跑得比较快;version 2 以后支持 UTF-8 编码的中文文本。",
    "日本語の文章には、ひらがなとカタカナと漢字がまじっていて、たんごのあいだに空白がありません。",
    "나무 아래에서 책을 읽던 아이가 고개를 들어 하늘을 보았다. 구름이 천천히 지나가고 있었다.",
    "𠀀𠀁𠀂𠀃𠮷𠮶𠮵𡈽𡉴𡌛𡑮𡢽𠮟𡚴𡸴𣇄𣗄𣜿𣝣𣳾𤟱𥒎𥔎𥝱𥧄𥶡𦫿𦹀𧃴𧚄𨉷𨏍𪆐",
    unicodedata.normalize("NFD", "Le café était déjà froid quand l'élève est arrivé à l'école, très tard hier soir."),
    "नदी के किनारे एक छोटा सा गाँव था जहाँ सब लोग सुबह जल्दी उठकर अपने खेतों की ओर चल देते थे।",
    "ไปตลาดกับแม่ทุกเช้าวันเสาร์เพื่อซื้อผักสดและผลไม้จากชาวสวนที่มาขายของริมแม่น้ำ",
)
# Each of these differs from another in width, case, script or what stands between; or attacks units and words.
HOSTILE = st.text(
    st.sampled_from("山水风云a b-9\n,,。\ud800\U00020000\u0301\u0e33\u1161\uff9e\x00\u00ad\u200b\ufe0f=\u0338½"),
    max_size=40,
)
_RUNS = st.builds(
    lambda unit, count: unit * count,
    st.sampled_from(["山", "a", "ab ", "山水", "-", "e\u0301", "\n"]),
    st.integers(1, 70),
)
NOTHING = st.sampled_from(["", "——", "……!", " \n\t", "\u00ad\u200b", "\U0001f600"])


def _cut(text: str, start: int, end: int) -> str:
    return text[start : max(len(text) - end, start + 1)]


def _changed(text: str, place: int, new: str) -> str:
    place %= max(len(text), 1)
    return text[:place] + new + text[place + 1 :]


def _twice(text: str, places: tuple[int, int], new: str) -> str:
    return _changed(_changed(text, places[0], new), places[1], new)


def versions(plain: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts like the `plain` ones: as they are, cut short, changed in places, two in one."""
    places, new = st.integers(0, 200), st.sampled_from(["", "山", "x", " ", ",", "\u0301", "𠮷", "山水 "])
    cut = st.builds(_cut, plain, st.integers(0, 25), st.integers(0, 25))
    changed = st.builds(_changed, plain, places, new)
    twice = st.builds(_twice, plain, st.tuples(places, places), new)
    joined = st.builds(lambda a, b: a + b, plain | changed, plain | cut)
    return st.one_of(plain, cut, cut, changed, changed, twice, twice, joined, joined)


def _lists(few: list[str], attacks: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    # The size is drawn first: left to itself, hypothesis makes short lists.
    return st.integers(0, 14).flatmap(
        lambda size: st.lists(versions(st.sampled_from(few)) | attacks, min_size=size, max_size=size)
    )


_FEW = st.lists(st.sampled_from(PARAGRAPHS), min_size=1, max_size=3)
TEXTS = versions(st.sampled_from(PARAGRAPHS)) | HOSTILE | _RUNS | NOTHING
CORPORA = _FEW.flatmap(lambda few: _lists(few, HOSTILE | _RUNS | NOTHING))
# Without texts made to attack: what they say does not depend on how they are written.
PLAIN_CORPORA = _FEW.flatmap(lambda few: _lists(few, st.nothing()))

# Simplified characters of PARAGRAPHS and what each is in Traditional script, where both match alike.
_TRADITIONAL = str.maketrans(
    "笼层雾摆缆绳开对岸芦苇划坐个赶妇篮满摘说笑收间书", "籠層霧擺纜繩開對岸蘆葦劃坐個趕婦籃滿摘說笑收間書"
)
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_CHANGES: dict[str, Callable[[str], str]] = {
    "script": lambda text: text.translate(_TRADITIONAL),
    "width": lambda text: text.translate(_WIDE),
    "case": lambda text: "".join(char.upper() if char.isascii() else char for char in text),
    "wrapping": lambda text: re.sub("([\u4e00-\u9fff]{9})", r"\1\n", text.replace(" ", "\n").replace(",", ",\r\n")),
    "marks": lambda text: text.replace(",", " — ").replace(".", "!").replace("。", "……") + "!",
}
DRESSES = st.sampled_from(sorted(_CHANGES))


def dressed(text: str, how: str) -> str:
    """`text` in another script, width, case, wrapping or punctuation: the same words, and the same match text."""
    return _CHANGES[how](text)


def set_text(members: frozenset[int]) -> str:
    """A text whose shingles of one character are the `members`."""
    return "".join(chr(0x4E00 + one) for one in sorted(members))


def alike(rng: random.Random, most: int) -> list[frozenset[int]]:
    """Up to `most` sets of small numbers, many of them alike or one inside another."""
    found: list[frozenset[int]] = []
    for _ in range(rng.randrange(most + 1)):
        if found and rng.random() < 0.75:
            change = frozenset(rng.sample(range(30), rng.randrange(5)))
            model = rng.choice(found)
            found.append(rng.choice((model ^ change, model | change, model - change, model | rng.choice(found))))
        else:
            found.append(frozenset(rng.sample(range(30), rng.randrange(16))))
    return found
