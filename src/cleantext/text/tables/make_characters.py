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
_LATER = dict(
    zip(
        map(
            ord,
            "\ue5e5\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7\ue816\ue817\ue818"
            "\ue81e\ue826\ue82b\ue82c\ue831\ue832\ue83b\ue843\ue854\ue855\ue864",
        ),
        map(ord, "\u3000︐︒︑︓︔︕︖︗︘︙ḿ𠂇𠂉𠃌\u9fb4\u9fb5\u9fb6\u9fb7𡗗\u9fb8𢦏\u9fb9\u9fba𤇾\u9fbb"),
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
    perl = subprocess.run(["perl", "-e", _PERL], capture_output=True, text=True, check=True).stdout.split("\n")  # noqa: S603, S607
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
