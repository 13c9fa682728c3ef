"""The benchmark of web archives finds what it planted."""

from __future__ import annotations

from pathlib import Path

import pytest

from warc import Planted, plant, read_archive


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_two_hundred_records(tmp_path: Path, packing: str) -> None:
    pages = [f"<html><body><p>第{n}篇，行动方案 {n * 7919}</p></body></html>".encode() * 30 for n in range(7)]
    planted = plant(tmp_path / "x.warc", packing, pages, 200)
    assert (planted.pages, len(planted.broken)) == (190, 10)
    assert planted.skipped["request"] == 200
    found = read_archive(tmp_path / "x.warc", 200, clean=True)
    assert {name: found[name] for name in planted.to_dict()} == planted.to_dict()
    assert found["refused"] == 0
    assert len(found["memory"]) == 190 // 2
    assert planted != Planted()
