"""What every function that changes text returns: the new text and the steps that lead to it.

A stage finds its edits, and `edited` makes the text from them, so text and steps cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cleantext.edits import apply_steps, explain, undo_steps
from cleantext.records import Edit

__all__ = ["Repaired", "edited"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A text after some steps. `apply_steps(before, steps)` gives `text`, `undo_steps(text, steps)` the text before."""

    text: str
    steps: tuple[Edit, ...] = ()

    def explain(self) -> list[str]:
        """What was changed, where in the text before, and why: a sentence a step."""
        return list(explain(undo_steps(self.text, self.steps), self.steps))


def edited(text: str, steps: Sequence[Edit]) -> Repaired:
    """`text` after `steps`."""
    return Repaired(text=apply_steps(text, steps) if steps else text, steps=tuple(steps))
