"""The command line: exit codes, streams, messages."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cleantext.cli import main
from cleantext.config import Config

SEEDS = Path(__file__).parent.parent / "seeds"
TEXT = "会议今日召开，市长主持会议并讲话，各区负责人参加了会议，并就下一步工作作了部署。"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(f"首页 > 正文\n{TEXT}", encoding="utf-8")
    return path


def test_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", str(SEEDS), "-o", str(tmp_path / "out")]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("documents: 5 read, 0 failed, 5 kept, 0 duplicates\n")
    assert len((tmp_path / "out" / "documents.jsonl").read_text(encoding="utf-8").splitlines()) == 5


def test_standard_output_has_documents_only(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", str(page), "-o", "-", "--quiet"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["paragraphs"] == [TEXT]
    assert captured.err == ""


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"首页 > 正文\n{TEXT}".encode("gb18030"))))
    assert main(["clean", "-", "-o", "-", "-q"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["paragraphs"], row["origin"]) == ([TEXT], "stdin")


def test_flags_go_over_the_file(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.toml").write_text('[normalize]\nscript = "t"\n[dedup]\nthreshold = 0.7\n')
    assert main(["config", "--config", str(tmp_path / "c.toml"), "--script", "hk", "--no-glosses"]) == 0
    printed = capsys.readouterr().out
    (tmp_path / "d.toml").write_text(printed, encoding="utf-8")
    config = Config.from_toml(tmp_path / "d.toml")
    assert (config.normalize.script, config.dedup.threshold, config.repair.glosses) == ("hk", 0.7, False)
    assert printed.startswith(f"# digest {config.digest()}\n")


def test_rules(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.toml").write_text('[[rule]]\nname = "meeting"\npattern = "^会议今日"\n', encoding="utf-8")
    assert main(["clean", str(page), "-o", str(tmp_path / "out"), "--rules", str(tmp_path / "r.toml")]) == 0
    removed = (tmp_path / "out" / "removed.jsonl").read_text(encoding="utf-8")
    assert "chrome/meeting" in removed


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["clean", "none", "-o", "OUT"], 2, "cleantext: none: no such file or folder"),
        (["clean", "EMPTY", "-o", "OUT"], 2, "no file in it ends in .txt"),
        (["clean", "PAGE", "-o", "FULL"], 2, "is not empty (it has page.txt); give another folder or --overwrite"),
        (["clean", "PAGE", "-o", "OUT", "--threshold", "7"], 2, "dedup.threshold: 7.0 is not between 0.05 and 1"),
        (["clean", "PAGE", "-o", "OUT", "--config", "none.toml"], 2, "none.toml: cannot be read"),
        (["clean", "PAGE", "-o", "OUT", "--script", "x"], 2, "normalize.script: 'x' is not one of s, t, tw"),
        (["compare", "PAGE", "none"], 2, "cleantext: none: no such file or folder"),
    ],
)
def test_wrong_calls(
    arguments: list[str], code: int, message: str, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "void").mkdir()
    names = {"PAGE": str(page), "OUT": str(tmp_path / "out"), "EMPTY": str(tmp_path / "void"), "FULL": str(tmp_path)}
    assert main([names.get(argument, argument) for argument in arguments]) == code
    captured = capsys.readouterr()
    assert message in captured.err
    assert "Traceback" not in captured.err
    assert not (tmp_path / "out").exists()


def test_too_many_failures(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    inputs = [str(page), str(tmp_path / "image.txt")]
    assert main(["clean", *inputs, "-o", str(tmp_path / "out")]) == 1
    assert "1 inputs failed, more than --max-failures 0.1 allows; the reasons are in" in capsys.readouterr().err
    assert main(["clean", *inputs, "-o", str(tmp_path / "out"), "--overwrite", "--max-failures", "0.5"]) == 0


def test_a_huge_line_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "huge.txt").open("wb") as stream:
        for _ in range(100):
            stream.write("一行到底没有换行".encode() * 41_700)
    assert main(["clean", str(tmp_path / "huge.txt"), "-o", str(tmp_path / "out")]) == 1
    failed = (tmp_path / "out" / "failed.jsonl").read_text(encoding="utf-8")
    assert json.loads(failed)["error"] == "is over the limit of 33,554,432 bytes a document (--max-bytes)"


def test_a_guard_stops_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.jsonl").write_text("\n".join([json.dumps({"text": TEXT * 3})] * 20))
    assert main(["clean", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out")]) == 4
    assert "19 of 20 documents are duplicates" in capsys.readouterr().err


def test_dedup_changes_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = ["首页 > 正文", "會議現(xiàn)場&amp;", "分享到：微信"]
    documents = [{"id": 1, "paragraphs": kept, "title": "題"}, {"id": 2, "paragraphs": [TEXT, TEXT]}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, documents)))
    assert main(["dedup", str(tmp_path / "in.jsonl"), "-o", "-", "-q"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["paragraphs"] for row in rows] == [kept, [TEXT]]
    assert rows[0]["title"] == "題"


def test_compare(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--text", TEXT, TEXT.replace("市长", "區長")]) == 0
    printed = capsys.readouterr().out
    assert "near" in printed
    assert "Jaccard" in printed
    (tmp_path / "in.jsonl").write_text(
        json.dumps({"id": "a", "text": TEXT}) + "\n" + json.dumps({"id": "b", "text": "别的"})
    )
    assert main(["compare", str(page), f"{tmp_path / 'in.jsonl'}#a"]) == 0
    assert "exact" in capsys.readouterr().out
    assert main(["compare", str(page), f"{tmp_path / 'in.jsonl'}#c"]) == 2
    assert "no document 'c' among the 2" in capsys.readouterr().err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["--help"],
        ["clean", "--help"],
        ["dedup", "-h"],
        ["compare", "-h"],
        ["config", "-h"],
        ["--version"],
    ):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 0
        assert capsys.readouterr().out.strip()
    with pytest.raises(SystemExit) as caught:
        main(["clean"])
    assert caught.value.code == 2


def is_group(pid: int) -> bool:
    """Whether anybody is left in a group of processes."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("sign", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
@pytest.mark.parametrize("early", [True, False])
def test_control_c_and_sigterm_end_a_run_in_order(
    sign: signal.Signals, code: int, word: str, early: bool, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"text": f"{TEXT}\n{n}"}) + "\n" for n in range(30_000)))
    (tmp_path / "c.toml").write_text(f"[run]\nshard_size = {100_000 if early else 16}\n")
    command = [sys.executable, "-m", "cleantext", "clean", "in.jsonl", "-o", "out", "--jobs", "2", "--config", "c.toml"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    begun = tmp_path / "out" / ("" if early else ".progress/shard-000000.jsonl.zst")
    while not begun.exists():
        time.sleep(0.01)
    time.sleep(0.2 if early else 0)
    os.killpg(process.pid, sign)  # as a terminal or a service manager does: workers get it too
    _, errors = process.communicate(timeout=60)
    kept = "nothing was written" if early else "what is finished is kept in out, --resume goes on from there"
    assert (process.returncode, errors) == (code, f"cleantext: {word}; {kept}\n")
    if early:
        assert not (tmp_path / "out").exists()
    else:
        assert [path.name for path in (tmp_path / "out").iterdir()] == [".progress"]
    until = time.monotonic() + 30
    while is_group(process.pid):
        assert time.monotonic() < until, "a process is left"
        time.sleep(0.01)


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    rows = "\n".join(json.dumps({"text": f"{TEXT}{n * 7919}号文件"}) for n in range(2000))
    (tmp_path / "in.jsonl").write_text(rows)
    command = f"{sys.executable} -m cleantext clean in.jsonl -q -o - --documents tag | head -n 1 | wc -l"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (done.stdout.strip(), done.stderr) == ("1", "")
