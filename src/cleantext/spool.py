"""Things waiting to be read again in order: in memory while they are few, then in a temporary file."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

__all__ = ["Spool"]

T = TypeVar("T")


class Spool(Generic[T]):
    """A list that moves to disk when what is in it weighs more than `budget`. Use it as a context manager.

    The file has no name and is gone with the process; only this class ever reads it.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._items: list[T] = []
        self._weight = 0
        self._count = 0
        self._file: Any = None

    def __enter__(self) -> Spool[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._items.clear()
        if self._file is not None:
            self._file.close()

    def __len__(self) -> int:
        return self._count

    @property
    def on_disk(self) -> bool:
        """Whether some of it is in the file."""
        return self._file is not None

    def append(self, item: T, weight: int) -> None:
        """Add `item`, which takes about `weight` bytes."""
        self._items.append(item)
        self._count += 1
        self._weight += weight
        if self._weight > self._budget:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="cleantext-")  # noqa: SIM115 - closed on exit
            for one in self._items:
                pickle.dump(one, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._items.clear()
            self._weight = 0

    def __iter__(self) -> Iterator[T]:
        if self._file is not None:
            self._file.seek(0)
            for _ in range(self._count - len(self._items)):
                yield pickle.load(self._file)  # noqa: S301 - our own file, which nobody else can open
        yield from self._items
