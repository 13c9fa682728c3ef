"""The examples of docs/redis.md that need no server."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from cleantext.dedup.index import Index
from cleantext.records import Document

PAGE = Path(__file__).parent.parent.parent / "docs" / "redis.md"
TEXT = "会议今日召开，市长主持会议并讲话，各区负责人参加了会议，并就下一步工作作了部署。"


def examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_every_document() -> None:
    _, simple, _ = examples()
    scope: dict[str, Any] = {}
    exec(simple, scope)
    with Index() as index:
        document = Document(document_id="a", paragraphs=(TEXT,))
        assert asyncio.run(scope["on_document"](index, document)) is document
        copy = Document(document_id="b", paragraphs=(TEXT,))
        assert asyncio.run(scope["on_document"](index, copy)) is None


def test_a_crawl() -> None:
    _, _, crawl = examples()
    scope: dict[str, Any] = {}
    exec(crawl, scope)
    page = f"<html><body><p>{TEXT}</p></body></html>".encode("gb18030")
    pages = [(f"http://example.com/{number}", page, "text/html; charset=gb18030") for number in range(5)]
    kept = asyncio.run(scope["crawl"](pages, None))
    assert [document.text for document in kept] == [TEXT]
