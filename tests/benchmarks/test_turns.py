"""Pages read in turns: who is asked when, and that a changed answer is seen."""

from __future__ import annotations

import pytest

from quality import turns
from quality.turns import Labelled, in_turns


def test_pages_are_read_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, bytes]] = []

    def of(name: str) -> turns.Answer:
        def answer(body: bytes, _url: str | None) -> str:
            asked.append((name, body))
            return f"{name} {body.decode()}"

        return answer

    monkeypatch.setattr(turns, "ANSWERS", {"a": of("a"), "b": of("b")})
    items = [Labelled(body, None, "") for body in (b"1", b"2", b"3")]
    found = in_turns(items, together=2, rounds=2)
    once = [("a", b"1"), ("a", b"2"), ("b", b"1"), ("b", b"2")]
    assert asked == [*once, *once, *[("a", b"3"), ("b", b"3")] * 2]
    assert found["b"][1] == ["b 1", "b 2", "b 3"]
    assert all(len(times) == len(items) for times, _ in found.values())


def test_a_changed_answer_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["x", "y"])
    monkeypatch.setattr(turns, "ANSWERS", {"a": lambda _body, _url: next(answers)})
    with pytest.raises(AssertionError, match="page 0: a changed its mind"):
        in_turns([Labelled(b"1", None, "")], together=1, rounds=2)
