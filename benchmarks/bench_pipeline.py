"""The whole way: one document, many documents, and the command from a cold start."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cleantext import Cleaner, Config, run

ROOT = Path(__file__).parent.parent
SEEDS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
KEPT = [6, 6, 8, 8, 6]  # paragraphs of each seed, as its labels say


def generated(count: int, seed: int = 7) -> list[str]:
    """`count` dumps, each of six sentences of the seeds in another order under chrome of its own; a fifth repeat."""
    rng = random.Random(seed)
    sentences = [part + "。" for text in SEEDS for part in text.replace("\n", "。").split("。") if 20 < len(part) < 200]
    texts: list[str] = []
    for number in range(count):
        if number % 5 == 4:
            texts.append(texts[rng.randrange(len(texts))])
        else:
            body = "\n".join("".join(rng.sample(sentences, 3)) for _ in range(6))
            texts.append(f"首页 > 新闻 > 正文\n\n第{number}号通报\n\n{body}\n\n分享到：微信\n上一篇：无\n")
    return texts


@pytest.mark.benchmark(group="pipeline")
def test_clean_the_seeds(benchmark: Any) -> None:
    cleaner = Cleaner()
    documents = benchmark(lambda: [cleaner.clean(text) for text in SEEDS])
    assert [len(document.paragraphs) for document in documents] == KEPT
    benchmark.extra_info["mchar_per_s"] = sum(map(len, SEEDS)) / benchmark.stats["median"] / 1e6


@pytest.mark.benchmark(group="pipeline")
def test_run_on_generated_dumps(benchmark: Any, tmp_path: Path) -> None:
    texts = generated(400)
    (tmp_path / "in").mkdir()
    for number, text in enumerate(texts):
        (tmp_path / "in" / f"{number:05d}.txt").write_text(text, encoding="utf-8")
    config = Config.from_dict({"run": {"overwrite": True}})
    report = benchmark.pedantic(lambda: run(tmp_path / "in", tmp_path / "out", config), rounds=3)
    assert (report.documents, report.failed) == (len(set(texts)), 0)
    benchmark.extra_info["documents_per_s"] = len(texts) / benchmark.stats["median"]
    benchmark.extra_info["mchar_per_s"] = sum(map(len, texts)) / benchmark.stats["median"] / 1e6


@pytest.mark.benchmark(group="command")
def test_clean_seeds_from_a_cold_start(benchmark: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cleantext", "clean", "seeds", "-q", "--overwrite", "-o", str(tmp_path / "out")]
    benchmark.pedantic(lambda: subprocess.run(command, cwd=ROOT, check=True), rounds=5)
    assert len((tmp_path / "out" / "documents.jsonl").read_text(encoding="utf-8").splitlines()) == len(SEEDS)
    benchmark.extra_info["documents_per_s"] = len(SEEDS) / benchmark.stats["median"]


@pytest.mark.benchmark(group="command")
def test_import(benchmark: Any) -> None:
    code = "import time; start = time.perf_counter(); import cleantext; print(time.perf_counter() - start)"
    done = benchmark.pedantic(
        lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True), rounds=5
    )
    benchmark.extra_info["import_seconds"] = float(done.stdout)
    assert float(done.stdout) < 0.15
