"""Lines of measured points as an SVG, with nothing but strings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Panel", "draw"]

_WIDTH, _HEIGHT = 360, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 16, 34, 44
_TICKS = 5
_LINE, _GRID, _INK = "#0969da", "#d0d7de", "#24292f"


@dataclass(frozen=True)
class Panel:
    """One picture: points by x, both axes from zero and linear."""

    title: str
    x_label: str
    x: Sequence[float]
    y: Sequence[float]


def _step(largest: float) -> float:
    """The distance between ticks: 1, 2 or 5 times a power of ten, at most `_TICKS` of them."""
    raw = (largest or 1) / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    return next((step * power for step in (1.0, 2.0, 5.0) if step * power >= raw * (1 - 1e-9)), 10 * power)


def _ticks(largest: float) -> list[float]:
    step = _step(largest)
    return [step * i for i in range(math.ceil(largest / step - 1e-9) + 1)]


def _number(value: float) -> str:
    return f"{value:,.6g}" if value < 1e5 else f"{value:,.0f}"


def _text(x: float, y: float, text: str, *, anchor: str = "middle", weight: str = "normal") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{text}</text>'


def _panel(panel: Panel, shift: int) -> str:
    xs, ys = _ticks(max(panel.x)), _ticks(max(panel.y))
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return _LEFT + x / xs[-1] * (right - _LEFT), bottom - y / ys[-1] * (bottom - _TOP)

    parts = [_text(_WIDTH / 2, 20, panel.title, weight="bold"), _text(_WIDTH / 2, _HEIGHT - 8, panel.x_label)]
    parts += [_text(place(x, 0)[0], bottom + 16, _number(x)) for x in xs]
    for y in ys:
        height = place(0, y)[1]
        parts.append(f'<line x1="{_LEFT}" x2="{right}" y1="{height:.1f}" y2="{height:.1f}" stroke="{_GRID}"/>')
        parts.append(_text(_LEFT - 6, height + 4, _number(y), anchor="end"))
    points = [place(x, y) for x, y in sorted(zip(panel.x, panel.y, strict=True))]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{_LINE}" stroke-width="2"/>')
    for (x, y), (_, value) in zip(points, sorted(zip(panel.x, panel.y, strict=True)), strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{_LINE}"/>')
        parts.append(_text(x - 6, y - 8, _number(round(value, 2 if value < 100 else 0)), anchor="end"))
    return f'<g transform="translate({shift},0)">\n' + "\n".join(parts) + "\n</g>"


def draw(panels: Sequence[Panel]) -> str:
    """The panels side by side, as the text of an SVG file."""
    width = _WIDTH * len(panels)
    body = "\n".join(_panel(panel, _WIDTH * i) for i, panel in enumerate(panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{_INK}">\n'
        f'<rect width="{width}" height="{_HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )
