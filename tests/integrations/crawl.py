"""One crawl of a site in a process of its own: `python crawl.py SITE FEED STATS SETTINGS`, the last as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

from cleantext.integrations.scrapy import page_item


class SiteSpider(scrapy.Spider):
    """Follows the links of the first page in their order."""

    name = "site"

    async def start(self) -> AsyncIterator[Any]:
        yield scrapy.Request(sys.argv[1], self.parse_index)

    def parse_index(self, response: Any) -> Iterator[Any]:
        for place, link in enumerate(response.css("a::attr(href)").getall()):
            yield response.follow(link, self.parse_page, priority=-place)

    def parse_page(self, response: Any) -> Iterator[Any]:
        yield page_item(response, flags=response.flags)


def main() -> None:
    _, _, feed, stats, chosen = sys.argv
    settings = {
        "ITEM_PIPELINES": {"cleantext.integrations.scrapy.CleanTextPipeline": 300},
        "FEEDS": {feed: {"format": "jsonlines", "encoding": "utf8", "overwrite": True}},
        "CLEANTEXT_KEEP_BODY": False,
        "CONCURRENT_REQUESTS": 1,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "RETRY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "INFO",
        "ROBOTSTXT_OBEY": False,
    }
    process = CrawlerProcess(settings | json.loads(chosen))
    crawler = process.create_crawler(SiteSpider)
    process.crawl(crawler)
    process.start()
    assert crawler.stats is not None
    Path(stats).write_text(json.dumps(crawler.stats.get_stats(), default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
