"""Cut from a line what is stuck to its ends: credits, sources, original titles, buttons. The line itself stays."""

from __future__ import annotations

import re

from cleantext.folding import without_readings
from cleantext.pages.looks import fold, spaced_view

__all__ = ["cut_affixes", "heading_end"]

_EDITORS = r"(?:责任|网络|执行|值班|首席|实习|核稿|本文|文字)?编辑|责编|编校|对审|校对|审核|责任校对|编审|美编|监制"
_BUTTON = r"编辑|打印|关闭|打印本页|关闭窗口|纠错|我要纠错|收藏|返回顶部|返回|字号.{0,12}|推荐|分享"
_MORE = r"阅读全文|查看全文|展开全文|点击(?:阅读|查看)(?:全文|更多)|全文|更多|详细|详情|read more|continue reading"
_TITLED = r"(?:本文)?原(?:文)?(?:标题|题)(?:为)?"
# Read on the folded view with spaces, of a bounded end of the line.
_SUFFIXES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("meta/editor", re.compile(rf"[(\[【] ?(?:{_EDITORS}) ?[:/ ] ?[^()\[\]【】。]{{0,40}}[)\]】] ?\w{{0,10}}$")),
    ("meta/editor", re.compile(rf"(?<=[。!?”」』)…]) ?(?:{_EDITORS}) ?: ?[^。!?:]{{1,30}}$")),
    (
        "meta/source",
        re.compile(
            r"[(\[【] ?(?:本文)?(?:文章|信息|稿件|新闻)?(?:来源|来自|转自|摘自|原载) ?[:于] ?"
            r"[^()\[\]【】。]{1,30}[)\]】]$"
        ),
    ),
    ("meta/original-title", re.compile(rf"[(\[【] ?{_TITLED} ?:? ?[^()]{{2,80}}[)\]】]$")),
    ("chrome/navigation", re.compile(rf"(?:[\[【(](?:{_BUTTON})[\]】)] ?)+$")),
    ("chrome/pager", re.compile(rf"(?:\.\.\.)? ?[\[【(<]? ?(?:{_MORE})[\]】)>»]{{1,3}}$")),
    (
        "chrome/advert",
        re.compile(
            r"(?<=[。!?”」』)…]) ?(?:更多[^。]{2,20}(?:请)?关注[^。]{2,30}"
            r"|(?:扫码|扫描二维码)[^。]{0,10}关注[^。]{0,20})[。!]?$"
        ),
    ),
)
_PREFIXES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("meta/original-title", re.compile(rf"^[(\[【] ?{_TITLED} ?: ?[^()]{{2,80}}[)\]】] ?(?=\S)")),
    ("chrome/navigation", re.compile(r"^(?:[\[【](?:打印|关闭|收藏|纠错|字号.{0,12})[\]】] ?)+(?=\S)")),
)
# What wikis put behind a heading to edit what is below it, in the languages that have most pages.
_EDIT = (
    "edit(?: source)?|编辑(?:源代码|本段)?|編輯(?:原始碼|源代碼|本段)?|編集|편집|править"
    "|bearbeiten|quelltext bearbeiten|modifier(?: le code)?|editar(?: código(?:-fonte)?)?|modifica(?: wikitesto)?"
    "|sửa(?: mã nguồn)?|edytuj(?: kod)?"
)
_EDIT_LINK = re.compile(rf"\[ ?(?:{_EDIT})(?: ?\| ?(?:{_EDIT}))? ?\]$", re.IGNORECASE)
_EDIT_MOST = 50  # characters, more than any
_END = 140
# A line end without one of these characters, in either script, has no suffix.
_TRIGGERS = re.compile("[编編责責校审審监監源自载載原题題印关關错錯藏返号號文多详詳推分]|ore|ing", re.IGNORECASE)
# One of these stands in every folded end that a suffix is found in.
_NEEDED = re.compile(r"[)\]】>»:]|关注")


def cut_affixes(line: str) -> tuple[int, int, tuple[tuple[int, int, str], ...]]:
    """The [start, end) of `line` that is left, and the affixes cut off as (start, end, reason), in order.

    Only the outer 140 code points are read. A line that would be cut to nothing is left whole.
    """
    start, end = 0, len(line)
    cut: list[tuple[int, int, str]] = []
    if end < 8:
        return start, end, ()
    for _ in range(3):
        found = _suffix(line, start, end)
        if found is None:
            break
        end = len(line[start : found[0]].rstrip()) + start
        cut.insert(0, found)
    found = _prefix(line, start, end)
    if found:
        start = found[1] + len(line[found[1] : end]) - len(line[found[1] : end].lstrip())
        cut.insert(0, found)
    return start, end, tuple(cut)


def heading_end(heading: str) -> int:
    """Where a heading ends, but for the link that wikis put behind it to edit what is below.

    >>> heading_end("历史沿革[编辑]"), heading_end("History [ edit | edit source ]"), heading_end("[edit]")
    (4, 7, 6)
    """
    if heading[-1:] == "]" and (found := _EDIT_LINK.search(heading, max(0, len(heading) - _EDIT_MOST))):
        return len(heading[: found.start()].rstrip()) or len(heading)
    return len(heading)


def _suffix(line: str, start: int, end: int) -> tuple[int, int, str] | None:
    begin = max(start, end - _END)
    piece = line[begin:end]
    if not _TRIGGERS.search(piece):
        return None
    view, offsets = spaced_view(piece), list[int]()
    if without_readings(piece) != piece:  # what is left out may hold spaces
        view, offsets = fold(piece)
    if not _NEEDED.search(view):
        return None
    for reason, pattern in _SUFFIXES:
        found = pattern.search(view)
        if found and not offsets:
            view, offsets = fold(piece)
            found = pattern.search(view)
        if found and found.start() < len(offsets):
            at = begin + offsets[found.start()]
            while at < end and line[at].isspace():
                at += 1
            if line[start:at].strip():
                return at, end, reason
    return None


def _prefix(line: str, start: int, end: int) -> tuple[int, int, str] | None:
    piece = line[start : min(end, start + _END)]
    if piece[:1] not in "([【（〔":
        return None
    spaced, offsets = fold(piece)
    for reason, pattern in _PREFIXES:
        found = pattern.match(spaced)
        if found and found.end() < len(offsets):
            stop = start + offsets[found.end()]
            return start, len(line[:stop].rstrip()), reason
    return None
