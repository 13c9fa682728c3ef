"""The examples of the pages about integrations run as they stand."""

from __future__ import annotations

import asyncio
import gzip
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from integrations.table_pages import PAGE, PICTURE

DOCS = Path(__file__).parent.parent.parent / "docs"


def examples(page: str) -> list[str]:
    """The Python examples of a page of the documentation."""
    return re.findall(r"```python\n(.*?)```", (DOCS / f"{page}.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with pages, two of which are alike and one of which cannot be read."""
    table = {
        "html": [PAGE.encode(), PICTURE, PAGE.replace("！", "!").encode(), None],
        "url": [f"http://news.example.cn/{n}.html" for n in range(4)],
        "title": ["cafÃ©", None, "e\u0301", "𠮷"],
    }
    pq.write_table(pa.table(table), tmp_path / "pages.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_frames(pages: Path) -> None:
    pytest.importorskip("polars")
    pytest.importorskip("pandas")
    polars_example, pandas_example = examples("frames")
    scope: dict[str, Any] = {}
    exec(polars_example, scope)
    assert scope["failed"].rows() == [("http://news.example.cn/1.html", "looks like a PNG image, not text")]
    assert scope["unique"]["url"].to_list() == [f"http://news.example.cn/{n}.html" for n in (0, 1, 3)]
    assert scope["traditional"]["text"][0].startswith("會議")
    assert scope["mended"]["title"][0] == scope["clean"]["title"][0] == "会议今日召开"
    scope = {}
    exec(pandas_example, scope)
    assert scope["failed"].to_dict() == {"http://news.example.cn/1.html": "looks like a PNG image, not text"}
    assert list(scope["unique"].index) == [f"http://news.example.cn/{n}.html" for n in (0, 1, 3)]
    assert scope["pages"]["title"].iloc[0] == "café"


def test_datasets(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", pages / "cache")
    (example,) = examples("datasets")
    scope: dict[str, Any] = {}
    exec(example, scope)
    assert scope["failed"]["clean_error"][:] == ["looks like a PNG image, not text"]
    assert scope["unique"]["url"][:] == [f"http://news.example.cn/{n}.html" for n in (0, 1, 3)]
    assert scope["unique"]["clean_text"][0].startswith("會議")
    assert scope["mended"]["title"][:] == ["café", None, "𠮷"]
    assert scope["simplified"]["clean_text"][0].startswith("会议")
    assert scope["new"]["url"][:] == scope["unique"]["url"][:]


def test_datatrove(pages: Path) -> None:
    pytest.importorskip("datatrove")
    pytest.importorskip("orjson")
    from datatrove.utils.logging import logger  # noqa: PLC0415 - only where it is installed

    logger.remove()
    (pages / "pages").mkdir()
    lines = [
        {"html": html, "id": name} for name, html in (("a", PAGE), ("b", PAGE), ("c", "<html><img src='x'></html>"))
    ]
    (pages / "pages" / "0.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    (example,) = examples("datatrove")
    exec(example, {"__name__": "__main__"})
    kept = {}
    for folder in ("clean", "failed", "duplicates"):
        with gzip.open(pages / folder / "00000.jsonl.gz", "rt", encoding="utf-8") as file:
            kept[folder] = [json.loads(line)["id"] for line in file]
    assert kept == {"clean": ["a"], "failed": ["c"], "duplicates": ["b"]}


def test_scrapy(pages: Path) -> None:
    pytest.importorskip("scrapy")
    from scrapy.http import HtmlResponse  # noqa: PLC0415 - only where it is installed
    from scrapy.utils.test import get_crawler  # noqa: PLC0415

    (example,) = examples("scrapy")
    scope: dict[str, Any] = {}
    exec(example, scope)
    spider = scope["NewsSpider"]
    links = PAGE.replace("</body>", "<a class='headline' href='/2.html'>二</a></body>")
    item, link = spider().parse(HtmlResponse("http://news.example.cn/", body=links.encode()))
    assert link.url == "http://news.example.cn/2.html"
    (name,) = spider.custom_settings["ITEM_PIPELINES"]
    module, kind = name.rsplit(".", 1)
    pipeline = getattr(importlib.import_module(module), kind).from_crawler(get_crawler(spider, spider.custom_settings))
    pipeline.open_spider()
    done = asyncio.run(pipeline.process_item(item))
    pipeline.close_spider()
    assert done["text"].startswith("会议今日召开")
    assert "body" not in done
    assert (pages / "seen.db").exists()


def test_what_is_not_installed_is_named_with_the_line_that_installs_it() -> None:
    names = ("polars", "pandas", "datasets", "datatrove", "scrapy")
    code = f"""
import importlib, sys
from cleantext import MissingDependencyError
for name in {names!r}:
    sys.modules[name] = None
    try:
        importlib.import_module("cleantext.integrations." + name)
    except MissingDependencyError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(names)
    for name, line in zip(names, lines, strict=True):
        assert line.startswith("this needs ")
        assert line.endswith(f'pip install "cleantext-corpus[{name}]"')
