"""Isolated singularities that are not removable, refused by their names.

A pole or an essential singularity is known by the coefficients of negative index.
"""

from __future__ import annotations

import numpy as np

from removable.errors import NotRemovableError, PoleError
from removable.remedy.circles import NEGATIVE, Scan
from removable.remedy.leading_term import leading_term
from removable.remedy.noise import WORST, relative
from removable.remedy.radius import fitting_circle

__all__ = ["EssentialSingularityError", "check_pole", "pole"]

_HIGHEST_POLE = 8
"""The highest order of a pole that is named; one of a higher order is taken for an essential
singularity."""


class EssentialSingularityError(NotRemovableError):
    """No number of terms of negative index is enough."""


def _is_there(scan: Scan, p: int, where: np.ndarray, at: float, rounding: float) -> bool:
    """Tell whether a coefficient of index -p is more than noise.

    It must also be the same number on two neighbouring circles.
    """
    noise = np.max(np.abs(scan.coefficients[:, max(0, scan.half - p - NEGATIVE) : scan.half - p]), axis=1)
    noise = np.maximum(noise, rounding * scan.largest)
    term = scan.coefficients[:, scan.half - p]
    lead = term * scan.radii[:, None] ** p
    # A pole of order p - 1 at a point that has been rounded has such a coefficient, too.
    of_point = 8 * p * rounding * abs(at) / scan.radii[:, None] * np.abs(scan.coefficients[:, scan.half - p + 1])
    above = np.all(np.abs(term) > np.maximum(10 * noise, of_point), -1) & where
    same = np.all(np.abs(np.diff(lead, axis=0)) <= 1e-2 * np.abs(lead[1:]), -1)
    return bool(np.any(above[1:] & above[:-1] & same))


def check_pole(
    scan: Scan, noise: np.ndarray, moved: np.ndarray, inside: np.ndarray, at: float, rounding: float
) -> None:
    """Raise if there is a pole.

    A pole has a coefficient of negative index above the noise, which is the same number on
    neighbouring circles.

    Parameters
    ----------
    scan : Scan
        The program on circles, one to an octave.
    noise : numpy.ndarray
        The noise on each circle, shape (J, E), float64.
    moved : numpy.ndarray
        The change of the values when the nodes move, as :func:`~removable.remedy.noise.shaken`
        gives it, shape (J,), float64.
    inside : numpy.ndarray
        The circles that carry a power series, shape (J,), bool.
    at : float
        The point.
    rounding : float
        The unit roundoff of the precision in which the program computes.

    Raises
    ------
    removable.errors.PoleError
        If there is a pole.
    EssentialSingularityError
        If coefficients of still lower index are more than noise.
    removable.errors.NotRemovableError
        If there is a pole beside the point.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.circles import scan
    >>> from removable.remedy.poles import check_pole
    >>> seen = scan(lambda z: (np.exp(z) / z**2)[:, None], 0.0, 2.0 ** np.arange(-20, 3), 32)
    >>> check_pole(seen, seen.noise(), np.zeros(23), np.zeros(23, bool), 0.0, 2.0**-53)
    Traceback (most recent call last):
    removable.errors.PoleError: at 0.0 is a pole of order 2 with leading coefficient 1:
        nothing removes it
    """
    radii, half = scan.radii, scan.half
    innermost = radii[inside].min() if inside.any() else 1.0
    noisy = radii[(moved > 1e-3) & (radii < innermost)]
    low = noisy.max() if noisy.size else 0.0
    top, natural, size = np.inf, 1.0, np.zeros(scan.largest.shape[1])
    if inside.any():
        top = radii[inside].max()
        leading = leading_term(radii, scan.coefficients[:, half:], noise, inside)
        j = fitting_circle(radii, scan.largest, leading, inside, inside, at)
        natural = min(radii[j], max(1.0, abs(at)))
        size = scan.largest[np.argmin(np.abs(np.log(radii / natural)))]
    with np.errstate(all="ignore"):
        for p in range(_HIGHEST_POLE, 0, -1):
            below = scan.noise(p)
            level = relative(below, scan.largest, rounding / 4)
            term = scan.coefficients[:, half - p]
            lead = term * radii[:, None] ** p
            above = np.all(np.abs(term) > 300 * np.maximum(below, rounding * scan.largest), -1) & (level < WORST)
            same = np.all(np.abs(np.diff(lead, axis=0)) <= 1e-3 * np.abs(lead[1:]), -1)
            run = np.flatnonzero(above[1:-1] & above[:-2] & above[2:] & same[:-1] & same[1:]) + 1
            run = run[(radii[run] > low) & (radii[run] < top)]
            if not run.size:
                continue
            j = int(run[0])
            if any(_is_there(scan, q, radii < radii[j], at, rounding) for q in range(p + 1, scan.half - 1)):
                leads = scan.coefficients[j, half - 6 : half][::-1, 0] * radii[j] ** np.arange(1, 7)
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
            of_point = 8 * rounding * abs(at) / radii[j] * np.abs(scan.coefficients[j, half - p + 1])
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
    >>> from removable.remedy.poles import pole
    >>> error = pole(0.0, 2, 3.0)
    >>> error.order, error.leading, str(error)
    (2, 3.0, 'at 0.0 is a pole of order 2 with leading coefficient 3: nothing removes it')
    """
    what = f"residue {leading:.6g}" if order == 1 else f"leading coefficient {leading:.6g}"
    return PoleError(f"at {at!r} is a pole of order {order} with {what}: nothing removes it", order, leading)
