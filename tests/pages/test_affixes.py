from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.pages import affixes
from cleantext.pages.affixes import cut_affixes, heading_end
from text_strategies import TEXT

SENTENCE = "会议要求各部门加强协作，为工作创造良好条件。"


@pytest.mark.parametrize(
    ("suffix", "reason"),
    [
        ("(编辑:Wendy)", "meta/editor"),
        ("（責任編輯：張三 HN003）", "meta/editor"),
        ("【责任编辑:李四】", "meta/editor"),
        ("责任编辑：王五", "meta/editor"),
        (" 责编：王五", "meta/editor"),
        ("(来源：某某网)", "meta/source"),
        ("（原标题：别的标题）", "meta/original-title"),
        ("【打印】【关闭】", "chrome/navigation"),
        ("[编辑]", "chrome/navigation"),
        ("更多精彩内容请关注某某微信公众号", "chrome/advert"),
    ],
)
def test_suffixes(suffix: str, reason: str) -> None:
    start, end, affixes = cut_affixes(SENTENCE + suffix)
    assert (SENTENCE + suffix)[start:end] == SENTENCE
    assert [(text[2], (SENTENCE + suffix)[text[0] : text[1]]) for text in affixes] == [(reason, suffix.strip())]


def test_prefix_and_two_suffixes() -> None:
    line = "（原标题：别的标题） " + SENTENCE + "(来源：某网) (编辑：甲)"
    start, end, affixes = cut_affixes(line)
    assert line[start:end] == SENTENCE
    assert [reason for _, _, reason in affixes] == ["meta/original-title", "meta/source", "meta/editor"]


@pytest.mark.parametrize(
    "line",
    [
        SENTENCE,
        "他是这本杂志的编辑。",
        "(编辑:Wendy)",
        "市场监管（含食品安全）",
        "文件见附件（共12页）",
        "图为现场（张三 摄）",
        "",
        "a",
        "他说：“这个编辑：张三。”",
    ],
)
def test_nothing_to_cut(line: str) -> None:
    assert cut_affixes(line) == (0, len(line), ())


@given(TEXT)
@settings(deadline=None, max_examples=200)
def test_parts_cover_the_line(text: str) -> None:
    line = (text + "。" + text + "(编辑:" + text + ")").strip()
    start, end, affixes = cut_affixes(line)
    spans = sorted([(start, end), *((a, b) for a, b, _ in affixes)])
    assert spans[0][0] == 0
    assert spans[-1][1] == len(line)
    assert start < end
    assert all(a < b for a, b in spans)
    assert not any(line[b:c].strip() for (_, b), (c, _) in pairwise(spans))
    assert all(b <= c for (_, b), (c, _) in pairwise(spans))


@pytest.mark.parametrize("line", ["(" * 100_000, "编辑" * 100_000, "[打印] " * 50_000, "。" * 100_000 + "更多"])
def test_only_the_ends_are_read(line: str) -> None:
    start, end, _ = cut_affixes(line.strip())
    assert 0 <= start < end <= len(line)


ENDS = st.sampled_from(
    [
        *(
            "责任编辑",
            "編輯",
            "张三",
            "：",
            ":",
            " ",
            "。",
            "！",
            "”",
            "（",
            "(",
            "【",
            "[",
            ")",
            "）",
            "】",
            "]",
            "»",
            ">",
        ),
        *(
            "来源",
            "于",
            "原标题",
            "打印",
            "全文",
            "更多",
            "...",
            "read more",
            "精彩请",
            "关注",
            "關注",
            "某某号",
            "扫码",
            "𠮷",
        ),
    ]
)


@given(st.lists(ENDS, max_size=8).map("".join))
def test_what_every_suffix_needs_stands_in_each(end: str) -> None:
    found = cut_affixes(SENTENCE + end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(affixes, "_NEEDED", re.compile(""))
        assert cut_affixes(SENTENCE + end) == found


@pytest.mark.parametrize(
    "link",
    [
        "[编辑]",
        "[編輯]",
        " [编辑 | 编辑源代码]",
        "[edit]",
        "\xa0[ Edit | edit source ]",
        "[Bearbeiten]",
        "[править]",
        "[編集]",
    ],
)
@pytest.mark.parametrize("heading", ["古代", "Early history", "𠮷野家", "e\u0301", "[1]", "a [edit] b"])
def test_a_heading_ends_before_the_link_that_edits_its_section(heading: str, link: str) -> None:
    assert heading_end(heading + link) == len(heading)
    assert heading_end(link.strip()) == len(link.strip())


@pytest.mark.parametrize(
    "heading", ["", "]", "古代", "array[edited]", "[edit] history", "(edit)", "[" * 9000 + "edit", "历史[1]"]
)
def test_other_headings_are_whole(heading: str) -> None:
    assert heading_end(heading) == len(heading)
