"""One document, the whole way."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import check_partition
from cleantext import Cleaner, Config, DecodeError, LimitExceededError, clean, extract
from cleantext.cleaner import _is_html
from cleantext.edits import undo_steps
from cleantext.formats.base import Failure, Record

LINES = st.sampled_from(
    [
        "首页 > 新闻 > 正文",
        "會議今日召開，市長主持會議並講話，各區負責人參加了會議，並就下一步工作作了部署。",
        "会议今日召开，市长主持会议并讲话，各区负责人参加了会议，并就下一步工作作了部署。(编辑:Wendy)",
        "The council met today, and the mayor chaired the meeting in the town hall of the city.",
        "分享到：微信 微博",
        "&nbsp;現(xiàn)在(zài)環(huán)境&amp;生態(tài)\u200b",
        "\u200b",
        "　　\ue5e5",
        "cafÃ© â€œ…",
        "ＡＢＣ\x00\x07𠮷e\u0301",
        "版权所有 © 2020",
        "-",
        "",
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(LINES | st.text(max_size=30), max_size=25), st.sampled_from(["\n", "\r\n", "\n\n", "\u2028"]))
def test_nothing_is_lost_whatever_comes(lines: list[str], end: str) -> None:
    check_partition(clean(end.join(lines), config=Config.from_dict({"extract": {"kind": "dump"}})))


@settings(deadline=None, max_examples=60)
@given(st.lists(LINES, max_size=15))
def test_cleaning_clean_text_changes_nothing(lines: list[str]) -> None:
    config = Config.from_dict({"extract": {"kind": "text"}, "repair": {"entities": False}})
    once = clean("\n\n".join(lines), config=config)
    assert clean("\n\n".join(once.paragraphs), config=config).paragraphs == once.paragraphs


def test_an_empty_input_is_an_empty_document() -> None:
    for source in ("", b"", " \n\n ", b"\xef\xbb\xbf"):
        document = clean(source)
        assert (document.paragraphs, document.text, document.removed) == ((), "", ())


def test_bytes_that_are_not_text() -> None:
    with pytest.raises(DecodeError):
        clean(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)


def test_limits() -> None:
    config = Config.from_dict({"limits": {"max_bytes": 10}})
    with pytest.raises(LimitExceededError, match="over the limit of 10 bytes"):
        clean(b"12345678901", config=config)
    with pytest.raises(LimitExceededError, match="over the limit of 10 bytes"):
        clean("一二三四五六七八九十一", config=config)


def test_japanese_is_left_alone() -> None:
    text = "東京都は本日、新しい環境対策を発表しました。図書館の利用時間も変わります。"
    document = clean(text)
    assert (document.script, document.paragraphs) == ("Jpan", (text,))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("s", "总统府里的软件"),
        ("t", "總統府裏的軟件"),
        ("tw", "總統府裡的軟件"),
        ("hk", "總統府裏的軟件"),
        ("keep", "总统府里的软件"),
    ],
)
def test_scripts(script: str, expected: str) -> None:
    config = Config.from_dict({"normalize": {"script": script}})
    assert clean("总统府里的软件", config=config).paragraphs == (expected,)


def test_an_affix_is_cut_off_and_nothing_else() -> None:
    text = "會議(huì)要求，各級各部門認真貫徹落實會議精神，為居民創造良好的生活條件。(編輯:Wendy)"
    document = clean("首页 > 正文\n" + text)
    assert document.paragraphs[0].endswith("创造良好的生活条件。")
    assert document.value("editor") == "Wendy"
    assert [span.text for span in document.removed][-1] == "(編輯:Wendy)"


def test_many_keeps_order_and_goes_on() -> None:
    cleaner = pickle.loads(pickle.dumps(Cleaner()))
    found = list(cleaner.clean_many(["甲。", b"\x00\x01\x02" * 500, "乙。"]))
    assert [type(item).__name__ for item in found] == ["Document", "Failure", "Document"]
    assert isinstance(found[1], Failure)
    assert found[1].origin == "#2"


def test_ids() -> None:
    cleaner = Cleaner()

    def name(**fields: str) -> str:
        return cleaner.clean_record(Record(**{"origin": "a", "content": "正文。", **fields})).document_id  # type: ignore[arg-type]

    assert name() == name()
    assert len({name(), name(origin="b"), name(content="別"), name(own_id="7"), name(url="http://a.cn")}) == 5
    assert name(own_id="7") == name(own_id="7", origin="b", content="別", url="http://a.cn")
    assert len(name()) == 16


def test_what_a_record_says_stands() -> None:
    record = Record(
        origin="a",
        content="标题在此\n2020-01-02\n正文在这里，很长很长的一段话，讲了许多事情。",
        metadata={"date": "2019-01-01"},
    )
    document = Cleaner().clean_record(record)
    assert document.date == "2019-01-01"
    assert document.metadata["date"].origin == "record"


def test_extract_converts_nothing() -> None:
    content = extract("首頁 > 正文\n會議現(xiàn)場&amp;外景，市長主持會議並講話，各區負責人參加了會議。\n分享到：微信")
    assert content.text == "會議現(xiàn)場&amp;外景，市長主持會議並講話，各區負責人參加了會議。"
    assert [span.reason for span in content.removed] == ["chrome/navigation", "chrome/share"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_page_is_the_same_in_any_bytes(encoding: str) -> None:
    body = "<p>會議今日召開，市長主持會議並講話，各區負責人參加了會議。𠀀é́</p><p hidden>甲</p>" * 3
    markup = f"<!doctype html><title>會議</title>{'<b>' * 40}<div>" * 30 + body  # deep enough to be tamed
    for page in (body, markup):
        assert extract(page.encode(encoding), kind="html") == extract(page, kind="html")
    assert "flattened" in extract(markup.encode(encoding), kind="html").flags


def test_a_repeated_body_is_flagged_when_little_is_left() -> None:
    line = "会议今日召开，市长主持会议并讲话，各区负责人参加了会议，并就下一步工作作了部署。"
    assert clean("\n".join([line] * 9)).flags == ("shell",)
    assert clean(line).flags == ()


@pytest.mark.parametrize(
    ("text", "content_type", "page"),
    [
        ("<!DOCTYPE html><p>正文</p>", None, True),
        ("\n<!-- 注 --> <?xml version='1.0'?>\n<html><p>正文", None, True),
        ("<div>正文</div>", None, True),
        ("正文<br>正文<br>", None, True),
        ("正文第一段很长，没有什么标记，从头到尾都是文字，只有一处<br>换行", None, False),
        ("正文第一段很长，没有什么标记，从头到尾都是文字，只有一处<br>换行", "text/html; charset=gbk", True),
        (
            "如何写网页：先写<html>，再写<body>，段落用<p>包起来，这样浏览器才知道哪里是一段，哪里是标题，然后保存。",
            None,
            False,
        ),
        ("<会议>今日召开", None, False),
        ("a < b and b > c", "text/html", False),
        ("", None, False),
    ],
)
def test_pages_and_dumps_are_told_apart(text: str, content_type: str | None, page: bool) -> None:
    assert _is_html(text, content_type) == page


def test_sniffing_is_linear() -> None:
    for hostile in ("<!--" * 100_000, "<p " * 100_000, "<?" * 100_000, "<" * 1_000_000):
        assert not _is_html(hostile, None)


def test_what_was_not_as_asked_is_flagged() -> None:
    config = Config.from_dict({"limits": {"max_nodes": 50}, "dedup": {"within": "tag"}})
    page = "<html><body>" + "".join(f"<p>第{n}段，讲的是这一天里发生的事情，一件一件地讲。</p>" for n in range(100))
    document = clean(page, config=config)
    assert "truncated" in document.flags
    assert len(document.paragraphs) > 5


@pytest.mark.parametrize(
    ("within", "paragraphs", "repeats", "removed"),
    [("drop", 2, 1, 1), ("mask", 3, 1, 1), ("tag", 3, 1, 0), ("off", 3, 0, 0)],
)
def test_what_becomes_of_repeats_within_a_document(within: str, paragraphs: int, repeats: int, removed: int) -> None:
    line = "会议今日召开，市长主持会议并讲话，各区负责人参加了会议，并就下一步工作作了部署。"
    other = "图书馆从下周起延长开放时间，读者可以在晚上九点之前借还图书，周末照常开放。"
    config = Config.from_dict({"extract": {"kind": "text"}, "dedup": {"within": within}})
    doc = clean("\n\n".join([line, other, line]), config=config)
    assert (len(doc.paragraphs), len(doc.repeats), len(doc.removed)) == (paragraphs, repeats, removed)
    if within == "mask":
        assert doc.paragraphs == (line, other, "")
        assert doc.spans[2] == (doc.removed[0].start,) * 2
        assert doc.text == f"{line}\n\n{other}"


def test_width_and_marks_are_edits_of_the_paragraph() -> None:
    source = "会议指出,ＰＭ２．５下降(市、区)；⼈民⽣活水平提高，各县负责人参加了会议并讲话。"
    config = Config.from_dict(
        {"extract": {"kind": "text"}, "normalize": {"width_letters": "half", "punctuation": "cjk"}}
    )
    doc = clean(source, config=config)
    assert doc.paragraphs == ("会议指出，PM2.5下降（市、区）；人民生活水平提高，各县负责人参加了会议并讲话。",)
    assert undo_steps(doc.paragraphs[0], doc.edits[0]) == source
    assert {(step.stage, step.rule) for step in doc.edits[0]} == {
        ("characters", "radical"),
        ("width", "letters"),
        ("width", "digits"),
        ("punctuation", "comma"),
        ("punctuation", "paren"),
    }
