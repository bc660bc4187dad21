"""The power series of a program that takes complex numbers.

Each coefficient comes from the circles that determine it best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from removable.errors import NotRemovableError
from removable.remedy.analytic_region import ends_sharply, region
from removable.remedy.circles import TERMS, Values, scan
from removable.remedy.leading_term import leading_term
from removable.remedy.noise import WORST, relative, shaken
from removable.remedy.poles import check_pole
from removable.remedy.radius import fitting_circle
from removable.remedy.rounded_radii import power_of_root_2, with_short_logarithm

__all__ = ["Expansion", "expand"]

_COARSE, _FINE = 32, 128
"""Nodes on a whole circle in the two scans."""

_COMPARED = 4
"""Coefficients by which circles are compared."""

_AGREE = 4
"""Circles that have to agree."""


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


def expand(values: Values, at: float, rounding: float = 2.0**-53) -> Expansion:
    """Find the power series of a program from its values around a point.

    The program is evaluated on 129 circles, one to an octave, and again with more nodes on those
    that carry a power series. Each coefficient is the mean over the circles on which its error is
    least (:cite:t:`Bornemann2011`).

    Parameters
    ----------
    values : Values
        The program on complex numbers: it takes offsets, shape (N,), complex128, to values, shape
        (N, E).
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

    >>> import numpy as np
    >>> from removable.remedy.expansion import expand
    >>> with np.errstate(all="ignore"):
    ...     series = expand(lambda z: (np.sin(z) / z)[:, None], 0.0)
    >>> np.round(series.coefficients[:5, 0] / series.unit ** np.arange(5), 12).tolist()
    [1.0, 0.0, -0.166666666667, 0.0, 0.008333333333]
    >>> series.first, series.error < 1e-15
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
    check_pole(coarse, noise, moved, inside, at, rounding)
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
    leading = leading_term(fine.radii, own, noise, clean)
    j = fitting_circle(fine.radii, fine.largest, leading, clean, usable, at)
    with np.errstate(all="ignore"):
        least = np.min(np.where(clean[:, None], noise / fine.radii[:, None] ** leading.index, np.inf), 0)
        error = float(np.nanmax(least / leading.size, initial=0.0))  # 0 of an element that is 0 everywhere
        on_circle = float(np.nanmax(noise[j] / (leading.size * fine.radii[j] ** leading.index), initial=0.0))
    return Expansion(
        unit=unit,
        coefficients=series,
        errors=errors,
        first=leading.index,
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
    """Take each coefficient from the circles on which its error is least.

    Return the unit, the coefficients, their errors, and which circles differ.

    The error of a coefficient is the noise over the radius to its power: large circles know the
    high ones, small circles the low ones (:cite:t:`Bornemann2011`).
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
    """Keep the outer circles that carry one and the same power series.

    Return which circles they are, and what :func:`_best_of_each` finds on them.

    A program may be patched: right at the point it is then another, smooth function, without noise
    in between.
    """
    clean = clean.copy()
    while clean.sum() >= _AGREE:
        unit, mean, error, apart = _best_of_each(radii, coefficients, noise, clean)
        if not apart.any():
            return clean, unit, mean, error
        clean[np.flatnonzero(clean)[: max(1, int(np.flatnonzero(apart).min()) + 1)]] = False
    raise NotRemovableError(
        f"circles of different radii around {at!r} carry different power series: the program is not analytic on complex "
        "numbers, as abs, conj and real are not"
    )
