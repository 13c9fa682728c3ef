"""The way to a Redis server: its address, its errors in our words, and the exclusive lease under which we write.

A lease is a key with a token that no other holder has, set only where there is none and expiring by itself when its
holder dies. Everything that a holder writes goes into one MULTI/EXEC that also watches this key: whoever has lost the
lease, for being slow or cut off, writes nothing at all.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from cleantext.errors import ConfigError, MissingDependencyError, StoreError

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError, ResponseError
    from redis.retry import Retry
except ImportError as error:
    raise MissingDependencyError(
        'an index on Redis needs the package redis: pip install "cleantext-corpus[redis]"'
    ) from error

__all__ = ["PATIENCE", "TTL", "Command", "Lease", "Link", "RedisError", "ResponseError"]

Command = Sequence[bytes | str | int]

# Seconds after which a lease expires that its holder does not renew, and that a writer waits for one.
TTL, PATIENCE = 10.0, 60.0
# Seconds a writer sleeps before it asks for the lease again: at first, and at most.
_FIRST_NAP, _LONGEST_NAP = 0.001, 0.02
# Seconds to connect and to wait for an answer, unless the address says otherwise.
_TIMEOUTS = {"socket_connect_timeout": "5", "socket_timeout": "30"}

# Compare the token, then act: nobody touches a lease that has gone to another.
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
_RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0"


class Link:
    """Connections to the server that `location` names, and the namespace in which everything of ours lives.

    `location` is `redis://[user:password@]host:port/db?namespace=NAME`, or `rediss://` or `unix://`. `lock_ttl` is
    after how many seconds the lock of a dead writer expires, `lock_wait` how many a writer waits for it; other
    parameters (`socket_timeout`, …) are those of redis-py. Opens no connection until the first question. Raises
    ConfigError where the address makes no sense.
    """

    def __init__(self, location: str) -> None:
        parts = urlsplit(location)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.namespace = options.pop("namespace", "cleantext")
        options.pop("decode_responses", None)  # what we keep is bytes
        if not self.namespace or not self.namespace.isprintable():
            raise ConfigError(f"index location: the namespace {self.namespace!r} is empty or not printable")
        self.ttl = _seconds(options, "lock_ttl", TTL)
        self.patience = _seconds(options, "lock_wait", PATIENCE)
        host = parts.netloc.rpartition("@")[2]
        self.name = f"{parts.scheme}://{host}{parts.path} (namespace {self.namespace})"
        address = urlunsplit(parts._replace(query=urlencode(_TIMEOUTS | options)))
        try:
            # No silent retry: a transaction whose answer was lost must not be sent twice.
            self.client: Any = redis.Redis.from_url(address, retry=Retry(NoBackoff(), 0))
        except (ValueError, TypeError) as error:
            raise ConfigError(f"index location: {self.name} is not an address of a Redis server: {error}") from error

    def key(self, name: str) -> str:
        """The key called `name` in the namespace."""
        return f"{self.namespace}:{name}"

    def close(self) -> None:
        """Close all connections."""
        self.client.close()

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """What goes wrong inside, as a StoreError of one line that says whether a retry helps."""
        try:
            yield
        except RedisError as error:
            raise self.translated(error) from error

    def translated(self, error: RedisError) -> StoreError:
        """The StoreError that says in one line what the server's `error` means."""
        # redis-py puts the whole command, which may be long, before what the server said of it.
        text = " ".join(str(error).rpartition("caused error: ")[2].split())[:200] or type(error).__name__
        for kinds, starts, retry, meaning in _MEANINGS:
            if isinstance(error, kinds) and (not starts or text.startswith(starts)):
                return StoreError(f"{self.name}: {meaning} ({text})", retry=retry)
        return StoreError(f"{self.name}: the server refuses ({text})", retry=False)

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to `commands`, in one round trip."""
        if not commands:
            return []
        with self.errors(), self.client.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return list(pipe.execute())

    @contextlib.contextmanager
    def lease(self) -> Iterator[Lease]:
        """The right to write, for the time of the block. Raises StoreError where another holds it for too long."""
        lease = Lease(self)
        lease.acquire()
        try:
            yield lease
        finally:
            lease.release()


def _seconds(options: dict[str, str], name: str, default: float) -> float:
    """The seconds that the parameter `name` of an address gives."""
    given = options.pop(name, None)
    try:
        seconds = default if given is None else float(given)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 86_400:
        raise ConfigError(f"index location: {name}={given} is not a number of seconds from 0.1 to 86400")
    return seconds


class Lease:
    """The exclusive right to write into one namespace. It is renewed while it is held, however long that is."""

    def __init__(self, link: Link) -> None:
        self.link, self.key = link, link.key("lock")
        self.token = f"{socket.gethostname()} {os.getpid()} {uuid.uuid4().hex}".encode()
        self._milliseconds = max(1, int(link.ttl * 1000))
        self._held = False
        self._done = threading.Event()
        self._renewing: threading.Thread | None = None

    def acquire(self) -> None:
        """Wait for the lease. Raises StoreError (a retry helps) after the link's patience."""
        deadline, nap = time.monotonic() + self.link.patience, _FIRST_NAP
        with self.link.errors():
            while not self.link.client.set(self.key, self.token, nx=True, px=self._milliseconds):
                if time.monotonic() >= deadline:
                    raise StoreError(f"{self.link.name}: is locked by {self._holder()}; try again later", retry=True)
                time.sleep(nap)
                nap = min(2 * nap, _LONGEST_NAP)
        self._held = True
        self._renewing = threading.Thread(target=self._renew, name="cleantext-lease", daemon=True)
        self._renewing.start()

    def _holder(self) -> str:
        held = self.link.client.get(self.key)
        words = bytes(held or b"").decode("utf-8", "replace").split()
        return f"process {words[1]} on {words[0]}" if len(words) == 3 else "another writer"

    def _renew(self) -> None:
        while not self._done.wait(self.link.ttl / 3):
            # A server that does not answer now may answer later; if it does not, the commit finds out.
            with contextlib.suppress(RedisError):
                self.link.client.eval(_RENEW, 1, self.key, self.token, self._milliseconds)

    def _stop_renewing(self) -> None:
        self._done.set()
        if self._renewing is not None:
            self._renewing.join()
            self._renewing = None

    def commit(self, commands: Sequence[Command]) -> None:
        """Write everything or nothing, and give the lease back; acknowledged by the server when this returns.

        Raises StoreError (a retry helps) where the lease was lost: then nothing was written.
        """
        self._stop_renewing()  # renewing touches the key that is watched
        with self.link.errors(), self.link.client.pipeline(transaction=True) as pipe:
            try:
                pipe.watch(self.key)
                if pipe.get(self.key) != self.token:
                    raise redis.WatchError
                pipe.multi()
                for command in commands:
                    pipe.execute_command(*command)
                pipe.delete(self.key)
                pipe.execute()
                self._held = False
            except redis.WatchError as error:
                raise StoreError(
                    f"{self.link.name}: the lock was lost after {self.link.ttl:g} s without a sign of life; "
                    "nothing was written; try again",
                    retry=True,
                ) from error

    def release(self) -> None:
        """Give the lease back, if it is still ours. A server that cannot be reached lets it expire."""
        self._stop_renewing()
        if not self._held:
            return
        self._held = False
        with contextlib.suppress(RedisError):
            self.link.client.eval(_RELEASE, 1, self.key, self.token)


# What an error means and whether a retry helps, most special first.
_MEANINGS: tuple[tuple[type[RedisError], str, bool, str], ...] = (
    (redis.AuthenticationError, "", False, "the server does not accept the user or password"),
    (redis.exceptions.NoPermissionError, "", False, "the user may not do this"),
    (redis.BusyLoadingError, "", True, "the server is still loading its data; try again later"),
    (redis.exceptions.ReadOnlyError, "", True, "the server is a replica that takes no writes; try again later"),
    (redis.exceptions.OutOfMemoryError, "", False, "the server has no memory left for the index"),
    (redis.TimeoutError, "", True, "the server does not answer in time; try again later"),
    (redis.ConnectionError, "", True, "the server cannot be reached; try again later"),
    (ResponseError, "WRONGTYPE", False, "a key of the namespace holds something else; is it another program's?"),
    (ResponseError, "MISCONF", False, "the server cannot write to its disk"),
    (ResponseError, "BUSY", True, "the server is busy with a script; try again later"),
    (ResponseError, "NOREPLICAS", True, "the server has too few replicas to accept writes; try again later"),
    (ResponseError, "MASTERDOWN", True, "the server has lost its primary; try again later"),
    (redis.DataError, "", False, "the client cannot send this"),
)
