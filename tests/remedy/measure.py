"""Errors of a repaired function, in value and three derivatives, in each mode of each framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from remedy.corpus import Case, points, size, truth
from removable import frameworks

__all__ = ["MODES", "Errors", "errors", "hardest", "within"]

Array = Any

MODES = {"reverse": "reverse", "forward": "forward", "mixed": "forward-over-reverse"}
"""What the modes are called here, and by :meth:`removable.frameworks.Framework.derivatives`."""


@dataclass(frozen=True)
class Errors:
    """The worst errors over some points.

    A value or derivative that is not finite has an infinite error.

    Attributes
    ----------
    ulp : float
        Worst error of the value, in units of the last place *of the true value* in the dtype: an
        odd function must be right relatively at 1e-300 too, and exactly 0 where the truth is 0
        (else this is astronomical).
    ulp_of_size : float
        The same in units of the last place of max(|true value|, natural size of the value): what is
        left of a value that passes through zero.
    relative : tuple of float
        Worst error of the value and of derivatives 1 to 3, each relative to max(|true derivative|,
        natural size), where the natural size of a derivative is its largest value within half a
        natural length of the point (:func:`remedy.corpus.size`).
    where : tuple of float
        For each of the four the point, as distance x - at, at which it is worst.
    count : int
        How many points were looked at.
    """

    ulp: float
    ulp_of_size: float
    relative: tuple[float, float, float, float]
    where: tuple[float, float, float, float]
    count: int

    @property
    def worst(self) -> int:
        """Which of value (0) and derivatives (1 to 3) is worst."""
        return int(np.argmax(self.relative))


def errors(
    function: Callable[[Array], Array],
    case: Case,
    framework: str = "torch",
    dtype: str = "float64",
    mode: str = "reverse",
    *,
    reach: float | None = None,
    x: Array | None = None,
) -> Errors:
    """Compare a callable with the function meant, in value and derivatives 1 to 3.

    The truth is that at the points as they are rounded to ``dtype``, by ball arithmetic. What the
    errors are relative to is said in :class:`Errors`.

    TensorFlow 2.21 itself can be wrong here: by nested ``ForwardAccumulator``, of ``u*u*u`` with
    ``u = x/2`` at 0.3 the second derivative came out as 0.325 and the third as 0, instead of 0.225
    and 0.75, though not in every process. Before a second or third derivative there, in forward or
    mixed mode, is held against a repair, see whether the same polynomial by plain operations has it
    right.

    Parameters
    ----------
    function : callable
        ``h(x)``, for arrays of the framework.
    case : remedy.corpus.Case
        What it is meant to be.
    framework : {"torch", "tensorflow", "jax"}
        Who runs it.
    dtype : {"float64", "float32"}
        In which precision.
    mode : {"reverse", "forward", "mixed"}
        How derivatives are propagated; mixed is forward over reverse.
    reach : float, optional
        How far the repair reaches, for the points across it and just outside; see
        :func:`remedy.corpus.points`.
    x : array_like, optional
        Points of your own instead, as doubles; they are rounded to ``dtype``.

    Returns
    -------
    Errors
        The worst over all points.

    Examples
    --------
    >>> from remedy.corpus import get
    >>> sinc = get("sin(x)/x")
    >>> errors(sinc.function("torch"), sinc, x=[0.5]).relative[0] < 1e-15
    True
    >>> errors(sinc.function("torch"), sinc, x=[0.0]).relative[0]
    inf
    """
    x = points(case, reach=reach, dtype=dtype) if x is None else np.asarray(x, dtype=dtype).astype(np.float64)
    adapter = frameworks.get(framework)
    with np.errstate(all="ignore"):
        found = adapter.derivatives(lambda x, _: function(x), x, order=3, mode=MODES[mode], dtype=dtype)
    return compared(found, case, x, dtype)


def compared(found: np.ndarray, case: Case, x: np.ndarray, dtype: str) -> Errors:
    """Compare rows of value and derivatives with the truth at the same points.

    Parameters
    ----------
    found : numpy.ndarray
        Shape (4, n).
    case : remedy.corpus.Case
        What they are meant to be.
    x : numpy.ndarray
        The points, shape (n,).
    dtype : str
        The precision in which they were computed.
    """
    true = truth(case, x)
    natural = np.array(size(case))[:, None]
    with np.errstate(all="ignore"):
        error = np.abs(found.astype(np.float64) - true)
        error[~np.isfinite(found)] = np.inf
        # The smallest normal number stands in for what is smaller: there an ulp is no longer
        # relative.
        tiny = float(np.finfo(dtype).tiny)
        scale = np.maximum(np.abs(true), natural)
        relative = np.where(error > 0, error / np.where(scale > 0, scale, tiny), 0.0)
        ulp = error[0] / _spacing(np.maximum(np.abs(true[0]), tiny), dtype)
        ulp_of_size = error[0] / _spacing(np.maximum(scale[0], tiny), dtype)
    worst = np.argmax(relative, axis=1)
    rows = range(4)
    return Errors(
        float(np.max(ulp)),
        float(np.max(ulp_of_size)),
        tuple(float(relative[k, worst[k]]) for k in rows),
        tuple(float(x[worst[k]] - case.at) for k in rows),
        len(x),
    )


def _spacing(values: np.ndarray, dtype: str) -> np.ndarray:
    """The distance from each number to the next larger one of a precision."""
    return np.spacing(values.astype(dtype)).astype(np.float64)


def within(found: Errors, *, ulp: float, derivatives: tuple[float, float, float]) -> list[str]:
    """Return what exceeds a bound, one sentence each; nothing if nothing does.

    Parameters
    ----------
    found : Errors
        What was measured.
    ulp : float
        The largest error of the value, in units of the last place of max(|value|, natural size).
    derivatives : tuple of float
        The largest relative errors of derivatives 1 to 3.
    """
    said = []
    if not found.ulp_of_size <= ulp:
        said.append(f"the value is {found.ulp_of_size:.3g} ulp off at t = {found.where[0]:.3g}")
    for k, bound in enumerate(derivatives, 1):
        if not found.relative[k] <= bound:
            said.append(f"derivative {k} is {found.relative[k]:.3g} off at t = {found.where[k]:.3g}")
    return said


def hardest(case: Case, framework: str = "torch", dtype: str = "float64", mode: str = "reverse") -> tuple[int, Errors]:
    """Return the worst of value (0) and derivatives (1 to 3) of a program as typed, with errors.

    Infinite errors, which nearly every program has at the point itself, are not counted: the point
    is left out.
    """
    x = points(case, dtype=dtype)
    x = x[np.abs(x - case.at) > 1e-3 * case.scale]
    found = errors(case.function(framework), case, framework, dtype, mode, x=x)
    return found.worst, found
