"""What a search for mojibake finds: a span of the line, what it was meant to be, and how that was found out."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LOST", "Span", "applied"]

LOST = "\ufffd"


class Span(NamedTuple):
    """`line[start:end]` was meant to be `after`; `rule` names the inversion, with `/lossy` if characters are lost."""

    start: int
    end: int
    after: str
    rule: str


def applied(line: str, spans: list[Span]) -> str:
    """`line` with every span mended; `spans` in order and apart."""
    pieces, position = [], 0
    for span in spans:
        pieces += [line[position : span.start], span.after]
        position = span.end
    return "".join([*pieces, line[position:]])
