"""The elements of a page that show text, as its blocks refer to them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Element"]


@dataclass(frozen=True, slots=True)
class Element:
    """A block element that shows text: the place of the one around it (-1: none), its tag, its class and id."""

    parent: int
    tag: str
    names: str
