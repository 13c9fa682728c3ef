"""Whether a process has met enough markup for compiled kernels to pay. What they give is what plain code gives."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["COMPILED_FROM", "COMPILING_FROM", "loops", "meet", "pays"]

# Characters of markup from which loading compiled kernels (half a second) pays, and from which compiling them does, as
# each machine does once: the walk over a page and the look before it take twelve seconds to compile, and save six
# milliseconds on a page of 200,000 characters. In one run that pays after 400 million; but whoever has an eighth of
# that will have more, and every later run has them for nothing.
COMPILED_FROM, COMPILING_FROM = 1_000_000, 50_000_000


class _Met:
    """How much markup this process has met: it decides about speed alone."""

    characters = 0


def meet(characters: int) -> None:
    """Take note of a page's markup."""
    _Met.characters += characters


def pays(module: str | None = None) -> bool:
    """Whether the kernels should be used; those of a `module` that takes long to compile, if that is done or pays."""
    if _Met.characters < COMPILED_FROM:
        return False
    return module is None or _Met.characters >= COMPILING_FROM or _is_cached(module)


def loops() -> Any:
    """The loops over blocks, elements and short texts, compiled where that pays."""
    if pays():
        import cleantext.pages._kernels as kernels  # noqa: PLC0415 - numba is loaded by those who need it

        return kernels
    import cleantext.pages._loops as plain  # noqa: PLC0415 - it knows columns, which this module must not

    return plain


@cache
def _is_cached(module: str) -> bool:
    """Whether numba has compiled code of a module of this room: beside it, or where its environment variable says."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return any(Path(os.environ["NUMBA_CACHE_DIR"]).glob(f"pages_*/{module}.*.nbi"))
    return any((Path(__file__).parent / "__pycache__").glob(f"{module}.*.nbi"))
