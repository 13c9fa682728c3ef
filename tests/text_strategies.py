"""Texts that attack the text stages: our alphabet, pieces that mean something to a stage, and anything else."""

from __future__ import annotations

from hypothesis import strategies as st

from cleantext.edits import apply_steps, undo_steps
from cleantext.text import Repaired

PIECES = (
    *("汉语漢語環境质質著着著名乾隆么什麼老么后後里裡裏说説說台臺灣抬擡の京"),
    *(" \n\r\t\u3000\u00a0\u200b\u200c\u200d\u00ad\ufeff\u2066\u202e\x00\x0b\x1b\x85\x9d"),
    *(",.;:!?()\"'，。；：！？（）、《》“”‘’…%&#;<=/"),
    *("aZ9é\u0301e金Ãâ€œ©Ì«ÖÐ𠮷👩👧\U0001f3f4\U000e0067\ud83d\ude00\ue5e5"),
    *("&amp;", "&nbsp", "&#160;", "&#x200b;", "&lt;", "&#55357;", "&#56832;", "am", "p;", "&copy", "&NotEqualTilde;"),
    *("cafÃ©", "â€œ", "â€\x9d", "ä½\xa0å¥½", "´óÆøÎÛÈ¾", "¤j®ð", "\x1b[31m", "中Ã¤"),
    *("現(xiàn)", "態(tài)", "環（huán）", "没(mò)", "現(xi\u0300an)", "(fù)"),
    *("http://a.cn/?b=1", "x@y.cn", "09:37", "1,000", "(2016-2017年)", "(市、区)", "第一.", "......", "...", "1:2"),
)

TEXT = st.lists(st.sampled_from(PIECES) | st.characters(codec=None), max_size=25).map("".join)


def check_steps(before: str, done: Repaired) -> None:
    """Replaying the steps gives the text, undoing them the text before, and each changes something."""
    assert apply_steps(before, done.steps) == done.text
    assert undo_steps(done.text, done.steps) == before
    assert all(step.before != step.after for step in done.steps)
