"""Repeated paragraphs within one document, and the rule that protects its short ones.

Lines of poems, list items, dialogue and table rows are short and often equal without being duplicates. So a short
paragraph goes only as part of a longer repeat: it is equal to another, and the two stand at the same distance from a
long paragraph and its own repeat, with nothing but such short repeats between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from cleantext.config import Config, DedupConfig
from cleantext.dedup.duplicates import Kinds, Search, settled
from cleantext.dedup.results import Duplicates, Pair, Removal

__all__ = ["find_repeats"]


def find_repeats(paragraphs: Iterable[str], config: DedupConfig | Config | None = None) -> Duplicates:
    """The repeats among the paragraphs of one document: exact, near and contained, the first one kept.

    A paragraph under `min_chars` characters of match text goes only as an exact repeat inside a longer repeated run
    of paragraphs. Raises ConfigError where the configuration is wrong; any text will do.
    """
    search = Search(list(paragraphs), settled(config), "paragraph")
    size = search.lengths.size
    found = search.run(np.arange(size), np.zeros(size, dtype=np.bool_), Kinds(), short=False)
    short = _short_repeats(search, found)
    if not short:
        return found
    groups: dict[int, list[int]] = {}
    for removal in short:
        groups.setdefault(removal.kept, [removal.kept]).append(removal.index)
    pairs = [Pair(removal.kept, removal.index, "exact", 1.0, 1.0) for removal in short]
    return search.result(
        sorted([*found.pairs, *pairs]),
        sorted([*found.removals, *short]),
        [*found.groups, *map(tuple, groups.values())],
        dict(found.settings),
    )


def _short_repeats(search: Search, found: Duplicates) -> list[Removal]:
    """Short paragraphs that belong to the repeat of a long one next to them."""
    first, long = search.first.tolist(), search.long.tolist()
    places = [index for index, leader in enumerate(first) if leader >= 0]  # empty match texts do not part a run
    place = {index: number for number, index in enumerate(places)}
    partner: dict[int, int] = {}
    for removal in found.removals:
        if removal.kind != "contained":
            for step in (-1, 1):
                for here, there in _beside(places, place[removal.index], place[removal.kept], step):
                    if long[here] or long[there] or first[here] != first[there]:
                        break
                    partner.setdefault(here, there)
    return [Removal(index, _root(partner, index), "exact", 1.0) for index in sorted(partner)]


def _beside(places: list[int], here: int, there: int, step: int) -> Iterator[tuple[int, int]]:
    """Pairs of paragraphs at equal distances from places `here` and `there`, outward in one direction."""
    while there + step >= 0 and max(here, there) + step < len(places):
        here, there = here + step, there + step
        yield places[here], places[there]


def _root(partner: dict[int, int], index: int) -> int:
    while index in partner:
        index = partner[index]
    return index
