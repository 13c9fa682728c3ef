"""What kind of page a page claims to be."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext.pages.blocks import parse_page
from cleantext.pages.claims import ADDRESS_WORDS, address_claims, claims_of, head_claims
from cleantext.pages.columns import ADDRESSED, CLAIMS, DECLARED
from cleantext.pages.dom import Head, parse
from cleantext.pages.features import Sight, page_features
from cleantext.pages.wordscores import WordScores


def address(url: str | None) -> dict[str, float]:
    """The claims of an address by name."""
    return dict(zip(ADDRESSED, address_claims(url), strict=True))


def declared(head: str) -> dict[str, float]:
    """The claims of a head by name."""
    return dict(zip(DECLARED, head_claims(parse(f"<head>{head}</head><p>文").head), strict=True))


def test_names_are_in_the_order_of_the_words() -> None:
    assert [f"address_{kind}" for kind in ADDRESS_WORDS] == list(ADDRESSED[-len(ADDRESS_WORDS) :])
    assert (*DECLARED, *ADDRESSED) == CLAIMS


@pytest.mark.parametrize(
    ("url", "kinds"),
    [
        ("https://example.com/blog/how-to-cook-rice", {"story"}),
        ("https://news.example.com.cn/c/2024-05-10/doc-inausehc2630922.shtml", {"story", "list", "manual"}),
        ("https://shop.example.com/jacket", {"goods"}),
        ("https://example.com/products/jacket", {"goods"}),
        ("https://example.com/collections/jackets?page=2", {"list"}),
        ("https://bbs.example.com/thread-123-1-1.html", {"talk"}),
        ("https://example.com/index.php?topic=12.0", {"list", "talk"}),
        ("https://docs.example.com/en/latest/usage.html", {"manual"}),
        ("https://example.com/services", {"offer"}),
        ("https://example.com/新闻/文章", set()),
        ("https://example.com", set()),
        ("https://newspaper.example.com/shopping-forumula", set()),
    ],
)
def test_words_of_addresses_say_what_pages_are(url: str, kinds: set[str]) -> None:
    assert {kind for kind in ADDRESS_WORDS if address(url)[f"address_{kind}"]} == kinds


def test_the_form_of_an_address_is_counted() -> None:
    found = address("https://example.com/a/2024/05/10/how-to-cook-42-eggs.html?from=feed")
    shape = ("steps", "length", "words", "digits", "query", "date", "ending")
    assert [found[f"address_{name}"] for name in shape] == [5, 24, 5, 2, 1, 1, 1]
    assert address("https://example.com/%E6%96%87%e5%ad%97")["address_words"] == 6
    assert address("https://example.com/")["address_steps"] == 0
    assert address("https://example.com/" + "長" * 300)["address_length"] == 100


@pytest.mark.parametrize(
    ("url", "is_dated"),
    [
        ("/2024/05/10/x", True),
        ("/20240510/x", True),
        ("/c/2024-05-10/x", True),
        ("/201805/t1", True),
        ("/2024/13/x", False),
        ("/20200102000000001", False),
        ("/p/2012345", False),
        ("/1234/05", False),
    ],
)
def test_a_date_in_an_address_is_seen(url: str, is_dated: bool) -> None:
    assert address(f"https://example.com{url}")["address_date"] == is_dated


@pytest.mark.parametrize(
    "url", [None, "", "/a/b", "a page", "mailto:a@example.com", "http://[", "http://", "漢字", "\0"]
)
def test_without_an_address_all_is_missing(url: str | None) -> None:
    assert all(map(math.isnan, address_claims(url)))


@given(st.one_of(st.text(), st.text().map("https://例え.example/{}".format), st.from_regex(r"https?://.*")))
def test_any_address_is_read(url: str) -> None:
    found = address_claims(url)
    assert len(found) == len(ADDRESSED)
    assert all(map(math.isfinite, found)) or all(map(math.isnan, found))


def test_only_so_much_of_an_address_is_read() -> None:
    long = "https://example.com/" + "a/" * 990
    assert len(long) == 2000
    assert address_claims(long + "forum/7") == address_claims(long)
    assert address_claims(long[2:] + "forum/7") != address_claims(long[2:])


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ('<meta property="og:type" content="Article">', {"article"}),
        ('<meta property="og:type" content="website">', {"website"}),
        ('<meta property="og:type" content="product.item">', {"goods"}),
        ('<meta property="product:price:amount" content="9">', {"goods"}),
        ('<meta property="article:published_time" content="2020-01-01">', {"times"}),
        ('<script type="application/ld+json">{"@type": "NewsArticle"}</script>', {"story", "types"}),
        ('<script type="application/ld+json">{"@graph": [{"@type":["Product","Thing"]}]}</script>', {"goods", "types"}),
        ('<script type="application/ld+json">{"@type" : "ItemList", broken</script>', {"list", "types"}),
        (
            '<script type="application/ld+json">[{"@type":"QAPage"},{"@type":"FAQPage"}]</script>',
            {"talk", "questions", "types"},
        ),
        ('<script type="application/ld+json">{"@type": 7}</script>', set()),
        ('<script>{"@type": "Product"}</script>', set()),
        ("", set()),
    ],
)
def test_the_head_declares_what_a_page_is(head: str, names: set[str]) -> None:
    assert {name.removeprefix("declared_") for name, value in declared(head).items() if value} == names


def test_a_description_counts_up_to_a_limit() -> None:
    assert declared('<meta name="description" content="一页">')["declared_description"] == 2
    assert declared(f'<meta name="description" content="{"长" * 9000}">')["declared_description"] == 400
    both = '<meta name="description" content="一页"><meta property="og:description" content="一页文字">'
    assert declared(both)["declared_description"] == 4


def test_the_address_of_its_own_goes_before_the_one_a_page_was_found_at() -> None:
    found = "https://mirror.example/x?srsltid=1"
    for own in (
        '<link rel="canonical" href="https://example.com/forum/7">',
        '<meta property="og:url" content="https://example.com/forum/7">',
        '<link rel="canonical" href="/forum/7"><meta property="og:url" content="https://example.com/forum/7">',
        '<meta property="og:url" content="https://example.com/"><link rel=canonical href="https://example.com/forum/7">',
    ):
        claims = claims_of(parse(f"{own}<p>文").head, found)
        assert claims[len(DECLARED) :] == address_claims("https://example.com/forum/7")
    relative = parse('<link rel="canonical" href="/forum/7"><p>文').head
    assert claims_of(relative, found)[len(DECLARED) :] == address_claims(found)


def test_blocks_are_told_what_their_page_claims_and_lines_are_told_nothing() -> None:
    page = parse_page('<meta property="og:type" content="website"><p>一段文字。</p><p>另一段。</p>')
    url = "https://example.com/blog/x"
    table, _, names = page_features(Sight.of_page(page, url), WordScores({}))
    places = [names.index(name) for name in CLAIMS]
    assert table[:, places].tolist() == [[*map(float, claims_of(page.dom.head, url))]] * 2
    lines, _, _ = page_features(Sight.of_lines(["一段文字。", "另一段。"]), WordScores({}))
    assert np.isnan(lines[:, places]).all()


@pytest.mark.parametrize("begun", ['"@type":["Product",', '"@type":"', '"@type" :   1'])
def test_types_that_do_not_end_are_looked_for_once(begun: str) -> None:
    head = Head(meta={}, json_ld=(begun * 50_000,))  # minutes, if each were looked for to the end
    assert set(head_claims(head)) == {0.0}
