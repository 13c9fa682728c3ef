"""Other columns of a row: which are carried along, and what comes back from every form of output."""

from __future__ import annotations

import datetime
import decimal
import json
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext import Config, run
from cleantext.formats.carried import ColumnTypes, carried, packed, plain, unpacked, weight
from run_tools import SENTENCES, check_stages, outputs, rows, write_rows
from warc_tools import planted

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=4), st.sampled_from(["汉", "𠀀", "e\u0301", ""]),
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "丙", ""]), inner, max_size=3)
    ),
    max_leaves=6,
)
ROWS = st.lists(st.dictionaries(st.sampled_from(["x", "y", "数"]), VALUES, max_size=3), max_size=5)


def test_what_is_carried() -> None:
    row = {
        "text": "a",
        "id": 7,
        "url": "u",
        "title": "t",
        "date": 20210819,
        "rank": None,
        "html": None,
        "x": {"y": [1]},
    }
    assert carried(row, "text") == {"id": 7, "date": 20210819, "rank": None, "html": None, "x": {"y": [1]}}


def test_of_our_own_rows_their_columns_are_carried() -> None:
    ours = {
        "id": "1",
        "text": "a",
        "paragraphs": ["a"],
        "spans": [],
        "ordinals": [],
        "kinds": [],
        "levels": [],
        "url": 1,
    }
    assert carried(ours | {"columns": {"rank": 3}, "label": "good"}, "paragraphs") == {"rank": 3, "label": "good"}
    assert carried(ours, "paragraphs") == {}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (datetime.date(2021, 8, 19), "2021-08-19"),
        (datetime.datetime(2021, 8, 19, 11, 30), "2021-08-19 11:30:00"),
        (decimal.Decimal("1.50"), "1.50"),
        (b"\xe6\xb1\x89", "汉"),
        (b"\xff", "/w=="),
        (math.nan, None),
        ([math.inf, {"a": math.nan, 1: True}], [None, {"a": None, "1": True}]),
    ],
)
def test_what_json_has_no_word_for(value: Any, written: Any) -> None:
    assert plain(value) == written


@given(VALUES)
def test_what_json_has_a_word_for_stays(value: Any) -> None:
    assert json.dumps(plain(value)) == json.dumps(value)
    assert weight(value) > 0


def test_weight_is_about_memory() -> None:
    assert 1_000_000 < weight(["a" * 1_000_000]) < 1_001_000
    assert weight("汉" * 1000) >= 2000


def as_table(columns: list[dict[str, Any]]) -> list[Any]:
    """`columns` through a table and back."""
    types = ColumnTypes()
    for row in columns:
        types.add(row)
    array = pa.array([types.fitted(row) for row in columns], types.arrow_type())
    array.validate(full=True)
    back: list[Any] = array.to_pylist()
    return back


@settings(max_examples=300, deadline=None)
@given(ROWS)
def test_any_rows_fit_their_types(columns: list[dict[str, Any]]) -> None:
    for before, after in zip(columns, as_table(columns), strict=True):
        for name, value in before.items():
            if isinstance(value, str | bool | None) or after[name] == value:
                continue
            found = after[name]
            assert isinstance(found, str | list | dict | float), (value, found)
            if isinstance(found, str):
                assert json.loads(found) == value


@settings(max_examples=100, deadline=None)
@given(st.lists(st.fixed_dictionaries({
    "i": st.integers(-(2**63), 2**63 - 1) | st.none(), "f": st.floats(allow_nan=False) | st.none(), "b": st.booleans(),
    "s": st.text(st.characters(codec="utf-8")), "l": st.lists(st.integers(-9, 9)),
    "d": st.fixed_dictionaries({"a": st.none() | st.text("汉字𠀀"), "z": st.lists(st.booleans())}),
    "t": st.datetimes(), "day": st.dates(), "raw": st.binary(max_size=4),
}), max_size=4))  # fmt: skip
def test_rows_of_one_kind_come_back_as_they_were(columns: list[dict[str, Any]]) -> None:
    assert as_table(columns) == columns


@settings(deadline=None)
@given(ROWS, ROWS)
def test_types_do_not_depend_on_how_rows_are_divided(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    together, first, second = ColumnTypes(), ColumnTypes(), ColumnTypes()
    for row in [*one, *other]:
        together.add(row)
    for types, some in ((first, one), (second, other)):
        for row in some:
            types.add(row)
    first.merge(second)
    assert first.arrow_type() == together.arrow_type()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None], pa.int64()), ([1, 2.5], pa.float64()), ([1, True], pa.string()), ([1, "a"], pa.string()),
        ([2**60, 1.5], pa.string()), ([2**60, 1], pa.int64()), ([2**64], pa.string()), ([None], pa.string()),
        ([[1], []], pa.list_(pa.int64())), ([[1], ["a"]], pa.list_(pa.string())), ([{}], pa.string()),
        ([{"a": 1}, {"b": "x"}], pa.struct({"a": pa.int64(), "b": pa.string()})), ([[1], {"a": 1}], pa.string()),
        ([datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1)], pa.string()), ([decimal.Decimal(1)], pa.string()),
    ],
    ids=range(15),
)  # fmt: skip
def test_types(values: list[Any], kind: pa.DataType) -> None:
    types = ColumnTypes()
    for value in values:
        types.add({"x": value})
    assert types.arrow_type() == pa.struct({"x": kind})


def test_names_without_end_do_not_make_columns_without_end() -> None:
    many = [{f"n{n}": n} for n in range(3000)]
    assert [json.loads(row) for row in as_table(many)] == many
    deep: dict[str, Any] = {}
    for _ in range(200):
        deep = {"a": deep}
    ((found,),) = [row.values() for row in as_table([{"x": deep}])]
    assert weight(found) > 0


TYPED = [
    {"id": 1, "text": SENTENCES[0], "rank": 1, "tags": ["a", "乙"], "about": {"score": 0.5, "ok": True}, "mixed": 1},
    {"id": 2, "text": SENTENCES[1], "rank": None, "tags": [], "about": {"score": 1.0, "ok": None}, "mixed": "x"},
]
CARRIED = [{name: value for name, value in row.items() if name != "text"} for row in TYPED]
FLAT = [row | {"mixed": json.dumps(row["mixed"])} for row in CARRIED]


@pytest.mark.parametrize("form", ["jsonl", "parquet", "arrow"])
def test_columns_of_a_run(tmp_path: Path, form: str) -> None:
    write_rows(tmp_path / "in.jsonl", TYPED)
    run(tmp_path / "in.jsonl", tmp_path / "out", Config.from_dict({"output": {"format": form}}))
    path = tmp_path / "out" / f"documents.{form}"
    if form == "jsonl":
        assert [row["columns"] for row in rows(tmp_path / "out")] == CARRIED
    else:
        table = pq.read_table(path) if form == "parquet" else pa.ipc.open_file(path).read_all()
        assert table.column("columns").to_pylist() == FLAT
        assert table.schema.field("columns").type.field("rank").type == pa.int64()
        assert table.schema.field("columns").type.field("tags").type == pa.list_(pa.string())
    # A second run over what the first one wrote carries the same on.
    run(path, tmp_path / "again")
    assert [row["columns"] for row in rows(tmp_path / "again")] == (CARRIED if form == "jsonl" else FLAT)


def test_columns_of_a_table(tmp_path: Path) -> None:
    when = datetime.datetime(2021, 8, 19, 11, 30, 0, 5)
    table = pa.table({
        "text": SENTENCES[:2], "small": pa.array([1, None], pa.int8()), "price": [decimal.Decimal("1.50"), None],
        "when": pa.array([when, None], pa.timestamp("ns")), "raw": [b"\xff", b"a"], "map": [{"a": 1}, None],
    })  # fmt: skip
    pq.write_table(table, tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out")
    assert [row["columns"] for row in rows(tmp_path / "out")] == [
        {"small": 1, "price": "1.50", "when": "2021-08-19 11:30:00.000005", "raw": "/w==", "map": {"a": 1}},
        {"small": None, "price": None, "when": None, "raw": "a", "map": None},
    ]
    run(tmp_path / "in.parquet", tmp_path / "table", Config.from_dict({"output": {"format": "parquet"}}))
    first = pq.read_table(tmp_path / "table" / "documents.parquet").column("columns").to_pylist()[0]
    assert first == {"small": 1, "price": '"1.50"', "when": when, "raw": b"\xff", "map": {"a": 1}}


def test_pages_have_no_columns(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SENTENCES[0])
    run(tmp_path / "a.txt", tmp_path / "out")
    assert "columns" not in rows(tmp_path / "out")[0]


RICH = st.recursive(
    SCALARS | st.binary(max_size=4) | st.dates() | st.datetimes(timezones=st.none() | st.just(datetime.UTC))
    | st.times() | st.decimals(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "\x00", ""]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=3), RICH, max_size=3))
def test_what_is_packed_comes_back(columns: dict[str, Any]) -> None:
    line = json.dumps(packed(columns)).encode("utf-8", "surrogatepass")
    assert unpacked(json.loads(line.decode("utf-8", "surrogatepass"))) == columns


def test_what_cannot_be_packed_is_text() -> None:
    assert packed({"a": (1, {2}), 3: datetime.timedelta(1)}) == {"a": [1, "{2}"], "3": "1 day, 0:00:00"}


@pytest.mark.parametrize("levels", [50, 99, 101, 300, 480])
def test_deep_columns_cost_nothing_else(tmp_path: Path, levels: int) -> None:
    deep = b"[" * levels + b"]" * levels
    line = b'{"text": "%s", "n": 1, "x": %s}\n' % (SENTENCES[0].encode(), deep)
    (tmp_path / "in.jsonl").write_bytes(line)
    for form in ("jsonl", "parquet"):
        report = run(tmp_path / "in.jsonl", tmp_path / form, Config.from_dict({"output": {"format": form}}))
        assert (report.documents, report.failed) == (1, 0)
    (row,) = rows(tmp_path / "jsonl")
    assert row["columns"]["n"] == 1
    assert json.dumps(row["columns"]["x"] if levels < 100 else json.loads(row["columns"]["x"])) == deep.decode()


def test_columns_and_skipped_records_survive_a_stop(tmp_path: Path) -> None:
    many = [
        {"id": n, "text": f"{SENTENCES[n % 6]}{n * 7919}号文件", "n": n, "tags": ["a"] * (n % 3)} for n in range(40)
    ]
    write_rows(tmp_path / "in.jsonl", many)
    pages = [f"<html><body><p>{text['text']}第二</p></body></html>".encode() for text in many]
    archive = planted(pages, "gzip")
    (tmp_path / "x.warc.gz").write_bytes(archive.data)
    inputs, output = [tmp_path / "in.jsonl", tmp_path / "x.warc.gz"], {"format": "parquet", "shards": 2}
    tables = {"output": output, "run": {"shard_size": 7, "batch_size": 3}, "dedup": {"documents": "tag"}}
    config = Config.from_dict(tables)
    run(inputs, tmp_path / "whole", config)

    def stop(stage: str, done: int, total: int | None) -> None:
        if stage == "clean" and done == 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "out", config, progress=stop)
    report = run(inputs, tmp_path / "out", config, resume=True)
    assert report.resumed_shards > 5
    assert outputs(tmp_path / "out") == outputs(tmp_path / "whole")
    assert sum(report.skipped.values()) == sum(archive.skipped.values())
    assert report.failed == len(archive.broken)
    assert check_stages(tmp_path / "out") == check_stages(tmp_path / "whole")
