"""A real Redis server for tests: Debian's redis-server on a free loopback port, in a folder of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

__all__ = ["RedisServer", "running_server"]

_PATIENCE = 20.0  # seconds a server may take to answer


class RedisServer:
    """A redis-server that writes every command to its append-only file before it answers.

    It keeps its port and folder when it is stopped or killed, so that `start` brings back what it had acknowledged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start, and wait until the server answers. `options` go over the defaults: `--requirepass`, `x`."""
        program = shutil.which("redis-server")
        if program is None:
            pytest.fail("redis-server is not installed: apt-get install redis-server")
        settings = {
            "--port": str(self.port),
            "--bind": "127.0.0.1",
            "--dir": str(self.folder),
            "--appendonly": "yes",
            "--appendfsync": "always",
            "--save": "",
            "--daemonize": "no",
        }
        command = [program, *(word for pair in settings.items() for word in pair), *options]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        with self.client() as client:
            while time.monotonic() < deadline:
                assert self._process is not None
                assert self._process.poll() is None, (self.folder / "server.log").read_text(errors="replace")[-2000:]
                try:
                    if client.ping():
                        return
                except redis.AuthenticationError:
                    return
                except redis.ConnectionError:
                    time.sleep(0.02)
        raise AssertionError("redis-server does not answer")

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def url(self, namespace: str | None = None, db: int = 0) -> str:
        """What an index is opened with."""
        return f"redis://127.0.0.1:{self.port}/{db}" + (f"?namespace={namespace}" if namespace else "")

    def client(self, db: int = 0) -> redis.Redis:
        """A plain client, to look behind the store's back."""
        return redis.Redis(port=self.port, db=db)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server() -> Iterator[RedisServer]:
    """A server for the time of the block; its folder goes with it."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.kill()
