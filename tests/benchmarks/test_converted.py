"""Copies of labelled pages in the other Chinese script say the same in other characters, and nothing else changes."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cleantext
from cleantext.text.script import convert_text
from quality import converted, labels
from quality.extraction import f1
from quality.fitting import Settings, fold_of
from quality.labels import Labelled, Source

PROSE = "头发长了，后面的人说这里的干部没有发现问题。" * 4
GOLD = f"{PROSE}\n乾隆皇帝与后宫𠮷野家的面条。"
PAGE = (
    '<!DOCTYPE html><html><head><meta charset="gbk"><title>发现</title><meta name=description content="头发">'
    '<script type="application/ld+json">{"headline": "\\u53d1\\u73b0", "x": "\\u0022"}</script></head>'
    f'<body><div class="发 post" id=发><p>{GOLD.replace(chr(10), "</p><p>")}</p></div><!-- 发 --><script>"发"</script>'
    "<div class=menu><a href='/发'>发布</a> <a title='发' href=/b>&#21457;&#x5e03;</a></div></body></html>"
)


def write(folder: Path, name: str, html: str, gold: str, **more: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.html.gz").write_bytes(gzip.compress(html.encode("gb18030"), mtime=0))
    row = {"id": name, "kind": "article", "url": "http://www.example.com/1", "main_content": gold, **more}
    (folder / f"{name}.json").write_text(json.dumps(row), encoding="utf-8")
    return folder


def test_texts_change_and_markup_stays() -> None:
    found = converted.converted_page(PAGE, "s2t")
    assert re.findall(r"<(?!meta|a title)[^!<>]*>", found) == re.findall(r"<(?!meta|a title)[^!<>]*>", PAGE)
    assert "<title>發現</title>" in found
    assert 'content="頭髮"' in found
    assert '{"headline": "發現", "x": "\\""}' in found
    assert '<!-- 发 --><script>"发"</script>' in found
    assert "<a href='/发'>發佈</a> <a title='發' href=/b>發佈</a>" in found
    assert "頭髮長了，後面的人說這裏的幹部沒有發現問題。" in found
    assert "𠮷" in found


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("发", "發"),
        ("<p", "<p"),
        ("<!-- 发", "<!-- 发"),
        ("<script>发", "<script>发"),
        ("<script>发</script>发", "<script>发</script>發"),
        ("a < 发 > b", "a < 發 > b"),
        ("<b title=发>发", "<b title=发>發"),
        ("<b data-title='发' title='发'>", "<b data-title='发' title='發'>"),
        ("&#65;&#x53d1;&#x20;&#134071;", "&#65;發&#x20;𠮷"),
        ("头<b>发</b>", "頭<b>發</b>"),
    ],
)
def test_pieces_of_markup(html: str, expected: str) -> None:
    assert converted.converted_page(html, "s2t") == expected


def test_many_open_ends_are_read_once() -> None:
    html = "<!--" * 30_000 + "<script>" * 30_000 + "<a " * 30_000
    assert converted.converted_page(html, "s2t") == html
    html = "<a '" * 30_000
    assert converted.converted_page(html + ">发", "s2t") == html + ">發"


@given(st.text("发头<>a!-/ '\"=", max_size=30))
def test_whatever_is_no_han_stays(html: str) -> None:
    han = re.compile("[发头發頭髮]")
    assert han.sub("?", converted.converted_page(html, "s2t")) == han.sub("?", html)


def test_a_label_changes_as_its_page_does() -> None:
    row = {
        "title": "发现",
        "main_content": PROSE,
        "author": None,
        "n": 1,
        "blocks": [{"text": "头发", "label": "body"}],
    }
    found = converted.converted_row(row, "s2t")
    assert found["main_content"] == convert_text(PROSE, "s2t")
    assert (found["title"], found["author"], found["n"]) == ("發現", None, 1)
    assert found["blocks"] == [{"text": "頭髮", "label": "body"}]
    assert row["blocks"] == [{"text": "头发", "label": "body"}], "the original is as it was"
    assert "blocks" not in converted.converted_row({"main_content": ""}, "s2t")


def test_the_other_script_is_chosen_by_what_the_gold_is_in() -> None:
    def source(name: str, gold: str) -> Source:
        return Source({"id": name, "main_content": gold}, Path(name), "zh-dev", "article", chinese=True)

    chosen = {converted.configuration(source(str(i), PROSE)) for i in range(20)}
    assert chosen == {"s2tw", "s2hk"}
    assert converted.configuration(source("a", PROSE)) == converted.configuration(source("a", PROSE))
    assert str(converted.configuration(source("a", convert_text(PROSE, "s2tw")))).endswith("2s")
    assert converted.configuration(source("a", "The council met.")) is None
    assert converted.configuration(source("a", "")) is None


def test_a_declared_encoding_is_the_one_the_page_is_written_in() -> None:
    old = (
        '<?xml version="1.0" encoding="gb2312"?><META http-equiv=a content="text/html; charset=big5"><meta charset=gbk>'
    )
    new = converted.declared_as(old, "utf-8")
    assert re.findall(r"utf-8|gb2312|big5|gbk", new) == ["utf-8"] * 3
    assert converted.declared_as("<p>charset=gbk</p>", "utf-8") == "<p>charset=gbk</p>"


def test_copies_are_read_as_well_as_their_originals(tmp_path: Path) -> None:
    folder = write(tmp_path / "zh", "one", PAGE, GOLD)
    write(folder, "none", "<p>nothing Chinese</p>", "nothing Chinese")
    out = tmp_path / "copies"
    assert converted.write_copies(labels.sources(folder), out, weight=0.5) == 1
    (copy,) = labels.sources(out)
    (original,) = (source for source in labels.sources(folder) if source.name == "one")
    assert (copy.weight, original.weight) == (0.5, 1.0)
    assert copy.group == original.group == "example.com"
    assert copy.name.startswith("one.s2")
    both = [cleantext.extract(source.html(), url=source.row["url"]).text for source in (original, copy)]
    assert f1(both[0], original.gold) == f1(both[1], copy.gold) > 0.9
    assert both[0] != both[1]
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    converted.write_copies(labels.sources(folder), out, weight=0.5)
    assert first == {path.name: path.read_bytes() for path in out.iterdir()}


def test_a_copy_is_in_the_fold_of_its_original_even_where_it_has_no_address(tmp_path: Path) -> None:
    folder = tmp_path / "zh"
    for i in range(12):
        write(folder, f"p{i}", PAGE, GOLD, url=None)
    converted.write_copies(labels.sources(folder), tmp_path / "copies")
    folds = {source.name: fold_of(source.group, 5) for source in labels.sources(folder)}
    copies = labels.sources(tmp_path / "copies")
    assert len(copies) == 12
    assert len(set(folds.values())) > 1
    assert all(fold_of(copy.group, 5) == folds[copy.row["copy_of"]] for copy in copies)


def test_a_copy_counts_as_its_weight_says(tmp_path: Path) -> None:
    folder = write(tmp_path / "zh", "one", PAGE, GOLD)
    (page, *_) = labels.read_all(labels.sources(folder), workers=1)
    assert Settings().weight(page) == 3.0
    assert Settings().weight(weighed(page, 0.5)) == 1.5
    assert Settings().weight(replace(page, source=replace(page.source, chinese=False, row={"weight": 0.3}))) == 0.3


def weighed(page: Labelled, weight: float) -> Labelled:
    return replace(page, source=replace(page.source, row={**page.source.row, "weight": weight}))


def test_the_command_makes_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "zh", "one", PAGE, GOLD)
    out = tmp_path / "copies"
    assert converted.main(["--data", str(folder), "--out", str(out), "--to", "s2twp", "--weight", "0.3"]) == 0
    assert "1 copies of 1 pages" in capsys.readouterr().out
    (copy,) = labels.sources(out)
    assert (copy.name, copy.weight) == ("one.s2twp", 0.3)
    assert converted.main(["--data", str(tmp_path / "nothing"), "--out", str(out)]) == 1
