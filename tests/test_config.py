"""Configuration: one source of defaults, all faults at once, a digest."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from cleantext.config import _OPENCC, Config, DedupConfig, Rule, load_rules, to_toml
from cleantext.errors import ConfigError


def test_every_fault_is_reported_at_once() -> None:
    faults = {
        "dedub": {},
        "dedup": {"treshold": 1, "recall": 7, "keep": "best", "num_perm": "many", "seed": True},
        "normalize": {"script": "simplified", "punctuation": "full"},
        "decode": {"encoding": "klingon"},
        "run": 3,
        "extract": {"rules": [{"name": "a b", "patern": "x", "action": "hide"}, {"name": "n", "pattern": "("}, 5]},
    }
    with pytest.raises(ConfigError) as caught:
        Config.from_dict(faults)
    assert str(caught.value).splitlines() == [
        "[dedub]: unknown; did you mean dedup?",
        "dedup.treshold: unknown; did you mean threshold?",
        "dedup.recall: 7 is not between 0.5 and 0.9999",
        "dedup.num_perm: expected int, got 'many'",
        "dedup.seed: expected int, got True",
        "dedup.keep: 'best' is not first, longest, newest or source:a>b",
        "normalize.script: 'simplified' is not one of s, t, tw, hk, keep, " + ", ".join(_OPENCC),
        "normalize.punctuation: 'full' is not one of keep, cjk, ascii",
        "decode.encoding: 'klingon' is not an encoding Python knows",
        "run: expected a table of options, got 3",
        "extract.rule 1: patern: unknown; did you mean pattern?",
        "extract.rule 1: pattern: is missing",
        "extract.rule 1: name: 'a b' may have letters, digits, '-', '_' and '.' only",
        "extract.rule 1: action: 'hide' is not remove or keep",
        "extract.rule 2: pattern: missing ), unterminated subpattern at position 0",
        "extract.rule 3: expected a table",
    ]


def test_a_wrong_value_is_refused_in_python_too() -> None:
    with pytest.raises(ConfigError, match=r"dedup\.threshold: 80 is not between"):
        Config(dedup=DedupConfig(threshold=80))


OTHER = {
    "encoding": "gbk", "rules": [{"name": "a", "pattern": "b"}], "script": "t", "keep": "newest", "kind": "html",
    "extractor": "all", "punctuation": "cjk", "match": "raw", "shingle_size": 4, "shingle_unit": "character",
    "within": "tag", "documents": "tag", "across": "drop", "compress": "gzip", "format": "text", "site": "off",
    "memory": "1G", "site_profile": "site.json", "width_letters": "half", "width_katakana": "full",
    "width_spaces": "half",
    "width_symbols": "half", "dictionary": str(Path(__file__).parent / "golden" / "words.tsv"), "protect": "names",
    "include_comments": "no", "worker_memory": "2G",
    "threshold": 0.7, "recall": 0.9, "containment": 0.8, "max_removed": 0.4, "max_failures": 0.4,
}  # fmt: skip


def test_digest_follows_what_is_written() -> None:
    digests = {Config().digest()}
    for name, stage in Config().stages():
        for option in dataclasses.fields(stage):
            value = getattr(stage, option.name)
            other = OTHER.get(option.name) or (not value if isinstance(value, bool) else value + 1)
            digest = Config.from_dict({name: {option.name: other}}).digest()
            assert (digest in digests) == (not option.metadata["affects_output"]), option.name
            digests.add(digest)


def test_toml_reads_back(tmp_path: Path) -> None:
    config = Config.from_dict(
        {"dedup": {"threshold": 0.7}, "extract": {"rules": [{"name": "广告", "pattern": '"\\d+"', "host": "a.cn"}]}}
    )
    path = tmp_path / "cleantext.toml"
    path.write_text(to_toml(config), encoding="utf-8")
    assert Config.from_toml(path) == config


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read: No such file"):
        Config.from_toml(tmp_path / "none.toml")
    path = tmp_path / "bad.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"bad\.toml: is not TOML"):
        Config.from_toml(path)


def test_rules(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\nname = "ad"\npattern = "^买一送一"\nhost = "a.cn"\n', encoding="utf-8")
    assert load_rules(path) == (Rule(name="ad", pattern="^买一送一", host="a.cn"),)
    path.write_text('[[rules]]\nname = "ad"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="rules: unknown; did you mean rule"):
        load_rules(path)
