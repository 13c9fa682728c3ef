"""Pages cut into blocks."""

from __future__ import annotations

from cleantext.pages.blocks import parse_page


def texts(html: str) -> list[str]:
    return [block.text for block in parse_page(html).blocks]


def test_one_character_inline_tags_stay_together() -> None:
    assert texts("<p>他說<b>漢</b><i>字</i>好</p>") == ["他說漢字好"]
