"""Documents as lines and back: nothing is lost, and what was no document is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleantext import Document, Edit, Field, ParseError, Removed, clean
from cleantext.entryrows import Entry, decode_entry, encode_entry
from cleantext.formats.base import Failure
from cleantext.records import Repeat

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
# Lone surrogates too: file names have them.
TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from("山水\U00020000e\u0301\ud800\udcff\n\r\u2028\u0085\x00")), max_size=20
)
NUMBERS = st.integers(0, 40)


def tuples_of(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


EDITS = st.builds(Edit, stage=TEXT, rule=TEXT, start=NUMBERS, end=NUMBERS, before=TEXT, after=TEXT)
REMOVED = st.builds(
    Removed,
    start=NUMBERS,
    end=NUMBERS,
    text=TEXT,
    reason=TEXT,
    score=st.none() | st.floats(0, 1),
    kept_id=st.none() | TEXT,
    kept_paragraph=st.none() | NUMBERS,
)
REPEATS = st.builds(
    Repeat,
    left=NUMBERS,
    right=NUMBERS,
    kind=TEXT,
    jaccard=st.floats(0, 1),
    containment=st.floats(0, 1),
    cluster=NUMBERS,
)
DOCUMENTS = st.builds(
    Document,
    document_id=TEXT,
    origin=TEXT,
    url=st.none() | TEXT,
    encoding=TEXT,
    encoding_source=TEXT,
    script=TEXT,
    conversion=st.none() | TEXT,
    source_text=TEXT,
    paragraphs=tuples_of(TEXT),
    kinds=tuples_of(TEXT),
    levels=tuples_of(NUMBERS),
    spans=tuples_of(st.tuples(NUMBERS, NUMBERS)),
    ordinals=tuples_of(NUMBERS),
    edits=tuples_of(tuples_of(EDITS)),
    removed=tuples_of(REMOVED),
    metadata=st.dictionaries(TEXT, st.builds(Field, value=TEXT, origin=TEXT), max_size=3),
    repeats=tuples_of(REPEATS),
    flags=tuples_of(TEXT),
)
ENTRIES = st.builds(Entry, document=DOCUMENTS, source=TEXT, reference=st.booleans()) | st.builds(
    Failure, origin=TEXT, error=TEXT
)


@given(ENTRIES)
def test_what_is_encoded_comes_back(entry: Entry | Failure) -> None:
    line = encode_entry(entry)
    assert line.splitlines(keepends=True) == [line]
    assert decode_entry(line) == entry


def test_every_field_of_a_document_has_its_place() -> None:
    """A field that is added to Document and not to the rows must not be forgotten."""
    given_names = {"document_id", *Document.__slots__}
    document = clean(
        "首页 > 正文\n作者：王小明\n會議今日召開，市長主持會議並講話。\n會議今日召開，市長主持會議並講話。"
    )
    row = json.loads(encode_entry(Entry(document=document, source="")))
    assert len(row) == 3 + len(given_names)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_seeds(path: Path) -> None:
    entry = Entry(document=clean(path.read_bytes()), source="种子", reference=True)
    line = encode_entry(entry)
    assert decode_entry(line) == entry
    # The text of removed spans is in the source already.
    assert all(span.text == "" or json.dumps(span.text) not in str(line) for span in entry.document.removed)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\n",
        b"null\n",
        b"[]\n",
        b'["document"]\n',
        b'["failure","a"]\n',
        b'["other",1,2]\n',
        b'{"document":1}\n',
        b"[" * 100_000,
        encode_entry(Entry(document=clean("一段话。"), source=""))[:-40],
        encode_entry(Entry(document=clean("一段话。"), source="")).replace(b"[[0,4]]", b"[[0]]"),
    ],
)
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(ParseError, match="is no document of a run"):
        decode_entry(line)
