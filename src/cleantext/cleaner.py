"""One document from source to clean text: the order of the stages that need no other document.

decode → extract (lines or blocks, repaired one by one, then labelled) → glosses → repeats within the document →
characters and width → script → punctuation. `pipeline` runs this over many documents and compares them with each other.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import xxhash

from cleantext.config import Config, RepairConfig
from cleantext.dedup import Duplicates, find_repeats
from cleantext.edits import source_offset
from cleantext.errors import DocumentError, LimitExceededError
from cleantext.formats.base import Failure, Record
from cleantext.pages.decode import Decoded, decode
from cleantext.pages.dump import Line, LineLabel, label_lines, split_lines
from cleantext.records import Document, Edit, Field, MainContent, Removed, Repeat
from cleantext.text import (
    Glosses,
    Repaired,
    conversion_for,
    detect_script,
    find_glosses,
    normalize_steps,
    repair_line,
    strip_glosses,
)

__all__ = ["Cleaner", "clean", "document_id", "extract"]

# What tells a page from a dump: it opens with a tag, after comments and declarations, or tags are much of its text.
# A dump of an article about HTML has tags in it too.
_OPENING = re.compile(
    r"\s*(?:<!--.{0,5000}?-->\s*|<\?[^>]{0,200}>\s*)*"
    r"<(?:!doctype|html|head|body|meta|title|script|style|link|div|p|table|article|section|main|h[1-6]|ul|ol|span|font"
    r"|center|a|b|img|br)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(
    r"</?(?:p|div|br|span|a|table|td|tr|li|ul|ol|h[1-6]|img|font|b|strong|em)\b[^<>]{0,500}>", re.IGNORECASE
)
_SNIFFED = 20_000
_MARKUP_SHARE = 0.15
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n")
# Metadata that is worded text, and so follows the script of the output.
_WORDED = frozenset({"title", "author", "source", "editor", "original_title", "site"})
# A document is a shell when repeats took more than this share of its text.
_SHELL = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A stretch of the source that may become a paragraph: `text` is source[start:end] after `steps`."""

    start: int
    end: int
    text: str
    kind: str = "text"
    level: int = 0
    steps: tuple[Edit, ...] = ()

    def then(self, text: str, steps: Sequence[Edit]) -> _Piece:
        """This piece after further steps."""
        return dataclasses.replace(self, text=text, steps=(*self.steps, *steps)) if steps else self

    def removed(self, source: str, reason: str, **why: float | str | int) -> Removed:
        """The span this piece stands in, as removed."""
        return Removed(start=self.start, end=self.end, text=source[self.start : self.end], reason=reason, **why)  # type: ignore[arg-type]


def clean(
    source: bytes | str, url: str | None = None, content_type: str | None = None, config: Config | None = None
) -> Document:
    """The clean document in `source`, a page or text dump as bytes or text. Raises DocumentError for bad input.

    >>> doc = clean("首页 > 新闻 > 正文\\n\\n會議今日召開，市長主持會議並講話，各區負責人參加了會議。\\n\\n上一篇：無")
    >>> doc.paragraphs
    ('会议今日召开，市长主持会议并讲话，各区负责人参加了会议。',)
    """
    return Cleaner(config).clean(source, url=url, content_type=content_type)


def extract(
    source: bytes | str, url: str | None = None, content_type: str | None = None, kind: str = "auto"
) -> MainContent:
    """The main content of `source` as it stands there: chrome removed, nothing repaired or converted."""
    cleaner = _of_kind(kind)
    decoded = cleaner.decoded(source, content_type)
    content, pieces = cleaner.main_content(decoded, url=url, content_type=content_type, mend=False)
    if not pieces:  # a page, whose blocks stand in it as they are
        return content
    return dataclasses.replace(
        content,
        blocks=tuple(content.source_text[piece.start : piece.end] for piece in pieces),
        kinds=tuple(piece.kind for piece in pieces),
        levels=tuple(piece.level for piece in pieces),
        spans=tuple((piece.start, piece.end) for piece in pieces),
    )


@lru_cache(maxsize=8)
def _of_kind(kind: str) -> Cleaner:
    """What `extract` uses for a kind of input: it holds no state, so one is enough."""
    return Cleaner(Config.from_dict({"extract": {"kind": kind}}))


class Cleaner:
    """Cleans documents one at a time with one configuration. Holds no state but that: share it, pickle it."""

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()

    def clean(self, source: bytes | str, *, url: str | None = None, content_type: str | None = None) -> Document:
        """The clean document in `source`. Raises DocumentError for bytes that are not text and for exceeded limits."""
        return self.clean_record(Record(origin="", content=source, url=url, content_type=content_type))

    def clean_many(self, sources: Iterable[bytes | str | Record]) -> Iterator[Document | Failure]:
        """A document or a failure for each source, in order; nothing is compared across documents."""
        for number, source in enumerate(sources, 1):
            record = source if isinstance(source, Record) else Record(origin=f"#{number}", content=source)
            try:
                yield self.clean_record(record)
            except DocumentError as error:
                yield Failure(origin=record.origin, error=str(error), offset=record.offset)

    def clean_record(self, record: Record) -> Document:
        """The clean document in `record`. Raises DocumentError where it cannot be read."""
        decoded = self.decoded(record.content, record.content_type)
        content, pieces = self.main_content(
            decoded,
            url=record.url,
            kind=record.kind,
            title=record.metadata.get("title"),
            content_type=record.content_type,
        )
        source, identity = content.source_text, document_id(record)
        title = _value(content.metadata, "title") or ""
        glosses = find_glosses([title, *(piece.text for piece in pieces)]) if self.config.repair.glosses else None
        if glosses:
            pieces = [piece.then(*_steps(strip_glosses(piece.text, glosses))) for piece in pieces]
        within = self.config.dedup.within
        repeats = find_repeats([piece.text for piece in pieces] if within != "off" else [], self.config.dedup)
        gone = {removal.index: removal for removal in repeats.removals} if within in ("drop", "mask") else {}
        removed = [
            pieces[i].removed(
                source, f"duplicate/{why.kind}", score=why.score, kept_id=identity, kept_paragraph=why.kept
            )
            for i, why in gone.items()
        ]
        variety = detect_script("\n".join(piece.text for i, piece in enumerate(pieces) if i not in gone) or title)
        conversion = conversion_for(variety, self.config.normalize.script)
        kept: dict[int, _Piece] = {}
        for ordinal, piece in enumerate(pieces):
            if ordinal in gone:
                if within == "mask":
                    kept[ordinal] = dataclasses.replace(piece, end=piece.start, text="", steps=())
            else:
                finished = self._finished(piece, conversion)
                if finished.text:
                    kept[ordinal] = finished
                else:
                    removed.append(finished.removed(source, "chrome/other"))
        return Document(
            document_id=identity,
            origin=record.origin,
            url=record.url or _value(content.metadata, "canonical") or _value(content.metadata, "url"),
            encoding=decoded.encoding,
            encoding_source=decoded.encoding_source,
            script=variety,
            conversion=conversion,
            source_text=source,
            paragraphs=tuple(piece.text for piece in kept.values()),
            kinds=tuple(piece.kind for piece in kept.values()),
            levels=tuple(piece.level for piece in kept.values()),
            spans=tuple((piece.start, piece.end) for piece in kept.values()),
            ordinals=tuple(kept),
            edits=tuple(piece.steps for piece in kept.values()),
            removed=tuple(sorted([*content.removed, *removed], key=lambda span: (span.start, span.end))),
            metadata=self._metadata(content.metadata, record, glosses, conversion),
            repeats=_repeats(repeats),
            columns=record.columns,
            flags=(*content.flags, *_flags(pieces, gone)),
        )

    def decoded(self, content: bytes | str, content_type: str | None = None) -> Decoded:
        """`content` as text, without BOM or lone surrogates. Raises DecodeError, LimitExceededError."""
        limit = self.config.limits.max_bytes
        if len(content) > limit:
            raise LimitExceededError(f"is over the limit of {limit:,} bytes a document (--max-bytes)")
        if isinstance(content, bytes):
            return decode(content, content_type, self.config.decode)
        text = content.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return Decoded(text=text.removeprefix("\ufeff"), encoding="utf-8", encoding_source="text", confidence=1.0)

    def main_content(
        self,
        decoded: Decoded,
        *,
        url: str | None = None,
        kind: str = "auto",
        title: str | None = None,
        content_type: str | None = None,
        mend: bool = True,
    ) -> tuple[MainContent, list[_Piece]]:
        """What is removed and known of a decoded text, and the pieces that stay.

        The pieces are repaired but not yet compared; without `mend` only as far as the labels of a dump need it, and
        a page's are left to the content.
        """
        text, forced = decoded.text, self.config.extract.kind
        kind = forced if forced != "auto" else kind
        if kind == "text":
            return MainContent(source_text=text), _paragraphs(text)
        if kind == "html" or (kind == "auto" and _is_html(text, content_type)):
            return self._page(decoded, url, mend=mend)
        return self._dump(text, url, title)

    def _dump(self, text: str, url: str | None, title: str | None) -> tuple[MainContent, list[_Piece]]:
        lines, removed, pieces = split_lines(text), [], []
        repaired = [_line_piece(line, self.config.repair) for line in lines]
        shown = [i for i, piece in enumerate(repaired) if piece.text.strip()]
        removed += [piece.removed(text, "chrome/other") for piece in repaired if not piece.text.strip()]
        labels = label_lines(
            [repaired[i].text for i in shown],
            config=self.config.extract,
            url=url,
            title=title,
            numbers=[lines[i].number for i in shown],
        )
        for i, label in zip(shown, labels.lines, strict=True):
            for piece, reason in self._cut(repaired[i], label, text):
                if reason == "body":
                    pieces.append(piece)
                else:
                    removed.append(piece.removed(text, "meta/title" if reason == "title" else reason))
        return MainContent(source_text=text, removed=tuple(removed), metadata=labels.metadata), pieces

    def _cut(self, piece: _Piece, label: LineLabel, source: str) -> Iterator[tuple[_Piece, str]]:
        """The parts of a labelled line: its affixes and what is left, each with its label."""
        if not label.affixes:
            yield piece, label.label
            return
        parts = sorted([(label.start, label.end, label.label), *label.affixes])
        starts = [0, *(source_offset(piece.steps, start) for start, _, _ in parts[1:]), piece.end - piece.start]
        for (_, _, reason), start, end in zip(parts, starts, starts[1:], strict=False):
            line = _stripped(source, piece.start + start, piece.start + end)
            if line.end > line.start:
                yield _line_piece(line, self.config.repair), reason

    def _page(self, decoded: Decoded, url: str | None, *, mend: bool) -> tuple[MainContent, list[_Piece]]:
        from cleantext.pages.extract import extract_page  # noqa: PLC0415 - trafilatura and the parser: only for pages

        content = extract_page(
            decoded.text, url=url, config=self.config.extract, limits=self.config.limits, utf8=decoded.utf8
        )
        if not mend:
            return content, []
        # The parser has decoded entities; what looks like one now is text about HTML.
        repair = dataclasses.replace(self.config.repair, entities=False)
        pieces = []
        for (start, end), kind, level in zip(content.spans, content.kinds, content.levels, strict=True):
            piece = _Piece(start=start, end=end, text=content.source_text[start:end], kind=kind, level=level)
            pieces.append(piece.then(*_steps(repair_line(piece.text, repair))))
        return content, pieces

    def _finished(self, piece: _Piece, conversion: str | None) -> _Piece:
        """`piece` in its final script and punctuation, without white space around it."""
        done = normalize_steps(piece.text, self.config.normalize, opencc_config=conversion)
        piece = piece.then(done.text, done.steps)
        return piece.then(piece.text.strip(), _trim(piece.text))

    def _metadata(
        self, found: Mapping[str, Field], record: Record, glosses: Glosses | None, conversion: str | None
    ) -> dict[str, Field]:
        """What the page says of itself, in the output's script, under what the record says."""
        metadata = {}
        for name, field in found.items():
            value = strip_glosses(field.value, glosses).text if glosses else field.value
            if name in _WORDED:
                value = normalize_steps(value, self.config.normalize, opencc_config=conversion).text
            metadata[name] = Field(value=value, origin=field.origin)
        return metadata | {name: Field(value=value, origin="record") for name, value in record.metadata.items()}


def document_id(record: Record) -> str:
    """16 hex digits that name the record: over its own id or URL, else over its origin and its content."""
    if record.own_id is not None or record.url:
        key = f"id\0{record.own_id}" if record.own_id is not None else f"url\0{record.url}"
        return xxhash.xxh3_64_hexdigest(key.encode("utf-8", "surrogatepass"))
    content = record.content if isinstance(record.content, bytes) else record.content.encode("utf-8", "surrogatepass")
    return xxhash.xxh3_64_hexdigest(record.origin.encode("utf-8", "surrogatepass") + b"\0" + content)


def _is_html(text: str, content_type: str | None) -> bool:
    """Whether `text` is a page; where `content_type` says that it is, one tag anywhere near its start is enough."""
    head = text[:_SNIFFED]
    if _OPENING.match(head):
        return True
    markup = sum(map(len, _MARKUP.findall(head)))
    return markup > (0 if content_type and "html" in content_type.lower() else _MARKUP_SHARE * len(head))


def _line_piece(line: Line, config: RepairConfig) -> _Piece:
    done = repair_line(line.text, config)
    return _Piece(start=line.start, end=line.end, text=done.text, steps=done.steps)


def _stripped(source: str, start: int, end: int) -> Line:
    text = source[start:end]
    start += len(text) - len(text.lstrip())
    return Line(number=0, start=start, end=start + len(text.strip()), text=text.strip())


def _paragraphs(text: str) -> list[_Piece]:
    """The paragraphs of text that is clean already: between blank lines, or, where there are none, the lines."""
    breaks = [match.span() for match in _BLANK_LINES.finditer(text)]
    if not breaks:
        return [_Piece(start=line.start, end=line.end, text=line.text) for line in split_lines(text)]
    starts, ends = [0, *(end for _, end in breaks)], [*(start for start, _ in breaks), len(text)]
    lines = (_stripped(text, start, end) for start, end in zip(starts, ends, strict=True))
    return [_Piece(start=line.start, end=line.end, text=line.text) for line in lines if line.text]


def _steps(repaired: Repaired) -> tuple[str, tuple[Edit, ...]]:
    return repaired.text, repaired.steps


def _trim(text: str) -> list[Edit]:
    """The steps that strip white space from both ends of `text`."""
    stripped = text.strip()
    head, tail = len(text) - len(text.lstrip()), len(text.rstrip()) if stripped else len(text)
    ends = [(0, head if stripped else len(text)), (tail, len(text))]
    return [
        Edit(stage="trim", rule="space", start=start, end=end, before=text[start:end], after="")
        for start, end in ends
        if end > start
    ]


def _repeats(repeats: Duplicates) -> tuple[Repeat, ...]:
    return tuple(
        Repeat(
            left=pair.i,
            right=pair.j,
            kind=pair.kind,
            jaccard=pair.jaccard,
            containment=pair.containment,
            cluster=repeats.cluster_of(pair.i) or 0,
        )
        for pair in repeats.pairs
    )


def _flags(pieces: Sequence[_Piece], gone: Mapping[int, object]) -> tuple[str, ...]:
    total = sum(len(piece.text) for piece in pieces)
    lost = sum(len(pieces[i].text) for i in gone)
    return ("shell",) if lost > _SHELL * total else ()


def _value(metadata: Mapping[str, Field], name: str) -> str | None:
    field = metadata.get(name)
    return field.value if field else None
