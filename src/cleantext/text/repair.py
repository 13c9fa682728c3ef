"""The order of repair: entities, then mojibake, then controls, line by line; then glosses, over the whole document.

Mending can uncover more to mend (an entity with a zero-width space inside), so the stages run over a line until nothing
changes. A line that does not settle in a few rounds was built to be hostile and stays as it is. The stages see only
lines that hold one of their triggers: a text without any costs one look at each of its characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from cleantext.config import RepairConfig
from cleantext.edits import apply_steps
from cleantext.records import Edit
from cleantext.text import cjk_mojibake, controls, entities, glosses, mojibake
from cleantext.text.flags import Ease, FlagTable
from cleantext.text.glosses import find_glosses, strip_glosses
from cleantext.text.steps import Repaired

__all__ = ["FLAGS", "repair", "repair_line"]

_MAX_ROUNDS = 8

# Triggers of the first part of mojibake repair: rare Han, which good text has here and there.
_CJK = "cjk_mojibake"
FLAGS = FlagTable(
    {
        "entities": entities.TRIGGERS,
        "mojibake": mojibake.TRIGGERS,
        "controls": controls.TRIGGERS,
        "glosses": glosses.TRIGGERS,
        _CJK: cjk_mojibake.TRIGGERS,
    },
    Ease(_CJK, cjk_mojibake.everyday, cjk_mojibake.AT_EASE),
)
_DEFAULT = RepairConfig()
_GLOSSES = FLAGS.bits["glosses"]

_Finder = Callable[[str], list[Edit]]


class _Stage(NamedTuple):
    """What works on a line: finders with their bits, of which the first one that finds anything has the line."""

    finders: tuple[tuple[int, _Finder], ...]

    @property
    def bits(self) -> int:
        return sum(bits for bits, _ in self.finders)

    def edits(self, line: str, flags: int) -> list[Edit]:
        """What it would change in `line`, in which only triggers of `flags` are."""
        for bits, finder in self.finders:
            if flags & bits and (edits := finder(line)):
                return edits
        return []


# The stages in their order; each is also the name of its option.
_STAGES = {
    "entities": _Stage(((FLAGS.bits["entities"], entities.entity_edits),)),
    "mojibake": _Stage(
        (
            (FLAGS.bits[_CJK], cjk_mojibake.cjk_mojibake_edits),
            (FLAGS.bits["mojibake"], mojibake.latin_mojibake_edits),
        )
    ),
    "controls": _Stage(((FLAGS.bits["controls"], controls.control_edits),)),
}


class _Plan(NamedTuple):
    """What a configuration asks for."""

    stages: tuple[_Stage, ...]
    line_flags: int  # the bits of all of them
    flags: int  # the same, and that of the glosses if they are to go


@lru_cache(maxsize=16)
def _plan(config: RepairConfig) -> _Plan:
    stages = tuple(stage for name, stage in _STAGES.items() if getattr(config, name))
    flags = sum(stage.bits for stage in stages)
    return _Plan(stages, flags, flags | (_GLOSSES if config.glosses else 0))


def repair(text: str, config: RepairConfig | None = None) -> Repaired:
    """`text` with entities decoded, Latin mojibake mended, invisible controls and cloaking glosses dropped.

    It refuses to touch line ends, width, quotes and other punctuation. Never raises; repairing again changes nothing.

    >>> repair("caf\u00c3\u00a9&nbsp;&amp; bar").text
    'café\\xa0& bar'
    """
    config = config or _DEFAULT
    plan = _plan(config)
    lines = list(FLAGS.flagged_lines(text, plan.flags))
    if not lines:
        return Repaired(text=text)
    repaired = _repaired(text, lines, plan.stages)
    if not config.glosses or not (repaired.steps or any(flags & _GLOSSES for _, _, flags in lines)):
        return repaired
    stripped = strip_glosses(repaired.text, find_glosses([repaired.text]))
    return Repaired(text=stripped.text, steps=repaired.steps + stripped.steps)


def repair_line(text: str, config: RepairConfig | None = None) -> Repaired:
    """`repair` without the glosses, which only a whole document can tell. `text` may still have several lines."""
    plan = _plan(config or _DEFAULT)
    lines = list(FLAGS.flagged_lines(text, plan.line_flags))
    return _repaired(text, lines, plan.stages) if lines else Repaired(text=text)


def _repaired(text: str, lines: Iterable[tuple[int, int, int]], stages: tuple[_Stage, ...]) -> Repaired:
    """`text` after `stages` on the given lines, which must hold all that any of them would change."""
    passes: list[list[Edit]] = [[] for _ in range(_MAX_ROUNDS * len(stages))]
    grown = [0] * len(passes)  # by how much each pass has made the lines so far longer
    pieces: list[str] = []
    position = 0
    for start, end, flags in lines:
        line = text[start:end]
        after, found = _settle(line, stages, flags)
        if after == line:
            continue
        pieces += [text[position:start], after]
        position = end
        offset = start
        for number, edits in enumerate(found):
            before = grown[number]
            for edit in edits:
                passes[number].append(_moved(edit, offset))
                grown[number] += len(edit.after) - len(edit.before)
            offset += before
    if not pieces:
        return Repaired(text=text)
    pieces.append(text[position:])
    return Repaired(text="".join(pieces), steps=_named(passes, len(stages)))


def _moved(edit: Edit, offset: int) -> Edit:
    return Edit(
        stage=edit.stage,
        rule=edit.rule,
        start=edit.start + offset,
        end=edit.end + offset,
        before=edit.before,
        after=edit.after,
    )


def _settle(line: str, stages: tuple[_Stage, ...], flags: int) -> tuple[str, list[list[Edit]]]:
    """The line when nothing changes any more, and the edits of each pass; unchanged if it does not settle.

    As long as nothing has changed only what has one of the line's `flags` is asked.
    """
    before, found = line, []
    for _ in range(_MAX_ROUNDS):
        start = line
        for stage in stages:
            edits = stage.edits(line, flags)
            if edits:
                line = apply_steps(line, edits)
                flags = -1
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
