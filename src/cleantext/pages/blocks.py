"""Cut a page into blocks: its text in document order, each piece with its type and what surrounds it.

The blocks, one a line, are the page's naive dump: the source text that every later span counts in. A text node lies
in exactly one block. Two walks give the same blocks: a plain one (`cutter`), and a compiled one (`scan`) for those
who have many pages.
"""

from __future__ import annotations

import numpy as np

from cleantext.config import LimitsConfig
from cleantext.folding import code_points
from cleantext.pages.compiled import pays
from cleantext.pages.cutter import cut_events
from cleantext.pages.dom import Dom, parse
from cleantext.pages.page import Arrays, Block, Page
from cleantext.pages.scan import cut_markup

__all__ = ["Arrays", "Block", "Page", "cut_page", "parse_page"]

_FIRST_HAN, _LAST_HAN = 0x3400, 0x9FFF
_CHINESE = 0.1


def parse_page(html: str, limits: LimitsConfig | None = None, *, utf8: bytes | None = None) -> Page:
    """The blocks of `html`: what a browser shows, without what it does not.

    `utf8` is `html` in UTF-8, where the caller has it. Raises LimitExceededError where `html` is over the limit of
    bytes; over the limit of nodes the page is cut there.

    >>> [block.text for block in parse_page("<p>漢<ruby>字<rt>zì</rt></ruby></p><script>x</script>後").blocks]
    ['漢字', '後']
    """
    return cut_page(parse(html, limits, utf8=utf8))


def cut_page(dom: Dom) -> Page:
    """The blocks of a parsed page. Where it hides most of what it has, scripts reveal that: it is shown as well."""
    text, arrays = (cut_markup(dom) if pays("_walk") else None) or cut_events(dom)
    page = Page(
        source_text=text,
        arrays=arrays,
        dom=dom,
        is_chinese=_is_chinese(text),
        flags=tuple(name for name in ("flattened", "truncated") if getattr(dom, name)),
    )
    # What is folded away on Chinese pages is menus and dialogs, which the labeller takes for text.
    return page.shown if page.is_chinese else page


def _is_chinese(text: str) -> bool:
    if text.isascii():
        return False
    codes = code_points(text)
    return int(np.count_nonzero((codes >= _FIRST_HAN) & (codes <= _LAST_HAN))) >= max(1, _CHINESE * len(text))
