"""Hugging Face datasets: map in processes, a cache that is right, rows that stay."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

datasets = pytest.importorskip("datasets")

from datasets.fingerprint import Hasher  # noqa: E402 - after the check for the extra

from cleantext import Config, ConfigError, Index, repair, to_script  # noqa: E402
from cleantext.config import RepairConfig  # noqa: E402
from cleantext.integrations import columns  # noqa: E402
from cleantext.integrations import datasets as cd  # noqa: E402
from integrations.table_pages import URLS, VALUES, expected  # noqa: E402

TRADITIONAL = {"normalize": {"script": "keep"}}
SMALL_TOWN = ["山水之间有一座小城,小城里住着一位老人和他的孙女。", "山水之间有一座小城，小城裏住著一位老人和他的孫女！"]


@pytest.fixture(autouse=True)
def _quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


@pytest.fixture
def pages() -> Any:
    return datasets.Dataset.from_dict({"html": VALUES * 3, "url": URLS * 3, "n": range(len(VALUES) * 3)})


def rows(done: Any, prefix: str = "clean_") -> list[dict[str, Any]]:
    return [{name: row[prefix + name] for name in columns.FIELDS} for row in done]


WANTED = [expected(value, url) for value, url in zip(VALUES, URLS, strict=True)] * 3


@pytest.mark.parametrize("options", [{}, {"num_proc": 2}, {"batch_size": 1, "writer_batch_size": 1}])
def test_columns_are_added_in_one_process_and_in_two(pages: Any, options: dict[str, Any]) -> None:
    done = cd.clean_dataset(pages, "html", url="url", **options)
    assert rows(done) == WANTED
    assert (done["n"][:], done["url"][:]) == (pages["n"][:], pages["url"][:])
    assert done.features["clean_author"] == datasets.Value("string")  # though no row has an author


def test_plain_map_takes_the_callable(pages: Any) -> None:
    done = pages.map(cd.CleanColumn("html", url="url", prefix=""), batched=True, remove_columns=["html", "url", "n"])
    assert rows(done, "") == WANTED
    assert done.column_names == list(columns.FIELDS)


def test_a_stream_of_rows(pages: Any) -> None:
    stream = pages.to_iterable_dataset(num_shards=2)
    assert rows(cd.clean_dataset(stream, "html", url="url", remove_columns="n")) == WANTED


def test_columns_can_be_removed_and_names_must_be_free(pages: Any) -> None:
    assert "html" not in cd.clean_dataset(pages, "html", remove_columns="html").column_names
    taken = pages.add_column("clean_title", ["x"] * len(pages))
    with pytest.raises(ConfigError, match="has a column 'clean_title' already; choose another prefix"):
        cd.clean_dataset(taken, "html")
    assert cd.clean_dataset(taken, "html", remove_columns=["clean_title"])["clean_title"][0] == WANTED[0]["title"]
    over = cd.clean_dataset(pages.rename_column("html", "text").remove_columns("url"), "text", prefix="")
    assert over["text"][0] == WANTED[0]["text"]
    with pytest.raises(ConfigError, match="no column 'nothing'; there are 'html', 'url', 'n'"):
        cd.kept_rows(pages, "nothing")


def test_the_cache_is_used_and_left_where_something_changed(pages: Any, tmp_path: Path) -> None:
    pages.save_to_disk(tmp_path / "pages")
    loaded = datasets.load_from_disk(tmp_path / "pages")
    first = cd.clean_dataset(loaded, "html")
    again = cd.clean_dataset(datasets.load_from_disk(tmp_path / "pages"), "html")
    other = cd.clean_dataset(loaded, "html", config=Config.from_dict(TRADITIONAL))
    assert first.cache_files == again.cache_files
    assert first.cache_files != other.cache_files
    assert other[0]["clean_text"].startswith("會議")


def test_fingerprints_see_configuration_and_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("會議\t大会\n", encoding="utf-8")
    named = Config.from_dict({"normalize": {"dictionary": str(words)}})
    made: list[Any] = [
        cd.CleanColumn("html"),
        cd.CleanColumn("html", config=Config.from_dict(TRADITIONAL)),
        cd.CleanColumn("h"),
    ]
    made += [
        cd.RepairColumn("html"),
        cd.RepairColumn("html", RepairConfig(glosses=False)),
        cd.ScriptColumn("html", "s"),
    ]
    made += [cd.ScriptColumn("html", "t"), cd.CleanColumn("html", config=named)]
    words.write_text("會議\t会晤\n", encoding="utf-8")
    made += [cd.CleanColumn("html", config=named)]
    monkeypatch.setattr("cleantext.__version__", "9.9", raising=False)
    made += [cd.CleanColumn("html")]
    assert len({Hasher.hash(one) for one in made}) == len(made)
    assert all(Hasher.hash(pickle.loads(pickle.dumps(one))) == Hasher.hash(one) for one in made)


def test_fingerprints_are_the_same_in_another_process() -> None:
    code = (
        "from datasets.fingerprint import Hasher; from cleantext import Config;"
        "from cleantext.integrations.datasets import CleanColumn;"
        "print(Hasher.hash(CleanColumn('html', config=Config.from_dict({'normalize': {'script': 'keep'}}))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == Hasher.hash(cd.CleanColumn("html", config=Config.from_dict(TRADITIONAL)))


def test_repair_and_script_in_place() -> None:
    texts = ["現(xiàn)在(zài)環(huán)境(jìng)", None, "cafÃ©", "𠮷e\u0301"]
    data = datasets.Dataset.from_dict({"t": texts, "n": range(4)})
    mended = data.map(cd.RepairColumn("t"), batched=True)
    assert mended["t"][:] == [None if text is None else repair(text).text for text in texts]
    converted = data.map(cd.ScriptColumn("t", "s"), batched=True, batch_size=2)
    assert converted["t"][:] == [None if text is None else to_script(text, "s") for text in texts]
    with pytest.raises(ConfigError, match="no column 'x'"):
        data.map(cd.RepairColumn("x"), batched=True)


def test_rows_that_repeat_none() -> None:
    data = datasets.Dataset.from_dict(
        {"t": [*SMALL_TOWN, None, SMALL_TOWN[0], "另一段话，说的是另一件完全不同的事情。"]}
    )
    assert cd.kept_rows(data, "t") == [0, 2, 4]
    assert data.select(cd.kept_rows(data, "t"))["t"][:][0] == SMALL_TOWN[0]
    assert cd.kept_rows(data, "t", 0.9, Config.from_dict({"dedup": {"match": "raw"}})) == [0, 1, 2, 4]
    assert cd.kept_rows(data.select([]), "t") == []


TOWN = "山水之间有一座小城，小城里住着一位老人和他的孙女，每天清晨他们都到河边打水。"
OTHER = "图书馆从下周起延长开放时间，读者可以在晚上九点之前借还图书，周末照常开放。"


def test_rows_that_an_index_has_not_seen(tmp_path: Path) -> None:
    seen = str(tmp_path / "seen.db")
    data = datasets.Dataset.from_dict({"t": [TOWN, to_script(TOWN, "t"), None, OTHER], "id": [1, 2, 3, None]})
    new = data.filter(cd.Unseen(seen, "t", row_id="id"), batched=True, batch_size=2)
    assert new["id"][:] == [1, 3, None]
    # The same call again: no cache may answer, for the index has them now.
    assert data.filter(cd.Unseen(seen, "t", row_id="id"), batched=True)["id"][:] == [3]
    assert data.filter(cd.Unseen(seen, "t", row_id="id", keep_known=True), batched=True)["id"][:] == [1, 3]


def test_an_index_can_be_asked_and_left_as_it_is(tmp_path: Path) -> None:
    seen = str(tmp_path / "seen.db")
    with Index(seen) as index:
        index.add(TOWN, "a")
    data = datasets.Dataset.from_dict({"t": [TOWN, OTHER, TOWN]})
    for _ in range(2):
        asked = data.filter(cd.Unseen(seen, "t", remember=False), batched=True)
        assert asked["t"][:] == [OTHER]
    with Index(seen) as index:
        assert index.stats()["documents"] == 1


def test_processes_share_an_index(tmp_path: Path) -> None:
    data = datasets.Dataset.from_dict({"t": [f"{TOWN}{n % 20}" * 3 for n in range(80)], "id": range(80)})
    strict = Config.from_dict({"dedup": {"threshold": 1.0}})
    unseen = cd.Unseen(str(tmp_path / "seen.db"), "t", row_id="id", config=strict)
    new = data.filter(unseen, batched=True, batch_size=10, num_proc=2)
    assert len(new) == 20
    assert {n % 20 for n in new["id"]} == set(range(20))


def test_what_an_index_needs() -> None:
    with pytest.raises(ConfigError, match="name a file or a redis:// URL"):
        cd.Unseen("", "t")
    with pytest.raises(ConfigError, match="keep_known needs row_id"):
        cd.Unseen("seen.db", "t", keep_known=True)
