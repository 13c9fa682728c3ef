"""Keep policies: which of several duplicates is the one to keep."""

from __future__ import annotations

from collections.abc import Sequence

from cleantext.config import DedupConfig

__all__ = ["preference"]


def preference(config: DedupConfig, *, length: int, date: str | None, sources: Sequence[str]) -> int:
    """How much the keep policy prefers a document, least first: its text has `length` characters, and it goes by any
    of the names `sources`."""
    if config.keep == "longest":
        return -length
    if config.keep == "newest":
        digits = "".join(char for char in (date or "")[:10] if char in "0123456789")
        return -int(digits) if len(digits) == 8 else 1
    if config.keep.startswith("source:"):
        names = config.keep.removeprefix("source:").split(">")
        return next((rank for rank, name in enumerate(names) if name in sources), len(names))
    return 0
