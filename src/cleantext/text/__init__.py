"""From text to clean text: repair, then width, script and punctuation. Every change is a step that can be undone."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cleantext.text.glosses import Glosses, find_glosses, strip_glosses
from cleantext.text.normalize import normalize, normalize_steps
from cleantext.text.repair import repair, repair_line
from cleantext.text.script import (
    Exceptions,
    ScriptEvidence,
    conversion_for,
    convert,
    convert_lines,
    convert_lines_text,
    convert_text,
    detect_script,
    offset_map,
    script_evidence,
    to_script,
)
from cleantext.text.steps import Repaired
from cleantext.text.unrecoverable import lost_in_repair, unrecoverable

if TYPE_CHECKING:
    from cleantext.text.punctuation import fix_punctuation
    from cleantext.text.width import fix_characters, fix_width

__all__ = [
    "Exceptions",
    "Glosses",
    "Repaired",
    "ScriptEvidence",
    "conversion_for",
    "convert",
    "convert_lines",
    "convert_lines_text",
    "convert_text",
    "detect_script",
    "find_glosses",
    "fix_characters",
    "fix_punctuation",
    "fix_width",
    "lost_in_repair",
    "normalize",
    "normalize_steps",
    "offset_map",
    "repair",
    "repair_line",
    "script_evidence",
    "strip_glosses",
    "to_script",
    "unrecoverable",
]

# These load numpy, which repairing a short text can do without.
_LATER = {"fix_characters": "width", "fix_punctuation": "punctuation", "fix_width": "width"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
