"""Files that fsspec reaches: `s3://`, `https://`, `memory://`, `zip://…::…` and what else it knows.

Its backends raise what they like; here, all of it becomes an OSError with one line to read.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from cleantext.errors import ConfigError, MissingDependencyError

__all__ = [
    "as_os_errors",
    "file_system",
    "is_url",
    "local_path",
    "open_url",
    "path_inside",
    "url_files",
    "url_fingerprint",
    "url_is_folder",
]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?:://|::)")
_WEB = ("http://", "https://")


def is_url(name: str) -> bool:
    """Whether `name` is an address for fsspec and no path."""
    return bool(_URL.match(name))


def local_path(name: str) -> str:
    """`name`, or the path in it where it is a plain `file://` address."""
    for scheme in ("file://", "local://"):
        if name.startswith(scheme) and "::" not in name:
            return name.removeprefix(scheme)
    return name


def file_system(url: str) -> tuple[Any, str]:
    """What fsspec opens `url` with, and the path it has there.

    Raises MissingDependencyError without fsspec or what it needs for `url`, ConfigError for an address it cannot read.
    """
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - optional
    except ImportError:
        raise MissingDependencyError(
            f'{url}: addresses need a package: pip install "cleantext-corpus[fsspec]"'
        ) from None
    try:
        found, path = url_to_fs(url)
    except ImportError as error:
        scheme = url.partition(":")[0]
        package = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "http": "aiohttp", "https": "aiohttp"}
        name = package.get(scheme, "fsspec[full]")
        raise MissingDependencyError(f'{url}: {_line(error)}: pip install "{name}"') from None
    except Exception as error:  # noqa: BLE001 - see above
        raise ConfigError(f"{url}: cannot be read as an address: {_line(error)}") from None
    return found, path


@contextlib.contextmanager
def open_url(url: str) -> Iterator[BinaryIO]:
    """The file at `url`, for reading. Raises OSError, and so does the file."""
    system, path = file_system(url)
    with as_os_errors():
        stream = system.open(path, "rb")
    with contextlib.closing(stream):
        yield cast(BinaryIO, _Reading(stream))


def url_is_folder(url: str) -> bool:
    """Whether there is a folder at `url`; on the web there are only files."""
    if url.startswith(_WEB):
        return False
    system, path = file_system(url)
    with as_os_errors():
        return bool(system.isdir(path))


def url_files(url: str) -> list[tuple[str, str]]:
    """The files in the folder `url`, or those that match it, or itself: address and path of each, sorted by path.

    The path is relative to the folder; without one it is the name of the file. Raises ConfigError where it cannot be
    read.
    """
    system, path = file_system(url)
    try:
        with as_os_errors():
            if any(sign in path for sign in "*?[") and not url.startswith(_WEB):
                found = sorted(name for name in system.glob(path) if not system.isdir(name))
                return [(_address(system, url, name), PurePosixPath(name).name) for name in found]
            if url_is_folder(url):
                root = system._strip_protocol(path).rstrip("/")
                found = sorted(system.find(path))
                return [(_address(system, url, name), name.removeprefix(root).lstrip("/")) for name in found]
            return [(url, PurePosixPath(path.partition("?")[0]).name or url)] if system.exists(path) else []
    except OSError as error:
        raise ConfigError(f"{url}: cannot be read: {error.strerror or error}") from None


def path_inside(url: str, folder: str) -> str | None:
    """The path of the folder at `url`, with a slash behind it, relative to `folder`; None: it does not lie there."""
    (_, path), (_, root) = file_system(url), file_system(folder)
    root = root.rstrip("/") + "/"
    return path.removeprefix(root).rstrip("/") + "/" if path.startswith(root) else None


def url_fingerprint(url: str) -> tuple[int, int]:
    """The size of the file at `url`, and a number for what else tells one version of it from another."""
    system, path = file_system(url)
    with as_os_errors():
        known = system.info(path)
    marks = [
        str(known.get(name)) for name in ("ETag", "etag", "mtime", "created", "LastModified", "updated", "md5Hash")
    ]
    return int(known.get("size") or 0), zlib.crc32("\0".join(marks).encode())


def _address(system: Any, url: str, path: str) -> str:
    """The address of a file that a listing gave as `path`."""
    first, link, rest = url.partition("::")
    if link:  # a file in an archive: what comes behind :: is where the archive is
        return f"{first.partition('://')[0]}://{path}::{rest}"
    return cast(str, system.unstrip_protocol(path))


class _Reading:
    """A file of fsspec that raises OSError for whatever goes wrong."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes."""
        with as_os_errors():
            return cast(bytes, self._stream.read(size))

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to another place."""
        with as_os_errors():
            self._stream.seek(offset, whence)
            return cast(int, self._stream.tell())

    def tell(self) -> int:
        """Where reading goes on."""
        return cast(int, self._stream.tell())

    def seekable(self) -> bool:
        """Whether `seek` works."""
        return bool(self._stream.seekable())

    def readable(self) -> bool:
        """True."""
        return True

    def writable(self) -> bool:
        """False."""
        return False

    def flush(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing; who opened the file closes it."""


@contextlib.contextmanager
def as_os_errors() -> Iterator[None]:
    """Whatever is raised inside comes out as OSError."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(_line(error)) from error


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
