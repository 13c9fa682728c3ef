"""A batch of documents against an index: verdicts in order, and what the index has to write down."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cleantext.dedup.bodies import encoded
from cleantext.dedup.earlier import Earlier
from cleantext.dedup.judge import Found, Judge
from cleantext.dedup.keep import preference
from cleantext.dedup.remembered import Batch, Remembered
from cleantext.dedup.stores.base import Changes, Session, Stored
from cleantext.dedup.terms import Level
from cleantext.dedup.verdicts import Match, Repeated, Verdict

__all__ = ["Judged", "Levels", "judge"]


@dataclass(frozen=True, slots=True)
class Levels:
    """The two levels texts are compared at."""

    document: Level
    paragraph: Level


@dataclass(slots=True)
class Judged:
    """The verdicts on a batch, and what is to be written where it is to be remembered."""

    verdicts: list[Verdict]
    changes: Changes
    unverified: int


def judge(
    session: Session,
    documents: Sequence[Remembered],
    levels: Levels,
    *,
    work: int,
    add: str = "new",
    best: bool = False,
) -> Judged:
    """Judge `documents` one after another. `add` says which are remembered: `new` ones, that repeat no whole document,
    or `all` that are not known. With `best`, which takes one document at a time, a newcomer that the keep policy
    prefers to all it repeats takes their place."""
    return _Walk(session, documents, levels, work=work, everything=add == "all", best=best).walked()


@dataclass(slots=True)
class _Added:
    """What of a batch is remembered."""

    records: list[Stored] = field(default_factory=list)
    by_id: dict[str, list[Remembered]] = field(default_factory=dict)
    by_number: dict[int, Remembered] = field(default_factory=dict)


class _Walk:
    def __init__(
        self,
        session: Session,
        documents: Sequence[Remembered],
        levels: Levels,
        *,
        work: int,
        everything: bool,
        best: bool,
    ) -> None:
        self.documents, self.everything = documents, everything
        self.batch = Batch.of(documents)
        self.earlier = Earlier(session)
        self.number = session.next_number()
        self.named = session.named(sorted({one.document_id for one in documents}))
        self.added = _Added()
        self.removed: list[Stored] = []
        self.log: list[dict[str, Any]] = []
        self.wholes = Judge(levels.document, self.batch.wholes, session, self.earlier, work=work)
        if best:
            (document,) = documents
            self._replace(document, levels.document)
        self.paragraphs = Judge(
            levels.paragraph, self.batch.paragraphs, session, self.earlier, work=work, ignored=self.removed
        )

    def _replace(self, document: Remembered, level: Level) -> None:
        """Note which documents a single newcomer takes the place of."""
        if self._known(document):
            return
        found = self.wholes.matches(0)
        owners = [self.earlier.at(one.number) for one in found]
        rivals = [(record, body.document) for record, body in filter(None, owners)]
        own = _preference(level, document)
        if rivals and all(own < _preference(level, rival) for _, rival in rivals):
            self.removed = [record for record, _ in rivals]
            for one, record in zip(found, self.removed, strict=True):
                row = {"replaced": record.document_id, "by": document.document_id, "kind": one.kind, "score": one.score}
                self.log.append(row)

    def walked(self) -> Judged:
        """Walk the batch."""
        verdicts = [self._verdict(place) for place in range(len(self.documents))]
        postings = [self.wholes.posting(), self.paragraphs.posting()] if self.added.records else []
        changes = Changes([one.number for one in self.removed], self.added.records, postings, self.log)
        return Judged(verdicts, changes, self.wholes.unverified + self.paragraphs.unverified)

    def _verdict(self, place: int) -> Verdict:
        document = self.documents[place]
        if self._known(document):
            same = Match(document_id=document.document_id, kind="exact", score=1.0, jaccard=1.0, containment=1.0)
            return Verdict(document_id=document.document_id, document=same, known=True)
        found = None if self.removed else self.wholes.match(place)
        whole = None if found is None else self._match(found, paragraph=False)
        stays = found is None or self.everything
        number = self.number
        paragraphs = self._repeated(place, number, stays=stays)
        if stays:
            if found is None or found.kind != "exact":
                self.wholes.post(place, number)
            self._remember(document)
        return Verdict(
            document_id=document.document_id,
            document=whole,
            paragraphs=paragraphs,
            added=stays,
            replaced=tuple(one.document_id for one in self.removed),
        )

    def _known(self, document: Remembered) -> bool:
        """Whether this very document, by its id and its text, is remembered."""
        name = document.document_id
        if any(document.same_text(one) for one in self.added.by_id.get(name, ())):
            return True
        stored = (self.earlier.at(number) for number in self.named.get(name, ()))
        return any(document.same_text(body.document) for _, body in filter(None, stored))

    def _repeated(self, place: int, number: int, *, stays: bool) -> tuple[Repeated, ...]:
        """The paragraphs of a document that repeat one of another; new ones are posted if the document stays."""
        begin, end = self.batch.bounds[place : place + 2].tolist()
        ordinals = self.documents[place].ordinals
        repeated = []
        for paragraph in range(begin, end):
            found = self.paragraphs.match(paragraph)
            if found is None:
                self.paragraphs.post(paragraph, number + 1 + paragraph - begin)
            elif found.number < number:
                match = self._match(found, paragraph=True)
                repeated.append(Repeated(paragraph=ordinals[paragraph - begin], match=match))
        if not stays:
            self.paragraphs.withdraw(range(begin, end))
        return tuple(repeated)

    def _remember(self, document: Remembered) -> None:
        record = Stored(self.number, document.document_id, len(document.ordinals), encoded(document))
        self.added.records.append(record)
        self.added.by_id.setdefault(document.document_id, []).append(document)
        self.added.by_number[record.number] = document
        self.number = record.end

    def _match(self, found: Found, *, paragraph: bool) -> Match:
        """What was found, by id and ordinal."""
        number, ordinal = found.number, None
        added = self.added.records
        if added and number >= added[0].number:
            first = added[bisect_right(added, number, key=lambda one: one.number) - 1].number
            document = self.added.by_number[first]
        else:
            owner = self.earlier.at(number)
            assert owner is not None, "a number that was found has an owner"
            first, document = owner[0].number, owner[1].document
        if paragraph:
            ordinal = document.ordinals[number - first - 1]
        return Match(
            document_id=document.document_id,
            paragraph=ordinal,
            kind=found.kind,
            score=found.score,
            jaccard=found.jaccard,
            containment=found.containment,
        )


def _preference(level: Level, document: Remembered) -> int:
    return preference(level.config, length=document.length, date=document.date, sources=document.sources)
