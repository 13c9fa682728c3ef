"""What is left of text that cannot be had back: 锟斤拷 and its like are counted, never repaired.

锟斤拷 is U+FFFD saved as UTF-8 and read as GBK, 烫烫烫 and 屯屯屯 are the fill bytes 0xCC and 0xCD of
fresh memory, 葺葺葺 is 0xDD of freed memory, 锘 begins a byte order mark, all read as GBK.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from cleantext.records import Edit

__all__ = ["lost_in_repair", "unrecoverable"]

# What every kind needs, looked for first: a search for one character is faster than any pattern.
_SIGNS = ("锟", "烫烫烫", "屯屯屯", "葺葺葺", "锘", "\ufffd")
_KINDS = re.compile("锟斤拷?|(?<=锟斤拷)锟|烫{3,}|屯{3,}|葺{3,}|锘|\ufffd")
_NAMES = {"锟": "锟斤拷", "烫": "烫烫烫", "屯": "屯屯屯", "葺": "葺葺葺", "锘": "锘", "\ufffd": "U+FFFD"}


def unrecoverable(text: str) -> Counter[str]:
    """How often each kind of lost text stands in `text`: `锟斤拷`, `烫烫烫`, `屯屯屯`, `葺葺葺`, `锘`, `U+FFFD`.

    >>> dict(unrecoverable("锟斤拷锟斤拷，烫烫烫烫"))
    {'锟斤拷': 2, '烫烫烫': 1}
    """
    counts: Counter[str] = Counter()
    if any(sign in text for sign in _SIGNS):
        counts.update(_NAMES[match[0][0]] for match in _KINDS.finditer(text))
    return counts


def lost_in_repair(steps: Iterable[Edit]) -> Counter[str]:
    """How many of `steps` mended mojibake of which bytes were gone, as `lossy`; nothing if none did."""
    count = sum(step.rule.endswith("/lossy") for step in steps)
    return Counter(lossy=count) if count else Counter()
