"""How far a run has come, in `OUT/.progress`: what a later run needs to go on where this one was killed.

`manifest.jsonl` says what is run (configuration, versions, and all inputs as they were), then has a line for each
finished shard, written after the shard's file is safely on the disk. A line or file that is not whole does not count.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import xxhash

from cleantext.config import Config
from cleantext.errors import ConfigError, StageMismatchError
from cleantext.formats.inputs import Input, fingerprint
from cleantext.report import versions
from cleantext.spool import Place, Shard

try:
    import fcntl
except ImportError:  # Windows: two runs into one folder are not told apart there
    fcntl = None  # type: ignore[assignment]

__all__ = ["FOLDER", "Checkpoint", "Known", "Stretch", "is_unfinished"]

FOLDER = ".progress"
_MANIFEST, _LOCK = "manifest.jsonl", "lock"
_FORMAT = 1
_DAMAGE = (LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Finished shards without a gap between them."""

    shards: tuple[Shard, ...]
    end: Place

    @property
    def first(self) -> Place:
        """The place of its first record."""
        return self.shards[0].first


@dataclass(slots=True)
class Known:
    """What an earlier run left: stretches in reading order, and the number the next shard gets."""

    stretches: tuple[Stretch, ...] = ()
    number: int = 0


@dataclass(slots=True)
class Checkpoint:
    """The store of a run into the folder `output`. Use it as a context manager: it goes when all went well."""

    output: Path
    config: Config
    inputs: Sequence[Input]
    references: Sequence[Input]
    known: Known = field(default_factory=Known)
    _manifest: BinaryIO | None = None
    _lock: BinaryIO | None = None

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.output / FOLDER

    def __enter__(self) -> Checkpoint:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        begun = self._manifest is not None
        self._close()
        if begun and kind is None:
            shutil.rmtree(self.folder)

    def _close(self) -> None:
        for stream in (self._manifest, self._lock):
            if stream is not None:
                stream.close()

    def load(self) -> None:
        """Find what an earlier run left. Raises StageMismatchError where that was another run, and ConfigError where
        one is at work."""
        if not (self.folder / _MANIFEST).exists():
            self.discard()
            return
        self._take_lock()
        try:
            self._load()
        except BaseException as error:
            self._close()
            if isinstance(error, StageMismatchError) or not isinstance(error, _DAMAGE):
                raise
            raise StageMismatchError(
                f"{self.output}: what is finished there cannot be told, its manifest is damaged: {error} "
                "(--overwrite begins again)"
            ) from None

    def _load(self) -> None:
        lines = list(_whole_lines(self.folder / _MANIFEST))
        rows = [json.loads(line) for line in lines]
        self._check(rows)
        notes = rows[1 + len(self.inputs) + len(self.references) :]
        shards = [_shard(row) for row in notes if "complete" not in row]
        self._manifest = (self.folder / _MANIFEST).open("r+b")
        self._manifest.truncate(sum(map(len, lines)))
        self._manifest.seek(0, os.SEEK_END)
        complete = any("complete" in row for row in notes)
        everything = Place(len(self.inputs) + len(self.references), 0) if complete else None
        number = 1 + max((shard.number for shard in shards), default=-1)
        self.known = Known(_stretches(shards, self._is_whole, everything), number)

    def discard(self) -> None:
        """Remove what an earlier run left. Raises ConfigError where one is at work."""
        if self.folder.exists():
            self._take_lock()
            assert self._lock is not None
            shutil.rmtree(self.folder)
            self._lock.close()
            self._lock = None

    def put(self, shard: Shard, content: bytes) -> None:
        """Keep a shard, and note that it is finished; only then it counts."""
        if self._manifest is None:
            self._begin()
        with self._file(shard).open("wb") as stream:
            stream.write(content)
            _flush(stream)
        _flush_folder(self.folder)
        self._note(asdict(shard))

    def get(self, shard: Shard) -> bytes:
        """Its content as it was put, or what has become of it."""
        try:
            return self._file(shard).read_bytes()
        except OSError:
            return b""

    def complete(self) -> None:
        """All inputs are read."""
        self._note({"complete": True})

    def _file(self, shard: Shard) -> Path:
        return self.folder / f"shard-{shard.number:06}.jsonl.zst"

    def _is_whole(self, shard: Shard) -> bool:
        return xxhash.xxh3_128_hexdigest(self.get(shard)) == shard.digest

    def _begin(self) -> None:
        try:
            self.folder.mkdir()
        except FileExistsError:
            raise ConfigError(f"{self.output}: another run has begun to write to it") from None
        self._take_lock()
        partial = self.folder / f"{_MANIFEST}.partial"
        with partial.open("wb") as stream:
            stream.writelines(map(_line, self._identity()))
            _flush(stream)
        self._manifest = (partial.replace(self.folder / _MANIFEST)).open("ab")
        _flush_folder(self.folder)

    def _note(self, row: Mapping[str, Any]) -> None:
        assert self._manifest is not None
        self._manifest.write(_line(row))
        _flush(self._manifest)

    def _take_lock(self) -> None:
        """Raises ConfigError where another process has it; one that was killed has it no more."""
        self._lock = (self.folder / _LOCK).open("wb")
        if fcntl is not None:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._lock.close()
                raise ConfigError(f"{self.output}: another run is writing to it") from None

    def _identity(self) -> Iterator[dict[str, Any]]:
        """What is run: its configuration, and each input as it is now."""
        relevant = {name: value for name, value in _flat(self.config).items() if _matters(self.config, name)}
        yield {
            "progress": _FORMAT,
            "versions": versions(),
            "digest": self.config.digest(),
            "config": relevant,
            "inputs": len(self.inputs),
            "references": len(self.references),
            "profile": _seen(self.config.dedup.site_profile),
        }
        for reference, items in ((False, self.inputs), (True, self.references)):
            for item in items:
                size, changed = fingerprint(item)
                yield {"path": _absolute(item.path), "origin": item.origin, "size": size, "mtime_ns": changed} | (
                    {"reference": True} if reference else {}
                )

    def _check(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Raises StageMismatchError that names the first difference between the run that left `rows` and this one."""
        mine = [json.loads(_line(row)) for row in self._identity()]
        difference = _head_difference(rows[0] if rows else {}, mine[0]) or _input_difference(rows[1:], mine[1:])
        if difference:
            raise StageMismatchError(
                f"{self.output}: what is finished there is of another run: {difference} (--overwrite begins again)"
            )


def is_unfinished(output: str | os.PathLike[str]) -> bool:
    """Whether a run into the folder `output` began and came to no end."""
    folder = Path(output)
    return (folder / FOLDER).exists() or any(folder.glob(".*.partial"))


def _stretches(shards: Sequence[Shard], is_whole: Any, everything: Place | None) -> tuple[Stretch, ...]:
    """The shards that are whole, in reading order, joined where one follows another; where `everything` was read, the
    last ends there."""
    groups: list[list[Shard]] = []
    end = Place(0, 0)
    last = max((shard.end for shard in shards), default=None)
    for shard in sorted(filter(is_whole, shards), key=lambda shard: shard.first):
        if shard.first < end:  # made twice, because it was not whole for a while
            continue
        if groups and shard.after == end:
            groups[-1].append(shard)
        else:
            groups.append([shard])
        end = shard.end
    found = [Stretch(tuple(group), group[-1].end) for group in groups]
    if found and everything is not None and found[-1].end == last:
        found[-1] = Stretch(found[-1].shards, everything)
    return tuple(found)


def _head_difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """The first difference between what two runs are, but for their inputs."""
    if old.get("progress") != new["progress"]:
        return f"its progress has format {old.get('progress')}, this version writes {new['progress']}"
    for table, verb in (("versions", "was"), ("config", "was")):
        for name in {**old[table], **new[table]}:
            before, now = old[table].get(name), new[table].get(name)
            if before != now:
                return f"{name} {verb} {_shown(before)}, and is {_shown(now)}"
    if old["digest"] != new["digest"]:
        return "normalize.dictionary has other words"
    if old["profile"] != new["profile"]:
        return "dedup.site_profile has changed"
    return None


def _input_difference(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> str | None:
    """The first input that is not what it was; `old` has lines of shards behind the inputs."""
    inputs = [row for row in old if "path" in row]
    before, now = ({(row["path"], row.get("reference", False)): row for row in rows} for rows in (inputs, new))
    for key, row in before.items():
        if key not in now:
            return f"{row['path']} was among its inputs"
        for name, what in (("size", "bytes"), ("mtime_ns", "ns since 1970, the time of change")):
            if row[name] != now[key][name]:
                return f"{row['path']} has changed: it had {row[name]:,} {what}, and has {now[key][name]:,}"
    for key, row in now.items():
        if key not in before:
            return f"{row['path']} was not among its inputs"
    if inputs != list(new):
        return "its inputs were named in another way or order"
    return None


def _shown(value: Any) -> str:
    return "not known" if value is None else json.dumps(value, ensure_ascii=False)


def _flat(config: Config) -> dict[str, Any]:
    return {f"{stage}.{name}": value for stage, table in config.to_dict().items() for name, value in table.items()}


def _matters(config: Config, name: str) -> bool:
    stage, _, option = name.partition(".")
    fields = getattr(config, stage).__dataclass_fields__
    return bool(fields[option].metadata.get("affects_output", True))


def _absolute(path: str) -> str:
    return path if "://" in path else os.path.abspath(path)  # noqa: PTH100 - of a name that need not be a path


def _seen(path: str | None) -> list[int] | None:
    return None if path is None else list(fingerprint(Input(path=path, origin="", source="")))


def _shard(row: Mapping[str, Any]) -> Shard:
    places = {name: Place(*row[name]) for name in ("first", "end", "after")}
    shard = Shard(**{**row, **places})
    if not all(isinstance(value, int) for value in (shard.number, shard.read, shard.size, *shard.first, *shard.end)):
        raise ValueError(f"a line is of no shard: {dict(row)}")
    return shard


def _whole_lines(path: Path) -> Iterator[bytes]:
    """The lines of a manifest up to the first that is not whole."""
    with path.open("rb") as stream:
        for line in stream:
            try:
                row = json.loads(line)
            except ValueError:
                return
            if not line.endswith(b"\n") or not isinstance(row, dict):
                return
            yield line


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row).encode() + b"\n"


def _flush(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    """Make sure that the names in `folder` are on the disk; not every system lets folders be opened for that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
