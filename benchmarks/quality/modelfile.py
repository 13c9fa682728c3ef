"""Trees as LightGBM writes them made into the arrays that `cleantext.pages.classify` walks; all arrays into a file.

The file is an .npz whose bytes depend on the model alone: members in a fixed order, dated 1980.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.pages.classify import FOLDED, FORMAT, SECOND, SHELL, Model
from cleantext.pages.wordscores import WordScores
from quality.fitting import Fitted

__all__ = ["all_arrays", "arrays_of", "model_of", "npz_bytes"]

Arrays = dict[str, npt.NDArray[Any]]
# The scores of words, and their shares in what they say together.
Words = tuple[Mapping[str, float], Mapping[str, Sequence[float]]]

# Bits of LightGBM's decision_type: the split is categorical; missing values go left; how missing is written.
_CATEGORICAL, _DEFAULT_LEFT, _MISSING_SHIFT, _MISSING_IS_NAN = 1, 2, 2, 2


def all_arrays(fitted: Fitted) -> Arrays:
    """The nodes of all trees, and the weights of the networks."""
    found = arrays_of(fitted.first) | _named(SECOND, fitted.second.arrays)
    for begin, trees in ((FOLDED, fitted.folded), (SHELL, fitted.shell)):
        found |= _named(begin, arrays_of(trees)) if trees else {}
    return found


def _named(begin: str, arrays: Arrays) -> Arrays:
    return {begin + name: values for name, values in arrays.items()}


def arrays_of(trees: str) -> Arrays:
    """The nodes of all trees one after another: leaves follow the inner nodes of their tree and lead to themselves."""
    columns: dict[str, list[Any]] = {name: [] for name in _TYPES}
    for text in trees.split("\nTree=")[1:]:
        tree = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
        base, inner = len(columns["feature"]), int(tree["num_leaves"]) - 1
        columns["roots"].append(base)
        for i in range(inner):
            _add(columns, _inner_node(tree, i), base, inner)
        for i, value in enumerate(tree["leaf_value"].split()):
            place = base + inner + i
            row = (0, 0.0, place, place, float(value), True)
            for name, cell in zip(_NODE, row, strict=True):
                columns[name].append(cell)
    return {name: np.array(values, dtype=_TYPES[name]) for name, values in columns.items()}


_NODE = ("feature", "threshold", "left", "right", "value", "missing_left")
_TYPES: dict[str, Any] = {
    "feature": np.int16,
    "threshold": np.float32,
    "left": np.int32,
    "right": np.int32,
    "value": np.float32,
    "missing_left": np.bool_,
    "roots": np.int32,
}


def _inner_node(tree: Mapping[str, str], i: int) -> tuple[Any, ...]:
    def at(name: str) -> str:
        return tree[name].split()[i]

    kind, threshold = int(at("decision_type")), float(at("threshold"))
    if kind & _CATEGORICAL:
        raise ValueError("a categorical split, which no feature asks for")
    is_known = kind >> _MISSING_SHIFT & 3 == _MISSING_IS_NAN  # else none was seen here, and LightGBM takes one for zero
    missing_left = bool(kind & _DEFAULT_LEFT) if is_known else threshold >= 0
    return int(at("split_feature")), _floor(threshold), int(at("left_child")), int(at("right_child")), missing_left


def _add(columns: dict[str, list[Any]], node: tuple[Any, ...], base: int, inner: int) -> None:
    feature, threshold, left, right, missing_left = node
    follow = [base + child if child >= 0 else base + inner + ~child for child in (left, right)]
    for name, cell in zip(_NODE, (feature, threshold, *follow, 0.0, missing_left), strict=True):
        columns[name].append(cell)


def _floor(threshold: float) -> np.float32:
    """The greatest single that is not above: singles compare with it as they do with the double."""
    found = np.float32(threshold)
    return np.nextafter(found, np.float32(-np.inf)) if float(found) > threshold else found


def model_of(arrays: Arrays, names: Sequence[str], words: Words) -> Model:
    """The model as the product reads it: of the arrays of the first trees, and of the others, if any."""
    return Model.of_arrays(arrays, tuple(names), WordScores(*words), _digest(arrays, names, words))


def npz_bytes(arrays: Arrays, names: Sequence[str], words: Words) -> bytes:
    """The model as a file: the same bytes for the same model."""
    about = {"format": FORMAT, "version": _digest(arrays, names, words), **_about(names, words)}
    members = {**arrays, "about": np.frombuffer(_json(about), dtype=np.uint8)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, values in members.items():
            part = io.BytesIO()
            np.save(part, values, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, part.getvalue(), compresslevel=9)
    return stream.getvalue()


def _about(names: Sequence[str], words: Words) -> dict[str, Any]:
    scores, joint = (dict(sorted(part.items())) for part in words)
    return {"names": list(names), "words": scores, "joint": joint}


def _json(about: Mapping[str, Any]) -> bytes:
    return json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()


def _digest(arrays: Arrays, names: Sequence[str], words: Words) -> str:
    """A name for the model made of what it is."""
    digest = hashlib.blake2b(_json(_about(names, words)), digest_size=6)
    for values in arrays.values():
        digest.update(values.tobytes())
    return digest.hexdigest()
