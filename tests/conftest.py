"""What tests share: the seeds and their labels."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No test is timed: the first of a process to need compiled code loads it, which takes a second. Every run has the same
# examples, so that what fails fails again; EXPLORE=1 looks for others.
settings.register_profile("tests", deadline=None, derandomize="EXPLORE" not in os.environ)
settings.load_profile("tests")

ROOT = Path(__file__).parent.parent
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))


@pytest.fixture(scope="session")
def seeds() -> dict[str, str]:
    """The seed documents by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in SEEDS}


@pytest.fixture(scope="session")
def gold() -> dict[str, list[dict[str, Any]]]:
    """The label of every non-empty line of the seeds, by file name."""
    labels: dict[str, list[dict[str, Any]]] = json.loads(
        (ROOT / "tests" / "golden" / "seeds.json").read_text(encoding="utf-8")
    )
    return labels
