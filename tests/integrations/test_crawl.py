"""Real crawls of a site on the loopback, twice in a row with one index."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scrapy")

from cleantext import Config, run, to_script
from cleantext.pages.decode import decode
from integrations.site import Page, served
from integrations.table_pages import PICTURE
from run_tools import rows
from warc_tools import record

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "gate" / "sample" / "zh"
SEEDS = HERE.parent.parent / "seeds"


@dataclass(frozen=True)
class Crawled:
    """What one crawl left: its items, its counts, its log."""

    items: list[dict[str, Any]]
    counts: dict[str, int]
    log: str


def crawl(site: str, folder: Path, name: str, **settings: Any) -> Crawled:
    """A crawl in a process of its own, as a user would start it."""
    feed, stats = folder / f"{name}.jsonl", folder / f"{name}.stats.json"
    command = [sys.executable, str(HERE / "crawl.py"), f"{site}/", str(feed), str(stats), json.dumps(settings)]
    source = str(Path(sys.modules["cleantext"].__file__ or "").parent.parent)
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, cwd=folder,
        env=os.environ | {"PYTHONPATH": source},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    counts = json.loads(stats.read_text(encoding="utf-8"))
    items = [json.loads(line) for line in feed.read_text(encoding="utf-8").splitlines()] if feed.exists() else []
    return Crawled(
        items, {n.removeprefix("cleantext/"): v for n, v in counts.items() if n.startswith("cleantext/")}, done.stderr
    )


def sample(name: str) -> bytes:
    return gzip.decompress((SAMPLE / f"{name}.html.gz").read_bytes())


def traditional(page: bytes) -> bytes:
    return to_script(decode(page).text, "t").encode()


def small_site() -> dict[str, Page]:
    """Invented pages of the gate, and two seeds: in the order in which they are crawled."""
    news, forum = sample("news-simplified"), sample("forum-simplified")
    gbk = sample("essay-breaks-gbk")
    undeclared = gbk.replace(b'<meta http-equiv=Content-Type content="text/html; charset=gb2312">', b"")
    assert len(undeclared) < len(gbk)
    seed = sorted(SEEDS.glob("*.txt"))[1].read_bytes()
    return {
        "/news/1.html": Page(news),
        "/news/1-print.html": Page(news),
        "/news/1-tw.html": Page(traditional(news), "text/html; charset=utf-8"),
        "/forum.html": Page(forum, "text/html; charset=UTF-8"),
        "/essay.html": Page(undeclared, "text/html; charset=gb2312"),
        "/notice.html": Page(sample("notice-traditional-big5")),
        "/blog.html": Page(sample("blog-code-simplified")[:-300], announced=len(sample("blog-code-simplified"))),
        "/seed.txt": Page(seed, "text/plain; charset=utf-8"),
        "/seed-again.txt": Page(seed, "text/plain; charset=utf-8"),
        "/broken.html": Page(b"<html><body>Internal error</body></html>", status=500),
        "/photo.html": Page(PICTURE),
    }


def cleaned(pages: dict[str, Page], site: str, folder: Path, config: dict[str, Any]) -> list[dict[str, Any]]:
    """What `cleantext clean` keeps of a web archive of the pages, in the order of the crawl."""
    records = list[bytes]()
    for path, page in pages.items():
        if page.status == 200:
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {page.content_type}\r\nContent-Length: {len(page.body)}\r\n\r\n"
            records.append(record(head.encode() + page.body, number=len(records), WARC_Target_URI=f"{site}{path}"))
    (folder / "saved.warc").write_bytes(b"".join(records))
    checked = Config.from_dict(config | {"run": {"max_failures": 1.0}})
    run([str(folder / "saved.warc")], str(folder / "OUT"), config=checked)
    return rows(folder / "OUT")


def check_crawls(pages: dict[str, Page], folder: Path, copies: set[str], config: dict[str, Any]) -> None:
    """Two crawls with one index: the first keeps what `cleantext clean` keeps, the second nothing."""
    settings = {"CLEANTEXT_INDEX": "seen.db", "CLEANTEXT_THREADS": 1, "CLEANTEXT_CONFIG": config}
    good = [path for path, page in pages.items() if page.status == 200]
    with served(pages) as site:
        first = crawl(site, folder, "first", **settings)
        # The other kind of reactor, too: the second crawl has to see the same.
        reactor = "twisted.internet.selectreactor.SelectReactor"
        second = crawl(site, folder, "second", **settings, TWISTED_REACTOR=reactor)
    kept = [item["url"].removeprefix(site) for item in first.items]
    assert kept == [path for path in good if path in kept]  # in order
    assert len(kept) == first.counts["kept"]
    assert not copies & set(kept)
    cut = {path for path in kept if pages[path].announced}
    assert {item["url"].removeprefix(site) for item in first.items if item["flags"] == ["dataloss"]} == cut != set()
    assert first.counts["failed"] == 1
    assert sum(first.counts.values()) == len(good)
    for path in copies:
        assert f"{site}{path}: exact duplicate of " in first.log or f"{site}{path}: near duplicate of " in first.log

    assert second.items == []
    dropped = {name: count for name, count in first.counts.items() if name.startswith("dropped/")}
    assert second.counts == dropped | {"dropped/seen": len(kept), "failed": 1}

    texts = [row["text"] for row in cleaned(pages, site, folder, config)]
    assert [item["text"] for item in first.items] == texts
    assert sum(map(bool, texts)) > 0.9 * len(texts)  # of a page that was cut early nothing may be left


def test_a_site_is_crawled_twice_and_the_second_time_nothing_is_new(tmp_path: Path) -> None:
    pages = small_site()
    copies = {"/news/1-print.html", "/news/1-tw.html", "/seed-again.txt"}
    check_crawls(pages, tmp_path, copies, {})


@pytest.mark.slow
@pytest.mark.skipif("CLEANTEXT_EVAL" not in os.environ, reason="CLEANTEXT_EVAL names no folder of labelled pages")
def test_a_site_of_real_pages(tmp_path: Path) -> None:
    files = sorted((Path(os.environ["CLEANTEXT_EVAL"]) / "zh-dev").glob("*.html.gz"))
    pages: dict[str, Page] = {}
    for number, file in enumerate(files):
        body = gzip.decompress(file.read_bytes())
        pages[f"/{number}.html"] = Page(body)
        if number % 10 == 0:
            pages[f"/copy/{number}.html"] = Page(body)
        if number % 10 == 5:
            pages[f"/cut/{number}.html"] = Page(body[: len(body) // 2], announced=len(body))
    first = gzip.decompress(files[0].read_bytes())
    pages["/tw.html"] = Page(traditional(first), "text/html; charset=utf-8")
    text = decode(first).text
    pages["/gbk.html"] = Page(text.encode("gb18030"), "text/html; charset=gb18030")
    pages["/photo.html"] = Page(PICTURE)
    pages["/broken.html"] = Page(b"", status=500)
    copies = {path for path in pages if path.startswith("/copy/")}
    check_crawls(pages, tmp_path, copies, {})
