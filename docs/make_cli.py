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
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    parts = ["# The command line", "Made from the parser by `make_cli.py`.", str(parser.description)]
    for name, command in commands.choices.items():
        parts += [
            f"## cleantext {name}",
            str(command.description),
            f"    {str(command.epilog).removeprefix('example: ')}",
        ]
        parts += ["\n".join(_table(command))]
    return "\n\n".join(parts) + "\n"


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
