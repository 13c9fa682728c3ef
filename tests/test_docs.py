"""The documentation says what the code does."""

from __future__ import annotations

import doctest
import importlib
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

import cleantext

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
MODULES = sorted(
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    for path in (ROOT / "src").rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)


def test_the_command_page_is_current() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_cli.py"))["page"]()
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == made, "run python docs/make_cli.py"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        assert "://" in target or (path.parent / target).exists(), target


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings(module: str) -> None:
    package = importlib.import_module(module)
    failures, tried = doctest.testmod(package)
    assert tried
    assert not failures


def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    library, settings, crawler = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    page = "<html><body><p>市長主持會議並講話，各區負責人參加了會議，會議持續三小時。</p></body></html>"
    scope: dict[str, Any] = {"open": lambda *_: __import__("io").BytesIO(page.encode())}
    for block in (library, settings):
        exec(block, scope)
    scope = {}
    exec(crawler, scope)
    with scope["index"]:
        first = scope["process_page"](page.encode(), "http://example.com/1", "text/html")
        again = scope["process_page"](page.replace("市長", "市长").encode(), "http://example.com/2", "text/html")
        broken = scope["process_page"](b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "http://example.com/3", "image/png")
    assert first["text"] == "市长主持会议并讲话，各区负责人参加了会议，会议持续三小时。"
    assert again["score"] == 1.0
    assert again["repeats"]
    assert "error" in broken


def test_two_lines_of_set_up() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"<!-- (run|test) -->\n```sh\n(.+)\n```", text)
    assert [name for name, _ in lines] == ["run", "test"]
    assert "cleantext clean seeds -o OUT" in lines[0][1]
    assert sys.version_info >= (3, 11)
    assert cleantext.__version__
