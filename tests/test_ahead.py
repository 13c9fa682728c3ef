"""What is compiled ahead is what later runs would compile."""

import os
import subprocess
import sys
from pathlib import Path

from cleantext.ahead import KERNELS

SAMPLE = Path(__file__).parent / "gate" / "sample"
CODE = """
import gzip, sys
from importlib import import_module
from pathlib import Path
from cleantext.ahead import KERNELS
from cleantext.cli import main
from cleantext import extract, find_duplicates

def compiled():
    modules = [import_module(f"cleantext.{name}") for name in KERNELS]
    return {(m.__name__, name, str(one)) for m in modules for name, kernel in vars(m).items()
            if hasattr(kernel, "signatures") for one in kernel.signatures}

assert main(["compile"]) == 0
before = compiled()
for path in sorted(Path(sys.argv[1]).rglob("*.html.gz")):
    extract(gzip.decompress(path.read_bytes()))
    extract(extract(gzip.decompress(path.read_bytes())).text)
find_duplicates([f"{i} 会议今日召开，市长主持会议并讲话，各区负责人参加了会议。" for i in range(40_000)])
print(sorted(compiled() - before))
print(*sorted({name for name, *_ in before}))
"""


def test_nothing_is_left_to_compile() -> None:
    done = subprocess.run([sys.executable, "-c", CODE, str(SAMPLE)], capture_output=True, text=True, check=True)
    said, left, modules = done.stdout.splitlines()
    assert said.split()[1:4] == ["kernels", "are", "compiled"]
    assert int(said.split()[0]) >= 60
    assert left == "[]"
    assert modules.split() == sorted(f"cleantext.{name}" for name in KERNELS)


def test_where_nothing_may_be_compiled_it_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cleantext", "compile"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["cleantext: NUMBA_DISABLE_JIT is set, so nothing can be compiled: unset it"]
