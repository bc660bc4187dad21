"""Points in an interval at which a program may be wrong, for people who do not know the point.

Three signs are looked for: results that are not finite, digits that are lost, and slopes that jump.
Each is followed to the point by samples that are ever closer to each other.
"""

from __future__ import annotations

import math

import numpy as np

from removable.probing.evaluation import Evaluator
from removable.probing.line import Line

__all__ = ["MOST", "candidates"]

MOST = 12
"""How many points are returned at most, those with the plainest sign first."""

_SAMPLES, _FINER, _STAGES = 600, 33, 10
"""Samples of the interval, and of each stage that follows a sign to its point."""

_GROWN = 1e3
"""Rounding errors that grow by this factor on the way to a point are a sign."""

_FOLLOWED = 16
"""How many places are followed: those with the largest rounding errors."""

_JUMP = 5.0
"""Changes of the slope from one sample to the next, in units of those around, that are a sign."""

_SHAKEN = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
"""Roundings of the argument by which lost digits are seen."""


def candidates(evaluator: Evaluator, line: Line, low: float, high: float) -> list[float]:
    """Return points between two numbers at which a program may be wrong, ascending.

    Parameters
    ----------
    evaluator, line
        The framework, and the line along the coordinate that is searched.
    low, high : float
        The ends of the interval.

    Returns
    -------
    list of float
        At most :data:`MOST`: the simplest numbers that are as near to a sign as can be told.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> taken = subject(lambda x: (x**2 - 4) / (x - 2), 0.5)
    >>> candidates(taken.evaluator, taken.lines[0], -3.0, 3.0)
    [2.0]
    """
    x = np.unique(np.concatenate([np.linspace(low, high, _SAMPLES), _simple_numbers(low, high)]))
    rows = _rows(evaluator, line, x)
    signs: list[tuple[float, float]] = []
    finite = np.isfinite(rows).all(0)
    for i in np.flatnonzero(~finite):
        if finite[max(i - 1, 0)] or finite[min(i + 1, len(x) - 1)]:  # not in the midst of many
            signs.append((math.inf, float(x[i])))
    noise = _noise(evaluator, line, x)
    known = np.where(np.isfinite(noise), noise, 0.0)
    for i in sorted(_peaks(known), key=lambda i: -known[i])[:_FOLLOWED]:
        point, grown = _followed(evaluator, line, float(x[max(i - 1, 0)]), float(x[min(i + 1, len(x) - 1)]))
        if grown > _GROWN * max(known[i], float(np.median(known[max(i - 5, 0) : i + 6]))):
            signs.append((grown, point))
    slope = np.where(np.isfinite(rows[1]), rows[1], 0.0)
    change = np.abs(np.diff(slope))
    least = 1e-6 * float(np.max(np.abs(slope), initial=0.0))
    for i in _peaks(change):
        around = np.concatenate([change[max(i - 3, 0) : i], change[i + 1 : i + 4]])
        if change[i] > max(_JUMP * np.max(around, initial=0.0), least) and finite[i] and finite[i + 1]:
            signs.append((1.0, _jump(evaluator, line, float(x[i]), float(x[i + 1]))))
    points: list[float] = []
    width = (high - low) / _SAMPLES
    for _, point in sorted(signs, reverse=True):
        if all(abs(point - other) > width / 4 for other in points):
            points.append(point)
    return sorted(points[:MOST])


def _rows(evaluator: Evaluator, line: Line, x: np.ndarray) -> np.ndarray:
    """Return value, slope and second derivative of the sum of all outputs, shape (3, n)."""
    with np.errstate(all="ignore"):
        return evaluator.derivatives(line, x - float(line.start[line.moving_index]), 2, line.dtype).sum(2)


def _noise(evaluator: Evaluator, line: Line, x: np.ndarray) -> np.ndarray:
    """Return how much the slope differs between neighbouring numbers, beyond a straight line."""
    unit = np.maximum(np.spacing(np.abs(x)), 1e-16 * np.max(np.abs(x)))
    slopes = np.stack([_rows(evaluator, line, x + k * unit)[1] for k in _SHAKEN])
    with np.errstate(all="ignore"):
        return np.abs(np.diff(slopes, 2, axis=0)).max(0)


def _peaks(values: np.ndarray) -> np.ndarray:
    """Return the indices of local maxima."""
    padded = np.concatenate([[-math.inf], values, [-math.inf]])
    return np.flatnonzero((values >= padded[:-2]) & (values > padded[2:]) & (values > 0))


def _followed(evaluator: Evaluator, line: Line, low: float, high: float) -> tuple[float, float]:
    """Follow growing rounding errors to their point; return it, and how large they are there."""
    grown = 0.0
    for _ in range(_STAGES):
        x = np.linspace(low, high, _FINER)
        there = _noise(evaluator, line, x)
        best = int(np.argmax(np.where(np.isfinite(there), there, np.inf)))
        grown = max(grown, float(there[best]) if np.isfinite(there[best]) else np.inf)
        step = (high - low) / (_FINER - 1)
        if step <= 4 * np.spacing(abs(x[best])):
            break
        low, high = float(x[best] - 2 * step), float(x[best] + 2 * step)
    return _simplest((low + high) / 2, high - low), grown


def _jump(evaluator: Evaluator, line: Line, low: float, high: float) -> float:
    """Follow a jump of the slope to its point, by halving."""
    ends = _rows(evaluator, line, np.array([low, high]))[1]
    for _ in range(60):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        slope = _rows(evaluator, line, np.array([middle]))[1, 0]
        if abs(slope - ends[0]) > abs(ends[1] - slope):
            high, ends[1] = middle, slope
        else:
            low, ends[0] = middle, slope
    return _simplest((low + high) / 2, 4 * (high - low))


def _simplest(x: float, width: float) -> float:
    """Return the number of the fewest decimals within a distance, or a small multiple of pi/4.

    Examples
    --------
    >>> _simplest(1.99999999, 1e-7), _simplest(3.1415926, 1e-6), _simplest(0.7236, 1e-9)
    (2.0, 3.141592653589793, 0.7236)
    """
    quarter = round(x / (math.pi / 4))
    if quarter and abs(quarter * math.pi / 4 - x) <= width and abs(round(x, 3) - x) > width:
        return quarter * math.pi / 4
    return next((r for digits in range(16) if abs((r := round(x, digits)) - x) <= width), x)


def _simple_numbers(low: float, high: float) -> np.ndarray:
    """Return whole and half numbers in an interval, if there are not too many."""
    first, last = math.ceil(2 * low), math.floor(2 * high)
    return np.arange(first, last + 1) / 2 if last - first < _SAMPLES else np.zeros(0)
