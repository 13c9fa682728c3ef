"""Finding and reading OpenCC's data."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cleantext.errors import ConfigError, MissingDependencyError
from cleantext.text import dictionaries
from cleantext.text.dictionaries import REIMPLEMENTED, SOURCES, Source, read_recipe, source
from cleantext.text.engine import Engine

GOLDEN = Path(__file__).parent.parent / "golden" / "opencc"
OFFICIAL = Source(name="opencc", version="1.4.2", configs=GOLDEN, dictionaries=GOLDEN)


def written(folder: Path, config: dict[str, Any], **files: str) -> Source:
    (folder / "c.json").write_text(json.dumps(config), encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return Source(name="opencc", version="", configs=folder, dictionaries=folder)


def text(name: str) -> dict[str, str]:
    return {"type": "text", "file": f"{name}.txt"}


def test_the_dependency_is_found() -> None:
    found = source(REIMPLEMENTED)
    assert found.version.startswith("0.1.")
    assert found.names() == ("hk2s", "s2hk", "s2t", "s2tw", "s2twp", "t2hk", "t2s", "t2tw", "tw2s", "tw2sp")
    recipe = read_recipe("tw2s", found)
    assert (len(recipe.steps), recipe.longest_first, recipe.segmentation, recipe.before) == (2, True, None, ())
    assert recipe.steps[1][0]["乾隆"] == "乾隆"


def test_it_does_not_matter_who_owns_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    for other in (ModuleType("opencc"), None):
        monkeypatch.setitem(sys.modules, "opencc", other)
        dictionaries._find.cache_clear()
        assert Engine(read_recipe("t2s", source(REIMPLEMENTED))).convert("環境") == "环境"


def test_nothing_installed_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionaries, "_packages", lambda _: iter(()))
    dictionaries._find.cache_clear()
    try:
        with pytest.raises(MissingDependencyError, match=r"pip install --force-reinstall opencc-python-reimplemented$"):
            source()
        with pytest.raises(MissingDependencyError, match=r"dictionaries of opencc: .* --force-reinstall opencc$"):
            source("opencc")
    finally:
        dictionaries._find.cache_clear()


def test_the_official_one_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "clib" / "share" / "opencc"
    folder.mkdir(parents=True)
    (folder / "t2s.json").write_text("{}")
    packages = dictionaries._packages
    monkeypatch.setattr(
        dictionaries, "_packages", lambda name: iter([("9", tmp_path)]) if name == SOURCES[0] else packages(name)
    )
    dictionaries._find.cache_clear()
    try:
        assert (source().name, source().version, source().names()) == ("opencc", "9", ("t2s",))
        assert source(REIMPLEMENTED).name == REIMPLEMENTED
    finally:
        dictionaries._find.cache_clear()


def test_a_configuration_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match=r"'x2y' is not a configuration of OpenCC; opencc 1\.4\.2 has t2hk"):
        read_recipe("x2y", OFFICIAL)


def test_binary_dictionaries_and_what_comes_before() -> None:
    recipe = read_recipe("t2hk", OFFICIAL)
    assert [len(layer) for layer in recipe.steps[0]] == [272, 66]
    assert [len(layer) for layer in recipe.before[0]] == [1002]
    assert not recipe.longest_first
    assert read_recipe("t2hk", OFFICIAL).digest == recipe.digest


def test_groups_are_layers_and_unions_are_one(tmp_path: Path) -> None:
    union: dict[str, Any] = {"type": "group", "match_policy": "union", "dicts": [text("a"), text("b")]}
    config: dict[str, Any] = {"segmentation": {"type": "mmseg", "dict": union}, "conversion_chain": []}
    group = {"type": "group", "dicts": [union, text("c")]}
    config["conversion_chain"] = [{"dict": group}]
    found = written(tmp_path, config, a="甲\t1 2\n乙\t3\n", b="# 不\n甲\t9\n丙\t4\n\n", c="丁\t5")
    recipe = read_recipe("c", found)
    assert recipe.steps == (({"甲": "1", "乙": "3", "丙": "4"}, {"丁": "5"}),)
    assert recipe.segmentation == ({"甲": "1", "乙": "3", "丙": "4"},)
    digest = recipe.digest
    (tmp_path / "c.txt").write_text("丁\t6", encoding="utf-8")
    assert read_recipe("c", found).digest != digest


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("[]", "is not a configuration of OpenCC"),
        ("{", "is not a configuration of OpenCC"),
        ('{"conversion_chain": [{"dict": {"type": "text"}}]}', "is not a configuration of OpenCC: 'file'"),
        ('{"conversion_chain": [{"dict": {"type": "text", "file": "no.txt"}}]}', "cannot be read: No such file"),
        ('{"conversion_chain": [{"dict": {"type": "ocd2", "file": "c.ocd2"}}]}', "is not an OpenCC dictionary"),
    ],
)
def test_faults_name_the_file(tmp_path: Path, config: str, message: str) -> None:
    found = written(tmp_path, {})
    (tmp_path / "c.json").write_text(config)
    (tmp_path / "c.ocd2").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match=message):
        read_recipe("c", found)


def test_words_that_the_dependency_never_finds_are_left_out() -> None:
    recipe = read_recipe("s2t", source(REIMPLEMENTED))
    assert not [word for layer in recipe.steps[0] for word in layer if "．" in word]
