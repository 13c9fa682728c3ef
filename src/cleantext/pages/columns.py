"""The table that blocks are judged by: what its columns are called, in the order the models know them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.pages.cues import CUES

__all__ = [
    "ADDRESSED",
    "AROUND",
    "BLOCK_KINDS",
    "CLAIMS",
    "CONTEXT",
    "DECLARED",
    "FEATURES",
    "GROUP_LEVELS",
    "LANDMARKS",
    "LOGS",
    "NO_TEXT",
    "PAGE_COLUMNS",
    "STARTS",
    "STOPS",
    "TAGS",
    "WINDOWS",
    "WORD_COLUMNS",
    "Columns",
    "place_of",
]

F32 = npt.NDArray[np.float32]

# So many blocks before and after a block: each alone, and all up to there together.
AROUND, WINDOWS = (1, 2), (1, 3, 8, 20)
# The text of what stands before the first block and after the last.
NO_TEXT = -1.0
# What a block may begin and end with, as classes of characters that `features` knows; and what it may be.
STARTS, STOPS = (3, 4, 7), (5, 10)
BLOCK_KINDS = ("heading", "list", "table", "code", "quote")
# So many elements around a block are looked at with all that they hold.
GROUP_LEVELS = 4
TAGS = ("p", "li", "td", "th", "div", "section", "h1", "h2", "h3", "h4", "dt", "dd", "figcaption", "button", "option")
# What readers add is the last of them.
LANDMARKS = ("nav", "header", "footer", "aside", "main", "article", "form", "dialog", "comments")
WORD_COLUMNS = (
    *("words_own", "words_parent", "words_path", "words_low", "words_high"),
    *("words_joint", "words_joint2", "words_joint6"),
)
# What a page claims to be, by its head and by its address.
DECLARED = (
    *("declared_article", "declared_website", "declared_times", "declared_goods"),
    *("declared_story", "declared_list", "declared_talk", "declared_questions", "declared_types"),
    "declared_description",
)
ADDRESSED = (
    *("address_steps", "address_length", "address_words", "address_digits"),
    *("address_query", "address_date", "address_ending"),
    *("address_story", "address_goods", "address_list", "address_talk", "address_manual", "address_offer"),
)
CLAIMS = (*DECLARED, *ADDRESSED)
_OF_PAGE = ("page_blocks", "page_tokens", "page_links", "page_running", "page_longest", "page_cjk")
_SURE = ("first_f1", "first_share", "first_kept", "first_most")
# What is the same for all blocks of a page.
PAGE_COLUMNS = ("page_comments", *_OF_PAGE, *CLAIMS, *_SURE)
FEATURES = (
    *("tokens", "plain", "links", "linked", "token_length", "ends", "end_rate", "comma_rate", "colon_rate"),
    *("punct_rate", "digit_rate", "upper_rate", "cjk"),
    *(f"starts_{start}" for start in STARTS),
    *(f"stops_{stop}" for stop in STOPS),
    *BLOCK_KINDS,
    "level",
    *(f"cue_{name}" for name in CUES),
    *("is_title", "in_title", "copies"),
    *(f"{name}{sign}{step}" for step in AROUND for name in ("tokens", "links") for sign in "-+"),
    *(f"window{reach}{what}" for reach in WINDOWS for what in ("", "_links", "_running")),
    *("running_above", "running_below"),
    *("place", "tokens_before", "running_before", "from_top", "to_bottom"),
    *("since_heading", "since_h1", "h1_below", "since_legal", "since_comments", "since_related", "since_share"),
    *("until_legal", "depth"),
    *(f"tag_{tag}" for tag in TAGS),
    *(f"in_{name}" for name in LANDMARKS),
    *WORD_COLUMNS,
    "page_comments",
    *(
        f"group{level}_{what}"
        for level in range(GROUP_LEVELS)
        for what in ("blocks", "plain", "links", "running", "share", "long")
    ),
    *("to_core", "alike_blocks", "alike_plain", "alike_links", "alike_running", "alike_share"),
    *_OF_PAGE,
    *CLAIMS,
)
# What the second reading sees besides.
CONTEXT = (
    "first",
    *(f"first{sign}{step}" for step in AROUND for sign in "-+"),
    *(f"first_window{reach}" for reach in (2, 5, 12)),
    *("first_rank", "first_over_cut", "first_before", "first_after"),
    *_SURE,
    *(f"first_group{level}{what}" for level in range(GROUP_LEVELS) for what in ("", "_share")),
    *("first_alike", "first_alike_share"),
)
# The columns that are logarithms of one more.
LOGS = (
    *("tokens", "plain", "linked"),
    *(f"window{reach}" for reach in WINDOWS),
    *("running_above", "running_below", "from_top", "to_bottom"),
    *(f"group{level}_{what}" for level in range(GROUP_LEVELS) for what in ("blocks", "plain")),
    *("alike_blocks", "alike_plain"),
)
_PLACES = {name: place for place, name in enumerate((*FEATURES, *CONTEXT))}
_LOG_PLACES = np.array([_PLACES[name] for name in LOGS])


def place_of(name: str) -> int:
    """The place of a column."""
    return _PLACES[name]


class Columns:
    """A table with a row for each block, kept column by column, as trees ask; unwritten at first.

    `columns` has a row for each column, `logs` one for each of `LOGS`, of what these are the logarithms.
    """

    def __init__(self, size: int) -> None:
        self.columns: F32 = np.empty((len(_PLACES), size), dtype=np.float32)
        self.logs = np.empty((len(LOGS), size))

    @property
    def features(self) -> F32:
        """What the first reading sees."""
        return self.columns[: len(FEATURES)].T

    @property
    def all(self) -> F32:
        """What the second reading sees: the features, and behind them the context."""
        return self.columns.T

    def put(self, name: str, values: npt.NDArray[Any]) -> None:
        """Writes a column, or of each row of `values` one, from that called `name` on."""
        self.part(name, 1 if values.ndim == 1 else values.shape[0])[:] = values

    def part(self, name: str, count: int) -> F32:
        """So many columns from that called `name` on, each a row, to be written to."""
        return self.columns[_PLACES[name] : _PLACES[name] + count]

    def take_logs(self) -> None:
        """Writes the columns of `LOGS`."""
        self.columns[_LOG_PLACES] = np.log1p(self.logs)
