"""Smooth outlines in centimetres: x to the right of the body's middle, y down from the top of the head."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""float64, shape (n, 2), in centimetres."""
Corners = Sequence[tuple[float, float]]


def smooth(corners: Corners | Points, steps: int = 8, *, closed: bool = False) -> Points:
    """Return a Catmull-Rom curve through the corners; two corners give a straight line."""
    points = np.asarray(corners, dtype=np.float64)
    if len(points) < 3:
        return points
    if closed:
        padded = np.vstack([points[-1], points, points[0], points[1]])
    else:
        padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    spans = [_span(padded[i : i + 4], t) for i in range(len(padded) - 3)]
    return np.vstack(spans if closed else [*spans, points[-1:]])


def _span(corners: Points, t: Points) -> Points:
    a, b, c, d = corners
    cubic = -a + 3 * b - 3 * c + d
    square = 2 * a - 5 * b + 4 * c - d
    curve: Points = 0.5 * (2 * b + (c - a) * t + square * t**2 + cubic * t**3)
    return curve


def outline(*segments: Corners | Points) -> Points:
    """Join curves end to end; each segment is smoothed alone, so corners stay where segments meet."""
    return np.vstack([smooth(segment) for segment in segments])


def mirrored(points: Corners | Points) -> Points:
    """Return the points on the other side of the body's middle, in reverse order."""
    flipped = np.asarray(points, dtype=np.float64) * (-1, 1)
    return flipped[::-1]


def symmetric(*right_segments: Corners | Points) -> Points:
    """Return the closed outline whose right half runs from the middle to the middle."""
    right = outline(*right_segments)
    return np.vstack([right, mirrored(right)])


def sided(points: Corners | Points, side: int) -> Points:
    """Return the points for the right (side 1) or mirrored to the left (side -1), in the same order."""
    return np.asarray(points, dtype=np.float64) * (side, 1)


def edges_along(axis: Corners, half_widths: Sequence[float], steps: int = 8) -> tuple[Points, Points]:
    """Return the two edges of a band of varying width around a smooth axis."""
    joined = np.column_stack([np.asarray(axis, dtype=np.float64), np.asarray(half_widths)])
    curve = smooth(joined, steps)
    tangents = np.gradient(curve[:, :2], axis=0)
    tangents /= np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-9)
    normals = np.column_stack([-tangents[:, 1], tangents[:, 0]]) * curve[:, 2:]
    return curve[:, :2] + normals, curve[:, :2] - normals


def band(axis: Corners, half_widths: Sequence[float] | float, steps: int = 8) -> Points:
    """Return the closed outline of a band around a smooth axis."""
    widths = [half_widths] * len(axis) if isinstance(half_widths, (int, float)) else half_widths
    first, second = edges_along(axis, widths, steps)
    return np.vstack([first, second[::-1]])


def ellipse(x: float, y: float, radius_x: float, radius_y: float, points: int = 28) -> Points:
    """Return a closed ellipse around (x, y)."""
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.column_stack([x + radius_x * np.cos(angles), y + radius_y * np.sin(angles)])


def shifted(points: Corners | Points, x: float, y: float) -> Points:
    """Return the points moved right by x and down by y."""
    moved: Points = np.asarray(points, dtype=np.float64) + np.array([x, y])
    return moved


def at_height(profile: Corners | Points, y: float) -> float:
    """Return x where a downward profile crosses the height y."""
    points = np.asarray(profile, dtype=np.float64)
    return float(np.interp(y, points[:, 1], points[:, 0]))
