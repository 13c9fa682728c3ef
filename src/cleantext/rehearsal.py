"""A run without its end: what would go at which threshold, and twenty examples to look at before anything does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cleantext.across import Verdicts
from cleantext.dedup import Removal
from cleantext.dedup.curve import examples, side_by_side

__all__ = ["Example", "Rehearsal", "rehearsed"]

# How many removals are shown.
_SHOWN = 20
_NOUNS = {"documents": "documents", "paragraphs": "paragraphs of other documents"}

# The paragraphs of documents, given their numbers in ascending order.
Texts = Callable[[Sequence[int]], Mapping[int, Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One removal to look at: what would go, what it repeats, and both texts."""

    level: str
    kind: str
    score: float
    gone: str
    kept: str
    gone_text: str
    kept_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a run would remove. `curve` has, by level, a row a threshold: `threshold`, `removed` as near duplicates,
    `exact` ones beside them, near `pairs`."""

    curve: Mapping[str, Sequence[Mapping[str, Any]]]
    examples: Sequence[Example] = field(default_factory=tuple)
    guards: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "curve": {level: [dict(row) for row in rows] for level, rows in self.curve.items()},
            "examples": [{name: getattr(example, name) for name in Example.__slots__} for example in self.examples],
            "guards": self.guards,
        }

    def render(self, width: int = 100) -> str:
        """All of it for a terminal of `width` columns."""
        lines: list[str] = []
        for level, rows in self.curve.items():
            lines += [f"near duplicate {_NOUNS[level]} by threshold", "threshold    removed      exact      pairs"]
            lines += [
                f"{row['threshold']:9.2f} {row['removed']:10,} {row['exact']:10,} {row['pairs']:10,}" for row in rows
            ]
            lines.append("")
        for number, one in enumerate(self.examples, 1):
            lines += [
                f"{number}. {one.level}: {one.gone} would go as {one.kind} ({one.score:.4f}) of {one.kept}",
                side_by_side(one.gone_text, one.kept_text, width),
                "",
            ]
        if self.guards:
            lines += [self.guards, ""]
        return "\n".join(lines)


def rehearsed(found: Verdicts, texts: Texts, ids: Callable[[Any], list[str]], guards: str) -> Rehearsal:
    """The rehearsal of a run that came to these verdicts; `texts` and `ids` give those of documents by number."""
    chosen = _chosen(found)
    owner = found.document_of
    wanted = {
        int(owner[number]) if level == "paragraphs" else number
        for level, removal in chosen
        for number in (removal.index, removal.kept)
    }
    have = texts(sorted(wanted))

    def shown(level: str, number: int) -> tuple[str, str]:
        document = int(owner[number]) if level == "paragraphs" else number
        (name,) = ids(np.array([document]))
        place = number - int(found.bounds[document])
        if level == "paragraphs":
            return f"{name} paragraph {place}", have[document][place]
        return name, "\n\n".join(have[document])

    pages = []
    for level, removal in chosen:
        (gone, gone_text), (kept, kept_text) = shown(level, removal.index), shown(level, removal.kept)
        pages.append(
            Example(
                level=level,
                kind=removal.kind,
                score=removal.score,
                gone=gone,
                kept=kept,
                gone_text=gone_text,
                kept_text=kept_text,
            )
        )
    return Rehearsal(curve=found.curve, examples=tuple(pages), guards=guards)


def _chosen(found: Verdicts) -> list[tuple[str, Removal]]:
    """Removals worth a look: half of them of documents, where there are enough of both."""
    documents = [] if found.documents is None else examples(found.documents, _SHOWN)
    paragraphs = [] if found.paragraphs is None else examples(found.paragraphs, _SHOWN)
    if found.documents is not None and len(documents) + len(paragraphs) > _SHOWN:
        documents = examples(found.documents, max(_SHOWN // 2, _SHOWN - len(paragraphs)))
    if found.paragraphs is not None and len(documents) + len(paragraphs) > _SHOWN:
        paragraphs = examples(found.paragraphs, _SHOWN - len(documents))
    return [("documents", one) for one in documents] + [("paragraphs", one) for one in paragraphs]
