"""Signs of a point at which a program may be wrong, measured on its value and derivatives."""

from __future__ import annotations

import numpy as np

from removable.probing.rows import Rows

__all__ = ["PLAIN", "lost", "plainness", "residuals", "scatter"]

PLAIN = 1e3
"""Rounding errors that grow by this factor on the way to a point are a sign."""

_SHAKEN = (-1, 0, 1)
"""Roundings of the argument by which rounding errors are seen."""

_STEP, _STEPS = 1.1e-8, 8
"""The distance, in units of the size of a point, and the number of samples beside a jump."""

_CLOSEST = 1e-9
"""The smallest distance from a point at which it is looked at, in units of the largest."""

_DIFFERS = 1e-3
"""Sides that differ by this part, next to a point, are a sign."""

_PREDICTED = 10.0
"""They differ by right by so many times what the next derivative says."""


def residuals(rows: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return by how much each row changes unlike its derivatives say, shape (3, n - 1).

    Of a smooth program that is small, by the fifth power of the distance for the value, and by the
    third for the slope. Where a value or slope jumps it is the height of the jump.

    Parameters
    ----------
    rows : numpy.ndarray
        Value, slope and second derivative, shape (3, ..., n).
    x : numpy.ndarray
        The arguments in ascending order, shape (..., n).

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.signs import residuals
    >>> x = np.array([-0.1, 0.2])
    >>> residuals(np.stack([abs(x), np.sign(x), 0 * x]), x)[1].tolist()
    [2.0]
    """
    step = np.diff(x, axis=-1)
    change = np.diff(rows, axis=-1)
    together = rows[..., 1:] + rows[..., :-1]
    value = change[0] - step * together[1] / 2 + step**2 * change[2] / 12
    slope = change[1] - step * together[2] / 2
    return np.abs(np.stack([value, slope, change[2]]))


def lost(rows: Rows, x: np.ndarray, shaken: tuple[int, ...] = _SHAKEN) -> tuple[np.ndarray, np.ndarray]:
    """Return the rounding errors of value and derivatives, and their size, shape (3, n) each.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> from removable.probing.rows import Rows
    >>> from removable.probing.signs import lost
    >>> taken = subject(lambda x: (1 - torch.cos(x)) / x**2, 0.0)
    >>> errors, sizes = lost(Rows(taken.evaluator, taken.lines[0], 1.0), np.array([1e-3, 0.5]))
    >>> bool(errors[2, 0] > 1e4 * errors[2, 1])  # of the second derivative
    True
    """
    beside = rows(rows.rounded(x[:, None] + np.array(shaken) * rows.apart(x)[:, None]))
    with np.errstate(all="ignore"):
        return np.abs(np.diff(beside, 2, axis=-1)).max(-1), np.abs(beside).max(-1)


def scatter(rows: Rows, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the rounding errors on both sides of short intervals, of each row, shape (3, n).

    They are steps where a result keeps its value over many arguments, which neighbours alone would
    not show.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> from removable.probing.rows import Rows
    >>> from removable.probing.signs import scatter
    >>> taken = subject(lambda x: (1 - torch.cos(x)) / x**2, 0.0)
    >>> rows = Rows(taken.evaluator, taken.lines[0], 1.0)
    >>> errors = scatter(rows, np.array([1e-3, 0.5]), np.array([1.001e-3, 0.501]))
    >>> bool(errors[2, 0] > 1e4 * errors[2, 1])
    True
    """
    with np.errstate(all="ignore"):
        steps = _STEP * np.maximum(1.0, np.abs(low))[:, None] * np.arange(1, _STEPS + 1)
        steps = np.maximum(steps, 8 * rows.apart(low)[:, None] * np.arange(1, _STEPS + 1))
        sides = [rows(rows.rounded(end[:, None] + sign * steps)) for end, sign in ((low, -1), (high, 1))]
        errors = [np.abs(np.diff(side, 2, axis=-1)) for side in sides]
        return np.max([np.where(np.isfinite(e), e, 0.0).max(-1) for e in errors], axis=0)


def _expected(rounding: float, points: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the relative errors that roundings of the size of the argument make, shape (3, n)."""
    with np.errstate(all="ignore"):
        slopes = np.nan_to_num(sizes[[1, 2, 2]] / sizes[[0, 1, 1]], posinf=0.0)
    return rounding * np.maximum(4.0, np.abs(points) * slopes)


def plainness(rows: Rows, points: np.ndarray, width: np.ndarray, distances: int) -> np.ndarray:
    """Return how plain a sign there is at points: infinite where a result is not finite.

    Else it is by how many times rounding errors are larger beside a point than further out, where
    that is plain; 1 where both sides differ; and 0 where there is no sign.

    Parameters
    ----------
    rows : Rows
        The program.
    points : numpy.ndarray
        Shape (n,).
    width : numpy.ndarray
        The largest distance at which each is looked at, shape (n,).
    distances : int
        At how many distances.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from removable.probing.subject import subject
    >>> from removable.probing.rows import Rows
    >>> from removable.probing.signs import plainness
    >>> taken = subject(lambda x: torch.sin(x) / x + torch.relu(x - 1), 0.5)
    >>> from dataclasses import replace
    >>> line = replace(taken.lines[0], start=np.array(0.0))
    >>> rows = Rows(taken.evaluator, line, 0.5)
    >>> plainness(rows, np.array([0.0, 0.7, 1.0]), np.full(3, 0.01), 7).tolist()
    [inf, 0.0, 1.0]
    """
    d = width[:, None] * _CLOSEST ** (np.arange(distances) / (distances - 1))
    d = np.maximum(d, 8 * rows.apart(points)[:, None])
    x = points[:, None, None] + np.stack([-d, d], 1)  # point, side, distance
    errors, sizes = (part.reshape(3, *x.shape) for part in lost(rows, x.ravel()))
    here = rows(rows.rounded(points))
    beside = rows(rows.rounded(x[:, :, -1]))
    with np.errstate(all="ignore"):
        # what each derivative could be, of a function that is as large as this one further out
        far = np.median(np.where(np.isfinite(sizes[..., :2]), sizes[..., :2], 0.0), axis=(2, 3))
        spans = width ** np.arange(3.0)[:, None]
        possible = (far * spans).max(0) / spans
        part = errors / np.maximum(sizes, possible[:, :, None, None])
        known = np.where(np.isfinite(part), part, 0.0)
        before = np.maximum(
            known[..., :1].max(2, keepdims=True), _expected(rows.rounding, points, far)[..., None, None]
        )
        grown = (known / before).max((0, 2, 3))
        change = np.abs(beside[:, :, 1] - beside[:, :, 0])
        next_one = np.abs(beside).max(2)
        predicted = np.zeros(change.shape)
        predicted[:2] = _PREDICTED * 2 * d[:, -1] * next_one[1:]
        rounding = PLAIN * rows.rounding * possible
        differs = change > _DIFFERS * np.maximum(next_one, far) + predicted + rounding
    finite = np.isfinite(here).all(0) & np.isfinite(beside).all((0, 2))
    plain = np.where(grown >= PLAIN, grown, np.where(differs.any(0), 1.0, 0.0))
    anywhere = np.isfinite(sizes).all(0).any((1, 2))
    return np.where(finite, plain, np.where(anywhere, np.inf, 0.0))
