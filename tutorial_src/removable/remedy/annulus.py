r"""The power series of a program that takes real numbers only.

It is computed from the program's values on both sides of a point. With :math:`s = t^2`, the even
part :math:`(h(r+t) + h(r-t))/2` and the odd part :math:`(h(r+t) - h(r-t))/(2t)` are functions of
:math:`s` alone. Each is fitted by Chebyshev polynomials on :math:`\rho^2/64 \le s \le \rho^2`, and
so never evaluated near the point. The terms that a fit leaves over measure its error; at
:math:`s = 0` they count as often as the polynomials are large there.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from removable.remedy import analytic_region, circles
from removable.remedy.circles import Values
from removable.remedy.leading_term import leading_term
from removable.remedy.noise import relative, shaken
from removable.remedy.one_sided import explanation
from removable.remedy.radius import fitting_circle

__all__ = ["INNER", "Fit", "Rule", "even_half", "fit", "rule", "rule_at"]

_NODES = 40
"""Nodes on each side."""

_TERMS = 13
"""Terms of each parity that are kept; the others measure the error."""

INNER = 0.0625
"""The inner radius, as a part of the outer one."""

_ZERO = 2.0**-4
"""A program that is 0 at least this far from the point, in units of max(1, |at|), and has no power
series further out, is 0."""

_FAR, _BEYOND = 2.0**10, 10
"""How far out a program is looked at first, in units of max(1, |at|), and how many radii have to
lie beyond the region."""

_WORST = 1e-9
"""The error of the value above which nothing is repaired."""


@dataclass(frozen=True)
class Rule:
    """A rule that turns values on both sides into coefficients, in units of the outer radius.

    Attributes
    ----------
    nodes : numpy.ndarray
        Offsets on the right and then on the left, shape (2 n,).
    to_chebyshev : numpy.ndarray
        From values to Chebyshev coefficients of the even and then of the odd part, shape (2 terms,
        2 n).
    to_powers : numpy.ndarray
        From those to powers of t, shape (2 terms, 2 terms). It is a step of its own: its entries
        reach 1e9, and the last Chebyshev coefficients are 1e-17; in one product seven digits would
        be lost.
    rest : numpy.ndarray
        From values to the Chebyshev coefficients that are left over, shape (2 (n - terms), 2 n).
    amplified : float
        How much larger an error is at t = 0 than between the nodes.
    """

    nodes: np.ndarray
    to_chebyshev: np.ndarray
    to_powers: np.ndarray
    rest: np.ndarray
    amplified: float


@dataclass(frozen=True)
class Fit:
    """The power series of a real program around a point.

    Attributes
    ----------
    radius : float
        The outer radius, in units of which the coefficients are given.
    coefficients : numpy.ndarray
        Shape (26, E).
    error : float
        The error of the value at the point, relative to the first coefficient that is more than
        noise.
    level : float
        The error of the values at the nodes, as it counts at the point, relative to the largest.
    size : numpy.ndarray
        The largest value, shape (E,).
    innermost : float
        The smallest radius at which a fit was good.
    evaluations : int
        At how many points the program was evaluated.
    """

    radius: float
    coefficients: np.ndarray
    error: float
    level: float
    size: np.ndarray
    innermost: float
    evaluations: int


def _chebyshev(s: np.ndarray) -> np.ndarray:
    """Return the Chebyshev polynomials on the annulus at s = t^2, shape (..., _NODES)."""
    low = INNER**2
    return np.polynomial.chebyshev.chebvander((2 * s - (1 + low)) / (1 - low), _NODES - 1)


@functools.cache
def rule() -> Rule:
    r"""Return the rule for nodes at the zeros of a Chebyshev polynomial of :math:`s = t^2`.

    Returns
    -------
    Rule
        40 nodes on each side of the point, between 1/16 and 1 in units of the outer radius, and 13
        terms of each parity.

    Examples
    --------
    Its first coefficients of the exponential are those of the Taylor series, 1, 1, 1/2 and 1/6:

    >>> import numpy as np
    >>> from removable.remedy.annulus import rule
    >>> on = rule()
    >>> coefficients = on.to_powers @ (on.to_chebyshev @ np.exp(on.nodes))
    >>> np.round(coefficients[:4], 10).tolist()
    [1.0, 1.0, 0.5, 0.1666666667]
    """
    low = INNER**2
    theta = np.pi * (2 * np.arange(_NODES) + 1) / (2 * _NODES)
    t = np.sqrt(low + (1 - low) * (np.cos(theta) + 1) / 2)
    chebyshev = _chebyshev(t * t).T * 2 / _NODES
    chebyshev[0] /= 2
    even = np.concatenate([chebyshev, chebyshev], 1) / 2
    odd = np.concatenate([chebyshev / (2 * t), -chebyshev / (2 * t)], 1)
    return _made(np.concatenate([t, -t]), even, odd)


@functools.cache
def even_half() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Return the rule for an even function, from its values on the right alone.

    Returns
    -------
    tuple of numpy.ndarray
        The matrices of :class:`Rule`: from values to Chebyshev coefficients, shape (13, 40), from
        these to powers of :math:`s = t^2`, shape (13, 13), and from values to what is left over,
        shape (27, 40).

    Examples
    --------
    The cosine is 1 - s/2 + ...:

    >>> import numpy as np
    >>> from removable.remedy.annulus import even_half, rule
    >>> to_chebyshev, to_powers, rest = even_half()
    >>> cosine = np.cos(rule().nodes[:40])
    >>> series = to_powers @ (to_chebyshev @ cosine)
    >>> series[:2].round(10).tolist(), bool(abs(rest @ cosine).max() < 1e-14)
    ([1.0, -0.5], True)
    """
    on, left = rule(), _NODES - _TERMS
    return (
        on.to_chebyshev[:_TERMS, :_NODES] + on.to_chebyshev[:_TERMS, _NODES:],
        on.to_powers[::2, :_TERMS],
        on.rest[:left, :_NODES] + on.rest[:left, _NODES:],
    )


def rule_at(nodes: np.ndarray) -> Rule:
    """Return the rule for nodes near those of :func:`rule`, where rounding has put them.

    The coefficients are those of the polynomial through all values: the inverse of the matrix of
    the Chebyshev polynomials at the nodes, times the values. At the nodes of :func:`rule` itself
    that inverse is known in closed form.

    Parameters
    ----------
    nodes : numpy.ndarray
        Offsets in units of the outer radius, on the right and then on the left, shape (80,),
        float64.

    Returns
    -------
    Rule
        That of :func:`rule`, the same object, where the nodes are those to rounding.

    Raises
    ------
    ValueError
        If two nodes are the same; it is NumPy's own ``LinAlgError``.

    Examples
    --------
    Next to the point 1e6 nodes are off by up to 6e-11. The third derivative of the exponential, 6
    times the fourth coefficient, is good to 1e-11 by the rule for these nodes, and off by 6e-8 by
    the rule for the nodes before rounding:

    >>> import numpy as np
    >>> from removable.remedy.annulus import rule, rule_at
    >>> nodes = (1e6 + rule().nodes) - 1e6
    >>> for on in (rule_at(nodes), rule()):
    ...     print(abs(6 * (on.to_powers @ (on.to_chebyshev @ np.exp(nodes)))[3] - 1) < 1e-10)
    True
    False
    """
    if np.allclose(nodes, rule().nodes, rtol=0, atol=4 * circles.EPS):
        return rule()
    polynomials = _chebyshev(nodes * nodes)
    inverse = np.linalg.inv(np.concatenate([polynomials, nodes[:, None] * polynomials], 1))
    return _made(nodes, inverse[:_NODES], inverse[_NODES:])


def _made(nodes: np.ndarray, even: np.ndarray, odd: np.ndarray) -> Rule:
    to_powers = np.zeros((2 * _TERMS, 2 * _TERMS))
    to_powers[0::2, :_TERMS] = to_powers[1::2, _TERMS:] = _powers()
    return Rule(
        nodes=nodes,
        to_chebyshev=np.concatenate([even[:_TERMS], odd[:_TERMS]]),
        to_powers=to_powers,
        rest=np.concatenate([even[_TERMS:], odd[_TERMS:]]),
        amplified=math.sqrt(np.sum(_powers()[0] ** 2)),
    )


@functools.cache
def _powers() -> np.ndarray:
    """Return the coefficients of the Chebyshev polynomials in powers of s, a column each.

    Their signs alternate.
    """
    low = INNER**2
    slope, shift = 2 / (1 - low), -(1 + low) / (1 - low)
    powers = [np.array([1.0]), np.array([shift, slope])]
    while len(powers) < _TERMS:
        powers.append(np.polynomial.polynomial.polysub(2 * np.convolve([shift, slope], powers[-1]), powers[-2]))
    return np.stack([np.pad(p, (0, _TERMS - len(p))) for p in powers], 1)


def fit(values: Values, at: float, rounding: float = 2.0**-53, most: float = math.inf) -> Fit:
    r"""Find the power series of a program from its values on both sides of a point.

    At 161 outer radii, two to an octave, the even and the odd part are fitted by Chebyshev
    polynomials in :math:`s = t^2`; of the radii with the least noise one is used.

    Parameters
    ----------
    values : Values
        The program on real numbers: it takes offsets, shape (N,), float64, to values, shape (N, E).
    at : float
        The point.
    rounding : float
        The unit roundoff of the precision in which the program computes.
    most : float
        The largest distance at which the program is looked at.

    Returns
    -------
    Fit
        The series, 26 coefficients of each element.

    Raises
    ------
    removable.errors.NotRemovableError
        If no power series fits both sides; the sentence says what each side does.

    Examples
    --------
    Of :math:`(1 - \cos x)/x^2` it finds 1/2, 0 and -1/24, from nodes no closer to 0 than 0.001:

    >>> import numpy as np
    >>> from removable.remedy.annulus import fit
    >>> with np.errstate(all="ignore"):
    ...     series = fit(lambda t: ((1 - np.cos(t)) / t**2)[:, None], 0.0)
    >>> np.round(series.coefficients[:3, 0] / series.radius ** np.arange(3), 10).tolist()
    [0.5, 0.0, -0.0416666667]
    >>> series.error < 1e-13, series.innermost / 16 > 0.001
    (True, True)
    """
    scale = max(1.0, abs(at))
    radii = 2.0 ** (np.arange(-80, 81) / 2)
    radii = radii[(radii >= 2**16 * rounding * abs(at)) & (radii < most)]
    near = int(np.count_nonzero(radii <= _FAR * scale))
    # Some programs are slow far out. They are evaluated there only if nothing ends the region
    # before.
    for count in sorted({near, len(radii)} - {0}):
        scan, series, noise, levels, inside = _looked(values, at, radii[:count], rounding)
        if inside.any() and np.flatnonzero(inside)[-1] < count - _BEYOND:
            break
    else:
        if not radii.size:
            raise explanation(values, at)
    radii, results = scan.radii, scan.values
    other = np.flatnonzero(np.any(scan.largest > 0, -1))
    if not inside.any() and other.size and radii[other[0]] >= _ZERO * scale:
        # This is not cancellation: all values are zero there.
        inside[: other[0]], levels[: other[0]] = True, 2 * rounding
    if (
        not inside.any()
        or levels[inside].min() > max(_WORST, 1e3 * rounding)
        or radii[inside].min() > 1e4 * scale  # floor(x) is like x far out
        or not analytic_region.ends_sharply(levels, inside, per_octave=2)
    ):
        raise explanation(values, at)
    innermost = radii[inside].min()
    inside &= levels <= 2 * levels[inside].min()
    noise = np.maximum(noise, 2 * rounding * scan.largest)
    leading = leading_term(radii, series, noise, inside)
    j = fitting_circle(radii, scan.largest, leading, inside, inside, at)
    own = series[j]
    for parity in (0, 1):  # of an even or an odd function the other half is noise
        part = (results[j, :_NODES] + (-1) ** parity * results[j, _NODES:]) / 2
        if np.all(np.abs(part) <= 8 * noise[j] / rule().amplified + 8 * rounding * scan.largest[j]):
            own[parity::2] = 0.0
    own[0] = np.where(np.abs(own[0]) <= noise[j], 0.0, own[0])
    return Fit(
        radius=float(radii[j]),
        coefficients=own,
        error=float(np.max(noise[j] / (leading.size * radii[j] ** leading.index))),
        level=float(levels[j]),
        size=scan.largest[j],
        innermost=float(innermost),
        evaluations=2 * scan.offsets.size,
    )


def _looked(
    values: Values, at: float, radii: np.ndarray, rounding: float
) -> tuple[circles.Scan, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Fit polynomials at these outer radii.

    Return the values, the coefficients, the noise, and which radii carry a power series.
    """
    on = rule()
    offsets = (at + radii[:, None] * on.nodes) - at
    results = np.real(values(offsets.ravel())).reshape(*offsets.shape, -1)
    scan = circles.Scan(radii, np.zeros((len(radii), 0, results.shape[-1])), _largest(results), offsets, results)
    with np.errstate(all="ignore"):
        rules = [rule_at(nodes) for nodes in offsets / radii[:, None]]
        rest = np.stack([on.rest @ row for on, row in zip(rules, results, strict=True)])
        noise = on.amplified * np.max(np.abs(rest), axis=1)
        series = np.stack([on.to_powers @ (on.to_chebyshev @ row) for on, row in zip(rules, results, strict=True)])
    levels = relative(noise, scan.largest, 2 * rounding)
    by = 2.0**-30 if rounding < 2.0**-40 else 2.0**-12
    return scan, series, noise, levels, analytic_region.region(levels, rounding, shaken(values, scan, by), by)


def _largest(results: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.max(np.abs(results), axis=1)
