"""How an index keeps documents: what is read is what was written, and damage is told of."""

from __future__ import annotations

import random
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext import StoreError
from cleantext.config import DedupConfig
from cleantext.dedup.bodies import Body, decoded, encoded
from cleantext.dedup.remembered import Remembered, prepared
from cleantext.dedup.shingle import MatchTexts, Rule
from dedup.corpora import PARAGRAPHS, TEXTS


def remembered(texts: list[str], match: str = "folded", **more: str) -> Remembered:
    (found,) = prepared([{"id": "a", "paragraphs": texts} | more], Rule.of(DedupConfig(match=match), "paragraph"))
    return found


def same(one: MatchTexts, other: MatchTexts) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("codes", "offsets", "begins"))


@given(st.lists(TEXTS, max_size=6), st.sampled_from(["folded", "raw"]), st.booleans())
@settings(deadline=None)
def test_what_is_written_is_read(texts: list[str], match: str, dated: bool) -> None:
    document = remembered(
        texts, match, **({"date": "2024-05-06", "source": "报\ud800", "origin": "x"} if dated else {})
    )
    body = Body("a", encoded(document))
    found = body.document
    assert same(found.texts, document.texts)
    assert same(body.whole, document.whole)
    assert all(same(body.text(n), document.texts.slice(n, n + 1)) for n in range(len(document.ordinals)))
    for name in ("document_id", "ordinals", "length", "date", "sources", "origin"):
        assert getattr(found, name) == getattr(document, name)


def test_a_paragraph_takes_little_room() -> None:
    """Far less than the hashes of its shingles, eight bytes a character."""
    document = remembered(list(PARAGRAPHS))
    assert len(encoded(document)) < 3 * document.texts.codes.size


def test_damage_is_told_of() -> None:
    body = encoded(remembered(list(PARAGRAPHS)))
    rng = random.Random(1)
    parts = bytearray(zlib.decompress(body[1:]))
    damaged = [b"", body[:-5], b"\x09" + body[1:], body[:1] + zlib.compress(b""), body[:1] + zlib.compress(parts[:40])]
    for _ in range(300):
        changed = bytearray(body)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        damaged.append(bytes(changed))
        inside = bytearray(parts)
        inside[rng.randrange(60)] ^= 1 << rng.randrange(8)
        damaged.append(body[:1] + zlib.compress(bytes(inside)))
    told = [error for error in map(error_of, damaged) if error is not None]
    assert len(told) > 300
    assert all(str(one).startswith("the record of document a in the index is damaged") for one in told)
    assert not any(one.retry for one in told)


def error_of(body: bytes) -> StoreError | None:
    """What is raised for a body; any other error fails the test."""
    try:
        decoded("a", body)
    except StoreError as error:
        return error
    return None


@pytest.mark.parametrize("texts", [[], [""], ["\U00020000"], ["a" * 9]])
def test_edges(texts: list[str]) -> None:
    document = remembered(texts)
    assert decoded("a", encoded(document)).ordinals == document.ordinals
