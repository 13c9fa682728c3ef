"""The output folder: all of a run's files or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleantext.config import OutputConfig
from cleantext.errors import ConfigError
from cleantext.formats.carried import ColumnTypes
from cleantext.formats.output import OutputFolder

ROW = {
    "title": "题",
    "paragraphs": ["一", "小节", "甲", "乙", ""],
    "kinds": ["text", "heading", "list", "list", "text"],
    "levels": [0, 3, 1, 2, 0],
}


def test_files_appear_at_the_end(tmp_path: Path) -> None:
    with OutputFolder(str(tmp_path / "deep" / "out")) as folder:
        folder.write_rows("failed.jsonl", [{"origin": "汉"}])
        assert [path.name for path in folder.path.iterdir()] == [".failed.jsonl.partial"]
    assert (folder.path / "failed.jsonl").read_text(encoding="utf-8") == '{"origin": "汉"}\n'
    assert [path.name for path in folder.path.iterdir()] == ["failed.jsonl"]


def test_a_failed_run_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "documents.jsonl").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    folder = OutputFolder(str(tmp_path), overwrite=True)
    with pytest.raises(ZeroDivisionError), folder:
        folder.write_documents((ROW for n in [1, 0] if 1 / n), OutputConfig(), 2, ColumnTypes())
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "documents.jsonl": "old",
        "mine.txt": "mine",
    }


def test_an_overwritten_run_leaves_nothing_of_the_old(tmp_path: Path) -> None:
    for name in ("documents.jsonl", "changes.jsonl", "mine.txt"):
        (tmp_path / name).write_text("old")
    with pytest.raises(ConfigError, match=r"is not empty \(it has changes.jsonl\); give another folder or --overwrite"):
        OutputFolder(str(tmp_path))
    with OutputFolder(str(tmp_path), overwrite=True) as folder:
        folder.write_documents([ROW, ROW], OutputConfig(format="text"), 2, ColumnTypes())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["documents.txt", "mine.txt"]
    assert (tmp_path / "documents.txt").read_text(encoding="utf-8") == "一\n小节\n甲\n乙\n\n一\n小节\n甲\n乙\n"


def test_markdown_keeps_what_blocks_are(tmp_path: Path) -> None:
    more = {
        "title": None,
        "paragraphs": ["年\t数\n2020\t7|8", "a = `1`\nb", "```", "引\n文", "两\n行"],
        "kinds": ["table", "code", "code", "quote", "text"],
        "levels": [0] * 5,
    }
    with OutputFolder(str(tmp_path)) as folder:
        folder.write_documents([ROW, more], OutputConfig(format="markdown"), 2, ColumnTypes())
    written = (tmp_path / "documents.md").read_text(encoding="utf-8")
    assert written.split("\n---\n\n") == [
        "# 题\n\n一\n\n### 小节\n\n- 甲\n  - 乙\n",
        (
            "| 年 | 数 |\n| --- | --- |\n| 2020 | 7\\|8 |\n\n"
            "```\na = `1`\nb\n```\n\n````\n```\n````\n\n> 引\n> 文\n\n两  \n行\n"
        ),
    ]


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    with pytest.raises(ConfigError, match="is a file; the output is a folder"):
        OutputFolder(str(tmp_path / "f"))
    with (
        pytest.raises(ConfigError, match="cannot be made or written to: Not a directory"),
        OutputFolder(str(tmp_path / "f" / "g")),
    ):
        pass


def test_the_report_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    rename = Path.replace

    def noted(self: Path, target: Path) -> Path:
        order.append(target.name)
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    with OutputFolder(str(tmp_path)) as folder:
        for name in ("report.json", "removed.jsonl", "failed.jsonl"):
            folder.write_rows(name, [])
    assert order == ["removed.jsonl", "failed.jsonl", "report.json"]
