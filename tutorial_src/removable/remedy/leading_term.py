"""The first term of a power series that is more than noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Leading", "leading_term"]


@dataclass(frozen=True)
class Leading:
    """The first term of a power series that is more than noise.

    Attributes
    ----------
    index : int
        Its power; 0 if all coefficients are noise.
    size : numpy.ndarray
        The size of its coefficient in powers of x - at, shape (E,), float64; 1 if all are noise.
    certain : bool
        Whether there is one: False if all coefficients are noise.
    """

    index: int
    size: np.ndarray
    certain: bool


def leading_term(radii: np.ndarray, coefficients: np.ndarray, noise: np.ndarray, inside: np.ndarray) -> Leading:
    """Find the first term of a power series that is more than noise.

    Parameters
    ----------
    radii : numpy.ndarray
        The radii, shape (J,), float64.
    coefficients : numpy.ndarray
        The coefficients of index 0 and above, in units of the radius, shape (J, K, E), float64.
    noise : numpy.ndarray
        The noise on each circle, shape (J, E), float64.
    inside : numpy.ndarray
        The circles by which it is decided, shape (J,), bool.

    Returns
    -------
    Leading
        The term.

    Examples
    --------
    Of 1 - cos(z) it is the coefficient of z^2, 1/2:

    >>> import numpy as np
    >>> from removable.remedy.circles import EPS, scan
    >>> from removable.remedy.leading_term import leading_term
    >>> seen = scan(lambda z: (1 - np.cos(z))[:, None], 0.0, 2.0 ** np.arange(-3, 3), 32)
    >>> noise = np.maximum(seen.noise(), EPS)
    >>> series, every = seen.coefficients[:, seen.half :], np.full(6, True)
    >>> leading = leading_term(seen.radii, series, noise, every)
    >>> leading.index, leading.size.round(12).tolist(), leading.certain
    (2, [0.5], True)
    """
    with np.errstate(all="ignore"):
        for v in range(coefficients.shape[1] // 2):
            error = np.where(inside, np.max(noise, -1) / radii**v, np.inf)
            j = int(np.argmin(error))
            size = np.abs(coefficients[j, v]) / radii[j] ** v
            if np.any(size > 100 * error[j]):
                return Leading(v, size, certain=True)
    return Leading(0, np.ones(coefficients.shape[2]), certain=False)
