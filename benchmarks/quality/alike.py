"""Whether a Chinese page is read as well in the other script and in other bytes.

    python benchmarks/quality/alike.py --data FOLDER [--step N] [--to NAME]

Of every labelled page of FOLDER (`ID.html.gz` beside `ID.json`) and of its labelled dump the F1 as it is is
set beside the F1 of the same page in the other script (`converted.py`; --to names an OpenCC configuration for all), in
GB18030 and in Big5, with and without a declared encoding. In Big5, which has no other characters, the page is the
Traditional one of the two. Printed are means, the mean difference with its standard error in points, and how many pages
are worse and better by more than half a point. Pages in neither script are left out.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # for its neighbours where this file is run as a script

import cleantext
from cleantext.errors import DocumentError
from cleantext.pages.decode import decode
from quality.converted import configuration, converted_page, converted_row, declared_as
from quality.extraction import dump_of, f1
from quality.labels import Source, sources

__all__ = ["Row", "rows", "scores"]

# A page is worse or better from half a point on.
_NOTED = 0.005
_DECLARATION = re.compile(r"<meta\b[^<>]*\bcharset\b[^<>]*>|^\s*<\?xml\b[^<>]*>", re.IGNORECASE)
# What is set beside what: a name, the one that it is compared with.
COMPARED = (
    ("other script", "page"),
    ("other script, dump", "dump"),
    ("gb18030", "simplified"),
    ("gb18030, undeclared", "simplified"),
    ("big5", "traditional"),
    ("big5, undeclared", "traditional"),
)
_PAGES = ("page", "other script")
_ENCODINGS = {"gb18030": "simplified", "big5": "traditional"}
Row = tuple[str, str, int, float, float, float, float, int, int]


def scores(source: Source, opencc_config: str | None = None) -> Mapping[str, float] | None:
    """The F1 of a page as it is and as all that it is made into; None for a page in neither script."""
    chosen = opencc_config or configuration(source)
    if chosen is None:
        return None
    url, html = source.row.get("url"), decode(source.html()).text
    pages = [(html, source.gold), (converted_page(html, chosen), converted_row(source.row, chosen)["main_content"])]
    found = {name: _read(_encoded(page[0], "utf-8"), page[1], url) for name, page in zip(_PAGES, pages, strict=True)}
    if chosen.startswith(("t2", "tw2", "hk2")):
        pages.reverse()
    for place, script in enumerate(_ENCODINGS.values()):
        found[script] = _read(_encoded(pages[place][0], "utf-8"), pages[place][1], url)
    for place, encoding in enumerate(_ENCODINGS):
        html, gold = pages[place]
        found[encoding] = _read(_encoded(html, encoding), gold, url)
        bare = _DECLARATION.sub("", html)
        found[f"{encoding}, undeclared"] = _read(_encoded(bare, encoding), gold, url)
    if source.row.get("blocks"):
        for name, row in (("dump", source.row), ("other script, dump", converted_row(source.row, chosen))):
            found[name] = _read(dump_of(row).encode(), row["main_content"], None)
    return found


def _encoded(html: str, encoding: str) -> bytes:
    """The page in an encoding, which it declares if it declares one; what Big5 has not is a reference."""
    codec = {"big5": "big5hkscs"}.get(encoding, encoding)
    return declared_as(html, encoding).encode(codec, "replace" if encoding == "utf-8" else "xmlcharrefreplace")


def _read(body: bytes, gold: str, url: str | None) -> float:
    try:
        return f1(cleantext.extract(body, url=url).text, gold)
    except DocumentError:
        return f1("", gold)


def rows(found: Sequence[Mapping[str, float]]) -> Iterator[Row]:
    """Of each comparison both names, pages, both means, the mean difference and its error in points, worse, better."""
    for name, beside in COMPARED:
        pairs = np.array([(one[beside], one[name]) for one in found if name in one and beside in one])
        if pairs.size:
            change = pairs[:, 1] - pairs[:, 0]
            error = 100 * float(change.std()) / len(change) ** 0.5
            before, after = pairs.mean(axis=0).tolist()
            worse, better = int((change < -_NOTED).sum()), int((change > _NOTED).sum())
            yield name, beside, len(pairs), before, after, 100 * float(change.mean()), error, worse, better


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--to", metavar="NAME", help="an OpenCC configuration, such as s2twp, for every page")
    options = parser.parse_args(arguments)
    with ProcessPoolExecutor(2) as pool:
        every = pool.map(partial(scores, opencc_config=options.to), sources(options.data)[:: options.step], chunksize=4)
        found = [one for one in every if one]
    for name, beside, count, before, after, change, error, worse, better in rows(found):
        print(
            f"{name:20s} {count:4d} pages {before:.4f} ({beside}) -> {after:.4f}"
            f"  {change:+.2f} ± {error:.2f}, {worse} worse, {better} better"
        )
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
