"""Whether a page is a discussion: a forum's thread, a question with its answers, what readers say of something.

Its posts are short and sound like readers' comments, so what a line sounds like says less there than where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cleantext.pages.page import Page

__all__ = ["DISCUSSION_WORDS", "is_discussion"]

# Class words of elements that hold posts; `post` itself is what blogs call an article.
DISCUSSION_WORDS = frozenset(
    {
        *("thread", "threads", "topic", "postlist", "forum", "bbs"),
        *("question", "answer", "answers", "reply", "replies", "comment", "comments"),
    }
)
# From this share of what is likely main content on.
_MUCH = 0.4


def is_discussion(page: Page, shares: Sequence[float], told: npt.NDArray[np.bool_]) -> bool:
    """Whether two fifths or more of what is likely main content stand in elements that are named after discussions.

    `shares` says how likely each block is main content, `told` which of the page's names of classes have one of
    `DISCUSSION_WORDS`; all elements around a block count, however far up.
    """
    arrays = page.arrays
    if not told.any():
        return False
    inside = _inherited(told[arrays.scope_names], arrays.scope_parents)[arrays.scopes]
    likely = (arrays.ends - arrays.starts) * np.asarray(shares)
    return bool(likely[inside].sum() >= _MUCH * likely.sum() > 0)


def _inherited(flags: npt.NDArray[np.bool_], parents: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """The flags of all that are flagged or inside of what is: each round looks twice as far up as the last."""
    places = np.arange(flags.size)
    up = np.where(parents >= 0, parents, places)
    while True:
        flags, farther = flags | flags[up], up[up]
        if (farther == up).all():
            return flags
        up = farther
