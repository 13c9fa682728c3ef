"""Characters, width, script and punctuation of clean text, in that order.

Width comes before script, because phrases that are converted may hold letters (U盘, which is not Ｕ盘); punctuation
comes last, because what a mark becomes depends on the characters beside it.
"""

from __future__ import annotations

from cleantext.config import NormalizeConfig
from cleantext.text.exceptions import Exceptions
from cleantext.text.script import convert_lines, to_script
from cleantext.text.steps import Repaired

__all__ = ["normalize", "normalize_steps"]


def normalize_steps(text: str, config: NormalizeConfig | None = None, *, opencc_config: str | None) -> Repaired:
    """`text` as `config` asks, with the steps: `opencc_config` stands for its script (None: no conversion)."""
    from cleantext.text.punctuation import fix_punctuation  # noqa: PLC0415 - numpy, which repair can do without
    from cleantext.text.width import fix_characters, fix_width  # noqa: PLC0415

    config = config or NormalizeConfig()
    characters = fix_characters(text, config)
    width = fix_width(characters.text, config)
    script = Repaired(text=width.text)
    if opencc_config:
        script = convert_lines(width.text, opencc_config, exceptions=Exceptions.of(config))
    marks = fix_punctuation(script.text, config.punctuation)
    return Repaired(text=marks.text, steps=characters.steps + width.steps + script.steps + marks.steps)


def normalize(text: str, config: NormalizeConfig | None = None) -> str:
    """`text` in the script, width and with the marks that `config` asks for.

    By default Traditional becomes Simplified, radicals and private-use characters become what they stand for, and
    width and marks stay as they are. Normalizing again changes nothing.

    >>> normalize("推動環境質量改善")
    '推动环境质量改善'
    """
    from cleantext.text.punctuation import punctuate  # noqa: PLC0415 - numpy, which repair can do without
    from cleantext.text.width import plain  # noqa: PLC0415

    config = config or NormalizeConfig()
    return punctuate(to_script(plain(text, config), config.script, Exceptions.of(config)), config.punctuation)
