"""GBK or Big5 that was read as Latin-1 or Windows-1252: 中国 became ÖÐ¹ú.

Every character of such text is a byte; two make a Chinese character. A run is cut into pairs from its start, as a
decoder does it. The gate: four characters or more above U+00A0 in a row (in 19.7 million characters of Western
web text there was one such run, and it was mojibake) that decode to everyday Chinese. Which encoding it was is decided
over the whole line, because most pairs are valid in both; once that is certain, shorter runs of the line follow.

Runs that ftfy has been at are taken too: it reads pairs such as È¾ as UTF-8 and writes Ⱦ, which gives them back.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cleantext.text.plausible import as_chinese, mean_score
from cleantext.text.recode import big5_text, gb18030_text, latin_bytes
from cleantext.text.spans import LOST, Span, applied

__all__ = ["SPECIALS", "bytes_as_latin"]

SPECIALS = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_HIGH = f"\x80-\u07ff{SPECIALS}"
_RUN = re.compile(f"[{_HIGH}\ufffd]+(?:[@-~][{_HIGH}\ufffd]+)*[@-~]?")
_HIGHS = re.compile(f"[{_HIGH}\ufffd]+")
_HIGH_CHAR = re.compile(f"[{_HIGH}]")
_HIGH_PAIR = re.compile(f"[\xa1-\xff][@-~{_HIGH}]")
_GATE = re.compile(f"[\xa1-\xff][{_HIGH}\ufffd]{{3}}")
_GATE_BIG5 = re.compile(f"(?:[\xa4-\xc6{SPECIALS}\u0100-\u07ff][@-~{_HIGH}]){{2}}")
_THREE_BYTES = re.compile(f"[\xe2-\xef][\x80-\xbf{SPECIALS}\ufffd]{{2}}")
_UTF8_RUN = re.compile(f"(?:[\xc2-\xf0][\x80-\xbf{SPECIALS}\ufffd]+)+")
_TWO_BYTES = re.compile(f"[\xc2\xc3][\x80-\xbf{SPECIALS}]")
_FOUR_BYTES = re.compile(f"[\x81-\xfe{SPECIALS}\ufffd][0-9][\x81-\xfe{SPECIALS}\ufffd][0-9]")
_WIDE = re.compile("[\u3000-\u9fff\uff00-\uffef]")
_PAIRS = re.compile(rb"(?:[\x81-\xff][\x40-\x7e\x80-\xff])+")
_BIG5_PAIRS = re.compile(rb"(?:[\xa1-\xfa][\x40-\x7e\xa1-\xfe])+")
_LOST_BYTE = b"\xff"  # neither GBK nor Big5 has it
_CUT = re.compile("[，。；：！？、]+")
# What legacy pairs look like when they happen to be UTF-8: letters no whole word is written in.
_ODD_LETTERS = re.compile("[\u0180-\u0385\u0460-\u058f\u0700-\u07ff]")
_DAMAGED = re.compile(f"[^\x00-\xff{SPECIALS}\ufffd]")
# The mean score a run or line must reach, by its number of Chinese characters: short ones must be better.
_FLOORS = ((2, -8.2), (3, -9.0), (6, -9.8), (12, -10.3))
_WORST = -12.0  # of a run in a line that holds certain ones
_MIN_PAIRS = 2
_MIN_PAIRS_BIG5 = 3
_MIN_EVEN = 6
_SURE = 6  # characters from which on a run is certain whatever stands before it
# A line this long that reads this well in one encoding does not in the other.
_BEYOND_DOUBT = -8.5
_LONG = 12
_UTF8_SHARE = 0.7


_ENCODINGS = (("gbk", _PAIRS, gb18030_text, _GATE), ("big5", _BIG5_PAIRS, big5_text, _GATE_BIG5))


class _Reading(NamedTuple):
    start: int
    end: int
    after: str
    strong: bool
    rule: str
    is_utf8: bool = False


def bytes_as_latin(line: str) -> list[Span]:
    """The spans of `line` that are GBK or Big5 read as Latin-1 or Windows-1252."""
    if not _HIGH_PAIR.search(line):
        return []
    if _is_mostly_utf8(line):
        return list(_torn_utf8(line)) if LOST in line else []
    masked = _FOUR_BYTES.sub("    ", line)
    evenly = _is_evenly_paired(masked)
    if not (evenly or _GATE.search(line) or _GATE_BIG5.search(line)):
        return []
    runs = [run.span() for run in _RUN.finditer(masked)]
    best = _best_readings(masked, runs, evenly=evenly)
    if not best:
        return []
    whole = 2 * sum(found.end - found.start for found in best if found.strong) > sum(end - start for start, end in runs)
    kept = [found for found in best if whole or found.strong or (not found.is_utf8 and _reads(found.after))]
    if kept and kept[0].rule.endswith("gbk"):
        kept = sorted([*kept, *_four_bytes(line)])
    return [span for found in kept for span in _spans(found)]


def _best_readings(line: str, runs: list[tuple[int, int]], *, evenly: bool) -> list[_Reading]:
    """What the runs are in the encoding in which the certain ones read best; none if that is not well enough."""
    best: list[_Reading] = []
    best_score, length = -100.0, 0
    for name, pairs, decode, gate in _ENCODINGS:
        likely = [run for run in runs if evenly or gate.search(line, *run)]  # no other can be certain
        if not likely:
            continue
        readings = [found for run in likely for found in _readings(line, *run, name, pairs, decode)]
        strong = [found.after for found in readings if found.strong or (evenly and not found.is_utf8)]
        certain = "".join(strong).replace(LOST, "")
        score = mean_score(certain, as_chinese())
        enough = len(certain) >= (_MIN_PAIRS if name == "gbk" else _MIN_PAIRS_BIG5) and len(set(certain)) > 1
        if enough and score >= _floor(len(certain)) and score > best_score:
            if len(likely) < len(runs):
                readings = [found for run in runs for found in _readings(line, *run, name, pairs, decode)]
            best, best_score, length = readings, score, len(certain)
        if best_score > _BEYOND_DOUBT and length >= _LONG:
            break
    return [] if length < _SURE and _has_utf8_beside(line, best) else best


def _has_utf8_beside(line: str, readings: list[_Reading]) -> bool:
    """Whether `line` is UTF-8 where it is not one of the certain `readings`."""
    certain = applied(line, [Span(found.start, found.end, " ", "") for found in readings if found.strong])
    return bool(_THREE_BYTES.search(certain) or _TWO_BYTES.search(certain))


def _reads(text: str) -> bool:
    """Whether `text` may be Chinese, in a line of which other parts certainly are."""
    return mean_score(text, as_chinese()) >= _WORST


def _floor(length: int) -> float:
    return next((floor for least, floor in reversed(_FLOORS) if length >= least), 0.0)


def _is_mostly_utf8(line: str) -> bool:
    """Whether the bytes above ASCII are rather UTF-8 of characters of three bytes, which GBK seldom looks like."""
    threes = sum(map(len, _THREE_BYTES.findall(line)))
    return threes > _UTF8_SHARE * sum(map(len, _HIGHS.findall(line)))


def _is_evenly_paired(line: str) -> bool:
    """Whether bytes above ASCII come in pairs all over the line, three and more: dates, names and numbers."""
    lengths = [len(run) for run in _HIGHS.findall(line)]
    return sum(lengths) >= _MIN_EVEN and not any(length % 2 for length in lengths)


def _torn_utf8(line: str) -> Iterator[Span]:
    """UTF-8 read as Windows-1252 by a decoder that has no character for five bytes; all five continue one."""
    for run in _UTF8_RUN.finditer(line):
        if LOST not in run[0]:
            continue
        readings = []
        for byte in ("\x81", "\x9d"):
            data = latin_bytes(run[0].replace(LOST, byte))
            with contextlib.suppress(UnicodeDecodeError):
                readings.append((data or b"\xff").decode("utf-8"))
        if len(readings) == 2 and len(_WIDE.findall(readings[0])) >= 2:
            after = "".join(a if a == b else LOST for a, b in zip(*readings, strict=True))
            yield Span(run.start(), run.end(), after, "latin-1>utf-8/lossy")


def _four_bytes(line: str) -> Iterator[_Reading]:
    """Codes of four bytes, of which the second and fourth are digits: GB18030 has all of Unicode there."""
    for match in _FOUR_BYTES.finditer(line):
        after = LOST if LOST in match[0] else _decoded(latin_bytes(match[0]) or b"", gb18030_text)
        if after:
            yield _Reading(match.start(), match.end(), after, strong=False, rule="latin-1>gb18030")


def _readings(
    line: str, start: int, end: int, name: str, pairs: re.Pattern[bytes], decode: Callable[[bytes], str]
) -> Iterator[_Reading]:
    """What the parts of one run are in one encoding."""
    text = line[start:end]
    data = latin_bytes(text.replace(LOST, "\xff"))
    if data is None:
        return
    places = _places(text, data)
    for match in pairs.finditer(data):
        torn = int(match.end() == len(data) - 1 and data[-1] >= 0x81)
        begin, stop = places[match.start()], places[match.end() + torn]
        after = _decoded(match[0], decode)
        if begin < 0 or stop < 0 or after is None:
            continue
        consumed = text[begin:stop]
        damaged = len(_DAMAGED.findall(consumed))
        if 2 * damaged > len(_HIGH_CHAR.findall(consumed)):  # Cyrillic or Greek behind a Latin mark
            continue
        is_utf8 = _is_utf8(data[match.start() : match.end() + torn])
        strong = not is_utf8 and bool((_GATE if name == "gbk" else _GATE_BIG5).search(consumed))
        if strong and len(after) < _SURE and line[start + begin - 1 : start + begin].isalpha():
            strong = False  # the end of a word, as in cafÃ©°é
        if strong and name == "big5" and len(after) < _SURE and _TWO_BYTES.search(consumed):
            strong = False
        rule = f"{'ftfy>' if damaged else ''}latin-1>{name}"
        yield _Reading(start + begin, start + stop, after + LOST * torn, strong, rule, is_utf8)


def _places(text: str, data: bytes) -> Sequence[int]:
    """For each offset in `data` the offset in `text` of the character that begins there, -1 inside of one."""
    if len(text) == len(data):
        return range(len(text) + 1)
    places: list[int] = []
    for offset, char in enumerate(text):
        places += (offset, -1) if _DAMAGED.match(char) else (offset,)
    return [*places, len(text)]


def _decoded(data: bytes, decode: Callable[[bytes], str]) -> str | None:
    """The Chinese in `data`, pairs with a lost byte as U+FFFD; None if a pair has no character."""
    try:
        if _LOST_BYTE not in data:
            return decode(data)
        pairs = [data[i : i + 2] for i in range(0, len(data), 2)]
        return "".join(LOST if _LOST_BYTE in pair else decode(pair) for pair in pairs)
    except UnicodeDecodeError:
        return None


def _is_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8 rather than Chinese: it decodes, and not to letters nobody writes."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _ODD_LETTERS.search(text)


def _spans(found: _Reading) -> Iterator[Span]:
    """One reading, cut behind the marks between clauses."""
    lossy = "/lossy" if LOST in found.after else ""
    if lossy or "ftfy" in found.rule or 2 * len(found.after) != found.end - found.start:
        yield Span(found.start, found.end, found.after, found.rule + lossy)
        return
    position = 0
    for end in (*(cut.end() for cut in _CUT.finditer(found.after)), len(found.after)):
        if end > position:
            yield Span(found.start + 2 * position, found.start + 2 * end, found.after[position:end], found.rule)
        position = end
