"""The sweeps that several checks look at, each made once."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import ArrayLike

from removable import frameworks, functions, truth
from removable.claims.evidence import Exact, exactly
from removable.functions import Array, Namespace, Program
from removable.sweeps.sweep import Sweep, sweep

EPSILON_1, DELTA_1 = 1e-8, 1e-4
"""The constants of Figures 3, 4 and 7."""

EPSILON_2 = 1e-4
"""The constant of Figures 5 and 8."""


def h1(x: Array, xp: Namespace) -> Array:
    """The function of equation (1) with the constants of Figure 3.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.claims.runs import h1
    >>> h1(np.array([2.0, 3.0]), np)
    array([0., 5.])
    """
    return functions.h1(x, xp, epsilon=EPSILON_1, delta=DELTA_1)


def h2(x: Array, xp: Namespace) -> Array:
    """The function of equation (3) with the constant of Figure 5.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.claims.runs import h2
    >>> h2(np.array([2.0, 3.0]), np)
    array([0., 5.])
    """
    return functions.h2(x, xp, epsilon=EPSILON_2)


TOLERANCE = 1e-3
"""A slope that is off by more is called wrong on this site.

It is the default of :func:`removable.sweeps.widths.edges`.
"""

ULP = 2.0**-52
"""The largest relative distance of two neighbouring numbers, twice the unit roundoff."""

ULPS_OF_A_SUM = 4
"""Two ways to evaluate a sum of two terms may differ by this many ulp of the larger term.

Each term takes at most three rounded operations, of half an ulp each, and the sum one more.
"""

JUST_INSIDE = 1 - 2.0**-20
"""The share of the width of a zone at which a point is just inside of it.

A slope that is smooth there has changed by a millionth of itself, and 100,000 numbers lie between
the point and an edge at 1e-4.
"""

JUST_OUTSIDE = 1 + 2.0**-20
"""The same on the other side of an edge."""


@functools.cache
def of_h() -> Sweep:
    """Value and slope of h (Figures 1, 2 and 6).

    Examples
    --------
    >>> from removable.claims.runs import of_h
    >>> of_h() is of_h()
    True
    """
    return sweep(functions.h, meant=functions.h_hat)


@functools.cache
def of_h1() -> Sweep:
    """Value and slope of h1 (Figures 3, 4 and 7).

    Examples
    --------
    >>> from removable.claims.runs import of_h1
    >>> of_h1() is of_h1()
    True
    """
    return sweep(h1, meant=functions.h_hat, zone=functools.partial(functions.h1_zone, delta=DELTA_1))


@functools.cache
def of_h2() -> Sweep:
    """Value and slope of h2 (Figures 5 and 8).

    Examples
    --------
    >>> from removable.claims.runs import of_h2
    >>> of_h2() is of_h2()
    True
    """
    return sweep(h2, meant=functions.h_hat, zone=functools.partial(functions.h2_zone, epsilon=EPSILON_2))


def exactly_h(x: float = 2.0) -> Exact:
    """Say what exact arithmetic finds for h at a point.

    Examples
    --------
    >>> from removable.claims.runs import exactly_h
    >>> exactly_h().text
    "h(2) = 4, h'(2) = 1"
    """
    value, slope = truth.derivatives(functions.h, [x], base=0.0)[:, 0]
    return exactly("h({0:g}) = {1:g}, h'({0:g}) = {2:g}", x, value, slope)


def value_and_slope(name: str, program: Program, x: ArrayLike) -> np.ndarray:
    """Value and slope of a program in one framework, shape ``(2, n)``.

    Examples
    --------
    >>> from removable import functions
    >>> from removable.claims.runs import value_and_slope
    >>> value_and_slope("torch", functions.h, [2 + 1e-9])
    array([[4.],
           [2.]])
    """
    return frameworks.get(name).derivatives(program, np.asarray(x, dtype=np.float64))
