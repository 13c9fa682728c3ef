from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cleantext.dedup.shingle import Rule, hash64
from cleantext.dedup.site import site_chrome
from cleantext.dedup.siteprofile import SiteLine, SiteProfile
from cleantext.dedup.store import TextStore
from cleantext.errors import ConfigError, StageMismatchError


def profile(lines: dict[str, dict[str, tuple[int, int]]], match: str = "folded") -> SiteProfile:
    found = {
        host: {f"{hash64(text):016x}": SiteLine(documents=n, of=of, example=text) for text, (n, of) in own.items()}
        for host, own in lines.items()
    }
    return SiteProfile(hosts=found, match=match)


ONE = profile({"b.cn": {"登录": (8, 9), "第0页": (9, 9)}, "a.cn": {"𠮷野家": (20, 30)}})


def written(tmp_path: Path, change: dict[str, Any]) -> Path:
    path = tmp_path / "sites.json"
    path.write_text(json.dumps({**ONE.to_dict(), **change}), encoding="utf-8")
    return path


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    ONE.save(path)
    assert SiteProfile.load(path) == ONE == SiteProfile.from_dict(ONE.to_dict()) == pickle.loads(pickle.dumps(ONE))
    assert "𠮷野家" in path.read_text(encoding="utf-8")
    assert [child.name for child in tmp_path.iterdir()] == ["sites.json"]
    before = path.read_bytes()
    SiteProfile.load(path).save(path)
    assert path.read_bytes() == before


def test_empty_profile_round_trip(tmp_path: Path) -> None:
    SiteProfile().save(tmp_path / "sites.json")
    assert SiteProfile.load(tmp_path / "sites.json") == SiteProfile()


def test_lone_surrogates_are_stored(tmp_path: Path) -> None:
    odd = profile({"\ud800.cn": {"山\udfff": (8, 8)}})
    odd.save(tmp_path / "sites.json")
    assert SiteProfile.load(tmp_path / "sites.json") == odd


def test_hosts_and_lines_are_in_order() -> None:
    assert list(ONE.hosts) == ["a.cn", "b.cn"]
    assert [line.example for line in ONE.hosts["b.cn"].values()] == ["第0页", "登录"]


def test_nothing_can_be_changed() -> None:
    with pytest.raises(TypeError):
        ONE.hosts["c.cn"] = {}  # type: ignore[index]
    with pytest.raises(TypeError):
        del ONE.hosts["a.cn"]["00"]  # type: ignore[attr-defined]


def test_merging() -> None:
    other = profile({"b.cn": {"登录": (30, 40), "注册": (8, 8)}, "c.cn": {"首页": (8, 8)}})
    both = profile(
        {
            "a.cn": {"𠮷野家": (20, 30)},
            "b.cn": {"登录": (30, 40), "第0页": (9, 9), "注册": (8, 8)},
            "c.cn": {"首页": (8, 8)},
        }
    )
    assert ONE.merged(other) == other.merged(ONE) == both == both.merged(ONE) == both.merged(both)
    assert json.dumps(ONE.merged(other).to_dict()) == json.dumps(other.merged(ONE).to_dict())
    with pytest.raises(StageMismatchError, match="match is 'raw' in one and 'folded' in the other"):
        ONE.merged(profile({}, "raw"))


def test_profile_of_other_match_texts_is_refused() -> None:
    store, none = TextStore(Rule("folded", "auto", 3)), np.zeros(0, dtype=np.int64)
    with pytest.raises(StageMismatchError, match="match is 'raw', here it is 'folded'"):
        site_chrome(store, np.zeros(1, dtype=np.int64), none, [], profile({}, "raw"))


def test_other_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StageMismatchError, match=r"sites\.json: .*: schema_version is 2, this cleantext reads 1"):
        SiteProfile.load(written(tmp_path, {"schema_version": 2}))


@pytest.mark.parametrize(("key", "value"), [("masked", "nothing"), ("max_weight", 61), ("min_share", None)])
def test_other_settings_are_refused(key: str, value: object, tmp_path: Path) -> None:
    changed = {**ONE.to_dict()["settings"], key: value}
    with pytest.raises(StageMismatchError, match=f"{key} is {value!r}, here it is"):
        SiteProfile.load(written(tmp_path, {"settings": changed}))


@pytest.mark.parametrize("text", ["", "{", "\ufeff{}", "[" * 100_000])
def test_no_json(text: str, tmp_path: Path) -> None:
    (tmp_path / "sites.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="is not JSON"):
        SiteProfile.load(tmp_path / "sites.json")


def test_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "sites.json").write_bytes(b"{\xff}")
    with pytest.raises(ConfigError, match="is not JSON"):
        SiteProfile.load(tmp_path / "sites.json")


@pytest.mark.parametrize("text", ["[]", "{}", "3", '{"hosts": 3}'])
def test_no_profile(text: str, tmp_path: Path) -> None:
    (tmp_path / "sites.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="has no hosts, so it is none"):
        SiteProfile.load(tmp_path / "sites.json")


@pytest.mark.parametrize("value", [None, [], {}, {"match": 3}])
def test_no_settings(value: object, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not say in its settings what it matches"):
        SiteProfile.load(written(tmp_path, {"settings": value}))


GOOD = {"documents": 8, "of": 9, "example": "山"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (3, "a line has documents, of and example"),
        ({**GOOD, "more": 1}, "a line has documents, of and example"),
        ({"documents": 8, "of": 9}, "a line has documents, of and example"),
        ({**GOOD, "documents": 10}, "10 of 9 documents cannot be"),
        ({**GOOD, "documents": 0}, "0 of 9 documents cannot be"),
        ({**GOOD, "documents": True}, "True of 9 documents cannot be"),
        ({**GOOD, "of": "9"}, "8 of '9' documents cannot be"),
        ({**GOOD, "example": "水"}, "is not the digest of its example"),
        ({**GOOD, "example": None}, "is not the digest of its example"),
    ],
)
def test_broken_lines_are_listed(line: object, problem: str, tmp_path: Path) -> None:
    digest = f"{hash64('山'):016x}"
    path = written(tmp_path, {"hosts": {"a.cn": {digest: line}, "b.cn": 3, "c.cn": {digest: GOOD}}})
    with pytest.raises(ConfigError) as caught:
        SiteProfile.load(path)
    assert str(caught.value).splitlines() == [
        f"{path}: site profile: hosts.a.cn.{digest}: {problem}",
        f"{path}: site profile: hosts.b.cn: not a table of lines",
    ]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.json: cannot be read: No such file"):
        SiteProfile.load(tmp_path / "none.json")


@pytest.mark.parametrize("name", ["none/sites.json", "folder"])
def test_unwritable_file_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="cannot be written: "):
        ONE.save(tmp_path / name)
    assert [child.name for child in tmp_path.iterdir()] == ["folder"]
