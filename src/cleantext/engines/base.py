"""What an engine is: it applies a function to items and gives the results back in the items' order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

__all__ = ["Engine"]

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Runs work somewhere. Results come in the order of the items, whatever runs where and how fast."""

    def map(
        self, function: Callable[[T], R], batches: Iterable[Sequence[T]], lost: Callable[[T, str], R]
    ) -> Iterator[R]:
        """`function` of each item of each batch; batches are drawn lazily, and one worker does a batch.

        An item that costs its worker its life, or takes more than an item may, costs nothing but itself:
        `lost(item, reason)` stands for its result. What `function` raises is raised here. Raises EngineError where
        there can be no workers.
        """
        ...
