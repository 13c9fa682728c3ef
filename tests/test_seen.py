"""Runs that are compared with all earlier ones through an index."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cleantext import Config, ConfigError, GuardError, Index, StageMismatchError, StoreError, run
from cleantext.cli import main
from cleantext.dedup.site import SiteProfile
from cleantext.formats.output import OutputFolder
from dedup.corpora import dressed, paragraph, variant
from run_tools import Row, check_stages, config, outputs, rows, write_rows

SEED = 11


def texts(rng: random.Random, count: int) -> list[list[str]]:
    """Documents of a few paragraphs: new ones, equal ones, near ones, and new ones with an old paragraph."""
    found: list[list[str]] = []
    for _ in range(count):
        fresh = ["".join(paragraph(rng, rng.randrange(30, 80))) + "。" for _ in range(rng.randrange(1, 5))]
        if found and rng.random() < 0.5:
            old = rng.choice(found)
            fresh = rng.choice(
                (
                    [dressed(one, "marks") for one in old],
                    ["".join(variant(rng, list(one), 1)) for one in old],
                    [*fresh, rng.choice(old)],
                    ["".join(variant(rng, list(rng.choice(old)), 2)), *fresh],
                    [old[0][5:35], *fresh],
                    ["同一句话。", *fresh],
                )
            )
        found.append(fresh)
    return found


def folders(tmp_path: Path, count: int = 60) -> tuple[Path, Path]:
    """Two folders of files of rows, in reading order."""
    made = []
    documents = texts(random.Random(SEED), count)
    for number, part in enumerate((documents[: count // 2], documents[count // 2 :])):
        folder = tmp_path / f"in{number}"
        folder.mkdir()
        for place in range(0, len(part), 8):
            write_rows(
                folder / f"{place:03}.jsonl",
                [
                    {"id": f"{number}-{place + n}", "url": f"https://h{n}.example/{n}", "text": "\n\n".join(one)}
                    for n, one in enumerate(part[place : place + 8])
                ],
            )
        made.append(folder)
    return made[0], made[1]


def kept(*outs: Path) -> list[Any]:
    return [(row["id"], row["paragraphs"]) for out in outs for row in rows(out)]


def free(**dedup: Any) -> Config:
    return config(**{"site": "off", "max_removed": 1.0} | dedup)


@pytest.mark.parametrize("across", ["tag", "drop", "mask", "off"])
def test_two_folders_in_one_run_or_in_two_give_the_same(tmp_path: Path, across: str) -> None:
    first, second = folders(tmp_path)
    chosen = free(across=across)
    run([first, second], tmp_path / "both", chosen, index=tmp_path / "one.db")
    run(first, tmp_path / "a", chosen, index=tmp_path / "two.db")
    run(second, tmp_path / "b", chosen, index=tmp_path / "two.db")
    assert kept(tmp_path / "a", tmp_path / "b") == kept(tmp_path / "both")
    removed = [{**row, "origin": None} for out in ("a", "b") for row in rows(tmp_path / out, "removed.jsonl")]
    assert removed == [{**row, "origin": None} for row in rows(tmp_path / "both", "removed.jsonl")]
    reasons = {row["reason"] for row in removed}
    assert {"document/exact", "document/near"} <= reasons
    assert ("duplicate/near" in reasons) == (across in ("drop", "mask"))
    for out in ("both", "a", "b"):
        check_stages(tmp_path / out)
    with Index(tmp_path / "one.db") as one, Index(tmp_path / "two.db") as two:
        assert [d.document_id for d in one.documents()] == [d.document_id for d in two.documents()]


def test_the_same_text_stays_as_without_an_index(tmp_path: Path) -> None:
    first, second = folders(tmp_path)
    chosen = free(across="drop", containment=None)
    run([first, second], tmp_path / "alone", chosen)
    run([first, second], tmp_path / "indexed", chosen, index=tmp_path / "seen.db")
    assert outputs(tmp_path / "alone")["documents.jsonl"] == outputs(tmp_path / "indexed")["documents.jsonl"]
    assert outputs(tmp_path / "alone")["removed.jsonl"] == outputs(tmp_path / "indexed")["removed.jsonl"]

    def pairs(out: str) -> list[Row]:
        return sorted(
            (
                {key: value for key, value in row.items() if key != "cluster"}
                for row in rows(tmp_path / out, "duplicates.jsonl")
            ),
            key=str,
        )

    alone, indexed = pairs("alone"), pairs("indexed")
    assert indexed
    assert all(row in alone for row in indexed), "a pair that an index finds is one that a run finds"


def test_a_second_crawl_keeps_nothing_new(tmp_path: Path) -> None:
    first, _ = folders(tmp_path)
    report = run(first, tmp_path / "a", index=tmp_path / "seen.db", config=free())
    assert rows(tmp_path / "a")
    again = run(first, tmp_path / "b", index=tmp_path / "seen.db")
    assert rows(tmp_path / "b") == []
    removed = rows(tmp_path / "b", "removed.jsonl")
    known = {row["id"] for row in rows(tmp_path / "a")}
    assert {row["id"] for row in removed if row["kept_id"] == row["id"]} == known
    assert again.settings["index"]["known_documents"] == len(known)
    assert report.settings["index"]["known_documents"] == 0
    check_stages(tmp_path / "b")


def test_what_was_removed_names_the_earlier_run(tmp_path: Path) -> None:
    a = write_rows(tmp_path / "a.jsonl", [{"id": "a", "text": "\n\n".join([*texts(random.Random(1), 1)[0], LONG])}])
    b = write_rows(tmp_path / "b.jsonl", [{"id": "b", "text": "\n\n".join([*texts(random.Random(2), 1)[0], LONG])}])
    for name, path in (("out-a", a), ("out-b", b)):
        run(path, tmp_path / name, free(across="drop"), index=tmp_path / "seen.db")
    (first,), removed = rows(tmp_path / "out-a"), rows(tmp_path / "out-b", "removed.jsonl")
    (row,) = [one for one in removed if one["reason"] == "duplicate/exact"]
    assert (row["text"], row["kept_id"], row["score"]) == (LONG, first["id"], 1.0)
    assert first["ordinals"][first["paragraphs"].index(LONG)] == row["kept_paragraph"]
    (pair,) = rows(tmp_path / "out-b", "duplicates.jsonl")
    assert {pair["left_id"], pair["right_id"]} == {first["id"], rows(tmp_path / "out-b")[0]["id"]}


LONG = "这是一段很长的文字，它在两个文档里都出现过，一字不差，从头到尾都是一样的。"


@pytest.mark.parametrize("resume", [False, True])
def test_a_run_that_fails_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resume: bool) -> None:
    first, second = folders(tmp_path)
    run(first, tmp_path / "a", free(), index=tmp_path / "seen.db")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(OutputFolder, "write_documents", fails)
    with pytest.raises(OSError, match="No space"):
        run(second, tmp_path / "b", free(), index=tmp_path / "seen.db")
    monkeypatch.undo()
    with Index(tmp_path / "seen.db") as index:
        assert index.stats()["documents"] == len(rows(tmp_path / "a"))
    run(second, tmp_path / "b", free(run={"overwrite": not resume}), index=tmp_path / "seen.db", resume=resume)
    run([first, second], tmp_path / "both", free(), index=tmp_path / "other.db")
    assert kept(tmp_path / "a", tmp_path / "b") == kept(tmp_path / "both")


def test_output_that_is_in_place_but_not_remembered_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = folders(tmp_path)

    class Lost(Index):
        def transaction(self) -> Any:
            return _lost(super().transaction())

    with Lost(tmp_path / "seen.db") as index, pytest.raises(StoreError, match=r"add them with `cleantext index add"):
        run(first, tmp_path / "a", free(), index=index)
    assert rows(tmp_path / "a")
    with Index(tmp_path / "seen.db") as index:
        assert index.stats()["documents"] == 0


class _lost:  # noqa: N801 - a context manager
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __enter__(self) -> Any:
        return self.inner.__enter__()

    def __exit__(self, *_: object) -> None:
        error = StoreError("the server is gone", retry=True)
        with contextlib.suppress(StoreError):
            self.inner.__exit__(StoreError, error, None)
        raise error


def test_an_index_is_used_as_it_is_given(tmp_path: Path) -> None:
    first, second = folders(tmp_path)
    with Index(config=free()) as index:
        run(first, tmp_path / "a", free(), index=index)
        run(second, tmp_path / "b", free(), index=index)
        assert index.stats()["documents"] == len(kept(tmp_path / "a", tmp_path / "b"))
    with (
        Index(config=free(threshold=0.7)) as other,
        pytest.raises(StageMismatchError, match=r"threshold 0\.7, not 0\.8"),
    ):
        run(first, tmp_path / "c", free(), index=other)
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("dedup", "more", "message"),
    [
        ({"keep": "longest"}, {}, "the first document stays"),
        ({}, {"dry_run": True}, "a dry run cannot be compared"),
        ({}, {"reference": ["x"]}, "exclude each other"),
    ],
)
def test_what_does_not_go_together(tmp_path: Path, dedup: dict[str, Any], more: dict[str, Any], message: str) -> None:
    path = write_rows(tmp_path / "x", [{"text": LONG}])
    more = {key: [str(path)] if value == ["x"] else value for key, value in more.items()}
    with pytest.raises(ConfigError, match=message):
        run(path, tmp_path / "out", free(**dedup), index=tmp_path / "seen.db", **more)
    with Index(mode="best") as best, pytest.raises(ConfigError, match="the mode must be sticky, not best"):
        run(path, tmp_path / "out", free(), index=best)
    assert not (tmp_path / "out").exists()


def test_documents_that_stay_although_they_repeat_are_remembered(tmp_path: Path) -> None:
    first, _ = folders(tmp_path)
    for documents in ("tag", "off"):
        out = tmp_path / documents
        run(first, out, free(documents=documents), index=tmp_path / f"{documents}.db")
        with Index(tmp_path / f"{documents}.db") as index:
            assert index.stats()["documents"] == len(rows(out)) == 30
        assert any(row["left_paragraph"] is None for row in rows(out, "duplicates.jsonl")) == (documents == "tag")


def test_lines_of_a_site_come_from_a_profile_and_are_not_remembered(tmp_path: Path) -> None:
    chrome = "每个星期天的早晨，渡口边的老人都会给孩子们讲过去的故事。"
    rng = random.Random(5)

    def pages(start: int) -> list[Row]:
        return [
            {"url": f"https://site.example/{n}", "text": f"{''.join(paragraph(rng, 60))}。\n\n{chrome}"}
            for n in range(start, start + 12)
        ]

    old, new = write_rows(tmp_path / "old.jsonl", pages(0)), write_rows(tmp_path / "new.jsonl", pages(20))
    run(old, tmp_path / "learned", config())
    profile = tmp_path / "learned" / "site.json"
    assert SiteProfile.load(profile).hosts
    chosen = config(site_profile=str(profile), across="drop")
    run(old, tmp_path / "a", chosen, index=tmp_path / "seen.db")
    run(new, tmp_path / "b", chosen, index=tmp_path / "seen.db")
    assert chrome not in json.dumps(
        [row["paragraphs"] for row in [*rows(tmp_path / "a"), *rows(tmp_path / "b")]], ensure_ascii=False
    )
    assert {row["reason"] for row in rows(tmp_path / "b", "removed.jsonl")} == {"chrome/site"}
    run(new, tmp_path / "c", config(across="drop"), index=tmp_path / "none.db")
    assert {row["reason"] for row in rows(tmp_path / "c", "removed.jsonl")} == {"duplicate/exact"}, "none are learned"


def test_the_guard_does_not_count_what_is_known(tmp_path: Path) -> None:
    rng = random.Random(9)
    fresh = [{"url": f"https://h.example/{n}", "text": "".join(paragraph(rng, 60))} for n in range(30)]
    moved = [{**row, "url": f"{row['url']}?again"} for row in fresh]
    known, others = write_rows(tmp_path / "known.jsonl", fresh), write_rows(tmp_path / "moved.jsonl", moved)
    run(known, tmp_path / "a", index=tmp_path / "seen.db")
    run(known, tmp_path / "b", index=tmp_path / "seen.db")
    with pytest.raises(GuardError, match=r"h\.example: 30 of 30 documents are duplicates"):
        run(others, tmp_path / "c", index=tmp_path / "seen.db")


def test_one_id_in_two_runs(tmp_path: Path) -> None:
    """A page that changed is another text: it is remembered beside the old one, and repeats of either are found."""
    one, two, three = (["".join(paragraph(random.Random(n), 50)) for n in (place, place + 10)] for place in range(3))
    paths = [
        write_rows(tmp_path / f"{name}.jsonl", [{"id": "page" if name < "c" else "new", "text": "\n\n".join(text)}])
        for name, text in (("a", one), ("b", two), ("c", [one[0], two[0], three[0]]))
    ]
    for path in paths:
        run(path, tmp_path / path.stem, free(across="drop"), index=tmp_path / "seen.db")
    (kept_row,) = rows(tmp_path / "c")
    assert kept_row["ordinals"] == [2]
    assert {row["kept_id"] for row in rows(tmp_path / "c", "removed.jsonl")} == {rows(tmp_path / "a")[0]["id"]}


def test_empty_inputs(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.jsonl", [{"id": "a", "text": ""}, {"id": "b", "text": "——"}])
    run(path, tmp_path / "out", index=tmp_path / "seen.db")
    assert [row["paragraphs"] for row in rows(tmp_path / "out")] == [[], ["——"]]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = folders(tmp_path, 20)

    def clean(folder: Path, out: str, *more: str) -> int:
        arguments: Sequence[str] = ["clean", str(folder), "-o", str(tmp_path / out), "--site", "off", "-q"]
        return main([*arguments, "--max-removed", "1", "--index", str(tmp_path / "seen.db"), *more])

    assert clean(first, "a") == 0
    assert clean(second, "b") == 0
    assert clean(second, "c") == 0
    assert rows(tmp_path / "b")
    assert rows(tmp_path / "c") == []
    assert clean(second, "d", "--threshold", "0.7") == 2
    assert "this index was made with threshold 0.8, not 0.7" in capsys.readouterr().err
    (tmp_path / "seen.db").write_bytes(b"nothing that was ever a database" * 99)
    for name in ("seen.db-wal", "seen.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    assert clean(second, "e") == 3
    assert "is damaged or no SQLite file" in capsys.readouterr().err


def test_shards_are_of_one_size_though_some_documents_are_known(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    rows_of = [{"id": str(n), "text": "".join(paragraph(rng, 60)) + "。"} for n in range(40)]
    for name, some in (("a", rows_of[:30]), ("b", rows_of)):
        (tmp_path / name).mkdir()
        write_rows(tmp_path / name / "x.jsonl", some)
        settings = Config.from_dict({"output": {"shards": 2}})
        run(tmp_path / name, tmp_path / f"out-{name}", settings, index=tmp_path / "seen.db")
    sizes = [len(rows(tmp_path / "out-b", f"documents-0000{n}-of-00002.jsonl")) for n in (0, 1)]
    assert sizes == [5, 5]
