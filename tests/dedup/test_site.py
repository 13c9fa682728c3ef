from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.dedup import site
from cleantext.dedup.shingle import MatchTexts, Rule, hash64, match_texts
from cleantext.dedup.site import SiteChrome, SiteLine, SiteProfile, learn_sites, line_hashes, masked, site_chrome
from cleantext.dedup.store import TextStore
from dedup.corpora import PARAGRAPHS, TEXTS

FOLDED, RAW = Rule("folded", "auto", 3), Rule("raw", "auto", 3)
Documents = list[tuple[str | None, list[str]]]


class Corpus:
    """Documents with their hosts, as `learn_sites` takes them."""

    def __init__(self, documents: Documents, rule: Rule = FOLDED, budget: int | None = None) -> None:
        self.texts = [text for _, paragraphs in documents for text in paragraphs]
        self.store = TextStore(rule, budget)
        for begin in range(0, len(self.texts), 7):
            self.store.add(self.texts[begin : begin + 7])
        self.bounds = np.cumsum([0, *(len(paragraphs) for _, paragraphs in documents)], dtype=np.int64)
        self.names = sorted({host for host, _ in documents if host is not None})
        self.hosts = np.array([-1 if host is None else self.names.index(host) for host, _ in documents], dtype=np.int64)

    def learn(self, threads: int = 1) -> SiteProfile:
        return learn_sites(self.store, self.bounds, self.hosts, self.names, threads=threads)

    def mark(self, profile: SiteProfile, threads: int = 1) -> SiteChrome:
        return site_chrome(self.store, self.bounds, self.hosts, self.names, profile, threads=threads)

    def chrome(self) -> list[str]:
        """The paragraphs that are chrome by what the corpus itself teaches."""
        flags = self.mark(self.learn()).flags
        return [text for text, flag in zip(self.texts, flags.tolist(), strict=True) if flag]


def article(number: int, sentences: int = 4) -> str:
    """A paragraph of Chinese text that no other number has."""
    rng = random.Random(number)
    return "。".join("".join(chr(0x4E00 + rng.randrange(5000)) for _ in range(24)) for _ in range(sentences)) + "。"


def examples(profile: SiteProfile, host: str = "a.cn") -> dict[str, tuple[int, int]]:
    return {line.example: (line.documents, line.of) for line in profile.hosts.get(host, {}).values()}


def with_lines(lines: list[str], count: int, host: str = "a.cn", first: int = 0) -> Documents:
    return [(host, [*lines, article(first + number)]) for number in range(count)]


FOOTERS = (
    "版权所有 © 某某新闻网 京ICP备05012345号-1",
    "字号：大 中 小",
    "首页 > 新闻中心 > 国内 > 正文",
    "All rights reserved. Terms of use | Privacy | Contact us",
    "𠮷野家𠀀𠀁 网上订餐",
    "違法和不良信息舉報電話",
)


def test_lines_of_a_site_are_learned_and_found() -> None:
    corpus = Corpus(with_lines(list(FOOTERS), 9))
    profile = corpus.learn()
    expected = (
        *("版权所有某某新闻网京icp备0号0", "字号大中小", "首页新闻中心国内正文"),
        *("allrightsreservedtermsofuseprivacycontactus", "𠮷野家𠀀𠀁网上订餐", "违法和不良信息举报电话"),
    )
    assert examples(profile) == dict.fromkeys(expected, (9, 9))
    assert corpus.chrome() == list(FOOTERS) * 9
    assert corpus.mark(profile).chrome_only == 0


def test_digits_do_not_make_another_line() -> None:
    lines = [f"2024年{n}月{n * 2}日 来源：新华网 阅读（{10**n}）" for n in range(1, 11)]
    corpus = Corpus([("a.cn", [line, article(n)]) for n, line in enumerate(lines)])
    assert examples(corpus.learn()) == {"0年0月0日来源新华网阅读0": (10, 10)}
    assert corpus.chrome() == lines


def test_numbers_of_a_table_are_not_one_line() -> None:
    phone = "400-800-1234"
    corpus = Corpus([("a.cn", [str(1000 + n), f"{n}.{n}%", phone, article(n)]) for n in range(12)])
    assert examples(corpus.learn()) == {"4008001234": (12, 12)}


def test_script_width_and_case_do_not_matter() -> None:
    dressed = ["首頁 > 新聞 News", "首页＞新闻ＮＥＷＳ", "首页 | 新闻 | news"]
    corpus = Corpus([("a.cn", [dressed[n % 3], article(n)]) for n in range(9)])
    assert examples(corpus.learn()) == {"首页新闻news": (9, 9)}


@pytest.mark.parametrize(("having", "others", "learned"), [(7, 0, 0), (8, 0, 1), (8, 8, 1), (8, 9, 0), (40, 41, 0)])
def test_eight_documents_and_half_of_all(having: int, others: int, learned: int) -> None:
    documents = with_lines(["下一篇"], having) + with_lines([], others, first=100)
    assert len(examples(Corpus(documents).learn())) == learned


def test_a_line_counts_once_a_document() -> None:
    assert not Corpus(with_lines(["回复"] * 5, 7)).learn().hosts
    assert examples(Corpus(with_lines(["回复"] * 5, 8)).learn()) == {"回复": (8, 8)}


@pytest.mark.parametrize("others", [0, 10, 30])
@pytest.mark.parametrize("own", [False, True], ids=["same", "own crumbs"])
def test_copies_of_an_article_keep_its_lines(others: int, own: bool) -> None:
    text = ["本报讯", "一、起因", article(1), "二、经过", article(2), article(3)]
    copies = [("a.cn", [*([article(900 + n)[:30], article(700 + n)[:70]] if own else []), *text]) for n in range(20)]
    found = Corpus([*copies, *with_lines([], others, first=100)])
    assert found.chrome() == []
    assert not found.learn().hosts


def test_copies_do_not_hide_the_lines_of_other_documents() -> None:
    copies: Documents = [("a.cn", ["本报讯", "责任编辑", article(1)])] * 20
    found = Corpus([*copies, *with_lines(["责任编辑"], 7, first=100)])
    assert examples(found.learn()) == {"责任编辑": (8, 8)}


def test_a_notice_longer_than_the_articles_hides_nothing() -> None:
    notice = article(5000, 7)
    found = Corpus([("a.cn", ["字号：大 中 小", article(n), article(100 + n), notice]) for n in range(9)])
    assert examples(found.learn()) == {"字号大中小": (9, 9)}


def test_a_notice_on_half_of_the_documents_hides_nothing() -> None:
    notice = article(5000, 7)
    documents: Documents = [("a.cn", ["字号：大 中 小", article(n), article(100 + n), notice]) for n in range(8)]
    assert examples(Corpus([*documents, *with_lines([], 8, first=300)]).learn()) == {"字号大中小": (8, 16)}


def test_copies_with_their_longest_paragraphs_in_any_order() -> None:
    longest = [article(n) for n in range(9)]
    copies: Documents = [("a.cn", ["本报讯", *longest[n:], *longest[:n]]) for n in range(9)]
    assert not Corpus(copies).learn().hosts


def test_documents_of_short_lines_are_told_apart_by_what_is_their_own() -> None:
    footer = "版权所有 不得转载 联系我们 关于本站 网站地图"
    poems: Documents = [("a.cn", [*re.findall(".{7}", article(n).replace("。", "")), footer]) for n in range(9)]
    assert examples(Corpus(poems).learn()) == {"版权所有不得转载联系我们关于本站网站地图": (9, 9)}


def test_long_paragraphs_are_no_lines() -> None:
    weighing = ["山" * 60, "水" * 61, "x" * 240, "y" * 241]  # a word weighs two and a half characters at most
    assert set(examples(Corpus(with_lines(weighing, 9)).learn())) == {"山" * 60, "x" * 240}


def test_hosts_have_nothing_to_do_with_each_other() -> None:
    documents = (
        with_lines(["登录"], 9) + with_lines(["登录", "注册"], 4, "b.cn", 20) + with_lines(["注册"], 5, "b.cn", 24)
    )
    documents += with_lines(["登录", "注册"], 3, "c.cn", 30) + [(None, ["登录", article(n)]) for n in range(40, 60)]
    corpus = Corpus(documents)
    profile = corpus.learn()
    assert [(host, examples(profile, host)) for host in profile.hosts] == [
        ("a.cn", {"登录": (9, 9)}),
        ("b.cn", {"注册": (9, 9)}),
    ]
    assert corpus.chrome() == ["登录"] * 9 + ["注册"] * 9
    assert not corpus.mark(profile).flags[40:].any()


def test_same_article_on_many_hosts_counts_on_each() -> None:
    documents: Documents = [(host, ["登录", article(n)]) for n in range(8) for host in ("b.cn", "a.cn", "c.cn")]
    profile = Corpus(documents).learn()
    assert [(host, examples(profile, host)) for host in profile.hosts] == [
        (host, {"登录": (8, 8)}) for host in ("a.cn", "b.cn", "c.cn")
    ]


def test_same_article_on_two_hosts_is_a_document_of_each() -> None:
    ordered = sorted(map(article, range(15)), key=lambda text: hash64(match_texts([text], FOLDED).text(0)))
    documents: Documents = [("a.cn", ["登录", text]) for text in ordered[:8]]
    documents += [("b.cn", ["登录", text]) for text in ordered[7:]]
    assert examples(Corpus(documents).learn(), "b.cn") == {"登录": (8, 8)}


def test_document_of_chrome_only_stays() -> None:
    lines = ["首页", "登录", "版权所有"]
    corpus = Corpus([*with_lines(lines, 9), ("a.cn", [*lines, "——", ""]), ("a.cn", ["——"]), ("a.cn", [])])
    found = corpus.mark(corpus.learn())
    assert found.flags[:36].tolist() == [True, True, True, False] * 9
    assert not found.flags[36:].any()
    assert found.chrome_only == 1


def test_a_stored_profile_works_on_one_document(tmp_path: Path) -> None:
    Corpus(with_lines(["字号：大 中 小", "第3页"], 9)).learn().save(tmp_path / "sites.json")
    one = Corpus([("a.cn", ["第 17 頁", "字號:大 中 小", article(77)]), ("b.cn", ["第 17 頁", article(78)])])
    assert not one.learn().hosts
    assert one.mark(SiteProfile.load(tmp_path / "sites.json")).flags.tolist() == [True, True, False, False, False]


@pytest.mark.parametrize("documents", [[], [("a.cn", [])] * 9, [("a.cn", ["", "——"])] * 9, [(None, ["山"])] * 9])
def test_nothing_to_learn(documents: Documents) -> None:
    corpus = Corpus(documents)
    profile = corpus.learn()
    assert profile == SiteProfile()
    assert not corpus.mark(profile).flags.any()
    other = SiteProfile(hosts={"a.cn": {f"{hash64('山'):016x}": SiteLine(documents=8, of=9, example="山")}})
    assert corpus.mark(other).flags.tolist() == [False] * len(corpus.texts)


# The rule once more, in plain Python.


class Row(NamedTuple):
    text: str  # masked
    length: int  # before
    short: bool


def rows(paragraphs: list[str], rule: Rule) -> list[Row]:
    found = []
    for matched in (match_texts([paragraph], rule) for paragraph in paragraphs):
        text = matched.text(0).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        kept = text if re.fullmatch(r"\d*", text) else re.sub(r"\d+", "0", text)
        found.append(Row(kept, len(text), matched.weights[0] <= 60 and len(text) <= 240))
    return [row for row in found if row.length]


def identity(document: list[Row], pages: dict[str, int], half: float) -> str:
    weighed = [row for row in document if not row.short] or document
    own = sum(row.length for row in weighed if pages[row.text] < half)
    mostly = 2 * own > sum(row.length for row in weighed)
    eligible = [row for row in document if not mostly or pages[row.text] < half]
    return max(eligible, key=lambda row: (row.length, hash64(row.text))).text


def plain_learn(documents: list[list[Row]]) -> dict[str, tuple[int, int]]:
    """The lines of one host."""
    pages = Counter(text for document in documents for text in {row.text for row in document})
    names = [identity(document, pages, len(documents) / 2) if document else "" for document in documents]
    holders: dict[str, set[str]] = defaultdict(set)
    for name, document in zip(names, documents, strict=True):
        for row in document:
            if row.short:
                holders[row.text].add(name)
    of = len(set(names) - {""})
    return {text: (len(own), of) for text, own in holders.items() if len(own) >= 8 and 2 * len(own) >= of}


def plain(documents: Documents, rule: Rule) -> dict[str, dict[str, tuple[int, int]]]:
    by_host: dict[str, list[list[Row]]] = defaultdict(list)
    for host, paragraphs in documents:
        if host is not None:
            by_host[host].append(rows(paragraphs, rule))
    found = {host: plain_learn(own) for host, own in by_host.items()}
    return {host: lines for host, lines in found.items() if lines}


def plain_marks(documents: Documents, rule: Rule) -> tuple[list[bool], int]:
    learned, flags, only = plain(documents, rule), [], 0
    for host, paragraphs in documents:
        found = [rows([paragraph], rule) for paragraph in paragraphs]
        lines = learned.get(host or "", {})
        marks = [bool(row) and row[0].short and row[0].text in lines for row in found]
        nothing = any(marks) and all(mark or not row for mark, row in zip(marks, found, strict=True))
        only += nothing
        flags += [mark and not nothing for mark in marks]
    return flags, only


@st.composite
def corpora(draw: st.DrawFn) -> Documents:
    """Documents of up to three hosts, from few lines and few paragraphs, so that many are shared."""
    lines = draw(st.lists(st.sampled_from(FOOTERS) | TEXTS, min_size=1, max_size=4))
    bodies = draw(st.lists(st.sampled_from(PARAGRAPHS) | st.integers(0, 40).map(article), min_size=1, max_size=12))
    rng = random.Random(draw(st.integers(0, 2**32)))
    hosts = [None, *["a.cn"] * 3, "b.cn"]
    documents: Documents = []
    for number in range(draw(st.integers(0, 50))):
        paragraphs = [*rng.sample(lines, rng.randint(0, len(lines))), *rng.choices(bodies, k=rng.choice([0, 1, 1, 2]))]
        if rng.random() < 0.7:
            paragraphs.append(f"{article(number, 1)}{rng.randrange(1000)}")
        documents.append((rng.choice(hosts), paragraphs))
    return documents


@settings(max_examples=60, deadline=None)
@given(corpora(), st.sampled_from([FOLDED, RAW]))
def test_the_rule_in_plain_python(documents: Documents, rule: Rule) -> None:
    corpus = Corpus(documents, rule)
    profile = corpus.learn()
    assert {host: examples(profile, host) for host in profile.hosts} == plain(documents, rule)
    found = corpus.mark(profile)
    assert (found.flags.tolist(), found.chrome_only) == plain_marks(documents, rule)


def busy(count: int = 120) -> Documents:
    """Documents of three hosts with copies, chrome and their own text."""
    rng = random.Random(3)
    documents: Documents = []
    for number in range(count):
        host = rng.choice(["a.cn", "b.cn", "c.cn", None])
        lines = [line for line in FOOTERS if rng.random() < 0.6]
        documents.append((host, [*lines, f"第{number}期", article(number % 80, 5)]))
    return documents


def test_order_of_documents_does_not_matter() -> None:
    documents = busy()
    profile = Corpus(documents).learn()
    assert profile.hosts.keys() == {"a.cn", "b.cn", "c.cn"}
    for seed in range(5):
        random.Random(seed).shuffle(documents)
        assert json.dumps(Corpus(documents).learn().to_dict()) == json.dumps(profile.to_dict())


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("stretch", [1, 100, 5000])
def test_stretches_and_threads_do_not_matter(threads: int, stretch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus(busy())
    profile, flags = corpus.learn(), corpus.mark(corpus.learn()).flags
    monkeypatch.setattr(site, "_STRETCH", stretch)
    monkeypatch.setattr(site, "_SLAB", max(stretch // 10, 1))
    monkeypatch.setattr(site, "_PART", stretch)
    monkeypatch.setattr(site, "_LINES", 1)
    assert corpus.learn(threads) == profile
    assert corpus.mark(profile, threads).flags.tolist() == flags.tolist()


def test_packed_and_stored_on_disk_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Corpus(busy()).learn()
    monkeypatch.setattr("cleantext.dedup.store.COMPILED_FROM", 0)
    corpus = Corpus(busy(), budget=0)
    assert corpus.store.on_disk > 0
    assert corpus.learn(2) == profile
    corpus.store.close()


# Masking and hashing.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("第12期", "第0期"),
        ("12", "12"),
        ("٣٤٥", "٣٤٥"),
        ("قراءة ٣٤٥", "قراءة0"),
        ("๑๒ครั้ง", "0ครั้ง"),
        ("१२ a ३", "0a0"),
        ("１２a３４", "0a0"),
        ("𝟏𝟐x𞥐𞥑", "0x0"),
        ("二〇二四年", "二〇二四年"),
        ("0a00", "0a0"),
        ("𠮷9𠮷", "𠮷0𠮷"),
    ],
)
def test_masks(text: str, expected: str) -> None:
    texts = masked(match_texts([text, "9a", text, "8"], FOLDED))
    assert [texts.text(n) for n in range(4)] == [expected, "0a", expected, "8"]


@settings(deadline=None)
@given(
    st.lists(TEXTS | st.text(st.sampled_from("019٣a山\ud800𠮷"), max_size=6), max_size=8),
    st.sampled_from([FOLDED, RAW]),
)
def test_hashes_are_those_of_the_masked_texts(texts: list[str], rule: Rule) -> None:
    found = match_texts(texts, rule)
    shorter = masked(found)
    assert line_hashes(found).tolist() == [hash64(shorter.text(n)) for n in range(len(texts))]
    for n in range(len(texts)):
        own = found.text(n)
        assert shorter.text(n) == (own if re.fullmatch(r"\d*", own) else re.sub(r"\d+", "0", own))
    assert shorter.begins.size == shorter.codes.size == shorter.offsets[-1]


def test_hash_of_a_text_longer_than_any_stretch() -> None:
    codes = np.full(2 * site._STRETCH + 3, ord("山"), dtype=np.uint32)
    texts = MatchTexts(codes, np.array([0, 3, codes.size]), np.ones(codes.size, dtype=np.bool_))
    assert line_hashes(texts).tolist() == [hash64("山山山"), hash64("山" * (codes.size - 3))]
