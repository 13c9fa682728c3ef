"""The second reading: what stays stays as it was, what goes is gone, in every format."""

from __future__ import annotations

import base64
import datetime
import decimal
import gzip
import io
import json
import math
import os
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.errors import ConfigError, EngineError
from cleantext.formats import jsonrows, parquetbatches, rowsinks
from cleantext.formats.paragraphs import paragraph_spans
from cleantext.formats.rewrite import DROP, KEEP, MASK, common_schema, open_sink, rewrite_rows
from row_tools import JSON_LINES, LIMIT, TEXT, fates, input_of, paragraphs, read


def rewrite(form: str, *paths: Path, column: str | None = None, schema: pa.Schema = None, **what: Any) -> bytes:
    """What is written of the rows of all `paths`."""
    stream = io.BytesIO()
    items = [input_of(path) for path in paths]
    if form == "parquet":
        schema = schema or common_schema(items, column, LIMIT)
    with open_sink(form, lambda _: nullcontext(stream), 0, 1, schema) as sink:
        for item, path in zip(items, paths, strict=True):
            rewrite_rows(item, column, LIMIT, fates(path, column, **what), sink)
    return stream.getvalue()


def table(data: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(data))


def bools(*values: int) -> Any:
    return np.array(values, np.bool_)


def marks(*values: int) -> Any:
    return np.array(values, np.uint8)


def write(path: Path, data: bytes | str | pa.Table) -> Path:
    if isinstance(data, pa.Table):
        pq.write_table(data, path)
    else:
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


ODD = [
    b'{"n": 1.50, "text": "a",   "big": 123456789012345678901234567890, "e": 1E5, "z": -0.0}',
    b'{ "text" : "\\u4e00\\/\\ud83d\\ude00", "\xe9\x94\xae": {"b": 1, "a": [null, true, NaN]}, "lone": "\\ud800" }',
    b'{"text": "no", "text": "twice", "x": 1, "x": 2}',
    b'  {"text": "b\tc"}  \r',
    b'{"paragraphs": ["a", "b"], "id": 1e400}',
]


def test_kept_lines_are_the_very_bytes_they_were(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", b"\xef\xbb\xbf" + b"\n".join([*ODD[:3], b"", b"{broken", b" \t", *ODD[3:]]))
    assert rewrite("jsonl", path) == b"\n".join(ODD) + b"\n"
    assert rewrite("jsonl", path, keep=bools(0, 1, 0, 1, 1)) == b"\n".join([ODD[1], *ODD[3:]]) + b"\n"
    assert rewrite("jsonl", path, keep=bools(0, 0, 0, 0, 0)) == b""
    joined = write(tmp_path / "y.jsonl", b"\n".join([ODD[0], b"\xef\xbb\xbf" + ODD[2], ODD[4]]))
    assert rewrite("jsonl", joined) == b"\n".join([ODD[0], ODD[2], ODD[4]]) + b"\n"


@settings(max_examples=200, deadline=None)
@given(JSON_LINES, st.randoms(use_true_random=False), st.sampled_from([1, 60, 8 << 20]))
def test_any_lines_kept_or_not(tmp_path_factory: pytest.TempPathFactory, data: bytes, random: Any, block: int) -> None:
    path = write(tmp_path_factory.mktemp("lines") / "x.jsonl", data)
    rows, _ = read(path)
    keep = [random.random() < 0.6 for _ in rows]
    lines = data.split(b"\n")
    with patch.object(jsonrows, "BLOCK", block):
        written = rewrite("jsonl", path, keep=bools(*keep))
    assert written == b"".join(
        lines[row.number - 1].removeprefix(b"\xef\xbb\xbf") + b"\n"
        for row, stays in zip(rows, keep, strict=True)
        if stays
    )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(TEXT | st.lists(TEXT, max_size=4), st.booleans()), max_size=5), st.data(), st.booleans(),
    st.sampled_from(["x.jsonl", "x.parquet"]),
)  # fmt: skip
def test_paragraphs_that_go(
    tmp_path_factory: pytest.TempPathFactory, drawn: Sequence[Any], data: st.DataObject, ascii_only: bool, name: str
) -> None:
    lists = bool(drawn) and isinstance(drawn[0][0], list)
    values = [text for text, _ in drawn if isinstance(text, list) == lists]
    rows = [{"a": [n, {"b": "é"}], "text": text, "z": None} for n, text in enumerate(values)]
    kind = pa.list_(pa.string()) if lists else pa.string()
    columns = {"a": ["[1, 2]"] * len(values), "text": pa.array(values, kind), "z": pa.nulls(len(values), pa.int8())}
    source: bytes | pa.Table = pa.table(columns)
    if name == "x.jsonl":
        source = "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows).encode()
    path = write(tmp_path_factory.mktemp("going") / name, source)
    before = paragraphs(path)
    count = sum(map(len, before))
    fate = data.draw(st.lists(st.sampled_from([KEEP, KEEP, DROP, MASK]), min_size=count, max_size=count))
    keep = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    written = [json.loads(line) for line in rewrite("jsonl", path, marks=marks(*fate), keep=bools(*keep)).splitlines()]
    stays, wanted = iter(fate), []
    for text, found, kept in zip(values, before, keep, strict=True):
        left = [p if mark == KEEP else "" for p in found if (mark := next(stays)) != DROP]
        whole = left if lists else "\n\n".join(filter(None, left))
        if kept:
            wanted.append(text if left == found else whole)
    assert [row["text"] for row in written] == wanted
    assert [list(row) for row in written] == [["a", "text", "z"]] * len(wanted)
    if name == "x.jsonl":
        assert [row["a"] for row in written] == [row["a"] for row, kept in zip(rows, keep, strict=True) if kept]
    else:
        found = table(rewrite("parquet", path, marks=marks(*fate), keep=bools(*keep)))
        assert found.column("text").to_pylist() == wanted
        assert found.schema.equals(pq.read_schema(path))


def test_only_the_text_of_a_changed_line_changes(tmp_path: Path) -> None:
    lines = [
        b'{"n": 1.50, "text" :  "one\\n\\ntwo\\n\\nthree" ,"big": 12345678901234567890123, "n": 1E5, "s": "\\ud800"}',
        b'{"text": "no\\n\\nno", "x": "\\u4e00", "text": "\\u4e00\\n\\n\\u4e8c"}  \r',
        b'\xef\xbb\xbf{"text": "a\tb\\n\\nc"}\r',
        b'{"paragraphs": ["no"], "text": "d\\n\\ne", "paragraphs": ["d", "e"]}',
    ]
    path = write(tmp_path / "x.jsonl", b"\n".join(lines) + b"\n")
    assert rewrite("jsonl", path, marks=marks(0, 1, 0, 2, 0, 0, 1, 0, 1)).split(b"\n") == [
        b'{"n": 1.50, "text" :  "one\\n\\nthree" ,"big": 12345678901234567890123, "n": 1E5, "s": "\\ud800"}',
        '{"text": "no\\n\\nno", "x": "\\u4e00", "text": "二"}'.encode(),
        b'{"text": "a\\tb"}',
        b'{"paragraphs": ["no"], "text": "d", "paragraphs": ["d"]}',
        b"",
    ]


@pytest.mark.parametrize("name", ["x.jsonl", "x.parquet"])
def test_a_named_column(tmp_path: Path, name: str) -> None:
    row = {"text": "一", "essay": "a\n\nb"}
    path = write(tmp_path / name, json.dumps(row) if name == "x.jsonl" else pa.Table.from_pylist([row]))
    assert json.loads(rewrite("jsonl", path, column="essay", marks=marks(1, 0))) == row | {"essay": "b"}
    assert table(rewrite("parquet", path, column="essay", marks=marks(0, 1))).to_pylist() == [row | {"essay": "a"}]


CLEANED = {
    "id": "1", "text": "一\n\n二\n\n三", "paragraphs": ["一", "二", "三"], "spans": [[0, 1], [3, 4], [6, 7]],
    "ordinals": [0, 2, 3], "kinds": ["heading", "text", "text"], "levels": [1, 0, 0], "metadata": [1, 2, 3],
}  # fmt: skip


@pytest.mark.parametrize("name", ["x.jsonl", "x.parquet"])
def test_rows_that_clean_wrote_stay_in_step(tmp_path: Path, name: str) -> None:
    other = CLEANED | {"text": "其他", "levels": [1]}
    source = (
        pa.Table.from_pylist([CLEANED, other]) if name == "x.parquet" else f"{json.dumps(CLEANED)}\n{json.dumps(other)}"
    )
    path = write(tmp_path / name, source)
    wanted = {
        "id": "1", "text": "三", "paragraphs": ["", "三"], "spans": [[3, 4], [6, 7]], "ordinals": [2, 3],
        "kinds": ["text", "text"], "levels": [0, 0], "metadata": [1, 2, 3],
    }  # fmt: skip
    first, second = map(json.loads, rewrite("jsonl", path, marks=marks(1, 2, 0, 1, 2, 0)).splitlines())
    assert first == wanted
    assert list(first) == list(CLEANED)
    assert second == wanted | {"text": "其他", "levels": [1]}
    written = table(rewrite("parquet", path, marks=marks(1, 2, 0, 1, 2, 0)))
    assert written.to_pylist() == [first, second]


def test_rows_shown_as_they_were(tmp_path: Path) -> None:
    rows = [{"text": "一\n\n 二"}, {"paragraphs": ["a", "", "b\n\nc"]}, {"text": "x"}, {"text": "\ud800\n三"}]
    lines = "\n".join(map(json.dumps, rows))
    flat = pa.table({"text": ["一\n\n 二"]})
    files = [
        write(tmp_path / "x.jsonl", lines),
        write(tmp_path / "x.txt", "一\n\n 二"),
        write(tmp_path / "x.parquet", flat),
    ]
    for path, wanted in zip(files, [bools(1, 1, 0, 1), bools(1), bools(1)], strict=True):
        shown: list[tuple[int, str, list[tuple[int, int]]]] = []
        keep = ~wanted
        rewrite("jsonl", path, wanted=wanted, keep=keep, show=lambda *what, to=shown: to.append(what))
        assert shown[0] == (0, "一\n\n 二", [(0, 1), (4, 5)])
        assert [row for row, _, _ in shown] == np.flatnonzero(wanted).tolist()
        for row, text, spans in shown:
            assert [text[start:end] for start, end in spans] == paragraphs(path)[row]
    shown = []
    rewrite("jsonl", files[0], wanted=bools(0, 1, 0, 1), show=lambda *what: shown.append(what))
    assert shown == [(1, "a\n\n\n\nb\n\nc", [(0, 1), (3, 3), (5, 9)]), (3, "\ufffd\n三", [(0, 1), (2, 3)])]


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz", "x.txt", "x.parquet"])
def test_a_changed_input_is_refused(tmp_path: Path, name: str) -> None:
    data: Any = b'{"text": "a"}\n' * 9
    source = {"x.jsonl.gz": gzip.compress(data), "x.parquet": pa.table({"text": ["a"]})}.get(name, data)
    path = write(tmp_path / name, source)
    before = fates(path)
    os.utime(path, ns=(0, before.fingerprint[1] + 1))
    with (
        open_sink("jsonl", lambda _: nullcontext(io.BytesIO()), 0, 1) as sink,
        pytest.raises(EngineError, match="has changed since it was read") as e,
    ):
        rewrite_rows(input_of(path), None, LIMIT, before, sink)
    assert str(path) in str(e.value)


def test_an_input_that_changes_while_it_is_written_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", b'{"text": "a"}\n')
    before = fates(path, wanted=bools(1), show=lambda *_: os.utime(path, ns=(0, 0)))
    with (
        open_sink("jsonl", lambda _: nullcontext(io.BytesIO()), 0, 1) as sink,
        pytest.raises(EngineError, match="has changed since it was read"),
    ):
        rewrite_rows(input_of(path), None, LIMIT, before, sink)


def test_fewer_rows_than_before_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", b'{"text": "a"}\n')
    before = fates(path, keep=bools(1, 1), numbers=np.array([1, 2]), offsets=np.array([0, 1, 2]))
    with (
        open_sink("jsonl", lambda _: nullcontext(io.BytesIO()), 0, 1) as sink,
        pytest.raises(EngineError, match="had 2 rows when it was read, and now 1"),
    ):
        rewrite_rows(input_of(path), None, LIMIT, before, sink)


@pytest.mark.parametrize("data", [b"", b"{}\n", b"\x1f\x8b", b"PAR1"])
@pytest.mark.parametrize("form", ["jsonl", "parquet", "text", "markdown"])
def test_inputs_without_rows(tmp_path: Path, data: bytes, form: str) -> None:
    written = rewrite(form, write(tmp_path / "x.jsonl", data))
    assert (table(written).num_rows if form == "parquet" else len(written)) == 0
    with open_sink("jsonl", lambda _: nullcontext(io.BytesIO()), 0, 1) as sink:
        rewrite_rows(input_of(tmp_path / "none"), None, LIMIT, fates(tmp_path / "none"), sink)


def test_the_rows_before_damage_are_written(tmp_path: Path) -> None:
    data = "".join(json.dumps({"text": str(n) * 40}) + "\n" for n in range(20_000)).encode()
    path = write(tmp_path / "x.jsonl", gzip.compress(data)[:-2000])
    rows, ((_, error),) = read(path)
    assert error.startswith("is damaged gzip data")
    assert len(rows) > 1000
    assert rewrite("jsonl", path) == b"".join(line + b"\n" for line in data.split(b"\n")[: len(rows)])


def test_text_files(tmp_path: Path) -> None:
    paths = [write(tmp_path / "x.txt", "\ufeff一\n\n二\r\n"), write(tmp_path / "y.txt", "a\nb")]
    assert (
        rewrite("jsonl", *paths).decode()
        == '{"id": "x.txt", "text": "一\\n\\n二\\r\\n"}\n{"id": "y.txt", "text": "a\\nb"}\n'
    )
    assert rewrite("jsonl", paths[0], marks=marks(1, 0)).decode() == '{"id": "x.txt", "text": "二"}\n'
    assert rewrite("jsonl", paths[0], keep=bools(0)) == b""
    assert table(rewrite("parquet", *paths)).to_pylist() == [
        {"id": "x.txt", "text": "一\n\n二\r\n"}, {"id": "y.txt", "text": "a\nb"}
    ]  # fmt: skip


def test_text_and_markdown(tmp_path: Path) -> None:
    rows = [{"text": "一\n二\n\n三"}, {"paragraphs": ["a", "", "b"]}, {"text": ""}]
    paths = [
        write(tmp_path / "x.jsonl", "\n".join(map(json.dumps, rows))), write(tmp_path / "x.txt", "x"),
        write(tmp_path / "x.parquet", pa.table({"text": ["p"]})),
    ]  # fmt: skip
    assert rewrite("text", *paths).decode() == "一 二\n三\n\na\nb\n\n\nx\n\np\n"
    assert (
        rewrite("markdown", *paths).decode() == "一  \n二\n\n三\n\n---\n\na\n\nb\n\n---\n\n\n\n---\n\nx\n\n---\n\np\n"
    )
    assert rewrite("text", paths[0], marks=marks(1, 0, 2, 0, 0), keep=bools(1, 1, 0)).decode() == "三\n\nb\n"


RICH = pa.table({
    "id": pa.array([1, 2, 3], pa.uint64()), "text": pa.array(["一\n\n二", None, "三"], pa.large_string()),
    "day": pa.array([datetime.date(2020, 1, 2)] * 3), "at": pa.array([1, 2, 10**18], pa.timestamp("ns", "UTC")),
    "price": pa.array([decimal.Decimal("1.50")] * 3), "raw": [b"\xff", b"ab", None],
    "kind": pa.array(["k"] * 3).dictionary_encode(),
    "deep": [{"a": [1, 2], "d": datetime.date(2020, 1, 2)}, None, {"a": None, "d": None}],
    "f": [1.5, math.nan, math.inf],
    "tags": pa.array([["x"], [], None], pa.list_(pa.dictionary(pa.int8(), pa.string()))), "e": pa.nulls(3),
}).replace_schema_metadata({"keep": "me", "pandas": "{}"})  # fmt: skip


def test_parquet_to_parquet(tmp_path: Path) -> None:
    path = write(tmp_path / "x.parquet", RICH)
    whole = pq.read_table(path)
    with patch.object(parquetbatches, "BLOCK", 1), patch.object(parquetbatches, "_FEWEST", 1):
        written = table(rewrite("parquet", path))
    assert written.schema.equals(whole.schema)
    assert written.schema.metadata == {b"keep": b"me"}
    assert written.to_pylist()[0] == whole.to_pylist()[0]
    assert written.num_rows == 2
    changed = table(rewrite("parquet", path, marks=marks(1, 0, 0), keep=bools(1, 0)))
    assert changed.to_pylist() == [whole.to_pylist()[0] | {"text": "二"}]


def test_parquet_to_json_lines(tmp_path: Path) -> None:
    first, second = map(json.loads, rewrite("jsonl", write(tmp_path / "x.parquet", RICH)).splitlines())
    assert first == {
        "id": 1, "text": "一\n\n二", "day": "2020-01-02", "at": first["at"], "price": "1.50",
        "raw": base64.b64encode(b"\xff").decode(), "kind": "k", "deep": {"a": [1, 2], "d": "2020-01-02"}, "f": 1.5,
        "tags": ["x"], "e": None,
    }  # fmt: skip
    assert list(first) == RICH.schema.names
    assert first["at"].startswith("1970-01-01 00:00:00")
    assert (second["f"], second["raw"], second["at"]) == (None, None, "2001-09-09 01:46:40+00:00")
    dates = pa.table(
        {"text": ["a"], "t": pa.array([2**60], pa.timestamp("ms")), "b": pa.array([b"\xff"]).view(pa.string())}
    )
    row = json.loads(rewrite("jsonl", write(tmp_path / "y.parquet", dates)))
    assert (row["text"], row["b"], type(row["t"])) == ("a", "/w==", str)


def test_row_groups_have_a_bounded_size(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", b'{"text": "' + b"a" * 990 + b'"}\n')
    write(path, path.read_bytes() * 2000)
    with patch.object(rowsinks, "_GROUP", 100_000), patch.object(jsonrows, "BLOCK", 50_000):
        written = pq.ParquetFile(io.BytesIO(rewrite("parquet", path)))
    sizes = [written.metadata.row_group(n).num_rows for n in range(written.num_row_groups)]
    assert (sum(sizes), max(sizes) < 250, min(sizes[:-1]) >= 100) == (2000, True, True)


def test_json_lines_to_parquet(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "text": "一\n\n二", "day": "2020-01-02", "at": "2020-01-02T03:04:05", "n": None, "l": [],
         "s": {"a": None, "t": "2020-01-01"}},
        {"id": 2, "text": "a", "extra": {"x": [1.5]}, "lone": "\ud800"},
    ]  # fmt: skip
    path = write(tmp_path / "x.jsonl", "\n".join([json.dumps(rows[0]), "{broken", '{"text": 1}', json.dumps(rows[1])]))
    first, second = table(rewrite("parquet", path, marks=marks(1, 0, 0))).to_pylist()
    assert first == rows[0] | {"text": "二", "extra": None, "lone": None}
    assert (second["id"], second["extra"], second["lone"], second["day"]) == (2, {"x": [1.5]}, "\ufffd", None)


def test_several_inputs_into_one_parquet_file(tmp_path: Path) -> None:
    paths = [
        write(tmp_path / "a.jsonl", '{"id": "1", "text": "a", "n": null}\n'),
        write(tmp_path / "b.jsonl", '{"text": "b", "n": 2}\n'),
        write(tmp_path / "c.txt", "c"),
    ]  # fmt: skip
    assert table(rewrite("parquet", *paths)).to_pylist() == [
        {"id": "1", "text": "a", "n": None}, {"id": None, "text": "b", "n": 2}, {"id": "c.txt", "text": "c", "n": None}
    ]  # fmt: skip
    first = write(tmp_path / "d.parquet", pa.table({"text": ["d"], "n": [4], "id": ["5"]}))
    same = write(tmp_path / "e.parquet", pa.table({"id": ["6"], "text": ["e"], "n": [5]}))
    written = table(rewrite("parquet", paths[1], first, same, paths[2]))
    assert written.schema.names == ["text", "n", "id"]
    assert written.column("text").to_pylist() == ["b", "d", "e", "c"]


@pytest.mark.parametrize(
    ("others", "error"),
    [
        ([("b.parquet", pa.table({"text": ["b"]}))], "b.parquet: column n is missing here and int64 in .*a.parquet; "),
        ([("b.parquet", pa.table({"text": ["b"], "n": ["1"]}))], "b.parquet: column n is string here and int64 in "),
        ([("b.txt", "b")], "b.txt: has id, which .*a.parquet has not; "),
        ([("b.jsonl", '{"text": "b", "x": 1, "y": 2}')], "b.jsonl: has x, y, which "),
    ],
    ids=range(4),
)
def test_columns_that_do_not_go_together(tmp_path: Path, others: list[tuple[str, Any]], error: str) -> None:
    first = write(tmp_path / "a.parquet", pa.table({"text": ["a"], "n": [1]}))
    items = [input_of(path) for path in [first, *(write(tmp_path / name, data) for name, data in others)]]
    with pytest.raises(ConfigError, match=error):
        common_schema(items, None, LIMIT)


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (['{"text": "a", "n": 1}', '{"text": "b", "n": "x"}'], "x.jsonl: its rows do not fit into Parquet columns: "),
        (['{"text": "a", "n": {}}'], "the rows do not go into Parquet: .*--format jsonl"),
    ],
    ids=range(2),
)
def test_rows_that_are_no_table(tmp_path: Path, lines: list[str], error: str) -> None:
    path = write(tmp_path / "x.jsonl", "\n".join(lines))
    with pytest.raises(ConfigError, match=error):
        common_schema([input_of(path)], None, LIMIT)
    other = write(tmp_path / "y.jsonl", '{"text": "b", "n": [1]}')
    with pytest.raises(ConfigError, match=r"x\.jsonl: its rows do not"):
        common_schema([input_of(other), input_of(write(path, '{"text": "a", "n": 1}'))], None, LIMIT)


@pytest.mark.parametrize("late", ['{"text": "b", "n": "x"}', '{"text": "b", "new": 1}', '{"text": "b", "n": 1.5}'])
def test_a_later_row_that_does_not_fit(tmp_path: Path, late: str) -> None:
    path = write(tmp_path / "x.jsonl", '{"text": "a", "n": 1}\n' * 50 + late + '\n{"text": "c"}\n')
    with (
        patch.object(jsonrows, "BLOCK", 100),
        pytest.raises(ConfigError, match=r"^x\.jsonl#51: does not fit .*--format jsonl"),
    ):
        rewrite("parquet", path)
    written = rewrite(
        "parquet", path, keep=bools(*[1] * 50, 0, 1), schema=pa.schema({"text": pa.string(), "n": pa.int64()})
    )
    assert table(written).num_rows == 51


def test_rows_only_python_reads_go_into_parquet(tmp_path: Path) -> None:
    lines = [
        '{"text": "a", "n": 1.5}',
        '{"text": "no", "text": "b\tc", "n": NaN}',
        '{"text": "\\udc00", "n": 1e400}',
        '\ufeff{"text": "d"}',
    ]
    path = write(tmp_path / "x.jsonl", "\n".join(lines))
    written = table(rewrite("parquet", path)).to_pylist()
    assert [row["text"] for row in written] == ["a", "b\tc", "\ufffd", "d"]
    assert [str(row["n"]) for row in written] == ["1.5", "nan", "inf", "None"]


@pytest.mark.parametrize("name", ["x.jsonl", "x.parquet", "x.txt"])
def test_what_is_written_reads_the_same(tmp_path: Path, name: str) -> None:
    texts = ["一\n\n二", "a\nb"]
    sources = {
        "x.jsonl": "\n".join(json.dumps({"text": text}) for text in texts),
        "x.parquet": pa.table({"text": texts}),
    }
    path = write(tmp_path / name, sources.get(name, texts[0]))
    for form in ("jsonl", "parquet"):
        again = write(tmp_path / f"again.{form}", rewrite(form, path))
        assert (
            paragraphs(again)
            == paragraphs(path)
            == [[text[a:b] for a, b in paragraph_spans(text)] for text in texts][: len(paragraphs(path))]
        )
