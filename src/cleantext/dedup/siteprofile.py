"""The learned chrome of sites, as it is stored: which lines belong to which host, and on what evidence.

A line is known by the 64-bit hash (`shingle.hash64`) of its masked match text, which is the same in every run and on
every machine. The text itself stands beside it, so that a person can read the file, and the file can be checked.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cleantext.dedup.shingle import hash64
from cleantext.errors import ConfigError, StageMismatchError

__all__ = ["MAX_CHARACTERS", "MAX_WEIGHT", "MIN_DOCUMENTS", "MIN_SHARE", "SiteLine", "SiteProfile"]

SCHEMA_VERSION = 1
# A line weighs at most so much, and is at most so long: one "word" of a thousand letters weighs next to nothing.
MAX_WEIGHT, MAX_CHARACTERS = 60, 240
MIN_DOCUMENTS, MIN_SHARE = 8, 0.5
_SETTINGS = {
    "masked": "runs of decimal digits, except in lines of digits only",
    "max_weight": MAX_WEIGHT,
    "max_characters": MAX_CHARACTERS,
    "min_documents": MIN_DOCUMENTS,
    "min_share": MIN_SHARE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """A line of a site: on how many distinct documents of its host, `of` how many; its masked match text."""

    documents: int
    of: int
    example: str

    @property
    def digest(self) -> str:
        """What the line is known by: the 64-bit hash of `example` in 16 hex digits."""
        return f"{hash64(self.example):016x}"


@dataclass(frozen=True, kw_only=True)
class SiteProfile:
    """The chrome of sites: by host and digest, its lines. `match` says which match texts they are of.

    Hosts stand in order of their names, lines with the most frequent first. Nothing of it can be changed.
    """

    hosts: Mapping[str, Mapping[str, SiteLine]] = field(default_factory=dict)
    match: str = "folded"

    def __post_init__(self) -> None:
        ordered = {
            host: MappingProxyType(dict(sorted(lines.items(), key=lambda item: (-item[1].documents, item[1].example))))
            for host, lines in sorted(self.hosts.items())
            if lines
        }
        object.__setattr__(self, "hosts", MappingProxyType(ordered))

    def __reduce__(self) -> tuple[Callable[[Mapping[str, Any]], SiteProfile], tuple[dict[str, Any]]]:
        return SiteProfile.from_dict, (self.to_dict(),)

    def merged(self, other: SiteProfile) -> SiteProfile:
        """The lines of both. A line of both keeps the evidence of more documents; nothing is added up.

        Merging does not depend on the order, and merging twice is merging once. Raises StageMismatchError where the
        profiles are of different match texts.
        """
        if self.match != other.match:
            raise StageMismatchError(f"site profile: match is {other.match!r} in one and {self.match!r} in the other")
        hosts = {host: dict(lines) for host, lines in self.hosts.items()}
        for host, lines in other.hosts.items():
            own = hosts.setdefault(host, {})
            for digest, line in lines.items():
                own[digest] = max(own.get(digest, line), line, key=lambda one: (one.of, one.documents))
        return SiteProfile(hosts=hosts, match=self.match)

    def to_dict(self) -> dict[str, Any]:
        """The profile in plain dictionaries, ready for JSON."""
        return {
            "schema_version": SCHEMA_VERSION,
            "settings": {"match": self.match, **_SETTINGS},
            "hosts": {
                host: {
                    digest: {"documents": line.documents, "of": line.of, "example": line.example}
                    for digest, line in lines.items()
                }
                for host, lines in self.hosts.items()
            },
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SiteProfile:
        """The profile that `to_dict` gave.

        Raises StageMismatchError where it was made by another version or with other settings, ConfigError where it is
        no profile; the message lists what is wrong with its lines.
        """
        match = _checked_head(values)
        problems: list[str] = []
        hosts: dict[str, dict[str, SiteLine]] = {}
        for host, lines in values["hosts"].items():
            if not isinstance(lines, dict):
                problems.append(f"site profile: hosts.{host}: not a table of lines")
                continue
            for digest, line in lines.items():
                problem = _line_problem(digest, line)
                if problem:
                    problems.append(f"site profile: hosts.{host}.{digest}: {problem}")
                else:
                    hosts.setdefault(host, {})[digest] = SiteLine(**line)
        if problems:
            raise ConfigError("\n".join(problems))
        return cls(hosts=hosts, match=match)

    @classmethod
    def load(cls, path: str | Path) -> SiteProfile:
        """The profile in a JSON file; errors as for `from_dict`, with the path, and ConfigError if it is unreadable."""
        try:
            values = json.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"{path}: is not JSON: {error}") from None
        try:
            return cls.from_dict(values)
        except (ConfigError, StageMismatchError) as error:
            raise type(error)("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None

    def save(self, path: str | Path) -> None:
        """Write the profile to a JSON file, whole or not at all. Raises ConfigError where it cannot be written."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"
        place = Path(path)
        partial = place.with_name(f".{place.name}.{os.getpid()}.partial")
        try:
            # In JSON, the backslash form of a lone surrogate is the surrogate.
            partial.write_bytes(text.encode("utf-8", "backslashreplace"))
            partial.replace(place)
        except OSError as error:
            with contextlib.suppress(OSError):  # what is wrong is told anyway
                partial.unlink(missing_ok=True)
            raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None


def _checked_head(values: Any) -> str:
    """Which match texts the profile in `values` is of. Raises if it is none, or not one of this version."""
    if not (isinstance(values, Mapping) and isinstance(values.get("hosts"), Mapping)):
        raise ConfigError("site profile: has no hosts, so it is none")
    version, settings = values.get("schema_version"), values.get("settings")
    if version != SCHEMA_VERSION:
        raise StageMismatchError(f"site profile: schema_version is {version!r}, this cleantext reads {SCHEMA_VERSION}")
    if not (isinstance(settings, Mapping) and isinstance(settings.get("match"), str)):
        raise ConfigError("site profile: does not say in its settings what it matches")
    match: str = settings["match"]
    for key, own in _SETTINGS.items():
        if settings.get(key) != own:
            raise StageMismatchError(f"site profile: {key} is {settings.get(key)!r}, here it is {own!r}")
    return match


def _line_problem(digest: str, line: Any) -> str | None:
    """What is wrong with a line of a profile, if anything."""
    if not isinstance(line, Mapping) or set(line) != {"documents", "of", "example"}:
        return "a line has documents, of and example"
    if type(line["documents"]) is not int or type(line["of"]) is not int or not 0 < line["documents"] <= line["of"]:
        return f"{line['documents']!r} of {line['of']!r} documents cannot be"
    if not isinstance(line["example"], str) or SiteLine(**line).digest != digest:
        return "is not the digest of its example"
    return None
