"""The benchmark of restored marks counts what it says."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from quality.punctuation import Tally, changes, compare, flatten, main, texts


def test_flattening_remembers_what_was_there() -> None:
    flat, was = flatten("甲，“乙”……a.")
    assert flat == '甲,"乙"......a.'
    assert was == ["甲", "，", "“", "乙", "”", "…", "", "", "…", "", "", "a", "."]


def test_marks_are_counted_by_what_they_were() -> None:
    tally = Tally()
    compare("他来了，说,好（很好）…（A）又“去。", tally)
    assert tally.right == {"comma": 1, "paren": 2, "ellipsis": 1, "period": 1}
    assert tally.own == {"comma": 1}
    assert tally.left == {"paren": 2, "quote": 1}
    assert not tally.wrong
    wrong = Tally()
    compare("”甲乙”，", wrong)  # two closing ones: the first is made an opening one
    assert wrong.wrong == {"quote": 1}
    assert wrong.precision("quote") == 0.5
    assert wrong.recall("quote") == 1.0


def test_contexts() -> None:
    assert changes("第一行\n他说,好") == [("comma", "第一行⏎他说[,]好")]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("a", "他说，好的。走吧,"), ("b", "this is English, mostly 中文")):
        (tmp_path / f"{name}.json").write_text(json.dumps({"main_content": text}), encoding="utf-8")
    assert list(texts(tmp_path)) == ["他说，好的。走吧,"]
    with gzip.open(tmp_path / "lines.txt.gz", "wt", encoding="utf-8") as stream:
        stream.write("他说，好\nEnglish, please\n走吧。\n")
    assert list(texts(tmp_path / "lines.txt.gz")) == ["他说，好", "走吧。"]
    monkeypatch.setattr("sys.argv", ["punctuation.py", "--data", str(tmp_path), "--list"])
    main()
    shown = capsys.readouterr().out
    assert "| comma | 1 | 100.00% | 100.0% | 1 |" in shown
    assert "他说，好的。走吧[,]" in shown
    monkeypatch.setattr("sys.argv", ["punctuation.py"])
    main()
    assert "'comma': 495" in capsys.readouterr().out
