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


def cleaned(pages: dict[str, Page], folder: Path) -> list[dict[str, Any]]:
    """What `cleantext clean` keeps of the saved pages, in the order of the crawl."""
    saved = folder / "saved"
    saved.mkdir()
    for place, (path, page) in enumerate(pages.items()):
        if page.status == 200:
            (saved / f"{place:03}{Path(path).suffix}").write_bytes(page.body)
    run([str(saved)], str(folder / "OUT"), config=Config.from_dict({"dedup": {"site": "off", "max_removed": 1.0}}))
    return rows(folder / "OUT")


def test_items_without_comparison(tmp_path: Path) -> None:
    pages = small_site()
    with served(pages) as site:
        done = crawl(site, tmp_path, "off", CLEANTEXT_DUPLICATES="off")
    assert done.counts == {"kept": 9, "failed": 1}
    assert [item["url"].removeprefix(site) for item in done.items] == list(pages)[:9]
