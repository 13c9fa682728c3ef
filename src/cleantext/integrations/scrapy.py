"""A Scrapy item pipeline: pages come in as items, leave with clean text, and what was seen before leaves for good.

    ITEM_PIPELINES = {"cleantext.integrations.scrapy.CleanTextPipeline": 300}
    CLEANTEXT_INDEX = "seen.db"

A spider yields `page_item(response)`, or any item with the body of a page. `settings` is what can be set.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cleantext.cleaner import Cleaner
from cleantext.errors import ConfigError, MissingDependencyError, StoreError
from cleantext.formats.base import Record
from cleantext.integrations.columns import content_of, failure_of
from cleantext.integrations.scrapysettings import PipelineSettings
from cleantext.records import Document

try:
    from itemadapter import ItemAdapter
    from scrapy import Item
    from scrapy.exceptions import DropItem
    from twisted.internet.defer import Deferred
except ImportError:
    raise MissingDependencyError('this needs Scrapy: pip install "cleantext-corpus[scrapy]"') from None

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from cleantext import Index, Verdict
    from cleantext.dedup.verdicts import Repeated

__all__ = ["CleanTextPipeline", "content_type_of", "page_item"]

logger = logging.getLogger(__name__)

# What the spider may have found itself: it stays, and tells the title from the text.
_KNOWN = ("title", "date", "author", "source")


def page_item(response: Response, **fields: Any) -> dict[str, Any]:
    """An item that the pipeline takes: url, body and content_type of a response, and `fields`.

    The body is the bytes as they came and the content type the header as it was sent, so that a page's encoding is
    found by all that declares it.
    """
    return {"url": response.url, "body": response.body, "content_type": content_type_of(response.headers)} | fields


def content_type_of(headers: object) -> str | None:
    """The Content-Type in headers of any kind: Scrapy's, or a mapping of text or bytes to text, bytes or lists."""
    for name, value in headers.items() if isinstance(headers, Mapping) else ():
        if isinstance(name, str | bytes) and _header(name).lower() == "content-type":
            last = value[-1] if isinstance(value, list | tuple) and value else value
            return _header(last) if isinstance(last, str | bytes) else None
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of a page: a document and what the index says of it, or why there is none."""

    document: Document | None = None
    verdict: Verdict | None = None
    error: str | None = None


class CleanTextPipeline:
    """Cleans items in threads of its own and drops those that repeat an earlier one."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.settings = PipelineSettings.read(crawler.settings)
        self.cleaner = Cleaner(self.settings.config)
        self.index: Index | None = None
        # Not the reactor's own pool, where the names of hosts are looked up.
        self._pool = ThreadPoolExecutor(self.settings.threads, thread_name_prefix="cleantext")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanTextPipeline:
        """The pipeline of a crawl. Raises ConfigError with all faults of its settings."""
        return cls(crawler)

    def open_spider(self, spider: Any = None) -> None:  # noqa: ARG002 - older versions of Scrapy pass it
        """Opens the index. Raises StoreError and StageMismatchError where that cannot be done."""
        if self.settings.duplicates != "off":
            from cleantext import Index  # noqa: PLC0415 - arrays and compiled loops: only for those who compare

            self.index = Index(self.settings.index, self.settings.config, mode=self.settings.mode)

    def close_spider(self, spider: Any = None) -> None:  # noqa: ARG002 - the same
        """Waits for the threads and closes the index."""
        self._pool.shutdown()
        if self.index is not None:
            self.index.close()

    async def process_item(self, item: Any, spider: Any = None) -> Any:  # noqa: ARG002 - the same
        """The item with its clean text; one without a page passes as it is.

        Raises DropItem for a page that cannot be read and for a duplicate, ConfigError for an item that has no field
        for the text, and StoreError where the index fails: the item is then lost to this crawl.
        """
        adapter = ItemAdapter(item)
        field = self._body_field(adapter)
        if field is None:
            self._count("skipped")
            return item
        body, known = adapter[field], self._known(adapter)
        try:
            outcome = await self._in_thread(lambda: self._outcome(body, known))
        except StoreError:
            self._count("store_errors")
            raise
        if outcome.document is None:
            return self._failed(adapter, known, outcome.error or "")
        repeats = outcome.verdict is not None and self._repeats(adapter, outcome.document, outcome.verdict)
        self._fill(adapter, outcome.document)
        if not self.settings.keep_body and field != self.settings.outputs.get("text"):
            _forget(adapter, field)
        self._count("tagged" if repeats else "kept")
        return item

    def _body_field(self, adapter: ItemAdapter) -> str | None:
        """The field that holds the page, if one does."""
        return next((name for name in self.settings.inputs["body"] if adapter.get(name)), None)

    def _known(self, adapter: ItemAdapter) -> dict[str, Any]:
        """What the item says of its page."""
        given = {
            name: next((value for field in fields if (value := adapter.get(field))), None)
            for name, fields in self.settings.inputs.items()
            if name != "body"
        }
        kind = given["content_type"] or content_type_of(given["headers"])
        fields = {name: adapter.get(self.settings.outputs[name]) for name in _KNOWN if name in self.settings.outputs}
        return {
            "url": given["url"] if isinstance(given["url"], str) else None,
            "content_type": _header(kind) if isinstance(kind, str | bytes) else None,
            "metadata": {name: value for name, value in fields.items() if isinstance(value, str) and value},
        }

    def _outcome(self, body: object, known: Mapping[str, Any]) -> _Outcome:
        """Cleans and compares: what runs in a thread. Raises StoreError alone."""
        try:
            record = Record(origin=known["url"] or "", content=content_of(body), **known)
            document = self.cleaner.clean_record(record)
        except Exception as error:  # noqa: BLE001 - the edge: a page must not cost the crawl
            return _Outcome(error=failure_of(error))
        if self.index is None:
            return _Outcome(document=document)
        if self.settings.ids == "url" and known["url"]:
            document = dataclasses.replace(document, document_id=known["url"])
        verdict = self.index.check_and_add(document)
        return _Outcome(document=without(document, verdict, self.settings.config.dedup.across), verdict=verdict)

    async def _in_thread(self, function: Callable[[], _Outcome]) -> _Outcome:
        """What `function` gives in a thread of the pool, awaited as the reactor at hand wants it."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a reactor without asyncio
            return await _deferred(self._pool.submit(function))
        return await loop.run_in_executor(self._pool, function)

    def _failed(self, adapter: ItemAdapter, known: Mapping[str, Any], error: str) -> Any:
        self._count("failed")
        if self.settings.failed == "drop":
            raise _dropped(f"{known['url'] or 'page'}: {error}")
        self._set(adapter, "error", error)
        return adapter.item

    def _repeats(self, adapter: ItemAdapter, document: Document, verdict: Verdict) -> bool:
        """Whether a document is a duplicate that passes with a mark on it. Raises DropItem for one that does not."""
        match = verdict.document
        if verdict.replaced:
            self._set(adapter, "replaces", list(verdict.replaced))
            self._count("replacing")
        if verdict.paragraphs:
            self._set(adapter, "repeated", [_repeated(one) for one in verdict.paragraphs])
        if match is None:
            return False
        kind = "seen" if verdict.known else match.kind
        if self.settings.duplicates == "drop":
            self._count(f"dropped/{kind}")
            name = f"{document.url or document.document_id}: "
            raise _dropped(
                name
                + ("seen before" if verdict.known else f"{kind} duplicate of {match.document_id} ({match.score:.2f})")
            )
        self._set(adapter, "duplicate_of", match.document_id)
        self._set(adapter, "duplicate_kind", kind)
        self._set(adapter, "duplicate_score", match.score)
        return True

    def _fill(self, adapter: ItemAdapter, document: Document) -> None:
        values: dict[str, Any] = {name: document.value(name) for name in _KNOWN} | {
            "text": document.text,
            "script": document.script,
            "id": document.document_id,
            "paragraphs": list(document.paragraphs),
            "flags": list(document.flags),
            "encoding": document.encoding,
        }
        for name, value in values.items():
            self._set(adapter, name, value)

    def _set(self, adapter: ItemAdapter, name: str, value: Any) -> None:
        """Puts a value where the settings want it. A class of items may lack a field that nobody asked for."""
        field = self.settings.outputs.get(name)
        if field is None:
            return
        try:
            adapter[field] = value
        except KeyError:
            if name == "text" or name in self.settings.named:
                kind = type(adapter.item).__name__
                raise ConfigError(
                    f"items of {kind} have no field {field!r}; name one that they have in CLEANTEXT_OUTPUT[{name!r}]"
                ) from None

    def _count(self, name: str) -> None:
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"cleantext/{name}")


def without(document: Document, verdict: Verdict, across: str) -> Document:
    """`document` with its repeated paragraphs as `dedup.across` has them: gone (drop), empty (mask), or as they are."""
    gone = {one.paragraph for one in verdict.paragraphs}
    if not gone or across not in ("drop", "mask"):
        return document
    if across == "mask":
        texts = zip(document.ordinals, document.paragraphs, strict=True)
        return dataclasses.replace(
            document, paragraphs=tuple("" if ordinal in gone else text for ordinal, text in texts)
        )
    stays = [place for place, ordinal in enumerate(document.ordinals) if ordinal not in gone]
    return dataclasses.replace(
        document,
        paragraphs=tuple(document.paragraphs[place] for place in stays),
        kinds=tuple(document.kinds[place] for place in stays),
        levels=tuple(document.levels[place] for place in stays),
        spans=tuple(document.spans[place] for place in stays),
        ordinals=tuple(document.ordinals[place] for place in stays),
        edits=tuple(document.edits[place] for place in stays),
    )


def _repeated(one: Repeated) -> dict[str, Any]:
    match = one.match
    return {
        "paragraph": one.paragraph,
        "of": match.document_id,
        "of_paragraph": match.paragraph,
        "kind": match.kind,
        "score": match.score,
    }


def _header(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _dropped(reason: str) -> DropItem:
    drop = DropItem(reason)
    drop.log_level = "INFO"  # nothing is wrong; older versions of Scrapy do not look
    return drop


def _forget(adapter: ItemAdapter, field: str) -> None:
    """Takes a field from an item, or empties it where the item's class must have it."""
    if isinstance(adapter.item, dict | Item):
        del adapter[field]
    else:
        adapter[field] = None


def _deferred(future: Future[_Outcome]) -> Deferred[_Outcome]:
    """A Deferred that fires in the reactor's thread when `future` is done."""
    from twisted.internet import reactor  # noqa: PLC0415 - importing it chooses one; by now it is chosen

    deferred: Deferred[_Outcome] = Deferred()

    def done(future: Future[_Outcome]) -> None:
        error = future.exception()
        call, value = (deferred.callback, future.result()) if error is None else (deferred.errback, error)
        reactor.callFromThread(call, value)

    future.add_done_callback(done)
    return deferred
