"""A text and its steps agree."""

from __future__ import annotations

import pytest

from cleantext.records import Edit
from cleantext.text.steps import Repaired, edited


def test_text_is_made_from_its_steps() -> None:
    step = Edit(stage="s", rule="r", start=1, end=2, before="B", after="乙丙")
    assert edited("aBc", [step]) == Repaired(text="a乙丙c", steps=(step,))
    assert edited("", []) == Repaired(text="")


def test_a_step_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        edited("甲", [Edit(stage="s", rule="r", start=0, end=1, before="乙", after="丙")])
