"""`cleantext index`: what it reads, writes and says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cleantext import indexing
from cleantext.cli import main
from cleantext.config import Config
from cleantext.dedup.index import Index

FIRST = "会议今日召开，市长主持会议并讲话，各区负责人参加了会议，并就下一步工作作了部署。"
AGAIN = "會議今日召開,市長主持會議並講話,各區負責人參加了會議,並就下一步工作作了部署。"
OTHER = "山水之间有一座小城，小城里住着一位老人，他每天清晨都要到河边去看看水涨了没有。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    for name, text in {"a.txt": FIRST, "b.txt": AGAIN, "c.txt": OTHER}.items():
        (tmp_path / "pages" / name).write_text(f"首页 > 新闻 > 正文\n{text}\n", encoding="utf-8")
    return tmp_path


def call(folder: Path, *arguments: str) -> int:
    """Run `cleantext index`; capitals stand for paths in the folder."""
    places = {"PAGES": "pages", "SEEN": "seen.db", "MORE": "more.db", "ALL": "all.db", "OUT": "out/documents.jsonl"}
    return main(["index", *(str(folder / places[one]) if one in places else one for one in arguments)])


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_add_then_query(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(folder, "query", "PAGES", "--index", "SEEN") == 3
    assert "seen.db: there is no such index" in capsys.readouterr().err
    assert call(folder, "add", "PAGES", "--index", "SEEN", "--verdicts") == 0
    told = capsys.readouterr()
    a, b, c = rows(told.out)
    assert [(row["origin"], row["added"], row["kind"]) for row in (a, b, c)] == [
        ("a.txt", True, None),
        ("b.txt", False, "exact"),
        ("c.txt", True, None),
    ]
    assert (b["kept_id"], b["score"]) == (a["id"], 1.0)
    assert b["paragraphs"] == [{"paragraph": 0, "kind": "exact", "score": 1.0, "kept_id": a["id"], "kept_paragraph": 0}]
    assert told.err == (
        "documents: 3 read, 0 failed, 2 added, 0 known, 1 duplicates (1 exact), 0 replaced; 1 repeated paragraphs\n"
    )
    assert call(folder, "query", "PAGES", "--index", "SEEN") == 0
    told = capsys.readouterr()
    assert [(row["known"], row["added"], row["kept_id"]) for row in rows(told.out)] == [
        (True, False, a["id"]),
        (False, False, a["id"]),
        (True, False, c["id"]),
    ]
    assert told.err == ""


def test_queried_documents_are_not_compared_with_each_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty.txt").write_text("", encoding="utf-8")
    assert call(folder, "add", str(folder / "empty.txt"), "--index", "SEEN", "-q") == 0
    assert call(folder, "query", "PAGES", "--index", "SEEN") == 0
    told = capsys.readouterr()
    assert [row["kind"] for row in rows(told.out)] == [None, None, None]
    assert told.err == ""


def test_a_dump_cleaned_before_is_taken_as_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its ids, origins and ordinals are those of documents.jsonl, and its text is not touched again."""
    assert main(["clean", str(folder / "pages"), "-o", str(folder / "out"), "-q"]) == 0
    kept = rows((folder / "out" / "documents.jsonl").read_text(encoding="utf-8"))
    kept[0]["paragraphs"][0] += "分享到：微信"
    kept[0]["ordinals"] = [7]
    lines = "".join(json.dumps(row) + "\n" for row in kept)
    (folder / "out" / "documents.jsonl").write_text(lines, encoding="utf-8")
    assert call(folder, "add", "OUT", "--index", "SEEN", "-q", "--verdicts") == 0
    assert [row["id"] for row in rows(capsys.readouterr().out)] == [row["id"] for row in kept]
    with Index(folder / "seen.db", read_only=True) as index:
        stored = list(index.documents())
    assert [(one.document_id, one.origin) for one in stored] == [(row["id"], row["origin"]) for row in kept]
    assert stored[0].ordinals == (7,)
    assert stored[0].texts.text(0).endswith("分享到微信")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_batches_and_workers_change_nothing(folder: Path, capsys: pytest.CaptureFixture[str], jobs: str) -> None:
    config = Config.from_dict({"run": {"batch_size": 1, "jobs": int(jobs)}})
    with Index() as index, Index() as whole:
        small = list(indexing.answers([folder / "pages"], index, config, remember=True))
        assert small == list(indexing.answers([folder / "pages"], whole, Config(), remember=True))


def test_failures_are_told_and_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rows.jsonl").write_text(json.dumps({"id": "x", "text": FIRST}) + "\n{broken\n", encoding="utf-8")
    assert call(folder, "add", str(folder / "rows.jsonl"), "--index", "SEEN") == 1
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("cleantext: rows.jsonl#2: is not JSON")
    assert told[1].startswith("documents: 2 read, 1 failed, 1 added")
    assert call(folder, "add", str(folder / "rows.jsonl"), "--index", "SEEN", "--max-failures", "0.5") == 0


def test_stats(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(folder, "add", "PAGES", "--index", "SEEN", "-q")
    assert call(folder, "stats", "--index", "SEEN", "--json") == 0
    (found,) = rows(capsys.readouterr().out)
    assert (found["documents"], found["paragraphs"], found["replacements"]) == (2, 2, 0)
    assert found["location"] == str(folder / "seen.db")
    assert found["bytes"] > 0
    assert call(folder, "stats", "--index", "SEEN") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "documents     2" in lines
    assert [line.split()[0] for line in lines] == ["location", "documents", "paragraphs", "replacements", "bytes"]


def test_merge(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(folder, "add", str(folder / "pages" / "a.txt"), "--index", "SEEN", "-q")
    call(folder, "add", str(folder / "pages" / "b.txt"), str(folder / "pages" / "c.txt"), "--index", "MORE", "-q")
    assert call(folder, "merge", "SEEN", "MORE", "--index", "ALL") == 0
    assert capsys.readouterr().err.startswith("documents: 3 read, 0 failed, 2 added, 0 known, 1 duplicates (1 exact)")
    with Index(folder / "all.db") as index:
        assert [one.origin for one in index.documents()] == ["a.txt", "c.txt"]


def test_merge_opens_all_before_it_writes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(folder, "add", "PAGES", "--index", "SEEN", "-q")
    assert call(folder, "merge", "SEEN", "MORE", "--index", "ALL") == 3
    assert "more.db: there is no such index" in capsys.readouterr().err
    assert not (folder / "all.db").exists()


def test_best_replaces(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(folder, "add", str(folder / "pages" / "a.txt"), "--index", "SEEN", "-q")
    (folder / "long.txt").write_text(f"首页 > 正文\n{FIRST}散会。\n", encoding="utf-8")
    arguments = ["add", str(folder / "long.txt"), "--index", "SEEN", "--mode", "best", "--keep", "longest"]
    assert call(folder, *arguments) == 0
    assert "1 added, 0 known, 0 duplicates, 1 replaced" in capsys.readouterr().err


def test_remove(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(folder, "add", "PAGES", "--index", "SEEN", "-q", "--verdicts")
    first = rows(capsys.readouterr().out)[0]["id"]
    assert call(folder, "remove", first, "nobody", "--index", "SEEN") == 1
    assert capsys.readouterr().err == ("cleantext: nobody: the index has no such document\ndocuments: 1 removed\n")
    assert call(folder, "remove", "--origin", "c.txt", "--index", "SEEN") == 0
    assert call(folder, "remove", "--origin", "c.txt", "--index", "SEEN") == 1
    with Index(folder / "seen.db") as index:
        assert index.stats()["documents"] == 0


def test_the_records_of_a_file_are_removed_together(folder: Path) -> None:
    lines = [json.dumps({"text": text}) for text in (FIRST, OTHER)]
    (folder / "dump.jsonl").write_text("\n".join(lines), encoding="utf-8")
    call(folder, "add", str(folder / "dump.jsonl"), "--index", "SEEN", "-q")
    with Index(folder / "seen.db") as index:
        assert indexing.remove(index, ["dump.jsonl#2", "dump"], by_origin=True) == {"dump.jsonl#2": 1, "dump": 0}
        assert indexing.remove(index, ["dump.jsonl"], by_origin=True) == {"dump.jsonl": 1}


def test_another_configuration_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(folder, "add", "PAGES", "--index", "SEEN", "-q")
    assert call(folder, "stats", "--index", "SEEN", "--threshold", "0.7") == 2
    assert "this index was made with threshold 0.8, not 0.7" in capsys.readouterr().err


def test_a_server_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(folder, "stats", "--index", "redis://127.0.0.1:1/0?namespace=x") == 3
    told = capsys.readouterr().err
    assert told.startswith("cleantext: redis://127.0.0.1:1/0 (namespace x): the server cannot be reached; try again")
    assert len(told.splitlines()) == 1


def test_redis_without_its_package(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("redis", "redislink", "redissession"):
        monkeypatch.delitem(__import__("sys").modules, f"cleantext.dedup.stores.{name}", raising=False)
    monkeypatch.setitem(__import__("sys").modules, "redis", None)
    assert call(folder, "stats", "--index", "redis://127.0.0.1/0") == 2
    assert capsys.readouterr().err.endswith('needs the package redis: pip install "cleantext-corpus[redis]"\n')


def test_what_was_added_before_an_interrupt_stays(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = folder / "c.toml"
    config.write_text("[run]\nbatch_size = 1\n", encoding="utf-8")
    add, calls = Index.check_and_add_many, iter(range(9))

    def interrupted(index: Index, documents: Any, ids: Any = None) -> Any:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return add(index, documents, ids)

    monkeypatch.setattr(Index, "check_and_add_many", interrupted)
    assert call(folder, "add", "PAGES", "--index", "SEEN", "--config", str(config)) == 130
    assert capsys.readouterr().err == "cleantext: interrupted; what was added stays\n"
    with Index(folder / "seen.db") as index:
        assert [one.origin for one in index.documents()] == ["a.txt"]
