r"""How far around a removable singularity a derivative is wrong, measured and predicted.

This distance is the width of the zone.

Let :math:`h = f/(x - r)`, where :math:`f(r) = 0` and the terms of :math:`f` cancel to that. They
have the size :math:`s`, and the numerator therefore carries a rounding error :math:`d = u s`, with
the unit roundoff :math:`u = 2^{-p}` of a precision of :math:`p` bits. Dividing by :math:`x - r`,
once more for each derivative, turns it into an error of the n-th derivative of up to

.. math:: E_n = \frac{n!\, d}{|x - r|^{n+1}} ,
   \qquad\text{above a tolerance } \tau \text{ within} \qquad
   |x - r| < \left(\frac{n!\, u s}{\tau}\right)^{1/(n+1)} .

How good that law is, and where it ends, the chapter :doc:`/beyond/precision-and-order` measures.
The analysis of rounding errors is that of :cite:t:`Higham2002`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from removable.arguments import PRECISIONS, checked_base, checked_dtype, checked_order
from removable.errors import InputError
from removable.grid import checked_grid

__all__ = [
    "EdgeSearch",
    "Edges",
    "edges",
    "extent",
    "offsets",
    "predicted_error",
    "predicted_width",
    "unit_roundoff",
    "zone_width",
]


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
    >>> from removable.sweeps.widths import unit_roundoff
    >>> unit_roundoff("float64") == 2**-53, unit_roundoff("bfloat16")
    (True, 0.00390625)
    """
    return 2.0 ** -PRECISIONS[checked_dtype(dtype, known=PRECISIONS)]


def offsets(gamma: ArrayLike, *, base: float = 2.0, dtype: str = "float64") -> np.ndarray:
    r"""Return offsets for which :math:`r + \gamma` is a number of the dtype, exactly.

    They are those next to the given offsets. A distance is then a distance: nothing is lost when
    the point is stored, and ``x - r`` is exact.

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
    >>> from removable.sweeps.widths import offsets
    >>> offsets([-1e-3, 1e-9, 1e-3], dtype="float32")  # 2 + 1e-9 is 2 in float32
    array([-0.00100005,  0.00099993])
    """
    bits = PRECISIONS[checked_dtype(dtype, known=PRECISIONS)]
    significand, exponent = np.frexp(checked_base(base) + checked_grid(gamma))
    x = np.ldexp(np.rint(np.ldexp(significand, bits)), exponent - bits)
    exact = np.unique(x - base)
    return exact[exact != 0]


def zone_width(
    x: ArrayLike, result: ArrayLike, true: ArrayLike, *, base: float = 2.0, tolerance: float = 1e-3
) -> float:
    r"""Return the largest sampled distance at which a result is off by more than a tolerance.

    The distance is :math:`|x - r|`.

    Parameters
    ----------
    x : array_like
        The points, shape ``(n,)``.
    result, true : array_like
        What was computed there and what is true, shape ``(n,)``. A result that is NaN or infinite
        is off.
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
    >>> from removable.sweeps.widths import zone_width
    >>> zone_width([1.5, 2.0, 2.25, 3.0], [1.0, float("nan"), 1.125, 1.0], [1.0, 1.0, 1.0, 1.0])
    0.25
    """
    x, result, true = (np.asarray(values, dtype=np.float64) for values in (x, result, true))
    if not x.shape == result.shape == true.shape:
        raise InputError(
            f"x, result and true have shapes {x.shape}, {result.shape} and {true.shape}; give one for each point."
        )
    _checked_positive("tolerance", tolerance)
    with np.errstate(invalid="ignore"):
        good = np.abs(result - true) <= tolerance
    return float(np.abs(checked_grid(x) - checked_base(base))[~good].max(initial=0.0))


@dataclass(frozen=True)
class Edges:
    r"""How far out a result is wrong on either side of a singular point.

    An edge is the outermost :math:`|x - r|` at which the result is wrong.

    Attributes
    ----------
    left : float
        The edge on the left; 0 where no number looked at is wrong.
    right : float
        The same on the right.
    """

    left: float
    right: float

    @property
    def outer(self) -> float:
        """The larger of the two."""
        return max(self.left, self.right)

    def __str__(self) -> str:
        return f"{self.left:.3g} left, {self.right:.3g} right"


class EdgeSearch:
    r"""Find the outermost number on one side of a point at which something is wrong.

    Whether a result is wrong changes from one floating-point number to the next: the error is a
    rounding error, divided by a power of :math:`|x - r|`, and only its envelope is monotonic. So
    bisection alone would stop at any of many edges. Here stages of samples, each denser than the
    one before, begin at the outermost wrong sample of the last one and end a little beyond it. The
    last stage looks at the numbers between the outermost wrong sample and the next one.

    The stages are driven from outside, because a compiled program is best asked for many points at
    once: evaluate at :meth:`points`, hand what is wrong to :meth:`narrow`, :data:`STAGES` times
    over; then read ``edge``.

    Parameters
    ----------
    at : float
        The singular point r.
    side : {-1, 1}
        Left or right of it.
    smallest, largest : float
        The distances between which the search begins.

    Attributes
    ----------
    edge : float
        The outermost wrong :math:`|x - r|` so far; 0 if there was none.

    Raises
    ------
    removable.errors.InputError
        If the distances are not positive, finite and in their order.

    Examples
    --------
    >>> from removable.sweeps.widths import EdgeSearch
    >>> search = EdgeSearch(2.0, 1)
    >>> for _ in range(EdgeSearch.STAGES):
    ...     search.narrow(search.points() < 2.25)
    >>> 0 < 0.25 - search.edge < 1e-10
    True
    """

    _REACH = (1.3, 1.02, 1.004, 1.001)
    """How far beyond the outermost wrong sample each stage after the first looks, as a factor.

    Of the numbers within a share d below the edge about a share of 2 d is wrong. Among n samples in
    each unit of the logarithm, if their errors are as good as random, the outermost wrong one is
    therefore some n**-0.5 below the edge: 0.05 after the first stage, then 0.006, 0.001, 0.0004 and
    0.0002. With half a unit of the third digit to go, that is enough but for a result that lies
    next to where the third digit changes.
    """

    _SAMPLES = (2**14, 2**13, 2**14, 2**15, 2**15, 2**12)

    STAGES = len(_SAMPLES)
    """How often :meth:`points` and :meth:`narrow` are to be called."""

    def __init__(self, at: float, side: int, *, smallest: float = 2.0**-53, largest: float = 1.0) -> None:
        if not 0.0 < smallest < largest < math.inf:
            raise InputError(
                f"smallest is {smallest!r} and largest is {largest!r}; give finite numbers with 0 < smallest < largest."
            )
        self.at, self.side, self.edge = checked_base(at), side, 0.0
        self._stage, self._largest = 0, largest
        self._points = self._spread(smallest, largest)

    def _spread(self, low: float, high: float) -> np.ndarray:
        return self.at + self.side * np.geomspace(low, high, self._SAMPLES[self._stage])

    def points(self) -> np.ndarray:
        """Return the numbers to look at next, the nearest first, shape ``(n,)``, float64."""
        return self._points

    def narrow(self, wrong: np.ndarray) -> None:
        """Take in which of :meth:`points` are wrong, shape ``(n,)``, and prepare the next stage."""
        distance = np.abs(self._points - self.at)
        wrong = np.asarray(wrong, dtype=bool) & (distance > 0)
        self.edge = max(self.edge, float(distance[wrong].max(initial=0.0)))
        self._stage += 1
        if self._stage == self.STAGES:
            return
        inner = self.edge or float(distance[distance > 0].min())
        if self._stage <= len(self._REACH):
            self._points = self._spread(inner, min(inner * self._REACH[self._stage - 1], self._largest))
        else:
            outer = float(distance[distance > inner].min(initial=self._largest))
            step = max(
                float(np.spacing(abs(self.at + self.side * inner))), (outer - inner) / self._SAMPLES[self._stage]
            )
            first = self.at + self.side * inner
            self._points = first + self.side * step * np.arange(max(2, math.ceil((outer - inner) / step)))


def edges(
    computed: Callable[[np.ndarray], np.ndarray],
    true: Callable[[np.ndarray], np.ndarray],
    *,
    at: float = 2.0,
    tolerance: float = 1e-3,
    relative: bool = False,
    smallest: float = 2.0**-53,
    largest: float = 1.0,
) -> Edges:
    r"""Return how far out a result is wrong on either side of a point, to three digits.

    It is wrong where it is off by more than a tolerance.

    Parameters
    ----------
    computed : callable
        Called with numbers, shape ``(n,)``, float64; returns what was computed there, same shape.
        What is NaN or infinite is off.
    true : callable
        The same for what is true.
    at : float
        The singular point r. It is not looked at itself.
    tolerance : float
        The error that is accepted, positive.
    relative : bool
        Whether the tolerance is a share of the true result.
    smallest, largest : float
        The distances between which the edges are looked for.

    Returns
    -------
    Edges
        The outermost wrong distances.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used, or if something is still wrong at the
        largest distance.

    Examples
    --------
    >>> import numpy as np
    >>> from removable import frameworks, functions
    >>> from removable.sweeps.widths import edges
    >>> slope = lambda x: frameworks.get("torch").derivatives(functions.h, x)[1]
    >>> print(edges(slope, np.ones_like))
    4.71e-07 left, 6.66e-07 right
    """
    _checked_positive("tolerance", tolerance)
    reached = []
    for side in (-1, 1):
        search = EdgeSearch(at, side, smallest=smallest, largest=largest)
        for _ in range(EdgeSearch.STAGES):
            x = search.points()
            exact = np.asarray(true(x))
            allowed = tolerance * np.abs(exact) if relative else tolerance
            with np.errstate(invalid="ignore"):
                search.narrow(~(np.abs(computed(x) - exact) <= allowed))
        if search.edge >= largest * (1 - 1e-9):
            raise InputError(f"the result is still off at a distance of {largest:g} from {at:g}; give a larger reach.")
        reached.append(search.edge)
    return Edges(*reached)


def extent(holds: Callable[[np.ndarray], np.ndarray], *, at: float = 2.0) -> Edges:
    """Return how far out something holds on either side of a point, to three digits.

    Parameters
    ----------
    holds : callable
        Called with numbers, shape ``(n,)``, float64; tells where it holds, shape ``(n,)``, bool.
    at : float
        The point. It is not looked at itself.

    Returns
    -------
    Edges
        The outermost distances at which it holds.

    Raises
    ------
    removable.errors.InputError
        If it still holds at a distance of 1.

    Examples
    --------
    >>> from removable.sweeps.widths import extent
    >>> print(extent(lambda x: x * x - 4 == 4 * (x - 2)))  # Figure 1's yellow region
    1.49e-08 left, 2.11e-08 right
    """
    return edges(lambda x: np.where(holds(x), np.nan, 0.0), np.zeros_like, at=at)


def predicted_error(distance: float, order: int, *, dtype: str = "float64", size: float = 4.0) -> float:
    r"""Return the error of a derivative that the law predicts at a distance.

    The law is :math:`E_n = n!\, u s/|x - r|^{n+1}`.

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
    A second derivative in float32, a hundredth away:

    >>> from removable.sweeps.widths import predicted_error
    >>> f"{predicted_error(0.01, 2, dtype='float32'):.2f}"
    '0.48'
    """
    return _scale(order, dtype, size) / _checked_positive("distance", distance) ** (order + 1)


def predicted_width(order: int, *, dtype: str = "float64", tolerance: float = 1e-3, size: float = 4.0) -> float:
    r"""Return the width of the zone in which a derivative is wrong, by the law.

    It is wrong where it is off by more than a tolerance.

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
        :math:`(n!\, u s/\tau)^{1/(n+1)}`. The law holds where this is small against the distance
        over which the function changes; a width near that distance or above it says that no good
        distance is near.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.

    Examples
    --------
    >>> from removable.sweeps.widths import predicted_width
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
