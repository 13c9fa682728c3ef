"""cleantext turns scraped web pages and text dumps into clean, unique text.

>>> import cleantext
>>> cleantext.clean("首页 > 正文\\n會議今日召開，市長主持會議並講話。\\n分享到：微信").text
'会议今日召开，市长主持会议并讲话。'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleantext.cleaner import Cleaner, clean, extract
    from cleantext.config import Config, Rule, load_rules
    from cleantext.dedup import Duplicates, find_duplicates, minhash_signatures, score_pair, shingle_hash
    from cleantext.dedup.index import Index
    from cleantext.dedup.verdicts import Match, Repeated, Verdict
    from cleantext.edits import apply_steps, explain, undo_steps
    from cleantext.errors import (
        CleantextError,
        ConfigError,
        DecodeError,
        DocumentError,
        EngineError,
        GuardError,
        LimitExceededError,
        MissingDependencyError,
        ParseError,
        StageMismatchError,
        StoreError,
    )
    from cleantext.folding import match_text
    from cleantext.pages.decode import Decoded, decode
    from cleantext.pipeline import run
    from cleantext.records import Document, Edit, Field, MainContent, Removed
    from cleantext.report import RunReport
    from cleantext.text.normalize import normalize
    from cleantext.text.repair import repair
    from cleantext.text.script import detect_script, to_script
    from cleantext.text.steps import Repaired

# Where each public name lives; a module is imported when one of its names is first used.
_HOMES = {
    "cleaner": ("Cleaner", "clean", "extract"),
    "config": ("Config", "Rule", "load_rules"),
    "dedup": ("Duplicates", "find_duplicates", "minhash_signatures", "score_pair", "shingle_hash"),
    "dedup.index": ("Index",),
    "dedup.verdicts": ("Match", "Repeated", "Verdict"),
    "edits": ("apply_steps", "explain", "undo_steps"),
    "errors": (
        "CleantextError",
        "ConfigError",
        "DecodeError",
        "DocumentError",
        "EngineError",
        "GuardError",
        "LimitExceededError",
        "MissingDependencyError",
        "ParseError",
        "StageMismatchError",
        "StoreError",
    ),
    "folding": ("match_text",),
    "pages.decode": ("Decoded", "decode"),
    "pipeline": ("run",),
    "records": ("Document", "Edit", "Field", "MainContent", "Removed"),
    "report": ("RunReport",),
    "text": ("Repaired", "detect_script", "normalize", "repair", "to_script"),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Cleaner",
    "CleantextError",
    "Config",
    "ConfigError",
    "DecodeError",
    "Decoded",
    "Document",
    "DocumentError",
    "Duplicates",
    "Edit",
    "EngineError",
    "Field",
    "GuardError",
    "Index",
    "LimitExceededError",
    "MainContent",
    "Match",
    "MissingDependencyError",
    "ParseError",
    "Removed",
    "Repaired",
    "Repeated",
    "Rule",
    "RunReport",
    "StageMismatchError",
    "StoreError",
    "Verdict",
    "apply_steps",
    "clean",
    "decode",
    "detect_script",
    "explain",
    "extract",
    "find_duplicates",
    "load_rules",
    "match_text",
    "minhash_signatures",
    "normalize",
    "repair",
    "run",
    "score_pair",
    "shingle_hash",
    "to_script",
    "undo_steps",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value = getattr(import_module(f"cleantext.{_MODULES[name]}"), name)
        globals()[name] = value
        return value
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - only when asked for

        return version("cleantext-corpus")
    raise AttributeError(f"module 'cleantext' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
