"""Write simplified.txt: which character the folded views read another Chinese character as.

    python -m cleantext.tables.make_simplified

Source: the character dictionaries of OpenCC (Apache-2.0, https://github.com/BYVoid/OpenCC) as shipped by
opencc-python-reimplemented. Regional variants go to the standard Traditional form, that to Simplified, first choice
each; 著 is then read as 着, because which of them a text has depends on who converted it, not on what it says.
Two lines: the characters, and what each is read as.
"""

from importlib.resources import files
from pathlib import Path


def rows(name: str) -> dict[str, str]:
    """Single characters of one dictionary and their first single-character conversion."""
    text = files("opencc").joinpath("dictionary", name).read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if line.strip())
    table = {key: value.split(" ")[0] for key, value in pairs}
    return {key: value for key, value in table.items() if len(key) == len(value) == 1}


def main() -> None:
    """Write the table beside this file."""
    simplified = rows("TSCharacters.txt")
    variants = rows("HKVariantsRev.txt") | rows("TWVariantsRev.txt")
    plain = {*rows("STCharacters.txt"), *simplified.values()}  # already Simplified: 么 is not a variant of 幺 to us
    variants = {key: value for key, value in variants.items() if key not in plain}
    table = simplified | {key: simplified.get(value, value) for key, value in variants.items()} | {"著": "着"}
    while any(value in table and table[value] != value for value in table.values()):
        table = {key: table.get(value, value) for key, value in table.items()}
    table = {key: value for key, value in sorted(table.items()) if key != value}
    text = "".join(table) + "\n" + "".join(table.values()) + "\n"
    Path(__file__).with_name("simplified.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
