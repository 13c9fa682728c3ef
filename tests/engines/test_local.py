"""The local engine: order kept, and an item that takes its worker with it costs nothing but itself."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from cleantext.engines import local
from cleantext.engines.local import LocalEngine
from cleantext.errors import ConfigError, EngineError
from engines.faults import fault, square

MIB = 1 << 20


def lost(item: int | str, reason: str) -> str:
    return f"lost {item}: {reason}"


def batched(items: Sequence[int | str], size: int) -> Iterator[Sequence[int | str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def results(engine: LocalEngine, items: Sequence[int | str], size: int = 4) -> list[str]:
    return list(engine.map(fault, batched(items, size), lost))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(pids: Iterable[int]) -> None:
    """Until none of `pids` is alive; fails after a while."""
    until = time.monotonic() + 20
    left = [pid for pid in pids if is_alive(pid)]
    while left:
        assert time.monotonic() < until, f"still alive: {left}"
        time.sleep(0.02)
        left = [pid for pid in left if is_alive(pid)]


@pytest.mark.parametrize("engine", [LocalEngine(1), LocalEngine(2), LocalEngine(isolated=True)])
def test_results_come_in_order(engine: LocalEngine) -> None:
    items: list[int | str] = ["sleep 0.1", *range(20)]
    assert results(engine, items) == ["sleep 0.1", *map(square, range(20))]


def test_no_items() -> None:
    assert results(LocalEngine(2), []) == []
    assert list(LocalEngine(2).map(fault, [[], [1], []], lost)) == ["1²"]


def test_all_cores() -> None:
    assert LocalEngine(0).jobs == os.cpu_count()


def test_items_that_kill_their_worker_cost_themselves() -> None:
    items: list[int | str] = [*range(6), "crash", "exit", *range(6, 9), "crash"]
    found = results(LocalEngine(2), items, size=5)
    assert found == [
        *map(square, range(6)),
        "lost crash: its worker process died: killed by SIGSEGV",
        "lost exit: its worker process died: exit code 3",
        *map(square, range(6, 9)),
        "lost crash: its worker process died: killed by SIGSEGV",
    ]


@pytest.mark.parametrize("hang", ["hang", "sleep 1000"])
def test_items_that_hang_cost_themselves(hang: str) -> None:
    found = results(
        LocalEngine(isolated=True, seconds=0.5), [1, hang, 2, "sleep 0.2", "sleep 0.2", "sleep 0.2"], size=6
    )
    assert found == [
        "1²",
        f"lost {hang}: took longer than 0.5 seconds (--document-seconds)",
        "2²",
        *["sleep 0.2"] * 3,
    ]


def test_items_that_eat_memory_cost_themselves() -> None:
    eat = f"eat {200 * MIB}"
    found = results(LocalEngine(2, memory=150 * MIB), [1, eat, 2], size=3)
    assert (found[0], found[2]) == ("1²", "2²")
    assert found[1].startswith(f"lost {eat}: took ")
    assert found[1].endswith("MiB of memory, more than the 150 MiB a worker may take (--worker-memory)")


def test_a_worker_that_needs_more_than_it_may_take_from_the_start_stops_the_run() -> None:
    with pytest.raises(EngineError, match=r"a worker takes \d+ MiB before its first document, more than the 1 MiB"):
        results(LocalEngine(2, memory=MIB), [1])


def test_memory_cannot_be_watched_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "Path", lambda _: Path("/no such file"))
    with pytest.raises(ConfigError, match="only Linux"):
        LocalEngine(2, memory=MIB)


def test_an_item_whose_worker_was_killed_by_somebody_else_is_tried_again(tmp_path: Path) -> None:
    found = results(LocalEngine(2), [1, f"once {tmp_path / 'tried'}", 2])
    assert found == ["1²", f"once {tmp_path / 'tried'}", "2²"]


def test_what_the_function_raises_is_raised_with_where_it_happened() -> None:
    with pytest.raises(ValueError, match="boom") as caught:
        results(LocalEngine(2), [1, "raise boom", 2])
    assert "faults.py" in caught.value.__notes__[0]


def test_workers_that_never_live_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_HOPELESS", 3)
    with pytest.raises(EngineError, match="no worker process survives, most likely for want of memory: its worker"):
        results(LocalEngine(isolated=True), ["exit"] * 5)


def test_one_worker_does_what_many_batches_ask() -> None:
    pids = results(LocalEngine(isolated=True), ["pid"] * 6, size=1)
    assert len(set(pids)) == 1
    wait_for(map(int, pids))


def test_a_map_that_is_left_leaves_no_process() -> None:
    items: list[int | str] = ["pid", *["sleep 1000"] * 20]
    engine = LocalEngine(2)
    found = engine.map(fault, batched(items, 1), lost)
    pid = int(next(found))
    del found
    gc.collect()
    wait_for([pid])


SCRIPT = """
    import sys
    sys.path[:0] = {path!r}
    from cleantext.engines.local import LocalEngine
    from engines.faults import fault

    if {guard}:
        items = [["pid"], ["pid"], ["sleep 0.3"], ["pid"], *[[{then!r}]] * 9]
        for result in LocalEngine(2, seconds=1).map(fault, items, lambda *_: "lost"):
            print(result, flush=True)
"""


def script(tmp_path: Path, then: str, guard: str = '__name__ == "__main__"') -> list[str]:
    (tmp_path / "script.py").write_text(textwrap.dedent(SCRIPT).format(path=sys.path, then=then, guard=guard))
    return [sys.executable, str(tmp_path / "script.py")]


@pytest.mark.parametrize(
    ("death", "then"), [(signal.SIGKILL, "sleep 1000"), (signal.SIGTERM, "sleep 1000"), (signal.SIGKILL, "hang")]
)
def test_workers_end_with_their_parent(death: signal.Signals, then: str, tmp_path: Path) -> None:
    with subprocess.Popen(script(tmp_path, then), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pids = {int(line) for line in (process.stdout.readline() for _ in range(4)) if line.strip().isdigit()}
        assert pids
        process.send_signal(death)
        process.wait()
        wait_for(pids)


def test_a_script_without_a_guard_is_told_what_it_lacks(tmp_path: Path) -> None:
    done = subprocess.run(script(tmp_path, "pid", "True"), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'needs `if __name__ == "__main__":` around it' in done.stderr.splitlines()[-1]
