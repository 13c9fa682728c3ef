"""What documents have in common, in whole runs: every level and what is done at it, lines of sites, which of several
stays, and what changes no result."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import networkx as nx  # type: ignore[import-not-found, import-untyped, unused-ignore]
import numpy as np
import pytest

from cleantext import ConfigError, RunReport, StageMismatchError, run
from cleantext.across import Collection, preference
from cleantext.config import Config, DedupConfig
from cleantext.dedup import fingerprint
from cleantext.dedup.store import TextStore
from cleantext.deduplicate import deduplicate
from dedup.oracle import shingles, weight
from run_tools import (
    SENTENCES,
    Corpus,
    Row,
    check_pairs,
    check_removed,
    check_stages,
    compile_everything_from,
    config,
    outputs,
    paragraphs_of,
    rows,
    work_in_blocks,
    write_rows,
)

A, B, C, D, E, F, ASTRAL, COMBINING = SENTENCES

Command = Callable[..., RunReport]


def clean(inputs: Any, output: Path, chosen: Config | None = None, **options: Any) -> RunReport:
    """`cleantext clean` on text that has no chrome but that of sites."""
    plain = {"extract": {"kind": "text"}, "normalize": {"script": "keep"}}
    return run(inputs, output, Config.from_dict(plain, chosen), **options)


@pytest.fixture(params=[clean, deduplicate])
def command(request: pytest.FixtureRequest) -> Command:
    """Each of the commands that compare documents."""
    found: Command = request.param
    return found


def joined(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A document, one that repeats a paragraph of it and one of its own, and a copy."""
    texts = [[A, B], [D, A, D, E], [A, B + "！"]]
    return write_rows(
        tmp_path / "in.jsonl",
        [{"id": "abc"[n], "paragraphs": text, "text": joined(*text)} for n, text in enumerate(texts)],
    )


def seen(out: Path) -> tuple[list[list[str]], set[str], set[tuple[str, ...]]]:
    """Of a run: the paragraphs of the rows, the reasons of what went, and pairs by the ids of both."""
    pairs = {
        (*sorted((pair["left_id"], pair["right_id"])), "paragraphs" if pair["cluster"][0] != "d" else "documents")
        for pair in rows(out, "duplicates.jsonl")
    }
    return [row["paragraphs"] for row in rows(out)], {row["reason"] for row in rows(out, "removed.jsonl")}, pairs


@pytest.mark.parametrize(
    ("how", "left", "listed"),
    [
        ("drop", [D, A, E], True),
        ("mask", [D, A, "", E], True),
        ("tag", [D, A, D, E], True),
        ("off", [D, A, D, E], False),
    ],
)
def test_repeats_within_a_document(how: str, left: list[str], listed: bool, three: Path, tmp_path: Path) -> None:
    report = deduplicate(three, tmp_path / "out", config(within=how, documents="off", across="off"))
    paragraphs, reasons, pairs = seen(tmp_path / "out")
    assert paragraphs == [[A, B], left, [A, B + "！"]]
    assert reasons == ({"duplicate/exact"} if how in ("drop", "mask") else set())
    assert pairs == ({("b", "b", "paragraphs")} if listed else set())
    assert report.stage("repeats").dropped == ({"duplicate/exact": 1} if how in ("drop", "mask") else {})
    assert report.stage("paragraphs").came_in == (7 if how in ("drop", "mask") else 8)


@pytest.mark.parametrize(
    ("how", "left", "listed"),
    [("drop", [], True), ("mask", [["", ""]], True), ("tag", [[A, B + "！"]], True), ("off", [[A, B + "！"]], False)],
)
def test_repeated_documents(how: str, left: list[list[str]], listed: bool, three: Path, tmp_path: Path) -> None:
    report = deduplicate(three, tmp_path / "out", config(within="off", documents=how, across="off"))
    paragraphs, reasons, pairs = seen(tmp_path / "out")
    assert paragraphs == [[A, B], [D, A, D, E], *left]
    assert reasons == ({"document/exact"} if how in ("drop", "mask") else set())
    assert pairs == ({("a", "c", "documents")} if listed else set())
    assert report.stage("documents").dropped == ({"document/exact": 1} if how in ("drop", "mask") else {})
    assert report.stage("paragraphs").came_in == (6 if how in ("drop", "mask") else 8)


@pytest.mark.parametrize(
    ("how", "left", "listed"),
    [
        ("drop", [[D, D, E], []], True),
        ("mask", [[D, "", D, E], ["", ""]], True),
        ("tag", [[D, A, D, E], [A, B + "！"]], True),
        ("off", [[D, A, D, E], [A, B + "！"]], False),
    ],
)
def test_repeated_paragraphs(how: str, left: list[list[str]], listed: bool, three: Path, tmp_path: Path) -> None:
    report = deduplicate(three, tmp_path / "out", config(within="off", documents="off", across=how))
    paragraphs, reasons, pairs = seen(tmp_path / "out")
    assert paragraphs == [[A, B], *left]
    assert reasons == ({"duplicate/exact"} if how in ("drop", "mask") else set())
    assert pairs == ({("a", "b", "paragraphs"), ("a", "c", "paragraphs")} if listed else set())
    assert report.stage("paragraphs").dropped == ({"duplicate/exact": 3} if how in ("drop", "mask") else {})


@pytest.mark.parametrize("how", ["drop", "mask", "tag", "off"])
def test_clean_knows_the_same_levels(how: str, three: Path, tmp_path: Path) -> None:
    report = clean(three, tmp_path / "out", config(documents=how, across="off"))
    paragraphs, _, pairs = seen(tmp_path / "out")
    assert paragraphs[:2] == [[A, B], [D, A, E]]
    assert paragraphs[2:] == ([] if how == "drop" else [[]] if how == "mask" else [[A, B + "！"]])
    assert len({pair for pair in pairs if pair[-1] == "documents"}) == (how != "off")
    assert report.documents == (2 if how in ("drop", "mask") else 3)


@pytest.mark.parametrize(
    ("how", "left", "listed"),
    [
        ("drop", [D, A, E], True),
        ("mask", [D, A, "", E], True),
        ("tag", [D, A, D, E], True),
        ("off", [D, A, D, E], False),
    ],
)
def test_repeats_within_a_cleaned_document(
    how: str, left: list[str], listed: bool, three: Path, tmp_path: Path
) -> None:
    report = clean(three, tmp_path / "out", config(within=how, documents="off", across="off"))
    paragraphs, reasons, pairs = seen(tmp_path / "out")
    assert paragraphs == [[A, B], left, [A, B + "！"]]
    assert reasons == ({"duplicate/exact"} if how in ("drop", "mask") else set())
    assert len(pairs) == listed
    gone = how in ("drop", "mask")
    assert (report.stage("repeats").came_in, report.stage("repeats").went_out) == (8, 7 if gone else 8)


def test_levels_together(three: Path, tmp_path: Path) -> None:
    deduplicate(three, tmp_path / "out", config(across="drop", within="mask", documents="mask"))
    paragraphs, reasons, _ = seen(tmp_path / "out")
    assert paragraphs == [[A, B], [D, "", E], ["", ""]]
    assert reasons == {"duplicate/exact", "document/exact"}
    stages = check_stages(tmp_path / "out")
    assert [(name, stage["in"], stage["out"]) for name, stage in stages.items()] == [
        ("read", 3, 3), ("site", 8, 8), ("repeats", 8, 7), ("documents", 3, 2), ("paragraphs", 5, 4),
    ]  # fmt: skip


def test_references_repeat_what_they_like(tmp_path: Path) -> None:
    old = write_rows(tmp_path / "old.jsonl", [{"id": "r", "text": joined(A, B, A)}])
    new = write_rows(tmp_path / "new.jsonl", [{"id": "n", "text": joined(A, B, A)}, {"id": "m", "text": joined(C, C)}])
    deduplicate(new, tmp_path / "out", reference=[old])
    assert rows(tmp_path / "out") == [{"id": "m", "text": C}]
    pairs = [
        (pair["left_id"], pair["left_paragraph"], pair["right_id"])
        for pair in rows(tmp_path / "out", "duplicates.jsonl")
    ]
    assert sorted(pairs, key=str) == [("m", 0, "m"), ("n", 0, "n"), ("n", None, "r")]


def article(number: int, size: int = 70) -> str:
    """A paragraph unlike that of any other number."""
    return "".join(chr(0x4E00 + (number * 977 + n * n * 31 + n * 7) % 20_000) for n in range(size)) + "。"


# Lines of a site, eight times as long together as an article.
FOOTER = [
    "首页 新闻 财经 体育 娱乐 科技 汽车 房产 教育 健康 旅游 时尚 视频 图片 博客 论坛 专题 滚动 评论",
    "版权所有 未经书面授权不得转载或建立镜像 违者依法追究法律责任 广告经营许可证 京工商广字八零六六号",
    *(article(1000 + n, 45) for n in range(12)),
]


def page(number: int, host: str = "news.example", own: int | None = None) -> Row:
    text = joined(FOOTER[0], article(number if own is None else own), *FOOTER[1:], f"阅读 {number * 37}")
    return {"id": f"{host}-{number}", "url": f"https://{host}/{number}.html", "text": text}


def test_lines_of_a_site_make_no_duplicates(command: Command, tmp_path: Path) -> None:
    source = write_rows(tmp_path / "in.jsonl", [page(number) for number in range(20)])
    out = tmp_path / "out"
    command(source, tmp_path / "off", config(site="off", max_removed=1.0))
    assert len(rows(tmp_path / "off")) == 1
    report = command(source, out)
    assert [row["text"] for row in rows(out)] == [article(number) for number in range(20)]
    gone = rows(out, "removed.jsonl")
    assert {(row["reason"], row["kept_id"]) for row in gone} == {("chrome/site", None)}
    assert [row["text"] for row in gone[: len(FOOTER) + 1]] == [*FOOTER, "阅读 0"]
    assert report.stage("site").dropped == {"chrome/site": 20 * (len(FOOTER) + 1)}
    learned = json.loads((out / "site.json").read_text(encoding="utf-8"))["hosts"]
    assert [(line["documents"], line["of"]) for line in learned["news.example"].values()] == [(20, 20)] * (
        len(FOOTER) + 1
    )
    assert not (tmp_path / "off" / "site.json").exists()


@pytest.mark.parametrize("how", ["mask", "tag"])
def test_lines_of_a_site_can_stay(how: str, command: Command, tmp_path: Path) -> None:
    pages = [page(number, own=min(number, 18)) for number in range(20)]
    source = write_rows(tmp_path / "in.jsonl", [{**row, "paragraphs": paragraphs_of(row)} for row in pages])
    report = command(source, tmp_path / "out", config(site=how, across="drop"))
    found = [row["paragraphs"] for row in rows(tmp_path / "out")]
    if how == "tag":
        assert found == [paragraphs_of(row) for row in pages[:19]]
    else:
        assert found == [["", article(number), *[""] * len(FOOTER)] for number in range(19)]
    reasons = {row["reason"] for row in rows(tmp_path / "out", "removed.jsonl")}
    assert reasons == ({"document/exact"} if how == "tag" else {"document/exact", "chrome/site"})
    assert report.stage("documents").dropped == {"document/exact": 1}
    assert (tmp_path / "out" / "site.json").exists()
    check_stages(tmp_path / "out")


def test_rows_without_address_teach_nothing(command: Command, tmp_path: Path) -> None:
    source = write_rows(tmp_path / "in.jsonl", [{"text": page(number)["text"]} for number in range(20)])
    command(source, tmp_path / "out", config(documents="tag"))
    assert len(rows(tmp_path / "out")) == 20
    assert not (tmp_path / "out" / "site.json").exists()


def test_learned_lines_serve_a_later_run(command: Command, tmp_path: Path) -> None:
    first = write_rows(tmp_path / "first.jsonl", [page(number) for number in range(20)])
    command(first, tmp_path / "learned")
    profile = str(tmp_path / "learned" / "site.json")
    other = [page(50, "other.example"), page(51, "other.example")]
    few = write_rows(tmp_path / "few.jsonl", [page(40), {**page(41), "url": "http://me@NEWS.example:8080/41"}, *other])
    report = command(few, tmp_path / "out", config(site_profile=profile, documents="tag"))
    assert [row["text"] for row in rows(tmp_path / "out")] == [
        article(40),
        article(41),
        other[0]["text"],
        other[1]["text"],
    ]
    assert {row["reason"] for row in rows(tmp_path / "out", "removed.jsonl")} == {"chrome/site"}
    assert report.stage("site").dropped == {"chrome/site": 2 * (len(FOOTER) + 1)}
    assert (tmp_path / "out" / "site.json").read_bytes() == (tmp_path / "learned" / "site.json").read_bytes()
    without = command(few, tmp_path / "without", config(documents="tag"))
    assert not without.stage("site").dropped


def test_a_profile_that_does_not_fit_stops_before_work(command: Command, tmp_path: Path) -> None:
    source = write_rows(tmp_path / "in.jsonl", [page(number) for number in range(20)])
    command(source, tmp_path / "learned", config(match="raw"))
    asked: list[str] = []
    with pytest.raises(ConfigError, match="cannot be read"):
        command(source, tmp_path / "out", config(site_profile="none.json"), progress=lambda *now: asked.append(now[0]))
    assert asked == []
    profile = str(tmp_path / "learned" / "site.json")
    with pytest.raises(StageMismatchError, match="match is"):
        command(source, tmp_path / "out", config(site_profile=profile))
    assert not (tmp_path / "out").exists()


def test_copies_of_one_article_are_no_chrome(command: Command, tmp_path: Path) -> None:
    pages = [page(number, own=0 if number < 20 else number) for number in range(35)]
    source = write_rows(tmp_path / "in.jsonl", pages)
    report = command(source, tmp_path / "out", config(max_removed=1.0))
    assert [row["text"] for row in rows(tmp_path / "out")] == [
        article(0),
        *(article(number) for number in range(20, 35)),
    ]
    assert report.stage("documents").dropped == {"document/exact": 19}
    assert article(0) not in {row["text"] for row in rows(tmp_path / "out", "removed.jsonl")}


def test_a_page_that_is_nothing_but_its_site_stays_as_it_is(command: Command, tmp_path: Path) -> None:
    bare = {"id": "bare", "url": "https://news.example/", "text": joined(*FOOTER)}
    source = write_rows(tmp_path / "in.jsonl", [*(page(number) for number in range(20)), bare])
    command(source, tmp_path / "out")
    assert rows(tmp_path / "out")[-1]["text"] == bare["text"]


BODY = joined(A, B, C, D, E, F)
OFFERED = [
    {"id": "1", "text": BODY, "date": "2020-01-01", "source": "a"},
    {"id": "2", "text": BODY + "另有一句。", "date": "2019-01-01", "source": "b"},
    {"id": "3", "text": BODY, "date": "2021-01-01T08:00:00", "source": "c"},
    {"id": "4", "text": BODY, "date": "yesterday", "source": "d", "url": "http://Fast.example/4"},
]
POLICIES = [
    *(("first", "1"), ("longest", "2"), ("newest", "3"), ("source:c>b>a", "3"), ("source:x>b", "2")),
    *(("source:fast.example>a", "4"), ("source:a>a.cn", "1")),
]


@pytest.mark.parametrize(("keep", "stays"), POLICIES)
def test_keep_policies(keep: str, stays: str, tmp_path: Path) -> None:
    source = write_rows(tmp_path / "in.jsonl", OFFERED)
    deduplicate(source, tmp_path / "out", config(keep=keep))
    assert rows(tmp_path / "out") == [row for row in OFFERED if row["id"] == stays]
    assert {row["kept_id"] for row in rows(tmp_path / "out", "removed.jsonl")} == {stays}


@pytest.mark.parametrize(("keep", "stays"), [("source:new>old", "new"), ("source:old>new", "old"), ("first", "old")])
def test_a_policy_can_name_the_folder(keep: str, stays: str, command: Command, tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        write_rows(tmp_path / name / "in.jsonl", [{"id": name, "text": BODY, "title": name}])
    command([tmp_path / "old", tmp_path / "new"], tmp_path / "out", config(keep=keep))
    (row,) = rows(tmp_path / "out")
    assert row["title"] == stays
    kept = {row["kept_id"] for row in rows(tmp_path / "out", "removed.jsonl")}
    assert kept == {row["id"]}


def test_a_kept_paragraph_is_that_of_the_preferred_document(tmp_path: Path) -> None:
    written = [
        {"id": "short", "text": joined(A, B)},
        {"id": "long", "text": joined(C, D, A.replace("今日", "今天"), E, F)},
    ]
    source = write_rows(tmp_path / "in.jsonl", written)
    deduplicate(source, tmp_path / "out", config(keep="longest", across="drop", threshold=0.7))
    assert rows(tmp_path / "out") == [{"id": "short", "text": B}, written[1]]
    (gone,) = rows(tmp_path / "out", "removed.jsonl")
    assert (gone["reason"], gone["kept_id"], gone["kept_paragraph"]) == ("duplicate/near", "long", 2)


def test_preference() -> None:
    def of(keep: str, length: int = 0, date: str | None = None, *sources: str) -> int:
        return preference(DedupConfig(keep=keep), length=length, date=date, sources=sources)

    assert of("first", 9, "2020-01-01", "a") == 0
    assert of("longest", 9) < of("longest", 8)
    dates = ["2021-10-02", "20210203", "2021-01-31T23:59", "1999-12-31"]
    assert sorted(dates, key=lambda date: of("newest", 0, date)) == dates
    assert {of("newest", 0, date) for date in (None, "", "昨天", "2021", "12/31/21")} == {1}
    assert of("newest", 0, "0001-01-01") < 1
    assert [of("source:b>a", 0, None, *own) for own in (("x", "b"), ("a",), ("a", "b"), ("c", ""), ())] == [
        0,
        1,
        0,
        2,
        2,
    ]


@pytest.mark.parametrize(("keep", "ranks"), [("first", [1, 0, 2, 3]), ("longest", [3, 0, 1, 2])])
def test_ranks(keep: str, ranks: list[int]) -> None:
    with Collection(config(keep=keep)) as collection:
        for number, (length, reference) in enumerate([(5, False), (7, True), (7, False), (7, False)]):
            collection.add(
                ["字" * length],
                count=np.array([1]),
                reference=reference,
                source=np.array([collection.code("here")]),
                host=np.array([collection.code(None)]),
                preference=np.array([-length]),
                ties=np.array([[0, number]], dtype=np.uint64),
                ordinals=np.zeros(1, dtype=np.int64),
            )
        assert collection.ranks().tolist() == ranks
        assert (collection.names, collection.column("host").tolist()) == (["here"], [-1] * 4)
        assert len(collection.store) == 4


def test_guards_count_by_host_or_folder(command: Command, tmp_path: Path) -> None:
    many = [{"text": joined(article(1), article(2)), "url": f"http://copies.example/{n}"} for n in range(19)]
    (tmp_path / "folder").mkdir()
    source = write_rows(tmp_path / "folder" / "in.jsonl", [*many, *({"text": article(n)} for n in range(10, 30))])
    command(source, tmp_path / "out")  # a source of 19 may lose all but one
    assert len(rows(tmp_path / "out")) == 21
    bare = [{"text": joined(article(1), article(2))} for _ in range(30)]
    write_rows(source, [*bare, *many])
    with pytest.raises(Exception, match=r": folder: 29 of 30 documents are duplicates$"):
        command(source, tmp_path / "never")
    reference = write_rows(tmp_path / "seen.jsonl", bare * 2)
    new = write_rows(tmp_path / "new.jsonl", [{"text": article(n)} for n in range(40)])
    command(new, tmp_path / "fine", reference=[reference])
    assert len(rows(tmp_path / "fine")) == 40


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(7)


@pytest.fixture(scope="module")
def source(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus in two files, the second of which is Parquet's business no more than the first's."""
    folder = tmp_path_factory.mktemp("corpus")
    write_rows(folder / "a.jsonl", corpus.documents[:200])
    write_rows(folder / "b.jsonl", corpus.documents[200:])
    return folder


@pytest.fixture(scope="module")
def cut(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `dedup --across drop` makes of the corpus."""
    folder = tmp_path_factory.mktemp("cut") / "out"
    deduplicate(source, folder, config(across="drop"))
    return folder


@pytest.fixture(scope="module")
def cleaned(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `clean` makes of the corpus."""
    folder = tmp_path_factory.mktemp("cleaned") / "out"
    clean(source, folder)
    return folder


def test_all_that_is_said_of_a_corpus_is_true(corpus: Corpus, cut: Path) -> None:
    stages = check_stages(cut)
    removed = check_removed(cut, corpus.by_id)
    pairs = check_pairs(cut, corpus.texts, corpus.left)
    assert {pair["kind"] for pair in pairs} == {"exact", "near", "contained"}
    dropped = {name: sum(stage["dropped"].values()) for name, stage in stages.items()}
    whole = [row for row in removed if row["reason"].startswith("document/")]
    assert dropped["documents"] == len(whole) == len(corpus.copies)
    # What went within or across of documents that stay, and the lines of sites in them: no more and no less.
    left = sum(len(paragraphs_of(row)) for row in rows(cut))
    standing = [text for row in rows(cut) for text in corpus.texts[row["id"]]]
    assert len(removed) - len(whole) == len(standing) - left
    report = json.loads((cut / "report.json").read_text(encoding="utf-8"))["duplicates"]
    assert report["paragraphs"]["crowds"] >= 1
    assert not report["paragraphs"]["exhaustive"]
    assert report["site"]["hosts"] == corpus.hosts


def test_what_was_planted_is_found(corpus: Corpus, cut: Path) -> None:
    chosen, texts = DedupConfig(), corpus.texts
    graphs = {kind: nx.Graph() for kind in ("exact", "near", "contained")}
    for pair in rows(cut, "duplicates.jsonl"):
        edge = [(pair[f"{side}_id"], pair[f"{side}_paragraph"]) for side in ("left", "right")]
        for kind, graph in graphs.items():
            # Equal texts are listed beside one of them, and what is near to a larger one is in it too.
            if pair["kind"] in (kind, "exact") or (kind == "contained" and pair["containment"] >= 0.9):
                graph.add_edge(*edge)
    whole = {row["id"] for row in rows(cut, "removed.jsonl") if row["reason"].startswith("document/")}
    assert whole == {copy for _, copy in corpus.copies}
    for kind, planted, least in (("near", corpus.near, 0.8), ("contained", corpus.contained, 0.9)):
        true = []
        for one, other in planted:
            a, b = (texts[name][place] for name, place in (one, other))
            c, d = shingles(a, chosen), shingles(b, chosen)
            score = len(c & d) / (len(d) if kind == "contained" else len(c | d))
            if score >= least and weight(b, chosen) >= chosen.min_chars:
                true.append(other in graphs[kind] and nx.has_path(graphs[kind], one, other))
        assert len(true) > 0.6 * len(planted)
        assert sum(true) >= 0.99 * len(true)
    assert all(nx.has_path(graphs["exact"], one, other) for one, other in corpus.exact)


def test_repeats_of_what_goes_name_what_stays(command: Command, tmp_path: Path) -> None:
    longer, alike = A + B, A + B.replace("九点", "十点")
    exact, near, contained = (("duplicate/" + kind, "first", 1) for kind in ("exact", "near", "contained"))
    cases = [
        ([longer, D, longer], [D], {exact}),
        ([alike, D, alike], [D], {near}),
        ([longer, D, alike], [D], {exact, near}),
        ([longer, D, longer[:40]], [D], {exact, contained}),
        ([alike, D, alike.replace("周末", "週日")], [alike, D], {("duplicate/near", "x", 0)}),
    ]
    first = {"id": "first", "text": joined(C, longer, F)}
    for number, (paragraphs, left, named) in enumerate(cases):
        out = tmp_path / str(number)
        source = write_rows(tmp_path / "in.jsonl", [first, {"id": "x", "text": joined(*paragraphs)}])
        command(source, out, config(across="drop"))
        ids = dict(zip([row["id"] for row in rows(out)], ["first", "x"], strict=True))
        assert paragraphs_of(rows(out)[1]) == left
        gone = {(row["reason"], ids[row["kept_id"]], row["kept_paragraph"]) for row in rows(out, "removed.jsonl")}
        assert gone == named
        check_stages(out)


def test_a_second_run_finds_no_document_more(source: Path, cleaned: Path, cut: Path, tmp_path: Path) -> None:
    for number, (folder, options) in enumerate([(cleaned, {}), (cut, {"across": "drop"})]):
        report = deduplicate(folder / "documents.jsonl", tmp_path / str(number), config(**options))
        assert report.stage("documents").dropped == {}
        assert len(rows(tmp_path / str(number))) == len(rows(folder)) > 600
        assert not any(count for count in report.stage("paragraphs").dropped.values())


def everything_on_disk(patch: pytest.MonkeyPatch, seen: list[Any]) -> None:
    """Note in `seen` how much of each store was written to its file, and the type of the sketches."""
    close, room = TextStore.close, fingerprint._room

    def closed(store: TextStore) -> None:
        seen.append(store.on_disk)
        close(store)

    def made(*arguments: Any) -> Any:
        found = room(*arguments)
        seen.append(type(found))
        return found

    patch.setattr(TextStore, "close", closed)
    patch.setattr(fingerprint, "_room", made)


def kernels(patch: pytest.MonkeyPatch) -> None:
    compile_everything_from(patch, 0)


WAYS: dict[str, tuple[dict[str, Any], list[Callable[[pytest.MonkeyPatch], None]]]] = {
    "two jobs": ({"jobs": 2, "batch_size": 7}, []),
    "other batches": ({"batch_size": 3}, [partial(work_in_blocks, times=3)]),
    "numpy": ({}, [partial(compile_everything_from, size=1 << 60), partial(work_in_blocks, times=9)]),
    "kernels": ({"memory": "1G"}, [kernels]),
    "kernels, little memory": ({"memory": "1K"}, [kernels]),
    "all of it": ({"memory": "1K", "jobs": 2, "batch_size": 11}, [kernels, partial(work_in_blocks, times=5)]),
}


@pytest.mark.parametrize("way", WAYS)
def test_how_a_run_is_carried_out_changes_nothing(
    way: str, source: Path, cut: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, patches = WAYS[way]
    on_disk: list[Any] = []
    everything_on_disk(monkeypatch, on_disk)
    for patch in patches:
        patch(monkeypatch)
    deduplicate(source, tmp_path / "out", config(across="drop", run=settings))
    assert outputs(tmp_path / "out") == outputs(cut)
    assert (np.memmap in on_disk) == ("memory" in settings and settings["memory"] == "1K")
    assert any(one for one in on_disk if isinstance(one, int)) == (settings.get("memory") == "1K")


@pytest.mark.parametrize("way", ["two jobs", "all of it"])
def test_how_a_cleaning_is_carried_out_changes_nothing(
    way: str, source: Path, cleaned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, patches = WAYS[way]
    for patch in patches:
        patch(monkeypatch)
    clean(source, tmp_path / "out", config(run=settings))
    assert outputs(tmp_path / "out") == outputs(cleaned)


@pytest.mark.parametrize("policy", ["longest", "newest"])
def test_the_order_of_the_input_changes_nothing(policy: str, corpus: Corpus, tmp_path: Path) -> None:
    found = []
    for number in range(2):
        folder = tmp_path / f"in{number}"
        folder.mkdir()
        shuffled = corpus.shuffled(number)
        for part in range(number + 1):
            write_rows(folder / f"{part}.jsonl", shuffled[part :: number + 1])
        out = tmp_path / f"out{number}"
        deduplicate(folder, out, config(keep=policy, across="drop"))
        lines = [(out / name).read_text(encoding="utf-8").splitlines() for name in ("documents.jsonl", "removed.jsonl")]
        found.append((sorted(lines[0]), sorted(lines[1]), (out / "site.json").read_bytes()))
    assert found[0] == found[1]
