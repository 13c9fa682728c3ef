from __future__ import annotations

import pytest
from hypothesis import given, settings

from cleantext.pages.spam import is_spam_title, spam_evidence
from text_strategies import TEXT

BODY = "市政府昨日召开会议,部署冬季供暖工作,要求各部门提前检修管网,确保群众温暖过冬。" * 4
TRADITIONAL = "市政府昨日召開會議,部署冬季供暖工作,要求各部門提前檢修管網,確保群眾溫暖過冬。" * 4
CRIME = "警方通报,该团伙搭建棋牌平台,通过彩票开户链接吸引网民下注,伪装成娱乐城下载页面,涉案金额三千万元。" * 3

SPAM = [
    ("国产亚洲精品专区_国产尤物视频久热_无码在线观看_欧美精品成人", BODY),
    ("国产亚洲精品专区_国产尤物视频久热_无码在线观看_欧美精品成人", TRADITIONAL),
    ("棋牌平台_彩票官网下载_真人娱乐城_在线开户", BODY),
    ("某某体育平台|某某体育官网|某某体育app下载(官方)入口-最新版v3.2", BODY),
    ("代孕价格-试管婴儿医院-北京代孕公司", BODY),
    (
        "online casino - best slots - betting bonus",
        "The council met on Monday to discuss the new bus line to the harbour. " * 3,
    ),
    ("护肤品牌大全_化妆品批发价格_面膜代理加盟_美白产品排行", TRADITIONAL),
]
TITLES = [
    ("市政府部署冬季供暖工作", BODY),
    ("市政府部署冬季供暖工作_某某新闻网_国内新闻", BODY),
    ("供暖_管网_检修", BODY),
    ("市政府部署冬季供暖工作", TRADITIONAL),
    ("警方捣毁棋牌平台 彩票开户链接涉案三千万", CRIME),
    ("棋牌平台、彩票开户、娱乐城下载：警方揭开网络赌博的伪装", CRIME),
    ("静夜思", BODY),
    ("The council met on Monday", "The council met on Monday to discuss the new bus line to the harbour. " * 3),
    ("警方通报，该团伙以注册送彩金为诱饵，通过彩票开户链接吸引网民下注。", BODY),
    ("𠮷野家_𠮷野家菜单_𠮷野家外卖", BODY),
]


@pytest.mark.parametrize(("line", "body"), SPAM)
def test_spam(line: str, body: str) -> None:
    assert is_spam_title(line, body)


@pytest.mark.parametrize(("line", "body"), TITLES)
def test_titles(line: str, body: str) -> None:
    assert not is_spam_title(line, body)


def test_without_a_text_nothing_is_spam() -> None:
    assert not is_spam_title(SPAM[0][0], "")
    assert not is_spam_title(SPAM[0][0], "短")


def test_evidence_names_its_traits() -> None:
    found = spam_evidence(SPAM[1][0], TRADITIONAL)
    assert found.segments == 4
    assert found.trade >= 2
    assert found.other_script
    assert found.overlap < 0.08
    assert not spam_evidence(TITLES[3][0], TRADITIONAL).overlap < 0.35


@given(TEXT, TEXT)
@settings(deadline=None, max_examples=100)
def test_never_raises(line: str, body: str) -> None:
    is_spam_title(line * 3, body * 5)
