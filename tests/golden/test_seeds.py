"""The five seeds come out as their line labels say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checks import check_partition
from cleantext import Document, clean, run
from cleantext.text import find_glosses, strip_glosses, to_script

FOUND = {
    "000_7ff784af20448168.txt": {"date": "2020-10-27", "source": "山西省生态环境厅", "editor": "李丹"},
    "001_5fa81e5bcf8f64ed.txt": {"url": "http://l2mydreams.com/news/2446.html"},
    "002_5ae60629f32a1ce1.txt": {"date": "2016-05-19", "source": "济南日报"},
    "003_e6c27b08d87f04b8.txt": {"date": "2018-09-13", "source": "阳泉环保", "editor": "Wendy"},
    "004_4d75d6a2aad085da.txt": {
        "date": "2021-08-19",
        "source": "环保设备网",
        "original_title": "山西省生态环境质量达标暨大气污染防治重点工作推进会在大同召开",
    },
}
NAMES = sorted(FOUND)
Labels = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def documents(seeds: dict[str, str]) -> dict[str, Document]:
    return {name: clean(text) for name, text in seeds.items()}


def lines_labelled(text: str, labels: list[dict[str, Any]], label: str) -> list[str]:
    lines = text.split("\n")
    return [lines[row["line"] - 1].strip() for row in labels if row["label"] == label]


def simplified(text: str) -> str:
    return to_script(strip_glosses(text, find_glosses([text * 3])).text, "s")


@pytest.mark.parametrize("name", NAMES)
def test_paragraphs_are_the_body_lines(
    name: str, seeds: dict[str, str], gold: Labels, documents: dict[str, Document]
) -> None:
    document, text = documents[name], seeds[name]
    body = lines_labelled(text, gold[name], "body")
    assert [text[start:end] for start, end in document.spans] == body
    if document.script == "Hans":
        assert list(document.paragraphs) == body
    else:
        assert not any("(" in paragraph.replace("(2016-2017年)", "") for paragraph in document.paragraphs)
        assert "着力" in document.text or "著力" not in text.replace("(", "")


@pytest.mark.parametrize("name", NAMES)
def test_every_other_line_is_removed_for_its_reason(
    name: str, seeds: dict[str, str], gold: Labels, documents: dict[str, Document]
) -> None:
    removed = documents[name].removed
    starts = [0]
    for line in seeds[name].split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    allowed = {"title": ("meta/title",), "meta": ("meta/",), "chrome": ("chrome/",), "dup": ("duplicate/", "meta/")}
    for row in gold[name]:
        if row["label"] != "body":
            a, b = starts[row["line"] - 1], starts[row["line"]]
            reasons = [span.reason for span in removed if a <= span.start < b]
            assert reasons, row
            assert all(reason.startswith(allowed[row["label"]]) for reason in reasons), (row, reasons)


@pytest.mark.parametrize("name", NAMES)
def test_metadata(name: str, seeds: dict[str, str], gold: Labels, documents: dict[str, Document]) -> None:
    document = documents[name]
    (title,) = lines_labelled(seeds[name], gold[name], "title")
    assert document.title in (title, simplified(title))
    assert {key: document.value(key) for key in FOUND[name]} == FOUND[name]
    assert all(field.origin for field in document.metadata.values())


def test_the_datong_article_is_there_once(documents: dict[str, Document]) -> None:
    document = documents["004_4d75d6a2aad085da.txt"]
    repeats = [span for span in document.removed if span.reason.startswith("duplicate/")]
    assert [(span.reason, span.kept_paragraph) for span in repeats] == [
        ("duplicate/contained", 1),
        *(("duplicate/exact", ordinal) for ordinal in (2, 3, 4, 5, 6)),
    ]
    assert {span.kept_id for span in repeats} == {document.document_id}
    assert all(span.score is not None and span.score >= 0.9 for span in repeats)
    assert document.ordinals == (1, 2, 3, 4, 5, 6)


def test_no_gloss_stays(documents: dict[str, Document]) -> None:
    edits = [
        edit
        for name in ("001_5fa81e5bcf8f64ed.txt", "002_5ae60629f32a1ce1.txt")
        for steps in documents[name].edits
        for edit in steps
        if edit.stage == "glosses"
    ]
    assert len(edits) > 270  # 309 in the two documents, some of them in titles and chrome
    assert "着力打造黄河流域" in documents["001_5fa81e5bcf8f64ed.txt"].text


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost(name: str, documents: dict[str, Document]) -> None:
    check_partition(documents[name])


def same(document: Document, other: Document) -> bool:
    values = [{name: field.value for name, field in one.metadata.items()} for one in (document, other)]
    return document.paragraphs == other.paragraphs and values[0] == values[1]


@pytest.mark.parametrize("name", NAMES)
def test_other_encodings_give_the_same_text(name: str, seeds: dict[str, str], documents: dict[str, Document]) -> None:
    text = seeds[name]
    for data, content_type, encoding in [
        (text.encode("gb18030"), None, "gb"),
        (text.encode("gb18030"), "text/plain; charset=gb2312", "gb"),
        (b"\xef\xbb\xbf" + text.encode(), None, "utf-8"),
        (text.encode("utf-16"), None, "utf-16"),
    ]:
        document = clean(data, content_type=content_type)
        assert document.encoding.startswith(encoding)
        assert same(document, documents[name])
    assert same(clean(text.replace("\n", "\r\n")), documents[name])


def test_big5(seeds: dict[str, str], documents: dict[str, Document]) -> None:
    text = seeds["001_5fa81e5bcf8f64ed.txt"]
    data = text.encode("big5hkscs", "ignore")  # the tone marks of the readings are in Big5-HKSCS
    assert data.decode("big5hkscs") == text
    document = clean(data)
    assert document.encoding.startswith("big5")
    assert same(document, documents["001_5fa81e5bcf8f64ed.txt"])


def test_jsonl_gives_the_same_text(tmp_path: Path, seeds: dict[str, str], documents: dict[str, Document]) -> None:
    rows = [json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in seeds.items()]
    (tmp_path / "in.jsonl").write_text("\n".join(rows), encoding="utf-8")
    run(tmp_path / "in.jsonl", tmp_path / "out")
    found = [json.loads(line) for line in (tmp_path / "out" / "documents.jsonl").read_text("utf-8").splitlines()]
    assert [row["paragraphs"] for row in found] == [list(documents[name].paragraphs) for name in seeds]


def test_a_traditional_copy_is_a_duplicate(tmp_path: Path, seeds: dict[str, str]) -> None:
    original = seeds["001_5fa81e5bcf8f64ed.txt"]
    copy = "\n".join(clean(original).paragraphs).replace(",", "，")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.txt").write_text(copy, encoding="utf-8")
    (tmp_path / "in" / "2.txt").write_text(original, encoding="utf-8")
    run(tmp_path / "in", tmp_path / "out")
    kept = [json.loads(line) for line in (tmp_path / "out" / "documents.jsonl").read_text("utf-8").splitlines()]
    removed = [json.loads(line) for line in (tmp_path / "out" / "removed.jsonl").read_text("utf-8").splitlines()]
    assert [row["origin"] for row in kept] == ["1.txt"]
    (row,) = [row for row in removed if row["reason"].startswith("document/")]
    assert row["reason"] in ("document/exact", "document/near")
    assert (row["kept_id"], row["text"]) == (kept[0]["id"], original)
