"""The examples of the pages about integrations run as they stand."""

from __future__ import annotations

import re
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
