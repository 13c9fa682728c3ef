"""`repair` and `convert` as filters: blocks of lines, encodings, limits, what is told and what is counted."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext import filters, repair, to_script
from cleantext.cli import main
from cleantext.config import Config
from cleantext.errors import DecodeError, LimitExceededError
from cleantext.filters import Block, convert_blocks, repair_blocks
from text_strategies import TEXT, check_steps

SENTENCE = "会议今日召开，市长主持会议并讲话，各区负责人参加了会议。"
TRADITIONAL = "會議今日召開，市長主持會議並講話，各區負責人參加了會議。"
CLOAKED = "再現(xiàn)盛景，推動環(huán)境質(zhì)量好轉(zhuǎn)，重現(xiàn)藍天\n"


class Stdin:
    def __init__(self, body: bytes) -> None:
        self.buffer = io.BytesIO(body)


class Streams:
    """What a command wrote."""

    def __init__(self, capture: pytest.CaptureFixture[bytes]) -> None:
        self._capture = capture
        self.out, self.err = b"", ""

    def run(self, body: bytes, *arguments: str) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", Stdin(body))
            code = main(list(arguments))
        out, err = self._capture.readouterr()
        self.out, self.err = out, err.decode()
        return code


@pytest.fixture
def streams(capsysbinary: pytest.CaptureFixture[bytes]) -> Streams:
    return Streams(capsysbinary)


def repaired(body: bytes, config: Config | None = None) -> list[Block]:
    return list(repair_blocks(io.BytesIO(body), "stdin", config or Config()))


def converted(body: bytes, target: str) -> str:
    config = Config.from_dict({"normalize": {"script": target}})
    return "".join(block.done.text for block in convert_blocks(io.BytesIO(body), "stdin", config))


def test_repair(monkeypatch: pytest.MonkeyPatch, streams: Streams) -> None:
    assert streams.run("甲caf&Atilde;&copy;\r\n\n乙\u200b".encode(), "repair") == 0
    assert streams.out == "甲café\r\n\n乙".encode()
    assert streams.err == ""


def test_files_follow_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streams: Streams) -> None:
    (tmp_path / "a.txt").write_bytes("甲&lt;\n".encode("gb18030"))
    (tmp_path / "b.txt").write_bytes("乙&gt;\n".encode())
    names = [str(tmp_path / "a.txt"), "-", str(tmp_path / "b.txt")]
    assert streams.run(b"&amp;\n", "repair", *names, "--explain") == 0
    assert streams.out == "甲<\n&\n乙>\n".encode()
    assert streams.err.splitlines() == [
        f'{names[0]}, line 1, character 2: "&lt;" is an HTML entity; decoded to "<"',
        'stdin, line 1, character 1: "&amp;" is an HTML entity; decoded to "&"',
        f'{names[2]}, line 1, character 2: "&gt;" is an HTML entity; decoded to ">"',
    ]


def test_a_missing_file_is_said_before_anything_is_written(tmp_path: Path, streams: Streams) -> None:
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    assert streams.run(b"", "repair", str(tmp_path / "a.txt"), "no-such", str(tmp_path)) == 2
    assert streams.err == f"cleantext: no-such: no such file\ncleantext: {tmp_path}: no such file\n"
    assert streams.out == b""


def test_check(monkeypatch: pytest.MonkeyPatch, streams: Streams) -> None:
    text = "甲&amp;乙&#x200b;&am\u200bp;\ncafÃ©\n" + CLOAKED
    assert streams.run(text.encode(), "repair", "--check") == 1
    assert streams.err.splitlines() == [
        "controls/zero-width: 2",
        "entities/entity: 3",
        "glosses/pinyin: 5",
        "mojibake/latin-1: 1",
    ]
    assert streams.out == b""
    assert streams.run(f"{SENTENCE}\n".encode(), "repair", "--check") == 0
    assert streams.err == ""
    assert streams.run(b"", "repair", "--check") == 0


def test_check_and_explain(monkeypatch: pytest.MonkeyPatch, streams: Streams) -> None:
    assert streams.run("一\n推動".encode(), "convert", "--check", "--explain") == 1
    assert streams.err.splitlines() == [
        'line 2, character 2: "動" is written otherwise in the other script (OpenCC tw2s); converted to "动"',
        "script/tw2s: 1",
    ]
    assert streams.out == b""


def test_stages_can_be_turned_off(monkeypatch: pytest.MonkeyPatch, streams: Streams) -> None:
    text = "甲&amp;cafÃ©\u200b\n" + CLOAKED
    flags = ["--no-entities", "--no-mojibake", "--no-controls", "--no-glosses"]
    assert streams.run(text.encode(), "repair", *flags) == 0
    assert streams.out == text.encode()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift_jis"]
)
def test_encodings_are_detected(encoding: str) -> None:
    text = "今日開會，市長主持，會議三小時。\n" * 8 + "日本&amp;\n"
    done = repaired(text.encode(encoding))
    assert "".join(block.done.text for block in done) == text.replace("&amp;", "&")
    assert sum(block.replaced for block in done) == 0


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16le"])
def test_an_encoding_can_be_named(encoding: str) -> None:
    config = Config.from_dict({"decode": {"encoding": encoding}})
    assert "".join(block.done.text for block in repaired("中&amp;\n文".encode(encoding), config)) == "中&\n文"


def test_the_encoding_is_told_from_the_first_block_that_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "_CHUNK", 64)
    text = "ASCII only, for a while\n" * 20 + (SENTENCE + "\n") * 20
    assert "".join(block.done.text for block in repaired(text.encode("gb18030"))) == text


def test_bytes_that_nobody_can_read(monkeypatch: pytest.MonkeyPatch, streams: Streams) -> None:
    body = (SENTENCE + "\n").encode() * 3 + b"\xff\xfe\n"  # two that stand side by side look bad to ftfy, and stay
    assert streams.run(body, "repair", "--check", "--explain") == 1
    assert streams.err.splitlines() == [
        "line 1 and after: 2 U+FFFD stand for bytes nobody can read",
        "decode/replaced: 2",
    ]


def test_what_is_not_text_is_refused(monkeypatch: pytest.MonkeyPatch, streams: Streams) -> None:
    assert streams.run(b"\x89PNG\r\n\x1a\n" + bytes(100), "repair") == 1
    message = streams.err
    assert message.startswith("cleantext: stdin: looks like ")
    assert message.count("\n") == 1


def test_an_entity_for_half_a_character_is_written_as_utf_8(monkeypatch: pytest.MonkeyPatch, streams: Streams) -> None:
    assert streams.run("甲&#55357;乙".encode(), "repair", "--no-mojibake") == 0
    assert streams.out == "甲\ufffd乙".encode()


@pytest.mark.parametrize("chunk", [1 << 20, 7, 1])
def test_a_line_that_is_too_long(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "_CHUNK", chunk)
    config = Config.from_dict({"limits": {"max_bytes": 10}})
    for body in (b"0123456789\n0123456789", b"0123456789", b"\n\n"):
        assert "".join(block.done.text for block in repaired(body, config)) == body.decode()
    for body, line in ((b"0123456789x", 1), (b"a\nb\n0123456789x\n", 3), (b"a\n0123456789x", 2)):
        with pytest.raises(LimitExceededError, match=f"stdin: line {line} has more than 10 bytes; see --max-bytes"):
            repaired(body, config)


def test_memory_is_bounded_by_the_longest_line() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    source = Endless()
    config = Config.from_dict({"limits": {"max_bytes": 5_000_000}})
    with pytest.raises(LimitExceededError):
        list(repair_blocks(source, "stdin", config))  # type: ignore[arg-type]
    assert source.given < 8_000_000


def test_blocks_are_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "_CHUNK", 50)
    text = f"{SENTENCE}\n\n甲&amp;\r\n" * 20 + "end"
    blocks = repaired(text.encode())
    assert len(blocks) > 10
    assert all(block.before.endswith("\n") for block in blocks[:-1])
    assert [block.line for block in blocks] == [
        1 + "".join(block.before for block in blocks[:number]).count("\n") for number in range(len(blocks))
    ]
    assert "".join(block.done.text for block in blocks) == repair(text).text


def test_lines_are_numbered_through_the_blocks(monkeypatch: pytest.MonkeyPatch, streams: Streams) -> None:
    monkeypatch.setattr(filters, "_CHUNK", 50)
    assert streams.run((f"{SENTENCE}\n" * 20 + "甲&amp;\n").encode(), "repair", "--explain") == 0
    assert streams.err.startswith("line 21, character 2: ")


def test_glosses_are_decided_over_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    text = CLOAKED * 3
    assert "".join(block.done.text for block in repaired(text.encode())) == repair(text).text
    assert "(" not in repair(text).text
    monkeypatch.setattr(filters, "_CHUNK", 20)
    apart = "再現(xiàn)盛景，\n推動環(huán)境\n"  # two readings: not enough for a block of its own
    assert "".join(block.done.text for block in repaired(apart.encode())) == apart


@settings(deadline=None, max_examples=60)
@given(TEXT, st.integers(1, 40))
def test_any_text_in_any_blocks(text: str, chunk: int) -> None:
    body = text.encode("utf-8", "replace")
    config = Config.from_dict({"repair": {"glosses": False}, "decode": {"encoding": "utf-8"}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filters, "_CHUNK", chunk)
        blocks = repaired(body, config)
    before = body.decode().removeprefix("\ufeff")
    assert "".join(block.before for block in blocks) == before
    assert "".join(block.done.text for block in blocks) == repair(before, config.repair).text
    for block in blocks:
        check_steps(block.before, block.done)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (TRADITIONAL, "s"),
        (SENTENCE, "t"),
        (SENTENCE, "tw"),
        (SENTENCE, "hk"),
        (TRADITIONAL, "tw2sp"),
        (TRADITIONAL, "keep"),
        ("日本の環境の話です。", "s"),
        ("plain", "t"),
        (f"{TRADITIONAL}\n{SENTENCE}\n" * 2, "t"),
        ("", "s"),
    ],
)
def test_convert(text: str, target: str) -> None:
    assert converted(text.encode(), target) == to_script(text, target)


def test_the_script_is_told_from_the_first_block_that_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "_CHUNK", 100)
    text = "no Han at all\n" * 20 + f"{TRADITIONAL}\n" * 5
    assert converted(text.encode(), "s") == "no Han at all\n" * 20 + f"{SENTENCE}\n" * 5


def test_conversions_in_a_row_can_be_undone() -> None:
    text = f"{TRADITIONAL}\n{SENTENCE}\n"
    config = Config.from_dict({"normalize": {"script": "hk"}})
    for block in convert_blocks(io.BytesIO(text.encode()), "stdin", config):
        check_steps(block.before, block.done)


@pytest.mark.parametrize("arguments", [["convert", "--to", "klingon"], ["repair", "--encoding", "klingon"]])
def test_wrong_options(arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch, streams: Streams) -> None:
    assert streams.run(b"", *arguments) == 2
    assert "'klingon'" in streams.err


def test_a_source_is_named_in_its_errors() -> None:
    with pytest.raises(DecodeError, match=r"page\.txt: looks like"):
        list(repair_blocks(io.BytesIO(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(50)), "page.txt", Config()))


def test_own_words_and_protected_spans(tmp_path: Path, streams: Streams) -> None:
    (tmp_path / "words.tsv").write_text("乾學\t乾學\n", encoding="utf-8")
    arguments = ("convert", "--to", "t2s", "--dictionary", str(tmp_path / "words.tsv"))
    assert streams.run("徐乾學讀書`環境`\n".encode(), *arguments) == 0
    assert streams.out.decode() == "徐乾學读书`環境`\n"
    assert streams.run("徐乾學讀書`環境`\n".encode(), *arguments, "--protect", "none") == 0
    assert streams.out.decode() == "徐乾學读书`环境`\n"
