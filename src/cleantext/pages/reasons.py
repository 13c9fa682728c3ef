"""Why a block goes of which the words say nothing: where it stands, what its class words call it, or that it is links.

Class words are those of `page.Surroundings`: of the nearest elements around that have any.
"""

from __future__ import annotations

from functools import lru_cache

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
_NAMES = tuple(f"chrome/{name}" for name in _TELLING)
_COMMENTS = 1
_NAV, _FOOTER = LANDMARKS.index("nav"), LANDMARKS.index("footer")
# A link no longer than this is an item of a menu rather than another page's title.
_MENU_ITEM = 12


@lru_cache(maxsize=16_384)
def _told(names: str) -> int:
    """Which of `_TELLING` a class and id tell, as bits."""
    words = words_of(names)
    return sum(1 << bit for bit, telling in enumerate(_TELLING.values()) if not telling.isdisjoint(words))


class Reasons:
    """The reasons of a page's blocks; every scope is looked at once, and only if it is asked for."""

    def __init__(self, page: Page) -> None:
        arrays = page.arrays
        self._parents = arrays.scope_parents.tolist()
        self._names, self._named = arrays.names, arrays.scope_names.tolist()
        self._scopes = arrays.scopes.tolist()
        self._landmarks = arrays.landmarks.tolist()
        self._links = (arrays.link_densities >= _LINKS).tolist()
        self._sizes = (arrays.ends - arrays.starts).tolist()
        self._known: dict[int, int] = {}
        self._tell: dict[int, int] = {}

    def is_comment(self, block: int) -> bool:
        """Whether class words around the block say that readers wrote it."""
        return bool(self._bits(self._scopes[block]) & _COMMENTS)

    def of(self, block: int) -> str:
        """The reason of a block, by its number."""
        landmark = self._landmarks[block]
        if landmark == _NAV:
            return "chrome/navigation"
        if landmark == _FOOTER:
            return "chrome/navigation" if self._links[block] else "chrome/legal"
        if bits := self._bits(self._scopes[block]):
            return _NAMES[(bits & -bits).bit_length() - 1]
        if self._links[block]:
            return "chrome/related" if self._sizes[block] > _MENU_ITEM else "chrome/navigation"
        return "chrome/other"

    def _bits(self, scope: int) -> int:
        known = self._known.get(scope)
        if known is None:
            known = self._known[scope] = self._look(scope)
        return known

    def _look(self, scope: int) -> int:
        bits = named = 0
        for _ in range(2 * ANCESTORS):
            if scope <= 0 or named == ANCESTORS:
                break
            if number := self._named[scope]:
                if number not in self._tell:
                    self._tell[number] = _told(self._names[number])
                bits |= self._tell[number]
                named += 1
            scope = self._parents[scope]
        return bits
