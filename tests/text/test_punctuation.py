"""Marks in Chinese context are restored, in pairs where they are pairs; all others stay."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.errors import ConfigError
from cleantext.text import fix_punctuation, repair
from text_strategies import TEXT, check_steps


def restored(text: str) -> str:
    done = fix_punctuation(text, "cjk")
    check_steps(text, done)
    return done.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("会议指出,要提高认识;要落实责任!好吗?", "会议指出，要提高认识；要落实责任！好吗？"),
        ("10月17日,太原市PM2.5下降5%,同比改善", "10月17日，太原市PM2.5下降5%，同比改善"),
        ("“1+30”区域,“2+26”城市", "“1+30”区域，“2+26”城市"),
        ("截至2020,全市PM10,二氧化硫下降", "截至2020，全市PM10，二氧化硫下降"),
        ("时间:2020-10-27 09:37 来源:本报", "时间：2020-10-27 09:37 来源：本报"),
        ("各县(市、区)和世界卫生组织(WHO组织)", "各县（市、区）和世界卫生组织（WHO组织）"),
        ("(一)总则(试行(草案))", "（一）总则（试行（草案））"),
        ("票价（特效影院)和(儿童）", "票价（特效影院）和（儿童）"),
        ('他说:"好的",又说"Hello"吗', "他说：“好的”，又说“Hello”吗"),
        ("所谓'双碳'目标", "所谓‘双碳’目标"),
        ("真的吗?!不会吧!!", "真的吗？！不会吧！！"),
        ("推动生态环境持续好转.", "推动生态环境持续好转。"),
        ("他沉默了...然后离开......", "他沉默了……然后离开……"),
        ("我们持续改善环境质量.大家都非常满意这一点.", "我们持续改善环境质量。大家都非常满意这一点。"),
        (",此后关闭", "，此后关闭"),
        ("網址:http://a.cn/x,y?z=1,詳情見a@b.cn;完", "網址：http://a.cn/x,y?z=1，詳情見a@b.cn；完"),
        ("𠮷字,甲e\u0301,乙", "𠮷字，甲e\u0301，乙"),
    ],
)
def test_restored(text: str, expected: str) -> None:
    assert restored(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "09:37 1,000 3.5 1:2 A:B http: a,b;c!d?e (x) 'y' \"z\"",
        "比分为3:1，时间是09:37，共1,000人，比例1:2，版本v1.2.3，股价A:B",
        "《行动计划(2016-2017年)》(2020年10月17日)(09:30)",
        "细颗粒物(PM2.5)和臭氧(O3)，点(1)至(3)，按ctrl+P(必需",
        "1.总则 2.附则\n一.总则\n第一.总则",
        "史蒂夫.乔布斯和J.K.罗琳来到St.彼得堡",
        "网址http://www.a.com/路径?a=1&b=(x),y 邮箱x.y@z.com",
        "He met Wang Wei (王伟), a professor at Peking University (北京大学), in 2019; it was cold.",
        'print("你好,世界")',
        '{"标题": "你好,世界", "a": 1}',
        "if (x == 1) { 返回,值 }",
        '<a href="x">你好,世界</a>',
        "日本語では,これは(テスト)です",
        '24"显示器和27"显示器',
        '他说"好',  # a quote without its other
        "左(括号没有右",
        "调用 os.path.join(路径)和f(变量)",
        "你好:) 再见;(",
        "Don't stop, 他's",
        "&nbsp;你好",
        "甲、乙和丙",
        "Yahoo!中国",
        "漢字, 한국어(漢字)는",
    ],
)
def test_left_alone(text: str) -> None:
    assert restored(text) == text


def test_all_commas_of_the_seeds_are_chinese(seeds: dict[str, str]) -> None:
    kinds: Counter[str] = Counter()
    left = ""
    for text in (repair(seed).text for seed in seeds.values()):
        done = fix_punctuation(text, "cjk")
        check_steps(text, done)
        kinds.update(step.rule for step in done.steps)
        left += done.text
    assert kinds == {"comma": 495, "colon": 24, "semicolon": 17, "paren": 12, "exclamation": 2, "question": 1}
    assert left.count(",") == 0
    assert left.count("(2016-2017年)") == 2
    assert all(time in left for time in ("09:37", "10:18:47", "http://www."))


def test_standard_text_is_a_fixed_point() -> None:
    text = (
        "　　他问：“‘生态文明’是什么？”——《环境保护法》（2014年修订）规定：一切单位和个人都有……义务；"
        "面积为3.5万平方公里，比例1∶2，时间9:30～11:00，约1,000人！【注】〔2020〕12号、“一带一路”。"
    )
    assert restored(text) == text


def test_ascii() -> None:
    text = "他说：“好，（真的）！‘是’？”；９．５％、《书》……ＡＢ"
    done = fix_punctuation(text, "ascii")
    check_steps(text, done)
    assert done.text == "他说:\"好,(真的)!'是'?\";９.５%、《书》……ＡＢ"
    assert fix_punctuation("全文完。", "ascii").text == "全文完."
    assert {step.rule for step in done.steps} >= {"colon", "quote", "comma", "paren", "exclamation", "period", "symbol"}


def test_keep_and_unknown_styles() -> None:
    assert fix_punctuation("你好,世界", "keep").text == "你好,世界"
    with pytest.raises(ConfigError, match="'wide' is not one of keep, cjk, ascii"):
        fix_punctuation("你好", "wide")


def test_there_and_back() -> None:
    text = "会议指出，各县（市、区）要落实责任：“一岗双责”；好吗？好！"
    assert restored(fix_punctuation(text, "ascii").text) == text


@pytest.mark.parametrize("piece", ["中(", "(中", '中"', "中,", "中.", "中'", "a,", "中http://"])
def test_long_runs_stay_cheap(piece: str) -> None:
    assert len(restored(piece * 20_000)) == len(piece) * 20_000


@settings(deadline=None, max_examples=300)
@given(TEXT, st.sampled_from(["keep", "cjk", "ascii"]))
def test_fixing_again_changes_nothing(text: str, style: str) -> None:
    done = fix_punctuation(text, style)
    check_steps(text, done)
    assert fix_punctuation(done.text, style).text == done.text


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from([*"中文字 ,.;:!?()\"'“”（），。1a\n、%", "...", "(年)", "http://x"]), max_size=30).map(
        "".join
    )
)
def test_only_marks_change_and_pairs_stay_pairs(text: str) -> None:
    done = fix_punctuation(text, "cjk")
    letters = str.maketrans("", "", ",.;:!?()\"'“”‘’（），。；：！？…")
    assert done.text.translate(letters) == text.translate(letters)
    assert fix_punctuation(done.text, "cjk").text == done.text
    for line, before in zip(done.text.split("\n"), text.split("\n"), strict=True):
        assert line.count('"') % 2 == before.count('"') % 2
        if "（" not in before and "）" not in before:
            assert line.count("（") == line.count("）")
