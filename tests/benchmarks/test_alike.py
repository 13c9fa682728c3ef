"""A page is compared with itself in the other script and in other bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from cleantext.text.script import convert_text
from quality import alike
from quality.labels import Source, sources

PROSE = "后面的人说这里的干部没有发现问题，头发长了也没有人说。"
GOLD = "\n".join(f"第{i}段：{PROSE * 3}" for i in range(4))
PAGE = (
    "<html><head><meta charset=utf-8></head><body><ul class=menu><li><a href=/>首页</a></li></ul>"
    f"<div class=post><p>{GOLD.replace(chr(10), '</p><p>')}</p></div><div class=footer>版权所有</div></body></html>"
)


def site(folder: Path, html: str, gold: str) -> list[Source]:
    lines = [("首页", "chrome"), *((line, "body") for line in gold.split("\n"))]
    row = {"kind": "article", "url": None, "main_content": gold}
    (folder / "bare.html.gz").write_bytes(gzip.compress(html.encode()))
    (folder / "bare.json").write_text(json.dumps(row), encoding="utf-8")
    blocks = [{"text": text, "label": label} for text, label in lines]
    (folder / "dumped.html.gz").write_bytes(gzip.compress(html.encode()))
    (folder / "dumped.json").write_text(json.dumps({**row, "blocks": blocks}), encoding="utf-8")
    return sources(folder)


@pytest.mark.parametrize("script", ["s2t", None])
def test_a_plain_page_is_read_alike(tmp_path: Path, script: str | None) -> None:
    page, gold = (convert_text(text, script) if script else text for text in (PAGE, GOLD))
    bare, dumped = (alike.scores(source) for source in site(tmp_path, page, gold))
    assert bare is not None
    assert dumped is not None
    assert {name for pair in alike.COMPARED for name in pair} == set(dumped)
    assert set(dumped) - set(bare) == {"dump", "other script, dump"}
    assert all(dumped[one] == dumped[other] > 0.99 for one, other in alike.COMPARED)


def test_what_is_read_worse_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def read(body: bytes, gold: str, url: str | None) -> float:
        asked.append(body)
        return float(len(asked))

    monkeypatch.setattr(alike, "_read", read)
    (source, _) = site(tmp_path, PAGE, GOLD)
    found = alike.scores(source, "s2twp")
    assert found is not None
    assert sorted(found.values()) == list(range(1, 9))
    encoded = dict(zip(found, asked, strict=True))
    assert "后面".encode() in encoded["page"]
    assert "後面".encode() in encoded["other script"]
    assert encoded["simplified"] == encoded["page"]
    assert "后面".encode("gb18030") in encoded["gb18030"]
    assert b"charset=gb18030" in encoded["gb18030"]
    assert "後面".encode("big5") in encoded["big5"]
    assert b"charset" not in encoded["big5, undeclared"] + encoded["gb18030, undeclared"]


def test_pages_in_neither_script_are_left_out(tmp_path: Path) -> None:
    assert [alike.scores(source) for source in site(tmp_path, "<p>The council met.", "The council met.")] == [None] * 2


def test_means_and_errors() -> None:
    found: list[Mapping[str, float]] = [
        {"page": 0.5, "other script": 0.4},
        {"page": 1.0, "other script": 1.0},
        {"page": 0.2, "other script": 0.21, "dump": 0.5},
    ]
    (row,) = alike.rows(found)
    assert row[:3] == ("other script", "page", 3)
    changes = (-10, 0, 1)
    mean = sum(changes) / 3
    error = (sum((change - mean) ** 2 for change in changes) / 3) ** 0.5 / 3**0.5
    assert row[3:7] == pytest.approx((1.7 / 3, 1.61 / 3, mean, error))
    assert row[7:] == (1, 1)
    assert list(alike.rows([])) == []


def test_the_command_prints_a_line_a_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site(tmp_path, PAGE, GOLD)
    assert alike.main(["--data", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(alike.COMPARED)
    printed = " ".join(lines[0].split())
    assert printed == "other script 2 pages 1.0000 (page) -> 1.0000 +0.00 ± 0.00, 0 worse, 0 better"
    (tmp_path / "none").mkdir()
    assert alike.main(["--data", str(tmp_path / "none")]) == 1
