"""Why a block goes of which the words say nothing: where it stands, what its class words call it, or that it is links.

Class words are those of `page.Surroundings`: of the nearest elements around that have any.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from cleantext.pages.compiled import loops
from cleantext.pages.discussions import DISCUSSION_WORDS
from cleantext.pages.page import ANCESTORS, Page, words_of
from cleantext.pages.tags import LANDMARKS

__all__ = ["Reasons"]

_LINKS = 0.5
# Words of class and id attributes that say what a block is, the first that match first.
_TELLING = {
    "comments": frozenset({"comment", "comments", "reply", "replies", "respond"}),
    "share": frozenset({"share", "sharing", "social", "bdsharebuttonbox"}),
    "pager": frozenset({"pager", "pagination", "pagenav"}),
    "navigation": frozenset({"nav", "navbar", "navigation", "menu", "breadcrumb", "breadcrumbs", "crumbs", "topbar"}),
    "related": frozenset({"related", "recommend", "recommended", "sidebar", "popular", "trending", "hot", "rank"}),
    "advert": frozenset({"ad", "ads", "advert", "advertisement", "sponsored", "promo", "banner"}),
    "legal": frozenset({"footer", "copyright", "foot", "disclaimer", "legal"}),
}
# The last bit is for words of discussions, which are no reason.
_TOLD = (*_TELLING.values(), DISCUSSION_WORDS)
_TALK = 1 << len(_TELLING)
_BITS = {word: sum(1 << bit for bit, words in enumerate(_TOLD) if word in words) for word in frozenset().union(*_TOLD)}
_NAMES = tuple(f"chrome/{name}" for name in _TELLING)
_COMMENTS = 1
_NAVIGATION, _LEGAL = _NAMES.index("chrome/navigation"), _NAMES.index("chrome/legal")
_NAV, _FOOTER = LANDMARKS.index("nav"), LANDMARKS.index("footer")
# A link no longer than this is an item of a menu rather than another page's title.
_MENU_ITEM = 12


@lru_cache(maxsize=16_384)
def _told(names: str) -> int:
    """Which of `_TOLD` a class and id tell, as bits."""
    bits = 0
    for word in words_of(names):
        bits |= _BITS.get(word, 0)
    return bits


# The bit of the first name that is told, by all that are; a scope's bits are looked up in it.
_FIRST = np.array([0, *((bits & -bits).bit_length() - 1 for bits in range(1, 1 << len(_TELLING)))])
_OTHER, _RELATED = len(_NAMES), _NAMES.index("chrome/related")
_REASONS = (*_NAMES, "chrome/other")


class Reasons:
    """The reasons of a page's blocks."""

    def __init__(self, page: Page) -> None:
        self._arrays = page.arrays

    def is_comment(self, block: int) -> bool:
        """Whether class words around the block say that readers wrote it."""
        return bool(self._bits[block] & _COMMENTS)

    def of(self, block: int) -> str:
        """The reason of a block, by its number."""
        return self.all[block]

    @cached_property
    def comments(self) -> list[int]:
        """The blocks of which class words around them say that readers wrote them."""
        found: list[int] = np.flatnonzero(self._bits & _COMMENTS).tolist()
        return found

    @cached_property
    def all(self) -> list[str]:
        """The reason of each block."""
        arrays, bits = self._arrays, self._bits
        linked = arrays.link_densities >= _LINKS
        listed = np.where(arrays.ends - arrays.starts > _MENU_ITEM, _RELATED, _NAVIGATION)
        codes = np.where(bits > 0, _FIRST[bits], np.where(linked, listed, _OTHER))
        codes[arrays.landmarks == _NAV] = _NAVIGATION
        footers = arrays.landmarks == _FOOTER
        codes[footers] = np.where(linked[footers], _NAVIGATION, _LEGAL)
        return [_REASONS[code] for code in codes.tolist()]

    @cached_property
    def talks(self) -> npt.NDArray[np.bool_]:
        """Which of the page's names of classes have words of discussions."""
        return self._names & _TALK > 0

    @cached_property
    def _names(self) -> npt.NDArray[np.int64]:
        """What each of the page's names of classes tells."""
        return np.fromiter(map(_told, self._arrays.names), np.int64, len(self._arrays.names))

    @cached_property
    def _bits(self) -> npt.NDArray[np.int64]:
        """What the classes and ids around each block tell: of the nearest elements that have any, and not far up."""
        arrays = self._arrays
        told = self._names & (_TALK - 1)
        bits = np.zeros(arrays.scopes.size, dtype=np.int64)
        if not told.any():
            return bits
        loops().tell(arrays.scopes, arrays.scope_parents, arrays.scope_names, told, ANCESTORS, bits)
        return bits
