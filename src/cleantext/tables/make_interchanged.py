"""Write interchanged.txt: which Simplified characters match text reads as one, because converters interchange them.

    python -m cleantext.tables.make_interchanged

A Simplified text that was converted to Traditional and is read as Simplified again has 瞭 for some of its 了 and 覆 for
some of its 复. Source: the characters and phrases of OpenCC's conversion to Traditional (Apache-2.0,
https://github.com/BYVoid/OpenCC) as shipped by opencc-python-reimplemented, first choice each: wherever the two sides
of an entry still differ when both are read as Simplified, the two characters are one class, known by its first
character of GB 2312, else by its first. Two lines: the characters, and what each is read as.
"""

from importlib.resources import files
from pathlib import Path

from cleantext.folding import simplified_table


def entries(name: str) -> list[tuple[str, str]]:
    """The entries of one dictionary and their first conversion, where both have the same length."""
    text = files("opencc").joinpath("dictionary", name).read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if line.strip())
    found = [(key, value.split(" ")[0]) for key, value in pairs]
    return [(key, value) for key, value in found if len(key) == len(value)]


def preference(char: str) -> tuple[bool, str]:
    """Least for the character that a class is known by."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return True, char
    return False, char


def main() -> None:
    """Write the table beside this file."""
    simplified, parent = simplified_table(), dict[str, str]()

    def root(char: str) -> str:
        while parent.setdefault(char, char) != char:
            char = parent[char]
        return char

    for key, value in entries("STCharacters.txt") + entries("STPhrases.txt"):
        for one, other in zip(key, value, strict=True):
            low, high = sorted((root(simplified.get(one, one)), root(simplified.get(other, other))), key=preference)
            parent[high] = low
    table = {char: root(char) for char in sorted(parent) if root(char) != char}
    text = "".join(table) + "\n" + "".join(table.values()) + "\n"
    Path(__file__).with_name("interchanged.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
