"""A site on the loopback: pages under their paths, an index page that links them in order, and what goes wrong."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Page", "served"]


@dataclass(frozen=True)
class Page:
    """What the server answers: `announced` is the length it says it will send, if that is not what it sends."""

    body: bytes
    content_type: str = "text/html"
    status: int = 200
    announced: int | None = None


@contextlib.contextmanager
def served(pages: Mapping[str, Page]) -> Iterator[str]:
    """The address of a server of `pages`, whose first page links them all. It ends with the block."""
    links = "".join(f"<a href='{path}'>{path}</a>" for path in pages)
    known = {"/": Page(f"<html><body>{links}</body></html>".encode())} | dict(pages)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = known.get(self.path, Page(b"", status=404))
            self.send_response(page.status)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(page.announced or len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Nothing: the tests' output is not the place."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
