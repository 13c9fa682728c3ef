"""Write cli.md, the page of all commands and options, from the parser.

python docs/make_cli.py
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from cleantext.cli import build_parser

TARGET = Path(__file__).with_name("cli.md")


def page() -> str:
    """The page as Markdown."""
    parser = build_parser()
    parts = ["# The command line", "Made from the parser by `make_cli.py`.", str(parser.description)]
    for command in _commands(parser):
        parts += [f"## {command.prog}", str(command.description)]
        if command.epilog:
            parts += [f"    {command.epilog.removeprefix('example: ')}", "\n".join(_table(command))]
    return "\n\n".join(parts) + "\n"


def _commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The commands of `parser`, and after each those below it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield command
                yield from _commands(command)


def _table(command: argparse.ArgumentParser) -> Iterator[str]:
    yield "| option | what it does |"
    yield "|---|---|"
    for action in command._actions:
        if action.dest != "help":
            names = ", ".join(action.option_strings) or str(action.metavar)
            value = f" {action.metavar}" if action.option_strings and action.nargs != 0 and action.metavar else ""
            text = str(action.help).replace("%%", "%").replace("|", "\\|")
            yield f"| `{(names + value).replace('|', chr(92) + '|')}` | {text} |"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
