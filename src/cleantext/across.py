"""What documents have in common: duplicate documents, then repeated paragraphs of those that stay."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xxhash

from cleantext.config import Config
from cleantext.dedup import Duplicates, find_duplicates
from cleantext.errors import GuardError
from cleantext.formats.rows import pair_row, repeat_rows
from cleantext.records import Document, Removed
from cleantext.report import Stage

__all__ = ["Across", "Entry", "compare", "distinct", "guard"]

# Below so many documents a source is too small for the share it loses to mean something.
_GUARDED = 20


@dataclass(slots=True, kw_only=True)
class Entry:
    """A document on its way through the run, and the group the guards count it in."""

    document: Document
    source: str
    reference: bool = False


@dataclass(slots=True, kw_only=True)
class Across:
    """What the comparison of documents found."""

    kept: list[Entry] = field(default_factory=list)
    removed: list[tuple[str, Removed]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    documents: Stage = field(default_factory=lambda: Stage(name="documents", unit="documents"))
    paragraphs: Stage = field(default_factory=lambda: Stage(name="paragraphs", unit="paragraphs"))
    settings: dict[str, Any] = field(default_factory=dict)


def distinct(entries: list[Entry]) -> list[Entry]:
    """`entries` with ids of their own: the second record of one id gets another, by its place among its namesakes."""
    seen: Counter[str] = Counter()
    for entry in entries:
        old = entry.document.document_id
        seen[old] += 1
        if seen[old] > 1:
            new = xxhash.xxh3_64_hexdigest(f"{old}\0{seen[old]}".encode())
            removed = tuple(
                dataclasses.replace(span, kept_id=new) if span.kept_id == old else span
                for span in entry.document.removed
            )
            entry.document = dataclasses.replace(entry.document, document_id=new, removed=removed)
    return entries


def _ranking(entries: Sequence[Entry], keep: str) -> list[int]:
    """Indices of `entries` in the order of the keep policy, references first; ties go by content, then id."""

    def preference(index: int) -> Any:
        document = entries[index].document
        if keep == "longest":
            return -sum(map(len, document.paragraphs))
        if keep == "newest":
            return [-ord(char) for char in document.date or ""] or [0]
        if keep.startswith("source:"):
            names = keep.removeprefix("source:").split(">")
            own = (entries[index].source, document.source or "")
            return next((rank for rank, name in enumerate(names) if name in own), len(names))
        return index

    def key(index: int) -> Any:
        document = entries[index].document
        content = xxhash.xxh3_128_hexdigest(document.text.encode("utf-8", "replace"))
        return (not entries[index].reference, preference(index), content, document.document_id)

    return sorted(range(len(entries)), key=key)


def compare(entries: list[Entry], config: Config) -> Across:
    """Duplicate documents, then repeated paragraphs of the documents that stay."""
    across = Across()
    for entry in entries:
        if not entry.reference:
            across.rows += repeat_rows(entry.document)
    order = _ranking(entries, config.dedup.keep)
    references = [i for i, entry in enumerate(entries) if entry.reference]
    found = find_duplicates(
        [entry.document.text for entry in entries],
        config=config.dedup,
        level="document",
        order=order,
        reference=references,
        tag=("contained",),
    )
    across.settings["documents"] = dict(found.settings)
    ids = [entry.document.document_id for entry in entries]
    across.rows += [
        pair_row(ids[pair.i], None, ids[pair.j], None, pair, f"d{found.cluster_of(pair.i)}") for pair in found.pairs
    ]
    gone = {
        removal.index: removal
        for removal in found.removals
        if config.dedup.documents == "drop" and not entries[removal.index].reference
    }
    for index, why in gone.items():
        document = entries[index].document
        text = document.source_text
        span = Removed(
            start=0, end=len(text), text=text, reason=f"document/{why.kind}", score=why.score, kept_id=ids[why.kept]
        )
        across.removed.append((document.document_id, span))
    across.kept = [entry for i, entry in enumerate(entries) if i not in gone]
    across.documents.came_in = sum(not entry.reference for entry in entries)
    across.documents.went_out = sum(not entry.reference for entry in across.kept)
    across.documents.dropped = Counter(f"document/{why.kind}" for why in gone.values())
    _compare_paragraphs(across, [rank for rank in order if rank not in gone], entries, config)
    return across


def _compare_paragraphs(across: Across, order: Sequence[int], entries: Sequence[Entry], config: Config) -> None:
    """Find the paragraphs that documents share, and do with them what `dedup.across` says."""
    places = [(index, n) for index in sorted(order) for n in range(len(entries[index].document.paragraphs))]
    rank = {index: place for place, index in enumerate(order)}
    found = find_duplicates(
        [entries[index].document.paragraphs[n] for index, n in places],
        config=config.dedup,
        level="paragraph",
        order=sorted(range(len(places)), key=lambda place: (rank[places[place][0]], places[place][1])),
        reference=[place for place, (index, _) in enumerate(places) if entries[index].reference],
    )
    across.settings["paragraphs"] = dict(found.settings)

    def name(place: int) -> tuple[str, int]:
        index, n = places[place]
        return entries[index].document.document_id, entries[index].document.ordinals[n]

    across.rows += [
        pair_row(*name(pair.i), *name(pair.j), pair, f"p{found.cluster_of(pair.i)}")
        for pair in found.pairs
        if places[pair.i][0] != places[pair.j][0]
    ]
    written = [place for place, (index, _) in enumerate(places) if not entries[index].reference]
    across.paragraphs.came_in = across.paragraphs.went_out = len(written)
    if config.dedup.across != "tag":
        _take_out(across, found, places, entries, name, config.dedup.across)


def _take_out(
    across: Across,
    found: Duplicates,
    places: Sequence[tuple[int, int]],
    entries: Sequence[Entry],
    name: Callable[[int], tuple[str, int]],
    how: str,
) -> None:
    """Drop or mask the paragraphs that repeat one of another document."""
    gone: dict[int, dict[int, Removed]] = {}
    for removal in found.removals:
        index, n = places[removal.index]
        if index != places[removal.kept][0] and not entries[index].reference:
            document = entries[index].document
            start, end = document.spans[n]
            kept_id, kept_paragraph = name(removal.kept)
            gone.setdefault(index, {})[n] = Removed(
                start=start,
                end=end,
                text=document.source_text[start:end],
                reason=f"duplicate/{removal.kind}",
                score=removal.score,
                kept_id=kept_id,
                kept_paragraph=kept_paragraph,
            )
            across.paragraphs.dropped[f"duplicate/{removal.kind}"] += 1
            across.paragraphs.went_out -= 1
    for index, spans in gone.items():
        entries[index].document = _without(entries[index].document, spans, mask=how == "mask")


def _without(document: Document, spans: Mapping[int, Removed], *, mask: bool) -> Document:
    """`document` without the paragraphs at the positions in `spans`; masked ones leave an empty one."""
    stay = [n for n in range(len(document.paragraphs)) if mask or n not in spans]
    paragraphs = tuple("" if n in spans else document.paragraphs[n] for n in stay)
    flags = document.flags if any(paragraphs) else tuple({*document.flags, "shell"})
    return dataclasses.replace(
        document,
        paragraphs=paragraphs,
        kinds=tuple(document.kinds[n] for n in stay),
        levels=tuple(document.levels[n] for n in stay),
        spans=tuple((document.spans[n][0],) * 2 if n in spans else document.spans[n] for n in stay),
        ordinals=tuple(document.ordinals[n] for n in stay),
        edits=tuple(() if n in spans else document.edits[n] for n in stay),
        removed=tuple(sorted([*document.removed, *spans.values()], key=lambda span: (span.start, span.end))),
        flags=flags,
    )


def guard(entries: Sequence[Entry], across: Across, config: Config) -> None:
    """Stop where a source would lose more of its documents than `max_removed` allows."""
    removed = {document_id for document_id, _ in across.removed}
    total = Counter(entry.source for entry in entries if not entry.reference)
    lost = Counter(entry.source for entry in entries if entry.document.document_id in removed)
    limit = config.dedup.max_removed
    over = [
        f"{name or 'the input'}: {lost[name]:,} of {count:,} documents are duplicates"
        for name, count in total.items()
        if count >= _GUARDED and lost[name] > limit * count
    ]
    if over:
        raise GuardError(
            f"more than {limit:.0%} of a source would go; nothing was written "
            f"(--max-removed 1 goes on, --documents tag keeps them): " + "; ".join(over[:5])
        )
