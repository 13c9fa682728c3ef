"""Runs over many inputs: the files they write, and what changes no result."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from cleantext import Cleaner, Config, ConfigError, EngineError, GuardError, run
from cleantext.entries import _source
from cleantext.formats.base import Record

SENTENCES = [
    "会议今日召开，市长主持会议并讲话，各区负责人参加了会议，并就下一步工作作了部署。",
    "图书馆从下周起延长开放时间，读者可以在晚上九点之前借还图书，周末照常开放。",
    "The council met today, and the mayor chaired the meeting in the old town hall.",
    "气象台预计，未来三天全市多云转晴，气温逐步回升，市民出行请注意早晚温差。",
    "新建的公园占地十二公顷，有步道、球场和儿童乐园，预计明年春天向公众开放。",
    "学校食堂本周起公布每日菜单与食材来源，家长可以在网上查看，也可以提出建议。",
]


def article(*numbers: int) -> str:
    return "\n".join(SENTENCES[number] for number in numbers)


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[..., Path]:
    def build(*texts: str | bytes, name: str = "in") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for number, text in enumerate(texts):
            data = text if isinstance(text, bytes) else text.encode()
            (folder / f"{number:03d}.txt").write_bytes(data)
        return folder

    return build


def test_the_files_of_a_run(corpus: Callable[..., Path], tmp_path: Path) -> None:
    texts = [
        "首页 > 正文\n" + article(0, 1, 2),
        article(0, 1, 2),
        b"\x89PNG\r\n\x1a\n" + bytes(99),
        "",
        article(3, 4, 0),
    ]
    report = run(corpus(*texts), tmp_path / "out", Config.from_dict({"output": {"changes": True}}))
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "changes.jsonl",
        "documents.jsonl",
        "duplicates.jsonl",
        "failed.jsonl",
        "removed.jsonl",
        "report.json",
    ]
    documents = rows(out, "documents.jsonl")
    assert [row["origin"] for row in documents] == ["000.txt", "003.txt", "004.txt"]
    assert documents[0]["paragraphs"] == SENTENCES[:3]
    assert documents[0]["text"] == "\n\n".join(SENTENCES[:3])
    assert documents[1]["paragraphs"] == []
    removed = rows(out, "removed.jsonl")
    assert [(row["reason"], row["text"]) for row in removed if row["id"] == documents[0]["id"]] == [
        ("chrome/navigation", "首页 > 正文")
    ]
    (gone,) = [row for row in removed if row["reason"].startswith("document/")]
    assert (gone["reason"], gone["kept_id"], gone["score"]) == ("document/exact", documents[0]["id"], 1.0)
    pairs = rows(out, "duplicates.jsonl")
    assert {(row["left_paragraph"] is None, row["kind"]) for row in pairs} == {(True, "exact"), (False, "exact")}
    across = [row for row in pairs if row["left_paragraph"] is not None]
    assert [(row["left_id"], row["right_id"]) for row in across] == [(documents[0]["id"], documents[2]["id"])]
    (failure,) = rows(out, "failed.jsonl")
    assert failure["origin"] == "002.txt"
    assert "PNG" in failure["error"]
    written = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert written["config_digest"] == report.config.digest()
    for stage in written["stages"]:
        assert stage["in"] == stage["out"] + sum(stage["dropped"].values())
    assert written["duplicates"]["documents"]["num_bands"] == 21
    assert report.documents == 3


def test_the_report_counts_what_cannot_be_had_back(corpus: Callable[..., Path], tmp_path: Path) -> None:
    broken = "鐢熸€佺幆澧冿紝鍏ㄩ潰钀藉疄涓ぎ銆佺渷濮旂殑閲嶅ぇ鍐崇瓥閮ㄧ讲\ufffd"
    folder = corpus(f"{article(1)}\n\n锟斤拷锟斤拷，{article(2)}烫烫烫\n\n{broken}", article(3))
    report = run(folder, tmp_path / "out")
    written = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert written["damage"] == dict(report.damage) == {"锟斤拷": 2, "U+FFFD": 2, "lossy": 1, "烫烫烫": 1}
    assert "cannot be had back: 6 places" in report.summary()


def test_batches_workers_and_runs_change_nothing(corpus: Callable[..., Path], tmp_path: Path) -> None:
    texts = [
        article(*(n % 6, (n + 1) % 6, (n * n) % 6)) + f"\n第{n}篇的结尾，与其他各篇都不相同，编号是{n * 7919}。"
        for n in range(30)
    ]
    folder = corpus(*texts, b"\x00" * 999)
    outcomes = []
    for name, jobs, batch in [("a", 1, 64), ("b", 2, 3), ("c", 1, 1)]:
        config = Config.from_dict({"run": {"jobs": jobs, "batch_size": batch}, "dedup": {"max_removed": 1.0}})
        run(folder, tmp_path / name, config)
        files = sorted((tmp_path / name).glob("*.jsonl"))
        outcomes.append([(path.name, path.read_bytes()) for path in files])
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_shared_paragraphs(corpus: Callable[..., Path], tmp_path: Path) -> None:
    folder = corpus(article(0, 1, 2), article(3, 0, 4))
    shared = SENTENCES[0]
    cases: list[tuple[str, list[int | str]]] = [("tag", [3, shared, 4]), ("drop", [3, 4]), ("mask", [3, "", 4])]
    for how, expected in cases:
        run(folder, tmp_path / how, Config.from_dict({"dedup": {"across": how}}))
        documents = rows(tmp_path / how, "documents.jsonl")
        wanted = [SENTENCES[item] if isinstance(item, int) else item for item in expected]
        assert documents[1]["paragraphs"] == wanted
        gone = [row for row in rows(tmp_path / how, "removed.jsonl") if row["reason"] == "duplicate/exact"]
        assert [(row["kept_id"], row["kept_paragraph"], row["text"]) for row in gone] == (
            [] if how == "tag" else [(documents[0]["id"], 0, shared)]
        )


@pytest.mark.parametrize(
    ("keep", "stays"), [("first", "1"), ("longest", "2"), ("newest", "3"), ("source:c>b>a", "3"), ("source:x>b", "2")]
)
def test_keep_policies(keep: str, stays: str, tmp_path: Path) -> None:
    body = article(0, 1, 2, 3, 4, 5)
    records = [
        {"id": "1", "text": body, "date": "2020-01-01", "source": "a"},
        {"id": "2", "text": body + "\n另有一句。", "date": "2019-01-01", "source": "b"},
        {"id": "3", "text": body, "date": "2021-01-01", "source": "c"},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, records)))
    run(tmp_path / "in.jsonl", tmp_path / "out", Config.from_dict({"dedup": {"keep": keep}}))
    (kept,) = rows(tmp_path / "out", "documents.jsonl")
    assert kept["origin"] == f"in.jsonl#{stays}"


def test_references_are_compared_with_and_not_written(corpus: Callable[..., Path], tmp_path: Path) -> None:
    old = corpus(article(0, 1, 2), name="old")
    new = corpus(article(3, 4, 5), article(0, 1, 2), name="new")
    run(new, tmp_path / "out", reference=[old])
    assert [row["origin"] for row in rows(tmp_path / "out", "documents.jsonl")] == ["000.txt"]
    (gone,) = [row for row in rows(tmp_path / "out", "removed.jsonl") if row["reason"].startswith("document/")]
    assert gone["kept_id"] not in {row["id"] for row in rows(tmp_path / "out", "documents.jsonl")}


def test_equal_records_get_ids_of_their_own(tmp_path: Path) -> None:
    line = json.dumps({"id": "x", "text": article(0, 1)})
    (tmp_path / "in.jsonl").write_text(f"{line}\n{line}\n{line}\n")
    run(tmp_path / "in.jsonl", tmp_path / "out", Config.from_dict({"dedup": {"documents": "tag"}}))
    assert len({row["id"] for row in rows(tmp_path / "out", "documents.jsonl")}) == 3


def test_a_source_that_would_lose_most_stops_the_run(corpus: Callable[..., Path], tmp_path: Path) -> None:
    folder = corpus(*[article(0, 1, 2)] * 25)
    with pytest.raises(GuardError, match="in: 24 of 25 documents are duplicates"):
        run(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    run(folder, tmp_path / "out", Config.from_dict({"dedup": {"max_removed": 1.0}}))
    assert len(rows(tmp_path / "out", "documents.jsonl")) == 1


def test_an_interrupted_run_leaves_nothing(corpus: Callable[..., Path], tmp_path: Path) -> None:
    def interrupt(stage: str, done: int, total: int | None) -> None:
        if stage == "write" or done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(corpus(*[article(0)] * 5), tmp_path / "out", progress=interrupt)
    assert not (tmp_path / "out").exists()


def test_wrong_calls_stop_before_work(corpus: Callable[..., Path], tmp_path: Path) -> None:
    folder = corpus(article(0))
    with pytest.raises(ConfigError, match="'spark' is not one of local"):
        run(folder, tmp_path / "out", engine="spark")
    with pytest.raises(ConfigError, match="no such file or folder"):
        run(tmp_path / "none", tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(ConfigError, match="is not empty"):
        run(folder, tmp_path / "full")


def test_more_small_files_than_may_be_open(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for n in range(3_000):
        (tmp_path / "in" / f"{n}.txt").write_text(f"第{n}条短讯。", encoding="utf-8")
    report = run(tmp_path / "in", tmp_path / "out", Config.from_dict({"dedup": {"max_removed": 1.0}}))
    assert (report.documents, report.failed) == (3_000, 0)


def test_every_container_gives_the_same_documents(tmp_path: Path) -> None:
    texts = ["首页 > 正文\n" + article(0, 1, 2), article(3, 4)]
    rows_in = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
    lines = "\n".join(map(json.dumps, rows_in)).encode()
    pq.write_table(pa.Table.from_pylist(rows_in), tmp_path / "a.parquet")
    (tmp_path / "a.jsonl").write_bytes(lines)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines))
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(lines))
    found = []
    for name in ("a.parquet", "a.jsonl", "a.jsonl.gz", "a.jsonl.zst"):
        run(tmp_path / name, tmp_path / f"out-{name}")
        found.append([(row["id"], row["paragraphs"]) for row in rows(tmp_path / f"out-{name}", "documents.jsonl")])
    assert [paragraphs for _, paragraphs in found[0]] == [SENTENCES[:3], SENTENCES[3:5]]
    assert found[0] == found[1] == found[2] == found[3]


def test_parquet_output(corpus: Callable[..., Path], tmp_path: Path) -> None:
    run(corpus(article(0, 1)), tmp_path / "out", Config.from_dict({"output": {"format": "parquet"}}))
    (row,) = pq.read_table(tmp_path / "out" / "documents.parquet").to_pylist()
    assert row["paragraphs"] == SENTENCES[:2]
    run(tmp_path / "out" / "documents.parquet", tmp_path / "again")
    assert rows(tmp_path / "again", "documents.jsonl")[0]["paragraphs"] == SENTENCES[:2]


def test_a_broken_container_costs_itself(corpus: Callable[..., Path], tmp_path: Path) -> None:
    folder = corpus(article(0, 1))
    (folder / "cut.txt.gz").write_bytes(gzip.compress(b"x" * 100_000)[:60])
    (folder / "bomb.txt.gz").write_bytes(gzip.compress(b"x" * 40_000_000))
    (folder / "no.parquet").write_bytes(b"PAR1 and nothing more")
    report = run(folder, tmp_path / "out")
    assert (report.documents, report.failed) == (1, 3)
    failed = {row["origin"]: row["error"] for row in rows(tmp_path / "out", "failed.jsonl")}
    assert set(failed) == {"cut.txt.gz", "bomb.txt.gz", "no.parquet"}
    assert "limit" in failed["bomb.txt.gz"]


@pytest.mark.parametrize(("url", "source"), [("http://a.cn/1", "a.cn"), ("http://[", "pages"), (None, "pages")])
def test_the_guard_counts_by_host_or_folder(url: str | None, source: str) -> None:
    record = Record(origin="a", content=article(0) + "\n本文地址:http://b.cn/1", url=url, source="pages")
    assert _source(Cleaner().clean_record(record), record) == source


def test_broken_names_and_addresses_cost_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    name = os.fsdecode("公告.txt".encode("gbk"))
    (tmp_path / "in" / name).write_text(article(0, 1), encoding="utf-8")
    page = f"<html><head><link rel=canonical href='http://['></head><body><p>{SENTENCES[1]}</p></body></html>"
    odd = {"html": page, "url": "http://[", "title": "题\ud800", "id": "\udc00"}
    (tmp_path / "in" / "a.jsonl").write_text(json.dumps(odd) + "\n" + json.dumps({"text": "文\ud800" + SENTENCES[2]}))
    for form in ("jsonl", "parquet", "text", "markdown"):
        out = tmp_path / form
        report = run(tmp_path / "in", out, Config.from_dict({"output": {"format": form, "changes": True}}))
        assert (report.documents, report.failed) == (3, 0)
    assert [row["origin"] for row in rows(tmp_path / "jsonl", "documents.jsonl")][:2] == ["a.jsonl#1", "a.jsonl#2"]


def test_a_folder_that_cannot_be_made_stops_the_run_before_work(corpus: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    seen: list[str] = []
    with pytest.raises(ConfigError, match="cannot be made"):
        run(corpus(article(0)), tmp_path / "file" / "out", progress=lambda stage, *_: seen.append(stage))
    assert seen == []


def test_counts_that_do_not_balance_stop_the_run(
    corpus: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cleantext.summary._visible", len)  # a bug, which input cannot cause: spaces count
    with pytest.raises(EngineError, match=r"do not balance, please report this: extract: \d+ characters in"):
        run(corpus(article(0, 1)), tmp_path / "out")
    assert not (tmp_path / "out").exists()
