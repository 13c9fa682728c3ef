"""What a page folds away that it shows as well: a copy for copying, for another screen, for a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cleantext.pages.page import Page

__all__ = ["copies"]

_WORD = re.compile(r"\w+")
# So many words in a row are looked for; of a folded text of fewer than so many rows nothing is said, and a longer one
# of which so many rows are shown is a copy.
_ROW, _LEAST, _SHOWN = 4, 20, 0.5
# So many characters at least have the words of so many rows, with one between each two.
_SHORTEST = 2 * (_LEAST + _ROW - 1) - 1


def copies(page: Page) -> list[int]:
    """The folded blocks of a page of which most is shown as well. Linear in the text, with room for
    what is folded."""
    texts, hidden = page.texts, page.arrays.hidden.tolist()
    lower = [(i, text.lower()) for i, (text, is_hidden) in enumerate(zip(texts, hidden, strict=True)) if is_hidden]
    folded = [(i, rows) for i, text in lower if len(text) >= _SHORTEST and len(rows := [*_rows(text)]) >= _LEAST]
    if not folded:
        return []
    wanted = {row for _, rows in folded for row in rows}
    said = (text.lower() for text, is_hidden in zip(texts, hidden, strict=True) if not is_hidden)
    shown = wanted.intersection(chain.from_iterable(map(_rows, said)))
    return [i for i, rows in folded if sum(map(shown.__contains__, rows)) >= _SHOWN * len(rows)]


def _rows(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text)
    return zip(*(words[step:] for step in range(_ROW)), strict=False)
