"""What kind of page a page claims to be: by its address, and by what its head declares.

A shop's page about a jacket and its list of all jackets are made of the same elements; `/collections/jackets` and
`og:type` tell them apart. The words of addresses are those that sites of all kinds use, none is a site's name.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from cleantext.pages.columns import CLAIMS

if TYPE_CHECKING:
    from cleantext.pages.dom import Head


__all__ = ["ADDRESS_WORDS", "address_claims", "claims_of", "head_claims", "is_talk"]

# Words of hosts, paths and the names of query parameters, by what pages at such addresses are.
ADDRESS_WORDS = {
    kind: frozenset(words.split())
    for kind, words in {
        "story": "archives article articles blog blogs column columns editorial entry feature features insight insights"
        " journal magazine news opinion opinions post posts press resources review reviews stories story thinking",
        "goods": "buy detail dp goods item items p product products shop sku store stores",
        "list": "all archive archives browse c cat catalog categories category channel collection collections directory"
        " index jobs k list listing listings lists ranking rankings results search section tag tags topics",
        "talk": "answers ask bbs board boards club comments community discussion discussions forum forums group q"
        " question questions showthread t thread threads tieba topic viewthread viewtopic",
        "manual": "api developer developers doc docs documentation faq glossary guide guides handbook help introduction"
        " kb lang learn manual reference started support tutorial tutorials usage wiki",
        "offer": "about careers company consulting contact department features packages plans platform pricing program"
        " programs service services software solution solutions tools",
    }.items()
}

# Values of og:type, and types of JSON-LD, that say so.
_ARTICLES = frozenset({"article", "blog", "news", "post"})
_ARTICLE_TYPES = frozenset(
    {
        *("Article", "BlogPosting", "NewsArticle", "OpinionNewsArticle", "ReportageNewsArticle", "Review"),
        *("ScholarlyArticle", "TechArticle"),
    }
)
_GOODS_TYPES = frozenset({"Offer", "Product", "ProductGroup"})
_LIST_TYPES = frozenset({"CollectionPage", "ItemList", "OfferCatalog", "SearchResultsPage"})
_TALK_TYPES = frozenset({"DiscussionForumPosting", "QAPage"})
_PRICES, _TIMES = ("og:price:amount", "product:price:amount"), ("article:modified_time", "article:published_time")
# Of bounded length, as many may begin that do not end.
_TYPE = re.compile(r'"@type"\s*:\s*(?:"([^"]{0,100})"|\[([^\]]{0,400})\])')
_NAME = re.compile(r"\w+")
# A description no longer than this is told from a longer one.
_DESCRIPTION = 400

_DATE = re.compile(r"/(?:19|20)\d\d[-/]?(?:0[1-9]|1[0-2])(?!\d{7})")
_WORD, _SLUG_WORD, _ENDING = re.compile("[a-z]+"), re.compile("[A-Za-z]+|%[0-9A-Fa-f]{2}"), re.compile(r"\.[a-z]{2,5}$")
_NO_ADDRESS = (math.nan,) * (7 + len(ADDRESS_WORDS))
# Of an address so much is read; a last part no longer than this is told from a longer one.
_ADDRESS, _SLUG = 2000, 100


def claims_of(head: Head, url: str | None) -> tuple[float, ...]:
    """What a page with this head, found at `url`, claims to be, in the order of `columns.CLAIMS`.

    The address that it calls its own goes before the one that it was found at, which says the same wherever it does
    not have words of advertisers and mirrors.
    """
    own = (head.canonical, head.meta.get("og:url", ""))
    address = next((address for address in own if address.startswith(("http://", "https://"))), url)
    return *head_claims(head), *address_claims(address)


def is_talk(head: Head, url: str | None) -> bool:
    """Whether a page with this head, found at `url`, claims to be a discussion: by its address or its JSON-LD."""
    claims = dict(zip(CLAIMS, claims_of(head, url), strict=True))
    return 1.0 in (claims["declared_talk"], claims["address_talk"])


def head_claims(head: Head) -> tuple[float, ...]:
    """What a page's head declares it to be, in the order of `columns.DECLARED`."""
    meta, types = head.meta, _types(head)
    kind = meta.get("og:type", "").lower()
    is_goods = kind.startswith("product") or any(meta.get(name) for name in _PRICES)
    found = (
        kind in _ARTICLES,
        kind == "website",
        any(meta.get(name) for name in _TIMES),
        is_goods or not types.isdisjoint(_GOODS_TYPES),
        *(not types.isdisjoint(named) for named in (_ARTICLE_TYPES, _LIST_TYPES, _TALK_TYPES)),
        "FAQPage" in types,
        len(types) > 0,
        min(len(meta.get("og:description") or meta.get("description") or ""), _DESCRIPTION),
    )
    return tuple(map(float, found))


def _types(head: Head) -> set[str]:
    """The types of all that the page's JSON-LD describes."""
    found = set[str]()
    for text in head.json_ld:
        for one, several in _TYPE.findall(text):
            found.update([one] if one else _NAME.findall(several))
    return found


def address_claims(url: str | None) -> tuple[float, ...]:
    """What a page's address says of it, in the order of `columns.ADDRESSED`; missing values where there is none.

    >>> steps, length, words, digits, *_ = address_claims("https://bbs.example.com/thread-123-1-1.html")
    >>> steps, length, words, digits
    (1.0, 19.0, 2.0, 5.0)
    """
    parts = _parts(url)
    if parts is None:
        return _NO_ADDRESS
    path = parts.path
    steps = [step for step in path.split("/") if step]
    last = steps[-1] if steps else ""
    keys = " ".join(pair.partition("=")[0] for pair in parts.query.split("&"))
    words = set(_WORD.findall(f"{parts.netloc} {path} {keys}".lower()))
    found = (
        len(steps),
        min(len(last), _SLUG),
        len(_SLUG_WORD.findall(last)),
        sum(map(str.isdigit, last)),
        parts.query != "",
        _DATE.search(path) is not None,
        _ENDING.search(path) is not None,
        *(not words.isdisjoint(named) for named in ADDRESS_WORDS.values()),
    )
    return tuple(map(float, found))


def _parts(url: str | None) -> SplitResult | None:
    """An address in parts; None where there is none, or it is broken."""
    try:
        parts = urlsplit((url or "")[:_ADDRESS])
    except ValueError:
        return None
    return parts if parts.netloc else None
