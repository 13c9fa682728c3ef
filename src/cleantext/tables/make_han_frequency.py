"""Write han_frequency.txt: the 4,000 most frequent Simplified characters, the most frequent first, on one line.

    python -m cleantext.tables.make_han_frequency DICT

DICT is jieba/dict.txt of jieba 0.42.1 (MIT, https://github.com/fxsjy/jieba), whose word counts are added up by
character. Its counts of the particles 的 and 了 are far too low, so 的 is put first by hand.

Among the texts that jieba counted was UTF-8 read as GBK: 锛 and 涓 stand by themselves more often than most particles,
and in hardly any word. A character that such text consists of, and that is not in the first level of GB2312, therefore
counts by itself only if it does not stand so many times as often as in words.
"""

import sys
from collections import Counter
from pathlib import Path

SIZE = 4000
ALONE = 5  # how many times as often a character may stand alone as in words


# Bytes of UTF-8 of Chinese: those that begin a character and those that continue one.
UTF8 = {*range(0x80, 0xC0), *range(0xE2, 0xF0)}


def is_everyday(char: str) -> bool:
    """Whether `char` is in the first level of GB2312, or UTF-8 read as GBK never has it."""
    level_1 = b"\xb0\xa1" <= char.encode("gb2312", "replace") < b"\xd8\xa1"
    return level_1 or not UTF8.issuperset(char.encode("gbk", "replace"))


def main() -> None:
    """Write the table beside this file."""
    alone: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        word, written, _ = line.split(" ")
        for char in word:
            if "\u4e00" <= char <= "\u9fff" and char != "的":
                (counts if len(word) > 1 else alone)[char] += int(written)
    for char, count in alone.items():
        if is_everyday(char) or count < ALONE * counts[char]:
            counts[char] += count
    ranked = sorted(counts, key=lambda char: (-counts[char], char))
    text = "".join(["的", *ranked][:SIZE]) + "\n"
    Path(__file__).with_name("han_frequency.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
