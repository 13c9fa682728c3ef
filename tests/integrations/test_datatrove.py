"""A datatrove pipeline over a real folder: reader, cleaner, writer, and what is dropped."""

from __future__ import annotations

import gzip
import json
import pickle
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

from cleantext import Config, ConfigError, to_script
from cleantext.integrations.datatrove import CleanDocuments, DropDuplicates
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


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
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


def test_steps_go_to_other_processes() -> None:
    """Between machines datatrove pickles the whole pipeline."""
    step = pickle.loads(pickle.dumps(CleanDocuments(CONFIG, url_key="address", keep_empty=True)))
    assert (step.config, step.url_key, step.keep_empty) == (CONFIG, "address", True)
    assert pickle.loads(pickle.dumps(DropDuplicates("seen.db", CONFIG, mode="best"))).mode == "best"


def test_text_of_another_kind_is_a_failure_of_its_document() -> None:
    step = CleanDocuments()
    odd = [Document(text=7, id="1"), Document(text=PAGE.encode(), id="2", metadata={"url": 3})]
    assert [(d.id, d.text) for d in step.run(odd)] == [("2", expected(PAGE)["text"])]
    assert step.stats["dropped_failed"].total == 1


TOWN = "山水之间有一座小城，小城里住着一位老人和他的孙女，每天清晨他们都到河边打水。"
TEXTS = {
    "a": TOWN,
    "b": to_script(TOWN, "t"),
    "c": TOWN.replace("打水。", "打水呢。"),
    "d": "图书馆从下周起延长开放时间，读者可以在晚上九点之前借还图书。",
    "e": "",
}


def run_tasks(folder: Path, out: str, **options: Any) -> tuple[list[str], list[dict[str, Any]], dict[str, Any]]:
    """Ids that stay, what was dropped, and the counts, after a pipeline with an index over two files."""
    for part, ids in (("0", "abc"), ("1", "de")):
        lines = [json.dumps({"text": TEXTS[name] or " ", "id": name, "date": "2020-01-01"}) for name in ids]
        (folder / f"{part}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    steps = [
        JsonlReader(str(folder), glob_pattern="*.jsonl"),
        DropDuplicates(str(folder / "seen.db"), exclusion_writer=JsonlWriter(str(folder / out / "dropped")), **options),
        JsonlWriter(str(folder / out)),
    ]
    LocalPipelineExecutor(steps, tasks=2, workers=1, logging_dir=str(folder / out / "logs")).run()
    kept = [row["id"] for row in rows(folder / out)]
    return kept, rows(folder / out / "dropped"), stats(folder / out, "index")


def test_documents_are_held_against_an_index_that_tasks_share(tmp_path: Path) -> None:
    kept, dropped, counts = run_tasks(tmp_path, "first", batch_size=2)
    assert kept == ["a", "d", "e"]
    assert [(row["id"], row["metadata"]["filter_reason"], row["metadata"]["duplicate_of"]) for row in dropped] == [
        ("b", "exact", "a"), ("c", "near", "a"),
    ]  # fmt: skip
    assert (counts["dropped_exact"], counts["dropped_near"]) == (1, 1)
    # A task that is run again gives what it gave; a run that wants only what is new gives nothing.
    assert run_tasks(tmp_path, "again")[0] == ["a", "d", "e"]
    kept, dropped, _ = run_tasks(tmp_path, "new", keep_known=False)
    assert kept == []
    assert [row["metadata"]["filter_reason"] for row in dropped] == ["seen", "exact", "near", "seen", "seen"]


def test_an_index_of_tasks_has_a_place() -> None:
    with pytest.raises(ConfigError, match="name a file or a redis:// URL"):
        DropDuplicates("")


def test_a_better_document_is_known_by_its_metadata(tmp_path: Path) -> None:
    newest = Config.from_dict({"dedup": {"keep": "newest"}})
    step = DropDuplicates(str(tmp_path / "seen.db"), newest, mode="best")
    documents = [
        Document(text=TOWN, id=day, metadata={"clean_date": f"2020-01-{day}", "url": 3}) for day in ("05", "07", "06")
    ]
    assert [document.id for document in step.run(documents)] == ["05", "07"]
