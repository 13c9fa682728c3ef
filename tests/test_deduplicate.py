"""`cleantext dedup`: rows that stay as they were, what the side files say of the others, and what stops a run."""

from __future__ import annotations

import datetime
import decimal
import gzip
import io
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleantext import ConfigError, EngineError, GuardError, run
from cleantext.cli import main
from cleantext.deduplicate import deduplicate
from run_tools import SENTENCES, check_removed, check_stages, config, outputs, rows, write_rows

A, B, C, D, E, F, ASTRAL, COMBINING = SENTENCES
EVERY = [*SENTENCES]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of its own."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def joined(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


def test_lines_that_stay_keep_every_byte(tmp_path: Path, out: Path) -> None:
    lines = [
        '{ "id" :"a\\u4e2d\\/",  "text":' + json.dumps(joined(A, B)) + ', "n": 1.50E+2, "n": [1 ,{"k":null}] }',
        json.dumps({"text": joined(C, ASTRAL), "big": 10**30, "tiny": 5e-324}, ensure_ascii=False) + " \t",
        json.dumps({"lone": "\ud83d", "escaped": "\x00\x1f\u2028", "text": joined(D, COMBINING)}),
        json.dumps({"id": "again", "text": joined(C, ASTRAL)}),
        '{"text": "' + E + '", "NaN": NaN}',
    ]
    (tmp_path / "in.jsonl").write_bytes("\n".join(lines[:2]).encode() + b"\r\n\n" + "\n".join(lines[2:]).encode())
    deduplicate(tmp_path / "in.jsonl", out)
    kept = [lines[0], lines[1] + "\r", lines[2], lines[4]]
    assert (out / "documents.jsonl").read_bytes() == "".join(line + "\n" for line in kept).encode()


def test_a_paragraph_that_goes_changes_nothing_else(tmp_path: Path, out: Path) -> None:
    text = json.dumps(f"{A}\n\n\n{B}\n\n {ASTRAL}\u3000\n\n{A}\n\n{COMBINING}\n", ensure_ascii=True)
    line = '{"é\\u0301" : 1.0e5 , "text":' + text + ',  "tail":[ 1,2 ]}'
    (tmp_path / "in.jsonl").write_text(line, encoding="utf-8")
    deduplicate(tmp_path / "in.jsonl", out)
    left = json.dumps(joined(A, B, ASTRAL, COMBINING), ensure_ascii=False)
    assert (out / "documents.jsonl").read_text(encoding="utf-8") == line.replace(text, left) + "\n"
    (gone,) = rows(out, "removed.jsonl")
    start = json.loads(text).index(A, 1)
    assert gone == {
        "id": "in.jsonl#1",
        "start": start,
        "end": start + len(A),
        "text": A,
        "reason": "duplicate/exact",
        "score": 1.0,
        "kept_id": "in.jsonl#1",
        "kept_paragraph": 0,
    }


TYPED = pa.schema(
    {
        "id": pa.int64(),
        "when": pa.timestamp("us", tz="UTC"),
        "price": pa.decimal128(9, 2),
        "kind": pa.dictionary(pa.int8(), pa.string()),
        "raw": pa.binary(),
        "nested": pa.struct({"a": pa.list_(pa.float32()), "b": pa.bool_()}),
        "text": pa.large_string(),
    }
)


def typed_table() -> pa.Table:
    when = datetime.datetime(2024, 5, 17, 12, tzinfo=datetime.UTC)
    texts = [joined(A, B), joined(C, ASTRAL), joined(A, B), joined(D, E, D), COMBINING]
    values = [
        {
            "id": number,
            "when": when + datetime.timedelta(hours=number) if number else None,
            "price": decimal.Decimal(f"{number}.10"),
            "kind": "xy"[number % 2],
            "raw": bytes([number, 255]),
            "nested": {"a": [number / 2, None], "b": None},
            "text": text,
        }
        for number, text in enumerate(texts)
    ]
    return pa.Table.from_pylist(values, schema=TYPED)


@pytest.mark.parametrize("group", [1, 2, 5])
def test_parquet_to_parquet(group: int, tmp_path: Path, out: Path) -> None:
    table = typed_table()
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=group)
    deduplicate(tmp_path / "in.parquet", out, config(output={"format": "parquet"}))
    found = pq.read_table(out / "documents.parquet")
    expected = table.take([0, 1, 3, 4]).to_pylist()
    expected[2]["text"] = joined(D, E)
    assert found.to_pylist() == expected
    assert found.schema.types == TYPED.types
    reasons = [(row["id"], row["reason"], row["kept_id"]) for row in rows(out, "removed.jsonl")]
    assert reasons == [("2", "document/exact", "0"), ("3", "duplicate/exact", "3")]


def test_parquet_to_json_lines(tmp_path: Path, out: Path) -> None:
    pq.write_table(typed_table(), tmp_path / "in.parquet")
    deduplicate(tmp_path / "in.parquet", out)
    found = rows(out)
    assert [row["text"] for row in found] == [joined(A, B), joined(C, ASTRAL), joined(D, E), COMBINING]
    assert found[1]["nested"] == {"a": [0.5, None], "b": None}
    assert (found[1]["id"], found[1]["price"], found[1]["kind"]) == (1, "1.10", "y")
    assert found[1]["when"].startswith("2024-05-17")


def test_json_lines_to_parquet_and_back(tmp_path: Path, out: Path) -> None:
    values = [{"id": str(n), "n": n / 2, "text": text, "tags": [str(n)] * n} for n, text in enumerate(EVERY)]
    write_rows(tmp_path / "in.jsonl", [*values, {**values[0], "id": "copy"}])
    deduplicate(tmp_path / "in.jsonl", out, config(output={"format": "parquet"}))
    assert pq.read_table(out / "documents.parquet").to_pylist() == values
    deduplicate(out / "documents.parquet", tmp_path / "again")
    assert rows(tmp_path / "again") == values


def test_rows_that_share_no_columns_stop_before_work(tmp_path: Path, out: Path) -> None:
    pq.write_table(pa.table({"text": [A]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"text": [B], "more": [1]}), tmp_path / "b.parquet")
    both = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    with pytest.raises(ConfigError, match="more is int64 here and missing in"):
        deduplicate(both, out, config(output={"format": "parquet"}))
    assert not out.exists()
    deduplicate(both, out)
    assert rows(out) == [{"text": A}, {"text": B, "more": 1}]


def test_text_files_are_rows(tmp_path: Path, out: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text(f"{A}\n{B}\n{A}\n", encoding="utf-8")
    (tmp_path / "in" / "b.txt").write_bytes(f"{D}\r\n\r\n{E}".encode("gb18030"))
    (tmp_path / "in" / "c.txt.gz").write_bytes(gzip.compress(f"{A}\n{B}".encode()))
    (tmp_path / "in" / "sub" / "a.txt").write_text(f"{F}\n\n{ASTRAL}", encoding="utf-8")
    deduplicate(tmp_path / "in", out)
    assert rows(out) == [
        {"id": "a.txt", "text": joined(A, B)},
        {"id": "b.txt", "text": f"{D}\r\n\r\n{E}"},
        {"id": "sub/a.txt", "text": joined(F, ASTRAL)},
    ]
    gone = {row["id"]: row for row in rows(out, "removed.jsonl")}
    assert (gone["c.txt.gz"]["text"], gone["c.txt.gz"]["kept_id"]) == (f"{A}\n{B}", "a.txt")
    assert (gone["a.txt"]["start"], gone["a.txt"]["text"]) == (len(A) + len(B) + 2, A)
    deduplicate(tmp_path / "in", tmp_path / "lines", config(output={"format": "text"}))
    assert (tmp_path / "lines" / "documents.txt").read_text(
        encoding="utf-8"
    ) == f"{A}\n{B}\n\n{D}\n{E}\n\n{F}\n{ASTRAL}\n"
    deduplicate(tmp_path / "in", tmp_path / "md", config(output={"format": "markdown"}))
    assert (tmp_path / "md" / "documents.md").read_text(encoding="utf-8").count("\n---\n") == 2


def test_the_column_of_the_text(tmp_path: Path, out: Path) -> None:
    written = [
        {"id": "1", "text": A, "summary": B},
        {"id": "2", "text": A, "summary": joined(D, E, D)},
        {"id": "3", "text": F, "summary": B},
        {"id": "4", "text": C},
    ]
    write_rows(tmp_path / "in.jsonl", written)
    report = deduplicate(tmp_path / "in.jsonl", out, column="summary")
    assert rows(out) == [written[0], {**written[1], "summary": joined(D, E)}]
    assert (report.documents, report.failed) == (2, 1)
    (failed,) = rows(out, "failed.jsonl")
    assert (failed["origin"], "has no summary" in failed["error"]) == ("in.jsonl#4", True)


def test_a_list_of_paragraphs(tmp_path: Path, out: Path) -> None:
    lists = [[A, "", B, A], [C], ["", D, "——"], [D, "……"], []]
    write_rows(tmp_path / "in.jsonl", [{"content": list_} for list_ in lists])
    deduplicate(tmp_path / "in.jsonl", out)
    assert [row["content"] for row in rows(out)] == [[A, "", B], [C], ["", D, "——"], []]
    within, whole = rows(out, "removed.jsonl")
    text = joined(*lists[0])
    assert (within["text"], text[within["start"] : within["end"]], within["start"]) == (A, A, len(text) - len(A))
    assert (whole["id"], whole["reason"], whole["text"]) == ("in.jsonl#4", "document/exact", joined(D, "……"))


def test_rows_as_clean_writes_them(tmp_path: Path, out: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, text in (("a", f"{A}\n{B}"), ("b", f"{D}\n{A}\n{E}"), ("c", F)):
        (tmp_path / "in" / f"{name}.txt").write_text(text, encoding="utf-8")
    run(tmp_path / "in", tmp_path / "clean")
    before = rows(tmp_path / "clean")
    deduplicate(tmp_path / "clean" / "documents.jsonl", out, config(across="drop"))
    after = rows(out)
    assert [after[0], after[2]] == [before[0], before[2]]
    assert after[1]["paragraphs"] == [D, E]
    assert after[1]["text"] == joined(D, E)
    for name in ("spans", "ordinals", "kinds", "levels"):
        assert after[1][name] == [before[1][name][0], before[1][name][2]]
    rest = {"paragraphs", "text", "spans", "ordinals", "kinds", "levels"}
    assert {name: value for name, value in after[1].items() if name not in rest} == {
        name: value for name, value in before[1].items() if name not in rest
    }
    (gone,) = rows(out, "removed.jsonl")
    assert (gone["id"], gone["kept_id"], gone["kept_paragraph"]) == (before[1]["id"], before[0]["id"], 0)


def test_references_are_compared_with_and_not_written(tmp_path: Path, out: Path) -> None:
    write_rows(tmp_path / "old.jsonl", [{"id": "old", "text": joined(A, B)}, {"text": joined(D, E)}, {"text": A}])
    pq.write_table(pa.table({"id": ["p"], "body": [F]}), tmp_path / "old.parquet")
    write_rows(
        tmp_path / "new.jsonl",
        [{"id": "n0", "text": joined(A, B)}, {"id": "n1", "text": joined(C, D)}, {"id": "n2", "text": F}],
    )
    references = [tmp_path / "old.jsonl", tmp_path / "old.parquet"]
    report = deduplicate(tmp_path / "new.jsonl", out, config(across="drop"), reference=references)
    assert rows(out) == [{"id": "n1", "text": C}]
    gone = [(row["id"], row["reason"], row["kept_id"], row["kept_paragraph"]) for row in rows(out, "removed.jsonl")]
    assert gone == [
        ("n0", "document/exact", "old", None),
        ("n1", "duplicate/exact", "old.jsonl#2", 0),
        ("n2", "document/exact", "p", None),
    ]
    stages = check_stages(out)
    assert (stages["documents"]["in"], stages["documents"]["out"], report.documents) == (3, 1, 1)


def test_ids_are_the_rows_own_or_their_places(tmp_path: Path, out: Path) -> None:
    ids: list[Any] = ['a"\\/b', None, 17, "𠀀\u2028\x00", "", {"k": [1.5]}, "\ud800x"]
    texts = [joined(EVERY[n], EVERY[n + 1]) for n in range(7)]
    written = [{"id": own, "text": text} for own, text in zip(ids, texts, strict=True)]
    copies = [{"text": text} for text in texts]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, [*written, *copies])))
    deduplicate(tmp_path / "in.jsonl", out, config(across="off", max_removed=1.0))
    named = ['a"\\/b', "in.jsonl#2", "17", "𠀀\u2028\x00", "", '{"k": [1.5]}', "�x"]
    removed = rows(out, "removed.jsonl")
    assert [row["kept_id"] for row in removed] == named
    assert [row["id"] for row in removed] == [f"in.jsonl#{8 + n}" for n in range(7)]
    pairs = rows(out, "duplicates.jsonl")
    assert [(pair["left_id"], pair["right_id"]) for pair in pairs] == [(row["kept_id"], row["id"]) for row in removed]


def test_names_that_are_no_utf8(tmp_path: Path, out: Path) -> None:
    (tmp_path / "in").mkdir()
    name = os.fsdecode("公告".encode("gbk"))
    (tmp_path / "in" / f"{name}.txt").write_text(A, encoding="utf-8")
    write_rows(tmp_path / "in" / f"{name}.jsonl", [{"text": A}, {"text": B}])
    deduplicate(tmp_path / "in", out)
    assert rows(out) == [{"text": A}, {"text": B}]
    (gone,) = rows(out, "removed.jsonl")
    assert gone["id"].endswith(".txt")
    assert gone["kept_id"].endswith(".jsonl#1")
    (pair,) = rows(out, "duplicates.jsonl")
    assert (pair["left_id"], pair["right_id"]) == (gone["kept_id"], gone["id"])


def test_standard_input_and_output(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in (A, B, A, ASTRAL)]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join([*lines, "{"]).encode())))
    assert main(["dedup", "-", "-o", "-", "-q", "--max-failures", "0.5"]) == 0
    found = capsysbinary.readouterr()
    assert found.out.decode() == "".join(line + "\n" for line in [lines[0], lines[1], lines[3]])
    assert found.err.decode().splitlines() == [
        "failed: stdin#5: is not JSON: Expecting property name enclosed in double quotes at column 2"
    ]
    assert list(scratch.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["scratch"]


def test_standard_input_into_a_folder(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{A}\n\n{B}\n\n{A}".encode())))
    deduplicate("-", out)
    assert rows(out) == [{"id": "stdin", "text": joined(A, B)}]


def test_references_from_standard_input(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps({"id": "seen", "text": A}).encode())))
    write_rows(tmp_path / "in.jsonl", [{"text": B}, {"text": A}])
    report = deduplicate(tmp_path / "in.jsonl", out, reference=["-"])
    assert (report.failed, rows(out)) == (0, [{"text": B}])
    assert rows(out, "removed.jsonl")[0]["kept_id"] == "seen"


def test_failures_cost_the_row(tmp_path: Path, out: Path) -> None:
    good = [json.dumps({"id": str(n), "text": text}).encode() for n, text in enumerate(EVERY)]
    bad = [
        b'{"id": 1, "text": "x"',
        b'{"id": 2}',
        b'{"id": 3, "text": "\xff\xfe"}',
        b'["a list"]',
        b'{"id": 4, "text": 17}',
        b'{"id": 5, "text": "' + b"x" * 3000 + b'"}',
    ]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(line for pair in zip(good, bad, strict=False) for line in pair))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b"\n".join(good[6:]) + b"\n")[:-9] + b"damaged!!")
    (tmp_path / "c.parquet").write_bytes(b"PAR1 and nothing more")
    (tmp_path / "d.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    inputs = [tmp_path / name for name in ("a.jsonl", "b.jsonl.gz", "c.parquet", "d.txt")]
    report = deduplicate(inputs, out, config(limits={"max_bytes": 2000}))
    assert [row["id"] for row in rows(out)][:6] == [str(n) for n in range(6)]
    failed = {row["origin"]: row["error"] for row in rows(out, "failed.jsonl")}
    assert set(failed) == {*(f"a.jsonl#{2 * n}" for n in range(1, 7)), "b.jsonl.gz", "c.parquet", "d.txt"}
    errors = ["is not JSON", "has no paragraphs or text", "is not UTF-8", "not an object", "a number in text", "limit"]
    assert [wanted for n, wanted in enumerate(errors) if wanted not in failed[f"a.jsonl#{2 * n + 2}"]] == []
    stages = check_stages(out)
    assert (stages["read"]["in"], stages["read"]["dropped"]) == (len(rows(out)) + 9, {"failed": 9})
    assert report.failed == 9


def test_exit_codes(tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_rows(tmp_path / "in.jsonl", [{"text": text} for text in EVERY])
    call = ["dedup", str(source), "-o", str(out)]
    assert main(call) == 0
    assert capsys.readouterr().err.startswith("documents: 8 read, 0 failed, 8 kept, 0 duplicates\n")
    assert main(call) == 2
    assert "is not empty" in capsys.readouterr().err
    for wrong in (["--threshold", "7"], ["--memory", "lots"], ["--site-profile", "none.json"], ["--keep", "best"]):
        assert main([*call, "--overwrite", *wrong]) == 2
    assert main(["dedup", str(tmp_path / "none"), "-o", str(tmp_path / "new")]) == 2
    assert "Traceback" not in capsys.readouterr().err
    source.write_text("{\n" + json.dumps({"text": A}))
    assert main([*call, "--overwrite"]) == 1
    assert "1 inputs failed, more than --max-failures 0.1 allows" in capsys.readouterr().err
    assert main([*call, "--overwrite", "--max-failures", "0.5"]) == 0
    write_rows(source, [{"text": joined(A, B)}] * 20)
    before = outputs(out)
    assert main([*call, "--overwrite"]) == 4
    assert "19 of 20 documents are duplicates" in capsys.readouterr().err
    assert outputs(out) == before
    assert main([*call, "--overwrite", "--max-removed", "1"]) == 0
    assert len(rows(out)) == 1


def test_a_guarded_run_leaves_nothing(tmp_path: Path, out: Path) -> None:
    write_rows(tmp_path / "in.jsonl", [{"text": joined(A, B), "url": f"http://u@A.example:80/{n}"} for n in range(25)])
    with pytest.raises(GuardError, match=r"a\.example: 24 of 25 documents are duplicates"):
        deduplicate(tmp_path / "in.jsonl", out)
    assert not out.exists()


def changed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(A[:9].encode(), B[:9].encode()))
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("change", [changed, lambda path: path.write_bytes(path.read_bytes() + b"\n{}"), Path.unlink])
@pytest.mark.parametrize("stage", ["documents", "write"])
def test_a_change_between_the_two_readings(
    change: Callable[[Path], None], stage: str, tmp_path: Path, out: Path, scratch: Path
) -> None:
    paths = [write_rows(tmp_path / f"{n}.jsonl", [{"text": A}, {"text": EVERY[n]}]) for n in range(1, 4)]

    def meddle(current: str, done: int, total: int | None) -> None:
        if current == stage:
            change(paths[1])

    with pytest.raises(EngineError, match=r"2\.jsonl: (has changed since|cannot be read)"):
        deduplicate(paths, out, progress=meddle)
    assert not out.exists()
    assert list(scratch.iterdir()) == []


STAGES = ("read", "site", "fingerprints", "within", "documents", "paragraphs", "write")


@pytest.mark.parametrize("stage", STAGES)
def test_an_interrupted_run_leaves_nothing(stage: str, tmp_path: Path, out: Path, scratch: Path) -> None:
    source = write_rows(tmp_path / "in.jsonl", [{"text": text} for text in EVERY])

    def interrupt(current: str, done: int, total: int | None) -> None:
        if current == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deduplicate(source, out, progress=interrupt)
    assert not out.exists()
    assert list(scratch.iterdir()) == []


def test_an_error_while_writing_leaves_the_earlier_files(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_rows(tmp_path / "in.jsonl", [{"text": text} for text in EVERY])
    deduplicate(source, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cleantext.outcome.Outcome.pair_lines", full)
    assert main(["dedup", str(source), "-o", str(out), "--overwrite", "-q"]) == 3
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_overwrite_replaces_all_of_an_earlier_run(tmp_path: Path, out: Path) -> None:
    source = write_rows(tmp_path / "in.jsonl", [{"text": A}, {"text": A}])
    deduplicate(source, out, config(output={"format": "parquet"}))
    (out / "site.json").write_text("{}")
    (out / "mine").touch()
    with pytest.raises(ConfigError, match="is not empty"):
        deduplicate(source, out)
    report = deduplicate(source, out, config(run={"overwrite": True}))
    assert sorted(path.name for path in out.iterdir()) == [
        *("documents.jsonl", "duplicates.jsonl", "failed.jsonl", "mine", "removed.jsonl", "report.json"),
    ]
    written = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert written["config_digest"] == report.config.digest()
    assert [stage["stage"] for stage in written["stages"]] == ["read", "site", "repeats", "documents", "paragraphs"]


def test_a_dry_run_writes_nothing(tmp_path: Path, out: Path, scratch: Path) -> None:
    source = write_rows(tmp_path / "in.jsonl", [{"text": joined(A, B)}] * 25)
    report = deduplicate(source, out, dry_run=True)
    assert report.rehearsal is not None
    assert "24 of 25 documents are duplicates" in report.rehearsal.guards
    assert report.stage("documents").dropped == {"document/exact": 24}
    assert not out.exists()
    assert list(scratch.iterdir()) == []


def test_input_with_nothing_in_it(tmp_path: Path, out: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "blank.txt").write_text(" \n\n")
    write_rows(tmp_path / "rows.jsonl", [{"text": ""}, {"paragraphs": []}, {"text": "——"}, {"text": "——"}])
    report = deduplicate([tmp_path / name for name in ("empty.jsonl", "blank.txt", "rows.jsonl")], out)
    assert rows(out) == [
        {"id": "blank.txt", "text": " \n\n"},
        *({"text": ""}, {"paragraphs": []}, {"text": "——"}, {"text": "——"}),
    ]
    assert (report.documents, report.failed, rows(out, "removed.jsonl")) == (5, 0, [])
    deduplicate(tmp_path / "empty.jsonl", tmp_path / "none")
    files = ("documents.jsonl", "duplicates.jsonl", "failed.jsonl", "removed.jsonl")
    assert outputs(tmp_path / "none") == dict.fromkeys(files, b"")


def test_side_files_of_a_small_run(tmp_path: Path, out: Path) -> None:
    texts = {
        "first": joined(A, B, C),
        "repeats": joined(D, A, D, E),
        "copy": joined(A, B, C.replace("old", "new")),
        "teaser": joined(A[:32], F, ASTRAL),
        "short": joined("完。", "完。", COMBINING),
    }
    write_rows(tmp_path / "in.jsonl", [{"id": name, "text": text} for name, text in texts.items()])
    deduplicate(tmp_path / "in.jsonl", out, config(across="drop"))
    before = {name: {"id": name, "text": text} for name, text in texts.items()}
    removed = check_removed(out, before)
    assert [(row["id"], row["reason"], row["kept_id"], row["kept_paragraph"]) for row in removed] == [
        ("repeats", "duplicate/exact", "first", 0),
        ("repeats", "duplicate/exact", "repeats", 0),
        ("copy", "document/near", "first", None),
        ("teaser", "duplicate/contained", "first", 0),
    ]
    assert [row["text"] for row in rows(out)] == [texts["first"], joined(D, E), joined(F, ASTRAL), texts["short"]]
    check_stages(out)
