from __future__ import annotations

import io
import json
import pickle
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH, MinHashLSHEnsemble, MinHashLSHForest, WeightedMinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import Config, DedupConfig
from cleantext.dedup import find_duplicates, minhash_signatures, shingle_hash, shingles
from cleantext.dedup.interop import from_minhashes, to_lean_minhashes, to_minhashes
from cleantext.dedup.results import KINDS, Duplicates, Groups, Pair, Pairs, Removal, Removals
from cleantext.errors import ConfigError, MissingDependencyError, StageMismatchError

TEXTS = [
    "壬戌之秋,七月既望,苏子与客泛舟游于赤壁之下。清风徐来,水波不兴。",
    "壬戌之秋，七月既望，蘇子與客泛舟遊於赤壁之下。清風徐來，水波不興。",
    "壬戌之秋,七月既望,苏子与客泛舟游于赤壁之下。清风徐来,水波不兴。举酒属客,诵明月之诗,歌窈窕之章。",
    "The ferryman untied his boat, and rowed slowly toward the far side of the lake.",
    "The ferryman untied his boat, and rowed slowly toward the far side of the lake!",
    "\U00020000\U00020001\U00020002\U0002a6d6\U0001f600 e\u0301 mixed 混合 text with astral 𠮷野家 and marks",
    "短",
    "",
    "——",
]


def some_pairs(size: int = 1000) -> Pairs:
    random = np.random.default_rng(4)
    i = np.sort(random.integers(0, 300, size))
    kind = random.integers(0, 3, size).astype(np.uint8)
    return Pairs.sorted(i, i + random.integers(1, 300, size), kind, random.random(size), random.random(size))


def some_removals(size: int = 1000) -> Removals:
    random = np.random.default_rng(5)
    kind = random.integers(0, 3, size).astype(np.uint8)
    return Removals.sorted(random.permutation(2 * size)[:size], random.permutation(size), kind, random.random(size))


def nothing_found() -> Duplicates:
    return Duplicates(
        size=0,
        pairs=some_pairs(0),
        removals=some_removals(0),
        groups=Groups.of([]),
        cluster=np.zeros(0, dtype=np.int64),
        settings={},
    )


def found_in(pairs: list[Pair], removals: list[Removal], cluster: list[int]) -> Duplicates:
    """Duplicates put together by hand."""
    i, j, kind, jaccard, containment = zip(*pairs, strict=True)
    kinds = np.array([KINDS.index(one) for one in kind], dtype=np.uint8)
    index, kept, gone, score = zip(*removals, strict=True)
    return Duplicates(
        size=len(cluster),
        pairs=Pairs(np.array(i), np.array(j), kinds, np.array(jaccard), np.array(containment)),
        removals=Removals(
            np.array(index), np.array(kept), np.array(list(map(KINDS.index, gone)), np.uint8), np.array(score)
        ),
        groups=Groups.of([]),
        cluster=np.array(cluster),
        settings={},
    )


TABLES = pytest.mark.parametrize("table", [some_pairs(), some_removals()], ids=["pairs", "removals"])
EMPTY = pytest.mark.parametrize(
    "table", [some_pairs(0), some_removals(0), nothing_found()], ids=lambda one: type(one).__name__
)


def numbers(table: Pairs | Removals) -> dict[str, Any]:
    return {name: column for name, column in table.columns().items() if name != "kind"}


class TestArrow:
    @TABLES
    def test_the_memory_is_that_of_the_columns(self, table: Pairs | Removals) -> None:
        arrow = table.to_arrow()
        for name, column in numbers(table).items():
            assert arrow[name].chunk(0).buffers()[1].address == column.ctypes.data
        kind = arrow["kind"].chunk(0)
        assert kind.indices.buffers()[1].address == table.kind.ctypes.data
        assert kind.dictionary.to_pylist() == list(KINDS)

    @TABLES
    def test_rows_are_the_same(self, table: Pairs | Removals) -> None:
        arrow = table.to_arrow()
        assert tuple(arrow.column_names) == table[0]._fields
        assert [type(table[0])(**one) for one in arrow.to_pylist()] == list(table)

    def test_the_memory_outlives_the_results(self) -> None:
        expected = list(some_removals(5))
        arrow = some_removals(5).to_arrow()
        assert [Removal(**one) for one in arrow.to_pylist()] == expected

    @TABLES
    def test_a_parquet_file_has_the_same_rows(self, table: Pairs | Removals) -> None:
        file = io.BytesIO()
        pq.write_table(table.to_arrow(), file)
        assert [type(table[0])(**one) for one in pq.read_table(file).to_pylist()] == list(table)

    @EMPTY
    def test_nothing_found_is_an_empty_table(self, table: Pairs | Removals | Duplicates) -> None:
        arrow = table.to_arrow()
        assert arrow.num_rows == 0
        assert set(arrow.schema.types) == {pa.int64(), pa.float64(), pa.dictionary(pa.uint8(), pa.string())}


class TestPandas:
    pandas: Any

    @pytest.fixture(autouse=True)
    def library(self) -> None:
        self.pandas = pytest.importorskip("pandas")

    @TABLES
    def test_the_memory_is_that_of_the_columns(self, table: Pairs | Removals) -> None:
        frame = table.to_pandas()
        for name, column in numbers(table).items():
            assert np.shares_memory(frame[name].to_numpy(), column)
        assert np.shares_memory(frame["kind"].array.codes, table.kind)

    @TABLES
    def test_rows_are_the_same(self, table: Pairs | Removals) -> None:
        frame = table.to_pandas()
        assert tuple(frame.columns) == table[0]._fields
        assert [type(table[0])(*one) for one in frame.itertuples(index=False)] == list(table)
        assert list(frame["kind"].cat.categories) == list(KINDS)

    def test_results_cannot_be_changed_through_it(self) -> None:
        table = some_removals()
        before = list(table)
        frame = table.to_pandas()
        for name, value in (("index", 7), ("score", 0.5), ("kind", "near")):
            with pytest.raises(ValueError, match="read-only"):
                frame.loc[0, name] = value
        copied = frame.copy()
        copied.loc[0, "score"] = 0.5
        copied.loc[0, "kind"] = "near"
        assert list(table) == before

    def test_a_read_only_frame_can_be_worked_with(self) -> None:
        table = some_pairs()
        frame = table.to_pandas()
        counts = frame.groupby("kind", observed=False).size()
        assert counts.tolist() == np.bincount(table.kind, minlength=3).tolist()
        best = frame.sort_values("jaccard", ascending=False)
        assert best["jaccard"].tolist() == sorted(table.jaccard.tolist(), reverse=True)
        texts = self.pandas.DataFrame({"i": np.arange(600), "text": [str(one) for one in range(600)]})
        assert frame.merge(texts, on="i")["text"].tolist() == [str(one) for one in table.i]
        assert len(frame[frame["kind"] == "near"]) == counts["near"]
        frame["long"] = frame["jaccard"] > 0.5
        assert frame["long"].sum() == np.count_nonzero(table.jaccard > 0.5)

    @EMPTY
    def test_nothing_found_is_an_empty_frame(self, table: Pairs | Removals | Duplicates) -> None:
        frame = table.to_pandas()
        assert len(frame) == 0
        assert {str(one) for one in frame.dtypes} == {"int64", "float64", "category"}


class TestPolars:
    polars: Any

    @pytest.fixture(autouse=True)
    def library(self) -> None:
        self.polars = pytest.importorskip("polars")

    @TABLES
    def test_the_memory_is_that_of_the_columns(self, table: Pairs | Removals) -> None:
        frame = table.to_polars()
        for name, column in numbers(table).items():
            assert np.shares_memory(frame[name].to_numpy(), column)

    @TABLES
    def test_rows_are_the_same(self, table: Pairs | Removals) -> None:
        frame = table.to_polars()
        assert tuple(frame.columns) == table[0]._fields
        assert [type(table[0])(*one) for one in frame.rows()] == list(table)
        assert frame["kind"].dtype == self.polars.Enum(KINDS)

    @EMPTY
    def test_nothing_found_is_an_empty_frame(self, table: Pairs | Removals | Duplicates) -> None:
        frame = table.to_polars()
        assert frame.height == 0
        assert frame["kind"].dtype == self.polars.Enum(KINDS)


class TestDuplicates:
    def test_pairs_come_with_their_cluster(self) -> None:
        found = find_duplicates(TEXTS)
        assert {pair.kind for pair in found} == {"exact", "contained"}
        rows = found.to_arrow().to_pylist()
        assert [row.pop("cluster") for row in rows] == [found.cluster_of(pair.i) for pair in found]
        assert [Pair(**row) for row in rows] == list(found)

    def test_one_table_in_three_libraries(self) -> None:
        pytest.importorskip("pandas")
        pytest.importorskip("polars")
        found = find_duplicates(TEXTS)
        rows = [tuple(row.values()) for row in found.to_arrow().to_pylist()]
        assert [tuple(row) for row in found.to_pandas().itertuples(index=False)] == rows
        assert found.to_polars().rows() == rows


class TestGraph:
    networkx: Any

    @pytest.fixture(autouse=True)
    def library(self) -> None:
        self.networkx = pytest.importorskip("networkx")

    def test_texts_are_nodes_and_pairs_are_edges(self) -> None:
        found = find_duplicates(TEXTS)
        graph = found.to_networkx()
        kept = set(found.kept.tolist())
        expected = {index: {"kept": index in kept, "cluster": found.cluster_of(index)} for index in (0, 1, 2, 3, 4)}
        assert dict(graph.nodes(data=True)) == expected
        assert {(i, j): Pair(i, j, **data) for i, j, data in graph.edges(data=True)} == {
            (pair.i, pair.j): pair for pair in found
        }

    def test_components_are_the_clusters(self) -> None:
        random = np.random.default_rng(6)
        pieces = ["".join(map(chr, random.integers(0x4E00, 0x9FA5, 20))) for _ in range(60)]
        texts = [",".join(pieces[one] for one in random.integers(0, 60, 3)) for _ in range(200)]
        found = find_duplicates(texts, 0.5)
        assert len(found.clusters) > 1
        components = self.networkx.connected_components(found.to_networkx())
        assert sorted(tuple(sorted(one)) for one in components) == sorted(found.clusters)

    def test_a_pair_of_two_kinds_is_one_edge_of_the_stronger(self) -> None:
        pairs = [Pair(0, 3, "near", 0.85, 0.95), Pair(0, 3, "contained", 0.85, 0.95), Pair(2, 3, "exact", 1.0, 1.0)]
        graph = found_in(pairs, [Removal(3, 2, "exact", 1.0)], [0, -1, 0, 0]).to_networkx()
        assert list(graph.edges(data=True)) == [
            (0, 3, {"kind": "near", "jaccard": 0.85, "containment": 0.95}),
            (2, 3, {"kind": "exact", "jaccard": 1.0, "containment": 1.0}),
        ]
        assert list(graph) == [0, 2, 3]

    def test_its_values_are_plain(self) -> None:
        graph = find_duplicates(TEXTS).to_networkx()
        data = self.networkx.node_link_data(graph)
        assert json.loads(json.dumps(data)) == data

    def test_nothing_found_is_an_empty_graph(self) -> None:
        assert nothing_found().to_networkx().number_of_nodes() == 0


class TestMissingLibraries:
    @pytest.mark.parametrize("name", ["pandas", "polars", "networkx"])
    def test_the_message_ends_with_the_pip_line(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(MissingDependencyError, match=name) as caught:
            getattr(find_duplicates(TEXTS), f"to_{name}")()
        assert str(caught.value).endswith(f'pip install "cleantext-corpus[{name}]"')

    def test_a_broken_library_is_not_called_absent(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "networkx.py").write_text("import a_module_that_nobody_has\n")
        monkeypatch.delitem(sys.modules, "networkx", raising=False)
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(ModuleNotFoundError, match="a_module_that_nobody_has") as caught:
            find_duplicates(TEXTS).to_networkx()
        assert not isinstance(caught.value, MissingDependencyError)


CONFIGS = pytest.mark.parametrize("config", [None, DedupConfig(num_perm=64, seed=2**32 - 1), Config()])


def encoded(text: str, config: DedupConfig | None = None) -> list[bytes]:
    return [one.encode("utf-8", "surrogatepass") for one in shingles(text, config)]


class TestToDatasketch:
    @CONFIGS
    def test_it_is_what_datasketch_makes_of_the_shingles(self, config: Any) -> None:
        chosen = config.dedup if isinstance(config, Config) else config or DedupConfig()
        made = to_minhashes(minhash_signatures(TEXTS, config), config)
        for text, ours in zip(TEXTS, made, strict=True):
            theirs = MinHash(num_perm=chosen.num_perm, seed=chosen.seed, hashfunc=shingle_hash)
            theirs.update_batch(encoded(text))
            assert ours == theirs
            assert ours.hashfunc is shingle_hash
            assert ours.permutations.tolist() == theirs.permutations.tolist()
            assert LeanMinHash(theirs) in to_lean_minhashes(minhash_signatures([text], config), config)

    @settings(max_examples=40, deadline=None)
    @given(st.text(max_size=40), st.text(max_size=40))
    def test_updated_with_more_shingles_it_is_the_signature_of_the_union(self, left: str, right: str) -> None:
        union = MinHash(num_perm=16, hashfunc=shingle_hash)
        union.update_batch(set(encoded(left)) | set(encoded(right)))
        config = DedupConfig(num_perm=16)
        one, other = to_minhashes(minhash_signatures([left, right], config), config)
        merged = one.copy()
        merged.merge(other)
        one.update_batch(encoded(right))
        for shingle in encoded(left):
            other.update(shingle)
        assert one == other == merged == union

    def test_paragraphs_add_up_to_the_whole(self) -> None:
        whole = "山高月小,水落石出,曾日月之几何"
        [first] = to_minhashes(minhash_signatures([whole[:9]]))
        first.update_batch(encoded(whole[4:]))
        assert from_minhashes([first]).tolist() == minhash_signatures([whole]).tolist()

    @pytest.mark.parametrize("make", [to_minhashes, to_lean_minhashes])
    def test_the_memory_is_that_of_the_signatures(self, make: Any) -> None:
        rows = minhash_signatures(TEXTS)
        made = make(rows)
        assert all(np.shares_memory(one.hashvalues, row) for one, row in zip(made, rows, strict=True))
        assert not any(one.hashvalues.flags.writeable for one in made)

    def test_signatures_stay_as_they_are(self) -> None:
        rows = minhash_signatures(TEXTS)
        before = rows.copy()
        made = to_minhashes(rows)
        made[0].update_batch(encoded(TEXTS[3]))
        made[1].merge(made[3])
        made[2].clear()
        made[4].update(b"more")
        assert np.array_equal(rows, before)
        assert rows.flags.writeable

    def test_an_empty_text_has_an_empty_sketch(self) -> None:
        made = to_minhashes(minhash_signatures(["", "——", "短"]))
        assert [one.is_empty() for one in made] == [True, True, False]

    @pytest.mark.parametrize("make", [to_minhashes, to_lean_minhashes])
    def test_no_signatures(self, make: Any) -> None:
        assert make(minhash_signatures([])) == []

    @pytest.mark.parametrize("make", [to_minhashes, to_lean_minhashes])
    def test_another_configuration(self, make: Any) -> None:
        rows = minhash_signatures(TEXTS, DedupConfig(num_perm=64))
        with pytest.raises(StageMismatchError, match="num_perm 64, not 128"):
            make(rows)
        with pytest.raises(StageMismatchError, match="num_perm 64, not 32"):
            make(rows, DedupConfig(num_perm=32))

    @pytest.mark.parametrize("dtype", [np.int64, np.uint64, np.float32, ">u4"])
    def test_other_numbers_are_no_signatures(self, dtype: Any) -> None:
        with pytest.raises(ConfigError, match=re.escape("uint32[n, num_perm] is needed")):
            to_minhashes(minhash_signatures(TEXTS).astype(dtype))

    def test_one_row_is_no_table(self) -> None:
        with pytest.raises(ConfigError, match=re.escape("not uint32[128]")):
            to_lean_minhashes(minhash_signatures(TEXTS)[0])


class TestThroughIndexes:
    @pytest.mark.parametrize("make", [to_minhashes, to_lean_minhashes])
    def test_lsh(self, make: Any) -> None:
        rows = minhash_signatures(TEXTS)
        made = make(rows)
        lsh = MinHashLSH(num_perm=128, params=(21, 6))
        for number in (0, 3, 5):
            lsh.insert(number, made[number])
        assert lsh.query(made[1]) == [0]
        assert lsh.query(made[4]) == [3]
        assert pickle.loads(pickle.dumps(lsh)).query(made[5]) == [5]
        assert np.array_equal(from_minhashes(made), rows)

    @pytest.mark.parametrize("make", [to_minhashes, to_lean_minhashes])
    def test_forest(self, make: Any) -> None:
        rows = minhash_signatures(TEXTS)
        forest = MinHashLSHForest(num_perm=128, l=8)
        for number, one in enumerate(make(rows)):
            forest.add(number, one)
        forest.index()
        for number, row in enumerate(rows):
            assert forest.get_minhash_hashvalues(number).tolist() == row.tolist()
        assert set(forest.query(make(rows)[1], 2)) == {0, 1}

    @pytest.mark.parametrize("make", [to_minhashes, to_lean_minhashes])
    def test_ensemble(self, make: Any) -> None:
        rows = minhash_signatures(TEXTS)
        made = make(rows)
        sizes = [len(set(shingles(text))) for text in TEXTS]
        ensemble = MinHashLSHEnsemble(threshold=0.9, num_perm=128, num_part=2)
        ensemble.index([(number, made[number], sizes[number]) for number in (2, 3, 5)])
        assert list(ensemble.query(made[0], sizes[0])) == [2]
        assert np.array_equal(from_minhashes(made), rows)


class TestFromDatasketch:
    @CONFIGS
    def test_there_and_back(self, config: Any) -> None:
        rows = minhash_signatures(TEXTS, config)
        for back in (to_minhashes, to_lean_minhashes):
            again = from_minhashes(back(rows, config), config)
            assert again.dtype == np.uint32
            assert np.array_equal(again, rows)

    def test_serialized_and_pickled(self) -> None:
        rows = minhash_signatures(TEXTS)
        stored = []
        for one in to_lean_minhashes(rows):
            stored.append(bytearray(one.bytesize()))
            one.serialize(stored[-1])
        assert np.array_equal(from_minhashes(map(LeanMinHash.deserialize, stored)), rows)
        assert np.array_equal(from_minhashes(pickle.loads(pickle.dumps(to_minhashes(rows)))), rows)
        assert np.array_equal(from_minhashes(pickle.loads(pickle.dumps(to_lean_minhashes(rows)))), rows)

    def test_both_classes_together(self) -> None:
        rows = minhash_signatures(TEXTS)
        mixed = [*to_minhashes(rows[:4]), *to_lean_minhashes(rows[4:])]
        assert np.array_equal(from_minhashes(mixed), rows)

    def test_rows_one_after_another_are_not_copied(self) -> None:
        rows = minhash_signatures(TEXTS)
        for part in (rows, rows[2:5], rows[:1], rows[-1:]):
            again = from_minhashes(to_minhashes(part))
            assert np.array_equal(again, part)
            assert np.shares_memory(again, part)
            assert not again.flags.writeable

    def test_over_memory_that_numpy_does_not_own(self) -> None:
        rows = minhash_signatures(TEXTS)
        mapped = np.frombuffer(rows.tobytes(), dtype=np.uint32).reshape(rows.shape)
        again = from_minhashes(to_minhashes(mapped))
        assert np.array_equal(again, rows)
        assert np.shares_memory(again, mapped)

    def test_other_rows_are_copied(self) -> None:
        rows = minhash_signatures(TEXTS)
        made = to_minhashes(rows)
        made[1].update(b"one more")
        wide = np.concatenate([rows, rows], axis=1)
        for chosen, expected in (
            (made[:1] + made[2:], np.delete(rows, 1, axis=0)),
            (made[::-2], rows[::-2]),
            (made[3:1:-1], rows[3:1:-1]),
            ([made[2], made[2]], rows[[2, 2]]),
            (to_minhashes(wide[:, 128:]), rows),
            (to_minhashes(np.asfortranarray(rows)), rows),
            ([*to_minhashes(rows[:2]), *to_minhashes(rows.copy()[2:])], rows),
        ):
            again = from_minhashes(chosen)
            assert np.array_equal(again, expected)
            assert again.flags.writeable
            assert not np.shares_memory(again, rows)

    def test_none_at_all(self) -> None:
        assert from_minhashes([]).shape == (0, 128)
        assert from_minhashes(iter(()), DedupConfig(num_perm=32)).shape == (0, 32)
        assert from_minhashes([]).dtype == np.uint32

    @pytest.mark.parametrize(
        ("other", "difference"),
        [
            ({"scheme": "legacy"}, "scheme legacy, not affine32"),
            ({"scheme": "affine64"}, "scheme affine64, not affine32"),
            ({"num_perm": 64}, "num_perm 64, not 128"),
            ({"seed": 7}, "seed 7, not 1"),
            ({"seed": 7, "num_perm": 64}, "num_perm 64, not 128"),
        ],
    )
    def test_the_first_difference_is_named(self, other: dict[str, Any], difference: str) -> None:
        good = to_minhashes(minhash_signatures(TEXTS))
        bad = MinHash(**{"num_perm": 128, "seed": 1, **other})
        for one in (bad, LeanMinHash(bad)):
            with pytest.raises(StageMismatchError, match=f"item 2 has {difference}$"):
                from_minhashes([*good[:2], one])

    def test_a_first_one_of_another_scheme(self) -> None:
        with pytest.raises(StageMismatchError, match="item 0 has scheme legacy, not affine32"):
            from_minhashes([MinHash(scheme="legacy")])

    def test_another_configuration(self) -> None:
        made = to_minhashes(minhash_signatures(TEXTS))
        with pytest.raises(StageMismatchError, match="item 0 has seed 1, not 2"):
            from_minhashes(made, DedupConfig(seed=2))
        with pytest.raises(StageMismatchError, match="item 0 has num_perm 128, not 64"):
            from_minhashes(made, Config(dedup=DedupConfig(num_perm=64)))

    def test_anything_else_is_refused(self) -> None:
        weighted = WeightedMinHash(1, np.zeros((128, 2), dtype=np.int64))
        for wrong in (weighted, np.zeros(128, dtype=np.uint32), None):
            with pytest.raises(ConfigError, match=f"item 1 is a {type(wrong).__name__}, not a MinHash"):
                from_minhashes([MinHash(), wrong])


def test_the_examples_on_the_page_run() -> None:
    for name in ("pandas", "polars", "networkx"):
        pytest.importorskip(name)
    page = Path(__file__).parents[2] / "docs" / "interop.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 6
    scope: dict[str, Any] = {}
    for block in blocks:
        exec(block, scope)
