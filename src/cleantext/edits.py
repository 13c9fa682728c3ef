"""Edit records: how a change to a text is written down, replayed and undone.

Steps are `Edit`s in order. Neighbours with the same `stage` belong to one pass over the text, and their offsets count
code points of the text before that pass, so a stage that runs twice in a row needs two names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import groupby

from cleantext.records import Edit

__all__ = ["apply_steps", "diff", "source_offset", "undo_steps"]

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
