"""Every record comes once and in order, whatever is finished; documents that kill their worker cost themselves."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext import Cleaner, Config, Document, StageMismatchError, run
from cleantext.checkpoint import Stretch, _stretches
from cleantext.entries import Task
from cleantext.formats.base import Record
from cleantext.formats.inputs import Input
from cleantext.reading import Sources
from cleantext.spool import Place, Shard
from engines.faults import FaultyEngine
from run_tools import rows


@pytest.fixture(scope="module")
def files() -> Iterator[list[Input]]:
    """Files of 0 to 7 records."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for records in range(8):
            path = Path(folder, f"{records}.jsonl")
            path.write_text("".join(json.dumps({"text": f"第{n}段话。"}) + "\n" for n in range(records)))
            found.append(Input(path=str(path), origin=path.name, source=""))
        yield found


def shards_of(places: list[Place], cuts: list[int]) -> list[Shard]:
    """The records at `places`, cut in shards."""
    bounds, shards, after = [0, *cuts, len(places)], [], Place(0, 0)
    for number, (begin, end) in enumerate(pairwise(bounds)):
        last = Place(places[end - 1].input, places[end - 1].number + 1)
        common: dict[str, Any] = {"read": 0, "failures": 0, "size": 0, "digest": ""}
        shards.append(Shard(number=number, first=places[begin], end=last, after=after, documents=end - begin, **common))
        after = last
    return shards


@given(st.data())
def test_every_record_comes_once_and_in_order(files: list[Input], data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(0, 7), min_size=1, max_size=8))
    inputs = [files[size] for size in sizes]
    places = [Place(number, own) for number, size in enumerate(sizes) for own in range(size)]
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(places) - 1)), max_size=8))) if len(places) > 1 else []
    shards = shards_of(places, cuts) if places else []
    whole = {shard.number for shard in shards if data.draw(st.booleans())}
    everything = data.draw(st.sampled_from([None, Place(len(sizes), 0)]))
    finished = _stretches(shards, lambda shard: shard.number in whole, everything)
    found: list[Place] = []
    for step in Sources(inputs, [], 10_000).steps(finished):
        if isinstance(step, Task):
            found.append(step.place)
        else:
            assert step.number in whole
            start = places.index(step.first)
            found += places[start : start + step.documents]
    assert found == places
    assert sum(len(stretch.shards) for stretch in finished) == len(whole)


def test_shards_that_are_there_twice_count_once() -> None:
    places = [Place(0, number) for number in range(10)]
    once, again = shards_of(places, [5]), shards_of(places, [2, 7])
    (stretch,) = _stretches([*again, *once], lambda _: True, None)
    assert [(shard.first.number, shard.end.number) for shard in stretch.shards] in (
        [(0, 2), (2, 7), (7, 10)],
        [(0, 5), (5, 10)],
    )


def test_inputs_that_have_fewer_records_than_are_finished(files: list[Input]) -> None:
    shards = shards_of([Place(0, number) for number in range(9)], [8])
    stretches = [Stretch((shards[1],), shards[1].end)]
    with pytest.raises(StageMismatchError, match="has more records than they have"):
        list(Sources([files[3]], [], 10_000).steps(stretches))


def test_what_is_read_is_told_in_bytes(files: list[Input]) -> None:
    sources = Sources(files[2:5], [files[1]], 10_000)
    size = sum(Path(item.path).stat().st_size for item in files[1:5])
    assert sources.size == size
    tasks = [step for step in sources.steps([]) if isinstance(step, Task)]
    read = [task.read for task in tasks]
    assert read == sorted(read)
    assert read[-1] == size
    assert [task.reference for task in tasks] == [False] * 9 + [True]
    nowhere = Input(path="/no such file", origin="", source="")
    assert Sources([nowhere], [], 10_000).size is None


GOOD = [f"第{n}号通报：会议今日召开，市长主持会议并讲话，第{n * 7919}次部署工作。" for n in range(12)]


def test_documents_that_kill_their_worker_cost_themselves(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [{"id": f"g{n}", "text": text} for n, text in enumerate(GOOD)]
    for place, what in [(10, "hang"), (7, "exit"), (3, "crash"), (0, "crash")]:
        records.insert(place, {"id": f"b{place}", "text": f"FAULT {what}"})
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in records))
    settings: dict[str, Any] = {"run": {"batch_size": 5, "shard_size": 3}, "dedup": {"max_removed": 1}}
    engine = FaultyEngine(2, seconds=1.5)
    report = run(tmp_path / "in.jsonl", tmp_path / "out", Config.from_dict(settings), engine)
    assert (report.documents, report.failed) == (12, 4)
    documents = rows(tmp_path / "out", "documents.jsonl")
    assert [row["paragraphs"] for row in documents] == [[text] for text in GOOD]
    failed = rows(tmp_path / "out", "failed.jsonl")
    assert [(row["origin"], row["error"]) for row in failed] == [
        ("in.jsonl#1", "its worker process died: killed by SIGSEGV"),
        ("in.jsonl#5", "its worker process died: killed by SIGSEGV"),
        ("in.jsonl#10", "its worker process died: exit code 3"),
        ("in.jsonl#14", "took longer than 1.5 seconds (--document-seconds)"),
    ]


def test_a_fault_of_ours_costs_the_document_and_tells_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in GOOD))
    clean = Cleaner.clean_record

    def broken(own: Cleaner, record: Record) -> Document:
        if record.origin == "in.jsonl#3":
            raise IndexError("list index\nout of range")
        return clean(own, record)

    monkeypatch.setattr(Cleaner, "clean_record", broken)
    report = run(tmp_path / "in.jsonl", tmp_path / "out")
    assert (report.documents, report.failed) == (11, 1)
    (failed,) = rows(tmp_path / "out", "failed.jsonl")
    assert failed["error"].startswith(
        "internal error, please report this: IndexError: list index (tests/test_reading.py:"
    )
