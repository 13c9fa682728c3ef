"""Steps of a datatrove pipeline: reader → `CleanDocuments` → writer.

LocalPipelineExecutor([JsonlReader("pages", text_key="html"), CleanDocuments(), JsonlWriter("clean")], tasks=8).run()
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from cleantext.cleaner import Cleaner
from cleantext.config import Config
from cleantext.errors import MissingDependencyError
from cleantext.integrations.columns import CleanRow, clean_row

try:
    from datatrove.pipeline.base import PipelineStep
    from datatrove.utils.typeshelper import StatHints
except ImportError:
    raise MissingDependencyError('this needs datatrove: pip install "cleantext-corpus[datatrove]"') from None

__all__ = ["CleanDocuments"]


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
