"""Edit records: how a change to a text is written down, replayed, undone and told in a sentence.

Steps are `Edit`s in order. Neighbours with the same `stage` belong to one pass over the text, and their offsets count
code points of the text before that pass, so a stage that runs twice in a row needs two names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, pairwise

from cleantext.records import Edit

__all__ = ["apply_steps", "diff", "explain", "reason", "source_offset", "undo_steps"]

# difflib is quadratic in the worst case: a longer changed middle becomes one edit.
_MAX_DIFF = 400


def apply_steps(text: str, steps: Iterable[Edit]) -> str:
    """`text` after all `steps`. Raises ValueError where a step does not fit the text."""
    for _, stage in groupby(steps, key=lambda step: step.stage):
        pieces, position = [], 0
        for step in stage:
            if step.start < position or text[step.start : step.end] != step.before:
                raise ValueError(f"step {step.stage}/{step.rule} at {step.start} does not fit this text")
            pieces += [text[position : step.start], step.after]
            position = step.end
        pieces.append(text[position:])
        text = "".join(pieces)
    return text


def undo_steps(text: str, steps: Sequence[Edit]) -> str:
    """The text that `steps` were applied to, given their result. Raises ValueError where they do not fit."""
    stages = [list(stage) for _, stage in groupby(steps, key=lambda step: step.stage)]
    for stage in reversed(stages):
        pieces, position, shift = [], 0, 0
        for step in stage:
            start = step.start + shift
            end = start + len(step.after)
            if start < position or text[start:end] != step.after:
                raise ValueError(f"step {step.stage}/{step.rule} at {step.start} did not lead to this text")
            pieces += [text[position:start], step.before]
            position = end
            shift += len(step.after) - len(step.before)
        pieces.append(text[position:])
        text = "".join(pieces)
    return text


def source_offset(steps: Sequence[Edit], offset: int) -> int:
    """Where `offset` of the text after `steps` stood before them; inside an edit, where that edit began."""
    stages = [list(stage) for _, stage in groupby(steps, key=lambda step: step.stage)]
    for stage in reversed(stages):
        shift = 0
        for step in stage:
            start = step.start + shift
            if offset < start:
                break
            if offset < start + len(step.after):
                offset, shift = step.start, 0
                break
            shift += len(step.after) - len(step.before)
        offset -= shift
    return offset


def diff(before: str, after: str, *, stage: str, rule: str, offset: int = 0) -> list[Edit]:
    """Edits that turn `before` into `after`, their offsets counted from `offset`.

    Texts of one length are compared position by position; others by difflib between their common ends.
    """
    if before == after:
        return []
    ops = _runs(before, after) if len(before) == len(after) else _middle(before, after)
    return [
        Edit(stage=stage, rule=rule, start=offset + i, end=offset + j, before=before[i:j], after=after[k:m])
        for i, j, k, m in ops
    ]


def _runs(before: str, after: str) -> list[tuple[int, int, int, int]]:
    ops: list[tuple[int, int, int, int]] = []
    for i, (a, b) in enumerate(zip(before, after, strict=True)):
        if a != b:
            if ops and ops[-1][1] == i:
                ops[-1] = (ops[-1][0], i + 1, ops[-1][2], i + 1)
            else:
                ops.append((i, i + 1, i, i + 1))
    return ops


def _middle(before: str, after: str) -> list[tuple[int, int, int, int]]:
    head, limit = 0, min(len(before), len(after))
    while head < limit and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < limit - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    i, j, k, m = head, len(before) - tail, head, len(after) - tail
    if j - i > _MAX_DIFF or m - k > _MAX_DIFF:
        return [(i, j, k, m)]
    matcher = SequenceMatcher(None, before[i:j], after[k:m], autojunk=False)
    return [(i + a, i + b, k + c, k + d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


# Why an edit of a stage and rule was made, and the verb before what the text became.
_REASONS = {
    ("entities", "entity"): ("is an HTML entity", "decoded to"),
    ("mojibake", "fix_c1_controls"): ("is a control character that was meant as one of windows-1252", "read as"),
    ("mojibake", "fix_surrogates"): ("is half a character, or two halves of one", "mended to"),
    ("mojibake", "remove_terminal_escapes"): ("belongs to a terminal's color code", "mended to"),
    ("mojibake", "NFC"): ("has a form that Unicode composes (NFC)", "composed to"),
    ("controls", "control"): ("is a control character without a meaning", "replaced by"),
    ("controls", "zero-width"): ("is invisible and shapes nothing here", "replaced by"),
    ("controls", "direction"): ("sets a direction of writing where nothing runs from right to left", "replaced by"),
    ("controls", "pua"): ("is a private code that old GB18030 tables have for another character", "replaced by"),
    ("script", "dictionary"): ("is a word of your own dictionary", "converted to"),
    ("glosses", "pinyin"): ("is a reading that a cloaking script put after the character", "replaced by"),
}
# The same for rules that are not known one by one: those of a stage.
_STAGE_REASONS = {
    "mojibake": ("was {encoding}", "mended to"),
    "script": ("is written otherwise in the other script (OpenCC {rule})", "converted to"),
    "characters": ("stands for another character ({rule})", "replaced by"),
    "width": ("has another width than Chinese text gives it ({rule})", "set as"),
    "punctuation": ("is the wrong form of this mark for its surroundings ({rule})", "set as"),
}
_ENCODING_NAMES = {"latin-1": "Latin-1", "macroman": "MacRoman", "big5": "Big5", "koi8-r": "KOI8-R"}
_SHOWN = 40  # characters of a text that are shown


def reason(step: Edit) -> str:
    """Why `step` was made, in plain words, without its place: `"Ã©" was UTF-8 read as Latin-1; mended to "é"`."""
    stage, rule = step.stage.partition("/")[0], step.rule
    why, verb = _REASONS.get((stage, rule)) or _STAGE_REASONS.get(stage, ("was changed ({stage}, {rule})", "now"))
    why = why.format(stage=stage, rule=rule, encoding=_undone(rule))
    before = _shown(step.before) if step.before else "what stood here"
    return f"{before} {why}; {f'{verb} {_shown(step.after)}' if step.after else 'dropped'}"


def explain(text: str, steps: Sequence[Edit], *, first_line: int = 1) -> Iterator[str]:
    """A sentence for each of `steps`, with its line and character in `text`, the text they were applied to.

    Lines count from `first_line`, characters from 1. Where a step changed what an earlier one had made, the place is
    where that one began.
    """
    passes = [list(stage) for _, stage in groupby(steps, key=lambda step: step.stage)]
    for number, stage in enumerate(passes):
        offsets = [step.start for step in stage]
        for earlier in reversed(passes[:number]):
            offsets = _source_offsets(earlier, offsets)
        for step, (line, character) in zip(stage, _places(text, offsets), strict=True):
            yield f"line {first_line + line}, character {character}: {reason(step)}"


def _undone(rule: str) -> str:
    """What text was when the encodings in `rule` had to be undone, given as `read as>written in>…`."""
    names = [_encoding_name(name) for name in rule.partition("/")[0].partition(" ")[0].split(">") if name != "ftfy"]
    if len(names) < 2:
        names.append("UTF-8")
    lost = ", with characters lost" if rule.endswith("/lossy") else ""
    chain = zip(names[::2], names[1::2], strict=True) if len(names) % 2 == 0 else pairwise(names)
    return " and again ".join(f"{was} read as {read}" for read, was in chain) + lost


def _encoding_name(name: str) -> str:
    name = name.removeprefix("sloppy-")
    return _ENCODING_NAMES.get(name, name if name.startswith(("windows", "cp", "ptcp")) else name.upper())


def _shown(text: str) -> str:
    """`text` in quotes, on one line, with every invisible character as its number."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return '"' + "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in cut) + '"'


def _source_offsets(stage: Sequence[Edit], offsets: Sequence[int]) -> list[int]:
    """`source_offset` over one pass for many offsets, which must be in order."""
    found, number, shift = [], 0, 0
    for offset in offsets:
        while number < len(stage) and offset >= stage[number].start + shift + len(stage[number].after):
            shift += len(stage[number].after) - len(stage[number].before)
            number += 1
        inside = number < len(stage) and offset >= stage[number].start + shift
        found.append(stage[number].start if inside else offset - shift)
    return found


def _places(text: str, offsets: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The line of each offset, counted from 0, and the character, from 1. The offsets must be in order."""
    line, start, position = 0, 0, 0
    for offset in offsets:
        line += text.count("\n", position, offset)
        start = text.rfind("\n", position, offset) + 1 or start
        position = max(position, offset)
        yield line, offset - start + 1
