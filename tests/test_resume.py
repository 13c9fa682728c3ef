"""Runs that were stopped or killed go on to the same bytes; what cannot be gone on with is refused by name."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cleantext import Cleaner, Config, ConfigError, GuardError, StageMismatchError, run
from cleantext.checkpoint import FOLDER, Checkpoint
from cleantext.cli import main
from cleantext.formats.base import Item, Record
from cleantext.formats.inputs import Input, read_input
from cleantext.records import Document
from cleantext.report import RunReport

TOPICS = ["会议", "图书馆", "公园", "食堂", "天气", "展览", "交通", "体育", "医院", "学校"]


def text(number: int) -> str:
    """A dump of a few lines; every seventh repeats an earlier one."""
    number = number - 5 if number % 7 == 6 else number
    lines = [
        f"{TOPICS[(number + k) % 10]}部门第{number * 31 + k}次通报：{TOPICS[k]}已经完成{number}项，其余{k}项照计划办。"
        for k in range(3)
    ]
    return "\n".join(["首页 > 新闻 > 正文", *lines, "分享到：微信"])


def write_corpus(root: Path, count: int) -> Path:
    """`count` documents in files of several kinds, with some that cannot be read among them."""
    root.mkdir()
    third = count // 3
    for n in range(third):
        (root / f"a{n:05}.txt").write_text(text(n), encoding="utf-8")
    (root / "a00001.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    rows = [json.dumps({"id": f"r{n}", "text": text(n)}, ensure_ascii=False) for n in range(third, count)]
    rows[2] = "{broken"
    (root / "b.jsonl").write_text("\n".join(rows[:third]), encoding="utf-8")
    (root / "c.jsonl.gz").write_bytes(gzip.compress("\n".join(rows[third:]).encode()))
    (root / "d.txt").write_text(text(count), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "in", 60)


def config(shard: int = 7, **tables: Any) -> Config:
    own: dict[str, Any] = {
        "run": {"shard_size": shard, "batch_size": 4},
        "dedup": {"max_removed": 1.0},
        "output": {"changes": True},
    }
    for name, table in tables.items():
        own[name] = {**own.get(name, {}), **table}
    return Config.from_dict(own)


def contents(folder: Path) -> dict[str, Any]:
    """All that a run has written; of report.json what does not depend on time, and on what was done before."""
    found: dict[str, Any] = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "report.json"}
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    for name in ("seconds", "mchar_per_s", "documents_per_s", "resumed_shards"):
        report.pop(name)
    report["config"].pop("run")
    return found | {"report": report}


class Stop(BaseException):
    """A run that ends in the middle."""


def stop_at(stage: str, done: int = 0) -> Callable[[str, int, int | None], None]:
    def progress(now: str, count: int, _: int | None) -> None:
        if now == stage and count >= done:
            raise Stop

    return progress


def stopped(corpus: Path, out: Path, stage: str = "clean", done: int = 45, **tables: Any) -> None:
    """A run into `out` that ended in the middle."""
    with pytest.raises(Stop):
        run(corpus, out, config(**tables), progress=stop_at(stage, done), resume=(out / FOLDER).exists())


@pytest.fixture(scope="module")
def undisturbed(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    report = run(corpus, out, config(shard=10_000))
    assert (report.failed, report.resumed_shards) == (2, 0)
    assert report.documents < 58
    assert sorted(path.name for path in out.iterdir()) == [
        "changes.jsonl",
        "documents.jsonl",
        "duplicates.jsonl",
        "failed.jsonl",
        "removed.jsonl",
        "report.json",
    ]
    return contents(out)


@pytest.mark.parametrize(
    ("stage", "sizes"),
    [
        ("clean", (1, 7, 7)),
        ("clean", (2, 20, 3)),
        ("clean", (1, 1, 50)),
        ("documents", (1, 7, 1)),
        ("write", (1, 20, 7)),
    ],
)
def test_a_stopped_run_goes_on_to_the_same_bytes(
    stage: str, sizes: tuple[int, int, int], corpus: Path, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    jobs, shard, later = sizes
    out = tmp_path / "out"
    stopped(corpus, out, stage, shard=shard, done=45 if stage == "clean" else 0)
    assert [path.name for path in out.iterdir()] == [FOLDER]
    report = run(corpus, out, config(later, run={"jobs": jobs, "batch_size": 9}), resume=True)
    everything = -(-61 // shard)
    assert report.resumed_shards == (45 // shard if stage == "clean" else everything)
    assert contents(out) == undisturbed
    assert json.loads((out / "report.json").read_text())["resumed_shards"] == report.resumed_shards


def test_finished_shards_are_not_done_again(
    corpus: Path, undisturbed: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    stopped(corpus, out)
    done: list[str] = []
    opened: list[str] = []
    clean = Cleaner.clean_record

    def counted(own: Cleaner, record: Record) -> Document:
        done.append(record.origin)
        return clean(own, record)

    def noted(item: Input, *rest: Any) -> Iterator[Item]:
        opened.append(item.origin)
        return read_input(item, *rest)

    monkeypatch.setattr(Cleaner, "clean_record", counted)
    monkeypatch.setattr("cleantext.reading.read_input", noted)
    run(corpus, out, config(), resume=True)
    assert len(done) == 61 - 42
    assert opened == ["c.jsonl.gz", "d.txt"]
    assert contents(out) == undisturbed


def test_it_may_be_stopped_again_and_again(corpus: Path, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "out"
    for done in range(8, 61, 8):
        stopped(corpus, out, done=done)
    stopped(corpus, out, "write", 0)
    assert run(corpus, out, config(), resume=True).resumed_shards == 9
    assert contents(out) == undisturbed


def break_shards(out: Path, damage: str) -> None:
    shards = sorted((out / FOLDER).glob("shard-*"))
    content = shards[2].read_bytes()
    if damage == "cut":
        shards[2].write_bytes(content[: len(content) // 2])
    elif damage == "changed":
        shards[2].write_bytes(content[:30] + bytes([content[30] ^ 1]) + content[31:])
    elif damage == "gone":
        shards[2].unlink()
        shards[0].unlink()
    elif damage == "all gone":
        for shard in shards:
            shard.unlink()


@pytest.mark.parametrize(
    ("damage", "shard"), [("cut", 7), ("changed", 5), ("gone", 7), ("all gone", 7), ("all gone", 5)]
)
def test_damaged_shards_are_done_again(
    damage: str, shard: int, corpus: Path, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    left = {"cut": 5, "changed": 5, "gone": 4, "all gone": 0}[damage]
    stopped(corpus, out)
    break_shards(out, damage)
    stopped(corpus, out, done=50, shard=shard)  # what was made again is itself taken from there
    report = run(corpus, out, config(), resume=True)
    assert report.resumed_shards > left
    assert contents(out) == undisturbed


def test_the_last_shard_damaged_after_all_was_read(corpus: Path, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "out"
    stopped(corpus, out, "write", 0)
    sorted((out / FOLDER).glob("shard-*"))[-1].unlink()
    assert run(corpus, out, config(), resume=True).resumed_shards == 8
    assert contents(out) == undisturbed


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_torn_line_of_the_manifest_does_not_count(
    cut: int, corpus: Path, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    stopped(corpus, out)
    manifest = out / FOLDER / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-cut])
    report = run(corpus, out, config(), resume=True)
    assert report.resumed_shards in (4, 5)
    assert contents(out) == undisturbed


def test_a_shard_damaged_under_the_running_run_stops_it(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def damage(stage: str, *_: Any) -> None:
        if stage == "write":
            break_shards(out, "changed")

    assert (
        main(["clean", str(corpus), "-o", str(out), "-q", "--max-removed", "1", "--config", str(toml(tmp_path))]) == 0
    )
    with pytest.raises(Exception, match="shard 2 of the run's progress is damaged: its checksum is another"):
        run(corpus, tmp_path / "out", config(run={"overwrite": True}), progress=damage)
    report = run(corpus, out, config(), resume=True)
    assert report.resumed_shards == 8


def toml(folder: Path, shard: int = 7) -> Path:
    path = folder / "config.toml"
    path.write_text(f"[run]\nshard_size = {shard}\nbatch_size = 4\n[output]\nchanges = true\n")
    return path


@pytest.mark.parametrize(
    ("tables", "difference"),
    [
        ({"dedup": {"threshold": 0.7}}, "dedup.threshold was 0.8, and is 0.7"),
        ({"output": {"changes": False}}, "output.changes was true, and is false"),
        ({"normalize": {"dictionary": "WORDS"}}, 'normalize.dictionary was null, and is "'),
    ],
)
def test_another_configuration_is_refused(
    tables: dict[str, Any], difference: str, corpus: Path, tmp_path: Path
) -> None:
    (tmp_path / "words").write_text("甲\t乙\n", encoding="utf-8")
    for table in tables.values():
        table.update({key: str(tmp_path / "words") for key, value in table.items() if value == "WORDS"})
    stopped(corpus, tmp_path / "out")
    with pytest.raises(StageMismatchError) as caught:
        run(corpus, tmp_path / "out", config(**tables), resume=True)
    assert difference in str(caught.value).replace("not known", "null")
    assert str(caught.value).endswith("(--overwrite begins again)")
    assert len(str(caught.value).splitlines()) == 1


def test_words_of_a_dictionary_that_changed(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("甲\t乙\n", encoding="utf-8")
    tables: dict[str, Any] = {"normalize": {"dictionary": str(tmp_path / "words")}}
    stopped(corpus, tmp_path / "out", **tables)
    (tmp_path / "words").write_text("甲\t丙\n", encoding="utf-8")
    with pytest.raises(StageMismatchError, match=r"normalize\.dictionary has other words"):
        run(corpus, tmp_path / "out", config(**tables), resume=True)


def test_another_version_is_refused(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(corpus, tmp_path / "out")
    monkeypatch.setattr("cleantext.checkpoint.versions", lambda: {"python": "3", "trafilatura": "99.0"})
    with pytest.raises(StageMismatchError, match=r'python was "3\.\d+\.\d+", and is "3"'):
        run(corpus, tmp_path / "out", config(), resume=True)


@pytest.mark.parametrize("change", ["grown", "touched", "gone", "new", "order", "reference"])
def test_changed_inputs_are_named(change: str, tmp_path: Path) -> None:
    root, out = write_corpus(tmp_path / "in", 30), tmp_path / "out"
    files = sorted(root.iterdir())
    stopped_run: dict[str, Any] = {"reference": [tmp_path / "in" / "d.txt"]} if change == "reference" else {}
    with pytest.raises(Stop):
        run(files, out, config(3), progress=stop_at("clean", 20), **stopped_run)
    expected = {
        "grown": r"b\.jsonl has changed: it had [\d,]+ bytes, and has [\d,]+",
        "touched": r"b\.jsonl has changed: it had [\d,]+ ns since 1970, the time of change, and has",
        "gone": r"b\.jsonl was among its inputs",
        "new": r"zzz\.txt was not among its inputs",
        "order": "its inputs were named in another way or order",
        "reference": r"d\.txt was among its inputs",
    }[change]
    if change == "grown":
        with (root / "b.jsonl").open("a") as stream:
            stream.write("\n")
    elif change == "touched":
        os.utime(root / "b.jsonl", ns=(1, 1))
    elif change == "gone":
        files.remove(root / "b.jsonl")
    elif change == "new":
        files.append(root / "zzz.txt")
        files[-1].write_text(text(1), encoding="utf-8")
    elif change == "order":
        files.reverse()
    with pytest.raises(StageMismatchError, match=expected):
        run(files, out, config(3), resume=True)


@pytest.mark.parametrize("line", [b"{}", b'{"progress": 2}', b'{"progress": 1}', b"[1]", b"\xff"])
def test_a_manifest_that_is_none_is_refused_or_begun_again(line: bytes, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    stopped(corpus, out)
    (out / FOLDER / "manifest.jsonl").write_bytes(line + b"\n")
    with pytest.raises(StageMismatchError, match=r"(its progress has format|its manifest is damaged).*--overwrite"):
        run(corpus, out, config(), resume=True)


def test_what_is_there_is_explained(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    flags = ["-q", "--max-removed", "1", "--config", str(toml(tmp_path))]
    stopped(corpus, out)
    assert main(["clean", str(corpus), "-o", str(out), *flags]) == 2
    assert capsys.readouterr().err == (
        f"cleantext: {out}: a run into it came to no end; --resume goes on with it, --overwrite begins again\n"
    )
    assert main(["clean", str(corpus), "-o", str(out), *flags, "--resume"]) == 0
    assert main(["clean", str(corpus), "-o", str(out), *flags, "--resume"]) == 2
    assert "the run is finished, there is nothing to resume (--overwrite runs it again)" in capsys.readouterr().err
    stopped(corpus, tmp_path / "other")
    assert main(["clean", str(corpus), "-o", str(tmp_path / "other"), *flags, "--overwrite"]) == 0
    assert contents(tmp_path / "other") == contents(out)


def test_resume_begins_where_there_is_nothing_to_resume(
    corpus: Path, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    run(corpus, tmp_path / "new", config(), resume=True)
    (tmp_path / "killed").mkdir()
    (tmp_path / "killed" / ".documents.jsonl.partial").write_text("half")
    with pytest.raises(ConfigError, match="a run into it came to no end"):
        run(corpus, tmp_path / "killed", config())
    run(corpus, tmp_path / "killed", config(), resume=True)
    (tmp_path / "early" / FOLDER).mkdir(parents=True)  # killed before the manifest was there
    run(corpus, tmp_path / "early", config(), resume=True)
    for name in ("new", "killed", "early"):
        assert contents(tmp_path / name) == undisturbed


def test_what_cannot_be_resumed(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="only a run into a folder can be resumed"):
        run(corpus, "-", config(), resume=True)
    with pytest.raises(ConfigError, match="only a run into a folder can be resumed"):
        run(corpus, tmp_path / "out", config(), resume=True, dry_run=True)
    with pytest.raises(ConfigError, match="standard input cannot be read again"):
        run("-", tmp_path / "out", config(), resume=True)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(ConfigError, match="is not empty"):
        run(corpus, tmp_path / "full", config(), resume=True)


def test_two_runs_at_a_time_do_not_share_a_folder(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    tried: list[str] = []

    def second(stage: str, done: int, _: int | None) -> None:
        if stage == "clean" and done == 30:
            for resume in (True, False):
                with pytest.raises(ConfigError, match="another run is writing to it"):
                    run(corpus, out, config(run={"overwrite": not resume}), resume=resume)
            tried.append("both")

    run(corpus, out, config(), progress=second)
    assert tried == ["both"]
    assert not (out / FOLDER).exists()


def test_two_runs_that_begin_at_the_same_time(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with Checkpoint(out, config(), [], []) as first:
        first._begin()
        with pytest.raises(ConfigError, match="another run has begun"):
            Checkpoint(out, config(), [], [])._begin()


def test_a_run_a_guard_stopped_goes_on_when_it_is_told_to(tmp_path: Path) -> None:
    row = json.dumps({"text": text(1)}) + "\n"
    (tmp_path / "in.jsonl").write_text(row * 30)
    with pytest.raises(GuardError):
        run(tmp_path / "in.jsonl", tmp_path / "out", config(dedup={"max_removed": 0.5}))
    report = run(tmp_path / "in.jsonl", tmp_path / "out", config(), resume=True)
    assert (report.documents, report.resumed_shards) == (1, 5)


def test_an_overwritten_run_keeps_the_old_files_to_its_end(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(corpus, out, config())
    before = contents(out)
    with pytest.raises(Stop):
        run(corpus / "b.jsonl", out, config(run={"overwrite": True}), progress=stop_at("clean", 15))
    assert (out / "documents.jsonl").read_bytes() == before["documents.jsonl"]
    report = run(corpus / "b.jsonl", out, config(), resume=True)
    assert (report.stage("read").came_in, report.resumed_shards) == (20, 2)
    assert not (out / FOLDER).exists()


def test_references_are_part_of_the_progress(corpus: Path, tmp_path: Path) -> None:
    old = write_corpus(tmp_path / "old", 24)
    run(corpus, tmp_path / "a", config(), reference=[old])
    for done in (50, 75):
        with pytest.raises(Stop):
            run(corpus, tmp_path / "b", config(), reference=[old], progress=stop_at("clean", done), resume=True)
    report = run(corpus, tmp_path / "b", config(), reference=[old], resume=True)
    assert report.resumed_shards == 10
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def kill_and_resume(corpus: Path, out: Path, settings: Path, jobs: int, until: Callable[[], bool]) -> RunReport | None:
    """Kill `cleantext clean` as hard as can be when `until` says so, and go on; None if it was through by then."""
    flags = ["-q", "--max-removed", "1", "--config", str(settings), "--jobs", str(jobs)]
    command = [sys.executable, "-m", "cleantext", "clean", str(corpus), "-o", str(out), *flags]
    with subprocess.Popen(command) as process:
        while not until() and process.poll() is None:
            time.sleep(0.002)
        process.kill()
    if process.returncode == 0:
        return None
    assert process.returncode == -signal.SIGKILL
    if (out / "report.json").exists() and not (out / FOLDER).exists():
        return None  # it was killed on its way out
    return run(corpus, out, Config.from_toml(settings, config()), resume=True)


@pytest.mark.parametrize(("jobs", "shards"), [(1, 1), (2, 4), (1, 9)])
def test_kill_and_go_on(jobs: int, shards: int, corpus: Path, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    out, delay = tmp_path / "out", random.Random(shards).random() * 0.05

    def until() -> bool:
        found = len(list((out / FOLDER).glob("shard-*"))) >= shards
        time.sleep(delay if found else 0)
        return found

    report = kill_and_resume(corpus, out, toml(tmp_path), jobs, until)
    assert contents(out) == undisturbed
    if report is not None:
        assert report.resumed_shards >= shards - 1


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_kill_at_ten_random_moments(jobs: int, tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "in", 2000)
    settings = toml(tmp_path, shard=64)
    command = [sys.executable, "-m", "cleantext", "clean", str(corpus), "-o", str(tmp_path / "whole"), "-q"]
    started = time.monotonic()
    flags = ["--max-removed", "1", "--config", str(settings), "--jobs", str(jobs)]
    subprocess.run([*command, *flags], check=True)
    whole, expected = time.monotonic() - started, contents(tmp_path / "whole")
    draw = random.Random(jobs)
    for number in range(10):
        out, moment = tmp_path / f"out{number}", time.monotonic() + draw.random() * whole
        report = kill_and_resume(corpus, out, settings, jobs, lambda moment=moment: time.monotonic() > moment)  # type: ignore[misc]
        print(number, "through" if report is None else report.resumed_shards)
        assert contents(out) == expected
