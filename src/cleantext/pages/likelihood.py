"""How likely bytes are as text of an encoding: the statistics behind `decode`.

A log-likelihood (in nats) is summed over characters. Chinese is scored by character frequency (the
table cleantext/tables/han_frequency.txt, Traditional characters by what they simplify to), Japanese and Korean by
script and by the level of their national standards, single-byte encodings by letter case and neighbours. All models
are coarse on purpose: right and wrong readings of CJK bytes differ by three nats or more a character.
"""

from __future__ import annotations

import codecs
import unicodedata
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from cleantext.folding import simplified_table
from cleantext.pages.encodings import SINGLE_BYTE, decode_as, python_codec

__all__ = ["is_common", "log_likelihood"]

Scores = npt.NDArray[np.float32]

_ERROR = -12.0  # U+FFFD
# So many bytes are many, and a text with so many errors a byte is of another encoding.
_MANY, _HOPELESS = 1024, 0.1
_RARE = -16.0  # assigned, but not what pages are made of
_PRIVATE = -18.0  # private use
_ASTRAL = -12.0
# Log-probability of a Han character by its rank, read off jieba's counts at these ranks.
_RANKS = (1, 10, 100, 300, 1000, 2000, 3000, 4000)
_BY_RANK = (-4.0, -4.9, -6.3, -7.1, -8.7, -10.1, -11.2, -12.2)
_LETTER, _OTHER, _MARK = -2.5, -4.0, -6.0  # ASCII
# Classes of the bytes of a single-byte encoding; 0 is everything else.
_LOWER, _UPPER, _CASELESS, _LATIN, _SIGN, _ASCII_LETTER, _QUOTE = range(1, 8)
_KANA_IN_CHINESE = -13.0
# The syllables of particles, endings and the commonest words.
_FREQUENT_HANGUL = (
    "이다의는에을가고한하지를로기사시서은인도자어그나대리아해스정있수전라일제들보여과장부으니주상만면게구원안국동성없원조"
    "공경신우문러드선오었요관소비세산개발계중생무유진마당위것들미않았할물회때트학방화모저문용실행치내역단명분같습합더"
)


def _ascii() -> Scores:
    """ASCII counts too, because it may be the second byte of a pair."""
    values = [_LETTER if chr(c).islower() else _MARK if chr(c) in r"@[\]^_`{|}~" else _OTHER for c in range(0x80)]
    return np.array(values, dtype=np.float32)


@cache
def _common() -> Scores:
    """Scores of punctuation and symbols, the same for every CJK model; everything else rare."""
    scores = np.full(0x10000, _RARE, dtype=np.float32)
    scores[0xE000:0xF900] = _PRIVATE
    scores[:0x80] = _ascii()
    scores[0x80:0xA0] = _PRIVATE
    for low, high, score in (
        (0xA0, 0x100, -9.0),
        (0x2010, 0x2040, -9.0),
        (0x2100, 0x2800, -10.0),
        (0x3000, 0x3020, -8.0),
        (0x3200, 0x3400, -10.0),
        (0xFE30, 0xFE50, -11.0),
        (0xFF01, 0xFF5F, -8.0),
        (0xFFE0, 0xFFE7, -9.0),
    ):
        scores[low:high] = score
    _set(scores, "，。", -3.5)
    _set(scores, "、：；！？“”（）《》「」\u3000", -5.0)
    _set(scores, "·—…‘’【】『』\xa0•～", -6.5)
    return scores


def _set(scores: Scores, chars: str, score: float) -> None:
    scores[np.frombuffer(chars.encode("utf-16-le"), dtype=np.uint16)] = score


@cache
def _chinese() -> Scores:
    scores = _common().copy()
    scores[0x3040:0x3100] = _KANA_IN_CHINESE
    ranked = files("cleantext.tables").joinpath("han_frequency.txt").read_text(encoding="utf-8").strip()
    values = np.interp(np.log(np.arange(1, len(ranked) + 1)), np.log(_RANKS), _BY_RANK)
    for char, value in zip(ranked, values, strict=True):
        scores[ord(char)] = value
    for traditional, simplified in simplified_table().items():
        if ord(traditional) < 0x10000 and ord(simplified) < 0x10000:
            scores[ord(traditional)] = max(scores[ord(traditional)], scores[ord(simplified)])
    return scores


@cache
def _japanese() -> Scores:
    scores = np.where(_chinese() < -4, _chinese() - 2, _chinese()).astype(np.float32)
    np.maximum(scores, _common(), out=scores)
    level_1 = "".join(
        bytes([0xA0 + row, 0xA0 + cell]).decode("euc_jp", "ignore") for row in range(16, 48) for cell in range(1, 95)
    )
    codes = np.frombuffer(level_1.encode("utf-16-le"), dtype=np.uint16)
    scores[codes] = np.maximum(scores[codes], -9.5)
    scores[0x3041:0x3094] = -4.3
    scores[0x30A1:0x30FD] = -5.3
    scores[0xFF61:0xFFA0] = -9.0
    return scores


@cache
def _korean() -> Scores:
    scores = np.where(_chinese() < -4, _chinese() - 4, _chinese()).astype(np.float32)
    np.maximum(scores, _common(), out=scores)
    standard = "".join(
        bytes([0xA0 + row, 0xA0 + cell]).decode("euc_kr", "ignore") for row in range(16, 41) for cell in range(1, 95)
    )
    scores[0xAC00:0xD7A4] = -13.0
    _set(scores, standard, -8.0)
    _set(scores, _FREQUENT_HANGUL, -4.8)
    return scores


@cache
def _any_script() -> Scores:
    """For UTF-8: whatever any language has, and other alphabets."""
    scores = np.maximum(np.maximum(_chinese(), _japanese()), _korean())
    scores[0xA0:0x2000] = np.maximum(scores[0xA0:0x2000], -7.0)
    return scores


_MODELS = {
    "gb18030": _chinese,
    "big5": _chinese,
    "shift_jis": _japanese,
    "euc-jp": _japanese,
    "iso-2022-jp": _japanese,
    "euc-kr": _korean,
}


@cache
def _single_byte(encoding: str) -> tuple[Scores, npt.NDArray[np.int8]]:
    """Score and class of each byte."""
    scores = np.zeros(256, dtype=np.float32)
    scores[:0x80] = _ascii()
    classes = np.zeros(256, dtype=np.int8)
    classes[[byte for byte in range(0x80) if chr(byte).isalpha()]] = _ASCII_LETTER
    for byte in range(0x80, 0x100):
        char = decode_as(bytes([byte]), encoding)
        latin = char < "\u0250" or "\u1e00" <= char <= "\u1eff"
        if "\u0300" <= char <= "\u036f":
            scores[byte], classes[byte] = -4.7, _LATIN
        elif char.isalpha() and latin and char not in "ªºƒ":
            scores[byte], classes[byte] = -4.7 if char.islower() else -6.0, _LATIN
        elif unicodedata.category(char) == "Mn":
            scores[byte], classes[byte] = -4.0, _SIGN
        elif char.isalpha():
            scores[byte] = -6.0 if char.isupper() else -4.0
            classes[byte] = _LOWER if char.islower() else _UPPER if char.isupper() else _CASELESS
        elif char in "\xa0«»“”‘’„–—…©®·•°№€£§¿¡":
            scores[byte], classes[byte] = -6.0, _QUOTE if char in "’·" else 0
        else:
            scores[byte] = _ERROR if char == "\ufffd" or char < "\xa0" else -9.0
    return scores, classes


def _single_byte_likelihood(body: bytes, encoding: str) -> float:
    scores, classes = _single_byte(encoding)
    codes = np.frombuffer(body, dtype=np.uint8)
    values, kinds = scores[codes], classes[codes]
    high = np.concatenate(([False], codes >= 0x80, [False]))
    crowded = (kinds == _LATIN) & high[:-2] & high[2:]  # Latin letters with accents stand among ASCII letters
    values = values - 4.5 * crowded
    rising = (kinds[1:] == _UPPER) & (kinds[:-1] == _LOWER)  # абВг
    stray = (kinds[1:] == _SIGN) & (kinds[:-1] != _CASELESS) & (kinds[:-1] != _SIGN)  # a Thai vowel sign on nothing
    ascii_letter = kinds == _ASCII_LETTER
    foreign = (kinds > 0) & (kinds != _LATIN) & (kinds < _ASCII_LETTER)
    mixed = (foreign[1:] & ascii_letter[:-1]) | (ascii_letter[1:] & foreign[:-1])  # cafй
    letter = (kinds > 0) & (kinds != _QUOTE)
    inside = (kinds[1:-1] == 0) & (codes[1:-1] >= 0x80) & letter[:-2] & letter[2:]  # za¿ó³æ
    return float(values.sum() - 4.0 * rising.sum() - 5.0 * inside.sum() - 6.0 * (stray.sum() + mixed.sum()))


def log_likelihood(body: bytes, encoding: str) -> float:
    """Log-likelihood of `body` as text of `encoding` in nats: about -3.5 a byte for Chinese in its own encoding.

    >>> gbk = "环境保护工作会议".encode("gbk")
    >>> log_likelihood(gbk, "gb18030") > log_likelihood(gbk, "big5")
    True
    """
    if encoding in SINGLE_BYTE:
        return _single_byte_likelihood(body, encoding)
    text = _read(body, encoding)
    scores = _MODELS.get(encoding, _any_script)()
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    surrogates = ((codes >= 0xD800) & (codes < 0xE000)).sum()
    values = scores[codes]
    errors = (codes == 0xFFFD).sum()
    plain = values.sum() - scores[0xFFFD] * errors - scores[0xD800] * surrogates
    return float(plain + _ERROR * errors + _ASTRAL * surrogates / 2)


def _read(body: bytes, encoding: str) -> str:
    """`body` as `encoding` reads it; many bytes that can be nothing of the kind are read as quickly as they can be: to
    mend thousands of bad pairs one by one takes longer than all else that is asked of a page's encoding."""
    if len(body) >= _MANY:
        text = codecs.decode(body, python_codec(encoding), "replace")
        if text.count("\ufffd") > _HOPELESS * len(body):
            return text
    return decode_as(body, encoding)


def is_common(char: str) -> bool:
    """Whether `char` is printable ASCII, white space, CJK punctuation, kana or a frequent Han character."""
    return char < "\x7f" or (char <= "\uffff" and max(_chinese()[ord(char)], _japanese()[ord(char)]) > -9.6)
