"""Compile ahead what large inputs run on, so that no run waits for it: for images of containers, or before measuring.

Kernels are compiled for the arguments they are called with. So a small run is made here that calls them as any run
does: pages, dumps and texts of characters at random that are cut, labelled, judged, converted and compared.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from cleantext.config import Config
from cleantext.dedup import find_duplicates
from cleantext.errors import ConfigError
from cleantext.folding import code_points
from cleantext.kernels import is_kept, may_compile
from cleantext.pages.compiled import COMPILED_FROM, meet
from cleantext.pipeline import run
from cleantext.text import to_script

__all__ = ["KERNELS", "Ahead", "compile_ahead"]

# The modules that have kernels.
KERNELS = ("pages._kernels", "pages._look", "pages._walk", "text._kernels", "dedup._kernels")
# Paragraphs of the sample, 1.4 million characters: from one million on texts are compared by kernels.
_PARAGRAPHS, _LENGTH, _TOGETHER = 14_000, 100, 200
_PAGE = """<html><head><title>{0} - 新闻网</title></head><body><nav class="nav"><ul><li><a href="/">首页</a></ul></nav>
<h1>{0}</h1><p>2026-01-02 10:20 来源：新华社</p><article>{1}<table><tr><td>一<td>二</table></article>{2}
<footer>版权所有 Copyright</footer></body></html>"""
_DUMP = "首页 > 新闻\n{0}\n2026-01-02 10:20 来源：新华社\n{1}\n版权所有\n上一篇：无"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What was done: how many kernels are compiled now, in how many seconds, and the folders they are kept in."""

    kernels: int
    seconds: float
    folders: tuple[str, ...]


def compile_ahead() -> Ahead:
    """Compile the kernels of a run, where they are not yet, and keep them where numba does: in the package's own
    folders, in the user's where these cannot be written to, or where `NUMBA_CACHE_DIR` says.

    Takes half a minute to a minute, and a few seconds where all is done. Raises ConfigError where numba is told not to
    compile.
    """
    if not may_compile():
        raise ConfigError("NUMBA_DISABLE_JIT is set, so nothing can be compiled: unset it")
    start = time.perf_counter()
    meet(COMPILED_FROM)
    with tempfile.TemporaryDirectory(prefix="cleantext-") as folder:
        paragraphs, pages = _sample(), Path(folder, "pages.jsonl")
        with pages.open("w", encoding="utf-8") as stream:
            stream.writelines(json.dumps({"text": text}) + "\n" for text in _documents(paragraphs))
        run([str(pages)], str(Path(folder, "out")), Config.from_dict({"run": {"jobs": 1}}))
        text = "\n".join(paragraphs[:2000])
        for script in ("t", "tw"):
            to_script(to_script(text, script), "s")
        near = [f"{paragraph[:-5]}。" for paragraph in paragraphs]
        for level in ("paragraph", "document"):
            find_duplicates([*paragraphs, *near], level=level)
    kept = [kernel for kernel in _kernels() if is_kept(kernel)]
    folders = tuple(sorted({str(kernel.stats.cache_path) for kernel in kept}))
    return Ahead(kernels=len(kept), seconds=time.perf_counter() - start, folders=folders)


def _kernels() -> Iterator[Any]:
    for module in KERNELS:
        yield from vars(import_module(f"cleantext.{module}")).values()


def _sample() -> list[str]:
    """Paragraphs of frequent Han at random, with commas and a bracket."""
    frequent = files("cleantext.tables").joinpath("han_frequency.txt").read_text(encoding="utf-8")[:1000]
    codes = code_points(frequent)[np.random.default_rng(1).integers(0, len(frequent), (_PARAGRAPHS, _LENGTH))]
    codes[:, 20::20], codes[:, 50], codes[:, -1] = ord(","), ord("("), ord("。")
    return [row.astype("<u4").tobytes().decode("utf-32-le") for row in codes]


def _documents(paragraphs: list[str]) -> Iterator[str]:
    """Pages and dumps of so many paragraphs, and a page that is full of tags."""
    for first in range(0, len(paragraphs), _TOGETHER):
        title, some = paragraphs[first][:12], paragraphs[first : first + _TOGETHER]
        body = "".join(f'<div class="p{i % 7}"><p>{one}</p><a href="/">首页</a></div>' for i, one in enumerate(some))
        yield _PAGE.format(title, body, "<b>字</b>" * 10_000 if first == 0 else "")
        yield _DUMP.format(title, "\n".join(some[: _TOGETHER // 10]))
