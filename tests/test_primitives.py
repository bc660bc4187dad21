"""The primitives, in three frameworks, against exact arithmetic."""

from __future__ import annotations

from math import factorial

import flint
import numpy as np
from removable import frameworks, primitives, truth
from removable.truth import Series

NAMES = ("torch", "tensorflow", "jax")
MODES = ("reverse", "forward", "forward-over-reverse")


def series(first: int, *, step: int = 1, sign: int = 1):
    """The entire function of the coefficients sign^k/(step k + first)!: what is left out after 120 terms is below 1e-50 up to 10."""

    def program(x, xp):
        result = 0 * x
        for k in reversed(range(120)):
            result = result * x + flint.fmpq(sign**k, factorial(step * k + first))
        return result

    return program


def exactly(value: float) -> Series:
    return Series(flint.arb_series([flint.arb(float(value))]))


EXACT = {
    "sin_over_x": lambda x, xp: xp.sin(x) / x,
    "versine_over_x2": lambda x, xp: (1 - xp.cos(x)) / (x * x),
    "x_minus_sin_over_x3": lambda x, xp: (x - xp.sin(x)) / (x * x * x),
    "tanh_over_x": lambda x, xp: xp.tanh(x) / x,
    "expm1_over_x": lambda x, xp: xp.expm1(x) / x,
    "log1p_over_x": lambda x, xp: xp.log1p(x) / x,
    "x_over_expm1": lambda x, xp: x / xp.expm1(x),
    "phi_2": series(2),
    "phi_3": series(3),
    "stumpff 0": series(0, step=2, sign=-1),
    "stumpff 1": series(1, step=2, sign=-1),
    "stumpff 2": series(2, step=2, sign=-1),
    "stumpff 3": series(3, step=2, sign=-1),
}
"""What each is meant to be, to be run in exact arithmetic."""


def primitive(name: str):
    name, _, k = name.partition(" ")
    function = getattr(primitives, name)
    return (lambda x: function(int(k), x)) if k else function


def points(name: str, count: int, dtype: str = "float64") -> np.ndarray:
    """Distances on all scales down to 1e-300 (1e-37), evenly up to 10, and more where the series end, on both sides, and zero."""
    least = -300 if dtype == "float64" else -37
    rng = np.random.default_rng(20230506)  # the same points whichever tests are run
    scales = 10 ** rng.uniform(least, 1, count), 10 ** rng.uniform(-3, 1, count)
    away = np.concatenate([*scales, rng.uniform(0, 10, count), rng.uniform(0.25, 3.2, count)])
    x = np.concatenate([away, -away, [0.0]])
    if name == "log1p_over_x":
        x = np.where(x > -0.999, x, -x)  # as many as for the others: JAX compiles for each length
    if name.startswith("stumpff"):
        x = np.concatenate([x, rng.uniform(-100, 100, 4 * count)])
    return x.astype(dtype).astype(np.float64)


def relative(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Errors of derivatives, relative to their size or to 1: the largest of each row."""
    return np.max(np.abs(found - true) / np.maximum(1.0, np.abs(true)), axis=1)


def ulps(found: np.ndarray, true: np.ndarray, dtype: str) -> np.ndarray:
    return np.abs(found - true) / np.spacing(np.abs(true).astype(dtype)).astype(np.float64)
