"""Conversion by arrays and by strings against an obvious one, and against the converters whose data it reads."""

from __future__ import annotations

import dataclasses
import json
import random
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleantext.text import _loops
from cleantext.text._plain import OPERATORS, described
from cleantext.text.compiled import units_of
from cleantext.text.dictionaries import REIMPLEMENTED, Layers, Recipe, Source, read_recipe, source
from cleantext.text.engine import Engine, engine
from cleantext.text.walker import load_tables
from quality.script import generated
from text_strategies import TEXT

GOLDEN = Path(__file__).parent.parent / "golden" / "opencc"
OFFICIAL = Source(name="opencc", version="1.4.2", configs=GOLDEN, dictionaries=GOLDEN)
DEPENDENCY = source(REIMPLEMENTED)
LETTERS = "甲乙丙丁𠮷𪚥a"
ANY = st.text(alphabet=LETTERS + "⿰⿲⿾、\ud800", max_size=30)
WORDS = st.dictionaries(
    st.text(alphabet=LETTERS, min_size=1, max_size=4), st.text(alphabet="ABC𝔄", min_size=1, max_size=3), max_size=12
)
LAYERS = st.lists(WORDS, min_size=1, max_size=3).map(tuple)


def words_at(text: str, place: int, layers: Layers) -> tuple[int, str] | None:
    """The length and value of the word at `place`: the earliest layer that has one, its longest."""
    for layer in layers:
        found = [word for word in layer if text.startswith(word, place)]
        if found:
            longest = max(found, key=len)
            return len(longest), layer[longest]
    return None


def obviously_forward(text: str, layers: Layers) -> list[tuple[str, str | None]]:
    """`text` in pieces from left to right, with what becomes of those that are words."""
    pieces: list[tuple[str, str | None]] = []
    place = 0
    while place < len(text):
        word = words_at(text, place, layers)
        length = word[0] if word else described(text, place) or 1
        pieces.append((text[place : place + length], word[1] if word else None))
        place += length
    return pieces


def obviously_segmented(text: str, layers: Layers) -> list[str]:
    segments, between = [], ""
    for piece, value in obviously_forward(text, layers):
        if value is None:
            between += piece
        else:
            segments += [between, piece]
            between = ""
    return [*segments, between]


def obviously_longest_first(text: str, layers: Layers) -> str:
    """The longest word of the first layer wherever it stands, and the leftmost of them; then what is on either side."""
    if not layers or not text:
        return text
    layer = layers[0]
    for length in sorted({len(word) for word in layer}, reverse=True):
        for place in range(len(text) - length + 1):
            value = layer.get(text[place : place + length])
            if value is not None:
                before, after = text[:place], text[place + length :]
                return obviously_longest_first(before, layers) + value + obviously_longest_first(after, layers)
    return obviously_longest_first(text, layers[1:])


def obviously(text: str, recipe: Recipe) -> str:
    for layers in recipe.before:
        text = "".join(piece if value is None else value for piece, value in obviously_forward(text, layers))
    pieces = obviously_segmented(text, recipe.segmentation) if recipe.segmentation else [text]
    for layers in recipe.steps:
        if recipe.longest_first:
            pieces = [obviously_longest_first(piece, layers) for piece in pieces]
        else:
            pieces = [
                "".join(part if value is None else value for part, value in obviously_forward(piece, layers))
                for piece in pieces
            ]
    return "".join(pieces)


@pytest.fixture(autouse=True)
def cached_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANTEXT_CACHE", "")


@settings(deadline=None, max_examples=120)
@given(ANY, LAYERS, LAYERS, st.none() | LAYERS, st.booleans())
@example("甲⿰乙丙丁乙", ({"乙": "B"},), ({"B": "C"},), None, False)
@example("丁a", ({"丁a": "A"},), ({},), None, False)
@example("甲乙丙丁", ({"甲乙": "A", "丙": "B"},), ({"BB": "C"},), ({"甲乙": "x"}, {"丙丁": "y"}), False)
def test_forward_is_the_obvious_one(text: str, first: Layers, second: Layers, cut: Layers | None, same: bool) -> None:
    steps = ((*cut, *first) if cut and same else first, second)
    recipe = Recipe(name="x", source="", version="", segmentation=cut, steps=steps, before=(({"a": "甲"},),))
    converter, expected = Engine(recipe), obviously(text, recipe)
    assert converter.convert_plainly(text) == expected
    assert converter.convert_with(_loops, text) == expected


@settings(deadline=None, max_examples=120)
@given(ANY, LAYERS, LAYERS)
@example("甲乙丙丁甲乙", ({"甲乙": "A", "乙丙丁": "B", "丁甲": "C"}, {"甲": "a"}), ({"B": "D"},))
@example("甲乙丙", ({"乙": "A"}, {"甲乙丙": "B"}), ({"B": "D"},))
def test_longest_first_is_the_obvious_one(text: str, first: Layers, second: Layers) -> None:
    recipe = Recipe(name="x", source="", version="", steps=(first, second), longest_first=True)
    converter, expected = Engine(recipe), obviously(text, recipe)
    assert converter.convert_plainly(text) == expected
    assert converter.convert_with(_loops, text) == expected


def test_many_words_that_overlap_are_one_island() -> None:
    recipe = Recipe(name="x", source="", version="", steps=(({"甲甲甲": "A", "甲甲": "B"},),), longest_first=True)
    converter = Engine(recipe)
    for size in (300, 301, 302):
        expected = "A" * (size // 3) + {0: "", 1: "甲", 2: "B"}[size % 3]
        assert converter.convert_plainly("甲" * size) == converter.convert_with(_loops, "甲" * size) == expected


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("⿰氵發發", 3), ("⿱⿰發發發發", 5), ("⿲發發發", 4), ("⿾發", 2), ("⿰發", 0), ("⿰", 0), ("發", 0), ("", 0),
        ("⿰𠮷𠮷", 3), ("⿾" * 14 + "發", 15), ("⿾" * 15 + "發", 16), ("⿾" * 16 + "發", 0), ("⿰" * 40, 0),
        ("⿲⿲⿲發發發發發⿰發發⿰發發", 14),
    ],
)  # fmt: skip
def test_descriptions(text: str, length: int) -> None:
    assert (described(text, 0) if text else 0) == length
    codes = units_of(text)  # the walks count code units, of which an astral character has two
    if text.startswith(tuple(OPERATORS)):
        assert _loops.sequence(codes, 0, codes.size) == len(units_of(text[:length]))


def test_the_official_data_give_what_opencc_expects() -> None:
    converter = Engine(read_recipe("t2hk", OFFICIAL))
    cases: list[list[str]] = json.loads((GOLDEN / "t2hk-cases.json").read_text(encoding="utf-8"))
    assert len(cases) == 17
    for text, expected in cases:
        assert converter.convert(text) == converter.convert_with(_loops, text) == expected
    hostile = "\uf900機場快線⿰線線\U0002f800\ud800線\n"  # compatibility forms first, descriptions and halves never
    assert converter.convert(hostile) == converter.convert_with(_loops, hostile) == "豈機場快綫⿰線線丽\ud800線\n"


def reference(config: str) -> Any:
    """The dependency's converter, where nobody has taken the module's name."""
    opencc = pytest.importorskip("opencc")
    converter = opencc.OpenCC(config)
    if not hasattr(converter, "_init_dict"):
        pytest.skip("another distribution owns the module opencc")
    return converter


@pytest.mark.parametrize("config", DEPENDENCY.names())
def test_the_dependency_gives_the_same(config: str, seeds: dict[str, str]) -> None:
    peer = reference(config)
    text = "\n".join([*(seed[:150] for seed in seeds.values()), generated(DEPENDENCY, 1_500, seed=len(config))])
    converter = Engine(read_recipe(config, DEPENDENCY))
    expected = peer.convert(text)
    assert converter.convert_plainly(text) == expected
    assert converter.convert_with(_loops, text) == expected


@pytest.mark.parametrize("config", ["t2s", "s2twp"])
def test_compiled_walks_give_the_same(config: str, seeds: dict[str, str]) -> None:
    import cleantext.text._kernels as kernels  # noqa: PLC0415 - as its users do

    converter = Engine(read_recipe(config, DEPENDENCY))
    text = "".join(seeds.values()) + generated(DEPENDENCY, 10_000) + "⿰\ud800𠮷發"
    assert converter.convert_with(kernels, text) == converter.convert_plainly(text)


def test_compiled_walks_of_the_official_kind(seeds: dict[str, str]) -> None:
    import cleantext.text._kernels as kernels  # noqa: PLC0415

    taiwan, simplified = read_recipe("tw2s", DEPENDENCY).steps
    text = "".join(seeds.values())[:9_000] + generated(DEPENDENCY, 9_000) + "⿰着着着"
    for first in (taiwan, simplified):  # the second finds the segments itself
        official = Recipe(
            name="x", source="", version="", steps=(first, taiwan, simplified), segmentation=simplified[:1]
        )
        for recipe in (official, dataclasses.replace(official, before=(({"着": "著"},),))):
            converter = Engine(recipe)
            assert converter.convert_with(kernels, text) == converter.convert_plainly(text)


def test_long_texts_are_cut_where_nothing_is_torn(monkeypatch: pytest.MonkeyPatch) -> None:
    converter = engine("s2t")
    rng = random.Random(3)
    clauses = ["头发", "皇后", "发展", "⿰发，发", "里\n", "。", "，", "理发师", "𠮷", "干燥"]
    text = "".join(rng.choice(clauses) for _ in range(15_000))
    monkeypatch.setattr("cleantext.text.engine._PIECE", 500)
    pieces = list(converter._pieces(text))
    assert len(pieces) > 10
    assert "".join(pieces) == text
    assert "".join(map(converter.convert_plainly, pieces)) == converter.convert_plainly(text)
    assert list(converter._pieces("发" * 500_000)) == ["发" * 500_000]


@settings(deadline=None, max_examples=60)
@given(TEXT, st.sampled_from(["t2s", "tw2sp", "hk2s", "s2twp"]))
def test_any_text_by_either_way(text: str, config: str) -> None:
    converter = engine(config, DEPENDENCY)
    converted = converter.convert_plainly(text)
    assert converter.convert_with(_loops, text) == converted
    kept = [char for char in text if char not in letters(config)]
    assert [char for char in converted if char in kept] == [char for char in text if char in kept]


@cache
def letters(config: str) -> frozenset[str]:
    """The characters of all words of a configuration, and of what they become."""
    steps = engine(config, DEPENDENCY).recipe.steps
    return frozenset("".join(word + value for layers in steps for layer in layers for word, value in layer.items()))


def test_tables_are_kept_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANTEXT_CACHE", str(tmp_path))
    recipe = read_recipe("tw2s", DEPENDENCY)
    converted = Engine(recipe).convert_with(_loops, "著力改善環境")
    names = sorted(path.stem for path in tmp_path.iterdir())
    assert names == [f"script-2-tw2s-{recipe.digest}-{number}" for number in range(2)]
    assert all(load_tables(name) for name in names)
    monkeypatch.setattr("cleantext.text.walker.compile_step", None)  # they are not made again
    assert Engine(recipe).convert_with(_loops, "著力改善環境") == converted == "着力改善环境"


def test_short_texts_load_no_compiler() -> None:
    code = (
        "import sys, cleantext; cleantext.to_script('環境' * 20_000, 't2s'); cleantext.to_script('环境', 's2twp');"
        "print('numba' in sys.modules, 'opencc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
