"""Write characters.txt: private-use and radical characters, and the ordinary ones they stand for.

    python -m cleantext.text.tables.make_characters

Radicals (U+2E80 to U+2FD5) are those to which the property Equivalent_Unified_Ideograph of the Unicode Character
Database gives an ideograph (https://www.unicode.org/reports/tr38/, EquivalentUnifiedIdeograph.txt). It is read from
the copy that Perl ships.
NOTICE: Unicode Character Database, Copyright (c) Unicode, Inc., Unicode licence.

Private-use characters are where GBK and GB 18030 put what Unicode did not have yet: the cells A989 to A995 (U+E7E7
on), FE50 to FEA0 (U+E815 on), A2E3, A8BC, A8BF and A3A0, and the vertical forms of row A6. What they stand for is what
Python decodes the cells to, or, where that is private still, what the WHATWG decodes them to
(https://encoding.spec.whatwg.org/#gb18030) and, for six cells, GB 18030-2005.

A line is a name (`radical`, `pua`), a tab, the characters, a tab, what they stand for in the same order.
"""

import re
import subprocess
from pathlib import Path

TABLE = Path(__file__).with_name("characters.txt")
_PERL = """use Unicode::UCD qw(prop_invmap); my ($starts, $values) = prop_invmap("EqUIdeo");
print Unicode::UCD::UnicodeVersion(), "\\n";
for my $i (0 .. $#$starts - 1) {
  for my $code ($starts->[$i] .. $starts->[$i + 1] - 1) { print "$code $values->[$i]\\n" if $values->[$i]; } }"""
# Cells that Python's tables of 2000 leave private: as the WHATWG and GB 18030-2005 have them.
_LATER = {0xE5E5: 0x3000, 0xE7C7: 0x1E3F} | dict(
    zip(
        [*range(0xE78D, 0xE797), 0xE816, 0xE817, 0xE818, 0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE831, 0xE832]
        + [0xE83B, 0xE843, 0xE854, 0xE855, 0xE864],
        [0xFE10, 0xFE12, 0xFE11, *range(0xFE13, 0xFE1A), 0x20087, 0x20089, 0x200CC, 0x9FB4, 0x9FB5, 0x9FB6, 0x9FB7]
        + [0x215D7, 0x9FB8, 0x2298F, 0x9FB9, 0x9FBA, 0x241FE, 0x9FBB],
        strict=True,
    )
)


def private() -> dict[int, int]:
    """What each private-use character stands for."""
    cells = [(0xE76C, b"\xa2\xe3"), (0xE7C8, b"\xa8\xbf")]
    cells += [(0xE7E7 + i, bytes([0xA9, 0x89 + i])) for i in range(13)]
    trails = [trail for trail in range(0x50, 0xA1) if trail != 0x7F]
    cells += [(0xE815 + i, bytes([0xFE, trail])) for i, trail in enumerate(trails)]
    decoded = {code: ord(cell.decode("gb18030")) for code, cell in cells}
    return dict(sorted((decoded | _LATER).items()))


def unified() -> tuple[str, dict[int, int]]:
    """The version of Unicode, and the ideograph of each radical. Raises OSError where there is no Perl."""
    perl = subprocess.run(["perl", "-e", _PERL], capture_output=True, text=True, check=True).stdout.split("\n")  # noqa: S607
    pairs = [[int(number, 10) for number in line.split()] for line in perl[1:] if re.fullmatch(r"\d+ \d+", line)]
    return perl[0], {code: ideograph for code, ideograph in pairs if 0x2E80 <= code <= 0x2FD5}


def table(radicals: dict[int, int]) -> str:
    """The lines of the table."""
    rows = (("pua", private()), ("radical", radicals))
    return "".join(f"{name}\t{''.join(map(chr, row))}\t{''.join(map(chr, row.values()))}\n" for name, row in rows)


def main() -> None:
    """Write the table beside this file."""
    version, radicals = unified()
    head = f"# Unicode {version} (Unicode licence); made by make_characters.py\n"
    TABLE.write_text(head + table(radicals), encoding="utf-8")


if __name__ == "__main__":
    main()
