"""Results in the types of other libraries: tables for Arrow, pandas and Polars, a graph, signatures of datasketch.

Numbers are handed over in the memory they stand in, which is why what comes out must not be written to. A library is
loaded by the call that needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cleantext.config import Config, DedupConfig
from cleantext.dedup.shingle import shingle_hash
from cleantext.errors import ConfigError, MissingDependencyError, StageMismatchError

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import polars as pl
    import pyarrow as pa
    from datasketch import LeanMinHash, MinHash

    from cleantext.dedup.results import Duplicates

__all__ = ["from_minhashes", "to_arrow", "to_lean_minhashes", "to_minhashes", "to_networkx", "to_pandas", "to_polars"]

U32 = npt.NDArray[np.uint32]
Columns = Mapping[str, npt.NDArray[Any]]

_SCHEME = "affine32"


def to_arrow(columns: Columns, kinds: Sequence[str]) -> pa.Table:
    """The columns as a table over their own memory; `kind`, places in `kinds`, is a dictionary array."""
    import pyarrow as pa  # noqa: PLC0415 - loaded by those who need it

    arrays = {name: pa.array(column) for name, column in columns.items()}
    arrays["kind"] = pa.DictionaryArray.from_arrays(arrays["kind"], pa.array(kinds))
    return pa.table(arrays)


def to_pandas(columns: Columns, kinds: Sequence[str]) -> pd.DataFrame:
    """The columns as a frame over their own memory, read-only; `kind`, places in `kinds`, is a Categorical.

    Raises MissingDependencyError without pandas.
    """
    pandas = _library("pandas")
    series = {name: _read_only(column) for name, column in columns.items()}
    series["kind"] = pandas.Categorical.from_codes(series["kind"].view(np.int8), categories=list(kinds))
    return pandas.DataFrame(series, copy=False)


def to_polars(columns: Columns, kinds: Sequence[str]) -> pl.DataFrame:
    """The columns as a frame, numbers over their own memory; `kind`, places in `kinds`, is copied to an Enum.

    Raises MissingDependencyError without Polars.
    """
    polars = _library("polars")
    frame: pl.DataFrame = polars.from_arrow(to_arrow(columns, kinds))
    return frame.with_columns(polars.col("kind").cast(polars.Enum(kinds)))


def to_networkx(found: Duplicates, kinds: Sequence[str]) -> nx.Graph:
    """The pairs of `found` as the edges of a graph, their texts as its nodes; see `Duplicates.to_networkx`."""
    networkx = _library("networkx")
    pairs = found.pairs
    nodes = np.unique(np.concatenate([pairs.i, pairs.j]))
    kept = np.isin(nodes, found.removals.index, invert=True)
    graph = networkx.Graph()
    graph.add_nodes_from(
        (node, {"kept": stays, "cluster": cluster})
        for node, stays, cluster in zip(nodes.tolist(), kept.tolist(), found.cluster[nodes].tolist(), strict=True)
    )
    # Two texts can be a pair of two kinds, and a graph has one edge for them: the first listed, of the stronger kind.
    again = (np.diff(pairs.i, prepend=-1) == 0) & (np.diff(pairs.j, prepend=-1) == 0)
    rows = (column[~again].tolist() for column in pairs.columns().values())
    graph.add_edges_from(
        (i, j, {"kind": kinds[kind], "jaccard": jaccard, "containment": containment})
        for i, j, kind, jaccard, containment in zip(*rows, strict=True)
    )
    return graph


def to_minhashes(signatures: U32, config: DedupConfig | Config | None = None) -> list[MinHash]:
    """The rows of `minhash_signatures` as `datasketch.MinHash`, over the memory of `signatures`.

    `config` is the one they were made with. A MinHash can be updated with encoded `shingles`, which gives it values
    of its own and leaves `signatures` as they are. Raises ConfigError if `signatures` are not uint32[n, num_perm], and
    StageMismatchError if they have another number of permutations than `config`.

    >>> from cleantext.dedup import minhash_signatures, shingles
    >>> first, both = to_minhashes(minhash_signatures(["山高月小", "山高月小月小山高"]))
    >>> first.update_batch(shingle.encode() for shingle in shingles("月小月小山高"))
    >>> first == both
    True
    """
    from datasketch import MinHash  # noqa: PLC0415 - takes a while

    rows, seed = _rows(signatures, config)
    terms = {"num_perm": rows.shape[1], "seed": seed, "hashfunc": shingle_hash, "scheme": _SCHEME}
    permutations = MinHash(**terms).permutations
    return [_sharing(MinHash(**terms, permutations=permutations), row) for row in rows]


def to_lean_minhashes(signatures: U32, config: DedupConfig | Config | None = None) -> list[LeanMinHash]:
    """The rows of `minhash_signatures` as `datasketch.LeanMinHash`, over the memory of `signatures`.

    `config` is the one they were made with. Raises ConfigError if `signatures` are not uint32[n, num_perm], and
    StageMismatchError if they have another number of permutations than `config`.
    """
    from datasketch import LeanMinHash  # noqa: PLC0415 - takes a while

    rows, seed = _rows(signatures, config)
    return [_sharing(LeanMinHash(seed=seed, hashvalues=row, scheme=_SCHEME), row) for row in rows]


def from_minhashes(minhashes: Iterable[MinHash], config: DedupConfig | Config | None = None) -> U32:
    """The values of `datasketch.MinHash` or `LeanMinHash` as uint32[n, num_perm], like `minhash_signatures`.

    All must be of the scheme `affine32` and have the same number of permutations and the same seed, those of `config`
    where it is given; the hash function is not looked at, for a LeanMinHash has none. Rows that stand in memory one
    after another, as those of `to_minhashes` do, are not copied, and the result is then read-only. Raises
    StageMismatchError that names the first difference, and ConfigError for anything that is no MinHash.
    """
    from datasketch import MinHash  # noqa: PLC0415 - takes a while

    chosen = _settled(config)
    expected = None if config is None else (_SCHEME, chosen.num_perm, chosen.seed)
    rows: list[U32] = []
    for place, minhash in enumerate(minhashes):
        if not isinstance(minhash, MinHash):
            raise ConfigError(f"minhashes: item {place} is a {type(minhash).__name__}, not a MinHash")
        terms = (minhash.scheme, len(minhash), minhash.seed)
        expected = expected or (_SCHEME, *terms[1:])
        if terms != expected:
            raise StageMismatchError(f"minhashes: item {place} has {_difference(terms, expected)}")
        rows.append(minhash.hashvalues)
    if not rows:
        return np.empty((0, chosen.num_perm), dtype=np.uint32)
    together = _together(rows)
    return np.stack(rows) if together is None else together


def _difference(found: tuple[Any, ...], expected: tuple[Any, ...]) -> str:
    name, own, other = next(
        row for row in zip(("scheme", "num_perm", "seed"), found, expected, strict=True) if row[1] != row[2]
    )
    return f"{name} {own}, not {other}"


def _settled(config: DedupConfig | Config | None) -> DedupConfig:
    from cleantext.dedup.duplicates import settled  # noqa: PLC0415 - it imports the results, and they this module

    return settled(config)


def _rows(signatures: U32, config: DedupConfig | Config | None) -> tuple[U32, int]:
    """The signatures as read-only rows, and their seed."""
    if signatures.dtype != np.uint32 or signatures.ndim != 2:
        raise ConfigError(f"signatures: uint32[n, num_perm] is needed, not {signatures.dtype}{list(signatures.shape)}")
    chosen = _settled(config)
    if signatures.shape[1] != chosen.num_perm:
        raise StageMismatchError(f"signatures: num_perm {signatures.shape[1]}, not {chosen.num_perm}")
    return _read_only(signatures), chosen.seed


def _sharing(minhash: Any, row: U32) -> Any:
    """The sketch with `row` itself as its values, of which its constructor makes a copy; its methods never write."""
    minhash.hashvalues = row
    return minhash


def _together(rows: Sequence[U32]) -> U32 | None:
    """The rows as one read-only table, if they stand one after another in one array."""
    base, size = rows[0].base, rows[0].nbytes
    if base is None or not all(row.base is base and row.flags.c_contiguous for row in rows):
        return None
    starts = [row.__array_interface__["data"][0] for row in rows]
    if any(after - before != size for before, after in pairwise(starts)):
        return None
    shape, strides = (len(rows), rows[0].size), (size, rows[0].itemsize)
    return np.lib.stride_tricks.as_strided(rows[0], shape, strides, writeable=False)


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view = array.view()
    view.setflags(write=False)
    return view


def _library(name: str) -> Any:
    """An optional library. Raises MissingDependencyError where it is absent."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise MissingDependencyError(f'this needs {name}: pip install "cleantext-corpus[{name}]"') from None
