"""Polars columns, as series and as expressions, eager and lazy."""

from __future__ import annotations

from typing import Any

import pytest

pl = pytest.importorskip("polars")

from cleantext import Config, ConfigError, repair, to_script  # noqa: E402 - after the check for the extra
from cleantext.integrations import columns  # noqa: E402
from cleantext.integrations import polars as cp  # noqa: E402
from integrations.table_pages import PAGE, URLS, VALUES, expected  # noqa: E402

ROWS = [expected(value, url) for value, url in zip(VALUES, URLS, strict=True)]
SMALL_TOWN = ["山水之间有一座小城,小城里住着一位老人和他的孙女。", "山水之间有一座小城，小城裏住著一位老人和他的孫女！"]


@pytest.fixture
def frame() -> Any:
    return pl.DataFrame({"html": VALUES, "url": URLS, "n": range(len(VALUES))}, schema_overrides={"html": pl.Binary})


def test_a_series_gives_a_series_of_structs(frame: Any) -> None:
    clean = cp.clean_column(frame["html"], url=frame["url"])
    assert (clean.name, clean.dtype) == ("html", cp.CLEAN)
    assert clean.to_list() == ROWS
    assert clean.struct.fields == list(columns.FIELDS)


def test_an_expression_gives_an_expression(frame: Any) -> None:
    expression = cp.clean_column(pl.col("html"), url=pl.col("url")).alias("clean")
    for done in (
        frame.with_columns(expression),
        frame.lazy().with_columns(expression).collect(),
        frame.lazy().with_columns(expression).collect(engine="streaming"),
    ):
        assert done.schema["clean"] == cp.CLEAN
        assert done["clean"].to_list() == ROWS
        assert done.drop("clean").equals(frame)
    assert frame.lazy().with_columns(expression).unnest("clean").collect_schema()["error"] == pl.String


def test_a_literal_is_known_of_every_row(frame: Any) -> None:
    text = frame.select(pl.lit(PAGE).repeat_by(1).explode())["literal"].extend_constant(PAGE, 2).alias("text")
    done = text.to_frame().select(cp.clean_column(pl.col("text"), content_type=pl.lit("text/html")))
    assert done["text"].to_list() == [expected(PAGE, None, "text/html")] * 3


def test_text_of_every_kind_of_column(frame: Any) -> None:
    texts = ["現(xiàn)在(zài)環(huán)境(jìng)", None, "cafÃ©", "𠮷e\u0301"]
    for kind in (pl.String, pl.Categorical, pl.Object):
        column = pl.Series("t", texts, dtype=kind)
        mended = cp.repair(column)
        assert (mended.name, mended.dtype) == ("t", pl.String)
        assert mended.to_list() == [text and repair(text).text for text in texts]
        assert cp.to_script(column, "s").to_list() == [text and to_script(text, "s") for text in texts]
    assert cp.clean_column(pl.Series("x", [None, None])).to_list() == [dict.fromkeys(columns.FIELDS)] * 2
    assert cp.clean_column(pl.Series("x", [], dtype=pl.String)).dtype == cp.CLEAN
    assert frame.select(cp.repair(pl.col("url")).alias("u"))["u"].to_list() == URLS


def test_duplicates_are_a_mask_of_the_whole_column_or_of_a_group() -> None:
    frame = pl.DataFrame({"host": ["a", "a", "b", "b"], "text": [*SMALL_TOWN, SMALL_TOWN[0], None]})
    assert cp.duplicates(frame["text"]).to_list() == [False, True, True, False]
    kept = frame.filter(~cp.duplicates(pl.col("text")))
    assert kept["text"].to_list() == [SMALL_TOWN[0], None]
    assert frame.select(cp.duplicates(pl.col("text")).over("host"))["text"].to_list() == [False, True, False, False]
    raw = Config.from_dict({"dedup": {"match": "raw"}})
    assert cp.duplicates(frame["text"], 0.9, raw).to_list() == [False, False, True, False]


def test_wrong_columns_are_refused_by_name(frame: Any) -> None:
    with pytest.raises(ConfigError, match="column 'n': expected text, got Int64"):
        cp.clean_column(frame["n"])
    with pytest.raises(ConfigError, match="column 'html': expected text, got Binary"):
        cp.repair(frame["html"])
    with pytest.raises(ConfigError, match="url has 2 rows and the column 7"):
        cp.clean_column(frame["html"], url=frame["url"].head(2))
    with pytest.raises(ConfigError, match="nonsense"):
        cp.to_script(frame["url"], "nonsense")
