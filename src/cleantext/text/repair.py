"""The order of repair: entities, then mojibake, then controls, line by line; then glosses, over the whole document.

Mending can uncover more to mend (an entity with a zero-width space inside), so the stages run over a line until nothing
changes. A line that does not settle in a few rounds was built to be hostile and stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cleantext.config import RepairConfig
from cleantext.edits import apply_steps
from cleantext.records import Edit
from cleantext.text.controls import control_edits
from cleantext.text.entities import entity_edits
from cleantext.text.glosses import find_glosses, strip_glosses
from cleantext.text.mojibake import mojibake_edits
from cleantext.text.steps import Repaired

__all__ = ["repair", "repair_line"]

_MAX_ROUNDS = 8

Stage = Callable[[str], list[Edit]]


def repair(text: str, config: RepairConfig | None = None) -> Repaired:
    """`text` with entities decoded, Latin mojibake mended, invisible controls and cloaking glosses dropped.

    It refuses to touch line ends, width, quotes and other punctuation. Never raises; repairing again changes nothing.

    >>> repair("caf\u00c3\u00a9&nbsp;&amp; bar").text
    'café\\xa0& bar'
    """
    config = config or RepairConfig()
    repaired = repair_line(text, config)
    if not config.glosses:
        return repaired
    stripped = strip_glosses(repaired.text, find_glosses([repaired.text]))
    return Repaired(text=stripped.text, steps=repaired.steps + stripped.steps)


def repair_line(text: str, config: RepairConfig | None = None) -> Repaired:
    """`repair` without the glosses, which only a whole document can tell. `text` may still have several lines."""
    config = config or RepairConfig()
    stages = [
        stage
        for wanted, stage in (
            (config.entities, entity_edits),
            (config.mojibake, mojibake_edits),
            (config.controls, control_edits),
        )
        if wanted
    ]
    passes: list[list[Edit]] = [[] for _ in range(_MAX_ROUNDS * len(stages))]
    shifts = [0] * len(passes)  # what the lines so far have grown by before each pass
    lines, position = [], 0
    for line in text.split("\n"):
        after, found = _settle(line, stages)
        lines.append(after)
        if after != line:
            grown = 0
            for number in range(len(passes)):
                edits = found[number] if number < len(found) else []
                offset = position + shifts[number]
                shifts[number] += grown
                passes[number] += [replace(e, start=e.start + offset, end=e.end + offset) for e in edits]
                grown += sum(len(e.after) - len(e.before) for e in edits)
        position += len(line) + 1
    return Repaired(text="\n".join(lines), steps=_named(passes, len(stages)))


def _settle(line: str, stages: Sequence[Stage]) -> tuple[str, list[list[Edit]]]:
    """The line when nothing changes any more, and the edits of each pass; unchanged if it does not settle."""
    before, found = line, []
    for _ in range(_MAX_ROUNDS):
        start = line
        for stage in stages:
            edits = stage(line)
            line = apply_steps(line, edits) if edits else line
            found.append(edits)
        if line == start:
            return line, found
    return before, []


def _named(passes: list[list[Edit]], count: int) -> tuple[Edit, ...]:
    """The edits in order; from the second round on the stage's name has the round's number: `entities/2`."""
    return tuple(
        replace(edit, stage=f"{edit.stage}/{number // count + 1}") if number >= count else edit
        for number, edits in enumerate(passes)
        for edit in edits
    )
