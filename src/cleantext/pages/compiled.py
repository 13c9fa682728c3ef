"""Whether a process has met enough markup for compiled kernels to pay. What they give is what plain code gives."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

__all__ = ["COMPILED_FROM", "LOADED_FROM", "loops", "meet", "pays"]

# Characters of markup from which loading compiled kernels (three quarters of a second) pays where they are on disk.
LOADED_FROM = 1_000_000
# Characters from which compiling them pays, as each machine does once: it takes 25 seconds and saves a quarter of a
# microsecond a character, so that it pays after 100 million in one run. But whoever has half of that will have more,
# and every later run has them for nothing.
COMPILED_FROM = 50_000_000


class _Met:
    """How much markup this process has met: it decides about speed alone."""

    characters = 0


def meet(characters: int) -> None:
    """Take note of a page's markup."""
    _Met.characters += characters


def pays(module: str = "_kernels") -> bool:
    """Whether the kernels of a module of this room should be used."""
    if _Met.characters < LOADED_FROM:
        return False
    return _Met.characters >= COMPILED_FROM or _is_kept(module)


def loops() -> Any:
    """The loops over blocks, elements and short texts, compiled where that pays."""
    if pays():
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        return kernels
    import cleantext.pages._loops as plain  # noqa: PLC0415 - it knows columns, which this module must not

    return plain


@cache
def _is_kept(module: str) -> bool:
    """Whether an earlier process compiled kernels of a module as they are now."""
    from cleantext.kernels import is_kept  # noqa: PLC0415 - numba is loaded by those who need it

    return any(map(is_kept, vars(import_module(f"cleantext.pages.{module}")).values()))
