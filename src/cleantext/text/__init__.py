"""From text to clean text: repair, then width, script and punctuation. Every change is a step that can be undone."""

from cleantext.text.glosses import Glosses, find_glosses, strip_glosses
from cleantext.text.normalize import normalize, normalize_steps
from cleantext.text.punctuation import fix_punctuation
from cleantext.text.repair import repair, repair_line
from cleantext.text.script import conversion_for, convert, detect_script, to_script
from cleantext.text.steps import Repaired
from cleantext.text.width import fix_characters, fix_width

__all__ = [
    "Glosses",
    "Repaired",
    "conversion_for",
    "convert",
    "detect_script",
    "find_glosses",
    "fix_characters",
    "fix_punctuation",
    "fix_width",
    "normalize",
    "normalize_steps",
    "repair",
    "repair_line",
    "strip_glosses",
    "to_script",
]
