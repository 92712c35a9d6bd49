"""How the median search grows with the archive, as an SVG drawn by hand: both axes logarithmic."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from benchmarks.measure import Series

QUANTITIES = ("search, new words: p50", "search, remembered: p50", "search, one day: p50")
COLOURS = ("#1b6ca8", "#c8553d", "#588157")
WIDTH, HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 180, 20, 40

_FONT = 'font-family="sans-serif" font-size="12"'

_Points = list[tuple[float, float]]


def plot(series: Sequence[Series], side: str = "this") -> str:
    """The plot of one side; sizes are read from the names of the sides (`this, 10,000`)."""
    lines: dict[str, _Points] = {quantity: [] for quantity in QUANTITIES}
    for one in series:
        name, _, size = one.side.partition(", ")
        if name == side and one.quantity in lines:
            lines[one.quantity].append((float(size.replace(",", "")), one.median))
    return _drawn({name: sorted(points) for name, points in lines.items() if points})


def _drawn(lines: Mapping[str, _Points]) -> str:
    every = [point for points in lines.values() for point in points]
    sizes, times = _decades([x for x, _ in every]), _decades([y for _, y in every])

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - sizes[0]) / (sizes[-1] - sizes[0])
        up = (math.log10(y) - times[0]) / (times[-1] - times[0])
        return (
            _LEFT + across * (WIDTH - _LEFT - _RIGHT),
            HEIGHT - _BOTTOM - up * (HEIGHT - _TOP - _BOTTOM),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {_FONT}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for decade in sizes:
        x, y = place(10.0**decade, 10.0 ** times[0])
        parts.append(f'<path d="M{x:.1f} {y:.1f}V{_TOP}" stroke="#ddd"/>')
        parts.append(_text(x, y + 18, f"{10**decade:,}", "middle"))
    for decade in times:
        x, y = place(10.0 ** sizes[0], 10.0**decade)
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{WIDTH - _RIGHT}" stroke="#ddd"/>')
        parts.append(_text(x - 6, y + 4, f"{10.0**decade:g} ms", "end"))
    for colour, (name, points) in zip(COLOURS, lines.items(), strict=False):
        placed = [place(x, y) for x, y in points]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in placed]
        parts.append(
            _text(placed[-1][0] + 8, placed[-1][1] + 4, f"{name[8:]}: {points[-1][1]:.0f} ms", "start")
        )
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(_text(middle, HEIGHT - 4, "passages", "middle"))
    return "\n".join([*parts, "</svg>", ""])


def _decades(values: Sequence[float]) -> range:
    """The powers of ten from below the smallest to above the largest; two at least."""
    first = math.floor(math.log10(min(values)))
    return range(first, max(math.ceil(math.log10(max(values))), first + 1) + 1)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
