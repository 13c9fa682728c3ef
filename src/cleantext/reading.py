"""All inputs in reading order: what an earlier run has finished, and tasks for the rest."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from cleantext.checkpoint import Stretch
from cleantext.cleaner import Cleaner
from cleantext.engines.base import Engine
from cleantext.entries import Task, batches, clean_task, lost_task
from cleantext.entryrows import Entry
from cleantext.errors import StageMismatchError
from cleantext.formats.base import Skipped
from cleantext.formats.inputs import Input, Meter, fingerprint, read_input
from cleantext.intake import Intake
from cleantext.spool import Place, Shard, Spool
from cleantext.summary import summarize

__all__ = ["Sources", "read_all"]

# What is told after each record: documents and failures so far, and bytes of all inputs that were read for them.
Told = Callable[[int, int], None]


class Sources:
    """The inputs of a run, references after the others, and how many bytes they have; None if one does not tell."""

    def __init__(self, inputs: Sequence[Input], references: Sequence[Input], max_bytes: int) -> None:
        self._items = [*inputs, *references]
        self._references_from = len(inputs)
        self._max_bytes = max_bytes
        self._sizes = [fingerprint(item)[0] for item in self._items]

    @property
    def size(self) -> int | None:
        """Bytes of all inputs."""
        return None if -1 in self._sizes else sum(self._sizes)

    def steps(self, finished: Sequence[Stretch]) -> Iterator[Shard | Task]:
        """The shards of `finished` and tasks for all other records, in reading order.

        Inputs that lie within a stretch are not opened. Raises StageMismatchError if the records end before the
        shards do.
        """
        waiting = deque(finished)
        end = Place(0, 0)  # of the last stretch that was passed
        before = 0
        for number, item in enumerate(self._items):
            if waiting and waiting[0].first == (number, 0):
                end = waiting[0].end
                yield from waiting.popleft().shards
            size = max(self._sizes[number], 0)
            if end.input <= number:
                skipped = end.number if end.input == number else 0
                for step in self._records(number, item, before, skipped, waiting):
                    if isinstance(step, Place):
                        end = step
                    else:
                        yield step
            before += size
        if waiting:
            raise StageMismatchError("the inputs have changed: what is finished has more records than they have")

    def _records(
        self, number: int, item: Input, before: int, skipped: int, waiting: deque[Stretch]
    ) -> Iterator[Shard | Task | Place]:
        """The records of one input from `skipped` on, but for those of the stretches that wait; after such shards comes
        the place where they end."""
        meter = Meter()
        for own, record in enumerate(read_input(item, self._max_bytes, meter)):
            place = Place(number, own)
            if waiting and waiting[0].first == place:
                stretch = waiting.popleft()
                yield from stretch.shards
                yield stretch.end
                if stretch.end.input > number:
                    return
                skipped = stretch.end.number
            if own >= skipped:
                read = before + meter.position
                yield Task(record=record, place=place, read=read, reference=number >= self._references_from)


def read_all(
    sources: Sources,
    finished: Sequence[Stretch],
    engine: Engine,
    intake: Intake,
    spool: Spool,
    told: Told,
) -> None:
    """Clean all records into `spool` and `intake`, but for those of `finished` shards, which are taken from there."""
    config = intake.collection.config
    function = partial(clean_task, Cleaner(config))
    steps = sources.steps(finished)
    for known, stretch in itertools.groupby(steps, key=lambda step: isinstance(step, Shard)):
        if known:
            for shard in stretch:
                assert isinstance(shard, Shard)
                _take(shard, intake, spool)
                told(spool.documents + spool.failures, shard.read)
            continue
        tasks = (step for step in stretch if isinstance(step, Task))
        for cleaned in engine.map(function, batches(tasks, config.run.batch_size), lost_task):
            failed = cleaned.summary is None and cleaned.skipped is None
            spool.add(cleaned.line, cleaned.place, cleaned.read, failed=failed, skipped=cleaned.skipped)
            if cleaned.summary is not None:
                intake.add(cleaned.summary)
            told(spool.documents + spool.failures, cleaned.read)
    intake.flush()
    spool.finish()


def _take(shard: Shard, intake: Intake, spool: Spool) -> None:
    config = intake.collection.config
    for entry in spool.take(shard):
        if isinstance(entry, Entry):
            intake.add(summarize(entry, config.dedup))
        elif isinstance(entry, Skipped):
            spool.skipped[entry.reason] += 1
