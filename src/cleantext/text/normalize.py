"""Script and punctuation of clean text, in that order."""

from __future__ import annotations

from cleantext.config import NormalizeConfig
from cleantext.text.punctuation import fix_punctuation
from cleantext.text.script import convert_lines, to_script
from cleantext.text.steps import Repaired

__all__ = ["normalize", "normalize_steps"]


def normalize_steps(text: str, *, opencc_config: str | None, punctuation: str) -> Repaired:
    """`text` after conversion (None: no conversion) and then the marks in the style `punctuation`."""
    converted = convert_lines(text, opencc_config) if opencc_config else Repaired(text=text)
    fixed = fix_punctuation(converted.text, punctuation)
    return Repaired(text=fixed.text, steps=converted.steps + fixed.steps)


def normalize(text: str, config: NormalizeConfig | None = None) -> str:
    """`text` in the script and with the marks that `config` asks for (default: Simplified, marks as they are).

    >>> normalize("推動環境質量改善")
    '推动环境质量改善'
    """
    config = config or NormalizeConfig()
    return fix_punctuation(to_script(text, config.script), config.punctuation).text
