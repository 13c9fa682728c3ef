"""An index on a Redis server, for many workers on many hosts: everything in one namespace.

| key | type | holds |
|---|---|---|
| `NS:header` | string | JSON: the layout's version, and the header of the index |
| `NS:documents` | hash | number → record |
| `NS:names` | hash | document id → its numbers |
| `NS:terms` | hash | key → the numbers that have it |
| `NS:counts` | hash | `next`, `documents`, `paragraphs`, `removals` |
| `NS:replacements` | list | JSON, the oldest first |
| `NS:lock` | string | who writes at present |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cleantext.dedup.stores.redislink import Link, RedisError, ResponseError
from cleantext.dedup.stores.redissession import RedisSession
from cleantext.errors import StoreError

__all__ = ["RedisStore"]

# The version of the layout above; another one is refused.
_LAYOUT = 1


class RedisStore:
    """A store on the server and in the namespace that `location` names; see `Link` for what it may say.

    Threads may share it; processes open their own. A `read_only` store is not made where it is not there.
    """

    def __init__(self, location: str, *, read_only: bool = False) -> None:
        self._link, self._read_only = Link(location), read_only
        self.location = self._link.name
        self._closed = False

    def settle(self, header: Mapping[str, str]) -> Mapping[str, str]:
        """The header the store has; of a new store, `header`. Raises StoreError where the server may drop keys."""
        link = self._opened()
        _refuse_eviction(link)
        text = json.dumps({"layout": _LAYOUT, "header": dict(header)}, ensure_ascii=False, sort_keys=True)
        (found,) = link.ask([("GET", link.key("header"))])
        if found is None and self._read_only:
            raise StoreError(f"{link.name}: there is no such index", retry=False)
        if found is None:  # asked first, because a replica may be read
            _, found = link.ask([("SET", link.key("header"), text, "NX"), ("GET", link.key("header"))])
        return _header(link, found)

    @contextmanager
    def snapshot(self) -> Iterator[RedisSession]:
        """A session that only reads, and waits for nobody.

        Each look-up reads one state, at least as new as the start of the session; documents that are added meanwhile
        may be seen.
        """
        yield RedisSession(self._opened(), writable=False)

    @contextmanager
    def exclusive(self) -> Iterator[RedisSession]:
        """A session that reads and writes; all of it is written when it ends, in one transaction, or nothing."""
        if self._read_only:
            raise StoreError(f"{self.location}: the index was opened to be read only", retry=False)
        with self._opened().lease() as lease:
            session = RedisSession(self._link, writable=True)
            yield session
            commands = session.commands()
            if commands:
                lease.commit(commands)

    def close(self) -> None:
        """Close the connections."""
        self._closed = True
        self._link.close()

    def _opened(self) -> Link:
        if self._closed:
            raise StoreError(f"{self.location}: the index was closed", retry=False)
        return self._link


def _refuse_eviction(link: Link) -> None:
    """Raise StoreError where the server would drop keys when its memory is full: an index must not forget."""
    try:
        memory = link.client.info("memory")
    except RedisError as error:
        if isinstance(error, ResponseError):  # a user who may not ask
            return
        raise link.translated(error) from error
    policy = str(memory.get("maxmemory_policy", ""))
    if memory.get("maxmemory") and policy.startswith("allkeys"):
        raise StoreError(
            f"{link.name}: the server drops keys when its memory is full (maxmemory-policy {policy}), and an index "
            "must not forget; set maxmemory-policy noeviction",
            retry=False,
        )


def _header(link: Link, found: bytes) -> Mapping[str, str]:
    try:
        held = json.loads(found)
        layout, header = held["layout"], {str(name): str(value) for name, value in held["header"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError(f"{link.name}: the header of the index is damaged, or it is none", retry=False) from error
    if layout != _LAYOUT:
        raise StoreError(
            f"{link.name}: is laid out as version {layout!r}, this cleantext reads version {_LAYOUT}", retry=False
        )
    return header
