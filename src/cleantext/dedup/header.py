"""The header of an index: all that decides which texts are alike, so that another configuration is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from cleantext.config import DedupConfig
from cleantext.dedup.banding import choose_bands
from cleantext.dedup.terms import Level
from cleantext.errors import StageMismatchError

__all__ = ["check_header", "header_of"]

# Raised when records or terms of the same texts change.
_VERSION = "1"


def header_of(config: DedupConfig) -> dict[str, str]:
    """The header of an index made with `config`: names and values, and last a `digest` of them."""
    bands = choose_bands(config.threshold, config.recall, config.num_perm)
    header = {
        "index version": _VERSION,
        "match": config.match,
        "shingle_unit": config.shingle_unit,
        "paragraph shingle_size": str(Level.of("paragraph", config).rule.size),
        "document shingle_size": str(Level.of("document", config).rule.size),
        "threshold": repr(float(config.threshold)),
        "containment": "none" if config.containment is None else repr(float(config.containment)),
        "min_chars": str(config.min_chars),
        "num_perm": str(config.num_perm),
        "seed": str(config.seed),
        "bands": f"{bands.num_bands}x{bands.rows_per_band}",
        "script tables": _tables_digest(),
    }
    text = "\n".join(f"{name}={value}" for name, value in header.items())
    return {**header, "digest": hashlib.sha256(text.encode()).hexdigest()[:16]}


@cache
def _tables_digest() -> str:
    """A digest of the tables that match text is made with."""
    folder = files("cleantext.tables")
    content = b"".join(folder.joinpath(name).read_bytes() for name in ("simplified.txt", "interchanged.txt"))
    return hashlib.sha256(content).hexdigest()[:16]


def check_header(found: Mapping[str, str], wanted: Mapping[str, str], location: str) -> None:
    """Raise StageMismatchError that names the first difference."""
    for name, value in wanted.items():
        if found.get(name) != value:
            raise StageMismatchError(
                f"{location}: this index was made with {name} {found.get(name, '(not recorded)')}, not {value}; "
                "use that configuration, or another index"
            )
