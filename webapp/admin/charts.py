"""Charts as numbers: where the marks of an SVG go. The templates draw them, without a script."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 220
_LEFT, _BOTTOM, _TOP = 44, 28, 12
_MOST_LINES = 4


@dataclass(frozen=True)
class Mark:
    """One value of a chart, in the SVG's units: a column from `top` down, or a dot at `top` with an interval."""

    x: float
    width: float
    top: float
    height: float
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class GridLine:
    """A horizontal line and the value that it stands for."""

    y: float
    value: float


@dataclass(frozen=True)
class Chart:
    """Marks in their places; None where a value may not be shown."""

    marks: tuple[Mark | None, ...]
    lines: tuple[GridLine, ...]
    centres: tuple[float, ...]
    """Where each value's label goes."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    floor: float = HEIGHT - _BOTTOM

    def y(self, part: float) -> float:
        """Return the height of a part of the whole scale, 0 (floor) to 1 (top)."""
        return _y(part)


def columns(values: Sequence[int]) -> Chart:
    """Return a column for each value from 0 on; 0 stands for one that may not be shown."""
    step = _step(max(values, default=0))
    top = step * max(1, -(-max(values, default=0) // step))
    slots = _slots(len(values))
    marks = tuple(
        Mark(x + width * 0.15, width * 0.7, _y(value / top), _y(0) - _y(value / top)) if value else None
        for value, (x, width) in zip(values, slots, strict=True)
    )
    lines = tuple(GridLine(_y(value / top), value) for value in range(0, top + 1, step))
    return Chart(marks, lines, _centres(slots))


def shares(values: Sequence[tuple[float, float, float] | None]) -> Chart:
    """Return a dot for each (share, low, high), all 0 to 1; None for one that may not be shown."""
    slots = _slots(len(values))
    marks = tuple(
        Mark(x + width / 2, width, _y(value[0]), 0, low=_y(value[1]), high=_y(value[2])) if value else None
        for value, (x, width) in zip(values, slots, strict=True)
    )
    return Chart(marks, tuple(GridLine(_y(part / 4), part / 4) for part in range(5)), _centres(slots))


def _y(part: float) -> float:
    return round(_TOP + (1 - part) * (HEIGHT - _BOTTOM - _TOP), 1)


def _slots(count: int) -> list[tuple[float, float]]:
    """Return (left edge, width) of each value's place."""
    width = (WIDTH - _LEFT) / max(1, count)
    return [(round(_LEFT + number * width, 1), round(width, 1)) for number in range(count)]


def _centres(slots: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    return tuple(round(x + width / 2, 1) for x, width in slots)


def _step(largest: int) -> int:
    """Return the distance of grid lines: 1, 2 or 5 times a power of ten, so that at most five are drawn."""
    step = 5
    factors = (2, 2, 2.5)
    number = 0
    while step * _MOST_LINES < largest:
        step = round(step * factors[number % 3])
        number += 1
    return step
