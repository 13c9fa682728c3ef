r"""Text that streams through a stage: `cleantext repair` and `cleantext convert`.

Bytes are read about a megabyte at a time, cut after the last line end, decoded, worked on and written as UTF-8, so that
memory is bounded by the longest line. What needs more than a line is decided over such a block: the encoding and the
script over the first that shows them, glosses over each. A file of up to a megabyte is one block, and comes out as
`cleantext.repair` and `cleantext.to_script` would have it.
"""

from __future__ import annotations

import codecs
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from cleantext.config import Config
from cleantext.edits import explain
from cleantext.errors import ConfigError, DecodeError, LimitExceededError
from cleantext.pages.binary import wide_encoding
from cleantext.pages.decode import decode
from cleantext.pages.encodings import count_replaced, decode_as, encoding_for_label, python_codec
from cleantext.text.repair import repair
from cleantext.text.script import (
    TARGETS,
    Exceptions,
    conversion_for,
    convert,
    convert_lines,
    convert_lines_text,
    detect_script,
)
from cleantext.text.steps import Repaired

__all__ = ["Block", "Filter", "convert_blocks", "repair_blocks", "run_filter"]

STDIN = "-"
_CHUNK = 1 << 20  # bytes read at a time
_MAX_PASSES = 4  # conversions of a mixed text, as in `to_script`
_SURROGATE = re.compile("[\ud800-\udfff]")
_WIDE_BOMS = (
    (b"\xff\xfe\0\0", "utf-32le"),
    (b"\0\0\xfe\xff", "utf-32be"),
    (b"\xff\xfe", "utf-16le"),
    (b"\xfe\xff", "utf-16be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some whole lines of a text, as they were and after a stage.

    `line` is the number of the first, counted from 1; `replaced` counts the bytes or sequences of bytes that nobody can
    read, which are U+FFFD in `before`.
    """

    line: int
    before: str
    done: Repaired
    replaced: int = 0


Filter = Callable[[BinaryIO, str, Config], Iterator[Block]]


def repair_blocks(source: BinaryIO, name: str, config: Config) -> Iterator[Block]:
    """The text of `source` repaired. Raises DecodeError and LimitExceededError, which name the source as `name`."""
    for block in _text_blocks(source, name, config):
        yield replace(block, done=repair(block.before, config.repair))


def convert_blocks(source: BinaryIO, name: str, config: Config) -> Iterator[Block]:
    """The text of `source` in the script that `config` asks for; raises as `repair_blocks`."""
    target, exceptions = config.normalize.script, Exceptions.of(config.normalize)
    conversions: Sequence[str] | None = None
    for block in _text_blocks(source, name, config):
        if target not in TARGETS:
            yield (
                block if target == "keep" else replace(block, done=convert(block.before, target, exceptions=exceptions))
            )
            continue
        if conversions is None and detect_script(block.before):
            conversions = _conversions(block.before, target, exceptions)
        yield replace(block, done=_converted(block.before, conversions or (), exceptions))


def run_filter(
    names: Sequence[str], blocks: Filter, config: Config, *, check: bool = False, notes: bool = False
) -> Counter[str]:
    """Write what `blocks` makes of the files `names` (`-`: standard input) to standard output, as UTF-8.

    Returns how often each stage and rule changed something. With `notes` every change is told on standard error; with
    `check` nothing is written but, on standard error, those counts.
    """
    problems = [f"{name}: no such file" for name in names if name != STDIN and not Path(name).is_file()]
    if problems:
        raise ConfigError("\n".join(problems))
    counts: Counter[str] = Counter()
    for name in names:
        shown = "stdin" if name == STDIN else name
        with _opened(name) as source:
            for block in blocks(source, shown, config):
                counts.update(f"{step.stage.partition('/')[0]}/{step.rule}" for step in block.done.steps)
                counts["decode/replaced"] += block.replaced
                if notes:
                    _tell(block, f"{shown}, " if len(names) > 1 else "", sys.stderr)
                if not check:
                    sys.stdout.buffer.write(_encoded(block.done.text))
    if not check:
        sys.stdout.buffer.flush()
    counts = +counts
    if check:
        sys.stderr.writelines(f"{rule}: {count:,}\n" for rule, count in sorted(counts.items()))
    return counts


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(cast(BinaryIO, sys.stdin.buffer)) if name == STDIN else Path(name).open("rb")


def _tell(block: Block, prefix: str, notes: TextIO) -> None:
    if block.replaced:
        notes.write(f"{prefix}line {block.line} and after: {block.replaced:,} U+FFFD stand for bytes nobody can read\n")
    notes.writelines(
        f"{prefix}{sentence}\n" for sentence in explain(block.before, block.done.steps, first_line=block.line)
    )


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # an entity can stand for a lone surrogate
        return _SURROGATE.sub("\ufffd", text).encode("utf-8")


def _conversions(text: str, target: str, exceptions: Exceptions) -> tuple[str, ...]:
    """The OpenCC configurations that bring `text` to `target`, one after another."""
    found: list[str] = []
    while len(found) < _MAX_PASSES and (opencc_config := conversion_for(detect_script(text), target)):
        after = convert_lines_text(text, opencc_config, exceptions=exceptions)
        if after == text and found:
            break
        found.append(opencc_config)
        text = after
    return tuple(found)


def _converted(text: str, conversions: Sequence[str], exceptions: Exceptions) -> Repaired:
    """`text` after some conversions; the stage of the second is `script/2`, and so on."""
    done = Repaired(text=text)
    for number, opencc_config in enumerate(conversions, 1):
        one = convert_lines(done.text, opencc_config, exceptions=exceptions)
        named = one.steps if number == 1 else tuple(replace(s, stage=f"{s.stage}/{number}") for s in one.steps)
        done = Repaired(text=one.text, steps=done.steps + named)
    return done


def _text_blocks(source: BinaryIO, name: str, config: Config) -> Iterator[Block]:
    """The text of `source`, whole lines at a time, decoded as the first block that is not ASCII was."""
    limit = config.limits.max_bytes
    chunks = iter(lambda: source.read(min(_CHUNK, limit)), b"")
    first = next(chunks, b"")
    named = config.decode.encoding
    encoding = (encoding_for_label(named) or named.lower()) if named else None
    wide = encoding if named else _wide(first)
    stream: Iterator[bytes] = chain([first], chunks)
    if wide and wide.startswith(("utf-16", "utf-32")):
        stream, encoding = _recoded(stream, wide), "utf-8"
    else:
        encoding = None  # not known before the first block has been looked at
    line = 1
    for body in _line_blocks(stream, name, limit):
        if encoding is None:
            try:
                decoded = decode(body, config=config.decode)
            except DecodeError as error:
                raise DecodeError(f"{name}: {error}") from None
            text, replaced = decoded.text, decoded.replaced
            encoding = decoded.encoding if named or not text.isascii() else None
        else:
            text = decode_as(body, encoding)
            replaced = count_replaced(text, body, encoding)
        yield Block(line=line, before=text, done=Repaired(text=text), replaced=replaced)
        line += text.count("\n")


def _wide(first: bytes) -> str | None:
    return next((encoding for mark, encoding in _WIDE_BOMS if first.startswith(mark)), None) or wide_encoding(first)


def _recoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-16 or UTF-32 as UTF-8, without its byte order mark."""
    decoder = codecs.getincrementaldecoder(python_codec(encoding))("replace")
    start = True
    for chunk in chain(chunks, [b""]):
        text = decoder.decode(chunk, final=not chunk)
        yield (text.removeprefix("\ufeff") if start else text).encode("utf-8")
        start = start and not text


def _line_blocks(chunks: Iterator[bytes], name: str, limit: int) -> Iterator[bytes]:
    """The chunks cut after line ends. Raises LimitExceededError for a line of more than `limit` bytes."""
    held: list[bytes] = []
    size, lines = 0, 0
    for chunk in chunks:
        cut = chunk.rfind(b"\n") + 1
        if size + (chunk.find(b"\n") if cut else len(chunk)) > limit:
            raise LimitExceededError(f"{name}: line {lines + 1} has more than {limit:,} bytes; see --max-bytes")
        if cut:
            lines += chunk.count(b"\n")
            yield b"".join([*held, chunk[:cut]])
            held, size = [], 0
        held.append(chunk[cut:])
        size += len(chunk) - cut
    if size:
        yield b"".join(held)
