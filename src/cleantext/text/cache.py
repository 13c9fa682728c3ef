"""Arrays kept on disk between processes, each file under a name that says what it was made from.

A file is the SHA-256 of what follows, and then numpy's npz. It is written under a temporary name and renamed, so that
a reader sees all of it or nothing. A folder that cannot be written to, and a file that is damaged, cost time and
nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["folder", "load", "store"]

_SIZE = hashlib.sha256().digest_size


def folder() -> Path | None:
    """Where arrays are kept: CLEANTEXT_CACHE, or `cleantext` in the platform's folder for caches.

    None where CLEANTEXT_CACHE is empty or there is no home: nothing is kept then.
    """
    chosen = os.environ.get("CLEANTEXT_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    given = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    if given and Path(given).is_absolute():  # others are to be ignored (XDG Base Directory Specification)
        return Path(given) / "cleantext"
    try:
        return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "cleantext"
    except RuntimeError:
        return None


def load(name: str) -> dict[str, npt.NDArray[Any]] | None:
    """The arrays kept under `name`; None where there are none or they are damaged."""
    place = folder()
    if place is None:
        return None
    try:
        data = (place / f"{name}.npz").read_bytes()
        if hashlib.sha256(data[_SIZE:]).digest() != data[:_SIZE]:
            return None
        with np.load(io.BytesIO(data[_SIZE:]), allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def store(name: str, arrays: dict[str, npt.NDArray[Any]]) -> None:
    """Keep `arrays` under `name`, where that can be done."""
    place = folder()
    if place is None:
        return
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    data = packed.getvalue()
    with contextlib.suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{name}-", dir=place)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(data).digest() + data)
            Path(temporary).replace(place / f"{name}.npz")
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
