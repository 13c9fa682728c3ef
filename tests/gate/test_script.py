"""OpenCC's own expectations: set CLEANTEXT_EVAL to a folder with `opencc-testcases.json` (docs/script.md)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cleantext.errors import MissingDependencyError
from cleantext.text.dictionaries import SOURCES, source
from quality.script import expectations

CASES = Path(os.environ.get("CLEANTEXT_EVAL", "absent")) / "opencc-testcases.json"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CASES.is_file(), reason="CLEANTEXT_EVAL names no folder with opencc-testcases.json"),
]


@pytest.mark.parametrize(("name", "met"), zip(SOURCES, (543, 226), strict=True))
def test_expectations_of_opencc(name: str, met: int) -> None:
    try:
        found = expectations(json.loads(CASES.read_text(encoding="utf-8"))["cases"], source(name))
    except MissingDependencyError:
        pytest.skip(f"{name} is not installed")
    assert found.all.total() == 543
    assert found.met.total() >= met
