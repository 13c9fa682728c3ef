"""The CLEANTEXT_ settings of a Scrapy project: their defaults, and what is wrong with them, all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from cleantext.config import Config
from cleantext.errors import ConfigError

__all__ = ["DEFAULTS", "OUTPUT", "PipelineSettings"]

# Which fields of an item hold what the pipeline reads: the first that is there and not empty.
INPUT: dict[str, tuple[str, ...]] = {
    "body": ("body", "html", "content", "text"),
    "url": ("url",),
    "headers": ("headers",),
    "content_type": ("content_type",),
}
# What the pipeline knows of a page, and the field of the item that gets it; None: no field does.
OUTPUT: dict[str, str | None] = {
    "text": "text",
    "title": "title",
    "date": "date",
    "author": "author",
    "source": "source",
    "script": "script",
    "id": None,
    "paragraphs": None,
    "flags": None,
    "encoding": None,
    "error": "error",
    "duplicate_of": "duplicate_of",
    "duplicate_kind": "duplicate_kind",
    "duplicate_score": "duplicate_score",
    "replaces": "replaces",
    "repeated": None,
}
DEFAULTS: dict[str, Any] = {
    "CLEANTEXT_CONFIG": None,
    "CLEANTEXT_INDEX": None,
    "CLEANTEXT_MODE": "sticky",
    "CLEANTEXT_DUPLICATES": "drop",
    "CLEANTEXT_FAILED": "drop",
    "CLEANTEXT_ID": "url",
    "CLEANTEXT_INPUT": {},
    "CLEANTEXT_OUTPUT": {},
    "CLEANTEXT_KEEP_BODY": True,
    "CLEANTEXT_THREADS": 2,
}
_CHOICES = {
    "CLEANTEXT_MODE": ("sticky", "best"),
    "CLEANTEXT_DUPLICATES": ("drop", "tag", "off"),
    "CLEANTEXT_FAILED": ("drop", "keep"),
    "CLEANTEXT_ID": ("url", "digest"),
}


class _Settings(Protocol):
    """What is asked of Scrapy's settings."""

    def __iter__(self) -> Any: ...
    def get(self, name: Any, default: Any = None) -> Any: ...
    def getbool(self, name: Any, default: bool = False) -> bool: ...
    def getdict(self, name: Any, default: Any = None) -> dict[Any, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSettings:
    """What a crawl asks of the pipeline; see docs/scrapy.md for each setting."""

    config: Config
    index: str | None
    mode: Literal["sticky", "best"]
    duplicates: str
    failed: str
    ids: str
    inputs: Mapping[str, tuple[str, ...]]
    outputs: Mapping[str, str]
    named: frozenset[str]
    keep_body: bool
    threads: int

    @classmethod
    def read(cls, settings: _Settings) -> PipelineSettings:
        """The settings of a crawl. Raises ConfigError with all that is wrong, a line each."""
        problems = [_unknown(name) for name in settings if _is_ours(name) and name not in DEFAULTS]
        chosen = {name: settings.get(name, DEFAULTS[name]) for name in _CHOICES}
        problems += [
            f"{name}: {value!r} is not one of {', '.join(_CHOICES[name])}"
            for name, value in chosen.items()
            if value not in _CHOICES[name]
        ]
        config = _config(settings.get("CLEANTEXT_CONFIG"), problems)
        inputs = _mapping(settings, "CLEANTEXT_INPUT", INPUT, problems)
        outputs = _mapping(settings, "CLEANTEXT_OUTPUT", OUTPUT, problems)
        threads = _threads(settings.get("CLEANTEXT_THREADS", DEFAULTS["CLEANTEXT_THREADS"]), problems)
        if problems:
            raise ConfigError("\n".join(problems))
        return cls(
            config=config,
            index=settings.get("CLEANTEXT_INDEX") or None,
            mode=chosen["CLEANTEXT_MODE"],
            duplicates=chosen["CLEANTEXT_DUPLICATES"],
            failed=chosen["CLEANTEXT_FAILED"],
            ids=chosen["CLEANTEXT_ID"],
            inputs={name: _names(fields) for name, fields in (INPUT | inputs).items()},
            outputs={name: field for name, field in (OUTPUT | outputs).items() if field},
            named=frozenset(outputs),
            keep_body=settings.getbool("CLEANTEXT_KEEP_BODY", DEFAULTS["CLEANTEXT_KEEP_BODY"]),
            threads=threads,
        )


def _is_ours(name: object) -> bool:
    return isinstance(name, str) and name.startswith("CLEANTEXT_")


def _unknown(name: str, known: Iterable[str] = tuple(DEFAULTS), label: str = "") -> str:
    close = difflib.get_close_matches(name, list(known), n=2)
    hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(known)}"
    return f"{label}{name}: unknown; {hint}"


def _config(value: Any, problems: list[str]) -> Config:
    """The configuration itself, its tables, or the TOML file that has them."""
    if isinstance(value, Config):
        return value
    try:
        if isinstance(value, Mapping):
            return Config.from_dict(value)
        return Config.from_toml(value) if value else Config()
    except ConfigError as error:
        problems += [f"CLEANTEXT_CONFIG: {line}" for line in str(error).splitlines()]
        return Config()


def _mapping(settings: _Settings, name: str, known: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    """A setting that maps names of ours to fields of items; as a dictionary, or JSON as the command line gives it."""
    try:
        value = settings.getdict(name, DEFAULTS[name])
    except (TypeError, ValueError):
        problems.append(f"{name}: expected a dictionary of {', '.join(known)}")
        return {}
    problems += [_unknown(str(key), known, f"{name}: ") for key in value if key not in known]
    problems += [
        f"{name}: {key}: expected the name of a field, got {fields!r}"
        for key, fields in value.items()
        if not (fields is None or isinstance(fields, str) or (known is INPUT and _are_names(fields)))
    ]
    return value


def _are_names(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)


def _names(fields: Any) -> tuple[str, ...]:
    return (fields,) if isinstance(fields, str) else tuple(fields or ())


def _threads(value: Any, problems: list[str]) -> int:
    try:
        if 1 <= int(value) <= 64:
            return int(value)
    except (TypeError, ValueError):
        pass
    problems.append(f"CLEANTEXT_THREADS: {value!r} is not a number between 1 and 64")
    return 1
