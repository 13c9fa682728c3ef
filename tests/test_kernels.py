"""Compiled code on disk is used again only for what it was made of."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cleantext import kernels
from cleantext.kernels import made_of

KERNEL = """
from kernels_of_a_test import parts
from kernels_of_a_test.parts import FACTOR, TABLE, add
from cleantext.kernels import compiler


def plain(number):
    return add(number * FACTOR) + TABLE[0] + parts.LATER


kernel = compiler()(plain)
ANSWER = [kernel(10), plain(10), sum(kernel.stats.cache_hits.values())]
"""
PARTS = """
import numba
import numpy as np

FACTOR, TABLE, LATER = 2, np.array([3]), 0


@numba.njit
def add(number):
    return number + {added}
"""


@pytest.fixture
def answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[int]]:
    """Imports the kernel with its parts as they are: its answer, that of plain code, how often it came from disk."""
    package = tmp_path / "kernels_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "kernel.py").write_text(KERNEL)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def run(parts: str) -> list[int]:
        (package / "parts.py").write_text(parts)
        for name in [name for name in sys.modules if name.startswith("kernels_of_a_test")]:
            monkeypatch.delitem(sys.modules, name)
        importlib.invalidate_caches()
        found: list[int] = importlib.import_module("kernels_of_a_test.kernel").ANSWER
        return found

    return run


def test_a_kernel_is_compiled_again_when_what_other_files_have_changes(
    answer: Callable[[str], list[int]],
) -> None:
    first = PARTS.format(added=1)
    assert answer(first) == [24, 24, 0]
    for changed, result in (
        (first.replace("FACTOR, TABLE, LATER = 2", "FACTOR, TABLE, LATER = 5"), 54),
        (first.replace("array([3])", "array([4])"), 25),
        (first.replace("]), 0", "]), 7"), 31),
        (PARTS.format(added=9), 32),
    ):
        assert answer(changed) == [result, result, 0]
        assert answer(changed) == [result, result, 1]
        assert answer(first) == [24, 24, 0]


def test_a_kernel_is_compiled_again_when_it_is_compiled_otherwise(
    answer: Callable[[str], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = PARTS.format(added=1)
    assert [answer(parts)[2] for _ in range(2)] == [0, 1]
    monkeypatch.setattr(kernels, "OPTIONS", {**kernels.OPTIONS, "error_model": "python"})
    assert [answer(parts)[2] for _ in range(2)] == [0, 1]


def test_what_a_function_is_made_of_is_the_same_in_every_process() -> None:
    code = (
        "import cleantext.pages._walk as walk, cleantext.dedup._kernels as dedup, cleantext.text._kernels as text\n"
        "from cleantext.kernels import made_of\n"
        "print(made_of(walk.walk), made_of(dedup._decode), made_of(text.forward))"
    )
    told = {subprocess.check_output([sys.executable, "-c", code], text=True) for _ in range(2)}
    assert len(told) == 1
    assert len(set(told.pop().split())) == 3


def test_what_is_asked_of_a_library_counts() -> None:
    def one(size: int) -> object:
        return np.zeros(size)

    def other(size: int) -> object:
        return np.empty(size)

    assert made_of(one) != made_of(other)
