"""The other columns of an input row on their way to the output row: which they are, and their types in tables.

Values are carried as they came. Types are taken from the values: integers, floats, truth values, text, bytes, dates,
times, lists and objects. Where values of one column differ in type, the column is text and each value is JSON.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["METADATA_FIELDS", "ColumnTypes", "carried", "packed", "plain", "unpacked", "weight"]

# What a record may say of itself and a document can carry on.
METADATA_FIELDS = ("title", "date", "author", "source", "editor", "site", "language")
# Columns by which rows are known that `clean` wrote, and all that it writes.
_OURS = frozenset({"paragraphs", "spans", "ordinals", "kinds", "levels"})
_WRITTEN = frozenset(
    {*_OURS, "id", "origin", "url", "title", "date", "author", "source", "encoding", "script", "text", "metadata"}
)
_MOST_COLUMNS, _MOST_MEMBERS, _DEEPEST = 1000, 256, 8
_DEEPEST_CARRIED = 100  # levels of lists and objects; what is deeper is carried as JSON
_TAG = "\x00"  # the one member of an object that stands for what JSON has not
_EXACT, _LONG = 1 << 53, 1 << 63  # integers that a float and an int64 hold


def carried(row: Mapping[str, Any], field: str) -> dict[str, Any]:
    """What of `row`, whose text is in `field`, is carried along: all that the output says nowhere else.

    Of a row that `clean` wrote, that is its `columns`.
    """
    return {str(name): value if _is_shallow(value) else _as_json(value) for name, value in _others(row, field).items()}


def _others(row: Mapping[str, Any], field: str) -> dict[str, Any]:
    if row.keys() >= _OURS:
        known = row.get("columns")
        return {name: value for name, value in row.items() if name not in _WRITTEN and name != "columns"} | (
            dict(known) if isinstance(known, Mapping) else {}
        )
    return {
        name: value
        for name, value in row.items()
        if name != field and not (name in ("url", *METADATA_FIELDS) and isinstance(value, str) and value)
    }


def _is_shallow(value: Any, levels: int = _DEEPEST_CARRIED) -> bool:
    if isinstance(value, Mapping):
        return levels > 0 and all(_is_shallow(part, levels - 1) for part in value.values())
    if isinstance(value, list | tuple):
        return levels > 0 and all(_is_shallow(part, levels - 1) for part in value)
    return True


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "nested too deep"


def packed(value: Any) -> Any:
    """`value` in what JSON has, without loss: `unpacked` gives it back; but tuples are lists, and what is no number,
    text, list, object, date, time, decimal or bytes is text."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        found = {str(key): packed(part) for key, part in value.items()}
        return {_TAG: ["object", list(found.items())]} if _TAG in found else found
    if isinstance(value, list | tuple):
        return [packed(part) for part in value]
    if isinstance(value, bytes):
        return {_TAG: ["bytes", base64.b64encode(value).decode()]}
    if isinstance(value, datetime.datetime):
        return {_TAG: ["datetime", value.isoformat()]}
    for kind in (datetime.date, datetime.time, decimal.Decimal):
        if isinstance(value, kind):
            return {_TAG: [kind.__name__.lower(), str(value)]}
    return str(value)


_READ: dict[str, Callable[[Any], Any]] = {
    "object": lambda pairs: {key: unpacked(part) for key, part in pairs},
    "bytes": base64.b64decode,
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
    "decimal": decimal.Decimal,
}


def unpacked(value: Any) -> Any:
    """What `packed` was given. Raises ValueError or LookupError for anything else."""
    if isinstance(value, dict):
        if _TAG in value:
            name, content = value[_TAG]
            return _READ[name](content)
        return {key: unpacked(part) for key, part in value.items()}
    return [unpacked(part) for part in value] if isinstance(value, list) else value


def weight(value: Any) -> int:
    """About how many bytes `value` takes in memory."""
    if isinstance(value, str | bytes):
        return 60 + (len(value) if value.isascii() else 4 * len(value))
    if isinstance(value, Mapping):
        return 120 + sum(60 + len(str(key)) + weight(part) for key, part in value.items())
    return 60 + sum(map(weight, value)) if isinstance(value, list | tuple) else 32


def plain(value: Any) -> Any:
    """`value` as JSON has it: dates as text, bytes as the UTF-8 they are or as base64, null for what is no number."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else str(value)


# The type of a value: a name, or a list of what is in it, or an object of its members.
_Kind = str | tuple[str, Any]


def _kind_of(value: Any, depth: int = 0) -> _Kind:
    if value is None:
        return "null"
    if isinstance(value, list | tuple | Mapping) and depth >= _DEEPEST:
        return "json"
    if isinstance(value, Mapping):
        members = {str(key): _kind_of(part, depth + 1) for key, part in value.items()}
        return ("struct", members) if 0 < len(members) <= _MOST_MEMBERS else "json"
    if isinstance(value, list | tuple):
        return ("list", _joined(_kind_of(part, depth + 1) for part in value))
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if -_EXACT <= value <= _EXACT else "long" if -_LONG <= value < _LONG else "json"
    if isinstance(value, datetime.datetime):
        return "datetime" if value.tzinfo is None else "moment"
    for kind, name in ((float, "float"), (str, "text"), (bytes, "bytes"), (datetime.date, "date")):
        if isinstance(value, kind):
            return name
    return "json"


def _joined(kinds: Iterable[_Kind]) -> _Kind:
    known: _Kind = "null"
    for kind in kinds:
        known = _united(known, kind)
    return known


def _united(one: _Kind, other: _Kind) -> _Kind:
    """The type that holds values of both."""
    if other in (one, "null"):
        return one
    if one == "null":
        return other
    if isinstance(one, tuple) and isinstance(other, tuple) and one[0] == other[0]:
        if one[0] == "list":
            return ("list", _united(one[1], other[1]))
        names = dict.fromkeys([*one[1], *other[1]])
        members = {name: _united(one[1].get(name, "null"), other[1].get(name, "null")) for name in names}
        return ("struct", members) if len(members) <= _MOST_MEMBERS else "json"
    both = {one, other} if isinstance(one, str) and isinstance(other, str) else set()
    if both == {"int", "long"}:
        return "long"
    return "float" if both == {"int", "float"} else "json"


class ColumnTypes:
    """The types of the carried columns of many rows, of which it holds nothing else."""

    def __init__(self) -> None:
        self._kinds: dict[str, _Kind] = {}
        self._too_many = False

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> ColumnTypes:
        """The types of one row."""
        types = cls()
        types.add(columns)
        return types

    def add(self, columns: Mapping[str, Any]) -> None:
        """Take in the columns of one row."""
        self._join({str(name): _kind_of(value) for name, value in columns.items()})

    def merge(self, other: ColumnTypes) -> None:
        """Take in what another one has taken in."""
        self._too_many = self._too_many or other._too_many
        self._join(other._kinds)

    def _join(self, kinds: Mapping[str, _Kind]) -> None:
        if not self._too_many:
            for name, kind in kinds.items():
                self._kinds[name] = _united(self._kinds.get(name, "null"), kind)
            self._too_many = len(self._kinds) > _MOST_COLUMNS
        if self._too_many:
            self._kinds.clear()

    def __bool__(self) -> bool:
        return bool(self._kinds) or self._too_many

    def arrow_type(self) -> pa.DataType:
        """The type of the column `columns`: a struct, or text, for JSON, where rows name more than 1,000 of them."""
        return _arrow(self._kind())

    def fitted(self, columns: Mapping[str, Any]) -> Any:
        """`columns` as a value of `arrow_type()`."""
        return _fitted(columns, self._kind())

    def _kind(self) -> _Kind:
        return "json" if self._too_many else ("struct", self._kinds)


def _arrow(kind: _Kind) -> pa.DataType:
    import pyarrow as pa  # noqa: PLC0415 - only for tables

    if isinstance(kind, tuple):
        name, inner = kind
        if name == "list":
            return pa.list_(_arrow(inner))
        return pa.struct([pa.field(_encodable(member), _arrow(part)) for member, part in inner.items()])
    types = {
        "int": pa.int64(), "long": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "bytes": pa.binary(),
        "date": pa.date32(), "datetime": pa.timestamp("us"), "moment": pa.timestamp("us", "UTC"),
    }  # fmt: skip
    return types.get(kind, pa.string())


def _fitted(value: Any, kind: _Kind) -> Any:
    if value is None:
        return None
    if isinstance(kind, tuple):
        name, inner = kind
        if name == "list":
            return [_fitted(part, inner) for part in value]
        return {_encodable(str(key)): _fitted(part, inner[str(key)]) for key, part in value.items()}
    if kind == "json":
        return _encodable(json.dumps(plain(value), ensure_ascii=False))
    if kind == "text":
        return _encodable(value)
    return float(value) if kind == "float" else value


def _encodable(text: str) -> str:
    """`text` with lone surrogates, which tables cannot hold, as U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
