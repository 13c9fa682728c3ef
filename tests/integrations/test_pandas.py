"""pandas columns: index, name and type are kept."""

from __future__ import annotations

from typing import Any

import pytest

pd = pytest.importorskip("pandas")

import pyarrow as pa  # noqa: E402 - after the check for the extra

from cleantext import ConfigError, repair, to_script  # noqa: E402
from cleantext.integrations import columns  # noqa: E402
from cleantext.integrations import pandas as cd  # noqa: E402
from integrations.table_pages import URLS, VALUES, expected  # noqa: E402

ROWS = [expected(value, url) for value, url in zip(VALUES, URLS, strict=True)]
SMALL_TOWN = ["山水之间有一座小城,小城里住着一位老人和他的孙女。", "山水之间有一座小城，小城裏住著一位老人和他的孫女！"]


@pytest.fixture
def frame() -> Any:
    index = pd.MultiIndex.from_product([["a"], [7, 7, 1, 2, 3, 4, 5]], names=["host", "n"])
    return pd.DataFrame({"html": pd.Series(VALUES, dtype=object).array, "url": URLS}, index=index)


def test_a_frame_of_columns_with_the_index_of_the_series(frame: Any) -> None:
    clean = cd.clean_column(frame["html"], url=frame["url"])
    assert list(clean.columns) == list(columns.FIELDS)
    assert clean.index.equals(frame.index)
    rows = pa.Table.from_pandas(clean, preserve_index=False).to_pylist()
    assert rows == ROWS
    assert clean["error"].notna().sum() == 1
    assert list(frame.join(clean.add_prefix("clean_")).columns[:3]) == ["html", "url", "clean_text"]


def test_the_columns_stand_in_arrow_memory(frame: Any) -> None:
    clean = cd.clean_column(frame["html"])
    assert all(isinstance(kind, pd.ArrowDtype) for kind in clean.dtypes)
    assert clean["paragraphs"].dtype.pyarrow_dtype == pa.large_list(pa.large_string())


def test_no_rows() -> None:
    clean = cd.clean_column(pd.Series([], dtype=object))
    assert (len(clean), list(clean.columns)) == (0, list(columns.FIELDS))


@pytest.mark.parametrize("kind", [object, "string", "str", "arrow", "category"])
def test_repair_and_script_keep_index_name_and_type(kind: Any) -> None:
    texts = ["現(xiàn)在(zài)環(huán)境(jìng)", None, "cafÃ©", "𠮷e\u0301"]
    kind = pd.ArrowDtype(pa.string()) if kind == "arrow" else kind
    column = pd.Series(texts, index=list("dcba"), name="t", dtype=kind)
    expected_texts = (
        [None if text is None else repair(text).text for text in texts],
        [None if text is None else to_script(text, "s") for text in texts],
    )
    for done, wanted in zip((cd.repair(column), cd.to_script(column, "s")), expected_texts, strict=True):
        assert (done.name, list(done.index)) == ("t", list("dcba"))
        assert done.dtype == (column.dtype if kind != "category" else pd.Series(["a"]).dtype)
        assert done.isna().tolist() == [False, True, False, False]
        assert done.dropna().tolist() == [text for text in wanted if text is not None]


def test_what_is_no_text_is_missing() -> None:
    column = pd.Series(["a", 3, float("nan"), pd.NA, b"b", "\ud800"], dtype=object)
    assert cd.repair(column).isna().tolist() == [False, True, True, True, True, False]
    assert cd.repair(column).tolist()[5] == "\ufffd"
    assert cd.clean_column(column)["error"].fillna("").tolist() == [
        "",
        "expected bytes or text, got int",
        "",
        "",
        "",
        "",
    ]


def test_duplicates_are_a_mask_with_the_index() -> None:
    column = pd.Series([*SMALL_TOWN, None, SMALL_TOWN[0], 5], index=[9, 9, 8, 7, 6], name="t", dtype=object)
    mask = cd.duplicates(column)
    assert mask.dtype == bool
    assert (mask.name, list(mask.index)) == ("t", [9, 9, 8, 7, 6])
    assert mask.tolist() == [False, True, False, True, False]
    assert column[~mask].tolist() == [SMALL_TOWN[0], None, 5]
    assert cd.duplicates(column, level="paragraph").tolist() == mask.tolist()


def test_wrong_calls_are_refused(frame: Any) -> None:
    with pytest.raises(ConfigError, match="url has another index than the column"):
        cd.clean_column(frame["html"], url=frame["url"].iloc[::-1])
    with pytest.raises(ConfigError, match="nonsense"):
        cd.to_script(frame["url"], "nonsense")
