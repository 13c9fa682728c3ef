"""Repeated paragraphs within one document, and the rule that protects its short ones.

Lines of poems, list items, dialogue and table rows are short and often equal without being duplicates. So a short
paragraph goes only as part of a longer repeat: it is equal to another, and the two stand at the same distance from a
long paragraph and its own repeat, with nothing but such short repeats between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from cleantext.config import Config, DedupConfig
from cleantext.dedup.duplicates import Kinds, Search, settled
from cleantext.dedup.results import CONTAINED, Duplicates, Groups, Pairs, Removals
from cleantext.dedup.shingle import Rule
from cleantext.dedup.store import TextStore

__all__ = ["find_repeats", "repeats_in", "short_repeats", "with_short"]

I64 = npt.NDArray[np.int64]


def find_repeats(paragraphs: Iterable[str], config: DedupConfig | Config | None = None) -> Duplicates:
    """The repeats among the paragraphs of one document: exact, near and contained, the first one kept.

    A paragraph under `min_chars` characters of match text goes only as an exact repeat inside a longer repeated run
    of paragraphs. Raises ConfigError where the configuration is wrong; any text will do.
    """
    chosen = settled(config)
    store = TextStore(Rule.of(chosen, "paragraph"))
    store.add(list(paragraphs))
    return repeats_in(store, chosen)


def repeats_in(store: TextStore, config: DedupConfig) -> Duplicates:
    """`find_repeats` of the paragraphs in `store`."""
    search = Search(store, store.rule, config, "paragraph")
    size = search.lengths.size
    found = search.run(np.arange(size), np.zeros(size, dtype=np.bool_), Kinds(), short=False)
    repeated = found.removals.kind != CONTAINED
    partners = zip(found.removals.index[repeated].tolist(), found.removals.kept[repeated].tolist(), strict=True)
    short = short_repeats(search.first.tolist(), search.long.tolist(), partners)
    if not short:
        return found
    return search.result(*with_short(found, *map(np.array, zip(*short, strict=True))), dict(found.settings))


def with_short(found: Duplicates, index: I64, kept: I64) -> tuple[Pairs, Removals, Groups]:
    """The tables of `found` and the short repeats `index` of `kept`."""
    ones, exact = np.ones(index.size), np.zeros(index.size, dtype=np.uint8)
    pairs, removals = found.pairs, found.removals
    groups: dict[int, list[int]] = {}
    for repeat, leader in zip(index.tolist(), kept.tolist(), strict=True):
        groups.setdefault(leader, [leader]).append(repeat)
    return (
        Pairs.sorted(
            np.concatenate([pairs.i, kept]),
            np.concatenate([pairs.j, index]),
            np.concatenate([pairs.kind, exact]),
            np.concatenate([pairs.jaccard, ones]),
            np.concatenate([pairs.containment, ones]),
        ),
        Removals.sorted(
            np.concatenate([removals.index, index]),
            np.concatenate([removals.kept, kept]),
            np.concatenate([removals.kind, exact]),
            np.concatenate([removals.score, ones]),
        ),
        Groups.of([*found.groups, *groups.values()]),
    )


def short_repeats(first: list[int], long: list[bool], partners: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Short paragraphs that belong to the repeat of a long one next to them, and what each repeats.

    `first` says which paragraph is the first of its equals (-1: empty), `long` which are long enough to be judged on
    their own, `partners` which of these repeat which.
    """
    places = [index for index, leader in enumerate(first) if leader >= 0]  # empty match texts do not part a run
    place = {index: number for number, index in enumerate(places)}
    partner: dict[int, int] = {}
    for repeat, kept in partners:
        for step in (-1, 1):
            for here, there in _beside(places, place[repeat], place[kept], step):
                if long[here] or long[there] or first[here] != first[there]:
                    break
                partner.setdefault(here, there)
    return [(index, _root(partner, index)) for index in sorted(partner)]


def _beside(places: list[int], here: int, there: int, step: int) -> Iterator[tuple[int, int]]:
    """Pairs of paragraphs at equal distances from places `here` and `there`, outward in one direction."""
    while there + step >= 0 and max(here, there) + step < len(places):
        here, there = here + step, there + step
        yield places[here], places[there]


def _root(partner: dict[int, int], index: int) -> int:
    while index in partner:
        index = partner[index]
    return index
