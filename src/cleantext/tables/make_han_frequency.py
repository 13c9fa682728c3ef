"""Write han_frequency.txt: the 4,000 most frequent Simplified characters, the most frequent first, on one line.

    python -m cleantext.tables.make_han_frequency DICT

DICT is jieba/dict.txt of jieba 0.42.1 (MIT, https://github.com/fxsjy/jieba), whose word counts are added up by
character. Its counts of the particles 的 and 了 are far too low, so 的 is put first by hand.
"""

import sys
from collections import Counter
from pathlib import Path

SIZE = 4000


def main() -> None:
    """Write the table beside this file."""
    counts: Counter[str] = Counter()
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        word, count, _ = line.split(" ")
        for char in word:
            if "\u4e00" <= char <= "\u9fff" and char != "的":
                counts[char] += int(count)
    ranked = sorted(counts, key=lambda char: (-counts[char], char))
    text = "".join(["的", *ranked][:SIZE]) + "\n"
    Path(__file__).with_name("han_frequency.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
