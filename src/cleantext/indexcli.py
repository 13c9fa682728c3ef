"""The commands of `cleantext index`: parses, calls `indexing`, prints."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from cleantext.config import Config

if TYPE_CHECKING:
    from cleantext.dedup.index import Index
    from cleantext.formats.base import Failure, Skipped
    from cleantext.indexing import Answer, Tally

__all__ = ["add_index_commands"]

Effective = Callable[[argparse.Namespace], Config]
_EXIT_DONE, _EXIT_FAILURES, _EXIT_INTERRUPTED = 0, 1, 130


class _Make(Protocol):
    """How the command line makes a command with the flags of the configuration."""

    def __call__(
        self,
        commands: Any,
        function: Callable[[argparse.Namespace], int],
        name: str,
        doc: str,
        example: str,
        stages: Sequence[str],
    ) -> argparse.ArgumentParser: ...


def add_index_commands(commands: Any, make: _Make, effective: Effective) -> None:
    """Add `index` and its commands to the parser; `make` makes one, `effective` reads its configuration."""
    doc = "remember documents from one run to the next, and ask what new ones repeat"
    parser: argparse.ArgumentParser = commands.add_parser("index", help=doc, description=doc[0].upper() + doc[1:] + ".")
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    everything = [stage for stage, _ in Config().stages() if stage != "output"]
    calls = _Commands(effective)
    inputs = "files, folders, globs, or - for standard input; documents.jsonl of `clean` is taken as it is"

    add = make(
        group,
        calls.add,
        "add",
        "add documents that repeat none",
        "cleantext index add OUT/documents.jsonl --index seen.db",
        everything,
    )
    query = make(
        group,
        calls.query,
        "query",
        "say what documents repeat, as JSON Lines, and add none",
        "cleantext index query new/ --index seen.db > verdicts.jsonl",
        everything,
    )
    stats = make(group, calls.stats, "stats", "say what is stored", "cleantext index stats --index seen.db", ("dedup",))
    merge = make(
        group,
        calls.merge,
        "merge",
        "add the documents of other indexes",
        "cleantext index merge a.db b.db --index redis://localhost/0",
        ("dedup",),
    )
    remove = make(
        group, calls.remove, "remove", "forget documents", "cleantext index remove 5e2a --index seen.db", ("dedup",)
    )

    for command in (add, query):
        command.add_argument("inputs", nargs="+", metavar="INPUT", help=inputs)
    merge.add_argument("others", nargs="+", metavar="OTHER", help="indexes of the same configuration, first one first")
    remove.add_argument("names", nargs="+", metavar="ID", help="ids of documents, as documents.jsonl has them")
    remove.add_argument(
        "--origin", action="store_true", help="the names are origins: a file, or dump.jsonl#7 for one record of it"
    )
    for command in (add, query, stats, merge, remove):
        command.add_argument(
            "--index",
            required=True,
            metavar="LOCATION",
            help="where the index is: a file (SQLite), or redis://HOST:PORT/DB?namespace=NAME",
        )
    for command in (add, merge):
        command.add_argument(
            "--mode",
            choices=("sticky", "best"),
            default="sticky",
            help="who stays of two that are alike: the first, or the one that --keep prefers (default: sticky)",
        )
        command.add_argument("-q", "--quiet", action="store_true", help="no summary")
    add.add_argument("--verdicts", action="store_true", help="write the verdicts, as `query` does")
    stats.add_argument("--json", action="store_true", help="as one JSON object")


class _Commands:
    """What each command does."""

    def __init__(self, effective: Effective) -> None:
        self._effective = effective

    def add(self, options: argparse.Namespace) -> int:
        """`cleantext index add`."""
        from cleantext.indexing import Tally, answers  # noqa: PLC0415 - the heavy part is imported when it is needed

        config, tally = self._effective(options), Tally()
        with _index(options, config, mode=options.mode) as index, _interruptible() as whole:
            self._tell(answers(options.inputs, index, config, remember=True), tally, shown=options.verdicts)
        return self._ended(tally, config, quiet=options.quiet) if whole else _EXIT_INTERRUPTED

    def query(self, options: argparse.Namespace) -> int:
        """`cleantext index query`."""
        from cleantext.indexing import Tally, answers  # noqa: PLC0415

        config, tally = self._effective(options), Tally()
        with _index(options, config, read_only=True) as index:
            self._tell(answers(options.inputs, index, config, remember=False), tally, shown=True)
        return self._ended(tally, config, quiet=True)

    def stats(self, options: argparse.Namespace) -> int:
        """`cleantext index stats`."""
        from cleantext.indexing import stats, stats_text  # noqa: PLC0415

        with _index(options, self._effective(options), read_only=True) as index:
            found = stats(index)
        print(json.dumps(found, ensure_ascii=False) if options.json else stats_text(found))
        return _EXIT_DONE

    def merge(self, options: argparse.Namespace) -> int:
        """`cleantext index merge`."""
        from cleantext.dedup.index import Index  # noqa: PLC0415
        from cleantext.indexing import Tally  # noqa: PLC0415

        config, tally = self._effective(options), Tally()
        with contextlib.ExitStack() as stack:
            # All are opened before anything is written.
            others = [stack.enter_context(Index(one, config, read_only=True)) for one in options.others]
            index = stack.enter_context(_index(options, config, mode=options.mode))
            whole = stack.enter_context(_interruptible())
            for other in others:
                for verdict in index.merge(other):
                    tally.count(verdict)
        return self._ended(tally, config, quiet=options.quiet) if whole else _EXIT_INTERRUPTED

    def remove(self, options: argparse.Namespace) -> int:
        """`cleantext index remove`."""
        from cleantext.indexing import remove  # noqa: PLC0415

        with _index(options, self._effective(options)) as index:
            counts = remove(index, options.names, by_origin=options.origin)
        for name, count in counts.items():
            if not count:
                print(f"cleantext: {name}: the index has no such document", file=sys.stderr)
        print(f"documents: {sum(counts.values()):,} removed", file=sys.stderr)
        return _EXIT_DONE if all(counts.values()) else _EXIT_FAILURES

    @staticmethod
    def _tell(found: Iterable[Answer | Failure | Skipped], tally: Tally, *, shown: bool) -> None:
        """Count what was found, and print it: verdicts to standard output, failures to standard error."""
        from cleantext.formats.base import Failure, Skipped  # noqa: PLC0415
        from cleantext.indexing import verdict_row  # noqa: PLC0415

        for one in found:
            if isinstance(one, Skipped):
                tally.count(one)
            elif isinstance(one, Failure):
                tally.count(one)
                print(f"cleantext: {one.origin}: {one.error}", file=sys.stderr)
            else:
                tally.count(one.verdict)
                if shown:
                    print(json.dumps(verdict_row(one), ensure_ascii=False))

    @staticmethod
    def _ended(tally: Tally, config: Config, *, quiet: bool) -> int:
        if not quiet:
            print(tally.summary(), file=sys.stderr)
        return _EXIT_FAILURES if tally.failure_rate > config.run.max_failures else _EXIT_DONE


def _index(options: argparse.Namespace, config: Config, **settings: Any) -> Index:
    """The index that --index names."""
    from cleantext.dedup.index import Index  # noqa: PLC0415

    return Index(options.index, config, **settings)


@contextlib.contextmanager
def _interruptible() -> Iterator[list[bool]]:
    """Where an interrupt is no error, because what was done stays done; what it gives is then empty."""
    whole = [True]
    try:
        yield whole
    except KeyboardInterrupt:
        whole.clear()
        print("cleantext: interrupted; what was added stays", file=sys.stderr)
