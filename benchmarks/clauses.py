"""The clauses of real text that corpora for measuring are made of."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["MARKS", "Clauses", "paragraphs", "texts"]

SEEDS = Path(__file__).parent.parent / "seeds"
MARKS = "，。！？；：、"
_CLAUSE = re.compile(r"([^，。！？；：、,.!?;:…\s]+)([，。！？；：、,.!?;:…]?)")
_LEAST, _MOST = 4, 24
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SUFFIXES = {".txt", ".json", ".jsonl"}


def _files(path: Path) -> Iterator[Path]:
    """`path`, or the files of text in the folder `path`, by name."""
    if path.is_dir():
        yield from (one for one in sorted(path.iterdir()) if _kind(one) in _SUFFIXES)
    else:
        yield path


def _kind(path: Path) -> str:
    return Path(path.stem).suffix if path.suffix == ".gz" else path.suffix


def texts(path: Path) -> Iterator[str]:
    """The texts in a file or in the files of a folder: that of each JSON object, or the whole of a text file."""
    for one in _files(path):
        data = gzip.decompress(one.read_bytes()) if one.suffix == ".gz" else one.read_bytes()
        text, kind = data.decode("utf-8"), _kind(one)
        if kind == ".txt":
            yield text
        else:
            rows = map(json.loads, filter(None, text.split("\n")) if kind == ".jsonl" else [text])
            yield from (found for row in rows if (found := row.get("main_content") or row.get("text")))


def paragraphs(data: Iterable[Path], least: int = 80) -> list[str]:
    """The different lines of `least` characters or more, of the seeds and of `data`."""
    lines = (line.strip() for path in (SEEDS, *data) for text in texts(path) for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if len(line) >= least))


def _plain(clause: str) -> bool:
    """Whether a clause has 4 to 24 characters, is mostly Han, needs no escape in JSON, and has nothing that combines or
    is hidden."""
    if not _LEAST <= len(clause) <= _MOST:
        return False
    if '"' in clause or "\\" in clause or any(unicodedata.category(char)[0] in "MC" for char in clause):
        return False
    return len(_HAN.findall(clause)) >= 0.6 * len(clause)


@dataclass(frozen=True)
class Clauses:
    """Different clauses, each with the mark behind it."""

    texts: tuple[str, ...]

    @classmethod
    def read(cls, data: Sequence[Path] = ()) -> Clauses:
        """The clauses of the seeds and of `data`, files or folders, in order of first appearance."""
        found: dict[str, str] = {}
        for path in (SEEDS, *data):
            for text in texts(path):
                for body, mark in _CLAUSE.findall(text):
                    if body not in found and _plain(body):
                        found[body] = mark if mark and mark in MARKS else "，"
        return cls(tuple(body + mark for body, mark in found.items()))

    @cached_property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Characters of each clause."""
        return np.array([len(text) for text in self.texts], dtype=np.int64)

    @cached_property
    def han(self) -> str:
        """Every Han character of the clauses, as often as it stands there: to draw from."""
        return "".join(_HAN.findall("".join(self.texts)))

    def __len__(self) -> int:
        return len(self.texts)
