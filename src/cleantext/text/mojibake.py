"""Latin mojibake: text that was UTF-8 and was read in a single-byte encoding, mended by ftfy.

With its defaults ftfy rewrites good Chinese text (full-width marks, quotes, the space U+3000); here it may touch
nothing but encodings, surrogates, terminal escapes and Unicode composition (NFC). A line is handed to it in the pieces
between Chinese, Japanese and Korean characters, because a `cafÃ©` in a Chinese line can only be undone by itself. A
word that reads as Chinese when its characters are taken for bytes of GBK or Big5 is left as it is: ftfy would take
pairs such as `Ì«` for UTF-8, and what could still be recovered would be lost.

ftfy sees only pieces that it changes or calls mojibake: with this configuration it acts on what its own pattern of bad
sequences matches, on C1 controls, surrogates and terminal escapes, and on text that is not composed. Each of these
needs a character of `BAD_TRIGGERS` or `COMPOSITION_TRIGGERS`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from cleantext.edits import diff
from cleantext.records import Edit
from cleantext.text.cjk_mojibake import cjk_mojibake_edits
from cleantext.text.legacy import CJK, legacy_spans

__all__ = [
    "BAD_TRIGGERS",
    "COMPOSITION_TRIGGERS",
    "ENCODINGS",
    "RULES",
    "TRIGGERS",
    "latin_mojibake_edits",
    "mojibake_edits",
]

STAGE = "mojibake"

# Of every sequence that ftfy 6 calls bad (the alternatives of `ftfy.badness.BADNESS_RE`) at least one character is
# among these; and C1 controls, surrogates, ESC. What ftfy knows beyond them (the no-break space, the marks ·°–—‘’“”•…,
# ©®™ and guillemets, Cyrillic and Greek but for the letters that stand for a lead byte) is bad only beside one of them.
# Small letters that stand for accents (ò to ö, ø to ü) and capitals (Ò to Ö, Ú, Û) are in no sequence without one.
_DIRECT = "\x1b\x80-\x9f\ud800-\udfff"
BAD_TRIGGERS = (
    _DIRECT + "¢-¨ª¬¯±-³µ¶¸-º¼-¾À-Ñ×-ÙÜÝß-ñ÷ü"
    "\u0100-\u017fƒˆˇ˘˛˜ΒΓΞΟЂВГРСҐґ†‡‰‚⁄₧€№∂∆∏∑√∞∩∫≈≠≡≤≥⌐◊│┌┐└┘├┤┬┴┼═-╬▀▄█▌▐░▒▓\ufb01\ufb02\ufffd"
)
# Characters that are not always composed as they stand, or combine with one before: all that Unicode's NFC_Quick_Check
# (https://www.unicode.org/reports/tr15/#Detecting_Normalization_Forms) does not say Yes to, with their neighbours.
COMPOSITION_TRIGGERS = (
    "\u0300-\u0387\u0483-\u0489\u0591-\u1fff\u2000\u2001\u20d0-\u20ff\u2126\u212a\u212b\u2329\u232a\u2adc"
    "\u2ce0-\u2dff\u302a-\u302f\u3099\u309a\ua66e-\uabff\ud7b0-\ud7ff\uf900-\ufaff\ufb1d-\ufb4f\ufe20-\ufe2f"
    "\U00010000-\U0001efff\U0002f800-\U0002fa1f\U000e0000-\U0010ffff"
)
TRIGGERS = BAD_TRIGGERS + COMPOSITION_TRIGGERS

# What the rule of an edit can be: the encoding that was undone, or ftfy's name of another repair, or NFC.
ENCODINGS = (
    *("latin-1", "sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253"),
    *("sloppy-windows-1254", "sloppy-windows-1257", "iso-8859-2", "macroman", "cp437"),
)
RULES = (*ENCODINGS, "fix_c1_controls", "fix_surrogates", "remove_terminal_escapes", "NFC")

_SUSPECT = re.compile(f"[{BAD_TRIGGERS}{COMPOSITION_TRIGGERS}]")
_BAD = re.compile(f"[{BAD_TRIGGERS}]")
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ALWAYS = re.compile(f"[{_DIRECT}]")
# Pieces that ftfy may see, one at a time, and what stands between them. The byte 1A is kept out because ftfy's codecs
# have it for U+FFFD.
_PIECE = re.compile(f"[{CJK}]+|[^{CJK}\x1a]+")
_IS_CJK = re.compile(f"[{CJK}]")
# Where a piece that is not one consistent mojibake is cut: into words, then at marks that may stand for themselves.
_CUTS = (re.compile("([ \t\r\n]+)"), re.compile("([‘’“”…—–\xa0]+)"))
_WORD = re.compile("[^ \t\r\n]+")
# In MacRoman these begin letters that hardly any language has; before words of a line that is not all mojibake they
# quote.
_QUOTES = re.compile("[«»]")
_MARKS = frozenset("‘’“”…—–•·\xa0")


# A part of a piece: its offset, what it was and is, and by which repair.
_Change = tuple[int, str, str, str]


class _Ftfy(NamedTuple):
    fix: Callable[[str], tuple[str, str]]  # text -> fixed text, name of the repair
    fix_encoding: Callable[[str], tuple[str, str]]  # the same, of encodings only
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

    def told(found: ftfy.ExplainedText) -> tuple[str, str]:
        # ftfy loses U+FFFD where it stands beside another or beside mojibake.
        rule = _rule([(step.action, step.parameter) for step in found.explanation or ()])
        return found.text.replace("\x1a", "\ufffd"), rule

    return _Ftfy(
        lambda text: told(ftfy.fix_and_explain(text, config)),
        lambda text: told(ftfy.fix_encoding_and_explain(text, config)),
        is_bad,
    )


def _rule(actions: list[tuple[str, str]]) -> str:
    """What is said of ftfy's steps: the first encoding undone, or else the first step."""
    if ("decode", "windows-1252") in actions[:2]:  # Latin-1 that was meant as Windows-1252: its C1 controls
        return "fix_c1_controls"
    encodings = [parameter for action, parameter in actions if action == "encode"]
    return (encodings or [parameter for _, parameter in actions] or [""])[0]


def mojibake_edits(line: str) -> list[Edit]:
    """The edits that mend the mojibake of `line`; the rule is one of `RULES`, or one of `cjk_mojibake_edits`.

    Mojibake of Chinese encodings comes first, because ftfy would take pairs of it for UTF-8. Where there is any, ftfy
    has the line in the next round.
    """
    return cjk_mojibake_edits(line) or latin_mojibake_edits(line)


def latin_mojibake_edits(line: str) -> list[Edit]:
    """The edits that mend what is not mojibake of Chinese encodings; the rule is one of `RULES`."""
    edits: list[Edit] = []
    if not _SUSPECT.search(line):
        return edits
    for match in _PIECE.finditer(line):
        piece = match[0]
        if not _SUSPECT.search(piece):
            continue
        changes = [change for change in _mended(piece) if change[1] != change[2]]
        if piece == line and not _is_enough(piece, changes):
            continue
        for offset, before, after, rule in changes:
            edits += _edits(before, after, rule, match.start() + offset)
    return edits


def _edits(before: str, after: str, rule: str, offset: int) -> list[Edit]:
    """The edits from `before` to `after`: where an encoding was undone, each run beyond ASCII and what it was.

    There a character of `before` is a byte of `after` in UTF-8. (It is not where two encodings were undone, or U+FFFD
    stands for a byte; then ASCII does not fall on ASCII, or the lengths differ.)
    """
    found: list[Edit] = []
    position = start = 0
    for run in _NOT_ASCII.finditer(after):
        size = len(run[0].encode("utf-8", "surrogatepass"))
        plain = after[position : run.start()]
        start += len(plain)
        was = before[start : start + size]
        if not before.startswith(plain, start - len(plain)) or len(was) != size or was == run[0]:
            break
        found.append(
            Edit(stage=STAGE, rule=rule, start=offset + start, end=offset + start + size, before=was, after=run[0])
        )
        start += size
        position = run.end()
    if rule in ENCODINGS and before[start:] == after[position:]:
        return found
    return [_by_its_own_rule(edit) for edit in diff(before, after, stage=STAGE, rule=rule, offset=offset)]


def _by_its_own_rule(edit: Edit) -> Edit:
    """`edit`, whose rule was told from a longer text, with the rule that tells why just these characters change."""
    if edit.before.startswith("\x1b"):
        rule = "remove_terminal_escapes"
    elif _SURROGATES.search(edit.before):
        rule = "fix_surrogates"
    elif unicodedata.normalize("NFC", edit.before) == edit.after:
        rule = "NFC"
    else:
        return edit
    return replace(edit, rule=rule)


def _mended(piece: str) -> Iterator[_Change]:
    """The parts of `piece`, among them all that change."""
    if _IS_CJK.match(piece):
        yield 0, piece, unicodedata.normalize("NFC", piece), "NFC"
        return
    if not _acts_on(piece):
        return
    legacy = legacy_spans(piece)
    if not legacy:
        yield from _mended_whole(piece, 0, _CUTS)
        return
    position = 0
    for start, end in legacy:
        yield from _mended_by_ftfy(piece[position:start], position, _CUTS)
        position = end
    yield from _mended_by_ftfy(piece[position:], position, _CUTS)


def _is_enough(line: str, changes: list[_Change]) -> bool:
    """Whether what was found in parts of a line without Chinese may be mended, though ftfy would leave the line.

    A single pair of characters that is UTF-8 in Latin-1 and in MacRoman (`DrÃ¥ber`) is not enough where all that is
    beyond ASCII in the other words are dashes and quotes, which both have. Anything else shows that two texts were put
    together.
    """
    if len(changes) != 1 or changes[0][1] == line or len(changes[0][1]) - len(changes[0][2]) > 1:
        return True
    offset, before, _, _ = changes[0]
    words = (word for word in _WORD.finditer(line) if word.end() <= offset or word.start() >= offset + len(before))
    others = {char for word in words for char in word[0] if char > "\x7f"}
    return not others or not others <= _MARKS or not _is_utf8_in_macroman(before)


def _is_utf8_in_macroman(text: str) -> bool:
    try:
        text.encode("mac_roman").decode("utf-8")
    except UnicodeError:
        return False
    return True


def _acts_on(piece: str) -> bool:
    """Whether ftfy would change `piece`, or find it bad without being able to mend the whole of it."""
    if _BAD.search(piece) and (_ALWAYS.search(piece) or _ftfy().is_bad(piece)):
        return True
    return not unicodedata.is_normalized("NFC", piece)


def _fixed(text: str) -> tuple[str, str]:
    """`text` as ftfy mends it, and the name of the repair.

    ftfy runs all its fixers, that of encodings first, until nothing changes. Where that one leaves nothing to do for
    the others, it alone gives the same in half the time.
    """
    fixed, rule = _ftfy().fix_encoding(text)
    if not _ALWAYS.search(fixed) and unicodedata.is_normalized("NFC", fixed):
        return fixed, rule
    return _ftfy().fix(text)


def _mended_by_ftfy(text: str, offset: int, cuts: tuple[re.Pattern[str], ...]) -> Iterator[_Change]:
    """`_mended` for text without legacy Chinese."""
    if _acts_on(text):
        yield from _mended_whole(text, offset, cuts)


def _mended_whole(text: str, offset: int, cuts: tuple[re.Pattern[str], ...]) -> Iterator[_Change]:
    """The same for text on which ftfy acts: whole if that helps, else in ever smaller parts."""
    ftfy = _ftfy()
    fixed, rule = _fixed(text)
    if fixed != text or not cuts or not ftfy.is_bad(text):
        yield offset, text, fixed, rule
        return
    for part in cuts[0].split(text):
        for change in _mended_by_ftfy(part, offset, cuts[1:]):
            if not (change[3] == "macroman" and _QUOTES.search(change[1])):
                yield change
        offset += len(part)
