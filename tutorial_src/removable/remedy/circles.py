r"""The Laurent coefficients of a program on circles around a point.

On a circle :math:`z_j = r + \rho\,e^{i\theta_j}` the trapezoidal rule gives the coefficients of

.. math::

   h(r + t) = \sum_k a_k\,(t/\rho)^k ,

those of an analytic function to rounding (:cite:t:`LynessMoler1967`, :cite:t:`Fornberg1981`,
:cite:t:`Bornemann2011`). A coefficient of negative index is zero if :math:`h` is analytic at
:math:`r`. What is there instead measures rounding, cancellation, too few nodes, poles and branch
points all at once.

The nodes are half-shifted, :math:`\theta_j = \pi(2j+1)/n`: none lies on the axes, where branch cuts
are put. A program that is real on the real axis takes conjugate values at conjugate nodes, so that
the upper half of the circle is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = [
    "EPS",
    "NEGATIVE",
    "TERMS",
    "Scan",
    "Values",
    "matrices",
    "scan",
    "unit_nodes",
]

Values = Callable[[np.ndarray], np.ndarray]
"""A program around a point. It takes offsets t, shape (N,), to values at r + t, shape (N,
elements)."""

EPS = 2.0**-52
"""The distance from 1 to the next larger number in double precision."""

TERMS = 64
"""Coefficients that are kept."""

NEGATIVE = 16
"""Coefficients of negative index that measure the noise."""

_CORRECTIONS = 3
"""Steps that take the rounding of nodes into account; each leaves a hundredth, or less, of the
error."""


@dataclass(frozen=True)
class Scan:
    """What a program is on several circles.

    Attributes
    ----------
    radii : numpy.ndarray
        The radii, shape (J,), from the innermost circle on.
    coefficients : numpy.ndarray
        Laurent coefficients in units of the radius, shape (J, n, E), from index -n/2 on.
    largest : numpy.ndarray
        The largest size of a value on the circle, shape (J, E).
    offsets : numpy.ndarray
        Where the nodes are, seen from the point, shape (J, n/2).
    values : numpy.ndarray
        The values there, shape (J, n/2, E).
    """

    radii: np.ndarray
    coefficients: np.ndarray
    largest: np.ndarray
    offsets: np.ndarray
    values: np.ndarray

    @property
    def half(self) -> int:
        """The place of the coefficient of index 0."""
        return self.coefficients.shape[1] // 2

    def noise(self, pole: int = 0) -> np.ndarray:
        """Size of the coefficients below those of a pole of this order, shape (J, E).

        Parameters
        ----------
        pole : int
            The order; 0 for no pole.

        Returns
        -------
        numpy.ndarray
            The largest of up to 16 coefficients of index below ``-pole``.
        """
        count = min(NEGATIVE, self.half // 2)
        return np.max(np.abs(self.coefficients[:, self.half - pole - count : self.half - pole]), axis=1)

    def poles(self) -> np.ndarray:
        """Tell where the coefficients of negative index fall.

        Those of poles inside the circle fall, and noise does not.

        Returns
        -------
        numpy.ndarray
            Shape (J,), bool.
        """
        count = min(NEGATIVE, self.half // 2)
        sizes = np.abs(self.coefficients[:, self.half - count : self.half])
        outer, inner = sizes[:, : count // 2].max(1), sizes[:, count // 2 :].max(1)
        return np.any((outer < 2.0**-10 * inner) & np.isfinite(inner), axis=-1)


def unit_nodes(n: int) -> np.ndarray:
    r"""Return the upper half of n half-shifted nodes on the unit circle.

    .. math::

       z_j = e^{i\pi(2j+1)/n}, \quad j = 0, \dots, n/2 - 1

    Parameters
    ----------
    n : int
        The number of nodes on the whole circle, even.

    Returns
    -------
    numpy.ndarray
        Shape (n/2,), complex128.

    Examples
    --------
    >>> from removable.remedy.circles import unit_nodes
    >>> unit_nodes(4).round(4).tolist()
    [(0.7071+0.7071j), (-0.7071+0.7071j)]
    """
    return np.exp(1j * np.pi * (2 * np.arange(n // 2) + 1) / n)


def matrices(nodes: np.ndarray) -> np.ndarray:
    r"""Return the matrices that turn values at nodes into Laurent coefficients.

    At the nodes of :func:`unit_nodes` they are the trapezoidal rule on the whole circle, whose
    lower half has conjugate values:

    .. math::

       a_k = \frac{1}{m} \sum_{j=0}^{m-1}
             \left(\cos(k\theta_j)\,\mathrm{Re}\,h_j + \sin(k\theta_j)\,\mathrm{Im}\,h_j\right) .

    At others they are the inverse of the matrix of powers of the nodes.

    Parameters
    ----------
    nodes : numpy.ndarray
        The upper halves of circles in units of the radius, where rounding has put them, shape (...,
        m), complex128.

    Returns
    -------
    numpy.ndarray
        Shape (..., 2m, 2m), float64: from the real parts of the values and then the imaginary
        parts, to the coefficients of index -m to m - 1.

    Raises
    ------
    ValueError
        If two nodes are the same; it is NumPy's own ``LinAlgError``.

    Examples
    --------
    The values of z + 5/z give the coefficients of index -2 to 1:

    >>> import numpy as np
    >>> from removable.remedy.circles import matrices, unit_nodes
    >>> z = unit_nodes(4)
    >>> h = z + 5 / z
    >>> (abs(matrices(z) @ np.concatenate([h.real, h.imag]))).round(10).tolist()
    [0.0, 5.0, 0.0, 1.0]
    """
    m = nodes.shape[-1]
    meant = unit_nodes(2 * m)
    if np.allclose(nodes, meant, rtol=0, atol=4 * EPS):  # the trapezoidal rule
        powers = _powers_of_unit_nodes(m)
        rule = np.concatenate([powers.real, powers.imag]).T / m
        return np.broadcast_to(rule, (*nodes.shape[:-1], 2 * m, 2 * m))
    powers = _powers(nodes)
    return np.linalg.inv(np.concatenate([powers.real, powers.imag], -2))


def _powers_of_unit_nodes(m: int) -> np.ndarray:
    """Return the powers -m to m - 1 of the m unit nodes, shape (m, 2m), complex128.

    Angles are reduced while they are integers: k times a rounded angle is off by k roundings, and
    so would the coefficients be.
    """
    turns = np.outer(2 * np.arange(m) + 1, np.arange(-m, m)) % (4 * m)  # of the circle, times 4m
    return np.exp(2j * np.pi * np.arange(4 * m) / (4 * m))[turns]


def _powers(nodes: np.ndarray) -> np.ndarray:
    """Return the powers -m to m - 1 of m nodes near the unit nodes.

    They have shape (..., m, 2m) and dtype complex128.
    """
    m = nodes.shape[-1]
    moved = np.log1p(nodes / unit_nodes(2 * m) - 1)
    return _powers_of_unit_nodes(m) * np.exp(moved[..., None] * np.arange(-m, m))


def _coefficients(nodes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return Laurent coefficients, shape (J, 2m, E), of values on circles.

    The values have shape (J, m, E), the nodes shape (J, m) in units of the radii.
    """
    m = nodes.shape[-1]
    rule = matrices(unit_nodes(2 * m))
    coefficients = np.einsum("km,jme->jke", rule, np.concatenate([values.real, values.imag], 1))
    if np.allclose(nodes, unit_nodes(2 * m), rtol=0, atol=4 * EPS):
        return coefficients
    powers = _powers(nodes)
    # the rule is that of nodes near by: what it leaves over is put through it again
    for _ in range(_CORRECTIONS):
        left = values - np.einsum("jmk,jke->jme", powers, coefficients)
        coefficients = coefficients + np.einsum("km,jme->jke", rule, np.concatenate([left.real, left.imag], 1))
    return coefficients


def scan(values: Values, at: float, radii: np.ndarray, n: int) -> Scan:
    """Evaluate a program on circles, and find its Laurent coefficients.

    There are n nodes on each circle of these radii. Near a large point the nodes are rounded; the
    offsets at which they end up are exact, and taken as they are.

    Parameters
    ----------
    values : Values
        The program on complex numbers: it takes offsets, shape (N,), complex128, to values, shape
        (N, E).
    at : float
        The point.
    radii : numpy.ndarray
        The radii, shape (J,), float64, ascending.
    n : int
        The number of nodes on a whole circle, even; half of them are evaluated.

    Returns
    -------
    Scan
        The values and the coefficients of index -n/2 to n/2 - 1.

    Examples
    --------
    The coefficient of 1/z of index -1 is 1 over the radius, in units of which it is given; that of
    a power series is 0:

    >>> import numpy as np
    >>> from removable.remedy.circles import scan
    >>> seen = scan(lambda t: (1 / t)[:, None], 0.0, np.array([0.25, 0.5, 1.0]), 16)
    >>> (seen.coefficients[:, seen.half - 1, 0] * seen.radii).round(12).tolist()
    [1.0, 1.0, 1.0]
    >>> seen.noise()[:, 0].round(12).tolist()
    [4.0, 2.0, 1.0]
    >>> bool(scan(lambda t: np.exp(t)[:, None], 0.0, np.array([1.0]), 32).noise().max() < 1e-15)
    True
    """
    offsets = (at + radii[:, None] * unit_nodes(n)) - at
    results = values(offsets.ravel()).reshape(*offsets.shape, -1)
    with np.errstate(all="ignore"):
        coefficients = _coefficients(offsets / radii[:, None], results)
        return Scan(radii, coefficients, np.max(np.abs(results), axis=1), offsets, results)
