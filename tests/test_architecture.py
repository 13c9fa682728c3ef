"""The rules of the house, read from the imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cleantext

PACKAGE = Path(cleantext.__file__).parent
ROOMS = ("pages", "text", "dedup", "formats", "engines")
HALLWAY = {"errors", "config", "records", "schema", "folding", "edits", "kernels", "tables"}
ONLY_HERE = {
    "selectolax": ("pages/dom.py",),
    "numba": ("kernels.py", "pages/_kernels.py", "text/_kernels.py"),
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The modules a file imports anywhere, by full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "cleantext":
                found |= {f"cleantext.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    place = path.relative_to(PACKAGE).parts
    own = [name.split(".") for name in imports(path) if name.startswith("cleantext.")]
    if place[0] in ROOMS:
        allowed = HALLWAY | {place[0]}
        assert {name[1] for name in own} <= allowed
    elif path.stem in HALLWAY:
        assert {name[1] for name in own} <= HALLWAY


@pytest.mark.parametrize("library", ONLY_HERE)
def test_a_library_is_named_where_it_belongs(library: str) -> None:
    places = {
        str(path.relative_to(PACKAGE)) for path in MODULES if any(n.split(".")[0] == library for n in imports(path))
    }
    assert places == set(ONLY_HERE[library])


def test_import_is_light() -> None:
    code = "import sys, cleantext; print(sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ast.literal_eval(done.stdout)
    assert not {"numba", "pyarrow", "trafilatura", "datasketch", "ftfy", "opencc", "selectolax", "chardet"} & set(
        loaded
    )


def test_small_input_waits_for_no_compiler() -> None:
    code = (
        "import sys, cleantext; cleantext.clean('會議今日召開，市長主持會議並講話。\\n' * 3);"
        "print(sorted({m.split('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numba", "pyarrow", "trafilatura", "selectolax"} & set(ast.literal_eval(done.stdout))


def test_public_names() -> None:
    assert sorted(cleantext.__all__) == cleantext.__all__
    assert sorted(cleantext._MODULES) == cleantext.__all__
    for name in cleantext.__all__:
        assert getattr(cleantext, name) is not None
    assert set(cleantext.__all__) < set(dir(cleantext))
    assert cleantext.__version__
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        cleantext.nonsense  # noqa: B018 - the access is the test
