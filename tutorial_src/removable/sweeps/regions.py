r"""The coloured regions of Figures 1 to 8, decided by arithmetic.

For a sample :math:`x = \mathrm{fl}(2 + \gamma)`, where fl is rounding to the precision in use:

=======  ===========================================================================================
red      :math:`\mathrm{fl}(2 + \gamma) = 2` although :math:`\gamma \ne 0`: the offset itself is
         absorbed
black    outside the zone in which h1 or h2 perturbs the denominator, so that h1 or h2 is h bit for
         bit
yellow   :math:`\mathrm{fl}(x^2) - 4 = 4 (x - 2)`: the numerator holds no trace of :math:`\gamma^2`
green    the rest, and :math:`\gamma = 0`, as the caption of Figure 3 has it
=======  ===========================================================================================

No threshold in :math:`\gamma` appears anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike

from removable.arguments import checked_dtype
from removable.functions import Array, Namespace
from removable.grid import checked_grid

Zone = Callable[[Array, Namespace], Array]
"""Tells where a program perturbs its denominator. It is called as ``zone(x, xp)`` and is true
inside."""


class Region(IntEnum):
    """The four colours of the paper's captions."""

    GREEN = 0
    YELLOW = 1
    RED = 2
    BLACK = 3


def classify(gamma: ArrayLike, *, zone: Zone | None = None, dtype: str = "float64") -> np.ndarray:
    r"""Colour every sample as the captions of Figures 1 to 8 do.

    Parameters
    ----------
    gamma : array_like
        Offsets :math:`\gamma`, shape ``(n,)``.
    zone : callable, optional
        Where the denominator is perturbed, for instance
        ``functools.partial(functions.h1_zone, delta=1e-4)``. Without it nothing is black.
    dtype : {"float64", "float32"}
        The precision in use.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``, int8: values of :class:`Region`.

    Raises
    ------
    removable.errors.InputError
        If an argument has a value that cannot be used.

    Examples
    --------
    >>> from removable.sweeps.regions import Region, classify
    >>> [Region(r).name for r in classify([1e-17, 0.0, 1e-9, 1e-3])]
    ['RED', 'GREEN', 'YELLOW', 'GREEN']
    """
    return colours(checked_grid(gamma).astype(checked_dtype(dtype)), zone)


def colours(gamma: np.ndarray, zone: Zone | None) -> np.ndarray:
    r"""Do the work of :func:`classify`, for callers that have checked the arguments themselves.

    Parameters
    ----------
    gamma : numpy.ndarray
        Finite offsets :math:`\gamma`, shape ``(n,)``, of the precision in use.
    zone : callable or None
        Where the denominator is perturbed.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``, int8: values of :class:`Region`.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.sweeps.regions import Region, colours
    >>> [Region(r).name for r in colours(np.array([1e-8, 1e-6], dtype="float32"), None)]
    ['RED', 'YELLOW']
    """
    two = gamma.dtype.type(2)
    x = two + gamma
    region = np.full(gamma.shape, Region.GREEN, dtype=np.int8)
    region[x * x - 4 == 4 * (x - two)] = Region.YELLOW
    region[x == two] = Region.RED
    region[gamma == 0] = Region.GREEN
    if zone is not None:
        region[~np.asarray(zone(x, np))] = Region.BLACK
    return region
