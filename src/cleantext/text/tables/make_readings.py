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
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

TABLE = Path(__file__).with_name("readings.txt")


def encodable(char: str) -> bool:
    """Whether GBK or Big5 has the character."""
    for encoding in ("gbk", "cp950"):
        try:
            char.encode(encoding)
        except UnicodeEncodeError:
            continue
        return True
    return False


def table(readings: Mapping[int, str]) -> str:
    """The lines of the table, from the readings of each code point, joined with commas."""
    chars = defaultdict(list)
    for code, joined in sorted(readings.items()):
        for reading in sorted(set(joined.split(","))):
            if encodable(chr(code)) and len(unicodedata.normalize("NFD", reading)) > len(reading.replace("ü", "u")):
                chars[unicodedata.normalize("NFC", reading)].append(chr(code))
    return "".join(f"{syllable}\t{''.join(found)}\n" for syllable, found in sorted(chars.items()))


def main() -> None:
    """Write the table beside this file."""
    head = f"# pypinyin {version('pypinyin')} (MIT licence); made by make_readings.py\n"
    TABLE.write_text(head + table(import_module("pypinyin.constants").PINYIN_DICT), encoding="utf-8")


if __name__ == "__main__":
    main()
