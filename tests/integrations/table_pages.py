"""Values that columns of scraped pages have, good and bad, and what every integration has to make of them."""

from __future__ import annotations

from typing import Any

from cleantext import DocumentError, clean

PAGE = (
    "<html><head><title>會議今日召開_某某網</title></head><body>"
    "<div class='nav'><a href='/'>首页</a> <a href='/x'>新闻</a></div>"
    "<p>會議今日召開，市長主持會議並講話，各區負責人參加了會議。</p><p>會議強調，要抓好落實，確保各項工作按時完成。𠮷</p>"
    "</body></html>"
)
# A title of half a character, which JSON can spell and no column can hold.
HALF = (
    '<html><head><script type="application/ld+json">{"@type":"Article","headline":"\\ud800標題在此"}</script></head>'
    "<body><article><p>圖書館從下週起延長開放時間，讀者可以在晚上九點之前借還圖書，週末照常開放。</p></article></body></html>"
)
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20

VALUES: list[bytes | str | None] = [
    PAGE.encode(),
    PAGE.encode("big5", "ignore"),
    None,
    PICTURE,
    b"",
    HALF.encode(),
    "会议今日召开，市长主持会议并讲话，各区负责人参加了会议。\ncafe\u0301 \u200b終了".encode(),
]
URLS: list[str | None] = ["http://news.example.cn/1.html", None, "http://x", "http://y", "", "http://z", None]


def expected(value: bytes | str | None, url: str | None = None, content_type: str | None = None) -> dict[str, Any]:
    """The fields of a row by the single-document API."""
    names = ("text", "title", "date", "author", "source", "script", "paragraphs", "flags", "error")
    row: dict[str, Any] = dict.fromkeys(names)
    if value is None:
        return row
    try:
        document = clean(value, url=url, content_type=content_type)
    except DocumentError as error:
        return row | {"error": str(error)}
    found = {name: document.value(name) for name in ("title", "date", "author", "source")}
    whole = {name: None if text is None else text.replace("\ud800", "\ufffd") for name, text in found.items()}
    return row | whole | {
        "text": document.text, "script": document.script,
        "paragraphs": list(document.paragraphs), "flags": list(document.flags),
    }  # fmt: skip
