"""What a character is to the judge of marks: Han, letter, digit, space, or a mark of this kind and width.

One byte a code point, in a table: from there on marks are judged by numbers alone. The ASCII marks are 16 to 25, and
those of them that have one full-width twin are 16 less than it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["HAN_CHARS", "class_table", "kind_table"]  # and the classes

OTHER = 0
# Han, of which some write dates, numerals, and the sounds of foreign names.
HAN, DATE_HAN, NUMERAL, SOUNDED = 1, 2, 3, 4
DIGIT, UPPER, LOWER, ADDRESS = 5, 6, 7, 8  # ADDRESS: a letter or digit of a URL and the like
SPACE, NEWLINE, UNIT, FOREIGN, DATE_MARK, CODE, NAME_DOT = 9, 10, 11, 12, 13, 14, 15
# From here on all are marks; a run of them has one neighbour on each side.
MARK = 16
COMMA, SEMICOLON, COLON, EXCLAMATION, QUESTION, PERIOD, LEFT, RIGHT, DOUBLE, SINGLE = range(16, 26)
WIDE = 16  # what a full-width twin has more
WIDE_COMMA, WIDE_COLON, STOP, WIDE_LEFT = COMMA + WIDE, COLON + WIDE, PERIOD + WIDE, LEFT + WIDE
OPEN_DOUBLE, CLOSE_DOUBLE, OPEN_SINGLE, CLOSE_SINGLE, OPENER, CLOSER, LIST_COMMA, OTHER_MARK = range(40, 48)

_HAN_RANGES = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD))
HAN_CHARS = "".join(f"{chr(first)}-{chr(last)}" for first, last in _HAN_RANGES)
# Hiragana, Katakana, half-width Katakana, Hangul: letters only, since Chinese lines have their marks too.
_FOREIGN_RANGES = ((0x3041, 0x3096), (0x30A1, 0x30FA), (0xFF66, 0xFF9D), (0xAC00, 0xD7A3))
_SPACES = "\t\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
# Characters in which foreign names are usually written (斯, 尔, 克); none that ordinary words need more.
_SOUNDED = (
    "阿埃艾安奥澳巴贝贝彼比博布伯查达戴丹德迪杜蒂恩尔爾法菲费弗福夫伏戈格哈海赫亨霍基吉加杰捷卡凯坎科克肯库拉莱莱兰蘭劳雷"
    "里利莉林琳卢盧鲁魯路伦倫罗羅洛马馬玛瑪迈邁曼梅蒙米密莫姆穆娜纳納尼妮诺諾帕佩皮普奇乔喬琼切瑞萨薩塞桑森莎沙舍史斯苏蘇"
    "索塔泰坦特汤湯提托瓦威韦韋维維温溫沃乌烏西希夏谢谢辛休雅亚亞扬揚耶伊因尤约約扎詹朱茨兹茲顿頓逊遜芬席汉漢"
)
_CLASSES = {
    DATE_HAN: "年月日号號時时分秒至到",
    NUMERAL: "第〇一二三四五六七八九十百甲乙丙丁戊己庚辛壬癸",
    SOUNDED: _SOUNDED,
    DIGIT: "0123456789０１２３４５６７８９",
    LOWER: "abcdefghijklmnopqrstuvwxyz_",
    SPACE: _SPACES,
    NEWLINE: "\n",
    UNIT: "%％‰℃℉㎡㎥²³°㎎㎏㎜㎝㎞",
    DATE_MARK: "/~～-—–－",
    CODE: "{}=<>\\[]#@&",
    NAME_DOT: "·•・‧･⋅∙",
    OPEN_DOUBLE: "“",
    CLOSE_DOUBLE: "”",
    OPEN_SINGLE: "‘",
    CLOSE_SINGLE: "’",
    OPENER: "《〈「『【〔",
    CLOSER: "》〉」』】〕",
    LIST_COMMA: "、",
    OTHER_MARK: "．…＂＇",
}
# A mark's kind, which is the rule of its edits.
_KINDS = {
    "comma": ",，",
    "semicolon": ";；",
    "colon": ":：",
    "exclamation": "!！",
    "question": "?？",
    "period": ".。．",
    "paren": "()（）",
    "quote": "\"'“”‘’＂＇",
    "ellipsis": "…",
    "dot": _CLASSES[NAME_DOT],
}


@cache
def kind_table() -> dict[str, str]:
    """The kind of each mark."""
    return {char: kind for kind, chars in _KINDS.items() for char in chars}


@cache
def class_table() -> npt.NDArray[np.uint8]:
    """The class of every code point, as uint8[0x110000]; not to be written to."""
    table = np.zeros(0x110000, dtype=np.uint8)
    for value, ranges in ((HAN, _HAN_RANGES), (FOREIGN, _FOREIGN_RANGES)):
        for first, last in ranges:
            table[first : last + 1] = value
    table[ord("A") : ord("Z") + 1] = UPPER
    table[0xFF21:0xFF3B] = table[0xFF41:0xFF5B] = UPPER  # full-width letters are never code
    for value, chars in _CLASSES.items():
        table[[ord(char) for char in chars]] = value
    for value, (narrow, wide) in enumerate(zip(",;:!?.()", "，；：！？。（）", strict=True), COMMA):
        table[ord(narrow)], table[ord(wide)] = value, value + WIDE
    table[ord('"')], table[ord("'")] = DOUBLE, SINGLE
    table.flags.writeable = False
    return table
