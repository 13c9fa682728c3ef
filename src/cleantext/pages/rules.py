"""A user's own chrome and keep patterns, for the lines of one page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from cleantext.config import Rule
from cleantext.folding import label_view

__all__ = ["PageRules", "host_of"]


def host_of(url: str | None) -> str:
    """The host of `url` in lower case; empty where there is none or the URL is broken."""
    try:
        return (urlsplit(url or "").hostname or "").lower()
    except ValueError:
        return ""


class PageRules:
    """The rules that hold on the page at `url`. False where there are none."""

    def __init__(self, rules: Sequence[Rule], url: str | None) -> None:
        host = host_of(url) if rules else ""
        self._rules = [
            (rule, re.compile(rule.pattern))
            for rule in rules
            if not rule.host or host == rule.host.lower() or host.endswith("." + rule.host.lower())
        ]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def label(self, line: str) -> str | None:
        """What the first rule that matches makes of the line: `body`, `chrome/NAME`, or None where none matches."""
        view = label_view(line)[0] if self._rules else ""
        for rule, pattern in self._rules:
            if pattern.search(view) or pattern.search(line):
                return "body" if rule.action == "keep" else f"chrome/{rule.name}"
        return None
