"""A run against an index: what earlier runs had, and what this run's own documents had before, in reading order.

In place of `across.compare`. Documents and paragraphs of earlier runs are given numbers after those of the run, so that
what was found is written by the same code.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from cleantext.across import Collection, Progress, Verdicts, no_repeats, stages_of, taken_across
from cleantext.config import Config
from cleantext.dedup import KINDS, Duplicates, Groups, Match, Pairs, Removals, Verdict
from cleantext.dedup.cluster import components
from cleantext.dedup.index import Index
from cleantext.dedup.remembered import Remembered
from cleantext.dedup.shingle import MatchTexts
from cleantext.dedup.site import SiteProfile, site_chrome
from cleantext.errors import ConfigError, StoreError
from cleantext.records import Document
from cleantext.spool import Spool

__all__ = ["Location", "Recalled", "opened", "recall", "remembering"]

I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Location: TypeAlias = "str | os.PathLike[str] | Index"
Ids: TypeAlias = Callable[[I64], list[str]]

# Paragraphs and documents that are judged together.
_PARAGRAPHS, _DOCUMENTS = 32_768, 8_192
_HEX = re.compile("[0-9a-f]{16}")


def opened(
    index: Location | None, config: Config, *, reference: bool, dry_run: bool
) -> AbstractContextManager[Index | None]:
    """The index of a run, closed afterwards if it is opened here. Raises ConfigError where a run cannot use it."""
    if index is None:
        return nullcontext()
    if dry_run:
        raise ConfigError("a dry run cannot be compared with an index: `cleantext index query` says what is known")
    if reference:
        raise ConfigError("--reference and --index exclude each other: add the reference documents to the index")
    if config.dedup.keep != "first":
        raise ConfigError(f"keep: against an index the first document stays, so that it cannot be {config.dedup.keep}")
    if isinstance(index, Index):
        if index.mode != "sticky":
            raise ConfigError(f"index: a run takes nothing back, so that the mode must be sticky, not {index.mode}")
        index.check_config(config)
        return nullcontext(index)
    return Index(index, config)


@contextmanager
def remembering(index: Index, output: str) -> Iterator[None]:
    """One transaction around the comparison and the writing of a run.

    It ends when the output is in place: a run that fails is not remembered, and what is remembered was written.
    """
    done = False
    try:
        with index.transaction():
            yield
            done = True
    except StoreError as error:
        if not done or output == "-":
            raise
        raise StoreError(
            f"{error}; the documents in {output} are complete, but the index does not know them: "
            f"add them with `cleantext index add {output}/documents.jsonl --index {index.location}`",
            retry=error.retry,
        ) from error


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a comparison with an index found: verdicts on the documents of the run and, after them, those they repeat.

    `ids` and `ordinals` are those of all documents and paragraphs in `found`. `gone` says which documents of the run
    go for the sake of another; those that the index knew already are not among them.
    """

    found: Verdicts
    ids: Ids
    ordinals: I64
    gone: Flags


def recall(
    index: Index, collection: Collection, spool: Spool, ids: Ids, profile: SiteProfile, report: Progress
) -> Recalled:
    """Compare the documents of a run with `index`, in order, and remember those that stay.

    Lines of sites are taken from the profile that is given; none are learned, for what is learned would depend on what
    comes together.
    """
    work = _Recall(index, collection, ids, profile)
    if collection.config.dedup.site != "off":
        report("site")
        work.site()
    report("index")
    for numbers, documents in _parts(spool, work.bounds):
        work.judge(numbers, documents)
    return work.recalled()


def _parts(spool: Spool, bounds: I64) -> Iterator[tuple[range, list[Document]]]:
    """The documents, some at a time, with their numbers."""
    part: list[Document] = []
    begin = 0
    for number, entry in enumerate(spool):
        part.append(entry.document)
        if bounds[number + 1] - bounds[begin] >= _PARAGRAPHS or len(part) == _DOCUMENTS:
            yield range(begin, number + 1), part
            part, begin = [], number + 1
    if part:
        yield range(begin, begin + len(part)), part


@dataclass(slots=True)
class _Rows:
    """Pairs and removals of one level: who repeats whom, as what, and how alike they are."""

    index: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    scores: list[tuple[float, float, float]] = field(default_factory=list)

    def add(self, index: int, kept: int, match: Match) -> None:
        self.index.append(index)
        self.kept.append(kept)
        self.kind.append(KINDS.index(match.kind))
        self.scores.append((match.score, match.jaccard, match.containment))

    def duplicates(self, size: int, settings: dict[str, Any]) -> Duplicates:
        """The tables, for `size` texts."""
        index, kept = np.array(self.index, dtype=np.int64), np.array(self.kept, dtype=np.int64)
        kind, scores = np.array(self.kind, dtype=np.uint8), np.array(self.scores).reshape(-1, 3)
        apart = index != kept
        pairs = Pairs.sorted(*(column[apart] for column in (kept, index, kind, scores[:, 1], scores[:, 2])))
        removals = Removals.sorted(index, kept, kind, scores[:, 0])
        cluster = components(pairs.i, pairs.j, size)
        return Duplicates(
            size=size, pairs=pairs, removals=removals, groups=Groups.of([]), cluster=cluster, settings=settings
        )


class _Recall:
    """A comparison under way. `bounds` say which paragraphs of the collection are whose."""

    def __init__(self, index: Index, collection: Collection, ids: Ids, profile: SiteProfile) -> None:
        self.index, self.collection, self.config = index, collection, collection.config.dedup
        self.bounds: I64 = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(collection.column("count"))])
        self._ids, self._ordinals = ids, collection.ordinals
        documents, paragraphs = self.bounds.size - 1, int(self.bounds[-1])
        self._own = np.array([int(one, 16) for one in ids(np.arange(documents))], dtype=np.uint64)
        self._by_id = np.argsort(self._own, kind="stable")
        self._documents, self._paragraphs = _Rows(), _Rows()
        self._earlier = _Earlier(documents)
        self._gone, self._known, self._added = (np.zeros(documents, dtype=np.bool_) for _ in range(3))
        self._unseen, self._site = (np.zeros(paragraphs, dtype=np.bool_) for _ in range(2))
        self._settings: dict[str, Any] = {}
        self._profile = profile

    def site(self) -> None:
        """Find the lines of sites that are known from a profile."""
        collection = self.collection
        chrome = site_chrome(
            collection.store,
            self.bounds,
            collection.column("host"),
            collection.names,
            self._profile,
            threads=collection.threads,
        )
        self._unseen = chrome.flags
        if self.config.site != "tag":
            self._site = chrome.flags
        self._settings["site"] = {
            "hosts": len(self._profile.hosts),
            "lines": sum(map(len, self._profile.hosts.values())),
            "marked_paragraphs": int(np.count_nonzero(chrome.flags)),
            "chrome_only_documents": chrome.chrome_only,
        }

    def judge(self, numbers: range, documents: Sequence[Document]) -> None:
        """Judge some documents and remember those that stay."""
        begin = int(self.bounds[numbers.start])
        texts = self.collection.store.read(begin, int(self.bounds[numbers.stop]))
        names = self._ids(np.arange(numbers.start, numbers.stop))
        remembered = [
            self._remembered(number, document, name, texts, begin)
            for number, document, name in zip(numbers, documents, names, strict=True)
        ]
        # Documents that stay whatever they repeat are remembered too.
        verdicts = self.index.remember(remembered, repeated=self.config.documents in ("tag", "off"))
        for number, verdict in zip(numbers, verdicts, strict=True):
            self._take(number, verdict)

    def _remembered(self, number: int, document: Document, name: str, texts: MatchTexts, begin: int) -> Remembered:
        first, end = int(self.bounds[number]), int(self.bounds[number + 1])
        own = texts.slice(first - begin, end - begin)
        kept = (own.lengths > 0) & ~self._unseen[first:end]
        places = np.flatnonzero(kept)
        return Remembered(
            name,
            own if kept.all() else own.take(places),
            tuple(self._ordinals[first:end][kept].tolist()),
            sum(map(len, document.paragraphs)),
            document.date,
            tuple(filter(None, (_host(document.url), document.source))),
            document.origin,
        )

    def _take(self, number: int, verdict: Verdict) -> None:
        """Note what a verdict says of document `number`."""
        match = verdict.document
        self._added[number] = verdict.added
        if match is not None and (self.config.documents != "off" or verdict.known):
            self._known[number] = verdict.known
            self._documents.add(number, number if verdict.known else self._document(match), match)
            if self.config.documents not in ("tag", "off"):
                self._gone[number] = True
                return
        if self.config.across != "off" and verdict.paragraphs:
            first, end = self._part(number)
            place = {ordinal: first + n for n, ordinal in enumerate(self._ordinals[first:end].tolist())}
            for one in verdict.paragraphs:
                self._paragraphs.add(place[one.paragraph], self._paragraph(one.match), one.match)

    def _part(self, number: int) -> tuple[int, int]:
        return int(self.bounds[number]), int(self.bounds[number + 1])

    def _of_run(self, match: Match) -> int | None:
        """The number of the document of `match`, if it was added by this run."""
        if not _HEX.fullmatch(match.document_id):
            return None
        wanted = np.uint64(int(match.document_id, 16))
        place = int(np.searchsorted(self._own, wanted, sorter=self._by_id))
        if place == self._own.size or self._own[self._by_id[place]] != wanted:
            return None
        number = int(self._by_id[place])
        return number if self._added[number] else None

    def _document(self, match: Match) -> int:
        """The number of the document of `match`."""
        number = self._of_run(match)
        return self._earlier.document(match.document_id) if number is None else number

    def _paragraph(self, match: Match) -> int:
        """The number of the paragraph of `match`; those of earlier runs are numbered from -1 down for now."""
        assert match.paragraph is not None
        number = self._of_run(match)
        if number is not None:
            first, end = self._part(number)
            place = np.flatnonzero(self._ordinals[first:end] == match.paragraph)
            if place.size:
                return first + int(place[0])
        return -1 - self._earlier.paragraph(match.document_id, match.paragraph)

    def recalled(self) -> Recalled:
        """All that was found."""
        ids, ordinals, counts, numbers = self._earlier.table(int(self.bounds[-1]))
        self._paragraphs.kept = [one if one >= 0 else int(numbers[-1 - one]) for one in self._paragraphs.kept]
        bounds = np.concatenate([self.bounds, self.bounds[-1] + np.cumsum(counts)])
        found = self._verdicts(bounds)
        own = self.bounds.size - 1

        def named(documents: I64) -> list[str]:
            names = iter(self._ids(documents[documents < own]))
            return [next(names) if one < own else ids[one - own] for one in documents.tolist()]

        return Recalled(found, named, np.concatenate([self._ordinals, ordinals]), self._gone & ~self._known)

    def _verdicts(self, bounds: I64) -> Verdicts:
        documents, paragraphs = bounds.size - 1, int(bounds[-1])
        settings = {"index": {"location": self.index.location, "known_documents": int(self._known.sum())}}
        found = Verdicts(
            bounds=self.bounds,
            site=self._site,
            profile=self._profile,
            within=no_repeats(),
            left_out=self._site.copy(),
            documents=None if self.config.documents == "off" else self._documents.duplicates(documents, {}),
            gone=self._gone,
            paragraphs=None if self.config.across == "off" else self._paragraphs.duplicates(paragraphs, {}),
            taken=np.zeros(self._site.size, dtype=np.bool_),
            settings=self._settings | settings,
        )
        stays = ~self._unseen & ~found.left_out & ~found.gone[found.document_of]
        if self.config.across not in ("tag", "off"):
            found.taken = taken_across(found, self.collection.holding)
        found.stages = stages_of(found, self.collection, stays, within=False)
        further = paragraphs - self._site.size
        return dataclasses.replace(
            found,
            bounds=bounds,
            gone=_longer(found.gone, documents - found.gone.size),
            site=_longer(found.site, further),
            left_out=_longer(found.left_out, further),
            taken=_longer(found.taken, further),
        )


class _Earlier:
    """Documents and paragraphs of earlier runs that were met: their ids and ordinals, numbered as they come."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._numbers: dict[str, int] = {}
        self._ordinals: list[dict[int, int]] = []
        self._met = 0

    def document(self, document_id: str) -> int:
        """The number of a document."""
        place = self._numbers.setdefault(document_id, len(self._numbers))
        if place == len(self._ordinals):
            self._ordinals.append({})
        return self._first + place

    def paragraph(self, document_id: str, ordinal: int) -> int:
        """How many paragraphs were met before this one was."""
        own = self._ordinals[self.document(document_id) - self._first]
        if ordinal not in own:
            own[ordinal] = self._met
            self._met += 1
        return own[ordinal]

    def table(self, first: int) -> tuple[list[str], I64, I64, I64]:
        """The ids of the documents, the ordinals of their paragraphs end to end, how many each has; and for every
        paragraph, as they were met, its number in that order, from `first` on."""
        order = np.array([met for own in self._ordinals for met in own.values()], dtype=np.int64)
        ordinals = np.array([ordinal for own in self._ordinals for ordinal in own], dtype=np.int64)
        numbers = np.empty(order.size, dtype=np.int64)
        numbers[order] = first + np.arange(order.size)
        return list(self._numbers), ordinals, np.array([len(own) for own in self._ordinals], dtype=np.int64), numbers


def _longer(flags: Flags, further: int) -> Flags:
    return np.concatenate([flags, np.zeros(further, dtype=np.bool_)])


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None
