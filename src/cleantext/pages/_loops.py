"""The loops that run as they are where compiling does not pay, under the names of the compiled ones in `_kernels`."""

from __future__ import annotations

from cleantext.pages._climb import add_near, add_once, climb, find_core, hold, tell
from cleantext.pages._columns import fill_context, fill_elements, fill_places, fill_text, fill_words
from cleantext.pages._counts import may_begin
from cleantext.pages._cues import look
from cleantext.pages._path import label_places
from cleantext.pages._zones import find_zones, weigh_lines

__all__ = [
    "add_near",
    "add_once",
    "climb",
    "fill_context",
    "fill_elements",
    "fill_places",
    "fill_text",
    "fill_words",
    "find_core",
    "find_zones",
    "hold",
    "label_places",
    "look",
    "may_begin",
    "tell",
    "weigh_lines",
]
