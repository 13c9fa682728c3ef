"""What documents have in common: lines of their site, repeats within each, duplicate documents, shared paragraphs.

A `Collection` holds the match texts of all paragraphs, and of each document only what the comparison asks for; the
documents themselves wait elsewhere. `compare` gives verdicts by number of document and paragraph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cleantext.config import Config, DedupConfig
from cleantext.dedup import Duplicates, Pairs, Removals
from cleantext.dedup.curve import removal_curve
from cleantext.dedup.duplicates import Kinds, Search
from cleantext.dedup.fingerprint import Fingerprints, fingerprints
from cleantext.dedup.keep import preference
from cleantext.dedup.results import EXACT, KINDS
from cleantext.dedup.selfcheck import measured_recall
from cleantext.dedup.shingle import Rule
from cleantext.dedup.site import SiteProfile, learn_sites, site_chrome
from cleantext.dedup.store import Joined, Texts, TextStore
from cleantext.dedup.threads import default_threads
from cleantext.dedup.within import find_repeats_within
from cleantext.memory import budget_of
from cleantext.report import Stage

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Collection",
    "Verdicts",
    "compare",
    "guarded",
    "no_repeats",
    "preference",
    "stages_of",
    "taken_across",
    "written_count",
]

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

# Below so many documents a source is too small for the share it loses to mean something.
_GUARDED = 20


class Collection:
    """The paragraphs of all documents as match texts, and of each document what the comparison asks for."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.budget = budget_of(config.run.memory)
        self.threads = config.run.jobs or default_threads()
        self.store = TextStore(Rule.of(config.dedup, "paragraph"), self.budget // 2)
        self._names: dict[str, int] = {}
        self._columns: dict[str, list[I64]] = {
            name: [] for name in ("count", "reference", "source", "host", "preference")
        }
        self._ties: list[U64] = []
        self._ordinals: list[npt.NDArray[np.int32]] = []
        self._holding: list[Flags] = []

    def __enter__(self) -> Collection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()

    def code(self, name: str | None) -> int:
        """A number for the name of a source or host; -1 for none."""
        return -1 if name is None else self._names.setdefault(name, len(self._names))

    @property
    def names(self) -> list[str]:
        """What the codes mean."""
        return list(self._names)

    def add(  # noqa: PLR0913 - one column each
        self,
        paragraphs: Sequence[str] | pa.Array,
        *,
        count: I64,
        reference: bool,
        source: I64,
        host: I64,
        preference: I64,
        ties: U64,
        ordinals: I64,
        holding: Flags | None = None,
    ) -> None:
        """Add documents of `count` of the paragraphs each: their codes of source and host, how much the keep policy
        prefers them (least first), two numbers that break ties, from their content and their id, and the ordinals of
        the paragraphs before any removal. `holding` are those in whose favor one like them, but not equal, is gone
        from their document already."""
        self.store.add(paragraphs)
        columns = {"source": source, "host": host, "preference": preference, "count": count}
        columns["reference"] = np.full(count.size, reference, dtype=np.int64)
        for name, values in columns.items():
            self._columns[name].append(values)
        self._ties.append(ties)
        self._ordinals.append(ordinals.astype(np.int32))
        self._holding.append(np.zeros(ordinals.size, dtype=np.bool_) if holding is None else holding)

    @property
    def ordinals(self) -> I64:
        """The ordinal of every paragraph in its document, before any removal."""
        return np.concatenate([np.empty(0, dtype=np.int64), *self._ordinals])

    @property
    def holding(self) -> Flags:
        """Which paragraphs are all that is left of one like them."""
        return np.concatenate([np.empty(0, dtype=np.bool_), *self._holding])

    def column(self, name: str) -> I64:
        """One number a document."""
        return np.concatenate([np.empty(0, dtype=np.int64), *self._columns[name]])

    def ids(self) -> U64:
        """The second of every document's ties, which is its id."""
        return np.concatenate([np.empty((0, 2), dtype=np.uint64), *self._ties])[:, 1]

    def ranks(self) -> I64:
        """The rank of every document by the keep policy: references first, ties by content, then id."""
        reference = self.column("reference")
        ties = np.concatenate([np.empty((0, 2), dtype=np.uint64), *self._ties])
        if self.config.dedup.keep == "first":
            order = np.lexsort((np.arange(reference.size), 1 - reference))
        else:
            order = np.lexsort((ties[:, 1], ties[:, 0], self.column("preference"), 1 - reference))
        ranks = np.empty(order.size, dtype=np.int64)
        ranks[order] = np.arange(order.size)
        return ranks


@dataclass(slots=True, kw_only=True)
class Verdicts:
    """What the comparison found. Documents and paragraphs go by their numbers in the collection.

    `left_out` are paragraphs that are no part of their document any more: lines of the `site`, and repeats `within`
    it that are not only tagged. `gone` are documents that go as duplicates; `taken` paragraphs that go because they
    repeat one of another document. `bounds` say which paragraphs are whose; `curve` what
    would go at other thresholds, by level, where that was asked for.
    """

    bounds: I64
    site: Flags
    profile: SiteProfile
    within: tuple[Pairs, Removals]
    left_out: Flags
    documents: Duplicates | None
    gone: Flags
    paragraphs: Duplicates | None
    taken: Flags
    stages: list[Stage] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    curve: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def document_of(self) -> I64:
        """The document of every paragraph."""
        return np.repeat(np.arange(self.bounds.size - 1), np.diff(self.bounds))


Progress = Callable[[str], None]


def compare(
    collection: Collection,
    config: Config,
    *,
    within: bool,
    profile: SiteProfile,
    report: Progress,
    curve: bool = False,
) -> Verdicts:
    """Compare the documents of `collection`; `within` asks for repeats inside documents too, `curve` for what would go
    at other thresholds. `report` is told what begins."""
    dedup = config.dedup
    work = _Comparison(collection, profile, curve=curve)
    if dedup.site != "off":
        report("site")
        work.site()
    report("fingerprints")
    work.fingerprint()
    if within and dedup.within != "off":
        report("within")
        work.within()
    if dedup.documents != "off":
        report("documents")
        work.documents()
    if dedup.across != "off":
        report("paragraphs")
        work.paragraphs()
    work.found.stages = stages_of(work.found, collection, work.written & work.active, within=within)
    return work.found


class _Comparison:
    """The levels of one comparison, each on what those before left."""

    def __init__(self, collection: Collection, profile: SiteProfile, *, curve: bool) -> None:
        bounds = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(collection.column("count"))])
        paragraphs, documents = int(bounds[-1]), bounds.size - 1
        self.collection, self.config, self.curve = collection, collection.config.dedup, curve
        self.reference = collection.column("reference").astype(np.bool_)
        self.ranks = collection.ranks()
        self.unseen = np.zeros(
            paragraphs, dtype=np.bool_
        )  # lines of sites, which take no part whatever becomes of them
        self.known = Fingerprints(np.empty(0, dtype=np.int64))
        self.found = Verdicts(
            bounds=bounds,
            site=np.zeros(paragraphs, dtype=np.bool_),
            profile=profile,
            within=no_repeats(),
            left_out=np.zeros(paragraphs, dtype=np.bool_),
            documents=None,
            gone=np.zeros(documents, dtype=np.bool_),
            paragraphs=None,
            taken=np.zeros(paragraphs, dtype=np.bool_),
        )
        self.document_of = self.found.document_of
        self.written = ~self.reference[self.document_of]

    @property
    def active(self) -> Flags:
        """The paragraphs that still take part."""
        found: Flags = ~self.unseen & ~self.found.left_out & ~self.found.gone[self.document_of]
        return found

    def site(self) -> None:
        """Learn the lines of each host; they take no part in any comparison."""
        store, names, threads = self.collection.store, self.collection.names, self.collection.threads
        hosts, found = self.collection.column("host"), self.found
        found.profile = found.profile.merged(learn_sites(store, found.bounds, hosts, names, threads=threads))
        chrome = site_chrome(store, found.bounds, hosts, names, found.profile, threads=threads)
        self.unseen = chrome.flags
        if self.config.site != "tag":
            found.site = chrome.flags & self.written
            found.left_out |= found.site
        found.settings["site"] = {
            "hosts": len(found.profile.hosts),
            "lines": sum(map(len, found.profile.hosts.values())),
            "marked_paragraphs": int(np.count_nonzero(chrome.flags & self.written)),
            "chrome_only_documents": chrome.chrome_only,
        }

    def fingerprint(self) -> None:
        """Read all paragraphs once for what every later level asks of them."""
        store = self.collection.store
        self.known = fingerprints(store, store.rule, self.config, self.collection.threads, self.collection.budget // 4)

    def within(self) -> None:
        """Find what documents repeat of themselves."""
        found, threads = self.found, self.collection.threads
        pairs, removals = find_repeats_within(
            self.collection.store, found.bounds, self.config, self.known, threads, self.active
        )
        found.within = Pairs(*(column[self.written[pairs.i]] for column in pairs.columns().values())), removals
        if self.config.within != "tag":
            found.left_out[removals.index] = True

    def documents(self) -> None:
        """Find duplicate documents."""
        found, unseen = self.found, self.unseen | self.found.left_out
        self.known.rest()
        texts = Joined(self.collection.store, found.bounds, unseen if unseen.any() else None)
        level = _Level("document", texts, self.ranks, self.reference, self.config, self.collection.threads)
        found.documents = level.searched(Kinds(tagged=frozenset({"contained"})))
        level.describe(found, "documents", found.documents, curve=self.curve)
        if self.config.documents != "tag":
            found.gone[found.documents.removals.index] = True

    def paragraphs(self) -> None:
        """Find what the documents that stay have in common."""
        found, order = self.found, np.argsort(self.ranks[self.document_of], kind="stable")
        places = np.empty(order.size, dtype=np.int64)
        places[order] = np.arange(order.size)
        level = _Level(
            "paragraph",
            self.collection.store,
            places,
            ~self.written,
            self.config,
            self.collection.threads,
            self.known,
            self.active,
        )
        everything = level.searched(Kinds())
        found.paragraphs = _between(everything, self.document_of)
        level.describe(found, "paragraphs", everything, curve=self.curve)
        if self.config.across != "tag":
            found.taken = taken_across(found, self.collection.holding)


@dataclass(slots=True)
class _Level:
    """One comparison: of documents, or of paragraphs."""

    level: str
    texts: Texts
    ranks: I64
    protected: Flags
    config: DedupConfig
    threads: int
    known: Fingerprints | None = None
    active: Flags | None = None

    @property
    def _rule(self) -> Rule:
        return Rule.of(self.config, self.level)

    def searched(self, kinds: Kinds) -> Duplicates:
        """The duplicates."""
        search = Search(self.texts, self._rule, self.config, self.level, self.threads, self.known, self.active)
        return search.run(self.ranks, self.protected, kinds)

    def describe(self, found: Verdicts, name: str, duplicates: Duplicates, *, curve: bool) -> None:
        """Note how the search was done, how many true pairs it found of a sample, and what other thresholds do."""
        found.settings[name] = dict(duplicates.settings)
        if self.config.self_check:
            found.settings[name]["self_check"] = measured_recall(
                self.texts,
                self._rule,
                self.config,
                duplicates,
                sample=self.config.self_check,
                seed=self.config.seed,
                threads=self.threads,
                active=self.active,
            )
        if curve:
            found.curve[name] = removal_curve(
                self.texts,
                self._rule,
                self.config,
                self.ranks,
                self.protected,
                threads=self.threads,
                known=self.known,
                active=self.active,
            )


def no_repeats() -> tuple[Pairs, Removals]:
    """Tables without a row."""
    none, kind, score = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8), np.empty(0)
    return Pairs(none, none, kind, score, score), Removals(none, none, kind, score)


def _between(found: Duplicates, document_of: I64) -> Duplicates:
    """`found` without what is of one document alone."""
    pairs, removals = found.pairs, found.removals
    apart = document_of[pairs.i] != document_of[pairs.j]
    gone = document_of[removals.index] != document_of[removals.kept]
    return Duplicates(
        size=found.size,
        pairs=Pairs(*(column[apart] for column in pairs.columns().values())),
        removals=Removals(*(column[gone] for column in removals.columns().values())),
        groups=found.groups,
        cluster=found.cluster,
        settings=found.settings,
    )


def taken_across(found: Verdicts, holding: Flags) -> Flags:
    """The paragraphs that go because they repeat one of another document.

    One that stands for another of its document, which was like it and not equal, goes only where an equal one stays:
    what is like it need not be like what it is like.
    """
    assert found.paragraphs is not None
    within, across, left_out = found.within[1], found.paragraphs.removals, found.left_out
    holding[within.kept[(within.kind != EXACT) & left_out[within.index]]] = True
    taken = np.zeros_like(holding)
    taken[across.index[(across.kind == EXACT) | ~holding[across.index]]] = True
    return taken


def stages_of(found: Verdicts, collection: Collection, written: Flags, *, within: bool) -> list[Stage]:
    """The counts of every level; what comes in is dropped for a reason or goes out."""
    reference = collection.column("reference").astype(np.bool_)
    mine = ~reference[found.document_of]
    stages = []
    if collection.config.dedup.site != "off":
        stages.append(_stage("site", mine, {"chrome/site": found.site & mine}))
    if within:
        reasons = _reasons(found.within[1], found.left_out & mine, "duplicate")
        stages.append(_stage("repeats", mine & ~found.site, reasons))
    documents = {} if found.documents is None else _reasons(found.documents.removals, found.gone, "document")
    stages.append(_stage("documents", ~reference, documents, "documents"))
    across = {} if found.paragraphs is None else _reasons(found.paragraphs.removals, found.taken, "duplicate")
    stages.append(_stage("paragraphs", written, across))
    return stages


def written_count(collection: Collection, gone: Flags) -> int:
    """How many documents are written: those not `gone`, and where documents are masked, what is left of the others."""
    mine = collection.column("reference") == 0
    return int(np.count_nonzero(mine if collection.config.dedup.documents == "mask" else mine & ~gone))


def _reasons(removals: Removals, gone: Flags, prefix: str) -> dict[str, Flags]:
    """Which texts that are `gone` went for each kind of removal."""
    reasons = {}
    for kind, name in enumerate(KINDS):
        mine = np.zeros(gone.size, dtype=np.bool_)
        mine[removals.index[removals.kind == kind]] = True
        reasons[f"{prefix}/{name}"] = mine & gone
    return reasons


def _stage(name: str, came_in: Flags, dropped: dict[str, Flags], unit: str = "paragraphs") -> Stage:
    counts = Counter({reason: int(np.count_nonzero(gone)) for reason, gone in dropped.items() if gone.any()})
    lost = np.zeros(came_in.size, dtype=np.bool_)
    for gone in dropped.values():
        lost |= gone
    stays = int(np.count_nonzero(came_in & ~lost))
    return Stage(name=name, unit=unit, came_in=int(np.count_nonzero(came_in)), went_out=stays, dropped=counts)


def guarded(collection: Collection, gone: Flags, config: Config) -> str:
    """Why the run must stop: which sources would lose more of their documents than `max_removed` allows; else ''.
    `gone` says of every document whether it goes."""
    source = collection.column("source")[collection.column("reference") == 0]
    gone = gone[collection.column("reference") == 0]
    names = collection.names
    total = np.bincount(source + 1, minlength=len(names) + 1)
    lost = np.bincount(source[gone] + 1, minlength=len(names) + 1)
    limit = config.dedup.max_removed
    named = [name or "the input" for name in ("", *names)]
    over = [
        f"{named[code]}: {lost[code]:,} of {total[code]:,} documents are duplicates"
        for code in np.flatnonzero((total >= _GUARDED) & (lost > limit * total)).tolist()
    ]
    if not over:
        return ""
    return (
        f"more than {limit:.0%} of a source would go; nothing was written "
        f"(--max-removed 1 goes on, --documents tag keeps them): " + "; ".join(over[:5])
    )
