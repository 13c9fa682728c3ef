"""Rows of the output files: many pairs at once are written as one is."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from cleantext.dedup import Pair
from cleantext.formats.output import dump_json
from cleantext.formats.rows import pair_lines, pair_row

HOSTILE = ["", 'a"b', "a\\", "\\u0041", "山水\U00020000", "e\u0301", "\x00\x1f\x7f\x85\u2028\u2029", "{}", "a\nb\r\tc"]
IDS = st.sampled_from(HOSTILE) | st.text(st.characters(codec="utf-8"), max_size=8)
SCORES = st.floats(0, 1) | st.sampled_from([0.0, 1.0, 1e-7, 5e-7, 0.1 + 0.2, 1 / 3, 0.8, 0.9999995])
PLACES = st.none() | st.integers(0, 2**40)
PAIRS = st.tuples(IDS, PLACES, IDS, PLACES, st.sampled_from(["exact", "near", "contained"]), SCORES, SCORES, IDS)


@given(st.lists(PAIRS, max_size=4))
def test_many_pairs_are_written_as_one_is(
    pairs: list[tuple[str, int | None, str, int | None, str, float, float, str]],
) -> None:
    expected = [
        dump_json(pair_row(a, m, b, n, Pair(0, 1, kind, jaccard, containment), cluster)) + "\n"
        for a, m, b, n, kind, jaccard, containment, cluster in pairs
    ]
    lines = pair_lines(
        [(json.dumps(a, ensure_ascii=False), m) for a, m, *_ in pairs],
        [(json.dumps(b, ensure_ascii=False), n) for _, _, b, n, *_ in pairs],
        [(kind, jaccard, containment) for *_, kind, jaccard, containment, _ in pairs],
        [json.dumps(cluster, ensure_ascii=False) for *_, cluster in pairs],
    )
    assert list(lines) == expected
    for line, (a, m, b, n, kind, *_, cluster) in zip(expected, pairs, strict=True):
        row = json.loads(line)
        assert [row["left_id"], row["left_paragraph"], row["right_id"], row["right_paragraph"]] == [a, m, b, n]
        assert (row["kind"], row["cluster"], line.count("\n")) == (kind, cluster, 1)


def test_scores_have_six_places() -> None:
    (line,) = pair_lines([('"a"', None)], [('"b"', 3)], [("near", 5 / 6, 0.95)], ['"p0"'])
    assert line == (
        '{"left_id": "a", "left_paragraph": null, "right_id": "b", "right_paragraph": 3, '
        '"kind": "near", "jaccard": 0.833333, "containment": 0.95, "cluster": "p0"}\n'
    )
