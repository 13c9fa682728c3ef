"""Repeats within many documents at once are what `find_repeats` says of each."""

from __future__ import annotations

import random

import numpy as np
import pytest

from cleantext.config import DedupConfig
from cleantext.dedup import arithmetic, find_repeats, fingerprint, shingle, store, within
from cleantext.dedup.fingerprint import fingerprints
from cleantext.dedup.shingle import Rule
from cleantext.dedup.store import TextStore
from cleantext.dedup.within import find_repeats_within

HAN = "山水之间有一座小城里住着位老人春风吹绿江南岸明月何时照我还会议今日召开市长主持并讲话各区负责参加"


def paragraph(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return rng.choice(["第一章", "答：是。", "——", "", "𠮷野家", "Chorus", "é́à"])
    return "".join(rng.choices(HAN, k=rng.randrange(22, 60)))


def changed(rng: random.Random, text: str) -> str:
    chars = list(text)
    for _ in range(rng.randrange(3)):
        chars[rng.randrange(len(chars))] = rng.choice(HAN)
    return "".join(chars)


def documents(seed: int, count: int) -> list[list[str]]:
    """Documents with repeats of every kind inside them, and lines they share with each other."""
    rng = random.Random(seed)
    shared = [paragraph(rng) for _ in range(5)]
    found = []
    for _ in range(count):
        own = [rng.choice(shared) if rng.random() < 0.2 else paragraph(rng) for _ in range(rng.randrange(9))]
        for text in rng.sample(own, min(len(own), rng.randrange(4))):
            kind = rng.randrange(4)
            copy = text if kind == 0 else changed(rng, text) if text and kind == 1 else text[: len(text) * 2 // 3]
            own.insert(rng.randrange(len(own) + 1), copy)
        if own and rng.random() < 0.3:
            own += own[: rng.randrange(len(own)) + 1]
        found.append(own)
    return found


def check(found: list[list[str]], config: DedupConfig, many: int = within._MANY) -> None:
    with TextStore(Rule.of(config, "paragraph")) as texts:
        texts.add([text for own in found for text in own])
        bounds = np.cumsum([0, *map(len, found)])
        known = fingerprints(texts, texts.rule, config, 1)
        pairs, removals = find_repeats_within(texts, bounds, config, known, 1)
    expected_pairs, expected = [], []
    for begin, own in zip(bounds.tolist(), found, strict=False):
        alone = find_repeats(own, config)
        expected_pairs += [(p.i + begin, p.j + begin, *p[2:]) for p in alone.pairs]
        expected += [(r.index + begin, r.kept + begin, *r[2:]) for r in alone.removals]
    assert [tuple(pair) for pair in pairs] == sorted(expected_pairs)
    assert [tuple(removal) for removal in removals] == sorted(expected)


@pytest.mark.parametrize("seed", range(6))
def test_each_document_is_searched_as_if_it_were_alone(seed: int) -> None:
    found = documents(seed, 60)
    for config in (DedupConfig(), DedupConfig(threshold=0.6), DedupConfig(containment=None), DedupConfig(min_chars=5)):
        check(found, config)


def test_the_compiled_path_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (arithmetic, store, shingle, fingerprint):
        monkeypatch.setattr(module, "COMPILED_FROM", 0)
    for seed in range(4):
        check(documents(seed, 60), DedupConfig())


def test_a_document_of_very_many_paragraphs_is_a_corpus_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(within, "_MANY", 4)
    for seed in range(3):
        check(documents(seed, 40), DedupConfig())


def test_only_active_paragraphs_take_part() -> None:
    texts = TextStore(Rule.of(DedupConfig(), "paragraph"))
    line = HAN[:30]
    texts.add([line, line, line, line])
    known = fingerprints(texts, texts.rule, DedupConfig(), 1)
    active = np.array([False, True, True, True])
    pairs, removals = find_repeats_within(texts, np.array([0, 3, 4]), DedupConfig(), known, 1, active)
    assert [(r.index, r.kept) for r in removals] == [(2, 1)]
    assert [(p.i, p.j) for p in pairs] == [(1, 2)]


def test_no_documents() -> None:
    check([], DedupConfig())
    check([[], []], DedupConfig())
