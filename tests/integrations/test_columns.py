"""What tables of any library have in common."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext import Cleaner, Config, ConfigError, find_duplicates
from cleantext import repair as repair_text
from cleantext.integrations import columns
from integrations.table_pages import PAGE, PICTURE, URLS, VALUES, expected

ANY_TEXT = st.text(st.characters(), max_size=60) | st.sampled_from([PAGE, "現(xiàn)在(zài)\ud800", "", "e\u0301𠮷"])


def test_rows_are_those_of_single_documents() -> None:
    structs = columns.clean_structs(VALUES, URLS)
    assert structs.type == columns.struct_type()
    assert structs.to_pylist() == [expected(value, url) for value, url in zip(VALUES, URLS, strict=True)]


def test_a_bad_row_costs_that_row() -> None:
    rows = columns.clean_structs(
        [PICTURE, PAGE, 7, None, bytearray(b"\xe6\x9c\x83"), memoryview(PAGE.encode())]
    ).to_pylist()
    assert rows[0] == dict.fromkeys(columns.FIELDS) | {"error": "looks like a PNG image, not text"}
    assert rows[2] == dict.fromkeys(columns.FIELDS) | {"error": "expected bytes or text, got int"}
    assert rows[3] == dict.fromkeys(columns.FIELDS)
    assert rows[4]["error"] is None
    assert rows[1] == rows[5] == expected(PAGE)


def test_a_fault_nobody_foresaw_costs_its_row_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd(Cleaner):
        def clean(self, source: bytes | str, **known: Any) -> Any:
            if source == "bad":
                raise ZeroDivisionError("line one\nline \ud800two")
            return super().clean(source, **known)

    monkeypatch.setattr(columns, "Cleaner", Odd)
    rows = columns.clean_structs(["bad", PAGE]).to_pylist()
    assert rows[0]["error"] == "unexpected ZeroDivisionError: line one line \ufffdtwo"
    assert rows[1] == expected(PAGE)


def test_no_rows_and_more_rows_than_one_block_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_ROWS", 5)
    assert columns.clean_structs([]).to_pylist() == []
    assert columns.clean_structs([]).type == columns.struct_type()
    structs = columns.clean_structs(f"第{number}段，足够长的一句话。" for number in range(13))
    assert structs.num_chunks == 3
    assert [row["text"] for row in structs.to_pylist()] == [f"第{number}段，足够长的一句话。" for number in range(13)]


def test_an_address_that_is_missing_is_not_known() -> None:
    assert columns.clean_structs([PAGE, PAGE], [float("nan")], []).to_pylist() == [expected(PAGE)] * 2


def test_the_configuration_counts() -> None:
    config = Config.from_dict({"normalize": {"script": "keep"}, "limits": {"max_bytes": 2_000}})
    rows = columns.clean_structs([PAGE, "長" * 2_001], config=config).to_pylist()
    assert rows[0]["text"].startswith("會議今日召開")
    assert "limit of 2,000 bytes" in rows[1]["error"]


@settings(deadline=None, max_examples=40)
@given(st.lists(ANY_TEXT | st.binary(max_size=40) | st.none() | st.integers(), max_size=8))
def test_whatever_comes_there_is_a_row_for_it(values: list[Any]) -> None:
    rows = columns.clean_structs(values).to_pylist()
    assert len(rows) == len(values)
    for value, row in zip(values, rows, strict=True):
        good = value is not None and row["error"] is None
        assert (row["text"] is not None) == (row["paragraphs"] is not None) == good
        assert value is not None or row["error"] is None


@settings(deadline=None, max_examples=40)
@given(st.lists(ANY_TEXT | st.none() | st.integers(), max_size=8))
def test_repair_and_script_row_by_row(values: list[Any]) -> None:
    texts = [value for value in values if isinstance(value, str)]
    repaired, converted = list(columns.repair_values(values)), list(columns.convert_values(values, "s"))
    assert [text is None for text in repaired] == [not isinstance(value, str) for value in values]
    assert [text for text in repaired if text is not None] == [repair_text(columns.well_formed(t)).text for t in texts]
    assert list(columns.convert_values(converted, "s")) == converted
    for text in (*repaired, *converted):
        assert text is None or text.encode("utf-8").decode("utf-8") == text  # storable: no half characters


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.none()
        | st.integers()
        | st.sampled_from(
            [
                "山水之间有一座小城,小城里住着一位老人和他的孙女。",
                "山水之间有一座小城，小城裏住著一位老人和他的孫女！",
                "𠮷",
                "",
            ]
        ),
        max_size=12,
    )
)
def test_a_mask_is_what_find_duplicates_removes(values: list[Any]) -> None:
    mask = columns.duplicate_mask(values)
    places = [place for place, value in enumerate(values) if isinstance(value, str)]
    removed = find_duplicates([values[place] for place in places], level="document").removals
    assert {place for place, gone in enumerate(mask) if gone} == {places[removal.index] for removal in removed}
    assert len(mask) == len(values)


def test_wrong_calls_are_errors_of_the_caller() -> None:
    with pytest.raises(ConfigError, match="nonsense"):
        columns.convert_values([], "nonsense")
    with pytest.raises(ConfigError, match="threshold"):
        columns.duplicate_mask(["a"], 7)


def test_columns_load_no_library_of_frames() -> None:
    code = (
        "import sys, cleantext.integrations.columns as c; list(c.repair_values(['a']));"
        "heavy = {'polars', 'pandas', 'datasets', 'datatrove', 'scrapy', 'pyarrow', 'numba', 'trafilatura'};"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
