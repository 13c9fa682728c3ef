"""Where summaries of clean documents go: to the collection that compares them, and into the report."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from cleantext.across import Collection
from cleantext.entries import BATCH_SIZE
from cleantext.formats.carried import ColumnTypes
from cleantext.report import RunReport, Stage
from cleantext.summary import Summary, Tally

__all__ = ["Intake"]


@dataclass(slots=True)
class Intake:
    """Takes in documents in reading order; what it hands to `collection` it hands over many at a time. `columns` are
    the types of what the documents carry along."""

    collection: Collection
    result: RunReport
    columns: ColumnTypes = field(default_factory=ColumnTypes)
    _waiting: list[Summary] = field(default_factory=list)
    _characters: int = 0

    def __post_init__(self) -> None:
        self.result.stages = [Stage(name="extract", unit="characters"), Stage(name="repeats", unit="paragraphs")]

    def add(self, summary: Summary) -> None:
        """Take in one document."""
        self._count(summary.tally)
        if summary.columns is not None and not summary.reference:
            self.columns.merge(summary.columns)
        self._waiting.append(summary)
        self._characters += summary.tally.characters
        if self._characters > BATCH_SIZE:
            self.flush()

    def flush(self) -> None:
        """Hand what waits to the collection."""
        for reference, group in itertools.groupby(self._waiting, key=lambda summary: summary.reference):
            self._hand_over(list(group), reference=reference)
        self._waiting.clear()
        self._characters = 0

    def _hand_over(self, documents: list[Summary], *, reference: bool) -> None:
        collection = self.collection
        collection.add(
            [text for one in documents for text in one.paragraphs],
            count=np.array([len(one.paragraphs) for one in documents], dtype=np.int64),
            reference=reference,
            source=np.array([collection.code(one.source) for one in documents], dtype=np.int64),
            host=np.array([collection.code(one.host) for one in documents], dtype=np.int64),
            preference=np.array([one.preference for one in documents], dtype=np.int64),
            ties=np.array([one.ties for one in documents], dtype=np.uint64).reshape(-1, 2),
            ordinals=np.array([n for one in documents for n in one.ordinals], dtype=np.int64),
            holding=np.array([held for one in documents for held in one.holding], dtype=np.bool_),
        )

    def _count(self, tally: Tally) -> None:
        result = self.result
        for stage, own in zip(result.stages, (tally.extract, tally.repeats), strict=True):
            stage.came_in += own.came_in
            stage.went_out += own.went_out
            _add(stage.dropped, own.dropped)
        result.source_chars += tally.characters
        result.encodings[tally.encoding] += 1
        result.scripts[tally.script] += 1
        result.metadata.update(tally.metadata)
        _add(result.damage, tally.damage)


def _add(total: Counter[str], further: Counter[str]) -> None:
    """`total` with `further`; unlike `+=`, which looks at all of `total` each time."""
    for name, count in further.items():
        total[name] += count
