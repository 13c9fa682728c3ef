"""The gate that every run passes: extraction on a small sample that is shipped, and how its floors may move."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate import pin


@pytest.fixture(scope="module")
def reached() -> dict[str, float]:
    return pin.measure()


def test_the_sample_is_the_pinned_one() -> None:
    assert pin.digest_of(pin.SAMPLE) == pin.read()["sample"], "run python tests/gate/pin.py --update"


def test_no_floor_is_missing(reached: dict[str, float]) -> None:
    assert set(pin.read()["floors"]) == set(reached)
    assert min(pin.read()["floors"].values()) > 0


@pytest.mark.parametrize("name", sorted(pin.read()["floors"]))
def test_floor(reached: dict[str, float], name: str) -> None:
    assert reached[name] >= pin.read()["floors"][name]


def test_an_update_raises_floors_and_lowers_none() -> None:
    old = {"a": 0.9, "b": 0.9, "gone": 0.5}
    reached = {"a": 0.95, "b": 0.8, "new": 0.7}
    assert pin.merged(old, reached) == {"a": 0.945, "b": 0.9, "gone": 0.5, "new": 0.695}


def test_only_a_person_lowers_a_floor() -> None:
    assert pin.merged({"a": 0.9, "gone": 0.5}, {"a": 0.8}, lower=True) == {"a": 0.795}


@pytest.mark.parametrize("options", [["--update"], []])
def test_a_floor_out_of_reach_closes_the_gate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str]
) -> None:
    path = tmp_path / "floors.json"
    path.write_text(json.dumps({"sample": "", "floors": {"en": 0.9}}), encoding="utf-8")
    monkeypatch.setattr(pin, "FLOORS", path)
    monkeypatch.setattr(pin, "read", lambda: json.loads(path.read_text(encoding="utf-8")))
    monkeypatch.setattr(pin, "measure", lambda: {"en": 0.8, "zh": 0.7})
    assert pin.main(options) == 1
    assert pin.read()["floors"]["en"] == 0.9
    assert pin.main(["--update", "--lower"]) == 0
    assert pin.read()["floors"] == {"en": 0.795, "zh": 0.695}
    assert pin.read()["sample"] == pin.digest_of(pin.SAMPLE)


def test_the_digest_sees_every_page_and_label(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    seen = {pin.digest_of(tmp_path)}
    for name, content in (("a.json", "1"), ("a.json", "2"), ("en/b.html.gz", "1"), ("en/c.html.gz", "1")):
        (tmp_path / name).write_text(content, encoding="utf-8")
        seen.add(pin.digest_of(tmp_path))
    assert len(seen) == 5
    (tmp_path / "README.md").write_text("said about it", encoding="utf-8")
    assert pin.digest_of(tmp_path) in seen
