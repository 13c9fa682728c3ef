"""Write readings.txt: which characters each Mandarin syllable is a reading of.

    pip install pypinyin
    python -m cleantext.text.tables.make_readings

Source: the character data of pypinyin (https://github.com/mozillazg/python-pinyin), which is that of pinyin-data
(https://github.com/mozillazg/pinyin-data).
NOTICE: both are Copyright (c) mozillazg and contributors, MIT licence; their data go back to the Unihan database,
Copyright (c) Unicode, Inc., Unicode licence.

Kept are the characters of GBK and Big5, and of their readings those with a tone mark. A line is a syllable, a tab, and
the characters that may be read so.
"""

import unicodedata
from collections import defaultdict
from pathlib import Path

import pypinyin
from pypinyin.constants import PINYIN_DICT


def encodable(char: str) -> bool:
    """Whether GBK or Big5 has the character."""
    for encoding in ("gbk", "cp950"):
        try:
            char.encode(encoding)
        except UnicodeEncodeError:
            continue
        return True
    return False


def main() -> None:
    """Write the table beside this file."""
    table = defaultdict(list)
    for code, readings in sorted(PINYIN_DICT.items()):
        for reading in sorted(set(readings.split(","))):
            if encodable(chr(code)) and len(unicodedata.normalize("NFD", reading)) > len(reading.replace("ü", "u")):
                table[unicodedata.normalize("NFC", reading)].append(chr(code))
    head = f"# pypinyin {pypinyin.__version__} (MIT licence); made by make_readings.py\n"
    rows = "".join(f"{syllable}\t{''.join(chars)}\n" for syllable, chars in sorted(table.items()))
    Path(__file__).with_name("readings.txt").write_text(head + rows, encoding="utf-8")


if __name__ == "__main__":
    main()
