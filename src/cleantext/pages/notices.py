"""Pages that show nothing but a notice: that their text comes by script, or that a guard checks who asks for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from cleantext.folding import simplified_table

__all__ = ["is_notice"]

# The most characters of such a page, and the least share of them in lines that say so: the rest is names and numbers.
_MOST, _SHARE = 600, 0.5
# A sentence of an article that says so is longer, or does not stand alone.
_LINE = 300
_SAYS = re.compile(
    r"(?:enable|turn on|switch on|activate) [^.!?]{0,40}\bjavascript"
    r"|\b(?:app|page|site|website) [^.!?]{0,30}(?:requires?|needs?) [^.!?]{0,20}\bjavascript"
    r"|\bjavascript (?:is|and cookies are|must be|has been|is currently)? ?(?:not )?"
    r"(?:disabled|enabled|turned off|required|supported)"
    r"|enable (?:javascript and )?cookies to continue"
    r"|(?:checking|verifying) (?:if the site connection is secure|your browser|(?:that )?you are (?:a )?human)"
    r"|(?:verify|confirm) (?:that )?you are (?:a )?human"
    r"|(?:启用|开启|打开|允许|支持|运行)[^。！]{0,12}javascript|javascript[^。！]{0,6}(?:被禁用|已禁用|未启用|未开启|已关闭)"
    r"|正在(?:检查|检测|验证)(?:您|你)?的?浏览器|(?:完成|进行|通过)(?:安全|人机)验证",
    re.IGNORECASE,
)


def is_notice(lines: Sequence[str]) -> bool:
    """Whether a page of these lines is such a notice: a short page that says little else.

    >>> is_notice(["You need to enable JavaScript to run this app."]), is_notice(["請啟用 JavaScript 後再試。"])
    (True, True)
    """
    whole = sum(map(len, lines))
    if whole > _MOST:
        return False
    told = sum(len(line) for line in lines if len(line) <= _LINE and _says(line))
    return told > 0 and told >= _SHARE * whole


def _says(line: str) -> bool:
    return bool(_SAYS.search(line.translate(_readings())))


@cache
def _readings() -> dict[int, str]:
    return {ord(char): read for char, read in simplified_table().items()}
