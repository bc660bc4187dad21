r"""The grid of offsets :math:`\gamma` on which every function of the paper is sampled."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from removable.arguments import checked_row, checked_whole
from removable.errors import InputError

SMALLEST = 1e-20
"""The smallest positive offset, as the caption of Figure 3 gives it."""

LARGEST = 1.0
"""The largest offset."""

SAMPLES_PER_SIDE = 20_000
"""Samples on each side of zero, a thousand in every decade."""


def gamma_grid(
    samples_per_side: int = SAMPLES_PER_SIDE, *, smallest: float = SMALLEST, largest: float = LARGEST
) -> np.ndarray:
    r"""Offsets :math:`\gamma`: zero, and the same logarithmic spacing on either side of it.

    Parameters
    ----------
    samples_per_side : int
        Number of positive offsets, at least 2; there are as many negative ones.
    smallest, largest : float
        The range of :math:`|\gamma|`, with ``0 < smallest < largest``.

    Returns
    -------
    numpy.ndarray
        Shape ``(2 * samples_per_side + 1,)``, float64, ascending, odd in its middle: ``grid ==
        -grid[::-1]``.

    Raises
    ------
    removable.errors.InputError
        If the range is empty or not finite, or if there are fewer than two samples on a side.

    Examples
    --------
    >>> from removable import gamma_grid
    >>> gamma_grid(3, smallest=0.01)
    array([-1.  , -0.1 , -0.01,  0.  ,  0.01,  0.1 ,  1.  ])
    >>> gamma_grid().size
    40001
    """
    samples_per_side = checked_whole("samples_per_side", samples_per_side, least=2)
    if not 0.0 < smallest < largest < np.inf:
        raise InputError(
            f"smallest is {smallest!r} and largest is {largest!r}; give finite numbers with 0 < smallest < largest."
        )
    positive = np.geomspace(smallest, largest, samples_per_side)
    return np.concatenate([-positive[::-1], [0.0], positive])


def checked_grid(gamma: ArrayLike) -> np.ndarray:
    r"""Return ``gamma`` as a float64 array, or say what is wrong with it.

    Parameters
    ----------
    gamma : array_like
        Offsets :math:`\gamma`: one-dimensional, not empty, real and finite.

    Returns
    -------
    numpy.ndarray
        The same offsets, shape ``(n,)``, float64.

    Raises
    ------
    removable.errors.InputError
        If ``gamma`` is empty, has more than one dimension, is not made of real numbers, or is not
        finite throughout.

    Examples
    --------
    >>> from removable.grid import checked_grid
    >>> checked_grid([1e-9, 0.0])
    array([1.e-09, 0.e+00])
    >>> checked_grid([])
    Traceback (most recent call last):
        ...
    removable.errors.InputError: gamma is empty; give at least one number.
    """
    array = checked_row("gamma", gamma).astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise InputError(f"gamma[{bad[0]}] is {array[bad[0]]}; give finite numbers only.")
    return array
