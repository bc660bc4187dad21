r"""The Laurent coefficients of a program on circles around a point, and what they tell of the point.

On a circle :math:`z_j = r + \rho\,e^{i\theta_j}` the trapezoidal rule gives the coefficients of

.. math::

   h(r + t) = \sum_k a_k\,(t/\rho)^k ,

those of an analytic function to rounding (:cite:t:`LynessMoler1967`, :cite:t:`Fornberg1981`, :cite:t:`Bornemann2011`). A
coefficient of negative index is zero if :math:`h` is analytic at :math:`r`. What is there instead measures rounding, cancellation,
too few nodes, poles and branch points all at once.

The nodes are half-shifted, :math:`\theta_j = \pi(2j+1)/n`: none lies on the axes, where branch cuts are put. A program that is real
on the real axis takes conjugate values at conjugate nodes, so that the upper half of the circle is enough.
"""

from __future__ import annotations

import decimal
import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from removable.errors import NotRemovableError, PoleError

__all__ = [
    "EPS",
    "TERMS",
    "WORST",
    "EssentialSingularityError",
    "Expansion",
    "Scan",
    "Values",
    "ends_sharply",
    "expand",
    "first_coefficient",
    "matrices",
    "pole",
    "power_of_root_2",
    "region",
    "relative",
    "scan",
    "shaken",
    "unit_nodes",
    "with_short_logarithm",
]

Values = Callable[[np.ndarray], np.ndarray]
"""A program around a point. It takes offsets t, shape (N,), to values at r + t, shape (N, elements)."""

EPS = 2.0**-52
"""The distance from 1 to the next larger number in double precision."""

WORST = 1e-6
"""Noise, relative to the largest value on a circle, above which the circle tells nothing."""

TERMS = 64
"""Coefficients that are kept."""

_COARSE, _FINE = 32, 128
"""Nodes on a whole circle in the two scans."""

_NEGATIVE = 16
"""Coefficients of negative index that measure the noise."""

_CORRECTIONS = 3
"""Steps that take the rounding of nodes into account; each leaves a hundredth, or less, of the error."""

_GOOD = 1e-9
"""Noise that is no mere chance."""

_RISES = 2.0**14
"""Where the noise is so many times what it was, it is something else."""

_STEEP, _OCTAVES, _LOUD = 2.0**6, 4, 1e-3
"""Where a power series ends the noise rises by this much in one of so many octaves, or to this level."""

_COMPARED = 4
"""Coefficients by which circles are compared."""

_AGREE = 4
"""Circles that have to agree."""

_FALLS = 18
"""Rounding noise falls from one circle to the next by no more bits than this: cancellation of order 8, and chance."""

_HIGHEST_POLE = 8
_SHAKE = 2.0**-40


class EssentialSingularityError(NotRemovableError):
    """No number of terms of negative index is enough."""


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
        count = min(_NEGATIVE, self.half // 2)
        return np.max(np.abs(self.coefficients[:, self.half - pole - count : self.half - pole]), axis=1)

    def poles(self) -> np.ndarray:
        """Tell where the coefficients of negative index fall, as those of poles inside the circle do, and noise does not.

        Returns
        -------
        numpy.ndarray
            Shape (J,), bool.
        """
        count = min(_NEGATIVE, self.half // 2)
        seen = np.abs(self.coefficients[:, self.half - count : self.half])
        outer, inner = seen[:, : count // 2].max(1), seen[:, count // 2 :].max(1)
        return np.any((outer < 2.0**-10 * inner) & np.isfinite(inner), axis=-1)


@dataclass(frozen=True)
class Expansion:
    """The power series of a program around a point.

    Attributes
    ----------
    unit : float
        The radius in units of which the coefficients are given.
    coefficients : numpy.ndarray
        Shape (TERMS, E).
    errors : numpy.ndarray
        Their errors, same shape.
    first : int
        The index of the first coefficient that is more than noise.
    error : float
        The error of the value at the point, relative to that coefficient.
    circle : float
        The largest radius on which values are not much larger than the first coefficient.
    on_circle : numpy.ndarray
        The coefficients found on that circle alone, in units of its radius, shape (TERMS, E).
    noise_on_circle : numpy.ndarray
        Their errors, same shape.
    error_on_circle : float
        The error of the value at the point, by that circle alone.
    level : float
        The noise on that circle, relative to the largest value.
    size : numpy.ndarray
        The largest value on that circle, shape (E,).
    innermost : float
        The radius of the innermost circle that was used; further in there is noise.
    radii : numpy.ndarray
        The radii of all circles, shape (J,).
    noise : numpy.ndarray
        The noise on them, shape (J, E).
    evaluations : int
        At how many points the program was evaluated.
    """

    unit: float
    coefficients: np.ndarray
    errors: np.ndarray
    first: int
    error: float
    circle: float
    on_circle: np.ndarray
    noise_on_circle: np.ndarray
    error_on_circle: float
    level: float
    size: np.ndarray
    innermost: float
    radii: np.ndarray
    noise: np.ndarray
    evaluations: int


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
    >>> unit_nodes(4).round(4).tolist()
    [(0.7071+0.7071j), (-0.7071+0.7071j)]
    """
    return np.exp(1j * np.pi * (2 * np.arange(n // 2) + 1) / n)


def matrices(nodes: np.ndarray) -> np.ndarray:
    r"""Return the matrices that turn values at nodes into Laurent coefficients.

    At the nodes of :func:`unit_nodes` they are the trapezoidal rule on the whole circle, whose lower half has conjugate values:

    .. math::

       a_k = \frac{1}{m} \sum_{j=0}^{m-1} \left(\cos(k\theta_j)\,\mathrm{Re}\,h_j + \sin(k\theta_j)\,\mathrm{Im}\,h_j\right) .

    At others they are the inverse of the matrix of powers of the nodes.

    Parameters
    ----------
    nodes : numpy.ndarray
        The upper halves of circles in units of the radius, where rounding has put them, shape (..., m), complex128.

    Returns
    -------
    numpy.ndarray
        Shape (..., 2m, 2m), float64: from the real parts of the values and then the imaginary parts, to the coefficients of
        index -m to m - 1.

    Raises
    ------
    ValueError
        If two nodes are the same; it is NumPy's own ``LinAlgError``.

    Examples
    --------
    The values of z + 5/z give the coefficients of index -2 to 1:

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

    Angles are reduced while they are integers: k times a rounded angle is off by k roundings, and so would the coefficients be.
    """
    turns = np.outer(2 * np.arange(m) + 1, np.arange(-m, m)) % (4 * m)  # of the circle, times 4m
    return np.exp(2j * np.pi * np.arange(4 * m) / (4 * m))[turns]


def _powers(nodes: np.ndarray) -> np.ndarray:
    """Return the powers -m to m - 1 of m nodes near the unit nodes, shape (..., m, 2m), complex128."""
    m = nodes.shape[-1]
    moved = np.log1p(nodes / unit_nodes(2 * m) - 1)
    return _powers_of_unit_nodes(m) * np.exp(moved[..., None] * np.arange(-m, m))


def _coefficients(nodes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return Laurent coefficients, shape (J, 2m, E), of values (J, m, E) at nodes (J, m) in units of the radii."""
    m = nodes.shape[-1]
    rule = matrices(unit_nodes(2 * m))
    found = np.einsum("km,jme->jke", rule, np.concatenate([values.real, values.imag], 1))
    if np.allclose(nodes, unit_nodes(2 * m), rtol=0, atol=4 * EPS):
        return found
    powers = _powers(nodes)
    for _ in range(_CORRECTIONS):  # the rule is that of nodes near by: what it leaves over is put through it again
        left = values - np.einsum("jmk,jke->jme", powers, found)
        found = found + np.einsum("km,jme->jke", rule, np.concatenate([left.real, left.imag], 1))
    return found


def scan(values: Values, at: float, radii: np.ndarray, n: int) -> Scan:
    """Evaluate a program on circles of these radii, with n nodes on each, and find its Laurent coefficients.

    Near a large point the nodes are rounded; the offsets at which they end up are exact, and taken as they are.

    Parameters
    ----------
    values : Values
        The program on complex numbers: it takes offsets, shape (N,), complex128, to values, shape (N, E).
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
    The coefficient of 1/z of index -1 is 1 over the radius, in units of which it is given; that of a power series is 0:

    >>> seen = scan(lambda t: (1 / t)[:, None], 0.0, np.array([0.25, 0.5, 1.0]), 16)
    >>> (seen.coefficients[:, seen.half - 1, 0] * seen.radii).round(12).tolist()
    [1.0, 1.0, 1.0]
    >>> seen.noise()[:, 0].round(12).tolist()
    [4.0, 2.0, 1.0]
    >>> bool(scan(lambda t: np.exp(t)[:, None], 0.0, np.array([1.0]), 32).noise().max() < 1e-15)
    True
    """
    offsets = (at + radii[:, None] * unit_nodes(n)) - at
    found = values(offsets.ravel()).reshape(*offsets.shape, -1)
    with np.errstate(all="ignore"):
        coefficients = _coefficients(offsets / radii[:, None], found)
        return Scan(radii, coefficients, np.max(np.abs(found), axis=1), offsets, found)


def relative(noise: np.ndarray, largest: np.ndarray, least: float) -> np.ndarray:
    """Return the noise on each circle relative to the largest value there, the worst of all elements.

    Parameters
    ----------
    noise, largest : numpy.ndarray
        The noise and the largest size of a value on each circle, shape (J, E), float64.
    least : float
        The least that rounding leaves, relative to the largest value; nothing smaller is returned where a value is finite.

    Returns
    -------
    numpy.ndarray
        Shape (J,), float64. It is infinite where a value is not finite, and where an element is 0 on some circles alone: there
        all has cancelled. An element that is 0 on all of them has no noise.

    Examples
    --------
    (1 - cos x)/x^2 for real x is 0 at 1e-9, where 1 - cos(x) is:

    >>> x = np.array([[1e-9], [1.0]])
    >>> relative(np.array([[0.0], [1e-15]]), (1 - np.cos(x)) / x**2, 2.0**-52).round(17).tolist()
    [inf, 2.18e-15]
    """
    with np.errstate(all="ignore"):
        level = np.where(largest > 0, noise / largest, np.inf)
    level[:, np.all(largest == 0, axis=0)] = 0.0  # zero everywhere; zero on some circles alone is cancellation
    return np.max(np.where(np.isfinite(level), np.maximum(level, least), np.inf), axis=-1)


def shaken(values: Values, seen: Scan, by: float = _SHAKE) -> np.ndarray:
    """Return how much values change when the nodes move by a tiny part of their distance, relative to the largest.

    Rounding noise changes wholly, unless it is the same number over a longer way than the nodes move.

    Parameters
    ----------
    values : Values
        The program.
    seen : Scan
        Its values at nodes that have not been moved.
    by : float
        The part of their distance from the point by which the nodes move.

    Returns
    -------
    numpy.ndarray
        Shape (J,), float64; 0 where a value is not finite.

    Examples
    --------
    When z changes by a part of 2^-40, z^3 changes by three times that, and noise of a tenth by about a tenth:

    >>> def power(z):
    ...     return (z**3)[:, None]
    >>> def noisy(z):
    ...     return (1 + np.sin(1e14 * z.real) / 10)[:, None]
    >>> radii = np.array([0.5, 1.0])
    >>> (shaken(power, scan(power, 0.0, radii, 32)) * 2.0**40).round(1).tolist()
    [3.0, 3.0]
    >>> (shaken(noisy, scan(noisy, 0.0, radii, 32)) > 0.05).tolist()
    [True, True]
    """
    with np.errstate(all="ignore"):
        moved = values((seen.offsets * (1 + by)).ravel()).reshape(seen.values.shape)
        change = np.max(np.abs(moved - seen.values), axis=(1, 2)) / np.max(seen.largest, -1)
    return np.nan_to_num(change, nan=0.0, posinf=0.0)


def region(
    levels: np.ndarray, rounding: float, moved: np.ndarray, by: float = _SHAKE, poles: np.ndarray | None = None
) -> np.ndarray:
    """Tell which circles carry a power series: the innermost run of quiet ones that is not a run of total cancellation.

    Where everything has cancelled, a program is smooth and wrong: 3 + (1 - cos x)/x^2 is 3 for small real x. Right outside of
    such a run values are rounding noise, which is seen as a change when the nodes are moved a little. Where it comes in steps
    that are too long for that, it is known by how it sets in at once, and falls from there to the next quiet run.

    Parameters
    ----------
    levels : numpy.ndarray
        The noise on each circle, relative to the largest value, shape (J,), float64, from the innermost circle on.
    rounding : float
        The unit roundoff of the precision in which the program computes.
    moved : numpy.ndarray
        The change of the values when the nodes move, as :func:`shaken` gives it, shape (J,), float64.
    by : float
        The part of their distance by which they moved.
    poles : numpy.ndarray, optional
        Whether what is on a circle are poles inside of it, shape (J,), bool.

    Returns
    -------
    numpy.ndarray
        Shape (J,), bool; of a run the circles whose noise is at most 30 times the least. None is True if there is no run.

    Examples
    --------
    Two quiet runs. The noise behind the inner one sets in at once, and falls: all had cancelled there.

    >>> levels = np.array([1e-16, 1e-16, 0.5, 0.1, 1e-5, 1e-10, 1e-10, 0.1])
    >>> np.flatnonzero(region(levels, 2.0**-53, np.zeros(8))).tolist()
    [5, 6]

    Behind this one it rises, as it does where a power series ends:

    >>> levels = np.array([1e-16, 1e-16, 1e-11, 1e-6, 0.1, 0.02, 1e-16, 1e-16])
    >>> np.flatnonzero(region(levels, 2.0**-53, np.zeros(8))).tolist()
    [0, 1]
    """
    number, runs = np.arange(len(levels)), []
    for first, last in _runs(levels, rounding):
        outside = slice(last, min(last + 2, len(levels)))
        noisy = moved[outside] > np.maximum(np.minimum(0.02 * levels[outside], 0.02), 64 * by)
        if last == len(levels) or not noisy.any():
            best = max(levels[first:last].min(), rounding / 2)
            runs.append((best, first, last))
    # In noise some circle may be quiet by chance, and barely so.
    runs = [run for run in runs if run[0] <= _GOOD] or runs
    while len(runs) > 1 and _has_cancelled(levels, runs[0][2], runs[1][1], rounding, poles):
        del runs[0]
    if not runs:
        return np.zeros(len(levels), bool)
    best, first, last = runs[0]
    return (number >= first) & (number < last) & (levels <= 30 * best)


def _runs(levels: np.ndarray, rounding: float) -> Iterator[tuple[int, int]]:
    """Yield the first circle of each quiet run, and the one after its last.

    A run ends where the noise exceeds what is quiet, or rises far and steeply: behind a small pole, or where a small part of
    the program has cancelled. The next one begins where it is as low again.
    """
    first, least, peak, steepest = None, np.inf, np.inf, 1.0
    padded = np.pad(levels, 1, mode="edge")
    smooth = np.median(
        [padded[:-2], padded[1:-1], padded[2:]], axis=0
    )  # in noise a single circle may be quiet by chance
    for i, level in enumerate(smooth):
        floor = _RISES * max(least, rounding / 2)
        steepest = max(steepest, level / max(smooth[i - 1], rounding / 2)) if i else 1.0
        if first is not None and (levels[i] > WORST or (level > floor and steepest > _STEEP)):
            yield first, i
            first, peak = None, level
        peak = max(peak, level)
        if first is None and max(level, levels[i]) <= min(WORST, max(floor, peak / _RISES)):
            first, least = i, level
        if first is not None and level <= least:
            least, steepest = level, 1.0
    if first is not None:
        yield first, len(levels)


def _has_cancelled(
    levels: np.ndarray, last: int, following: int, rounding: float, poles: np.ndarray | None = None
) -> bool:
    """Tell whether a run is followed by noise that sets in at once and then falls, up to another run.

    The noise of rounding falls with the distance, by no more than a high power of it. Where a power series ends, it is the
    higher coefficients that rise: with these numbers of nodes by no more than 2^16 an octave. Where the circles cross a region
    in which the program is something else, the noise ends as it sets in, at once. What poles leave is no noise.
    """
    gap = levels[last:following]
    return bool(
        np.isfinite(gap).all()
        and gap[0] > 2.0**24 * max(levels[last - 1], rounding / 4)
        and np.all(gap[1:] <= 4 * gap[:-1])
        and gap[-1] <= gap[0]
        and levels[following] > 2.0**-_FALLS * gap[-1]
        and not (poles is not None and poles[last:following].any())
    )


def ends_sharply(levels: np.ndarray, inside: np.ndarray, per_octave: int = 1) -> bool:
    """Tell whether the noise rises steeply outside of a region, as it does where a power series ends.

    Beside a kink or a branch point a program is also quiet, right at the point, where it is constant to rounding; but its
    noise rises slowly with the radius, like a low power.

    Parameters
    ----------
    levels : numpy.ndarray
        The noise on each circle, relative to the largest value, shape (J,), float64.
    inside : numpy.ndarray
        The region, shape (J,), bool; one at least is True.
    per_octave : int
        The number of radii to an octave.

    Returns
    -------
    bool
        True if within four octaves the noise rises 64-fold in one of them or reaches 1e-3, or if the circles end there.

    Examples
    --------
    With n nodes the noise of a power series rises like a high power of the radius, and that of 1 + sqrt(z), a branch point,
    like its root:

    >>> radii, inside = 2.0 ** np.arange(8), np.arange(8) < 2
    >>> ends_sharply(1e-16 * radii**16, inside), ends_sharply(1e-16 * radii**0.5, inside)
    (True, False)
    """
    top = int(np.flatnonzero(inside).max())
    beyond = levels[top : top + 1 + _OCTAVES * per_octave]
    if len(beyond) <= per_octave or top + per_octave >= len(levels):
        return True
    with np.errstate(all="ignore"):
        steep = [np.any(beyond[step:] / beyond[:-step] >= _STEEP) for step in range(1, per_octave + 1)]
    return bool(np.any(~(beyond < _LOUD)) or any(steep))


def first_coefficient(
    radii: np.ndarray,
    coefficients: np.ndarray,
    noise: np.ndarray,
    largest: np.ndarray,
    inside: np.ndarray,
    usable: np.ndarray,
    at: float,
) -> tuple[int, np.ndarray, int]:
    """Find the first coefficient that is more than noise: its index, its size in units of x, and a circle fit for it.

    The circle is the largest usable one on which no value exceeds the first term more than eightfold.

    Parameters
    ----------
    radii : numpy.ndarray
        The radii, shape (J,), float64.
    coefficients : numpy.ndarray
        The coefficients of index 0 and above, in units of the radius, shape (J, K, E), float64.
    noise, largest : numpy.ndarray
        The noise and the largest size of a value on each circle, shape (J, E), float64.
    inside, usable : numpy.ndarray
        The circles by which it is decided, and those among which one is named, shape (J,), bool.
    at : float
        The point.

    Returns
    -------
    first : int
        The index; 0 if all coefficients are noise.
    lead : numpy.ndarray
        The size of that coefficient in powers of x - at, shape (E,), float64; 1 if all are noise.
    circle : int
        The place of the circle among the radii.

    Examples
    --------
    Of 1 - cos(z) it is the coefficient of z^2, 1/2:

    >>> seen = scan(lambda z: (1 - np.cos(z))[:, None], 0.0, 2.0 ** np.arange(-3, 3), 32)
    >>> every = np.full(6, True)
    >>> noise = np.maximum(seen.noise(), EPS)
    >>> first, lead, circle = first_coefficient(
    ...     seen.radii, seen.coefficients[:, seen.half :], noise, seen.largest, every, every, 0.0
    ... )
    >>> first, lead.round(12).tolist(), float(seen.radii[circle])
    (2, [0.5], 4.0)
    """
    with np.errstate(all="ignore"):
        for v in range(coefficients.shape[1] // 2):
            error = np.where(inside, np.max(noise, -1) / radii**v, np.inf)
            j = int(np.argmin(error))
            lead = np.abs(coefficients[j, v]) / radii[j] ** v
            if np.any(lead > 100 * error[j]):
                term = lead * radii[:, None] ** v
                fit = np.flatnonzero(usable & np.all(largest <= 8 * term, -1))
                if (
                    v and fit.size and np.all(largest[fit[-1]] <= 1.01 * term[fit[-1]])
                ):  # a power of x has no size of its own
                    fit = fit[radii[fit] <= 4 * max(1.0, abs(at))]
                return v, lead, int(fit.max()) if fit.size else int(np.flatnonzero(inside)[0])
    return 0, np.ones(coefficients.shape[2]), int(np.flatnonzero(inside)[-1])


_STRIDE = 999_983
"""From one candidate to the next, a prime number: those at regular distances are all rounded alike."""


@functools.lru_cache(maxsize=256)
def with_short_logarithm(radius: float) -> float:
    """Return a number close to a radius whose natural logarithm has 9 binary digits less than there is room for, all but exactly.

    PyTorch and TensorFlow compute a complex power as exp(k log z), and round log z and its product with k. On a circle every
    node z has the same size, so that all are wrong by the same: by 18 units of rounding for k = 6 and a radius of 8. No mean
    removes that.

    Parameters
    ----------
    radius : float
        A number greater than 0.

    Returns
    -------
    float
        A number within 1e-5 of it, in units of itself.

    Examples
    --------
    >>> import decimal, math
    >>> r = with_short_logarithm(8.0)
    >>> abs(r / 8.0 - 1) < 1e-5, (math.log(r) * 2**44).is_integer()
    (True, True)
    >>> with decimal.localcontext(prec=40):
    ...     float(abs(decimal.Decimal(r).ln() - decimal.Decimal(math.log(r)))) < 1e-17
    True
    """
    step = 2.0**-44
    nearest = round(math.log(radius) / step)
    with decimal.localcontext(prec=40):
        exact = [decimal.Decimal((nearest + m * _STRIDE) * step).exp() for m in range(128)]
        off = [abs(decimal.Decimal(float(each)) / each - 1) for each in exact]
    return float(exact[off.index(min(off))])


def power_of_root_2(radius: float) -> float:
    """Return the power of the square root of 2 next to a radius: in units of it numbers of few digits stay such numbers.

    Parameters
    ----------
    radius : float
        A number greater than 0.

    Returns
    -------
    float
        The power.

    Examples
    --------
    >>> power_of_root_2(3.9999), power_of_root_2(1.4142)
    (4.0, 1.4142135623730951)
    """
    return float(2.0 ** (round(2 * math.log2(radius)) / 2))


def expand(values: Values, at: float, rounding: float = 2.0**-53) -> Expansion:
    """Find the power series of a program from its values around a point.

    The program is evaluated on 129 circles, one to an octave, and again with more nodes on those that carry a power series.
    Each coefficient is the mean over the circles on which its error is least (:cite:t:`Bornemann2011`).

    Parameters
    ----------
    values : Values
        The program on complex numbers: it takes offsets, shape (N,), complex128, to values, shape (N, E).
    at : float
        The point.
    rounding : float
        The unit roundoff of the precision in which the program computes.

    Returns
    -------
    Expansion
        The series.

    Raises
    ------
    removable.errors.PoleError
        If there is a pole.
    removable.errors.NotRemovableError
        If no circle carries a power series, or if circles of different radii carry different ones.

    Examples
    --------
    Of sin(z)/z the coefficients are 1, 0, -1/6, 0, 1/120:

    >>> with np.errstate(all="ignore"):
    ...     found = expand(lambda z: (np.sin(z) / z)[:, None], 0.0)
    >>> np.round(found.coefficients[:5, 0] / found.unit ** np.arange(5), 12).tolist()
    [1.0, 0.0, -0.166666666667, 0.0, 0.008333333333]
    >>> found.first, found.error < 1e-15
    (0, True)

    A pole is not removable:

    >>> with np.errstate(all="ignore"):
    ...     expand(lambda z: (np.exp(z) / z)[:, None], 0.0)
    Traceback (most recent call last):
    removable.errors.PoleError: at 0.0 is a pole of order 1 with residue 1: nothing removes it
    """
    radii = 2.0 ** np.arange(-64, 65)
    coarse = scan(values, at, radii[radii >= 64 * rounding * abs(at)], _COARSE)
    noise = np.maximum(coarse.noise(), rounding / 4 * coarse.largest)
    levels = relative(coarse.noise(), coarse.largest, rounding / 4)
    moved = shaken(values, coarse)
    inside = region(levels, rounding, moved, poles=coarse.poles())
    _check_pole(coarse, noise, moved, inside, at, rounding)
    if not inside.any():
        raise NotRemovableError(
            f"the program is not finite on any circle around {at!r}"
            if not np.isfinite(coarse.largest).any()
            else f"no circle around {at!r} carries a power series: the program is not analytic there"
        )
    if not ends_sharply(levels, inside):
        raise NotRemovableError(
            f"near {at!r} the program is like a constant only, to rounding: it is not analytic there"
        )
    quiet = coarse.radii[inside]
    top = quiet.max()
    radii = np.unique(np.concatenate([top * 2.0 ** (np.arange(-24, 5) / 2), quiet[::4][quiet[::4] < top / 2**12]]))
    radii = radii[radii >= max(coarse.radii.min(), quiet.min() / 4)]
    fine = scan(values, at, np.array([with_short_logarithm(r) for r in radii]), _FINE)
    levels = relative(fine.noise(), fine.largest, rounding / 4)
    best = max(levels[radii <= top].min(), rounding / 2)
    clean = (levels <= 30 * best) & (levels <= WORST) & (radii <= 4 * top)
    if not clean.any():
        raise NotRemovableError(f"no circle around {at!r} carries a power series: the program is not analytic there")
    noise = np.maximum(fine.noise(), rounding / 2 * fine.largest)
    own = fine.coefficients[:, fine.half : fine.half + TERMS]
    clean, unit, series, errors = _agreeing(fine.radii, own, noise, clean, at)
    series = np.where(np.abs(series) <= 4 * errors, 0.0, series)
    series = _simplest(series, np.maximum(errors, 4 * rounding * np.abs(series)))
    usable = (
        (levels <= WORST) & (fine.radii >= fine.radii[clean].min() / 2**12) & (fine.radii <= fine.radii[clean].max())
    )
    usable &= fine.radii >= quiet.min()
    first, lead, j = first_coefficient(fine.radii, own, noise, fine.largest, clean, usable, at)
    with np.errstate(all="ignore"):
        least = np.min(np.where(clean[:, None], noise / fine.radii[:, None] ** first, np.inf), 0)
        error = float(np.nanmax(least / lead, initial=0.0))  # 0 of an element that is 0 everywhere
        on_circle = float(np.nanmax(noise[j] / (lead * fine.radii[j] ** first), initial=0.0))
    return Expansion(
        unit=unit,
        coefficients=series,
        errors=errors,
        first=first,
        error=error,
        circle=float(fine.radii[j]),
        on_circle=own[j],
        noise_on_circle=np.broadcast_to(noise[j], own[j].shape),
        error_on_circle=on_circle,
        level=float(levels[j]),
        size=fine.largest[j],
        innermost=float(fine.radii[clean].min()),
        radii=fine.radii,
        noise=noise,
        evaluations=2 * coarse.offsets.size + fine.offsets.size,
    )


def _simplest(numbers: np.ndarray, errors: np.ndarray, bits: int = 32) -> np.ndarray:
    """Replace numbers by those of few binary digits, where such are within their errors.

    Examples
    --------
    >>> _simplest(np.array([3.9999999999999996, 1 / 3]), np.array([1e-15, 1e-15])).tolist()
    [4.0, 0.3333333333333333]
    """
    with np.errstate(all="ignore"):
        unit = 2.0 ** (np.floor(np.log2(np.abs(numbers))) + 1 - bits)
        short = np.round(numbers / unit) * unit
    return np.where(np.abs(short - numbers) <= errors, short, numbers)


def _best_of_each(
    radii: np.ndarray, coefficients: np.ndarray, noise: np.ndarray, clean: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Take each coefficient from the circles on which its error is least; return the unit, coefficients, errors, and who differs.

    The error of a coefficient is the noise over the radius to its power: large circles know the high ones, small circles the
    low ones (:cite:t:`Bornemann2011`).
    """
    unit = power_of_root_2(radii[clean].max())
    k = np.arange(coefficients.shape[1])
    with np.errstate(all="ignore"):
        scale = (unit / radii[clean])[:, None] ** k
        error = noise[clean][:, None, :] * scale[..., None]
        scaled = np.where(np.isfinite(error), coefficients[clean] * scale[..., None], 0.0)
    error = np.where(np.isfinite(error) & np.isfinite(scaled), error, np.inf)
    least = error.min(0)
    weight = np.where(
        error <= 3 * least, np.minimum(np.maximum(least, 1e-300) / np.maximum(error, 1e-300), 1.0) ** 2, 0.0
    )
    mean = np.sum(weight * scaled, 0) / np.sum(weight, 0)
    with np.errstate(all="ignore"):
        apart = (
            np.abs(scaled - mean)[:, :_COMPARED]
            > 100 * (error + least)[:, :_COMPARED] + 1e-7 * np.abs(mean)[:_COMPARED]
        )
    return unit, mean, least, np.any(apart & np.isfinite(error[:, :_COMPARED]), axis=(1, 2))


def _agreeing(
    radii: np.ndarray, coefficients: np.ndarray, noise: np.ndarray, clean: np.ndarray, at: float
) -> tuple[np.ndarray, float, np.ndarray, np.ndarray]:
    """Keep the outer circles that carry one and the same power series; return which, and what :func:`_best_of_each` finds on them.

    A program may be patched: right at the point it is then another, smooth function, without noise in between.
    """
    clean = clean.copy()
    while clean.sum() >= _AGREE:
        *found, apart = _best_of_each(radii, coefficients, noise, clean)
        if not apart.any():
            return clean, *found
        clean[np.flatnonzero(clean)[: max(1, int(np.flatnonzero(apart).min()) + 1)]] = False
    raise NotRemovableError(
        f"circles of different radii around {at!r} carry different power series: the program is not analytic on complex "
        "numbers, as abs, conj and real are not"
    )


def _is_there(seen: Scan, p: int, where: np.ndarray, at: float, rounding: float) -> bool:
    """Tell whether a coefficient of index -p is more than noise, and the same number on two neighbouring circles."""
    noise = np.max(np.abs(seen.coefficients[:, max(0, seen.half - p - _NEGATIVE) : seen.half - p]), axis=1)
    noise = np.maximum(noise, rounding * seen.largest)
    term = seen.coefficients[:, seen.half - p]
    lead = term * seen.radii[:, None] ** p
    # A pole of order p - 1 at a point that has been rounded has such a coefficient, too.
    of_point = 8 * p * rounding * abs(at) / seen.radii[:, None] * np.abs(seen.coefficients[:, seen.half - p + 1])
    above = np.all(np.abs(term) > np.maximum(10 * noise, of_point), -1) & where
    same = np.all(np.abs(np.diff(lead, axis=0)) <= 1e-2 * np.abs(lead[1:]), -1)
    return bool(np.any(above[1:] & above[:-1] & same))


def _check_pole(
    seen: Scan, noise: np.ndarray, moved: np.ndarray, inside: np.ndarray, at: float, rounding: float
) -> None:
    """Raise if there is a pole: a coefficient of negative index above the noise, the same number on neighbouring circles."""
    radii, half = seen.radii, seen.half
    innermost = radii[inside].min() if inside.any() else 1.0
    noisy = radii[(moved > 1e-3) & (radii < innermost)]
    low = noisy.max() if noisy.size else 0.0
    top, natural, size = np.inf, 1.0, np.zeros(seen.largest.shape[1])
    if inside.any():
        top = radii[inside].max()
        j = first_coefficient(radii, seen.coefficients[:, half:], noise, seen.largest, inside, inside, at)[2]
        natural = min(radii[j], max(1.0, abs(at)))
        size = seen.largest[np.argmin(np.abs(np.log(radii / natural)))]
    with np.errstate(all="ignore"):
        for p in range(_HIGHEST_POLE, 0, -1):
            below = seen.noise(p)
            level = relative(below, seen.largest, rounding / 4)
            term = seen.coefficients[:, half - p]
            lead = term * radii[:, None] ** p
            above = np.all(np.abs(term) > 300 * np.maximum(below, rounding * seen.largest), -1) & (level < WORST)
            same = np.all(np.abs(np.diff(lead, axis=0)) <= 1e-3 * np.abs(lead[1:]), -1)
            run = np.flatnonzero(above[1:-1] & above[:-2] & above[2:] & same[:-1] & same[1:]) + 1
            run = run[(radii[run] > low) & (radii[run] < top)]
            if not run.size:
                continue
            j = int(run[0])
            if any(_is_there(seen, q, radii < radii[j], at, rounding) for q in range(p + 1, seen.half - 1)):
                leads = seen.coefficients[j, half - 6 : half][::-1, 0] * radii[j] ** np.arange(1, 7)
                ratio = leads[1:] / leads[:-1]  # of a pole beside the point they are all the same
                if np.ptp(ratio[:3]) <= 1e-2 * np.abs(ratio[0]):
                    raise NotRemovableError(
                        f"there is a pole beside {at!r}, about {ratio[0]:.3g} from it, and closer to the point rounding hides what "
                        "the program is: too many digits cancel; write it in a form that cancels less, or see removable.quotient"
                    )
                raise EssentialSingularityError(
                    f"at {at!r} is an essential singularity, or a pole of an order higher than {_HIGHEST_POLE}: nothing removes it"
                )
            # The point may have been rounded, as pi is, or constants of the program.
            of_point = 8 * rounding * abs(at) / radii[j] * np.abs(seen.coefficients[j, half - p + 1])
            if np.all(np.abs(term[j]) > of_point) and np.all(np.abs(lead[j]) / natural**p > 16 * rounding * size):
                raise pole(at, p, float(lead[j].ravel()[0]))


def pole(at: float, order: int, leading: float) -> PoleError:
    """Return the error for a pole of an order with a leading coefficient.

    Parameters
    ----------
    at : float
        The point.
    order : int
        The order.
    leading : float
        The coefficient of the highest negative power of x - at; the residue, if the order is 1.

    Returns
    -------
    removable.errors.PoleError
        With a sentence, the order and the coefficient.

    Examples
    --------
    >>> told = pole(0.0, 2, 3.0)
    >>> told.order, told.leading, str(told)
    (2, 3.0, 'at 0.0 is a pole of order 2 with leading coefficient 3: nothing removes it')
    """
    what = f"residue {leading:.6g}" if order == 1 else f"leading coefficient {leading:.6g}"
    return PoleError(f"at {at!r} is a pole of order {order} with {what}: nothing removes it", order, leading)
