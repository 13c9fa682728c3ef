"""Marks in Chinese context are restored, in pairs where they are pairs; all others stay."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleantext.errors import ConfigError
from cleantext.text import fix_punctuation, repair, survey
from cleantext.text import marks as classes_of
from cleantext.text import punctuation as module
from cleantext.text._mark_loops import PLAIN
from cleantext.text.punctuation import punctuate
from quality.punctuation import flatten, seed_marks
from text_strategies import TEXT, check_steps

HOSTILE = st.lists(
    st.sampled_from(
        [
            *"中文字斯尔年月一第 ,.;:!?()\"'“”（），。：、《》1aA_\n%の=<{[/@&·•\ud800",
            *("...", "(年)", "http://x", "PM2.5", "中文字中文,", "[M]", "print(", "\r"),
        ]
    ),
    max_size=40,
).map("".join)


def restored(text: str) -> str:
    done = fix_punctuation(text, "cjk")
    check_steps(text, done)
    assert punctuate(text, "cjk") == done.text
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
        ("家乡.", "家乡。"),
        ("本市PM2.5.同比下降5%.全市达标.", "本市PM2.5。同比下降5%。全市达标。"),
        ("各地要落实责任,确保完成任务.坚决打赢这场硬仗(完)", "各地要落实责任，确保完成任务。坚决打赢这场硬仗（完）"),
        ("我市持续推进大气治理.1.总则明确.2.目标达成.", "我市持续推进大气治理。1.总则明确。2.目标达成。"),
        ("苹果公司的史蒂夫.乔布斯来了,大家都很高兴.", "苹果公司的史蒂夫.乔布斯来了，大家都很高兴。"),
        ("史蒂夫•乔布斯和阿瑟‧柯南・道尔", "史蒂夫·乔布斯和阿瑟·柯南·道尔"),
        ("优の良品,好吃的很多很多很多很多", "优の良品，好吃的很多很多很多很多"),
        ("负责组织实施(市、区);", "负责组织实施（市、区）；"),
        ('他认为("双碳"目标)可行', "他认为（“双碳”目标）可行"),
        ("深度学习是machine learning(机器学习)的分支", "深度学习是machine learning（机器学习）的分支"),
        ("会议在９：３０开始,共５％,８人", "会议在９：３０开始，共５％，８人"),
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
        "戴夫?汉森和斯蒂芬妮?席尔霍尔茨",  # dots of names that some tool has lost
        "他是山缪.贝勒米，激进派海盗的首领",
        "[1] 王小明.环境经济学[M].北京:北京大学出版社,2004.",
        "•项目一 • 项目二 A•B",
        "東京・大阪のテスト",
        'foo(甲, "乙,丙")',
        "\ud800,a \udc00:b",
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
    golden = (Path(__file__).parent.parent / "golden" / "seed_marks.tsv").read_text(encoding="utf-8").split("\n")
    assert ["\t".join(mark) for mark in seed_marks() if mark[1] != "comma"] == golden[1:-1]
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


def test_own_samples_come_back() -> None:
    """Text as the standard has it (our own), made ASCII by a careless tool and restored."""
    text = (
        "昨天下午，我们去了河边的老街。街口有一家书店，店主姓陈，五十多岁，爱笑！\n"
        "“你要找什么书？”他问，“是《本草纲目》，还是新到的小说？”我说：“都不是，我想看地图。”\n"
        "他想了想……从柜子里取出一张旧图（纸已经发黄），摊在桌上：城墙、河道、渡口；一样不少。\n"
        "图上写着‘光绪十年’四个字。价格是35.5元，比去年涨了12%，我还是买下了。\n"
    )
    assert restored(text) == text
    flat, _ = flatten(text)
    assert "，" not in flat
    assert restored(flat) == text


def test_few_lines_to_judge_in_a_long_text() -> None:
    text = "第一段没有任何需要改的标点，共3.5亿元。\n" * 300 + "这一行,有(市、区),史蒂夫•乔布斯\n" + "尾声。\n" * 300
    done = restored(text)
    assert done == text.replace("这一行,有(市、区),史蒂夫•乔布斯", "这一行，有（市、区），史蒂夫·乔布斯")
    assert len(fix_punctuation(text, "cjk").steps) == 5


def test_long_texts_are_judged_by_compiled_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    line = '会议于09:37开始,各县(市、区)参加;他说:"好".真的吗?真的......\n'
    text = line * 3_000
    plain = fix_punctuation(text, "cjk")
    monkeypatch.setattr(module, "_COMPILED_FROM", len(text))
    assert module._loops(len(text)) is not PLAIN
    assert fix_punctuation(text, "cjk") == plain
    assert punctuate(text, "cjk") == plain.text == restored(line) * 3_000


@example("http://x[M]中,")
@settings(deadline=None, max_examples=300)
@given(HOSTILE | TEXT)
def test_lists_arrays_and_compiled_loops_agree(text: str) -> None:
    plain, compiled = (module._restored(text, loops) for loops in (PLAIN, module._loops(module._COMPILED_FROM)))
    short = module._restored_short(text)
    for other in (compiled, short):
        assert np.array_equal(plain.positions, other.positions)
        assert np.array_equal(plain.codes, other.codes)


@settings(deadline=None, max_examples=300)
@given(HOSTILE)
def test_code_is_found_where_it_is_looked_for(text: str) -> None:
    """Lines that nothing hints at are not searched, and would not be found to be code."""
    lines = text.split("\n")
    _, classes = survey.classified(text)
    ends = np.flatnonzero(classes == classes_of.NEWLINE)
    found = survey._is_code(text, classes, ends[:-1], ends[1:])
    assert found.tolist() == [bool(survey._CODE.search(line)) for line in lines]


@settings(deadline=None, max_examples=200)
@given(st.lists(HOSTILE.map(lambda text: text.replace("\n", "")), min_size=1, max_size=5))
def test_a_line_is_judged_by_itself(lines: list[str]) -> None:
    assert restored("\n".join(lines)) == "\n".join(map(restored, lines))


@pytest.mark.parametrize(
    "piece",
    [
        "中(",
        "(中",
        ")中",
        '中"',
        "中,",
        "中.",
        "中'",
        "a,",
        "中http://",
        "中a@",
        "中&a",
        "中 ,",
        "(",
        '"',
        ".",
        "中一.",
        "a(",
        "('",
    ],
)
def test_long_runs_stay_cheap(piece: str) -> None:
    done = restored("中" + piece * 20_000)
    assert punctuate(done, "cjk") == done


def test_linear_on_mixed_marks() -> None:
    text = "中" + "".join("([\"',.;:!?\"')].中a1 "[i * 7 % 19] for i in range(60_000))
    assert punctuate(punctuate(text, "cjk"), "cjk") == punctuate(text, "cjk")


@settings(deadline=None, max_examples=300)
@given(TEXT | HOSTILE, st.sampled_from(["keep", "cjk", "ascii"]))
def test_fixing_again_changes_nothing(text: str, style: str) -> None:
    done = fix_punctuation(text, style)
    check_steps(text, done)
    assert punctuate(text, style) == done.text
    assert punctuate(done.text, style) == done.text


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
