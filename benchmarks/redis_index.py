"""An index on Redis: paragraphs a second, memory a paragraph, time of one document, with the answers checked.

python benchmarks/redis_index.py [--documents 2000] [--batch 64]

Starts Debian's redis-server with `appendfsync always` on a free loopback port, in a folder of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import socket
import subprocess
import tempfile
import time

import redis

from cleantext.dedup.index import Index

PARAGRAPHS = 10


def text(draw: random.Random) -> str:
    """A paragraph of Han characters that no other repeats."""
    return "".join(chr(0x4E00 + draw.randrange(3000)) for _ in range(draw.randrange(40, 200))) + "。"


def document(draw: random.Random, name: str) -> dict[str, object]:
    return {"id": name, "paragraphs": [text(draw) for _ in range(PARAGRAPHS)]}


def measure(location: str, client: redis.Redis, documents: int, batch: int) -> dict[str, float]:
    """The figures. Asserts that new documents are new and that known ones are known."""
    draw = random.Random(1)
    given = [document(draw, f"n{number}") for number in range(documents)]
    with Index(location) as index:
        index.check_and_add_many([document(draw, f"w{number}") for number in range(200)])  # kernels are compiled
        before = used(client)
        wall, work = time.perf_counter(), time.process_time()
        for begin in range(0, documents, batch):
            assert all(one.added for one in index.check_and_add_many(given[begin : begin + batch]))
        wall, work = time.perf_counter() - wall, time.process_time() - work
        memory = used(client) - before
        some = [document(draw, f"s{number}") for number in range(100)]
        single = time.perf_counter()
        assert all(index.check_and_add(one).added for one in some)
        single = time.perf_counter() - single
        check = time.perf_counter()
        assert all(index.check(one).known for one in some)
        check = time.perf_counter() - check
        assert index.stats()["documents"] == documents + 300
    paragraphs = documents * PARAGRAPHS
    return {
        "paragraphs": paragraphs,
        "paragraphs_a_second": round(paragraphs / wall),
        "paragraphs_a_second_of_client_processor": round(paragraphs / work),
        "server_bytes_a_paragraph": round(memory / paragraphs),
        "milliseconds_check_and_add_one": round(single * 1000 / len(some), 1),
        "milliseconds_check_one_known": round(check * 1000 / len(some), 1),
    }


def used(client: redis.Redis) -> int:
    """Bytes of memory the server uses."""
    memory: dict[str, int] = client.info("memory")
    return memory["used_memory"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=64)
    options = parser.parse_args()
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("redis-server is not installed: apt-get install redis-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        settings = {"port": port, "bind": "127.0.0.1", "dir": folder, "appendonly": "yes", "appendfsync": "always"}
        command = [program, *(word for name, value in settings.items() for word in (f"--{name}", str(value)))]
        with subprocess.Popen([*command, "--save", ""], stdout=subprocess.DEVNULL) as server:
            try:
                client = redis.Redis(port=port)
                deadline = time.monotonic() + 20
                while time.monotonic() < deadline:
                    try:
                        client.ping()
                        break
                    except redis.ConnectionError:
                        time.sleep(0.02)
                location = f"redis://127.0.0.1:{port}/0?namespace=benchmark"
                print(json.dumps(measure(location, client, options.documents, options.batch), indent=1))
            finally:
                server.kill()


if __name__ == "__main__":
    main()
