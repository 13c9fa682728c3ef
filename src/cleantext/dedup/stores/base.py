"""What a store offers to `Index`: records of documents, and the terms they are found by.

A store knows nothing of texts and duplicates. It keeps records under numbers, and for every term (a 64-bit key) the
numbers that have it. All reading and writing happens in a *session*: either a `snapshot`, which only reads, or an
`exclusive` one, during which no other thread, process or host writes. What a session writes is there for others when
`exclusive` ends without an error, and then it is durable; otherwise nothing of it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

__all__ = [
    "ANCHOR",
    "BAND",
    "BUCKET_LIMIT",
    "BUCKET_LIMITS",
    "EXACT",
    "Changes",
    "Posting",
    "Session",
    "Store",
    "Stored",
    "Terms",
]

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The parts a key can play, see `Terms.role`.
EXACT, BAND, ANCHOR = range(3)
# Numbers a key of each role may have; `Index` adds no more, so that what a million texts have in common costs no more
# than what a few have. Anchors propose as long as they are rare.
BUCKET_LIMITS = (64, 64, 8)
BUCKET_LIMIT = max(BUCKET_LIMITS)


@dataclass(frozen=True, slots=True)
class Terms:
    """What some texts are looked up by.

    `keys` are 64-bit hashes, different for every level and role, in no order; `text` says which text each belongs to,
    `role` what it is: the hash of the whole match text, a band of its signature, an anchor. The band keys of a text
    stand together, band 0 first, or are all absent (a short text). `signatures` has a row a text, from which the
    bands are cut: a store that hashes bands itself reads them there, all others need `keys` alone.
    """

    level: str
    keys: U64
    text: I64
    role: U8
    signatures: U32


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as a store keeps it: its record has the number `number`, its `count` paragraphs those after it.

    `body` is for `Index` alone to read.
    """

    number: int
    document_id: str
    count: int
    body: bytes

    @property
    def end(self) -> int:
        """The first number after the document's."""
        return self.number + 1 + self.count


@dataclass(frozen=True, slots=True)
class Posting:
    """Texts of `terms` to be found from now on: text t under `numbers[t]`, by those of its keys that are `open`."""

    terms: Terms
    numbers: I64
    open: Flags


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one step writes. `removed` are numbers of documents that go, with their terms."""

    removed: Sequence[int] = ()
    added: Sequence[Stored] = ()
    postings: Sequence[Posting] = ()
    replacements: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


class Session(Protocol):
    """A view of the store that nobody else changes; sees what it wrote itself."""

    def find(self, terms: Terms) -> tuple[I64, I64]:
        """Which numbers have which of the keys: places in `terms.keys`, and numbers, each pair once, in no order.

        Numbers of removed documents are left out. A key has at most `BUCKET_LIMIT` numbers, for no more are added.
        """

    def covering(self, numbers: I64) -> list[Stored]:
        """The documents that own `numbers`, each once, by number; numbers nobody owns are left out."""

    def named(self, document_ids: Sequence[str]) -> dict[str, list[int]]:
        """The numbers of the documents of these ids, ascending; ids nobody has are left out."""

    def next_number(self) -> int:
        """A number above all that were ever given: where the next document begins. The first is 1."""

    def write(self, changes: Changes) -> None:
        """Make these changes: remove, then add. Raises RuntimeError in a snapshot."""

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """All documents, by number, of numbers above `after`."""

    def replacements(self) -> Iterator[Mapping[str, Any]]:
        """What was replaced, the oldest first."""

    def counts(self) -> dict[str, int]:
        """`documents`, `paragraphs`, `replacements`, and `bytes` the store takes, as far as it can tell."""


class Store(Protocol):
    """A place that keeps records and terms. Every method raises StoreError where the place fails."""

    location: str

    def settle(self, header: Mapping[str, str]) -> Mapping[str, str]:
        """The header the store has; of a new store, `header`, which it has from now on."""

    def snapshot(self) -> AbstractContextManager[Session]:
        """A session that reads one state of the store, while others may write."""

    def exclusive(self) -> AbstractContextManager[Session]:
        """A session that reads and writes, while nobody else writes. Waits for others for a while, then StoreError
        with `retry`. What was written is durable when it ends; after an error nothing was written."""

    def close(self) -> None:
        """Let go of files, connections and memory; a closed store raises StoreError when used."""
