"""Noise on circles around a point."""

from __future__ import annotations

import numpy as np

from removable.remedy.circles import Scan, Values

__all__ = ["SHAKE", "WORST", "relative", "shaken"]

WORST = 1e-6
"""Noise, relative to the largest value on a circle, above which the circle tells nothing."""

SHAKE = 2.0**-40
"""The part of their distance from the point by which nodes move, to see whether values are noise.
"""


def relative(noise: np.ndarray, largest: np.ndarray, least: float) -> np.ndarray:
    """Return the noise on each circle relative to the largest value there.

    It is the worst of all elements.

    Parameters
    ----------
    noise, largest : numpy.ndarray
        The noise and the largest size of a value on each circle, shape (J, E), float64.
    least : float
        The least that rounding leaves, relative to the largest value; nothing smaller is returned
        where a value is finite.

    Returns
    -------
    numpy.ndarray
        Shape (J,), float64. It is infinite where a value is not finite, and where an element is 0
        on some circles alone: there all has cancelled. An element that is 0 on all of them has no
        noise.

    Examples
    --------
    (1 - cos x)/x^2 for real x is 0 at 1e-9, where 1 - cos(x) is:

    >>> import numpy as np
    >>> from removable.remedy.noise import relative
    >>> x = np.array([[1e-9], [1.0]])
    >>> relative(np.array([[0.0], [1e-15]]), (1 - np.cos(x)) / x**2, 2.0**-52).round(17).tolist()
    [inf, 2.18e-15]
    """
    with np.errstate(all="ignore"):
        level = np.where(largest > 0, noise / largest, np.inf)
    # zero everywhere; zero on some circles alone is cancellation
    level[:, np.all(largest == 0, axis=0)] = 0.0
    return np.max(np.where(np.isfinite(level), np.maximum(level, least), np.inf), axis=-1)


def shaken(values: Values, scan: Scan, by: float = SHAKE) -> np.ndarray:
    """Return the relative change of values when the nodes move a little.

    The nodes move by a tiny part of their distance. The change is relative to the largest value.
    Rounding noise changes wholly, unless it is the same number over a longer way than the nodes
    move.

    Parameters
    ----------
    values : Values
        The program.
    scan : Scan
        Its values at nodes that have not been moved.
    by : float
        The part of their distance from the point by which the nodes move.

    Returns
    -------
    numpy.ndarray
        Shape (J,), float64; 0 where a value is not finite.

    Examples
    --------
    When z changes by a part of 2^-40, z^3 changes by three times that, and noise of a tenth by
    about a tenth:

    >>> import numpy as np
    >>> from removable.remedy.circles import scan
    >>> from removable.remedy.noise import shaken
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
        moved = values((scan.offsets * (1 + by)).ravel()).reshape(scan.values.shape)
        change = np.max(np.abs(moved - scan.values), axis=(1, 2)) / np.max(scan.largest, -1)
    return np.nan_to_num(change, nan=0.0, posinf=0.0)
