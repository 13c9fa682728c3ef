"""The block classifier is fitted, written and scored as its trainer says."""

from __future__ import annotations

import gzip
import json
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext.errors import MissingDependencyError
from cleantext.pages.claims import address_claims
from cleantext.pages.classify import Model, load_model
from cleantext.pages.columns import ADDRESSED, CONTEXT
from cleantext.pages.elements import Element
from cleantext.pages.network import Network
from cleantext.pages.wordscores import WordScores
from quality import fitting, labels, modelfile, train
from quality.extraction import f1
from quality.fitting import Settings
from quality.joint import Bags, bags_of, fit_joint
from quality.labels import Labelled, Rows, Source
from quality.teaching import Lesson, Plan, teach

WORDS = ("river", "road", "council", "report", "plan", "bridge", "school", "water", "money", "people", "house", "field")
# Networks that are taught in no time.
SHORT = Plan(networks=2, channels=4, rounds=2)


def site(folder: Path, count: int, *, fold: bool = False) -> Path:
    """Labelled pages of made-up sites, half with a labelled dump, perhaps with a paragraph and a menu folded."""
    random = np.random.default_rng(5)
    for i in range(count):
        gold = [" ".join(random.choice(WORDS, 25)) + f" {i}." for _ in range(4)]
        menu = [str(random.choice(WORDS)) for _ in range(5)]
        html = (
            f"<nav class=menu><ul>{''.join(f'<li><a href=/>{word}</a></li>' for word in menu)}</ul></nav>"
            f"<div class=post>{''.join(f'<p>{text}</p>' for text in gold)}</div><div class=footer>© {i}</div>"
        )
        if fold:
            html = html.replace(f"<p>{gold[-1]}", f"<p class=answer hidden>{gold[-1]}") + html[
                : html.index("<div")
            ].replace("<nav", "<nav hidden")
        (folder / f"page{i}.html.gz").write_bytes(gzip.compress(html.encode(), mtime=0))
        row = {"kind": "article", "url": f"http://site{i % 7}.example/{i}", "main_content": "\n".join(gold)}
        if i % 2:
            lines = [(word, "chrome") for word in menu] + [(text, "body") for text in gold]
            row["blocks"] = [{"text": text, "label": label} for text, label in lines]  # type: ignore[assignment]
        (folder / f"page{i}.json").write_text(json.dumps(row), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Labelled]:
    return list(labels.read_all(labels.sources(site(tmp_path_factory.mktemp("zh-made"), 14))))


@pytest.fixture(scope="module")
def pages(parts: list[Labelled]) -> list[Labelled]:
    return [page for page in parts if page.part == labels.SHOWN]


@pytest.fixture(scope="module")
def folding(tmp_path_factory: pytest.TempPathFactory) -> list[Labelled]:
    return list(labels.read_all(labels.sources(site(tmp_path_factory.mktemp("zh-folding"), 14, fold=True))))


def test_what_a_page_folds_is_learned_from_apart(folding: list[Labelled]) -> None:
    folding = [page for page in folding if page.part != labels.EMPTIED]
    assert [page.part for page in folding] == [labels.SHOWN, labels.FOLDED] * 14
    for shown, folded in zip(folding[::2], folding[1::2], strict=True):
        assert shown.source == folded.source
        assert len(shown.blocks.target) == 5 + 3 + 1
        assert len(folded.blocks.target) == 5 + 4 + 1 + 5
        assert folded.blocks.picked.tolist() == [8, 10, 11, 12, 13, 14]
        assert folded.blocks.target[folded.blocks.picked].tolist() == [1, 0, 0, 0, 0, 0]
        assert folded.blocks.of == 6
        assert "answer" not in shown.words
        assert folded.words == {}


def test_what_is_left_of_half_of_the_pages_is_learned_from_as_well(parts: list[Labelled]) -> None:
    shown = {page.source.name: page for page in parts if page.part == labels.SHOWN}
    emptied = [page for page in parts if page.part == labels.EMPTIED]
    assert len(shown) == 14
    assert 0 < len(emptied) < 14
    for page in emptied:
        whole = shown[page.source.name]
        assert page.blocks.target.tolist() == [0] * 6  # the menu and the foot
        assert page.blocks.of == 6
        assert (page.words, page.elements, page.best) == ({}, whole.elements, 0)
        menu = np.flatnonzero(whole.blocks.target == 0)
        assert page.blocks.element.tolist() == whole.blocks.element[menu].tolist()
        names = train.feature_names()
        assert (
            page.blocks.table[:, names.index("page_blocks")] < whole.blocks.table[menu][:, names.index("page_blocks")]
        ).all()


def test_all_of_a_page_without_gold_is_left_of_it(tmp_path: Path) -> None:
    (source,) = labels.sources(site(tmp_path, 1))
    bare = replace(source, row={**source.row, "main_content": ""})
    (page,) = labels._read(bare)
    assert (page.part, page.blocks.target.tolist()) == (labels.EMPTIED, [0] * 10)
    empty = tmp_path / "none.html.gz"
    empty.write_bytes(gzip.compress(b"<title>Nothing</title><script>fill()</script>"))
    assert labels._read(replace(bare, path=empty)) == []


def test_pages_without_content_get_trees_and_the_others_stay_as_they_are(parts: list[Labelled]) -> None:
    _, _ = pytest.importorskip("lightgbm"), pytest.importorskip("torch")
    names, some = train.feature_names(), Settings(trees=10, shell_trees=30, least_rows=2, second=SHORT)
    fitted, without = (
        fitting.fit([page for page in parts if some_emptied or page.part == labels.SHOWN], names, some)
        for some_emptied in (True, False)
    )
    assert without.shell == ""
    assert fitting.fit(parts, names, replace(some, emptied=1.0)).shell != fitted.shell
    one, other = modelfile.all_arrays(replace(fitted, shell="")), modelfile.all_arrays(without)
    assert [*one] == [*other]
    assert all(np.array_equal(one[name], other[name]) for name in one)
    model = modelfile.model_of(modelfile.all_arrays(fitted), names, (fitted.words, fitted.joint))
    assert model.shell is not None
    assert len(model.shell.roots) == 30
    assert modelfile.model_of(modelfile.all_arrays(without), names, (without.words, without.joint)).shell is None


def test_folded_blocks_get_trees_and_the_others_stay_as_they_are(folding: list[Labelled]) -> None:
    lightgbm, _ = pytest.importorskip("lightgbm"), pytest.importorskip("torch")
    names, some = train.feature_names(), Settings(trees=10, folded_trees=20, least_rows=2, second=SHORT)
    fitted, without = (
        fitting.fit([page for page in folding if some_folded or page.part != labels.FOLDED], names, some)
        for some_folded in (True, False)
    )
    assert without.folded == ""
    one, other = modelfile.all_arrays(replace(fitted, folded="")), modelfile.all_arrays(without)
    assert [*one] == [*other]
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert (fitted.words, fitted.joint) == (without.words, without.joint)
    model = modelfile.model_of(modelfile.all_arrays(fitted), names, (fitted.words, fitted.joint))
    assert model.folded is not None
    assert modelfile.model_of(modelfile.all_arrays(without), names, (without.words, without.joint)).folded is None
    page = next(page for page in folding if page.part == labels.FOLDED)
    likely = model.folded.probabilities(page.blocks.table)
    assert np.abs(likely - lightgbm.Booster(model_str=fitted.folded).predict(page.blocks.table)).max() < 1e-6
    answer, menu = page.blocks.picked[0], page.blocks.picked[1:]
    assert likely[answer] > likely[menu].max()


@pytest.mark.parametrize(
    ("url", "group"),
    [
        ("http://news.example.com.cn/1.html", "example.com.cn"),
        ("https://www.example.org/a", "example.org"),
        ("https://a.b.example.de/", "example.de"),
        ("https://user@localhost:80/", "localhost"),
        ("", ""),
        (None, ""),
    ],
)
def test_pages_are_grouped_by_domain(url: str | None, group: str) -> None:
    assert labels.group_of(url) == group


def test_targets_are_what_is_found_in_the_gold() -> None:
    texts = ["menu", "The council met on Tuesday.", "It was late.", "Advertisement of a shop"]
    found, best = labels.targets(texts, "The council met on Tuesday.\nIt was late.", chinese=False)
    assert (found.tolist(), best) == ([0, 1, 1, 0], 1)
    texts = ["會議今日下午在禮堂召開，市長主持。", "首頁"]
    found, best = labels.targets(texts, "會議今日下午在禮堂召開。", chinese=True)
    assert found.tolist() == pytest.approx([0.5 + 0.5 * 11 / 15, 0])
    assert best == 2 * 11 / (15 + 11)


def test_climbing_finds_what_alignment_missed() -> None:
    texts = ["b a", "c", "x y z"]
    assert labels.best_blocks(texts, "a b c", [False, True, True], chinese=False) == [True, True, False]
    assert labels.best_blocks([], "a", [], chinese=False) == []
    assert labels.best_blocks(["a"], "", [False], chinese=False) == [False]


@given(
    st.lists(st.tuples(st.text("ab c漢𠮷", max_size=8), st.booleans()), max_size=7), st.text("ab c漢𠮷", max_size=12)
)
def test_climbing_never_makes_the_page_worse(blocks: list[tuple[str, bool]], gold: str) -> None:
    texts, first = [text for text, _ in blocks], [keep for _, keep in blocks]
    found = labels.best_blocks(texts, gold, first, chinese=True)

    def reached(keep: list[bool]) -> float:
        return f1("\n".join(text for text, is_kept in zip(texts, keep, strict=True) if is_kept), gold)

    assert reached(found) >= reached(first) - 1e-12 or reached(first) == 1.0


def test_a_labelled_page(pages: list[Labelled]) -> None:
    page = next(page for page in pages if page.source.name == "page1")
    assert page.labelled_lines
    assert page.blocks.target.tolist() == [0] * 5 + [1] * 4 + [0]
    assert page.lines.target.tolist() == [0] * 5 + [1] * 4
    assert page.source.group == "site1.example"
    assert (page.blocks.of, page.lines.of) == (10, 9)
    kept, lost = page.words["post"]
    assert kept > 0.95
    assert lost == 0
    assert page.words["menu"][0] == 0
    assert {page.elements[place].tag for place in page.blocks.element.tolist()} == {"li", "p", "div"}


def test_a_fourth_of_the_pages_is_learned_from_as_if_it_had_no_address(pages: list[Labelled]) -> None:
    places = [train.feature_names().index(name) for name in ADDRESSED]
    tables = {page.source.name: page.blocks.table[:, places] for page in pages}
    known = {name for name, table in tables.items() if not np.isnan(table).any()}
    missing = {name for name, table in tables.items() if np.isnan(table).all()}
    assert known | missing == tables.keys()
    assert 0 < len(missing) < len(known)
    for page in pages:
        if page.source.name in known:
            assert set(map(tuple, tables[page.source.name].tolist())) == {address_claims(page.source.row["url"])}


def test_the_rows_of_a_long_page_are_a_sample_and_always_the_same() -> None:
    first, again, other = (labels._sample(name, 1000) for name in ("a", "a", "b"))
    assert first.tolist() == again.tolist() == sorted(set(first.tolist()))
    assert len(first) == 160
    assert first.tolist() != other.tolist()
    assert labels._sample("a", 160).tolist() == list(range(160))


def made(name: str, words: dict[str, tuple[float, float]], *, chinese: bool = False) -> Labelled:
    rows = Rows(np.zeros((1, 1), np.float32), np.zeros(1), np.zeros(1), 1, np.zeros(1, np.int64), np.zeros(1, np.int64))
    source = Source({"id": name, "url": f"http://{name}.example/"}, Path(name), "wcxb-dev", "article", chinese)
    return Labelled(source, rows, rows, (), words, labelled_lines=False, best=1.0)


def test_scores_of_words_are_log_odds_of_four_sites() -> None:
    some = [made(f"s{i}", {"post": (1.0, 0.0), "menu": (0.0, 0.5), "flat": (0.5, 0.5)}) for i in range(4)]
    some[0].words["rare"] = (1.0, 0.0)
    found = fitting.word_scores(some, Settings())
    assert found == {"menu": round(np.log(0.6 / 2.6) * 2 / 6, 3), "post": round(np.log(4.6 / 0.6) * 4 / 6, 3)}
    assert fitting.word_scores(some[:3], Settings()) == {}
    heavy = [made(page.source.name, page.words, chinese=True) for page in some]
    assert fitting.word_scores(heavy, Settings())["post"] == round(np.log(12.6 / 0.6), 3)


def labelled(site: str, rows: dict[str, float], times: int = 1) -> Labelled:
    """A page of blocks in each of some elements with a class, and how much of those is main content."""
    elements = (Element(-1, "body", ""), *(Element(0, "div", name) for name in rows))
    size, target = times * len(rows), np.repeat([*rows.values()], times)
    places = np.repeat(np.arange(1, len(rows) + 1), times)
    blocks = Rows(np.zeros((size, 1), np.float32), target, np.full(size, 8.5), size, places, np.arange(size))
    source = Source({"url": f"http://{site}.example/"}, Path(site), "wcxb-dev", "article", chinese=False)
    return Labelled(source, blocks, blocks, elements, {}, labelled_lines=False, best=1.0)


def bags(pages: list[Labelled]) -> list[Bags]:
    return [bags_of(page, fitting.weights_of(page.blocks, 1.0)) for page in pages]


def test_words_of_a_row_are_asked_once_on_the_path_and_where_they_are_near() -> None:
    page = replace(
        labelled("s", {"post": 0.5}),
        elements=(Element(-1, "html", ""), Element(0, "div", "aa"), Element(1, "div", "bb"), Element(2, "p", "aa")),
    )
    page = replace(page, blocks=replace(page.blocks, element=np.array([3])))
    (asked,) = bags([page])[0].asked
    on_path = {(0, word) for word in ("<html", "<div", "<p", "aa", "bb")}
    near = {(1, "<p"), (1, "aa"), (2, "<div"), (2, "bb"), (3, "<div"), (3, "aa")}
    assert asked == on_path | near


def test_blocks_of_one_element_are_one_row() -> None:
    page = labelled("s", {"post": 1.0, "menu": 0.0, "other": 0.0})
    page = replace(page, blocks=replace(page.blocks, element=np.array([1, 1, 2])))
    (bag,) = bags([page])
    assert bag.target.tolist() == pytest.approx([0.5, 0.0])
    assert (bag.weight / bag.weight[1]).tolist() == pytest.approx([2.0, 1.0])
    assert bag.blocks == 3


def test_what_words_say_together_tells_blocks_apart_and_is_asked_on_four_sites() -> None:
    rows = {"post": 1.0, "post ad": 0.0, "menu": 0.0, "": 0.0}
    pages = [labelled(f"s{i}", {**rows, f"only{'abcd'[i]}": 0.0}, times=100) for i in range(4)]
    found = fit_joint(bags(pages), 4)
    assert {"post", "ad", "menu"} <= found.keys()
    assert not [word for word in found if word.startswith("only") and word != "only"]
    said = {name: sum(map(sum, (found[word] for word in name.split()))) for name in ("post", "post ad", "menu")}
    assert said["post"] > 0 > said["menu"]
    assert said["post"] > said["post ad"]
    assert found == fit_joint(bags(pages), 4)
    assert fit_joint(bags(pages[:3]), 4) == {}


def test_a_page_counts_by_the_root_of_its_rows() -> None:
    none, tokens = np.zeros(4, np.int64), np.array([0.5, 9.0, 3.5, 8.5])
    rows = Rows(np.zeros((4, 1), np.float32), np.zeros(4), tokens, 100, none, np.array([0, 2, 3]))
    found = fitting.weights_of(rows, 2.0)
    assert found.sum() == pytest.approx(20)
    assert (found / found[0]).tolist() == pytest.approx([1, 2, 3])


@pytest.mark.parametrize("library", ["lightgbm", "torch"])
def test_without_a_library_there_is_a_line_that_installs_it(
    library: str, monkeypatch: pytest.MonkeyPatch, pages: list[Labelled]
) -> None:
    other = {"lightgbm": "torch", "torch": "lightgbm"}[library]
    monkeypatch.setitem(sys.modules, other, sys.modules.get(other) or ModuleType(other))
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'cleantext-corpus\[train\]'"):
        fitting.fit(pages, train.feature_names(), Settings())


def test_arrays_give_what_lightgbm_gives(pages: list[Labelled]) -> None:
    lightgbm, _ = pytest.importorskip("lightgbm"), pytest.importorskip("torch")
    names = train.feature_names()
    some = Settings(trees=20, least_rows=2, threads=1, second=SHORT)
    fitted = fitting.fit(pages, names, some)
    weights = [fitting.weights_of(page.blocks, some.weight(page)) for page in pages]
    assert fitted.words == fitting.word_scores(pages, some)
    assert fitted.joint == fit_joint([*map(bags_of, pages, weights)], 4)
    model = modelfile.model_of(modelfile.all_arrays(fitted), names, (fitted.words, fitted.joint))
    assert fitted.words["post"] > 0 > fitted.words["menu"]
    assert fitted.joint["post"][0] > 0 > fitted.joint["menu"][0]
    assert model.second is not None
    for name, values in model.second.arrays.items():
        assert np.array_equal(values, fitted.second.arrays[name])
    table = np.random.default_rng(0).normal(0, 2, (300, len(names))).astype(np.float32)
    table[::3, ::2] = np.nan
    table[5] = 0
    expected = lightgbm.Booster(model_str=fitted.first).predict(table)
    assert len(set(expected.tolist())) > 5
    assert np.abs(model.probabilities(table) - expected).max() < 1e-6


def test_the_networks_learn_from_the_opinion_of_trees_that_have_not_seen_the_page(
    monkeypatch: pytest.MonkeyPatch, pages: list[Labelled]
) -> None:
    lightgbm, _ = pytest.importorskip("lightgbm"), pytest.importorskip("torch")
    learned, asked, taught = [], [], list[Lesson]()
    real = lightgbm.train

    class Judge:
        def __init__(self, booster: object, rows: int) -> None:
            self.booster, self.rows = booster, rows

        def predict(self, table: object, **options: object) -> object:
            asked.append((self.rows, len(table)))  # type: ignore[arg-type]
            return self.booster.predict(table, **options)  # type: ignore[attr-defined]

        def model_to_string(self) -> str:
            return str(self.booster.model_to_string())  # type: ignore[attr-defined]

    def spy(parameters: object, data: object, trees: int) -> Judge:
        booster = real(parameters, data, trees)
        learned.append((data.num_data(), data.num_feature(), trees))  # type: ignore[attr-defined]
        return Judge(booster, learned[-1][0])

    def listen(lessons: list[Lesson], plan: Plan) -> Network:
        taught.extend(lessons)
        return teach(lessons, plan)

    monkeypatch.setattr(lightgbm, "train", spy)
    monkeypatch.setattr(fitting, "teach", listen)
    fitting.fit(pages, train.feature_names(), Settings(trees=8, least_rows=2, threads=1, second=SHORT))
    rows = [len(page.blocks.picked) + len(page.lines.picked) for page in pages]
    parts = [fitting.fold_of(page.source.group + "i", 4) for page in pages]
    inner = [sum(row for row, part in zip(rows, parts, strict=True) if part != left) for left in sorted(set(parts))]
    assert [count for count, _, trees in learned if trees == 4] == inner
    assert learned[0][::2] == (sum(rows), 8)
    assert len(asked) == len(pages), "each page is asked about once, of the trees of the other parts"
    assert len(taught) == len(pages)
    in_parts = [page for left in range(4) for page, part in zip(pages, parts, strict=True) if part == left]
    for page, lesson in zip(in_parts, taught, strict=True):
        assert lesson.target.tolist() == page.blocks.target.tolist()
        assert lesson.tokens.tolist() == page.blocks.tokens.tolist()
        assert lesson.weight == Settings().weight(page)
        assert lesson.table.shape == (len(page.blocks.target), len(train.feature_names()) + len(CONTEXT))
        assert not np.isnan(lesson.table[:, -len(CONTEXT) :]).any()


def read_back(path: Path) -> tuple[Model, dict[str, float]]:
    with np.load(path) as arrays:
        parts = {name: arrays[name] for name in arrays.files}
    about = json.loads(bytes(parts.pop("about")))
    return Model.of_arrays(parts, tuple(about["names"]), WordScores({}), about["version"]), about["words"]


def test_training_twice_writes_the_same_bytes_and_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("lightgbm"), pytest.importorskip("torch")
    monkeypatch.setattr(train, "Settings", lambda: Settings(trees=8, least_rows=2, threads=1, second=SHORT))
    data = site(tmp_path, 10)
    first, second, report = tmp_path / "1.npz", tmp_path / "2.npz", tmp_path / "report.txt"
    assert train.main(["--data", str(data), "--folds", "2", "--out", str(first), "--report", str(report)]) == 0
    printed = capsys.readouterr().out
    assert train.main(["--data", str(data), "--folds", "0", "--out", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    model, words = read_back(first)
    assert len(model.roots) == 8
    assert "post" in words
    content = json.loads(report.read_text(encoding="utf-8"))
    assert sorted(page["name"] for page in content["pages"]) == sorted(f"page{i}" for i in range(10))
    assert all(page["best"] > 0.9 for page in content["pages"]), "of what the page shows, not of what is left of it"
    row = content["means"][f"{tmp_path.name}/article"]
    assert (row["pages"], row["dumps"]) == (10, 5)
    assert row["f1"] == sum(page["f1"] for page in content["pages"]) / 10 > 0.5
    assert f"{row['f1']:.4f}" in printed
    assert load_model().version != model.version, "the product has its own model again"


def test_the_worst_pages_come_first() -> None:
    values = ((0.75, 1.0), (0.1, 0.2), (0.5, 1.0), (0.1, 0.6), (0.0, None))
    scores = [train.Scored(str(i), "zh-dev", "article", f, 0.5, None, best) for i, (f, best) in enumerate(values)]
    assert [one.name for one in train.worst(scores, 4)] == ["2", "3", "0", "1"]
    lines = train.report(scores).split("\n")
    assert lines[1].split() == ["zh-dev", "5", "0.2900", "0.5000"]
    assert lines[4].split() == ["0.5000", "1.0000", "0.5000", "zh-dev/article", "2"]


def test_bytes_depend_on_the_model_alone() -> None:
    tree = (
        "tree\n\nTree=0\nnum_leaves=2\nsplit_feature=1\nthreshold=0.1\ndecision_type=2\nleft_child=-1\n"
        "right_child=-2\nleaf_value=0.25 -0.5\n\nTree=1\nnum_leaves=1\nleaf_value=0.125\n"
    )
    arrays = modelfile.arrays_of(tree)
    joint = {"x": (0.5, 0.0, 0.0, 0.0), "z": (0.0, 1.0, 0.0, 0.0)}
    one = modelfile.npz_bytes(arrays, ["a", "b"], ({"x": 1.0, "y": 2.0}, joint))
    assert one == modelfile.npz_bytes(arrays, ["a", "b"], ({"y": 2.0, "x": 1.0}, dict(reversed(joint.items()))))
    assert one != modelfile.npz_bytes(arrays, ["a", "b"], ({"y": 2.0, "x": 1.5}, joint))
    assert one != modelfile.npz_bytes(arrays, ["a", "b"], ({"y": 2.0, "x": 1.0}, {}))
    model = modelfile.model_of(arrays, ["a", "b"], ({}, {}))
    below, above = np.float32(0.1), np.nextafter(np.float32(0.1), np.float32(1))
    table = np.array([[0, 0.09], [0, above], [0, np.nan], [0, below]], dtype=np.float32)
    scores = (1 / (1 + np.exp(-np.array([0.375, -0.375, 0.375, -0.375 if float(below) > 0.1 else 0.375])))).tolist()
    assert model.probabilities(table).tolist() == pytest.approx(scores)


def test_categorical_splits_are_refused() -> None:
    tree = (
        "\nTree=0\nnum_leaves=2\nsplit_feature=1\nthreshold=0.1\ndecision_type=1\nleft_child=-1\nright_child=-2\n"
        "leaf_value=0.25 -0.5\n"
    )
    with pytest.raises(ValueError, match="a categorical split, which no feature asks for"):
        modelfile.arrays_of(tree)


def test_the_shipped_file_is_named_after_its_content() -> None:
    with files("cleantext.pages.model").joinpath("blocks.npz").open("rb") as stream, np.load(stream) as loaded:
        arrays = {name: loaded[name] for name in loaded.files}
    about = json.loads(bytes(arrays.pop("about")))
    made_again = modelfile.model_of(arrays, about["names"], (about["words"], about["joint"]))
    assert made_again.version == about["version"] == load_model().version
    assert tuple(about["names"]) == train.feature_names()
