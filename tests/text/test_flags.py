"""The flag table finds the lines a stage could act on, and the triggers of every stage are complete."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import unicodedata
from functools import cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any
from unittest import mock

import pytest
from ftfy.badness import BADNESS_RE
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.text import controls, entities, flags, glosses, mojibake
from cleantext.text.cjk_mojibake import cjk_mojibake_edits
from cleantext.text.flags import FlagTable, members
from cleantext.text.repair import FLAGS
from text_strategies import TEXT

ALL = sum(FLAGS.bits.values())


def chars_of(triggers: str) -> set[int]:
    return {code for low, high in members(triggers) for code in range(low, high + 1)}


BAD = chars_of(mojibake.BAD_TRIGGERS)


@cache
def flags_of(table: FlagTable, char: str) -> int:
    return table.flags(char)


def plain_lines(table: FlagTable, text: str, wanted: int) -> list[tuple[int, int]]:
    found, start = [], 0
    for line in text.split("\n"):
        if any(flags_of(table, char) & wanted for char in line):
            found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def by_array(table: FlagTable, text: str, wanted: int, block: int) -> list[tuple[int, int]]:
    with mock.patch.object(flags, "_LONG", 0), mock.patch.object(flags, "_BLOCK", block):
        return list(table.lines(text, wanted))


def test_members() -> None:
    assert list(members("a-z&\n-\r𠮷")) == [(97, 122), (38, 38), (10, 13), (0x20BB7, 0x20BB7)]
    assert list(members("")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n", []),
        ("&", [(0, 1)]),
        ("&\n&", [(0, 1), (2, 3)]),
        ("\n&\n\n", [(1, 2)]),
        ("甲\n乙&&丙\n丁\n\n𠮷𠮷é", [(2, 6), (10, 13)]),
        ("\r&\r甲", [(0, 4)]),
    ],
)
def test_lines(text: str, expected: list[tuple[int, int]]) -> None:
    assert list(FLAGS.lines(text, ALL)) == expected
    assert all(by_array(FLAGS, text, ALL, block) == expected for block in (1, 2, 3, 100))
    assert plain_lines(FLAGS, text, ALL) == expected


def test_no_bit_wanted_finds_nothing() -> None:
    assert list(FLAGS.lines("&\x00cafÃ©", 0)) == []
    assert by_array(FLAGS, "&\x00cafÃ©", 0, 3) == []


def test_each_bit_by_itself() -> None:
    text = "甲\n&\nÃ\n\u200b\nǎ\n乙"
    found = {name: [text[a:b] for a, b in FLAGS.lines(text, bit)] for name, bit in FLAGS.bits.items()}
    assert found == {"entities": ["&"], "mojibake": ["Ã"], "controls": ["\u200b"], "glosses": ["ǎ"]} | {
        "cjk_mojibake": ["Ã"]
    }


@settings(deadline=None, max_examples=200)
@given(TEXT, st.integers(0, 15), st.integers(1, 40))
def test_three_ways_to_find_lines(text: str, wanted: int, block: int) -> None:
    expected = plain_lines(FLAGS, text, wanted)
    assert list(FLAGS.lines(text, wanted)) == expected
    assert by_array(FLAGS, text, wanted, block) == expected


def test_every_edge_of_a_range() -> None:
    ends = {code for triggers in FLAGS._triggers.values() for pair in members(triggers) for code in pair}
    codes = sorted({code + step for code in ends for step in (-1, 0, 1)} - {-1, 0x110000})
    chosen = {FLAGS.bits[name]: chars_of(triggers) for name, triggers in FLAGS._triggers.items()}
    flags_of = {code: sum(bit for bit, chars in chosen.items() if code in chars) for code in codes}
    assert (FLAGS.table[codes] & ALL).tolist() == list(flags_of.values())
    assert all(FLAGS.flags(chr(code)) == flags_of[code] for code in codes[::101])
    for code in codes:
        for bit in FLAGS.bits.values():
            if code != 0x0A:
                assert bool(list(FLAGS.lines(chr(code), bit))) == bool(flags_of[code] & bit)


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("我们在这里开会的秸秆忻漏，。浣犲ソ锛岃繖 \n"), max_size=60), st.integers(1, 40))
def test_suspects_at_ease_are_left_out_only_where_nothing_would_be_found(text: str, block: int) -> None:
    bit = FLAGS.bits["cjk_mojibake"]
    found = by_array(FLAGS, text, bit, block)
    every = plain_lines(FLAGS, text, bit)
    assert set(found) <= set(every)
    assert not any(cjk_mojibake_edits(text[a:b]) for a, b in set(every) - set(found))


@settings(deadline=None, max_examples=200)
@given(TEXT, st.integers(1, 40))
def test_the_bits_of_a_line_are_those_of_its_triggers_or_more(text: str, block: int) -> None:
    with mock.patch.object(flags, "_LONG", 0), mock.patch.object(flags, "_BLOCK", block):
        found = list(FLAGS.flagged_lines(text, ALL))
    easy = FLAGS.bits["cjk_mojibake"]  # a suspect at ease has no bit
    for start, end, bits in found:
        plain = 0
        for char in text[start:end]:
            plain |= flags_of(FLAGS, char)
        assert plain & ~easy & ~bits == 0
        assert bits & ~plain == 0 or bits == ALL


def test_the_bits_of_a_line_inside_a_block_are_exact() -> None:
    text = "&甲\u200b\n乙\nÃ&\n" + "丙" * 2_000
    bits = FLAGS.bits
    assert list(FLAGS.flagged_lines(text, ALL)) == [
        (0, 3, bits["entities"] | bits["controls"]),
        (6, 8, bits["entities"] | bits["mojibake"] | bits["cjk_mojibake"]),
    ]
    assert [line[2] for line in FLAGS.flagged_lines(text[:10], ALL)] == [ALL, ALL]


def test_what_stands_on_the_next_line_puts_nothing_at_ease() -> None:
    bit = FLAGS.bits["cjk_mojibake"]
    assert by_array(FLAGS, "版权所有漏\n我们", bit, 100) == [(0, 5)]
    assert by_array(FLAGS, "我们\n漏版权所有", bit, 100) == [(3, 8)]
    assert by_array(FLAGS, "我\n漏版权", bit, 100) == [(2, 5)]
    assert by_array(FLAGS, "所有漏我们", bit, 100) == []


def test_a_rare_character_among_common_ones_is_at_ease() -> None:
    bit = FLAGS.bits["cjk_mojibake"]
    assert by_array(FLAGS, "我们在这忻里开会\n浣犲ソ锛", bit, 100) == [(9, 13)]


def test_long_texts_over_many_blocks() -> None:
    chosen = random.Random(7)
    lines = ["会议今日召开，市长主持会议并讲话。" * chosen.randrange(40) for _ in range(600)]
    for number in chosen.sample(range(600), 30):
        lines[number] += chosen.choice(["&", "Ã©", "\u200b", "xiàn", "𠮷&"]) + lines[number]
    text = "\n".join(lines)
    assert len(text) > 4 * flags._BLOCK
    assert list(FLAGS.lines(text, ALL)) == plain_lines(FLAGS, text, ALL)
    assert len(list(FLAGS.lines(text, ALL))) == 30


def test_one_line_of_nothing_but_triggers() -> None:
    assert list(FLAGS.lines("Ã" * 1_000_000, ALL)) == [(0, 1_000_000)]
    assert list(FLAGS.lines("Ã\n" * 100_000, ALL)) == [(2 * i, 2 * i + 1) for i in range(100_000)]


def test_short_texts_load_no_numpy() -> None:
    code = "import sys, cleantext; cleantext.repair('会议今日召开，cafÃ©&amp;'); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def needs_a_trigger(sequence: Any) -> bool:
    """Whether nothing matches this part of a parsed pattern without a character of BAD."""
    return any(item_needs_a_trigger(op, value) for op, value in sequence)


def item_needs_a_trigger(op: Any, value: Any) -> bool:
    if op is ops.LITERAL:
        return value in BAD
    if op is ops.IN:
        return all(
            (kind is ops.LITERAL and what in BAD)
            or (kind is ops.RANGE and all(code in BAD for code in range(what[0], what[1] + 1)))
            for kind, what in value
        )
    if op is ops.BRANCH:
        return all(needs_a_trigger(branch) for branch in value[1])
    if op is ops.SUBPATTERN:
        return needs_a_trigger(value[-1])
    if op is ops.MAX_REPEAT:
        return value[0] > 0 and needs_a_trigger(value[2])
    return False


def test_the_proof_can_fail() -> None:
    for pattern in ("a", "Ã?", "Ã|b", "[Ãb]", "[^Ã]", r"\s", "(?:Ã|x)y", "·“"):
        assert not needs_a_trigger(parser.parse(pattern)), pattern
    for pattern in ("aÃ", "Ã+", "Ã|x©Ã", "[ÃÂ]b", "(Ã|x[½¾])y"):
        assert needs_a_trigger(parser.parse(pattern)), pattern


def test_every_bad_sequence_of_ftfy_has_a_trigger() -> None:
    assert needs_a_trigger(parser.parse(BADNESS_RE.pattern, re.VERBOSE))


def test_what_is_common_in_good_text_is_no_trigger() -> None:
    marks = "，。：；“”‘’—…·《》（）！？～「」『』–•«»!'()-<>\"+\u3000\xa0 \t\r\n"
    for char in marks + "中文１％Ａ℃①②Ⅳ㎡→↑■□▲△◆◇○◎●★☆※°©®™かカー한글":
        assert not FLAGS.flags(char), char


def test_without_a_trigger_text_is_composed() -> None:
    flagged = chars_of(mojibake.TRIGGERS)
    second = set()
    for code in range(0x110000):
        parts = unicodedata.decomposition(chr(code)).split()
        if parts and not parts[0].startswith("<"):
            second |= {int(part, 16) for part in parts[1:]}
    jamo = {*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)}
    for code in range(0x110000):
        char = chr(code)
        inert = unicodedata.is_normalized("NFC", char) and not unicodedata.combining(char)
        assert code in flagged or (inert and code not in second and code not in jamo), hex(code)


def test_every_reading_has_a_toned_letter() -> None:
    toned = chars_of(glosses.TRIGGERS)
    for reading in glosses._readings():
        for form in ("NFC", "NFD"):
            written = unicodedata.normalize(form, reading)
            if glosses._READINGS.fullmatch(f"({written})"):
                assert any(ord(char) in toned for char in written), reading


def test_triggers_of_the_other_stages() -> None:
    assert chars_of(entities.TRIGGERS) == {ord("&")}
    assert {code for code in range(0x110000) if controls._RUN.match(chr(code))} == chars_of(controls.TRIGGERS)
