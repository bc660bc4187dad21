"""The sweeps that several checks look at, each made once."""

from __future__ import annotations

import functools

import numpy as np

from removable import frameworks, functions, truth
from removable.functions import Program
from removable.sweep import Sweep, sweep

EPSILON_1, DELTA_1 = 1e-8, 1e-4
"""The constants of Figures 3, 4 and 7."""

EPSILON_2 = 1e-4
"""The constant of Figures 5 and 8."""

h1 = functools.partial(functions.h1, epsilon=EPSILON_1, delta=DELTA_1)
h2 = functools.partial(functions.h2, epsilon=EPSILON_2)


@functools.cache
def of_h() -> Sweep:
    """Value and slope of h (Figures 1, 2 and 6).

    Examples
    --------
    >>> of_h() is of_h()
    True
    """
    return sweep(functions.h, meant=functions.h_hat)


@functools.cache
def of_h1() -> Sweep:
    """Value and slope of h1 (Figures 3, 4 and 7).

    Examples
    --------
    >>> of_h1() is of_h1()
    True
    """
    return sweep(h1, meant=functions.h_hat, zone=functools.partial(functions.h1_zone, delta=DELTA_1))


@functools.cache
def of_h2() -> Sweep:
    """Value and slope of h2 (Figures 5 and 8).

    Examples
    --------
    >>> of_h2() is of_h2()
    True
    """
    return sweep(h2, meant=functions.h_hat, zone=functools.partial(functions.h2_zone, epsilon=EPSILON_2))


def exactly_h(x: float = 2.0) -> str:
    """Say what exact arithmetic finds for h at a point.

    Examples
    --------
    >>> exactly_h()
    "h(2) = 4, h'(2) = 1"
    """
    value, slope = truth.derivatives(functions.h, [x], base=0.0)[:, 0]
    return f"h({x:g}) = {value:g}, h'({x:g}) = {slope:g}"


def value_and_slope(name: str, program: Program, x: np.ndarray | list[float]) -> np.ndarray:
    """Value and slope of a program in one framework, shape ``(2, n)``.

    Examples
    --------
    >>> value_and_slope("torch", functions.h, [2 + 1e-9])
    array([[4.],
           [2.]])
    """
    return frameworks.get(name).derivatives(program, np.asarray(x, dtype=np.float64))
