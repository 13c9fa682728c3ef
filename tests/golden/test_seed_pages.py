"""Each seed as an HTML page gives what it gives as a dump."""

from __future__ import annotations

import html

import pytest

from cleantext import Document, clean

NAMES = [
    "000_7ff784af20448168.txt",
    "001_5fa81e5bcf8f64ed.txt",
    "002_5ae60629f32a1ce1.txt",
    "003_e6c27b08d87f04b8.txt",
    "004_4d75d6a2aad085da.txt",
]


def page(text: str, charset: str, tag: str, title: str | None) -> bytes:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    body = "\n".join(f"<{tag}>{html.escape(line)}</{tag}>" for line in lines)
    head = f"<title>{html.escape(title)}</title>" if title is not None else ""
    whole = f'<!DOCTYPE html>\n<html><head><meta charset="{charset}">{head}</head>\n<body>\n{body}\n</body></html>\n'
    return whole.encode({"big5-hkscs": "big5hkscs"}.get(charset, charset))


def values(document: Document) -> dict[str, str]:
    """Metadata that a dump can have too."""
    return {name: field.value for name, field in document.metadata.items() if name not in ("language", "site")}


@pytest.mark.parametrize("tag", ["p", "div", "li"])
@pytest.mark.parametrize("titled", ["none", "own", "spam"])
@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "big5-hkscs"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_its_dump(name: str, charset: str, titled: str, tag: str, seeds: dict[str, str]) -> None:
    if charset == "big5-hkscs" and not name.startswith("001"):
        pytest.skip("its text is not in Big5-HKSCS")
    dump = clean(seeds[name])
    own = dump.source_text[next(span.start for span in dump.removed if span.reason == "meta/title") :].split("\n")[0]
    spam = "国产彩票_最新网址下载_棋牌娱乐_在线视频" if charset != "big5-hkscs" else "棋牌_最新網址_娛樂城_線上"
    title = {"none": None, "own": own, "spam": spam}[titled]
    found = clean(page(seeds[name], charset, tag, title))
    assert found.paragraphs == dump.paragraphs
    assert values(found) == values(dump)
