"""Many intervals at once, each narrowed to the place at which a score is highest."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

__all__ = ["narrowed", "simplest_between"]

_STAGES = 64
"""How often intervals are divided at most."""

_FEWEST_APART = 2
"""An interval of so many numbers is divided no more."""


def narrowed(
    score: Callable[[np.ndarray], np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
    apart: Callable[[np.ndarray], np.ndarray],
    *,
    parts: int = 16,
    wider: int = 0,
    least: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Divide intervals into parts, go on with the best part of each, and so on.

    Parameters
    ----------
    score : callable
        Takes arguments, shape (n, parts + 1), to how good each part between two of them is, shape
        (n, parts).
    low, high : numpy.ndarray
        The intervals, shape (n,).
    apart : callable
        Takes arguments to the distance to the next ones.
    parts : int
        Into how many parts an interval is divided.
    wider : int
        How many parts on either side are kept beside the best one.
    least : float
        The width of intervals that are divided no more.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.narrowing import narrowed
    >>> def changes(x):
    ...     return np.diff(np.sign(x**2 - 2), axis=1) != 0
    >>> low, high = narrowed(changes, np.array([0.0]), np.array([2.0]), np.spacing)
    >>> bool(low[0] <= 2**0.5 <= high[0]), bool(high[0] - low[0] < 1e-15)
    (True, True)
    """
    low, high = np.array(low, dtype=float), np.array(high, dtype=float)
    every = np.arange(len(low))
    for _ in range(_STAGES):
        if not len(low):
            break
        x = low[:, None] + (high - low)[:, None] * (np.arange(parts + 1) / parts)
        x[:, -1] = high
        best = np.argmax(np.nan_to_num(score(x).astype(float), nan=-math.inf, posinf=1e300), axis=1)
        low, high = x[every, np.maximum(best - wider, 0)], x[every, np.minimum(best + 1 + wider, parts)]
        size = np.maximum(np.abs(low), np.abs(high))
        if np.all(high - low <= np.maximum(least, _FEWEST_APART * (1 + 2 * wider) * apart(size))):
            break
    return low, high


def simplest_between(low: float, high: float) -> float:
    """Return the number of the fewest decimals in an interval, or a multiple of pi/4 in it.

    Examples
    --------
    >>> from removable.probing.narrowing import simplest_between
    >>> simplest_between(1.99999999, 2.00000001), simplest_between(3.1415926, 3.1415927)
    (2.0, 3.141592653589793)
    >>> simplest_between(0.7235999999, 0.7236000001)
    0.7236
    """
    low, high = float(low), float(high)
    middle = low + (high - low) / 2
    few = next((r for digits in range(5) if low <= (r := round(middle, digits)) <= high), None)
    quarter = round(middle / (math.pi / 4)) * (math.pi / 4)
    if few is None and quarter and low <= quarter <= high:
        return quarter
    return next((r + 0.0 for digits in range(17) if low <= (r := round(middle, digits)) <= high), middle)
