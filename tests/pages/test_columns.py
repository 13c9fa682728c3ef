"""The table of blocks: its layout, and its loops, which give the same to the last bit as they are and compiled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.pages import _kernels, _loops, ancestry, classify, compiled, features
from cleantext.pages.blocks import parse_page
from cleantext.pages.classify import load_model, page_probabilities
from cleantext.pages.columns import CONTEXT, FEATURES, LOGS, WORD_COLUMNS, Columns, place_of
from cleantext.pages.features import Sight, columns_of, page_columns, see
from markup_strategies import MARKUP
from text_strategies import TEXT

# What a block may say: cues, headings, much text, little, other planes, marks.
SAID = st.sampled_from(
    [
        "Home",
        "\u00a9 2020",
        "2020-01-02",
        "3 comments",
        "\u5206\u4eab\u5230",
        "word " * 20,
        "\u6f22\u5b57\u3002" * 9,
        "\U00020bb7",
        "e\u0301",
        "x",
    ]
)
WRAPPED = st.sampled_from(
    [
        "<p>{}</p>",
        "<h1>{}</h1>",
        "<h2>{}</h2>",
        "<nav class=menu><a href=/>{}</a></nav>",
        "<li><a href=/>{}</a>",
        "<div>{}",
    ]
)
PAGES = st.lists(st.builds(str.format, WRAPPED, SAID), min_size=1, max_size=30).map("".join) | MARKUP


def both_ways(sight: Sight) -> list[tuple[bytes, bytes]]:
    """The table and the probabilities of blocks, by plain loops and by compiled ones."""
    found = []
    for is_compiled in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            for module in (ancestry, compiled, classify, features):
                patch.setattr(module, "pays", lambda _="", is_compiled=is_compiled: is_compiled)
            assert (compiled.loops() is _kernels) == is_compiled
            assert (compiled.loops() is _loops) != is_compiled
            seen = see(sight, load_model().words)
            found.append((columns_of(seen).features.tobytes(), page_probabilities(load_model(), seen).tobytes()))
    return found


@given(PAGES)
@settings(deadline=None, max_examples=40)
def test_compiled_loops_give_the_same_to_the_last_bit(html: str) -> None:
    page = parse_page(html)
    if page.texts:
        plain, fast = both_ways(Sight.of_page(page))
        assert plain == fast


@given(st.lists(SAID | TEXT.filter(lambda text: bool(text.strip())), min_size=1, max_size=20))
@settings(deadline=None, max_examples=20)
def test_so_they_do_for_a_text_dump(lines: list[str]) -> None:
    plain, fast = both_ways(Sight.of_lines(lines, title=lines[0]))
    assert plain == fast


@given(st.lists(st.tuples(WRAPPED, SAID, st.booleans()), min_size=1, max_size=20), st.booleans())
@settings(deadline=None, max_examples=40)
def test_some_of_the_blocks_are_seen_as_if_they_were_all(parts: list[tuple[str, str, bool]], is_compiled: bool) -> None:
    page = parse_page(
        "<title>Home</title>"
        + "".join(f"<div{' hidden' * hidden}>{wrapped.format(said)}</div>" for wrapped, said, hidden in parts)
    )
    words = load_model().words
    with pytest.MonkeyPatch.context() as patch:
        for module in (ancestry, compiled, classify, features):
            patch.setattr(module, "pays", lambda _="": is_compiled)
        if page.shown.texts:
            some = see(Sight.of_page(page), words).only(page.arrays.hidden == 0)
            alone, tokens = page_columns(Sight.of_page(page.shown), words)
            assert columns_of(some).features.tobytes() == alone.features.tobytes()
            assert some.tokens.tolist() == tokens.tolist()


def test_every_loop_has_its_compiled_twin() -> None:
    for name in _loops.__all__:
        assert getattr(_kernels, name).py_func is getattr(_loops, name)


def test_each_column_has_one_place() -> None:
    names = (*FEATURES, *CONTEXT)
    assert len(set(names)) == len(names)
    assert [place_of(name) for name in names] == [*range(len(names))]
    assert set(LOGS) < set(FEATURES)
    assert place_of(WORD_COLUMNS[-1]) - place_of(WORD_COLUMNS[0]) == len(WORD_COLUMNS) - 1


def test_columns_are_written_by_name() -> None:
    columns = Columns(3)
    columns.columns[:], columns.logs[:] = 0, 0
    columns.put("links", np.array([0.25, 0.5, 1]))
    columns.put("first_most", np.array([True, False, True]))
    columns.put("group0_links", np.array([[1, 2, 3], [4, 5, 6]]))
    columns.logs[LOGS.index("plain")] = [0, 1, 2]
    columns.take_logs()
    assert columns.features.shape == (3, len(FEATURES))
    assert columns.all.shape == (3, len(FEATURES) + len(CONTEXT))
    assert columns.all[:, place_of("links")].tolist() == [0.25, 0.5, 1]
    assert columns.all[:, -len(CONTEXT) + CONTEXT.index("first_most")].tolist() == [1, 0, 1]
    assert columns.part("group0_running", 1).tolist() == [[4, 5, 6]]
    assert columns.features[:, place_of("plain")].tolist() == np.log1p([0, 1, 2]).astype(np.float32).tolist()
    assert np.count_nonzero(columns.all) == 3 + 2 + 6 + 2
