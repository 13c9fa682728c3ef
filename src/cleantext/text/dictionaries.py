"""OpenCC's configurations and dictionaries, found where a distribution has installed them and read as data.

Two distributions have them, both under the Apache licence 2.0 (https://github.com/BYVoid/OpenCC). Our dependency
opencc-python-reimplemented has ten configurations over text files; the official opencc has sixteen over newer
dictionaries in binary form, which are taken where it is installed. The two overwrite each other's module `opencc`, so
nothing is imported: the files are all that is asked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from cleantext.errors import ConfigError, MissingDependencyError

__all__ = ["SOURCES", "Layers", "Recipe", "Source", "read_recipe", "source"]

# Words that are looked up together: those of an earlier layer come before those of a later one.
Layers = tuple[Mapping[str, str], ...]

OFFICIAL, REIMPLEMENTED = "opencc", "opencc-python-reimplemented"
SOURCES = (OFFICIAL, REIMPLEMENTED)
# Where each distribution keeps its configurations and its dictionaries, under the package `opencc`.
_FOLDERS = {
    OFFICIAL: ("clib/share/opencc", "clib/share/opencc"),
    REIMPLEMENTED: ("config", "dictionary"),
}
# Where opencc-python-reimplemented cuts a text before it looks for words, so that none with one of these is ever found.
_SEPARATORS = frozenset(
    " \t\xa0-,.?!*　，。、；：？！…“”‘’『』「」﹁﹂—－（）《》〈〉～．／＼［］｛｝【】"
    "︐︑︒︓︔︕︖︙︰︳︴︵︶︷︸︹︺︻︼︽︾︿﹀﹃﹄﹇﹈"
)
_INSTALL = "pip install --force-reinstall opencc-python-reimplemented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One distribution's data: `name` of the distribution, its `version` ('' where unknown), its two folders."""

    name: str
    version: str
    configs: Path
    dictionaries: Path

    def names(self) -> tuple[str, ...]:
        """The configurations it has, in alphabetical order."""
        return tuple(sorted(path.stem for path in self.configs.glob("*.json")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A configuration with its dictionaries.

    The text goes through `before` as a whole, is cut into segments by `segmentation` (None: it is one segment), and
    then each segment goes through `steps`. Which of the words that overlap is taken differs: the first, and at one
    place that of the earliest layer and then the longest; or, `longest_first`, of all words of the earliest layer the
    longest, wherever it stands. `digest` tells two recipes apart that are not made of the same data.
    """

    name: str
    source: str
    version: str
    before: tuple[Layers, ...] = ()
    segmentation: Layers | None = None
    steps: tuple[Layers, ...] = ()
    longest_first: bool = False
    digest: str = ""


def source(name: str | None = None) -> Source:
    """The data of the distribution `name`, or of the first of `SOURCES` that is installed.

    Raises MissingDependencyError where there is none.
    """
    for wanted in (name,) if name else SOURCES:
        found = _find(wanted)
        if found:
            return found
    raise MissingDependencyError(
        f"script conversion needs the dictionaries of {name or ' or '.join(reversed(SOURCES))}: "
        + (f"pip install --force-reinstall {name}" if name else _INSTALL)
    )


@cache
def _find(name: str) -> Source | None:
    configs, dictionaries = _FOLDERS[name]
    for version, package in _packages(name):
        found = Source(name=name, version=version, configs=package / configs, dictionaries=package / dictionaries)
        if found.names() and found.dictionaries.is_dir():
            return found
    return None


def _packages(name: str) -> Iterator[tuple[str, Path]]:
    """Folders that may be the package `opencc` of a distribution, and its version."""
    try:
        installed = distribution(name)
        yield installed.version, Path(str(installed.locate_file("opencc")))
    except PackageNotFoundError:
        pass
    spec = PathFinder.find_spec("opencc")
    for folder in (spec and spec.submodule_search_locations) or ():
        yield "", Path(folder)


def read_recipe(name: str, origin: Source | None = None) -> Recipe:
    """The configuration `name` of `origin` (default: the first distribution installed).

    Raises ConfigError where it has none of that name or a file of it is damaged, and MissingDependencyError where no
    distribution is installed.
    """
    origin = origin or source()
    if name not in origin.names():
        raise ConfigError(
            f"{name!r} is not a configuration of OpenCC; {origin.name} {origin.version} has {', '.join(origin.names())}"
        )
    return _Reading(origin, name).recipe()


@dataclass
class _Reading:
    """One configuration while it is read."""

    origin: Source
    name: str
    digest: Any = field(default_factory=lambda: hashlib.sha256(b"recipe 1"))
    read: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def recipe(self) -> Recipe:
        path = self.origin.configs / f"{self.name}.json"
        try:
            table = json.loads(self._bytes(path))
            before = tuple(self._layers(step["dict"]) for step in table.get("normalization", ()))
            steps = tuple(self._layers(step["dict"]) for step in table["conversion_chain"])
            longest_first = self.origin.name == REIMPLEMENTED  # which knows no segmentation either
            cut = None if longest_first or "segmentation" not in table else table["segmentation"]["dict"]
            segmentation = self._layers(cut) if cut else None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigError(f"{path}: is not a configuration of OpenCC: {error}") from None
        self.digest.update(bytes([longest_first]))
        return Recipe(
            name=self.name,
            source=self.origin.name,
            version=self.origin.version,
            before=before,
            segmentation=segmentation,
            steps=steps,
            longest_first=longest_first,
            digest=self.digest.hexdigest()[:32],
        )

    def _layers(self, node: Mapping[str, Any]) -> Layers:
        """The dictionaries of one step in order of precedence; those of a union are one layer."""
        if node["type"] != "group":
            return (self._dictionary(node["file"]),)
        parts = [self._layers(child) for child in node["dicts"]]
        if node.get("match_policy", "short_circuit") != "union":
            return tuple(layer for layers in parts for layer in layers)
        merged: dict[str, str] = {}
        for layers in parts:
            for layer in layers:
                merged = {**layer, **merged}
        return (merged,)

    def _dictionary(self, file: str) -> Mapping[str, str]:
        if file not in self.read:
            self.read[file] = self._words(file)
        return self.read[file]

    def _words(self, file: str) -> Mapping[str, str]:
        path = self.origin.dictionaries / file
        data = self._bytes(path)
        try:
            if path.suffix == ".ocd2":
                from cleantext.text.marisa import read_ocd2  # noqa: PLC0415 - brings numpy

                words = read_ocd2(data)
            else:
                words = _read_text(data.decode("utf-8"))
        except ValueError as error:
            raise ConfigError(f"{path}: {error}") from None
        if self.origin.name != REIMPLEMENTED:
            return words
        return {word: value for word, value in words.items() if _SEPARATORS.isdisjoint(word)}

    def _bytes(self, path: Path) -> bytes:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
        self.digest.update(path.name.encode() + b"\0" + hashlib.sha256(data).digest())
        return data


def _read_text(text: str) -> dict[str, str]:
    """A dictionary in text form: a line is a word, a tab, and its conversions, of which the first counts."""
    words = {}
    for line in text.splitlines():
        word, tab, values = line.strip().partition("\t")
        if tab and word and not line.startswith("#"):
            words[word] = values.split(" ", 1)[0]
    return words
