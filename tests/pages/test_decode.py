from __future__ import annotations

import codecs
import os
import random
import re
import struct
import warnings
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleantext.config import DecodeConfig
from cleantext.errors import DecodeError
from cleantext.pages import binary, likelihood, segments
from cleantext.pages import decode as decode_module
from cleantext.pages.decode import Decoded, decode, is_binary
from cleantext.pages.encodings import python_codec

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
BODY = (
    "为改善城市空气质量，市政府昨天公布了新的行动方案。方案提出，今年冬天将加强对工业企业的检查，",
    "对超过标准的单位依法处理。“我们希望市民也参与进来，”负责人说，“少开车，多走路。”",
    "据介绍，去年全市优良天数达到二百八十天，比前年增加了十五天；重污染天数减少了一半。",
)
TRADITIONAL = (
    "為改善城市空氣質量，市政府昨天公布了新的行動方案。方案提出，今年冬天將加強對工業企業的檢查，",
    "對超過標準的單位依法處理。「我們希望市民也參與進來，」負責人說，「少開車，多走路。」",
    "據介紹，去年全市優良天數達到二百八十天，比前年增加了十五天；重污染天數減少了一半。",
)


def page(charset: str = "", body: tuple[str, ...] = BODY, extra: str = "") -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    paragraphs = "\n".join(f"<p>{line}</p>" for line in body)
    return f"<html><head>{meta}<title>行</title></head>\n<body>\n{paragraphs}\n{extra}</body></html>\n"


def utf8(text: str) -> bytes:
    return text.encode("utf-8")


def gbk(text: str) -> bytes:
    return text.encode("gbk")


def big5(text: str) -> bytes:
    return text.encode("big5hkscs")


def cut(text: str, encoding: str, extra: int = 1) -> tuple[bytes, str]:
    """A page cut `extra` bytes into a Han character, and what can be read of it."""
    at = text.rindex("减" if "减" in text else "減")
    body = text[:at].encode(encoding)
    return body + text[at].encode(encoding)[:extra], text[:at] + "\ufffd"


# The page variants on which the tools of 2026 fail, each with one defect: name, bytes, text, encoding.
DEFECTIVE: list[tuple[str, bytes, str, str]] = [
    ("clean GBK, meta gb2312", gbk(page("gb2312")), page("gb2312"), "gb18030"),
    ("GBK truncated", *cut(page("gb2312"), "gbk"), "gb18030"),
    ("GBK truncated, no meta", *cut(page(), "gbk"), "gb18030"),
    (
        "GBK with one 0x80",
        gbk(page("gb2312")).replace(b"</p>", b"\x80</p>", 1),
        page("gb2312").replace("</p>", "€</p>", 1),
        "gb18030",
    ),
    (
        "GBK with A3A0",
        gbk(page("gb2312")).replace(b"<p>", b"<p>\xa3\xa0\xa3\xa0"),
        page("gb2312").replace("<p>", "<p>\u3000\u3000"),
        "gb18030",
    ),
    (
        "GBK and a UTF-8 widget",
        gbk(page("gb2312")).replace(b"</body>", utf8("<div>分享到：微信</div><b>赞</b></body>")),
        page("gb2312", extra="<div>分享到：微信</div><b>赞</b>"),
        "gb18030",
    ),
    ("meta gb2312, GBK-only character", gbk(page("gb2312", extra="朱镕基")), page("gb2312", extra="朱镕基"), "gb18030"),
    ("Big5 with ETEN 裏", big5(page("big5", (*TRADITIONAL, "城裏"))), page("big5", (*TRADITIONAL, "城裏")), "big5"),
    (
        "Big5 with the euro of cp950",
        big5(page("big5", TRADITIONAL)).replace(b"</p>", b"\xa3\xe1</p>", 1),
        page("big5", TRADITIONAL).replace("</p>", "€</p>", 1),
        "big5",
    ),
    ("Big5 truncated", *cut(page("big5", TRADITIONAL), "big5"), "big5"),
    ("UTF-8 truncated by one byte", *cut(page("utf-8"), "utf-8", 2), "utf-8"),
    ("UTF-8 truncated by two bytes", *cut(page("utf-8"), "utf-8", 1), "utf-8"),
    (
        "UTF-8 with a GBK comment",
        utf8(page("utf-8")).replace(b"<body>", b"<body><!-- " + gbk("页面顶部导航 GDP 结束") + b" -->"),
        page("utf-8").replace("<body>", "<body><!-- 页面顶部导航 GDP 结束 -->"),
        "utf-8",
    ),
    ("meta utf-8, body GBK", gbk(page("utf-8")), page("utf-8"), "gb18030"),
    ("meta gb2312, body UTF-8", utf8(page("gb2312")), page("gb2312"), "utf-8"),
    ("no meta, GBK", gbk(page()), page(), "gb18030"),
    ("meta gbk2312", gbk(page("gbk2312")), page("gbk2312"), "gb18030"),
    ("meta iso-8859-1, body GBK", gbk(page("iso-8859-1")), page("iso-8859-1"), "gb18030"),
    ("meta gb2312, body Big5", big5(page("gb2312", TRADITIONAL)), page("gb2312", TRADITIONAL), "big5"),
    ("meta big5, body GBK", gbk(page("big5")), page("big5"), "gb18030"),
    ("meta gb2312, Traditional", gbk(page("gb2312", TRADITIONAL)), page("gb2312", TRADITIONAL), "gb18030"),
    ("no meta, Big5", big5(page("", TRADITIONAL)), page("", TRADITIONAL), "big5"),
]


@pytest.mark.parametrize(("body", "text", "encoding"), [case[1:] for case in DEFECTIVE], ids=[c[0] for c in DEFECTIVE])
def test_defective_pages(body: bytes, text: str, encoding: str) -> None:
    decoded = decode(body)
    assert decoded.text == text
    assert decoded.encoding == encoding
    assert decoded.replaced == text.count("\ufffd")
    assert 0.5 <= decoded.confidence <= 1


def test_segments_name_the_second_encoding() -> None:
    body = gbk(page("gbk")).replace(b"</body>", utf8("<i>分享到微信</i></body>"))
    decoded = decode(body)
    assert [(decoded.text[start:end], name) for start, end, name in decoded.segments] == [("分享到微信", "utf-8")]
    body = utf8(page("utf-8")) + b"<!--" + gbk("统计代码开始") + b"-->"
    decoded = decode(body)
    assert [(decoded.text[start:end], name) for start, end, name in decoded.segments] == [
        ("!--统计代码开始--", "gb18030")
    ]


def test_lines_of_two_encodings() -> None:
    lines = [BODY[number % 3] for number in range(40)]
    body = b"\n".join(gbk(line) if number % 4 == 0 else utf8(line) for number, line in enumerate(lines))
    decoded = decode(body)
    assert decoded.text == "\n".join(lines)
    assert (decoded.encoding, len(decoded.segments), decoded.replaced) == ("utf-8", 10, 0)


def test_latin_comment_in_a_utf8_page() -> None:
    body = utf8("<p>Le café était déjà là.</p>") + b"<p>voil\xe0 une cr\xe8me br\xfbl\xe9e</p>"
    assert decode(body).text == "<p>Le café était déjà là.</p><p>voilà une crème brûlée</p>"


@pytest.mark.parametrize("bad", [b"\xff", b"\xfe", b"\xa0", b"\xe4\xbd", b"\xc3"])
def test_one_bad_byte_costs_one_character(bad: bytes) -> None:
    decoded = decode(utf8(BODY[0]) + bad + b"\n" + utf8(BODY[1]))
    assert decoded.text == f"{BODY[0]}\ufffd\n{BODY[1]}"
    assert (decoded.encoding, decoded.replaced, decoded.segments) == ("utf-8", 1, ())


@pytest.mark.parametrize("encoding", ["gbk", "big5"])
def test_no_bad_byte_flips_a_page(encoding: str) -> None:
    body = page("", BODY if encoding == "gbk" else TRADITIONAL).encode(encoding)
    name = {"gbk": "gb18030", "big5": "big5"}[encoding]
    rng = random.Random(4)
    for _ in range(40):
        at, bad = rng.randrange(len(body)), rng.randrange(0x80, 0x100)
        assert decode(body[:at] + bytes([bad]) + body[at:]).encoding == name


OTHERS = {
    "euc-kr": "정부는 어제 환경 보호를 위한 새로운 대책을 발표했다. 시민들은 물가 상승에 불만을 가지고 있다.",
    "shift_jis": "政府は昨日、環境を守るための新しい対策を発表しました。市民はニュースを見て驚いています。①",
    "euc-jp": "政府は昨日、環境を守るための新しい対策を発表しました。市民はニュースを見て驚いています。",
    "iso-2022-jp": "政府は昨日、環境を守るための新しい対策を発表しました。",
    "windows-1251": "Правительство приняло новый закон об охране среды. Жители города недовольны ценами.",
    "koi8-r": "Правительство приняло новый закон об охране среды. Жители города недовольны ценами.",
    "windows-1252": "Le gouvernement a annoncé une réforme. Les élèves étaient déjà rentrés, « voilà où ça mène ».",
    "windows-1250": "Rząd ogłosił wczoraj nowe przepisy. Mieszkańcy Łodzi są niezadowoleni, że ceny wciąż rosną.",
    "iso-8859-2": "Rząd ogłosił wczoraj nowe przepisy. Mieszkańcy Łodzi są niezadowoleni, że ceny wciąż rosną.",
    "windows-1253": "Η κυβέρνηση ανακοίνωσε χθες νέα μέτρα για την προστασία του περιβάλλοντος στην πόλη.",
    "windows-1254": "Hükümet dün yeni önlemler açıkladı. Şehir sakinleri fiyatların artmasından hoşnut değil.",
    "windows-1255": "הממשלה הודיעה אתמול על צעדים חדשים להגנת הסביבה. תושבי העיר אינם מרוצים.",
    "windows-1256": "أعلنت الحكومة أمس عن تدابير جديدة لحماية البيئة. سكان المدينة غير راضين عن الأسعار.",
    "windows-1257": "Valdība vakar paziņoja par jauniem pasākumiem. Iedzīvotāji ir neapmierināti ar cenu kāpumu.",
    "windows-874": "รัฐบาลประกาศมาตรการใหม่เพื่อคุ้มครองสิ่งแวดล้อมเมื่อวานนี้ ประชาชนไม่พอใจกับราคา",
}
PYTHON = {"euc-kr": "cp949", "shift_jis": "cp932", "windows-874": "cp874"}


@pytest.mark.parametrize("encoding", OTHERS)
@pytest.mark.parametrize("declared", [False, True])
def test_other_encodings(encoding: str, declared: bool) -> None:
    text = f"<html><body><p>{OTHERS[encoding]}</p></body></html>"
    body = text.encode(PYTHON.get(encoding, encoding.replace("windows-", "cp")))
    decoded = decode(body, f"text/html; charset={encoding}" if declared else None)
    assert decoded.text == text
    assert decoded.encoding == encoding
    assert decoded.encoding_source == ("header" if declared else "detected")


@pytest.mark.parametrize("encoding", ["windows-1251", "windows-1253", "windows-1255", "windows-874", "euc-kr"])
def test_a_bad_byte_flips_no_alphabet(encoding: str) -> None:
    body = OTHERS[encoding].encode(PYTHON.get(encoding, encoding.replace("windows-", "cp")))
    assert decode(body + b"\xff ").encoding == encoding


def test_vietnamese_declared() -> None:
    text = "Chính phủ đã công bố các biện pháp bảo vệ môi trường"
    assert decode(utf8(text)).text == text
    body = "Ti\u0301nh c\u0301 bi\u0323".encode("cp1258")
    assert decode(body, "text/html; charset=windows-1258").text == "Ti\u0301nh c\u0301 bi\u0323"


# Pieces of the seeds, as in a search result or a title: out of 60 at 4, 8, 16, 32 and 64 characters.
FLOORS = {"gb18030": (60, 60, 60, 60, 60), "big5": (60, 60, 60, 60, 60)}
GLOSS = re.compile(r"[(（][a-zü]{0,4}[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜń][a-zü]{0,4}[)）]")
FULL_WIDTH = str.maketrans(",:;()!?%", "，：；（）！？％")


def fragments(encoding: str, length: int) -> list[bytes]:
    """60 random pieces of the body of the Simplified seeds, or, without their glosses, of the Traditional ones."""
    seeds = SEEDS[1:3] if encoding == "big5" else [SEEDS[0], *SEEDS[3:]]
    lines = [line for seed in seeds for line in seed.read_text(encoding="utf-8").splitlines() if len(line) > 80]
    lines = [line for raw in lines if len(line := GLOSS.sub("", raw).translate(FULL_WIDTH)) > length]
    codec = "big5hkscs" if encoding == "big5" else "gbk"
    rng = random.Random(f"{encoding} {length}")
    pieces: list[bytes] = []
    while len(pieces) < 60:
        line = rng.choices(lines, [len(line) for line in lines])[0]
        start = rng.randrange(len(line) - length)
        piece = line[start : start + length].encode(codec, "ignore")
        if len(piece) >= 2 * length - 4 and max(piece) > 0x7F:
            pieces.append(piece)
    return pieces


@pytest.mark.parametrize("encoding", FLOORS)
@pytest.mark.parametrize(("place", "length"), enumerate((4, 8, 16, 32, 64)))
def test_fragments(encoding: str, place: int, length: int) -> None:
    right = sum(decode(piece).encoding == encoding for piece in fragments(encoding, length))
    assert right >= FLOORS[encoding][place]


def test_byte_order_marks() -> None:
    for name, codec in (("utf-8", "utf-8-sig"), ("utf-16le", "utf-16"), ("utf-32le", "utf-32")):
        decoded = decode("行\r\n𠀀".encode(codec))
        assert decoded == Decoded(text="行\r\n𠀀", encoding=name, encoding_source="bom", confidence=1.0)
    assert decode(b"\xfe\xff" + "行".encode("utf-16be")).encoding == "utf-16be"


def test_a_byte_order_mark_on_a_page_in_gbk() -> None:
    assert decode(b"\xef\xbb\xbf" + gbk(page("gbk"))).text == page("gbk")


@pytest.mark.parametrize("encoding", ["utf-16le", "utf-16be", "utf-32le", "utf-32be"])
@pytest.mark.parametrize("text", [*BODY, "Plain words.\n", "Привет, мир!\n", "안녕하세요 여러분\n", "<p>𠀀行</p>"])
def test_wide_text_without_a_mark(encoding: str, text: str) -> None:
    body = (text * 3).encode(encoding)
    assert not is_binary(body)
    assert decode(body).text == text * 3


def test_sources() -> None:
    assert decode(utf8("行")).encoding_source == "valid utf-8"
    assert decode(utf8(page("utf-8"))).encoding_source == "meta"
    assert decode(utf8("行"), "text/html; charset=UTF-8").encoding_source == "header"
    assert decode(gbk(page("gbk"))).encoding_source == "meta"
    assert decode(gbk(page("big5")), "text/html;charset=gbk").encoding_source == "header"
    assert decode(gbk(page("utf-8"))).encoding_source == "detected"
    assert decode(b"").text == ""
    assert decode(b"").encoding == "utf-8"


def test_accidental_utf8_is_read_as_declared() -> None:
    assert decode(gbk("<title>目录</title>"), "text/html; charset=gbk").text == "<title>目录</title>"
    assert decode(utf8("café © 2020"), "text/html; charset=gb2312").text == "café © 2020"
    assert decode(utf8("Ŀ¼")).text == "Ŀ¼"


def test_config_overrides_everything() -> None:
    config = DecodeConfig(encoding="gbk")
    decoded = decode(gbk(page("utf-8")), "text/html; charset=utf-8", config)
    assert (decoded.text, decoded.encoding, decoded.encoding_source) == (page("utf-8"), "gb18030", "config")
    assert decode(b"\xef\xbb\xbfab", config=DecodeConfig(encoding="utf-8")).text == "ab"
    assert decode("ab".encode("cp500"), config=DecodeConfig(encoding="cp500")).text == "ab"


@given(st.lists(st.sampled_from([b"a", b"\n", b"\x08", b"\x0e", b"\x0f", b"\x1b", b"\x1a", b"\x10", b"\0", b"\x7f"])))
def test_bytes_that_no_text_has_are_counted(pieces: list[bytes]) -> None:
    controls = sum(piece in (b"\x10", b"\x7f") for piece in pieces)
    assert binary._unread(b"".join(pieces)) == (pieces.count(b"\0"), controls)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG image"),
        (b"GIF89a\x01\x00\x01\x00", "a GIF image"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"PK\x03\x04\x14\x00\x00\x00", "a ZIP archive"),
        (zlib.compress(b"x" * 999, wbits=31), "gzip data"),
        (b"\x7fELF\x02\x01\x01\x00", "an ELF program"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "a Windows program"),
        (b"RIFF\x00\x01\x00\x00WEBPVP8 ", "a WebP image"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00", "MP4 video"),
        (random.Random(1).randbytes(2000), "binary data"),
        (bytes(100), "full of NUL bytes"),
        (struct.pack("<99d", *range(99)), "NUL bytes"),
    ],
)
def test_binary(body: bytes, kind: str) -> None:
    assert is_binary(body)
    with pytest.raises(DecodeError, match=f"looks like .*{kind}.*, not text") as caught:
        decode(body)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["GIF89a is a format", "MZ is a label", "PK means penalty kick", "BMW", "ID3 tags", "a\x00b", "行\x00行" * 9],
)
def test_text_that_begins_like_a_binary(text: str) -> None:
    assert not is_binary(utf8(text))
    assert decode(utf8(text)).text == text


def test_random_bytes_are_binary() -> None:
    assert all(is_binary(os.urandom(1000)) for _ in range(100))


def test_a_page_of_ascii_with_one_word_at_its_end() -> None:
    body = b"<a href=x>y</a>\n" * 20_000 + gbk("<p>环境保护工作会议在北京召开</p>")
    assert decode(body).text.endswith("<p>环境保护工作会议在北京召开</p>")


@pytest.mark.parametrize(
    "body",
    [b"<meta " * 50_000 + b"\xff", b"<!--" * 50_000 + b"\xe9", b"\xe4" * 200_000, b"\xe4\xb8" * 100_000,
     b"<a" * 100_000, b"\xff \xfe\n" * 50_000, b"\xff\xc3\xa9" * 50_000],
)  # fmt: skip
def test_hostile_bytes(body: bytes) -> None:
    decoded = decode(body)
    assert decoded.text
    assert decoded.encoding_source


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff\x00"), max_size=40))
def test_utf8_is_always_utf8(text: str) -> None:
    if any("\x00" < char < "\x20" or char == "\x7f" for char in text):
        text = re.sub(r"[\x01-\x1f\x7f]", " ", text)
    decoded = decode(utf8(text))
    assert (decoded.text, decoded.encoding, decoded.replaced) == (text, "utf-8", 0)
    assert decoded.utf8 == utf8(text) == decode(b"\xef\xbb\xbf" + utf8(text)).utf8


def test_only_bytes_in_utf8_are_handed_on() -> None:
    assert decode(utf8(page())).utf8 == utf8(page())
    assert decode(gbk(page("gbk"))).utf8 is None
    assert decode(utf8(page()), config=DecodeConfig(encoding="gb18030")).utf8 is None
    assert decode(utf8(page()) + b"\xff").utf8 is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([None, "text/html; charset=gb2312", "text/html; charset=big5"]))
def test_laws_of_any_bytes(body: bytes, content_type: str | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            decoded = decode(body, content_type)
        except DecodeError:
            assert is_binary(body)
            return
    assert decoded == decode(body, content_type)
    assert decoded.encoding_source
    assert 0 <= decoded.confidence <= 1
    assert decoded.replaced <= decoded.text.count("\ufffd")
    assert decoded.utf8 in (None, utf8(decoded.text))
    last = 0
    for start, end, _ in decoded.segments:
        assert last <= start < end <= len(decoded.text)
        last = end


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="中文网页内容环境保护，。abc 12<p>\n", min_size=30, max_size=200))
def test_declared_gbk_round_trips(text: str) -> None:
    decoded = decode(gbk(text), "text/html; charset=gb2312")
    assert decoded.text == text


@pytest.mark.parametrize(("widget", "count"), [("享", 0), ("分享", 1)])
def test_a_run_of_two_characters_makes_a_second_encoding_and_one_alone_does_not(widget: str, count: int) -> None:
    page = "<p>环境保护工作会议昨天在市政府礼堂召开，各区负责人参加了会议。</p>".encode("gbk") * 20
    found = decode(page + b"<b>" + widget.encode() + b"</b>" + page, "text/html; charset=gbk")
    assert found.encoding == "gb18030"
    assert len(found.segments) == count
    assert (f"<b>{widget}</b>" in found.text) is (count > 0)


@example([b"a", b"<", "中文".encode(), b"a", "文、".encode(), b"<", "，".encode()])
@given(st.lists(st.sampled_from([*map(str.encode, "中、，“aé\n<"), *(bytes([code]) for code in range(0x7F, 256))])))
def test_runs_of_utf8_are_found_as_the_plain_expression_finds_them(parts: list[bytes]) -> None:
    char = rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xe2\x80[\x80-\xbf]|\xef[\xbc\xbd][\x80-\xbf])"
    plain = re.compile(rb"(?<![\x80-\xff])" + char + rb"++(?![\x80-\xff])")
    body = b"".join(parts)
    expected = [m.span() for m in plain.finditer(body)]
    for piece in (1, 7, 1 << 20):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(segments, "_PIECE", piece)
            assert [*segments._utf8_runs(body)] == expected


@example([b"<", b"\xd6" * 256], False)
@example(["中".encode(), "𠮷".encode()[:3]], False)
@example(["中".encode(), "𠮷".encode()[:2]], False)
@example([b"<", b"\xd6" * 255], False)
@given(
    st.lists(st.sampled_from([*map(str.encode, "中é𠮷a/0"), *(bytes([code]) for code in range(0x7E, 256, 3))])),
    st.booleans(),
)
def test_where_a_sample_may_be_cut(parts: list[bytes], begins: bool) -> None:
    body = b"".join(parts)
    ends = [i for i in range(1, len(body) + 1) if body[i - 1] < 0x30 or body[i - 1] in b"<>:;="]
    at = len(body) // 2 if begins else len(body)
    found = max((end for end in ends if at - 256 < end <= at), default=0 if at <= 256 else at)
    assert decode_module._boundary(body, at) == found
    cut = re.sub(rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z", b"", body)
    assert decode_module._without_tail(body) == cut


LONG = {
    "gb18030": "环境保护工作会议昨天在市政府礼堂召开，各区负责人参加了会议。𠮷",
    "big5hkscs": "環境保護工作會議昨天在市政府禮堂召開，各區負責人參加了會議。",
    "cp932": "環境保護に関する会議が昨日、市役所の講堂で開かれた。①②㈱",
    "euc_jp": "環境保護に関する会議が昨日、市役所の講堂で開かれた。",
    "cp949": "환경 보호에 관한 회의가 어제 시청 강당에서 열렸다.",
}


@pytest.mark.parametrize("codec", LONG)
@pytest.mark.parametrize("damaged", [0, 1, 20])
def test_what_is_read_quickly_is_what_it_would_have_been(
    monkeypatch: pytest.MonkeyPatch, codec: str, damaged: int
) -> None:
    body = bytearray((LONG[codec] + "<p>abc</p>").encode(codec) * 60)
    for place in random.Random(damaged).sample(range(len(body)), damaged):
        body[place] ^= 0x80
    found = decode(bytes(body))
    monkeypatch.setattr(likelihood, "_MANY", 1 << 30)
    assert decode(bytes(body)) == found
    assert codecs.lookup(python_codec(found.encoding)).name == codecs.lookup(codec).name


def test_japanese_with_signs_that_the_codec_lacks_is_japanese() -> None:
    text = LONG["euc_jp"] * 40
    body = b"".join(char.encode("euc_jp") for char in text) + b"\xad\xa1\xad\xb5" * 40  # ①Ⅰ
    assert decode(body).text == text + "①Ⅰ" * 40


def test_what_an_encoding_may_be_is_read_with_care_and_what_it_cannot_be_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    japanese, chinese = (LONG[codec].replace("①②㈱", "").encode(codec) * 40 for codec in ("euc_jp", "big5hkscs"))
    japanese += b"\xad\xa1" * 40
    with_care, quickly = likelihood.log_likelihood(japanese, "euc-jp"), likelihood.log_likelihood(chinese, "euc-jp")
    monkeypatch.setattr(likelihood, "_MANY", 1 << 30)
    assert likelihood.log_likelihood(japanese, "euc-jp") == with_care
    assert likelihood.log_likelihood(chinese, "euc-jp") != quickly
    assert likelihood.log_likelihood(chinese, "big5") - quickly > len(chinese)
