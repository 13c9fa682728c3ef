"""ftfy's own test cases (golden/ftfy-cases.json), and what ftfy makes of a text with our configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import ftfy

__all__ = ["CASES", "CONFIG", "MENDED_IN_PARTS", "Case", "by_ftfy"]

CONFIG = ftfy.TextFixerConfig(
    unescape_html=False,
    restore_byte_a0=False,
    replace_lossy_sequences=False,
    decode_inconsistent_utf8=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    remove_control_chars=False,
    explain=True,
)
# Lines that ftfy leaves with this configuration, because they are no single consistent mojibake.
MENDED_IN_PARTS = {
    "lossy UTF-8 / Windows-1250 mixup in Spanish",
    "UTF-8 / sloppy Windows-1250 mixup in English",
    "UTF-8 / Windows-1252 mixup in mixed French and Arabic",
    "Inconsistent mojibake in Portuguese",
    "'à' remains its own word, even if spaces after it get coalesced into one",
    "Fix 'à' in inconsistent mojibake",
    "The Portuguese word 'às' does not become 'à s' due to the French fix",
    "This is why we require a space after the 's' in 'às'",
    "We can fix 'à' in windows-1251 sometimes as well",
    "'Ã quele' is the Portuguese word 'àquele', not 'à quele'",
    "A complex, lossy pile-up of mojibake in Portuguese",
    "Latvian UTF-8 / Windows-1257 mojibake",
    "Lithuanian UTF-8 / Windows-1257 mojibake",
    "A-with-grave in Vietnamese",
    "Synthetic: Incomplete UTF-8 / Windows-1252 mixup in Arabic",
    "Messy language names: Bulgarian",
    "Messy language names: Serbian [Cyrillic]",
    "Messy language names: Thai",
    "Synthetic: curly quotes with mismatched encoding glitches in Windows-1252",
    "Synthetic: lossy decoding in sloppy-windows-1252",
}


class Case(NamedTuple):
    label: str
    file: str
    original: str
    fixed: str

    @property
    def is_negative(self) -> bool:
        return self.file == "negative.json"


def by_ftfy(text: str) -> str:
    """What ftfy makes of `text`, with U+FFFD where its codecs for single bytes leave the control 1A in its place."""
    fixed = str(ftfy.fix_text(text, CONFIG))
    return fixed if "\x1a" in text else fixed.replace("\x1a", "\ufffd")


_DATA = json.loads((Path(__file__).parent / "golden" / "ftfy-cases.json").read_text(encoding="utf-8"))
CASES = [Case(case["label"], case["file"], case["original"], case["fixed"]) for case in _DATA["cases"]]
