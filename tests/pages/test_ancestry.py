"""What is around blocks: the loops, plain and compiled, against definitions that count for every element anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.pages import _climb, _loops, ancestry, compiled
from cleantext.pages.ancestry import Tree, element_columns, tell_elements, word_columns
from cleantext.pages.columns import FEATURES, LANDMARKS, WORD_COLUMNS, Columns
from cleantext.pages.elements import Element
from cleantext.pages.wordscores import WordScores, class_words

SCORES = WordScores({"post": 1.5, "menu": -2.0, "<p": 0.5, "<nav": -1.0})
SHARES = {
    "post": (1.5, 0.5, 0.25, 0.0),
    "menu": (-2.0, 0.0, -0.5, 0.0),
    "<p": (0.25, 1.0, 0.0, 0.0),
    "<div": (-0.125, 0.0, 0.5, -0.25),
}
JOINT = WordScores({}, SHARES)
KINDS = (
    ("div", ""),
    ("p", ""),
    ("nav", ""),
    ("div", "post"),
    ("ul", "menu"),
    ("div", "comments"),
    ("select", "a post"),
)


@st.composite
def _trees(draw: st.DrawFn) -> list[Element]:
    """Elements, each after the one around it; some stand on their own."""
    picks = draw(st.lists(st.tuples(st.integers(0, 99), st.sampled_from(KINDS)), min_size=1, max_size=30))
    return [Element(pick % (i + 1) - 1, *kind) for i, (pick, kind) in enumerate(picks)]


@st.composite
def _pages(draw: st.DrawFn) -> list[Element]:
    """Elements in the order of a page: what is in one follows it."""
    found: list[Element] = []
    around: list[int] = []
    for ups, kind in draw(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(KINDS)), min_size=1, max_size=30)):
        around = around[: max(len(around) - ups, 0)]
        found.append(Element(around[-1] if around else -1, *kind))
        around.append(len(found) - 1)
    return found


def _up(elements: list[Element], place: int) -> list[int]:
    """The element and those around it, outwards."""
    found = [place]
    while (above := elements[found[-1]].parent) >= 0:
        found.append(above)
    return found


def _is_landmark(element: Element, name: str) -> bool:
    if name == "comments":
        return "comments" in element.names
    return {"select": "form"}.get(element.tag, element.tag) == name


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=40))
@settings(deadline=None)
def test_pairs_are_numbered_in_their_order(pairs: list[tuple[int, int]]) -> None:
    firsts, seconds = np.array(pairs, dtype=np.int64).reshape(-1, 2).T.copy()
    kinds = sorted(set(pairs))
    for is_compiled in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ancestry, "pays", lambda is_compiled=is_compiled: is_compiled)
            numbers, found = ancestry._numbered(firsts, seconds, 31)
        assert [*zip(*found.tolist(), strict=True)] == kinds
        assert numbers.tolist() == [kinds.index(pair) for pair in pairs]


@given(_pages())
def test_elements_of_one_kind_in_those_of_the_same_names_have_one_signature(elements: list[Element]) -> None:
    around = [elements[one.parent].names if one.parent >= 0 else "" for one in elements]
    told = [(one.tag, one.names, name) for one, name in zip(elements, around, strict=True)]
    found = Tree.of(elements).signatures.tolist()
    assert len(set(found)) == len(set(told)) == len(set(zip(found, told, strict=True)))


@pytest.mark.parametrize("is_compiled", [False, True])
@given(elements=_pages())
@settings(deadline=None)
def test_what_words_say_together_is_what_walking_up_from_each_element_gives(
    is_compiled: bool, elements: list[Element]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "pays", lambda: is_compiled)
        found = tell_elements(Tree.of(elements), JOINT)[0][_climb.JOINT]
    for place in range(len(elements)):
        words = [class_words(elements[one].tag, elements[one].names) for one in _up(elements, place)]
        on_path = sum(SHARES[word][0] for word in {word for part in words for word in part} if word in SHARES)
        near = [SHARES[word][step] for step, part in enumerate(words[:3], 1) for word in part if word in SHARES]
        assert found[place] == pytest.approx(on_path + sum(near))


def test_windows_of_what_words_say_are_means_weighted_by_the_root_of_tokens() -> None:
    elements = [Element(-1, "body", ""), *(Element(0, "div", name) for name in ("post", "", "menu", "post"))]
    tokens = np.array([8.5, 3.5, 0.5, 15.5])
    columns = word_columns(Tree.of(elements), np.array([1, 2, 3, 4]), JOINT, tokens)
    found = dict(zip(WORD_COLUMNS, columns, strict=True))
    alone, weights = found["words_joint"], np.sqrt(tokens + 0.5)
    assert alone.tolist() == [1.875, -0.125, -2.125, 1.875]
    for first, last, place in ((0, 3, 0), (0, 4, 1), (1, 4, 3)):
        part = slice(first, last)
        assert found["words_joint2"][place] == pytest.approx(np.average(alone[part], weights=weights[part]))
    assert found["words_joint6"] == pytest.approx([np.average(alone, weights=weights)] * 4)


@given(_trees())
def test_paths_are_what_walking_up_from_each_element_gives(elements: list[Element]) -> None:
    told, _ = tell_elements(Tree.of(elements), SCORES)
    for place in range(len(elements)):
        up = _up(elements, place)
        scores = [SCORES.of(class_words(elements[one].tag, elements[one].names))[0] for one in up]
        assert told[_climb.DEPTH, place] == len(up) - 1
        assert told[_climb.OWN, place] == scores[0]
        assert told[_climb.ABOVE, place] == scores[:2][-1]
        assert told[_climb.PATH, place] == pytest.approx(sum(scores))
        assert told[_climb.LOWEST, place] == min(*scores, 0)
        assert told[_climb.HIGHEST, place] == max(*scores, 0)
        for number, name in enumerate(LANDMARKS):
            steps = (step for step, one in enumerate(up) if _is_landmark(elements[one], name))
            assert told[_climb.INSIDE + number, place] == min(next(steps, 20), 20)


def test_no_landmark_is_farther_than_the_farthest() -> None:
    elements = [Element(place - 1, "nav" if place == 0 else "div", "") for place in range(40)]
    assert tell_elements(Tree.of(elements), SCORES)[0][_climb.INSIDE].tolist() == [
        float(min(place, 20)) for place in range(40)
    ]


def _columns(elements: list[Element], places: list[int]) -> dict[str, list[float]]:
    element = np.array([place % len(elements) for place in places], dtype=np.int64)
    tokens = np.array([3.0 * (place + 1) for place in places])
    running = np.where(tokens > 40, tokens, 0.0)
    columns, tree = Columns(len(places)), Tree.of(elements)
    columns.logs[:] = 0
    element_columns(columns, tree, element, tell_elements(tree, SCORES), np.stack((tokens, tokens / 2, running)))
    columns.take_logs()
    names = FEATURES[FEATURES.index("depth") : FEATURES.index("page_blocks")]
    return {name: columns.part(name, 1)[0].tolist() for name in names}


@given(_trees(), st.lists(st.integers(0, 60), min_size=1, max_size=20))
def test_groups_and_the_core_are_those_of_their_definitions(elements: list[Element], places: list[int]) -> None:
    found = _columns(elements, places)
    at = [place % len(elements) for place in places]
    held = {one: [i for i, place in enumerate(at) if one in _up(elements, place)] for one in range(len(elements))}
    assert found["group0_blocks"] == pytest.approx([np.log1p(len(held[place])) for place in at])

    def signature(place: int) -> tuple[str, str, str]:
        one = elements[place]
        return one.tag, one.names, elements[one.parent].names if one.parent >= 0 else ""

    alike = [sum(signature(place) == signature(other) for other in at) for place in at]
    assert found["alike_blocks"] == pytest.approx([np.log1p(count) for count in alike])

    running = [3.0 * (place + 1) if 3 * (place + 1) > 40 else 0.0 for place in places]
    mass = {one: sum(running[i] for i in blocks) for one, blocks in held.items()}
    core, whole = -1, sum(running)
    while inner := [one for one in range(len(elements)) if elements[one].parent == core]:
        best = max(inner, key=lambda one: (mass[one], -one))
        if mass[best] < 0.7 * whole or mass[best] <= 0:
            break
        core, whole = best, mass[best]
    up = _up(elements, core) if core >= 0 else []
    for place, steps in zip(at, found["to_core"], strict=True):
        shared = [up.index(one) for one in _up(elements, place) if one in up]
        assert steps == (-1 if core < 0 else shared[0] if shared else len(up))


@settings(max_examples=30, deadline=None)
@given(_trees(), st.lists(st.integers(0, 60), min_size=1, max_size=20))
def test_compiled_loops_give_the_same(elements: list[Element], places: list[int]) -> None:
    given_columns = []
    for met in (0, compiled.COMPILED_FROM):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compiled._Met, "characters", met)
            assert (compiled.loops() is _loops) == (met == 0)
            given_columns.append(_columns(elements, places))
    assert given_columns[0] == given_columns[1]
