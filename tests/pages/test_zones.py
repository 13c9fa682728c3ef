from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.pages import _kernels, _path, _zones, compiled
from cleantext.pages.dump import label_lines
from cleantext.pages.line_scores import FEATURES, _beside, _sums, body_path, features, line_scores
from cleantext.pages.line_weights import WEIGHTS
from cleantext.pages.looks import NAMES, _is_letters, _letters, _shape, fold, look_at, shorten
from cleantext.pages.many_looks import looks_of
from cleantext.pages.zones import survey
from text_strategies import TEXT

PARAGRAPH = "会议指出，今年以来全市上下凝心聚力，空气质量持续改善，重污染天数明显减少，群众的获得感不断增强。"
PAGE = [
    "市里开会部署治污工作_某某网",
    "首页",
    "新闻",
    "市里开会部署治污工作",
    "2020-10-27 09:37 来源：某某日报",
    PARAGRAPH,
    "现场的人不多。",
    PARAGRAPH,
    "责任编辑：张三",
    "相关阅读",
    "邻市召开同类会议",
    "版权所有 © 2020",
]


def test_the_anchor_is_the_title_that_the_page_repeats() -> None:
    zones = survey(looks_of(PAGE))
    assert zones.anchor == 3
    assert zones.anchored_by_title
    assert zones.zone.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
    assert zones.tail.tolist() == [0] * 8 + [1.5, 2.5, 2.5, 3.5]


def test_the_anchor_stands_over_a_date() -> None:
    zones = survey(looks_of(PAGE[1:]))
    assert zones.anchor == 2
    assert not zones.anchored_by_title


def test_a_known_title_anchors() -> None:
    lines = ["首页", "这一行没有日期", PARAGRAPH, PARAGRAPH]
    assert survey(looks_of(lines), "这一行没有日期-某网").anchor == 1


def test_a_thread_is_a_forum_and_an_article_with_comments_is_not() -> None:
    posts = [line for i in range(1, 5) for line in (f"{i}楼 2019-03-0{i} 10:20", "说得对。")]
    assert survey(looks_of(["某某论坛", *posts])).forum
    comments = [line for i in range(1, 5) for line in (f"网友评论 2019-03-0{i} 10:20", "说得对。", "回复 1楼")]
    assert not survey(looks_of([PARAGRAPH, *comments])).forum


def test_the_weights_have_names_of_features() -> None:
    assert set(WEIGHTS) <= {*FEATURES, "bias"}
    assert len(set(FEATURES)) == len(FEATURES)
    assert len(WEIGHTS) > 50


def test_one_column_a_feature() -> None:
    looks = looks_of(PAGE)
    matrix = features(looks, survey(looks))
    assert matrix.shape == (len(PAGE), len(FEATURES))
    assert np.isfinite(matrix).all()
    assert looks.values.shape == (len(PAGE), len(NAMES))


@given(st.lists(st.sampled_from([*PAGE, "1楼 2019-03-01 10:20", "说得对。", "某某论坛"]), min_size=1, max_size=20))
def test_a_score_is_the_weighted_sum_of_the_features(lines: list[str]) -> None:
    looks = looks_of(lines)
    zones = survey(looks)
    weighed = features(looks, zones) @ [WEIGHTS.get(name, 0.0) for name in FEATURES] + WEIGHTS["bias"]
    added = line_scores(looks, zones) - weighed
    assert set(added.round(9).tolist()) <= {0.0, 0.3, 0.5, 0.6, 0.8, 1.1, 2.0, 2.3, 2.5, 2.6, 2.8, 3.1}


def test_the_text_scores_higher_than_what_surrounds_it() -> None:
    looks = looks_of(PAGE)
    scores = line_scores(looks, survey(looks))
    assert min(scores[[5, 7]]) > 1
    assert max(scores[[1, 2, 9, 10, 11]]) < 0


@pytest.mark.parametrize("scores", [[-9.0] * 5, [0.0] * 5, [9.0] * 5, [-9.0, -1.0, -9.0, -9.0, -9.0]])
def test_some_line_is_always_inside(scores: list[float]) -> None:
    looks = looks_of([PARAGRAPH] * 5)
    path = body_path(scores, looks, survey(looks))
    assert len(path) == 5
    assert any(inside for inside, score in zip(path, scores, strict=True) if score == max(scores))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-20, 20), st.integers(0, 200), st.sampled_from([0.0, 0.5, 1.5, 4.0]))))
def test_the_compiled_path_is_the_plain_one(lines: list[tuple[float, int, float]]) -> None:
    scores, units, returns = (np.array([line[column] for line in lines]) for column in range(3))
    paths = []
    for follow in (_path.follow, _kernels.follow):
        path = np.zeros(len(lines), dtype=np.bool_)
        follow(
            scores.astype(np.float64),
            units.astype(np.int64),
            returns.astype(np.float64),
            np.zeros((len(lines), 2), np.int64),
            path,
        )
        paths.append(path.tolist())
    assert paths[0] == paths[1]


LINES = st.lists(
    st.one_of(
        st.sampled_from([*PAGE, "楼主", "1楼 2019-01-02 10:20", "回复(3)", "张三 · 3小时前"]), TEXT.map(str.strip)
    ),
    min_size=1,
    max_size=24,
)


@settings(deadline=None, max_examples=60)
@given(LINES)
def test_compiled_zones_scores_and_labels_are_the_plain_ones(lines: list[str]) -> None:
    found = []
    for met in (-compiled.COMPILED_FROM, compiled.COMPILED_FROM):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compiled._Met, "characters", met)
            looks = looks_of(lines)
            zones = survey(looks, "市里开会部署治污工作")
            labels = label_lines([line for line in lines if line])
            found.append((zones.anchor, zones.metas, zones.tail.tolist(), line_scores(looks, zones).tolist(), labels))
    assert found[0] == found[1]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 90), st.sampled_from([0.0, 0.5, 1.0, 1.5]), st.booleans()), max_size=80),
    st.integers(1, 60),
)
def test_sums_beside_lines_are_those_of_the_lines(lines: list[tuple[int, float, bool]], reach: int) -> None:
    sums = _sums(np.array(lines, dtype=np.float64).reshape(-1, 3))
    before, after = _beside(sums, np.array([reach, 2]))
    for k, most in enumerate((reach, 2)):
        for i in range(len(lines)):
            start, end = max(i - most, 0), min(i + 1 + most, len(lines))
            assert before[k, i].tolist() == ((sums[i] - sums[start]) / max(i - start, 1)).tolist()
            assert after[k, i].tolist() == ((sums[end] - sums[i + 1]) / max(end - i - 1, 1)).tolist()


@settings(deadline=None)
@given(
    st.lists(st.tuples(*map(st.integers, [0] * 5, [90, 3, 3, 7, 1])), max_size=90),
    st.sets(st.integers(0, 89)),
    st.sets(st.integers(0, 89)),
    st.booleans(),
)
def test_compiled_loops_over_lines_are_the_plain_ones(
    lines: list[tuple[int, ...]], heads: set[int], named: set[int], forum: bool
) -> None:
    units, strengths, reasons, said, ends = np.array(lines, dtype=np.int64).reshape(-1, 5).T.copy()
    values, prices = np.column_stack([ends, ends * 0]).astype(np.float64), np.array([0.0, 0.5, 1.0, 1.0])
    rows = np.array(sorted(row for row in heads if row < len(lines)), dtype=np.int64)
    found = (rows, 0.8 + rows % 3, np.array([row in named for row in rows.tolist()], dtype=np.bool_))
    results = []
    for module in (_zones, _kernels):
        masses, zone = np.empty(len(lines), dtype=np.int64), np.empty(len(lines), dtype=np.int64)
        marks, tail, roles = np.empty(len(lines)), np.empty(len(lines)), np.empty(len(lines), dtype=np.uint8)
        looks = (units, strengths, reasons, values)
        module.weigh_lines(looks, said.astype(np.uint8), 1, prices, masses, marks, roles)
        anchor = module.find_zones(looks[1:], 0, 2, masses, marks, found, forum, zone, tail)
        results.append((anchor, *(column.tolist() for column in (masses, marks, roles, zone, tail))))
    assert results[0] == results[1]


@settings(deadline=None)
@given(
    st.lists(st.tuples(*map(st.integers, [0] * 4, [3, 5, 1, 1])), max_size=200),
    st.integers(0, 9),
    st.sets(st.integers(0, 5)),
)
def test_compiled_labels_by_place_are_the_plain_ones(
    lines: list[tuple[int, ...]], first: int, listing: set[int]
) -> None:
    strengths, reasons, dated, within = np.array(lines, dtype=np.int64).reshape(-1, 4).T.copy()
    lists, found = np.isin(np.arange(6), list(listing)), []
    for module in (_path, _kernels):
        codes, telling = np.empty(len(lines), dtype=np.int64), np.empty(len(lines), dtype=np.bool_)
        looks = (strengths, reasons, np.column_stack([within, dated]).astype(np.float64))
        module.label_places(looks, 1, within > 0, first, lists, (0, 1, 2, 3, 4), codes, telling)
        found.append((codes.tolist(), telling.tolist()))
    assert found[0] == found[1]


def test_a_short_gap_is_bridged_and_a_stray_line_is_not_fetched() -> None:
    looks = looks_of([PARAGRAPH] * 7)
    zones = survey(looks)
    assert body_path([3.0, -0.2, 3.0, -3.0, -3.0, 0.3, -3.0], looks, zones).tolist() == [True] * 3 + [False] * 4


@given(st.lists(TEXT.map(str.strip).filter(bool), min_size=1, max_size=20))
@settings(deadline=None, max_examples=100)
def test_any_text_has_zones_scores_and_a_path(lines: list[str]) -> None:
    looks = looks_of(lines)
    zones = survey(looks)
    scores = line_scores(looks, zones)
    assert np.isfinite(scores).all()
    assert any(body_path(scores, looks, zones))


# --- looks


@given(TEXT)
@settings(deadline=None, max_examples=300)
def test_the_quick_view_is_the_folded_view(text: str) -> None:
    look = look_at(text)
    assert look.spaced == fold(shorten(text))[0].strip()
    assert look.view == look.spaced.replace(" ", "")
    assert look.strength in (0, 1, 2, 3)
    assert (look.reason is None) == (look.strength == 0)


@given(TEXT)
@settings(deadline=None, max_examples=200)
def test_offsets_lead_back(text: str) -> None:
    spaced, offsets = fold(text)
    assert len(spaced) == len(offsets)
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets)


@pytest.mark.parametrize(
    ("line", "units"),
    [("", 0), ("首页", 2), ("a b", 4), ("PM2.5治理", 10), ("𠮷野家", 3), ("現(xiàn)在", 2), ("。。", 2)],
)
def test_units(line: str, units: int) -> None:
    assert look_at(line).units == units


def test_a_long_line_is_read_at_its_ends() -> None:
    long = PARAGRAPH * 1000
    look = look_at(long)
    assert len(look.view) <= 400
    assert look.units > 0.8 * len(long)


LETTERS = st.text(alphabet="前首页年月日的the andé一𠮷한丨", max_size=20)


@given(LETTERS | TEXT)
def test_letters_alone_have_the_shape_that_is_read_of_any_line(text: str) -> None:
    look = look_at(text)
    if _is_letters(look.view):
        assert _letters(look.view, 0.3) == _shape(look.view, look.spaced, 0.3)


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("首页 新闻 体育 财经", "cells", 1.0),
        ("首页 新闻 体育", "cells", 0.0),
        ("three hours of the day", "latin", 1.0),
        ("两小时前", "date_end", 1.0),
        ("电话 010-12345678", "contact", 1.0),
        ("見 www.example.cn", "contact", 1.0),
        ("2020年1月2日", "date", 1.0),
        ("²", "digits", 1.0),
        ("丨", "separator", 1 / 3),
        ("12 34", "numeric", 1.0),
    ],
)
def test_the_shape_of_a_line(line: str, name: str, value: float) -> None:
    assert look_at(line).values[NAMES.index(name)] == pytest.approx(value)
