"""Small immutable types for one item: what the single-document API returns.

Offsets count code points. Those of spans are offsets into the *source text*; those of an `Edit` are offsets into
the text just before that edit's stage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

__all__ = ["Document", "Edit", "Field", "MainContent", "Removed", "Repeat", "later"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Later:
    """What makes a value when it is first asked for."""

    make: Callable[[], Any]


class _MadeOnce:
    """A field in whose slot may stand what makes its value, until somebody reads it."""

    def __init__(self, slot: Any) -> None:
        self._slot = slot

    def __get__(self, item: Any, owner: type | None = None) -> Any:
        value = self._slot.__get__(item, owner)
        if isinstance(value, _Later):
            value = value.make()
            self._slot.__set__(item, value)
        return value

    def __set__(self, item: Any, value: Any) -> None:
        self._slot.__set__(item, value)


def later(make: Callable[[], _T]) -> _T:
    """A value for `MainContent.removed` that `make` returns when it is first read, once."""
    return cast(_T, _Later(make))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change inside a text: `before` at [start, end) of the text before `stage` became `after`."""

    stage: str
    rule: str
    start: int
    end: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A span of the source text that is not in the clean text, and why.

    `reason` is a path such as `chrome/share`, `meta/date` or `duplicate/exact`. `kept_id` and `kept_paragraph`
    (an ordinal before any removal) name what a duplicate repeats, `score` how alike the two are.
    """

    start: int
    end: int
    text: str
    reason: str
    score: float | None = None
    kept_id: str | None = None
    kept_paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Two paragraphs of one document, by ordinal, that verified as duplicates, and the cluster they fell into."""

    left: int
    right: int
    kind: str
    jaccard: float
    containment: float
    cluster: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A metadata value and where it came from: `line 7`, `json-ld`, `meta og:title`, `record`, …"""

    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MainContent:
    """What `extract` found: body as it stands in the source, its spans, what was removed, and metadata.

    `blocks` are the kept pieces in document order, `kinds` their types (`text`, `heading`, `list`, `table`, `code`,
    `quote`), `levels` those of headings (1 to 6) and the depths of list items (else 0), `spans` their [start, end) in
    `source_text`. `flags` say what was not as asked: `truncated`, `flattened`, `extractor-NAME` (another extractor
    stood in), `unaligned` (part of the extractor's text is in no block), `notice` (nothing but a notice to enable
    scripts or the like), `shell` (menus around a place for a script, no main content).
    """

    source_text: str
    blocks: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    removed: tuple[Removed, ...] = ()
    metadata: Mapping[str, Field] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The kept blocks, joined with a blank line."""
        return "\n\n".join(self.blocks)

    @property
    def title(self) -> str | None:
        """The title, if one was found."""
        found = self.metadata.get("title")
        return found.value if found else None


# What was removed is hundreds of objects a page, which who wants the text alone never reads.
MainContent.removed = _MadeOnce(MainContent.removed)  # type: ignore[assignment, misc]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One clean document.

    `paragraphs`, `kinds`, `levels`, `spans`, `ordinals` and `edits` run in parallel: the clean text of a kept
    paragraph, its type, the level of a heading or depth of a list item (else 0), where it stood in `source_text`, its
    ordinal among the paragraphs before any removal, and the steps that lead from the source to it
    (`undo_steps(paragraph, edits)` gives the source back). `script` is what the source was written in (Hans, Hant,
    Hant-TW, Hant-HK, Hani, Jpan, Kore or empty) and `conversion` the OpenCC configuration that was applied.
    `flags` warn of what a reader should look at, such as `shell`: little is left of what the document had. `columns`
    are the other columns of the input row, as they were.
    """

    document_id: str
    origin: str = ""
    url: str | None = None
    encoding: str = "utf-8"
    encoding_source: str = "text"
    script: str = ""
    conversion: str | None = None
    source_text: str = ""
    paragraphs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    ordinals: tuple[int, ...] = ()
    edits: tuple[tuple[Edit, ...], ...] = ()
    removed: tuple[Removed, ...] = ()
    metadata: Mapping[str, Field] = field(default_factory=dict)
    repeats: tuple[Repeat, ...] = ()
    flags: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The paragraphs, joined with a blank line; the title is not among them, nor are masked ones."""
        return "\n\n".join(filter(None, self.paragraphs))

    def value(self, name: str) -> str | None:
        """The metadata value called `name`, or None."""
        found = self.metadata.get(name)
        return found.value if found else None

    @property
    def title(self) -> str | None:
        """The title, if one was found."""
        return self.value("title")

    @property
    def date(self) -> str | None:
        """The publication date as YYYY-MM-DD, if one was found."""
        return self.value("date")

    @property
    def author(self) -> str | None:
        """The author, if one was found."""
        return self.value("author")

    @property
    def source(self) -> str | None:
        """The publication the text was taken from (来源), if one was found."""
        return self.value("source")
