"""What an engine is: it applies a function to items and gives the results back in the items' order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

__all__ = ["Engine"]

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Runs work somewhere. Results come in the order of the items, whatever runs where and how fast."""

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """`function` of each item; items are drawn lazily. Raises EngineError when a worker is lost."""
        ...
