"""Run the benchmarks and write one JSON file with the machine, the versions and the seeds they ran on.

python benchmarks/run.py [--output benchmarks/results/NAME.json] [pytest arguments]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cleantext.report import versions

HERE = Path(__file__).parent
SEEDS = sorted((HERE.parent / "seeds").glob("*.txt"))
PACKAGES = ("cleantext-corpus", "datasketch", "trafilatura", "ftfy", "opencc-python-reimplemented", "numpy", "numba")


def machine() -> dict[str, Any]:
    """What the figures depend on besides the code."""
    model = ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    return {"system": platform.platform(), "processor": model or platform.processor(), "cores": os.cpu_count()}


def seed_digest() -> str:
    """SHA-256 over the seed documents in order."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in SEEDS)).hexdigest()


def figures(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """Name, seconds and throughput of each benchmark in a pytest-benchmark result."""
    return [
        {
            "name": bench["name"],
            "file": Path(bench["fullname"].split("::")[0]).name,
            "seconds": {key: bench["stats"][key] for key in ("min", "median", "max", "rounds")},
            **bench["extra_info"],
        }
        for bench in raw["benchmarks"]
    ]


def main() -> int:
    """Run them, write the file, print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    now = datetime.now(UTC)
    parser.add_argument("--output", type=Path, default=HERE / "results" / f"{now:%Y-%m-%dT%H%M%S}.json")
    options, rest = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder, "raw.json")
        files = [] if any(argument.endswith(".py") for argument in rest) else sorted(map(str, HERE.glob("bench_*.py")))
        command = [sys.executable, "-m", "pytest", "-m", "", *files, *rest, f"--benchmark-json={raw}"]
        done = subprocess.run(command, check=False)
        if done.returncode:
            return done.returncode
        results = figures(json.loads(raw.read_text(encoding="utf-8")))
    written = {
        "time": now.isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(PACKAGES),
        "seeds_sha256": seed_digest(),
        "results": results,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for row in results:
        rates = {key: value for key, value in row.items() if key.endswith("_per_s")}
        print(f"{row['file']:24} {row['name']:44} {row['seconds']['median']:9.4f} s  {rates}")
    print(options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
