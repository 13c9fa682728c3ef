"""The Scrapy pipeline by itself: settings, items of every kind, failures, threads."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scrapy")

import attrs
from scrapy import Field, Item
from scrapy.exceptions import DropItem
from scrapy.http import HtmlResponse
from scrapy.http.headers import Headers
from scrapy.utils.test import get_crawler

from cleantext import Config, ConfigError, StoreError, clean, to_script
from cleantext.integrations.scrapy import CleanTextPipeline, content_type_of, page_item
from integrations.table_pages import PAGE, PICTURE

URL = "http://news.example.cn/1.html"
OFF = {"CLEANTEXT_DUPLICATES": "off"}


class Crawl:
    """A pipeline as a crawl has it, without the crawl."""

    def __init__(self, **settings: Any) -> None:
        self.crawler = get_crawler(settings_dict=settings)
        self.pipeline = CleanTextPipeline.from_crawler(self.crawler)

    def __enter__(self) -> Crawl:
        self.pipeline.open_spider()
        return self

    def __exit__(self, *_: object) -> None:
        self.pipeline.close_spider()

    def __call__(self, item: Any) -> Any:
        return asyncio.run(self.pipeline.process_item(item))

    @property
    def counts(self) -> dict[str, int]:
        stats = self.crawler.stats.get_stats()
        return {name.removeprefix("cleantext/"): n for name, n in stats.items() if name.startswith("cleantext/")}


class PageItem(Item):
    url, body, text, title = (Field() for _ in range(4))


@dataclasses.dataclass
class PageData:
    url: str
    body: bytes | None
    text: str | None = None
    title: str | None = None


@attrs.define
class PageAttrs:
    url: str
    body: bytes | None
    text: str | None = None
    title: str | None = None


@pytest.mark.parametrize("kind", [dict, PageItem, PageData, PageAttrs])
def test_items_of_every_kind(kind: Any) -> None:
    with Crawl(**OFF, CLEANTEXT_KEEP_BODY=False) as crawl:
        item = crawl(kind(url=URL, body=PAGE.encode()))
    document = clean(PAGE, url=URL)
    values = dict(item) if isinstance(item, dict | Item) else {n: getattr(item, n) for n in ("text", "title")}
    assert (values["text"], values["title"]) == (document.text, document.title)
    assert isinstance(item, kind)
    body = values.get("body") if isinstance(item, dict | Item) else item.body
    assert body is None
    assert crawl.counts == {"kept": 1}


def test_a_dict_gets_all_columns_and_the_spider_knows_better() -> None:
    with Crawl(**OFF, CLEANTEXT_OUTPUT={"paragraphs": "parts", "id": "key", "script": None}) as crawl:
        item = crawl({"url": URL, "body": PAGE, "title": "蜘蛛的標題", "date": None})
    document = clean(PAGE, url=URL)
    assert item == {
        "url": URL, "body": PAGE, "text": document.text, "title": "蜘蛛的標題", "date": None, "author": None,
        "source": None, "parts": list(document.paragraphs), "key": document.document_id,
    }  # fmt: skip


def test_fields_can_have_other_names() -> None:
    names = {
        "CLEANTEXT_INPUT": {"body": ["raw"], "url": "link"},
        "CLEANTEXT_OUTPUT": {"text": "content", "title": None},
    }
    with Crawl(**OFF, **names) as crawl:
        item = crawl({"link": URL, "raw": PAGE.encode(), "text": "mine", "title": "mine"})
        untouched = {"text": "a comment, no page"}
        assert crawl(untouched) is untouched
    assert (item["content"], item["text"], item["title"]) == (clean(PAGE, url=URL).text, "mine", "mine")
    assert untouched == {"text": "a comment, no page"}
    assert crawl.counts == {"kept": 1, "skipped": 1}


def test_the_encoding_of_the_header_counts() -> None:
    page = PAGE.replace("𠮷", "").encode("gbk")
    headers = Headers({"Content-Type": "text/html; charset=gbk"})
    response = HtmlResponse(URL, body=page, headers=headers)
    with Crawl(**OFF, CLEANTEXT_OUTPUT={"encoding": "encoding"}) as crawl:
        items = [
            crawl(page_item(response, depth=3)),
            crawl({"body": page, "headers": headers}),
            crawl({"body": page, "headers": {"content-type": [b"text/html;charset=gbk"]}}),
            crawl({"body": page, "content_type": "text/html; charset=gbk"}),
        ]
    assert items[0]["depth"] == 3
    assert {item["encoding"] for item in items} == {"gb18030"}
    assert len({item["text"] for item in items}) == 1
    assert items[0]["text"].startswith("会议今日召开")


@pytest.mark.parametrize(
    "headers", [None, {}, {"Content-Type": []}, {"Content-Type": 7}, {3: "x"}, "text/html", Headers()]
)
def test_headers_without_a_type(headers: Any) -> None:
    assert content_type_of(headers) is None


def test_what_cannot_be_read_is_dropped_or_kept_with_its_error() -> None:
    with Crawl(**OFF) as crawl:
        with pytest.raises(DropItem, match=f"{URL}: looks like a PNG image, not text") as caught:
            crawl({"url": URL, "body": PICTURE})
        with pytest.raises(DropItem, match="page: expected bytes or text, got list"):
            crawl({"body": [PAGE]})
    assert caught.value.log_level == "INFO"
    assert crawl.counts == {"failed": 2}
    with Crawl(**OFF, CLEANTEXT_FAILED="keep", CLEANTEXT_KEEP_BODY=False) as crawl:
        item = crawl({"url": URL, "body": PICTURE})
    assert item == {"url": URL, "body": PICTURE, "error": "looks like a PNG image, not text"}


def test_an_item_without_a_field_for_the_text_is_a_mistake_that_is_named() -> None:
    @dataclasses.dataclass
    class Bare:
        body: bytes

    with Crawl(**OFF) as crawl, pytest.raises(ConfigError, match="items of Bare have no field 'text'; name one"):
        crawl(Bare(PAGE.encode()))
    wanted = {"date": "published"}
    with (
        Crawl(**OFF, CLEANTEXT_OUTPUT=wanted) as crawl,
        pytest.raises(ConfigError, match=r"CLEANTEXT_OUTPUT\['date'\]"),
    ):
        crawl(PageData(URL, PAGE.encode()))


def test_work_is_done_in_threads_of_its_own_and_no_more_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    names: set[str] = set()
    with Crawl(**OFF, CLEANTEXT_THREADS=2) as crawl:
        real = crawl.pipeline.cleaner.clean_record

        def noted(record: Any) -> Any:
            names.add(threading.current_thread().name)
            return real(record)

        monkeypatch.setattr(crawl.pipeline.cleaner, "clean_record", noted)

        async def many() -> list[Any]:
            items = ({"body": f"第{n}段，足够长的一句话。"} for n in range(20))
            return await asyncio.gather(*(crawl.pipeline.process_item(item) for item in items))

        texts = [item["text"] for item in asyncio.run(many())]
    assert texts == [f"第{n}段，足够长的一句话。" for n in range(20)]
    assert all(name.startswith("cleantext") for name in names)
    assert 1 <= len(names) <= 2
    assert not any(thread.name.startswith("cleantext") for thread in threading.enumerate())


def test_the_configuration_comes_as_tables_as_a_file_or_as_itself(tmp_path: Path) -> None:
    tables = {"normalize": {"script": "keep"}}
    file = tmp_path / "cleantext.toml"
    file.write_text('[normalize]\nscript = "keep"\n', encoding="utf-8")
    for value in (tables, str(file), Config.from_dict(tables)):
        with Crawl(**OFF, CLEANTEXT_CONFIG=value) as crawl:
            assert crawl({"body": PAGE})["text"].startswith("會議今日")


def test_wrong_settings_are_all_named_at_once() -> None:
    wrong = {
        "CLEANTEXT_INDX": "seen.db",
        "CLEANTEXT_MODE": "worst",
        "CLEANTEXT_DUPLICATES": True,
        "CLEANTEXT_THREADS": "many",
        "CLEANTEXT_CONFIG": {"dedup": {"threshold": 7}, "normalise": {}},
        "CLEANTEXT_INPUT": {"boddy": "html", "url": 3},
        "CLEANTEXT_OUTPUT": {"text": ["a", "b"]},
    }
    with pytest.raises(ConfigError) as caught:
        Crawl(**wrong)
    assert sorted(str(caught.value).splitlines()) == [
        "CLEANTEXT_CONFIG: [normalise]: unknown; did you mean normalize?",
        "CLEANTEXT_CONFIG: dedup.threshold: 7 is not between 0.05 and 1",
        "CLEANTEXT_DUPLICATES: True is not one of drop, tag, off",
        "CLEANTEXT_INDX: unknown; did you mean CLEANTEXT_INDEX or CLEANTEXT_ID?",
        "CLEANTEXT_INPUT: boddy: unknown; did you mean body?",
        "CLEANTEXT_INPUT: url: expected the name of a field, got 3",
        "CLEANTEXT_MODE: 'worst' is not one of sticky, best",
        "CLEANTEXT_OUTPUT: text: expected the name of a field, got ['a', 'b']",
        "CLEANTEXT_THREADS: 'many' is not a number between 1 and 64",
    ]
    with pytest.raises(ConfigError, match="CLEANTEXT_INPUT: expected a dictionary of body, url"):
        Crawl(CLEANTEXT_INPUT="[broken")
    assert Crawl(CLEANTEXT_INPUT='{"body": "raw"}', **OFF).pipeline.settings.inputs["body"] == ("raw",)


TOWN = "山水之间有一座小城，小城里住着一位老人和他的孙女，每天清晨他们都到河边打水。"
TOWN_NEAR = "山水之间有一座小城，小城里住着一位老人和他的孙女，每天清晨他们都到河边打水呢。"
MORE = "图书馆从下周起延长开放时间，读者可以在晚上九点之前借还图书，周末照常开放。"
TEXT = {"extract": {"kind": "text"}}


def test_duplicates_are_dropped_and_name_what_they_repeat() -> None:
    with Crawl(CLEANTEXT_CONFIG=TEXT) as crawl:
        assert crawl({"url": "http://a/1", "body": TOWN})["text"] == TOWN
        with pytest.raises(DropItem, match=r"^http://a/2: exact duplicate of http://a/1 \(1\.00\)$") as caught:
            crawl({"url": "http://a/2", "body": to_script(TOWN, "t").replace("，", ",")})
        with pytest.raises(DropItem, match=r"^http://a/3: near duplicate of http://a/1 \(0\.9\d\)$"):
            crawl({"url": "http://a/3", "body": TOWN_NEAR})
        with pytest.raises(DropItem, match=r"^http://a/1: seen before$"):
            crawl({"url": "http://a/1", "body": TOWN})
        assert crawl({"url": "http://a/4", "body": MORE})["text"] == MORE
    assert caught.value.log_level == "INFO"
    assert crawl.counts == {"kept": 2, "dropped/exact": 1, "dropped/near": 1, "dropped/seen": 1}


def test_duplicates_can_be_tagged() -> None:
    with Crawl(CLEANTEXT_CONFIG=TEXT, CLEANTEXT_DUPLICATES="tag") as crawl:
        first, again, near = (
            crawl({"url": url, "body": body})
            for url, body in (("http://a/1", TOWN), ("http://a/1", TOWN), ("http://a/3", TOWN_NEAR))
        )
    assert "duplicate_of" not in first
    assert (again["duplicate_of"], again["duplicate_kind"], again["duplicate_score"]) == ("http://a/1", "seen", 1.0)
    assert (near["duplicate_of"], near["duplicate_kind"]) == ("http://a/1", "near")
    assert 0.9 < near["duplicate_score"] < 1
    assert near["text"] == TOWN_NEAR
    assert crawl.counts == {"kept": 1, "tagged": 2}


def test_documents_are_named_by_address_or_as_everywhere_else() -> None:
    with Crawl(CLEANTEXT_CONFIG=TEXT, CLEANTEXT_ID="digest", CLEANTEXT_OUTPUT={"id": "id"}) as crawl:
        first = crawl({"url": "http://a/1", "body": TOWN})
        with pytest.raises(DropItem, match=f"http://a/2: exact duplicate of {first['id']} "):
            crawl({"url": "http://a/2", "body": TOWN})
    assert first["id"] == clean(TOWN, url="http://a/1").document_id


@pytest.mark.parametrize(
    ("across", "text"), [("tag", f"{MORE}\n\n{TOWN}"), ("drop", MORE), ("mask", MORE), ("off", f"{MORE}\n\n{TOWN}")]
)
def test_repeated_paragraphs_of_documents_that_stay(across: str, text: str) -> None:
    settings = {"CLEANTEXT_CONFIG": TEXT | {"dedup": {"across": across}}}
    with Crawl(**settings, CLEANTEXT_OUTPUT={"repeated": "repeated", "paragraphs": "parts"}) as crawl:
        crawl({"url": "http://a/1", "body": f"{TOWN}\n\n另一段话，与别处都不相同，说的是天气与收成，还有来年的打算。"})
        item = crawl({"url": "http://a/2", "body": f"{MORE}\n\n{TOWN}"})
    assert item["text"] == text
    assert item["parts"] == ([MORE, ""] if across == "mask" else text.split("\n\n"))
    (repeated,) = item["repeated"]
    assert repeated == {"paragraph": 1, "of": "http://a/1", "of_paragraph": 0, "kind": "exact", "score": 1.0}


def test_a_better_one_takes_the_place_of_an_earlier() -> None:
    settings = {"CLEANTEXT_CONFIG": TEXT | {"dedup": {"keep": "longest"}}, "CLEANTEXT_MODE": "best"}
    with Crawl(**settings) as crawl:
        crawl({"url": "http://a/1", "body": TOWN})
        better = crawl({"url": "http://a/2", "body": TOWN_NEAR})
        with pytest.raises(DropItem, match=r"seen before|of http://a/2"):
            crawl({"url": "http://a/3", "body": TOWN})
    assert better["replaces"] == ["http://a/1"]
    assert crawl.counts["replacing"] == 1


def test_of_copies_in_flight_one_stays() -> None:
    with Crawl(CLEANTEXT_CONFIG=TEXT, CLEANTEXT_THREADS=4) as crawl:

        async def many() -> list[Any]:
            items = ({"url": f"http://a/{n}", "body": TOWN} for n in range(40))
            return await asyncio.gather(*(crawl.pipeline.process_item(item) for item in items), return_exceptions=True)

        done = asyncio.run(many())
    assert sum(isinstance(one, dict) for one in done) == 1
    assert sum(isinstance(one, DropItem) for one in done) == 39


def test_a_store_that_fails_is_an_error_of_the_item_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    with Crawl(CLEANTEXT_CONFIG=TEXT) as crawl:
        index = crawl.pipeline.index
        assert index is not None

        def fails(*_: object) -> None:
            raise StoreError("seen.db is locked", retry=True)

        with monkeypatch.context() as patch:
            patch.setattr(index, "check_and_add", fails)
            with pytest.raises(StoreError, match="locked"):
                crawl({"url": "http://a/1", "body": TOWN})
        assert crawl({"url": "http://a/1", "body": TOWN})["text"] == TOWN  # it was not remembered
    assert crawl.counts == {"store_errors": 1, "kept": 1}
