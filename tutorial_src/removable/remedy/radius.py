"""The radius of the circle on which a program is evaluated, chosen by its values.

On the real line it is the outer radius of the nodes. How far from the point the polynomial is used
is another length: see :mod:`removable.remedy.reach`. Where the point is another one for each
element, :mod:`removable.remedy.radius_of_each` chooses.
"""

from __future__ import annotations

import numpy as np

from removable.remedy.leading_term import Leading
from removable.remedy.rounded_radii import power_of_root_2

__all__ = ["factor_to_small_coefficients", "fitting_circle", "inner_circle"]


def fitting_circle(
    radii: np.ndarray, largest: np.ndarray, leading: Leading, inside: np.ndarray, usable: np.ndarray, at: float
) -> int:
    """Choose the largest usable circle on which no value exceeds the leading term eightfold.

    Rounding errors are relative to the largest value, so that there they are small beside the
    leading term.

    Parameters
    ----------
    radii : numpy.ndarray
        The radii, shape (J,), float64.
    largest : numpy.ndarray
        The largest size of a value on each circle, shape (J, E), float64.
    leading : Leading
        The leading term.
    inside, usable : numpy.ndarray
        The circles that carry a power series, and those among which one is chosen, shape (J,),
        bool.
    at : float
        The point.

    Returns
    -------
    int
        The place of the circle among the radii. If all coefficients are noise it is the last one
        inside, if no circle fits it is the first one inside.

    Examples
    --------
    1 - cos(z) is at most eight times z^2/2 up to a radius of 4:

    >>> import numpy as np
    >>> from removable.remedy.leading_term import Leading
    >>> from removable.remedy.radius import fitting_circle
    >>> radii = 2.0 ** np.arange(-3, 3)
    >>> every, largest = np.full(6, True), (np.cosh(radii) - 1)[:, None]
    >>> leading = Leading(2, np.array([0.5]), certain=True)
    >>> float(radii[fitting_circle(radii, largest, leading, every, every, 0.0)])
    4.0
    """
    if not leading.certain:
        return int(np.flatnonzero(inside)[-1])
    with np.errstate(all="ignore"):
        term = leading.size * radii[:, None] ** leading.index
        fit = np.flatnonzero(usable & np.all(largest <= 8 * term, -1))
        # A power of x has no size of its own.
        if leading.index and fit.size and np.all(largest[fit[-1]] <= 1.01 * term[fit[-1]]):
            fit = fit[radii[fit] <= 4 * max(1.0, abs(at))]
    return int(fit.max()) if fit.size else int(np.flatnonzero(inside)[0])


def factor_to_small_coefficients(unit: float, circle: float) -> float:
    """Return the factor from the unit of a power series to one in which no coefficient is large.

    Parameters
    ----------
    unit : float
        The radius in units of which the coefficients are given.
    circle : float
        The radius of the fitting circle.

    Returns
    -------
    float
        The factor, at most 1.

    Examples
    --------
    >>> from removable.remedy.radius import factor_to_small_coefficients
    >>> factor_to_small_coefficients(8.0, 1.9999), factor_to_small_coefficients(1.0, 2.0)
    (0.25, 1.0)
    """
    return min(1.0, power_of_root_2(circle) / unit)


def inner_circle(radii: np.ndarray, noise: np.ndarray, circle: float) -> tuple[float, float]:
    """Choose a second circle, half as large: it knows the low coefficients better.

    Parameters
    ----------
    radii : numpy.ndarray
        The radii, shape (J,), float64.
    noise : numpy.ndarray
        The noise on each circle, shape (J, E), float64.
    circle : float
        The radius of the first circle.

    Returns
    -------
    inner : float
        Its radius; 0 if there is none.
    inner_noise : float
        The noise there, over that on the first circle; 1 if there is none.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.radius import inner_circle
    >>> inner_circle(np.array([1.0, 2.0, 4.0]), np.array([[1e-16], [2e-16], [8e-16]]), 4.0)
    (2.0, 0.25)
    >>> inner_circle(np.array([1.0, 2.0]), np.array([[1e-16], [2e-16]]), 1.0)
    (0.0, 1.0)
    """
    smaller = np.flatnonzero(np.isclose(radii, circle / 2, rtol=1e-4))
    if smaller.size:
        outer = np.argmin(np.abs(radii - circle))
        with np.errstate(all="ignore"):
            inner_noise = float(np.nanmax(noise[smaller[0]] / noise[outer], initial=0.0))
        if 0 < inner_noise < np.inf:
            return float(radii[smaller[0]]), inner_noise
    return 0.0, 1.0
