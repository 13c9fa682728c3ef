"""From texts to sets of shingle hashes.

Match text is cut into *units*: one character of a script written without spaces (Han, kana, Hangul, Thai, Lao, Khmer,
Myanmar and their neighbours), or one word of any other script. A *shingle* is the match text of k consecutive units,
whatever their scripts, so `用Python写` has the units 用, python and 写. No segmenter and no language is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from cleantext.config import Config, DedupConfig
from cleantext.dedup._reference import BASE, half_weights
from cleantext.dedup.arithmetic import COMPILED_FROM, Arithmetic, arithmetic, compiled
from cleantext.errors import ConfigError
from cleantext.folding import DROP, code_points, match_clusters, match_table

if TYPE_CHECKING:
    import pyarrow as pa

    Texts: TypeAlias = Sequence[str] | pa.StringArray | pa.LargeStringArray

__all__ = [
    "MatchTexts",
    "Rule",
    "ShingleSets",
    "blocks",
    "match_texts",
    "shingle_hash",
    "shingle_sets",
    "shingles",
    "units_alone",
    "unspaced",
]

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_SIZES = {"paragraph": 3, "document": 5}
# Characters or shingles handled at a time: bounds the temporary arrays.
_BATCH = 1 << 20
# Characters of strings that are joined at a time.
_JOINED = 1 << 22
# Characters that are worth a thread's while.
_LEAST = 1 << 16
_MASK = 2**64 - 1

# Blocks of scripts that are written without spaces between words; Hangul too, for it spaces inconsistently.
_UNSPACED = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF)),  # Thai and Lao, Myanmar, jamo, Khmer
    *((0x1950, 0x19DF), (0x1A20, 0x1AAF)),  # Tai Le and New Tai Lue, Tai Tham
    *((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x303C)),  # radicals, 々〆〇, numerals
    *((0x3041, 0x312F), (0x3131, 0x318E), (0x31A0, 0x31BF), (0x31F0, 0x31FF)),  # kana, bopomofo, jamo
    *((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xA960, 0xA97F), (0xA9E0, 0xA9FF)),  # Han, Yi, …
    *((0xAA60, 0xAADF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF66, 0xFFDC)),  # Myanmar, Hangul, compatibility
    *((0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF), (0x20000, 0x3FFFF)),  # Tangut and Khitan, kana, Han beyond the BMP
)


@dataclass(frozen=True, slots=True)
class Rule:
    """How texts become shingles: `match` folded or raw, `unit` auto, char or word, `size` units a shingle."""

    match: str
    unit: str
    size: int

    @classmethod
    def of(cls, config: DedupConfig, level: str) -> Rule:
        """The rule of `config` for `level`, paragraph or document. Raises ConfigError for another level."""
        if level not in _SIZES:
            raise ConfigError(f"level: {level!r} is not one of {', '.join(_SIZES)}")
        return cls(config.match, config.shingle_unit, config.shingle_size or _SIZES[level])


@dataclass(frozen=True, slots=True)
class MatchTexts:
    """The match texts of n texts end to end: `codes`, n + 1 `offsets`, and where a unit `begins`."""

    codes: U32
    offsets: I64
    begins: Flags

    @classmethod
    def joined(cls, parts: Sequence[MatchTexts]) -> MatchTexts:
        """The texts of all `parts`, in order."""
        if len(parts) == 1:
            return parts[0]
        lengths = np.concatenate([np.empty(0, dtype=np.int64), *(part.lengths for part in parts)])
        return cls(
            np.concatenate([np.empty(0, dtype=np.uint32), *(part.codes for part in parts)]),
            np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)]),
            np.concatenate([np.empty(0, dtype=np.bool_), *(part.begins for part in parts)]),
        )

    @property
    def lengths(self) -> I64:
        """Characters of each match text."""
        return np.diff(self.offsets)

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """How much each match text says, in characters: a word of a spaced script counts as at most two and a half.

        Seven Chinese characters and seven English words are a line of verse; seven letters are not.
        """
        if self.codes.size < COMPILED_FROM:
            halves = half_weights(self.codes, self.begins, unspaced())
            sums = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(halves)])
            return np.diff(sums[self.offsets]) / 2
        return np.asarray(compiled().half_weights(self.codes, self.offsets, self.begins, unspaced()) / 2)

    def text(self, index: int) -> str:
        """The match text at `index`."""
        part = self.codes[self.offsets[index] : self.offsets[index + 1]]
        return part.tobytes().decode("utf-32-le", "surrogatepass")

    def take(self, indices: I64) -> MatchTexts:
        """The match texts at `indices`, in that order."""
        numbers = arithmetic(self.codes.size)
        codes, offsets = numbers.take(self.codes, self.offsets, indices)
        return MatchTexts(codes, offsets, numbers.take(self.begins, self.offsets, indices)[0])

    def slice(self, begin: int, end: int) -> MatchTexts:
        """The match texts from `begin` to `end`, without a copy of their codes."""
        first, last = self.offsets[begin], self.offsets[end]
        return MatchTexts(self.codes[first:last], self.offsets[begin : end + 1] - first, self.begins[first:last])

    def units(self) -> tuple[I64, I64]:
        """Where each unit begins in `codes`, the total length after them, and n + 1 offsets: which units are whose."""
        return arithmetic(self.codes.size).units(self.begins, self.offsets)


@dataclass(frozen=True)
class ShingleSets:
    """The shingle hashes of n texts, sorted and each once: set i is values[offsets[i]:offsets[i + 1]]."""

    values: U64
    offsets: I64

    @classmethod
    def joined(cls, parts: Sequence[ShingleSets]) -> ShingleSets:
        """The sets of all `parts`, in order."""
        if len(parts) == 1:
            return parts[0]
        sizes = np.concatenate([np.empty(0, dtype=np.int64), *(part.sizes for part in parts)])
        values = np.concatenate([np.empty(0, dtype=np.uint64), *(part.values for part in parts)])
        return cls(values, np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)]))

    @cached_property
    def sizes(self) -> I64:
        """Shingles in each set."""
        return np.diff(self.offsets)

    def take(self, indices: I64) -> ShingleSets:
        """The sets at `indices`, in that order."""
        return ShingleSets(*arithmetic(self.values.size).take(self.values, self.offsets, indices))

    def __len__(self) -> int:
        return self.offsets.size - 1


def units_alone(rule: Rule) -> Flags:
    """By code point, whether a character is a unit of its own by `rule`."""
    return unspaced() if rule.unit == "auto" else _all_alike(rule.unit == "character")


@cache
def _all_alike(alone: bool) -> Flags:
    return np.full(0x110000, alone)


@cache
def unspaced() -> Flags:
    """By code point, whether a character is of a script written without spaces."""
    table = np.zeros(0x110000, dtype=np.bool_)
    for first, last in _UNSPACED:
        table[first : last + 1] = True
    return table


def blocks(sizes: I64, threads: int = 1, batch: int = _BATCH) -> Iterator[tuple[int, int]]:
    """Stretches of texts of `sizes`, as (begin, end): each of about `batch` in all, and of one text at least.

    Smaller ones where several `threads` would not have enough of those to share.
    """
    if threads > 1:
        batch = min(batch, max(_LEAST, int(sizes.sum()) // (3 * threads)))
    number = (np.cumsum(sizes) - sizes) // batch
    yield from pairwise([*np.flatnonzero(np.diff(number, prepend=-1)).tolist(), sizes.size])


def match_texts(texts: Texts, rule: Rule) -> MatchTexts:
    """The match texts of `texts`, or with match="raw" the texts themselves, cut into units by `rule`.

    Texts in an Arrow array are read from its buffers, without a string for each; nulls are empty texts.
    """
    if isinstance(texts, Sequence):
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        numbers = arithmetic(int(lengths.sum()))
        parts = (
            (code_points("".join(texts[begin:end])), _bounds(lengths[begin:end]))
            for begin, end in blocks(lengths, batch=_JOINED)
        )
    else:
        data, bounds, valid = _arrow_buffers(texts)
        numbers = arithmetic(int(bounds[-1] - bounds[0]))
        parts = (
            numbers.decode(data, bounds[begin : end + 1], valid[begin:end]) for begin, end in blocks(np.diff(bounds))
        )
    return MatchTexts.joined([_cut(codes, starts, rule, numbers) for codes, starts in parts])


def _bounds(lengths: I64) -> I64:
    """Where texts of `lengths` begin end to end, and their total."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])


def _arrow_buffers(texts: pa.StringArray | pa.LargeStringArray) -> tuple[npt.NDArray[np.uint8], I64, Flags]:
    """The UTF-8 of all texts, n + 1 bounds in it, and which texts are not null."""
    _, bounds, data = texts.buffers()
    size = len(texts)
    if not size:
        return np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.bool_)
    width = np.dtype(np.int64 if str(texts.type).startswith("large") else np.int32)
    places = np.frombuffer(bounds, width, count=size + 1, offset=texts.offset * width.itemsize)
    valid = texts.is_valid().to_numpy(zero_copy_only=False) if texts.null_count else np.ones(size, dtype=np.bool_)
    utf8 = np.frombuffer(data or b"", dtype=np.uint8)
    utf8.setflags(write=False)  # so that the kernels are compiled once, for what most buffers are
    return utf8, places.astype(np.int64), valid


def _cut(codes: U32, starts: I64, rule: Rule, numbers: Arithmetic) -> MatchTexts:
    """Match texts of the texts whose `codes` begin at `starts`."""
    raw, alone = rule.match == "raw", units_alone(rule)
    if raw and rule.unit == "character":
        return MatchTexts(codes, starts, np.ones(codes.size, dtype=np.bool_))
    found = numbers.fold(codes, starts, match_table(codes[:0]), alone, raw)
    if found is None:
        found = numbers.fold(codes, starts, match_table(codes), alone, raw)
        assert found is not None, "the table is filled for all codes"
    texts, slow = MatchTexts(*found[:3]), found[3]
    if not slow.size:
        return texts
    parts, position = [], 0
    for index in slow.tolist():
        parts += [texts.slice(position, index), _by_clusters(codes[starts[index] : starts[index + 1]], alone)]
        position = index + 1
    return MatchTexts.joined([*parts, texts.slice(position, starts.size - 1)])


def _by_clusters(codes: U32, alone: Flags) -> MatchTexts:
    """The match text of one text of `codes` that has combining characters."""
    own, sources = match_clusters(codes.tobytes().decode("utf-32-le", "surrogatepass"))
    dropped = np.cumsum(match_table(codes)[codes] == DROP)
    begins = np.diff(dropped[sources], prepend=-1) > 0
    begins |= alone[own]
    begins[1:] |= alone[own[:-1]]
    return MatchTexts(own, np.array([0, own.size]), begins)


def shingle_sets(texts: MatchTexts, rule: Rule, chosen: I64 | None = None) -> ShingleSets:
    """The sets of 64-bit shingle hashes of the `chosen` texts (default: all); of an empty match text, empty."""
    part = texts if chosen is None else texts.take(chosen)
    return ShingleSets(*arithmetic(texts.codes.size).shingle_sets(part.codes, *part.units(), rule.size))


def shingles(text: str, config: DedupConfig | Config | None = None, *, level: str = "paragraph") -> tuple[str, ...]:
    """The shingles of `text`, each once, in order of first appearance.

    >>> shingles("用 Python 写程序。")
    ('用python写', 'python写程', '写程序')
    """
    chosen = config.dedup if isinstance(config, Config) else config or DedupConfig()
    rule = Rule.of(chosen, level)
    cut = match_texts([text], rule)
    matched, starts = cut.text(0), cut.units()[0].tolist()
    windows = max(len(starts) - rule.size, 1) if matched else 0
    ends = [starts[min(i + rule.size, len(starts) - 1)] for i in range(windows)]
    return tuple(dict.fromkeys(matched[a:b] for a, b in zip(starts, ends, strict=False)))


def hash64(text: str) -> int:
    """The 64-bit hash that shingles are compared by: a polynomial over code points, mixed."""
    value = 0
    for char in reversed(text):
        value = (value * BASE + ord(char) + 1) & _MASK
    for shift_multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = ((value ^ (value >> 33)) * shift_multiplier) & _MASK
    return value ^ (value >> 33)


def shingle_hash(data: bytes) -> int:
    """The 32-bit hash of a shingle's UTF-8 bytes, for `datasketch.MinHash(hashfunc=cleantext.shingle_hash)`.

    A MinHash updated with the encoded `shingles` of a text then equals the row of `minhash_signatures`. Bytes that
    are not UTF-8 get a hash too.
    """
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "surrogateescape")
    return hash64(text) & 0xFFFFFFFF
