"""Latin mojibake: text that was UTF-8 and was read in a single-byte encoding, mended by ftfy.

With its defaults ftfy rewrites good Chinese text (full-width marks, quotes, the space U+3000); here it may touch
nothing but encodings, surrogates, terminal escapes and Unicode composition (NFC). A line is handed to it in the pieces
between Chinese, Japanese and Korean characters, because a `cafÃ©` in a Chinese line can only be undone by itself. A
word that reads as Chinese when its characters are taken for bytes of GBK or Big5 is left as it is: ftfy would take
pairs such as `Ì«` for UTF-8, and what could still be recovered would be lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from cleantext.edits import diff
from cleantext.records import Edit
from cleantext.text.legacy import CJK, legacy_spans

__all__ = ["mojibake_edits"]

STAGE = "mojibake"

# A line without any of these, and in composed form, holds nothing ftfy would act on: all its rules need one of the
# characters that stand for a byte above 0x7F, a surrogate or ESC. The marks listed are such characters too, but
# in mojibake none of them ever comes without another that is not listed.
_SUSPECT = re.compile(rf"[^\x00-\x1a\x1c-\x7f{CJK}\xa0·°–—‘’“”•…]")
_PIECE = re.compile(f"[{CJK}]+|[^{CJK}]+")
_IS_CJK = re.compile(f"[{CJK}]")
# Where a piece that is not one consistent mojibake is cut: into words, then at marks that may stand for themselves.
_CUTS = (re.compile("([ \t\r\n]+)"), re.compile("([‘’“”…—–\xa0]+)"))


class _Ftfy(NamedTuple):
    fix: Callable[[str], tuple[str, str]]  # text -> fixed text, name of the repair
    is_bad: Callable[[str], bool]


@cache
def _ftfy() -> _Ftfy:
    """ftfy, imported on first use, with the configuration for text that may be Chinese."""
    import ftfy  # noqa: PLC0415 - slow to import, and most text needs none of it
    from ftfy.badness import is_bad  # noqa: PLC0415

    config = ftfy.TextFixerConfig(
        unescape_html=False,
        restore_byte_a0=False,
        replace_lossy_sequences=False,
        decode_inconsistent_utf8=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        explain=True,  # with explain=False ftfy 6.3 calls fix_encoding without this configuration
    )

    def fix(text: str) -> tuple[str, str]:
        fixed, steps = ftfy.fix_and_explain(text, config)
        actions = [(step.action, step.parameter) for step in steps or ()]
        encodings = [parameter for action, parameter in actions if action == "encode"]
        return fixed, (encodings or [parameter for _, parameter in actions] or [""])[0]

    return _Ftfy(fix, is_bad)


def mojibake_edits(line: str) -> list[Edit]:
    """The edits that mend the mojibake of `line`; the rule is the encoding that was undone, or ftfy's fixer."""
    if not _SUSPECT.search(line) and unicodedata.is_normalized("NFC", line):
        return []
    edits: list[Edit] = []
    for match in _PIECE.finditer(line):
        for offset, before, after, rule in _mended(match[0]):
            edits += diff(before, after, stage=STAGE, rule=rule, offset=match.start() + offset)
    return edits


def _mended(piece: str) -> Iterator[tuple[int, str, str, str]]:
    """Each part of `piece` that changes: its offset, what it was and is, and by which repair."""
    if _IS_CJK.match(piece):
        yield 0, piece, unicodedata.normalize("NFC", piece), "NFC"
        return
    position = 0
    for start, end in legacy_spans(piece):
        yield from _mended_by_ftfy(piece[position:start], position, _CUTS)
        position = end
    yield from _mended_by_ftfy(piece[position:], position, _CUTS)


def _mended_by_ftfy(text: str, offset: int, cuts: tuple[re.Pattern[str], ...]) -> Iterator[tuple[int, str, str, str]]:
    """`_mended` for text without legacy Chinese: whole if that helps, else in ever smaller parts."""
    ftfy = _ftfy()
    fixed, rule = ftfy.fix(text)
    if fixed != text or not cuts or not ftfy.is_bad(text):
        yield offset, text, fixed, rule
        return
    for part in cuts[0].split(text):
        yield from _mended_by_ftfy(part, offset, cuts[1:])
        offset += len(part)
