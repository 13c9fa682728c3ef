"""A datatrove pipeline over a real folder: reader, cleaner, writer, and what is dropped."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datatrove")
pytest.importorskip("orjson")

import pyarrow.parquet as pq
from datatrove.data import Document
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.pipeline.writers.parquet import ParquetWriter
from datatrove.utils.logging import logger

from cleantext import Config
from cleantext.integrations.datatrove import CleanDocuments
from integrations.table_pages import HALF, PAGE, expected

PICTURE = "<html><body><img src='x.png'><script>var x = 1;</script></body></html>"
LONG = "長" * 5_000
PAGES = [PAGE, HALF, PICTURE, LONG, "会议今日召开，市长主持会议并讲话，各区负责人参加了会议。"]
CONFIG = Config.from_dict({"limits": {"max_bytes": 4_000}})


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logger.remove()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of pages: one for each task."""
    for name in ("a", "b"):
        lines = [
            {"html": page, "id": f"{name}{n}", "url": f"http://{name}.cn/{n}", "title": "theirs", "lang": "zh"}
            for n, page in enumerate(PAGES)
        ]
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
    return tmp_path


def rows(folder: Path) -> list[dict[str, Any]]:
    found = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    return found


def stats(folder: Path, name: str) -> dict[str, Any]:
    for step in json.loads((folder / "logs" / "stats.json").read_text(encoding="utf-8")):
        if name in step["name"]:
            return dict(step["stats"])
    raise AssertionError(name)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_pipeline_over_a_folder(folder: Path, workers: int) -> None:
    steps = [
        JsonlReader(str(folder), text_key="html", glob_pattern="*.jsonl.gz"),
        CleanDocuments(CONFIG, exclusion_writer=JsonlWriter(str(folder / "dropped"))),
        JsonlWriter(str(folder / "clean")),
    ]
    LocalPipelineExecutor(steps, tasks=2, workers=workers, logging_dir=str(folder / "logs")).run()
    kept, dropped = rows(folder / "clean"), rows(folder / "dropped")
    assert [row["id"] for row in kept] == ["a0", "a1", "a4", "b0", "b1", "b4"]
    for row in kept:
        wanted = expected(PAGES[int(row["id"][1:])], row["metadata"]["url"])
        assert row["text"] == wanted["text"] != ""
        assert row["metadata"]["clean_title"] == (wanted["title"] or "")
        assert (row["metadata"]["title"], row["metadata"]["lang"]) == ("theirs", "zh")
        assert row["metadata"]["clean_flags"] == ""
    assert [(row["id"], row["metadata"]["filter_reason"]) for row in dropped] == [
        ("a2", "empty"), ("a3", "failed"), ("b2", "empty"), ("b3", "failed"),
    ]  # fmt: skip
    assert [row["text"] for row in dropped] == [PICTURE, LONG] * 2
    assert "limit of 4,000 bytes" in dropped[1]["metadata"]["clean_error"]
    counts = stats(folder, "cleantext")
    named = ("total", "forwarded", "dropped", "dropped_empty", "dropped_failed")
    assert [counts[name]["total"] if isinstance(counts[name], dict) else counts[name] for name in named] == [
        10,
        6,
        4,
        2,
        2,
    ]


def test_columns_are_the_same_for_every_document(tmp_path: Path) -> None:
    """A Parquet writer takes its schema from the first documents, where no author was found."""
    signed = PAGE.replace("<head>", '<head><meta name="author" content="張三">')
    documents = [Document(text=page, id=str(n)) for n, page in enumerate([PAGE, PAGE, signed])]
    step = CleanDocuments(Config.from_dict({"normalize": {"script": "keep"}}))
    list(ParquetWriter(str(tmp_path), batch_size=2, expand_metadata=True).run(step.run(documents)))
    (file,) = tmp_path.glob("*.parquet")
    table = pq.read_table(file).to_pylist()
    assert [row["clean_author"] for row in table] == ["", "", "張三"]
    assert [row["clean_script"] for row in table] == ["Hant"] * 3
    assert all(row["text"].startswith("會議") for row in table)


def test_empty_documents_may_stay_and_nothing_in_is_nothing_out() -> None:
    assert [d.text for d in CleanDocuments(keep_empty=True).run([Document(text=PICTURE, id="1")])] == [""]
    assert list(CleanDocuments().run([Document(text=PICTURE, id="1")])) == []
    assert list(CleanDocuments().run(None)) == []


def test_text_of_another_kind_is_a_failure_of_its_document() -> None:
    step = CleanDocuments()
    odd = [Document(text=7, id="1"), Document(text=PAGE.encode(), id="2", metadata={"url": 3})]
    assert [(d.id, d.text) for d in step.run(odd)] == [("2", expected(PAGE)["text"])]
    assert step.stats["dropped_failed"].total == 1
