"""What the classifier sees: each family of columns against a plain count, and nothing that depends on chance."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import unicodedata
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.folding import code_points
from cleantext.pages import _climb, compiled, features
from cleantext.pages.ancestry import Tree, tell_elements
from cleantext.pages.blocks import parse_page
from cleantext.pages.elements import Element
from cleantext.pages.features import Sight, page_features
from cleantext.pages.wordscores import WordScores, class_words
from markup_strategies import MARKUP
from text_strategies import TEXT

SCORES = WordScores({"post": 1.5, "nav": -2.0, "<p": 0.25, "comment": -1.0})
NO_SCORES = WordScores({})
LINES = st.lists(TEXT.filter(lambda text: bool(text.strip())), min_size=1, max_size=12)
LONG = "This is a paragraph with enough words in it to count as running text, which takes fifteen of them."
ARTICLE = f"""<html><head><title>The title - Site</title></head><body>
<div id=nav class="nav top"><ul><li><a href=/1>One</a></li><li><a href=/2>Two</a></li></ul></div>
<main><article class=post><h1>The title</h1><p>{LONG}</p><p>{LONG} Again.</p><h2>Part</h2><p>{LONG}</p></article>
<section class=comments><div class=comment><p>Nice words.</p></div><div class=comment><p>{LONG}</p></div></section>
</main><footer>© 2020 Site</footer></body></html>"""
# What a text dump can tell; all other columns are a page's.
OF_TEXTS = """
tokens token_length ends end_rate comma_rate colon_rate punct_rate digit_rate upper_rate cjk starts_3 starts_4 starts_7
stops_5 stops_10 is_title in_title copies cue_legal cue_comments cue_related cue_share cue_account cue_pager
cue_navigation cue_advert cue_meta cue_date cue_more tokens-2 tokens-1 tokens+1 tokens+2 window1 window1_running window3
window3_running window8 window8_running window20 window20_running running_above running_below place tokens_before
running_before from_top to_bottom since_legal since_comments since_related since_share until_legal page_blocks
page_tokens page_running page_longest page_cjk
"""


def seen(sight: Sight, scores: WordScores = NO_SCORES) -> dict[str, list[float]]:
    table, _, names = page_features(sight, scores)
    return dict(zip(names, table.T.tolist(), strict=True))


def of(html: str, scores: WordScores = NO_SCORES) -> tuple[list[str], dict[str, list[float]]]:
    page = parse_page(html)
    return [block.text for block in page.blocks], seen(Sight.of_page(page), scores)


def is_cjk(char: str) -> bool:
    code = ord(char)
    ranges = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))
    return any(a <= code <= b for a, b in ranges) or 0x20000 <= code < 0x40000


def is_word(char: str) -> bool:
    category = unicodedata.category(char)
    if is_cjk(char) or ord(char) > 0xFFFF:
        return False
    return category[0] in "LM" or category == "Nd" or char == "_"


def count_tokens(text: str) -> int:
    """Each CJK character, and each run of letters, marks, digits and low lines."""
    cjk = sum(map(is_cjk, text))
    return cjk + sum(is_word(char) and not (i and is_word(text[i - 1])) for i, char in enumerate(text))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("漢字", 2),
        ("two words", 2),
        ("漢字and詞2020", 5),
        ("𠮷野家", 3),
        ("e\u0301te\u0301", 1),
        ("snake_case don't", 3),
        ("…！？", 0),
        ("\ud800 \udfff", 0),
        ("😀 smile", 1),
        ("한국어 カナ", 5),
    ],
)
def test_tokens(text: str, tokens: int) -> None:
    assert page_features(Sight.of_lines([text]), NO_SCORES)[1].tolist() == [tokens]
    assert count_tokens(text) == tokens


@given(LINES)
@settings(deadline=None)
def test_tokens_of_any_lines(lines: list[str]) -> None:
    assert page_features(Sight.of_lines(lines), NO_SCORES)[1].tolist() == [count_tokens(line) for line in lines]


@given(LINES)
@settings(deadline=None, max_examples=60)
def test_a_dump_lacks_exactly_what_only_a_page_can_tell(lines: list[str]) -> None:
    table, _, names = page_features(Sight.of_lines(lines), SCORES)
    assert table.shape == (len(lines), len(names))
    assert table.dtype == np.float32
    for name, column in zip(names, table.T, strict=True):
        assert np.isfinite(column).all() if name in OF_TEXTS.split() else np.isnan(column).all(), name
    assert set(names) >= {*OF_TEXTS.split()}
    assert len(set(names)) == len(names)


@given(MARKUP)
@settings(deadline=None, max_examples=150)
def test_a_page_knows_everything(html: str) -> None:
    page = parse_page(html)
    if page.blocks:
        sight = Sight.of_page(page, "https://example.com/news/1")
        table, tokens, _ = page_features(sight, SCORES)
        assert sight.texts == [block.text for block in page.blocks]
        assert np.isfinite(table).all()
        assert tokens.tolist() == [count_tokens(block.text) for block in page.blocks]


def log(value: float) -> float:
    return float(np.float32(math.log1p(value)))


def test_a_block_by_itself() -> None:
    texts, columns = of("<p>Is 3 <a href=/>Of, those</a>: yes.</p>")
    assert texts == ["Is 3 Of, those: yes."]
    row = {name: values[0] for name, values in columns.items()}
    assert row["tokens"] == log(5)
    assert row["links"] == pytest.approx(8 / 16)
    assert row["plain"] == log(2.5)
    assert row["linked"] == log(2.5)
    assert row["token_length"] == pytest.approx(16 / 5)
    assert row["ends"] == 1
    assert [row[f"{name}_rate"] for name in ("end", "comma", "colon")] == pytest.approx([1 / 5] * 3)
    assert [row["digit_rate"], row["upper_rate"]] == pytest.approx([1 / 16, 2 / 16])
    assert (row["starts_3"], row["starts_4"], row["stops_5"], row["stops_10"]) == (1, 0, 1, 0)
    assert (row["tag_p"], row["tag_div"]) == (1, 0)


def test_neighbors_and_windows_are_plain_sums() -> None:
    texts, columns = of(ARTICLE)
    tokens = [count_tokens(text) for text in texts]
    links = columns["links"]
    plain = [count * (1 - share) for count, share in zip(tokens, links, strict=True)]
    running = [
        own if count >= 15 and share <= 0.3 else 0 for count, share, own in zip(tokens, links, plain, strict=True)
    ]
    for i in range(len(texts)):
        for step in (1, 2):
            assert columns[f"tokens-{step}"][i] == (log(tokens[i - step]) if i >= step else -1)
            assert columns[f"links+{step}"][i] == (links[i + step] if i + step < len(texts) else -1)
        for reach in (1, 3, 8, 20):
            part = slice(max(i - reach, 0), i + reach + 1)
            assert columns[f"window{reach}"][i] == pytest.approx(log(sum(plain[part])))
            share = sum(running[part]) / max(sum(tokens[part]), 1)
            assert columns[f"window{reach}_running"][i] == pytest.approx(share)
        assert columns["running_above"][i] == pytest.approx(log(sum(running[max(i - 8, 0) : i])))
        assert columns["running_below"][i] == pytest.approx(log(sum(running[i + 1 : i + 9])))
        assert columns["from_top"][i] == pytest.approx(log(sum(tokens[:i])))
        assert columns["to_bottom"][i] == pytest.approx(log(sum(tokens[i + 1 :])))
    assert columns["page_running"][0] == pytest.approx(sum(running) / sum(tokens))


def test_headings_titles_copies_and_cues() -> None:
    texts, columns = of(ARTICLE)
    first, again = texts.index(LONG), len(texts) - 1 - texts[::-1].index(LONG)
    assert columns["copies"][first] == columns["copies"][again] == 3
    title = texts.index("The title")
    assert (columns["in_title"][title], columns["is_title"][title]) == (1, 0)
    assert [columns["since_h1"][i] for i in (0, title, title + 1, title + 3)] == [200, 0, 1, 3]
    assert columns["since_heading"][title + 3] == 0
    assert columns["h1_below"][: title + 2] == [1] * (title + 1) + [0]
    assert columns["cue_legal"] == [0] * (len(texts) - 1) + [1]
    assert columns["until_legal"][-3:] == [2, 1, 0]


def test_where_a_block_stands() -> None:
    texts, columns = of(ARTICLE, SCORES)
    first, comment, menu = texts.index(LONG), texts.index("Nice words."), texts.index("One")
    assert [columns["in_article"][i] for i in (first, menu)] == [1, 20]
    assert [columns["in_main"][i] for i in (first, comment)] == [2, 3]
    assert [columns["in_comments"][i] for i in (first, comment)] == [20, 1]
    assert columns["in_footer"][-1] == 0
    assert [columns["words_own"][i] for i in (first, menu)] == [0.25, 0]
    assert [columns["words_parent"][i] for i in (first, comment)] == [1.5, -1.0]
    assert [columns["words_path"][i] for i in (first, comment, menu)] == [1.75, -0.75, -2.0]
    assert [columns["words_low"][i] for i in (first, menu)] == [0, -2]
    assert [columns["words_high"][i] for i in (first, menu)] == [1.5, 0]
    assert columns["to_core"][first] < columns["to_core"][menu]
    article = [i for i in range(len(texts)) if columns["in_article"][i] < 20]
    assert {columns["group1_blocks"][i] for i in article if columns["tag_p"][i]} == {log(5)}


@st.composite
def trees(draw: st.DrawFn) -> tuple[Element, ...]:
    """Elements each after the one around it."""
    tags, names = ("div", "p", "nav", "main", "select", "article"), ("", "post", "nav post", "comment-list x", "reply")
    found: list[Element] = []
    for place in range(draw(st.integers(1, 15))):
        parent = draw(st.integers(0 if place else -1, place - 1))
        found.append(Element(parent, draw(st.sampled_from(tags)), draw(st.sampled_from(names))))
    return tuple(found)


LANDMARKS = ("nav", "header", "footer", "aside", "main", "article", "form", "dialog", "comments")


def plain_path(elements: tuple[Element, ...], place: int) -> tuple[list[float], list[float]]:
    """By going up from one element: distances of landmarks, and depth, own, path, least and greatest score."""
    distances, scores, at, steps = [20.0] * len(LANDMARKS), list[float](), place, 0
    while at >= 0:
        one = elements[at]
        names = [
            {"select": "form"}.get(one.tag, one.tag),
            *("comments" for word in ("comment", "reply") if word in one.names),
        ]
        for name in names:
            if name in LANDMARKS:
                distances[LANDMARKS.index(name)] = min(distances[LANDMARKS.index(name)], steps)
        scores.append(SCORES.of(class_words(one.tag, one.names))[0])
        at, steps = one.parent, steps + 1
    return distances, [steps - 1, scores[0], sum(scores), min(0, *scores), max(0, *scores)]


@given(trees())
def test_paths_are_what_going_up_finds(elements: tuple[Element, ...]) -> None:
    told, _ = tell_elements(Tree.of(elements), SCORES)
    for place in range(len(elements)):
        distances, numbers = plain_path(elements, place)
        assert told[_climb.INSIDE : _climb.OWN, place].tolist() == distances
        rows = (_climb.DEPTH, _climb.OWN, _climb.PATH, _climb.LOWEST, _climb.HIGHEST)
        found = [told[row, place] for row in rows]
        assert found == pytest.approx(numbers)


def table_of(html: str) -> npt.NDArray[np.float32]:
    return page_features(Sight.of_page(parse_page(html)), SCORES)[0]


def test_other_objects_that_are_equal_give_equal_features() -> None:
    page = parse_page(ARTICLE)
    sight = Sight.of_page(page)
    copied = replace(
        sight,
        text="".join([*sight.text]),
        tree=Tree.of([Element(one.parent, "".join([*one.tag]), "".join([*one.names])) for one in page.elements]),
    )
    first = page_features(sight, SCORES)[0].tobytes()
    assert (
        page_features(copied, WordScores({"comment": -1.0, "<p": 0.25, "nav": -2.0, "post": 1.5}))[0].tobytes() == first
    )
    table_of("<p>Another page in between.</p>")
    assert table_of(ARTICLE).tobytes() == first


def test_features_do_not_depend_on_the_order_of_hashes() -> None:
    code = (
        "import hashlib,sys\nfrom cleantext.pages.blocks import parse_page\n"
        "from cleantext.pages.features import Sight,page_features\nfrom cleantext.pages.wordscores import WordScores\n"
        "table=page_features(Sight.of_page(parse_page(sys.stdin.read())),WordScores({'post':1.5,'nav':-2.0}))[0]\n"
        "print(hashlib.sha256(table.tobytes()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=ARTICLE.encode(),
            capture_output=True,
            check=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONIOENCODING": "utf-8",
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


@pytest.mark.parametrize(
    "html",
    [
        "短",
        "<p>𠮷</p>",
        "<p>e\u0301\u0301\u0301</p>",
        "<p>\ud800</p>",
        "<p>\u200b</p>",
        "<p>…</p>",
        "<div>" * 3000 + "deep",
        "<ul>" + "<li><a href=/>x</a>" * 3000,
        "<p class='" + "nav " * 5000 + "'>x",
        "<p>" + "漢" * 100_000,
        "<table>" + "<tr><td>a<td>b" * 500,
    ],
    ids=lambda html: html[:12],
)
def test_odd_pages(html: str) -> None:
    page = parse_page(html)
    table, tokens, names = page_features(Sight.of_page(page, "https://example.com/news/1"), SCORES)
    assert table.shape == (len(page.blocks), len(names))
    assert np.isfinite(table).all()
    assert (tokens >= 0).all()


@given(st.lists(st.text(alphabet="aé1_ 漢。,:\n\u0301𠀀\ud800", min_size=1), min_size=1, max_size=6))
@settings(deadline=None)  # the kernel may have to be compiled
def test_the_kernel_counts_what_arrays_count(lines: list[str]) -> None:
    sight = Sight.of_lines(lines)
    found = []
    for is_compiled in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(features, "pays", lambda is_compiled=is_compiled: is_compiled)
            found.append(features._read(code_points(sight.text), sight.starts, sight.ends))
    plain, fast = found
    assert plain.classes.tolist() == fast.classes.tolist()
    assert plain.tokens.tolist() == fast.tokens.tolist()


TITLED = st.text(st.sampled_from("《》通知（）aA𠮷 e\u0301İΣ한_-公告1"), min_size=1, max_size=8)


@given(TITLED, st.lists(TITLED.filter(lambda text: bool(text.strip())), min_size=1, max_size=6))
@settings(deadline=None)  # the kernel may have to be compiled
def test_texts_are_found_in_the_title_by_letters_and_digits_alone(title: str, lines: list[str]) -> None:
    key = features._key(title)
    keys = [features._key(line) for line in lines]
    for is_compiled in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compiled, "pays", lambda is_compiled=is_compiled: is_compiled)
            columns = seen(Sight.of_lines(lines, title))
        assert columns["is_title"] == [float(bool(key) and one == key) for one in keys]
        assert columns["in_title"] == [float(len(one) > 3 and one in key) for one in keys]
