"""The classifier: its trees walked one by one, its file, where it cuts, and what becomes of pages and lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleantext.errors import StageMismatchError
from cleantext.pages import classify
from cleantext.pages.blocks import parse_page
from cleantext.pages.classify import (
    Model,
    best_cut,
    block_votes,
    line_probabilities,
    load_model,
    page_probabilities,
    side_by_side,
    tree_scores,
)
from cleantext.pages.columns import CONTEXT, PAGE_COLUMNS, place_of
from cleantext.pages.context import context_columns
from cleantext.pages.features import Sight, page_columns, page_features, see
from cleantext.pages.masks import masks_of
from cleantext.pages.wordscores import SHARES, WordScores
from markup_strategies import MARKUP

SINGLES = st.floats(width=32, allow_infinity=True, allow_nan=True)
ARTICLE = "".join(
    f"<p>Paragraph {i} of an article that goes on, with commas, and with enough words in it to be read as text.</p>"
    for i in range(6)
)
PAGE = f"<nav class=menu><a href=/>Home</a></nav><article><h1>A title</h1>{ARTICLE}</article><footer>© 2020</footer>"


@st.composite
def models(draw: st.DrawFn) -> Model:
    """A few trees of random shape over three features."""
    feature, left, right, roots = (list[int]() for _ in range(4))
    threshold, value, missing = list[float](), list[float](), list[bool]()

    def grow(depth: int) -> int:
        place = len(feature)
        is_leaf = depth == 0 or draw(st.booleans())
        feature.append(draw(st.integers(0, 2)))
        threshold.append(draw(st.floats(-2, 2, width=32)))
        value.append(draw(st.floats(-1, 1, width=32)) if is_leaf else 0.0)
        missing.append(draw(st.booleans()))
        left.append(place)
        right.append(place)
        if not is_leaf:
            left[place] = grow(depth - 1)
            right[place] = grow(depth - 1)
        return place

    for _ in range(draw(st.integers(1, 4))):
        roots.append(grow(draw(st.integers(0, 4))))
    return Model(
        feature=np.array(feature, np.int16),
        threshold=np.array(threshold, np.float32),
        left=np.array(left, np.int32),
        right=np.array(right, np.int32),
        value=np.array(value, np.float32),
        missing_left=np.array(missing, np.bool_),
        roots=np.array(roots, np.int32),
        names=("a", "b", "c"),
        words=WordScores({}),
        version="test",
    )


def plain_score(model: Model, row: list[float]) -> float:
    """One row down one tree after another, a node at a time."""
    total = 0.0
    for root in model.roots.tolist():
        at = root
        while int(model.left[at]) != at:
            asked = row[int(model.feature[at])]
            is_left = bool(model.missing_left[at]) if asked != asked else asked <= float(model.threshold[at])  # noqa: PLR0124
            at = int(model.left[at] if is_left else model.right[at])
        total += float(model.value[at])
    return total


def shipped() -> tuple[Model, Model]:
    """The trees of what is shown, and of what is folded away."""
    model = load_model()
    assert model.folded is not None
    return model, model.folded


@pytest.fixture(params=[False, True], ids=["arrays", "compiled"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trees are walked by arrays, or by the kernel."""
    monkeypatch.setattr(classify, "pays", lambda: request.param)


@pytest.mark.usefixtures("way")
@given(models(), st.lists(st.tuples(SINGLES, SINGLES, SINGLES), min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_trees_side_by_side_are_trees_one_by_one(model: Model, rows: list[tuple[float, float, float]]) -> None:
    found = tree_scores(model, np.array(rows, dtype=np.float32))
    assert found.tolist() == [plain_score(model, list(row)) for row in rows]


@pytest.mark.usefixtures("way")
def test_the_shipped_trees_one_by_one() -> None:
    random = np.random.default_rng(3)
    for model in shipped():
        table = random.normal(0, 3, (20, len(model.names))).astype(np.float32)
        table[::2, ::3] = np.nan
        assert tree_scores(model, table).tolist() == [plain_score(model, row) for row in table.tolist()]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("leaves", [1, 2, 31, 32, 33, 63, 64, 65, 200])
def test_a_tree_of_many_leaves(leaves: int) -> None:
    inner = leaves - 1  # one below another: the left nodes are leaves, the last right one is the last
    places = np.arange(inner + leaves)
    left, right = places.copy(), places.copy()
    left[:inner] = inner + np.arange(inner)
    right[:inner] = np.where(np.arange(inner) < inner - 1, np.arange(inner) + 1, inner + leaves - 1)
    model = Model(
        feature=np.zeros(places.size, np.int16),
        threshold=np.arange(places.size, dtype=np.float32),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        value=np.where(left == places, places - inner, 0).astype(np.float32),
        missing_left=places % 2 == 1,
        roots=np.zeros(1, np.int32),
        names=("a",),
        words=WordScores({}),
        version="test",
    )
    assert (masks_of(model) is None) == (leaves > 64)
    rows = np.append(np.arange(-1, leaves + 1), np.nan).astype(np.float32)[:, None]
    assert tree_scores(model, rows).tolist() == [plain_score(model, row) for row in rows.tolist()]


def test_rows_are_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classify, "pays", lambda: True)
    model = load_model()
    table = np.random.default_rng(4).normal(0, 3, (1100, len(model.names))).astype(np.float32)
    assert tree_scores(model, table).tolist() == side_by_side(model, table).tolist()


@pytest.mark.parametrize("size", [1, 7, 8, 9, 31, 520])
@pytest.mark.parametrize("missing", [(), (5,), range(600)], ids=["all there", "one missing", "all missing"])
def test_what_a_page_says_is_asked_once(size: int, missing: Sequence[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classify, "pays", lambda: True)
    random = np.random.default_rng(size)
    for model in shipped():
        table = random.normal(0, 3, (size, len(model.names))).astype(np.float32)
        shared = np.isin(model.names, PAGE_COLUMNS)
        table[:, shared] = table[0, shared]
        table[[row for row in missing if row < size], np.flatnonzero(shared)[0]] = np.nan
        assert tree_scores(model, table).tolist() == side_by_side(model, table).tolist()


def test_what_a_page_says_is_the_same_for_all_blocks() -> None:
    page = parse_page(
        "<title>a</title><h1>b</h1><div><p>" + "c d e. " * 30 + "<p>f<ul><li>g</ul><div class=comment>h</div>"
    )
    sight = Sight.of_page(page, "https://example.com/news/1")
    columns, tokens = page_columns(sight, load_model().words)
    assert sight.tree is not None
    assert sight.element is not None
    context_columns(columns, np.linspace(0.1, 0.9, tokens.size), tokens, sight.tree, sight.element)
    shared = columns.all[:, [place_of(name) for name in PAGE_COLUMNS]]
    assert np.array_equal(shared, np.broadcast_to(shared[0], shared.shape), equal_nan=True)


def test_the_shipped_model_knows_the_features() -> None:
    model = load_model()
    for sight in (Sight.of_page(parse_page(PAGE)), Sight.of_lines(["one", "two"])):
        assert page_features(sight, model.words)[2] == model.names
    assert [len(one.roots) for one in shipped()] == [300, 150]
    assert model.second is not None
    assert model.second.half.size == len(model.names + CONTEXT)
    for one in shipped():
        assert len(set(one.names)) == len(one.names)
        assert 0 <= one.feature.min() <= one.feature.max() < len(one.names)


def test_the_shipped_model_is_whole_and_small() -> None:
    assert files("cleantext.pages.model").joinpath("blocks.npz").read_bytes().__len__() <= 500_000
    for model in shipped():
        size = len(model.feature)
        for follow in (model.left, model.right):
            assert ((follow >= np.arange(size)) & (follow < size)).all(), "a walk goes on, and ends"
        leaves = model.left == np.arange(size)
        assert (leaves == (model.right == np.arange(size))).all()
        assert (model.value[~leaves] == 0).all()
        assert np.isfinite(model.value).all()
        assert not np.isnan(model.threshold).any()  # one may be infinite: what is missing goes another way
    assert load_model() is load_model()


@pytest.mark.usefixtures("way")
def test_a_page_is_read_twice_and_a_dump_once() -> None:
    model = load_model()
    assert model.second is not None
    sight = Sight.of_page(parse_page(PAGE), "https://example.com/news/1")
    columns, tokens = page_columns(sight, model.words)
    first = model.probabilities(columns.features)
    assert sight.tree is not None
    assert sight.element is not None
    context_columns(columns, first, tokens, sight.tree, sight.element)
    assert columns.features.tolist() == page_features(sight, model.words)[0].tolist()
    second = model.second.probabilities(columns.columns, tokens)
    seen = see(sight, model.words)
    assert page_probabilities(model, seen).tolist() == ((first + second) / 2).tolist()
    assert page_probabilities(replace(model, second=None), seen).tolist() == first.tolist()
    lines = sight.texts
    alone = model.probabilities(page_features(Sight.of_lines(lines), model.words)[0])
    assert page_probabilities(model, see(Sight.of_lines(lines), model.words)).tolist() == alone.tolist()
    assert line_probabilities(lines).tolist() == alone.tolist()


def test_a_model_of_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classify, "FORMAT", 99)
    with pytest.raises(StageMismatchError, match="block model: format is 6, expected 99"):
        load_model.__wrapped__()


WEIGHTED = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 50)), min_size=1, max_size=9)


def expected_f1(rows: list[tuple[float, int]], keep: tuple[bool, ...]) -> float:
    """The F1 of expected tokens: twice those kept and right, over those kept and those that should be."""
    kept = sum(tokens for (_, tokens), is_kept in zip(rows, keep, strict=True) if is_kept)
    right = sum(tokens * likely for (likely, tokens), is_kept in zip(rows, keep, strict=True) if is_kept)
    wanted = sum(tokens * likely for likely, tokens in rows)
    return 2 * right / (kept + wanted) if kept + wanted else 0.0


@given(WEIGHTED)
@settings(max_examples=60, deadline=None)
def test_no_choice_of_blocks_has_more_expected_f1_than_the_cut(rows: list[tuple[float, int]]) -> None:
    likely, tokens = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    best = max(expected_f1(rows, keep) for keep in product((False, True), repeat=len(rows)))
    cut = best_cut(likely, tokens)
    if likely @ tokens > 1e-6:
        assert cut == pytest.approx(min(max(best / 2, 0.1), 0.5), abs=1e-9)
        # a hair below, where a block is as likely as the cut itself
        kept = expected_f1(rows, tuple(share >= cut - 1e-12 for share, _ in rows))
        assert kept == pytest.approx(best, abs=1e-6) or best / 2 < 0.1
    assert 0.1 <= cut <= 0.5


class Fixed:
    """A model that answers the same for every page."""

    def __init__(self, likely: list[float], shell: Fixed | None = None, folded: Fixed | None = None) -> None:
        model = load_model()
        self.words, self.names, self.second = model.words, model.names, None
        self.shell, self.folded = shell, folded
        self._likely = likely

    def probabilities(self, table: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> object:
        assert len(table) == len(self._likely)
        return np.array(self._likely)


def constant(monkeypatch: pytest.MonkeyPatch, likely: list[float], shell: list[float] | None = None) -> None:
    """Every page has these probabilities, and those from trees that know shells."""
    fixed = Fixed(likely, shell=Fixed(shell) if shell else None)
    monkeypatch.setattr(classify, "load_model", lambda: fixed)


def test_a_half_decides_whatever_the_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    page = parse_page("".join(f"<p>{'word ' * 20}</p>" for _ in range(4)))
    constant(monkeypatch, [0.9, 0.4, 0.3, 0.05])
    votes = block_votes(page)
    assert votes is not None
    assert list(votes) == sorted(votes, reverse=True)
    cut = best_cut(np.array([0.9, 0.4, 0.3, 0.05]), np.full(4, 20.0))
    assert [vote >= 0.5 for vote in votes] == [likely >= cut for likely in (0.9, 0.4, 0.3, 0.05)]
    assert 0.3 < cut < 0.4


def test_chinese_pages_are_cut_at_a_half(monkeypatch: pytest.MonkeyPatch) -> None:
    page = parse_page("".join(f"<p>{'會議今日召開。' * 5}</p>" for _ in range(3)))
    constant(monkeypatch, [0.9, 0.5, 0.49])
    votes = block_votes(page)
    assert votes is not None
    assert votes == pytest.approx((0.9, 0.5, 0.49))


def test_a_page_without_a_likely_block_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    page = parse_page("<p>One</p><p>Two</p>")
    constant(monkeypatch, [0.19, 0.1])
    assert block_votes(page) is None
    constant(monkeypatch, [0.21, 0.1])
    votes = block_votes(page)
    assert votes is not None
    assert votes[0] >= 0.5 > votes[1]


@pytest.mark.parametrize("text", ["menu " * 20, "選單" * 10, "𠮷野" * 10, "e\u0301 " * 20])
@pytest.mark.parametrize(
    ("likely", "shell", "is_one"),
    [
        ([0.5, 0.2], [0.05, 0.05], True),
        ([0.1, 0.1], [0.05, 0.05], True),  # nothing is likely, and trafilatura is not asked
        ([0.5, 0.2], [0.05, 0.06], False),
        ([0.5, 0.2], None, False),
    ],
)
def test_no_block_of_a_shell_is_likely(
    monkeypatch: pytest.MonkeyPatch, text: str, likely: list[float], shell: list[float] | None, is_one: bool
) -> None:
    constant(monkeypatch, likely * 5, shell and shell * 5)
    votes = block_votes(parse_page(f"<p>{text}</p>" * 10))
    assert votes is not None
    assert any(votes) is not is_one


@pytest.mark.parametrize("word", ["menu ", "目錄", "𠮷野"])
def test_a_short_text_and_a_long_one_are_no_shells(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    size = len(word.strip()) if not word.isascii() else 1
    for count, likely, is_one in ((33, 0.4, False), (34, 0.4, True), (250, 0.4, False), (249, 0.4, True)):
        text = (word * -(-count // size))[: count * len(word) // size]  # so many tokens in each of three blocks
        constant(monkeypatch, [likely] * 3, [0.01] * 3)
        votes = block_votes(parse_page(f"<p>{text}</p>" * 3))
        assert votes is not None
        assert any(votes) is not is_one, count


def test_a_page_whose_content_is_folded_is_no_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    page = parse_page(f"<p>{'menu ' * 60}<p>{'more ' * 60}<div hidden><p>{'word ' * 20}</div>")
    for folded, is_one in ((0.49, True), (0.5, False)):
        fixed = Fixed([0.3, 0.2], shell=Fixed([0.01, 0.02]), folded=Fixed([0, 0, folded]))
        fixed.folded.probabilities = lambda rows, folded=folded: np.full(len(rows), folded)  # type: ignore[union-attr, method-assign]
        monkeypatch.setattr(classify, "load_model", lambda fixed=fixed: fixed)
        votes = block_votes(page)
        assert votes is not None
        assert any(votes) is not is_one


def test_an_article_and_what_stands_around_it() -> None:
    page = parse_page(PAGE)
    votes = block_votes(page)
    assert votes is not None
    kept = [block.text for block, vote in zip(page.blocks, votes, strict=True) if vote >= 0.5]
    assert [text for text in kept if text.startswith("Paragraph")] == [
        block.text for block in page.blocks if block.tags[-1] == "p"
    ]
    assert not {"Home", "© 2020"} & set(kept)


def test_lines() -> None:
    found = line_probabilities(
        ["首頁", *(f"第{i}段文字，說了很多話，所以很像正文，讀者一看就知道。" for i in range(9)), "版權所有"]
    )
    assert found.shape == (11,)
    assert ((found > 0) & (found < 1)).all()
    assert found[1:10].min() > max(found[0], found[10])


@given(MARKUP)
@settings(deadline=None, max_examples=60)
def test_any_page_is_voted_on(html: str) -> None:
    page = parse_page(html)
    if page.blocks:
        votes = block_votes(page)
        assert votes is None or (len(votes) == len(page.blocks) and all(0 <= vote <= 1 for vote in votes))
        assert block_votes(parse_page(html)) == votes
        lines = line_probabilities([block.text for block in page.blocks])
        assert np.isfinite(lines).all()


def test_what_the_file_says_of_itself() -> None:
    with files("cleantext.pages.model").joinpath("blocks.npz").open("rb") as stream, np.load(stream) as arrays:
        about = json.loads(bytes(arrays["about"]))
    assert list(about) == ["format", "version", "names", "words", "joint"]
    assert list(about["words"]) == sorted(about["words"])
    assert list(about["joint"]) == sorted(about["joint"])
    assert {len(row) for row in about["joint"].values()} == {len(SHARES)}
    assert replace(load_model(), words=WordScores({})).version == about["version"]


SHOWN = "<h1>Report on the river</h1>" + "".join(
    f"<p>Paragraph {number} of the report says what the council did about the river, and what it thought of it.</p>"
    for number in range(6)
)
FOLDED = (
    "<div class=answer hidden><p>The council answers that the river, which nobody asked about, is well.</p></div>",
    "<ul class=menu style='display:none'><li><a href=/>Home</a><li><a href=/a>About us</a></ul>",
)


def test_what_is_shown_is_judged_as_if_nothing_were_folded() -> None:
    page, alone = parse_page(FOLDED[1] + SHOWN + FOLDED[0]), parse_page(SHOWN)
    likely, seen = classify._probabilities(load_model(), page, None)
    shown = page.arrays.hidden == 0
    assert page.shown.texts == alone.texts
    assert alone.shown is alone
    assert shown.tolist() == [False, False, *[True] * 7, False]
    alone_seen = see(Sight.of_page(page.shown), load_model().words)
    assert likely[shown].tolist() == page_probabilities(load_model(), alone_seen).tolist()
    assert seen.tokens[shown].tolist() == alone_seen.tokens.tolist()
    assert likely[:2].max() < likely[-1]


def test_folded_blocks_are_judged_by_their_own_trees() -> None:
    page, model = parse_page(FOLDED[1] + SHOWN + FOLDED[0]), load_model()
    assert model.folded is not None
    table, _, _ = page_features(Sight.of_page(page), model.words)
    hidden = page.arrays.hidden > 0
    likely, _ = classify._probabilities(model, page, None)
    assert likely[hidden].tolist() == model.folded.probabilities(table)[hidden].tolist()
    without, _ = classify._probabilities(replace(model, folded=None), page, None)
    assert without[hidden].tolist() == [0, 0, 0]
    assert without[~hidden].tolist() == likely[~hidden].tolist()


def test_a_folded_copy_is_no_main_content() -> None:
    text = "\n".join(parse_page(SHOWN).texts)
    page = parse_page(f"{SHOWN}<pre hidden>{text}</pre>")
    likely, _ = classify._probabilities(load_model(), page, None)
    assert likely[page.arrays.hidden > 0].tolist() == [0]


def test_a_page_that_folds_all_is_judged() -> None:
    page = parse_page(SHOWN)
    folded = replace(page, arrays=replace(page.arrays, hidden=np.ones_like(page.arrays.hidden)))
    likely, _ = classify._probabilities(load_model(), folded, None)
    assert likely.tolist() == page_probabilities(load_model(), see(Sight.of_page(folded), load_model().words)).tolist()
