r"""How far around a removable singularity a derivative is wrong: the width of the zone, measured and predicted.

Let :math:`h = f/(x - r)`, where :math:`f(r) = 0` and the terms of :math:`f` cancel to that. They have the size :math:`s`, and
the numerator therefore carries a rounding error :math:`d = u s`, with the unit roundoff :math:`u = 2^{-p}` of a precision of
:math:`p` bits. Dividing by :math:`x - r`, once more for each derivative, turns it into an error of the n-th derivative of
up to

.. math:: E_n = \frac{n!\, d}{|x - r|^{n+1}} ,
   \qquad\text{above a tolerance } \tau \text{ within} \qquad
   |x - r| < \left(\frac{n!\, u s}{\tau}\right)^{1/(n+1)} .

How good that law is, and where it ends, the chapter :doc:`/beyond/precision-and-order` measures. The analysis of rounding
errors is that of :cite:t:`Higham2002`.
"""

from __future__ import annotations

import math

import numpy as np

from removable.checks import PRECISIONS, checked_base, checked_dtype, checked_order
from removable.errors import InputError
from removable.grid import checked_grid

__all__ = ["offsets", "predicted_error", "predicted_width", "unit_roundoff", "zone_width"]


def unit_roundoff(dtype: str) -> float:
    """Return the largest relative error of rounding to a dtype, :math:`u = 2^{-p}`.

    Parameters
    ----------
    dtype : {"float64", "float32", "float16", "bfloat16"}
        The precision.

    Raises
    ------
    removable.errors.InputError
        If the dtype is not known.

    Examples
    --------
    >>> unit_roundoff("float64") == 2**-53, unit_roundoff("bfloat16")
    (True, 0.00390625)
    """
    return 2.0 ** -PRECISIONS[checked_dtype(dtype, known=PRECISIONS)]


def offsets(gamma: np.ndarray, *, base: float = 2.0, dtype: str = "float64") -> np.ndarray:
    r"""Return the offsets next to those given for which :math:`r + \gamma` is a number of the dtype, exactly.

    A distance is then a distance: nothing is lost when the point is stored, and ``x - r`` is exact.

    Parameters
    ----------
    gamma : array_like
        Offsets wanted, shape ``(n,)``.
    base : float
        The point :math:`r`, itself a number of the dtype.
    dtype : {"float64", "float32", "float16", "bfloat16"}
        The precision. Subnormal numbers and overflow are not looked at.

    Returns
    -------
    numpy.ndarray
        Shape ``(m,)`` with ``m <= n``, float64, ascending, each once, without 0.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.

    Examples
    --------
    >>> offsets([-1e-3, 1e-9, 1e-3], dtype="float32")  # 2 + 1e-9 is 2 in float32
    array([-0.00100005,  0.00099993])
    """
    bits = PRECISIONS[checked_dtype(dtype, known=PRECISIONS)]
    significand, exponent = np.frexp(checked_base(base) + checked_grid(gamma))
    x = np.ldexp(np.rint(np.ldexp(significand, bits)), exponent - bits)
    exact = np.unique(x - base)
    return exact[exact != 0]


def zone_width(
    x: np.ndarray, found: np.ndarray, true: np.ndarray, *, base: float = 2.0, tolerance: float = 1e-3
) -> float:
    r"""Return the largest sampled distance :math:`|x - r|` at which a result is off by more than a tolerance.

    Parameters
    ----------
    x : array_like
        The points, shape ``(n,)``.
    found, true : array_like
        What was computed there and what is true, shape ``(n,)``. A result that is NaN or infinite is off.
    base : float
        The singular point :math:`r`.
    tolerance : float
        The absolute error that is accepted, positive.

    Returns
    -------
    float
        The width; 0 if no sample is off.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.

    Examples
    --------
    >>> zone_width([1.5, 2.0, 2.25, 3.0], [1.0, float("nan"), 1.125, 1.0], [1.0, 1.0, 1.0, 1.0])
    0.25
    """
    x, found, true = (np.asarray(values, dtype=np.float64) for values in (x, found, true))
    if not x.shape == found.shape == true.shape:
        raise InputError(
            f"x, found and true have shapes {x.shape}, {found.shape} and {true.shape}; give one for each point."
        )
    _checked_positive("tolerance", tolerance)
    with np.errstate(invalid="ignore"):
        good = np.abs(found - true) <= tolerance
    return float(np.abs(checked_grid(x) - checked_base(base))[~good].max(initial=0.0))


def predicted_error(distance: float, order: int, *, dtype: str = "float64", size: float = 4.0) -> float:
    r"""Return the error of a derivative that the law predicts at a distance, :math:`E_n = n!\, u s/|x - r|^{n+1}`.

    Parameters
    ----------
    distance : float
        :math:`|x - r|`, positive.
    order, dtype, size
        As for :func:`predicted_width`.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.

    Examples
    --------
    >>> f"{predicted_error(0.01, 2, dtype='float32'):.2f}"  # a second derivative in float32, a hundredth away
    '0.48'
    """
    return _scale(order, dtype, size) / _checked_positive("distance", distance) ** (order + 1)


def predicted_width(order: int, *, dtype: str = "float64", tolerance: float = 1e-3, size: float = 4.0) -> float:
    r"""Return the width of the zone in which a derivative is off by more than a tolerance, by the law.

    Parameters
    ----------
    order : int
        The order n of the derivative; 0 is the value.
    dtype : {"float64", "float32", "float16", "bfloat16"}
        The precision of the computation.
    tolerance : float
        The absolute error :math:`\tau` that is accepted, positive.
    size : float
        The size :math:`s` of the terms that cancel in the numerator: 4 in ``x*x - 4``.

    Returns
    -------
    float
        :math:`(n!\, u s/\tau)^{1/(n+1)}`. The law holds where this is small against the distance over which the
        function changes; a width near that distance or above it says that no good distance is near.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.

    Examples
    --------
    >>> [f"{predicted_width(n):.1e}" for n in (1, 2, 3, 4)]
    ['6.7e-07', '9.6e-05', '1.3e-03', '6.4e-03']
    >>> [round(predicted_width(n, dtype="float32"), 3) for n in (1, 2, 3, 4)]
    [0.015, 0.078, 0.194, 0.356]
    """
    scale = _scale(order, dtype, size) / _checked_positive("tolerance", tolerance)
    return scale ** (1 / (order + 1))


def _scale(order: int, dtype: str, size: float) -> float:
    """Return n! u s."""
    return math.factorial(checked_order(order)) * unit_roundoff(dtype) * _checked_positive("size", size)


def _checked_positive(name: str, value: float) -> float:
    if not 0.0 < value < math.inf:
        raise InputError(f"{name} is {value!r}; give a positive, finite number.")
    return value
