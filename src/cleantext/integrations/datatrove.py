"""Steps of a datatrove pipeline: reader → `CleanDocuments` → `DropDuplicates` → writer.

LocalPipelineExecutor([JsonlReader("pages", text_key="html"), CleanDocuments(), JsonlWriter("clean")], tasks=8).run()
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from cleantext.cleaner import Cleaner
from cleantext.config import Config
from cleantext.errors import ConfigError, MissingDependencyError
from cleantext.integrations.columns import CleanRow, clean_row

try:
    from datatrove.pipeline.base import PipelineStep
    from datatrove.pipeline.filters.base_filter import BaseFilter
    from datatrove.utils.typeshelper import StatHints
except ImportError:
    raise MissingDependencyError('this needs datatrove: pip install "cleantext-corpus[datatrove]"') from None

if TYPE_CHECKING:
    from cleantext import Index

__all__ = ["CleanDocuments", "DropDuplicates"]


class CleanDocuments(PipelineStep):  # type: ignore[misc] # datatrove has no types
    """Puts the clean text in the place of each document's page or dump.

    Title, date, author, source, script and flags go into the metadata with `prefix` before their names; what was not
    found is an empty text, so that every document has the same columns. `url_key` names the metadata that holds the
    address. A document that cannot be read is dropped as `failed`, one without any text as `empty` (unless
    `keep_empty`); `exclusion_writer` gets both as they came, with `filter_reason`, and the error in their metadata.
    """

    name = "🧹 cleantext"
    type = "🛢 - EXTRAC"

    def __init__(
        self,
        config: Config | None = None,
        *,
        url_key: str = "url",
        prefix: str = "clean_",
        keep_empty: bool = False,
        exclusion_writer: Any = None,
    ) -> None:
        super().__init__()
        self.config = config or Config()
        self.url_key = url_key
        self.prefix = prefix
        self.keep_empty = keep_empty
        self.exclusion_writer = exclusion_writer

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:  # noqa: ARG002 - datatrove's signature
        """The documents of `data` that are left, cleaned, in order. A generator."""
        cleaner = Cleaner(self.config)
        with self.exclusion_writer or contextlib.nullcontext() as writer:
            for document in data or ():
                self.stat_update(StatHints.total)
                with self.track_time():
                    row = clean_row(cleaner, document.text, document.metadata.get(self.url_key))
                if reason := self._dropped(row):
                    self.stat_update(StatHints.dropped, f"dropped_{reason}")
                    if writer:
                        document.metadata |= {"filter_reason": reason, f"{self.prefix}error": row.error or ""}
                        writer.write(document, rank)
                    continue
                self._fill(document, row)
                self.stat_update(StatHints.forwarded)
                self.update_doc_stats(document)
                yield document

    def _dropped(self, row: CleanRow) -> str | None:
        if row.error is not None:
            return "failed"
        return None if row.text or self.keep_empty else "empty"

    def _fill(self, document: Any, row: CleanRow) -> None:
        document.text = row.text or ""
        for name in ("title", "date", "author", "source", "script"):
            document.metadata[f"{self.prefix}{name}"] = getattr(row, name) or ""
        document.metadata[f"{self.prefix}flags"] = ",".join(row.flags or ())
        self.stat_update("paragraphs", value=len(row.paragraphs or ()))
        for flag in row.flags or ():
            self.stat_update(f"flag_{flag}")


class DropDuplicates(BaseFilter):  # type: ignore[misc] # datatrove has no types
    """Drops documents that repeat one in an index, and remembers the others there.

    `index` is a file or a `redis://` URL, which all tasks share: of two documents that are alike the one stays that
    comes first. A document is dropped as `exact`, `near` or `contained`, and its metadata says of which it is
    (`duplicate_of`, `duplicate_score`). One that the index has under its own id with the same text passes again, so
    that a task that is run a second time gives what it gave; without `keep_known` it is dropped as `seen`.
    """

    name = "🧹 cleantext index"

    def __init__(
        self,
        index: str,
        config: Config | None = None,
        *,
        mode: Literal["sticky", "best"] = "sticky",
        keep_known: bool = True,
        exclusion_writer: Any = None,
        batch_size: int = 256,
    ) -> None:
        super().__init__(exclusion_writer, batch_size=max(2, batch_size))
        if not index:
            raise ConfigError("index: name a file or a redis:// URL; tasks cannot share one in memory")
        self.location, self.config, self.mode = index, config or Config(), mode
        self.keep_known = keep_known
        self._index: Index | None = None

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """The documents of `data` that are left, in order. Raises StoreError where the index fails."""
        from cleantext import Index  # noqa: PLC0415 - arrays and compiled loops: only in the tasks

        with Index(self.location, self.config, mode=self.mode) as self._index:
            yield from super().run(data or (), rank, world_size)
        self._index = None

    def filter(self, doc: Any) -> bool | tuple[bool, str]:
        """Whether one document stays, or else why not."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: Sequence[Any]) -> list[bool | tuple[bool, str]]:
        """The same for many, in one transaction."""
        assert self._index is not None  # datatrove calls it from `run`
        verdicts = self._index.check_and_add_many(
            {"id": document.id, "text": document.text, **_asked_for(document.metadata)} for document in batch
        )
        results: list[bool | tuple[bool, str]] = []
        for document, verdict in zip(batch, verdicts, strict=True):
            match = verdict.document
            if match is None or (verdict.known and self.keep_known):
                results.append(True)
                continue
            document.metadata |= {"duplicate_of": match.document_id, "duplicate_score": match.score}
            results.append((False, "seen" if verdict.known else match.kind))
        return results


def _asked_for(metadata: Any) -> dict[str, str]:
    """What a keep policy may ask for, as `CleanDocuments` names it, or as it came."""
    found = {name: metadata.get(f"clean_{name}") or metadata.get(name) for name in ("date", "url", "source")}
    return {name: value for name, value in found.items() if isinstance(value, str) and value}
