"""Whether a process has met enough markup for compiled kernels to pay. What they give is what plain code gives."""

from __future__ import annotations

__all__ = ["COMPILED_FROM", "meet", "pays"]

# Characters of markup from which loading the kernels (half a second) or compiling them (once a machine) pays.
COMPILED_FROM = 1_000_000


class _Met:
    """How much markup this process has met: it decides about speed alone."""

    characters = 0


def meet(characters: int) -> None:
    """Take note of a page's markup."""
    _Met.characters += characters


def pays() -> bool:
    """Whether the kernels should be used."""
    return _Met.characters >= COMPILED_FROM
