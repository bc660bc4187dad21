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


def closed(above, below, name: str, reach: float = 100):
    """The series up to a reach, and beyond it closed forms for positive and negative arguments."""

    def program(x, xp):
        if abs(x) <= reach:
            return EXACT[name](x, xp)
        return above(x, xp) if x > 0 else below(x, xp)

    return program


def cosh(x, xp):
    return (xp.exp(x) + 1 / xp.exp(x)) / 2


def sinh(x, xp):
    return (xp.exp(x) - 1 / xp.exp(x)) / 2


def of_root(f, g, name: str):
    return closed(lambda s, xp: f(xp.sqrt(s), xp), lambda s, xp: g(xp.sqrt(-s), xp), name)


ANYWHERE = EXACT | {
    "phi_2": closed(*[lambda x, xp: (xp.exp(x) - 1 - x) / (x * x)] * 2, "phi_2", 20),
    "phi_3": closed(*[lambda x, xp: (xp.exp(x) - 1 - x - x * x / 2) / (x * x * x)] * 2, "phi_3", 20),
    "stumpff 0": of_root(lambda r, xp: xp.cos(r), cosh, "stumpff 0"),
    "stumpff 1": of_root(lambda r, xp: xp.sin(r) / r, lambda q, xp: sinh(q, xp) / q, "stumpff 1"),
    "stumpff 2": of_root(
        lambda r, xp: (1 - xp.cos(r)) / (r * r), lambda q, xp: (cosh(q, xp) - 1) / (q * q), "stumpff 2"
    ),
    "stumpff 3": of_root(
        lambda r, xp: (r - xp.sin(r)) / (r * r * r), lambda q, xp: (sinh(q, xp) - q) / (q * q * q), "stumpff 3"
    ),
}

ZERO, INFINITE, SMALL = (0.0,) * 4, (np.inf,) * 4, 1e4
FAR = {
    "sin_over_x": (None, None, ZERO, ZERO),
    "versine_over_x2": (None, None, ZERO, ZERO),
    "x_minus_sin_over_x3": (None, None, ZERO, ZERO),
    "tanh_over_x": (lambda x, xp: 1 / x, lambda x, xp: -1 / x, ZERO, ZERO),
    "expm1_over_x": (INFINITE, lambda x, xp: -1 / x, INFINITE, ZERO),
    "log1p_over_x": (None, (np.nan,) * 4, ZERO, (np.nan,) * 4),
    "x_over_expm1": (ZERO, lambda x, xp: -x, ZERO, (np.inf, -1.0, 0.0, 0.0)),
    "phi_2": (INFINITE, lambda x, xp: -1 / x - 1 / (x * x), INFINITE, ZERO),
    "phi_3": (INFINITE, lambda x, xp: -1 / x * (1 + 1 / x * (2 + 2 / x)) / 2, INFINITE, ZERO),
    "stumpff 0": ("the root of s has lost the phase", (np.inf, -np.inf, np.inf, -np.inf), None, (np.inf, -np.inf, np.inf, -np.inf)),
    "stumpff 1": (None, (np.inf, -np.inf, np.inf, -np.inf), ZERO, (np.inf, -np.inf, np.inf, -np.inf)),
    "stumpff 2": (None, (np.inf, -np.inf, np.inf, -np.inf), ZERO, (np.inf, -np.inf, np.inf, -np.inf)),
    "stumpff 3": (None, (np.inf, -np.inf, np.inf, -np.inf), ZERO, (np.inf, -np.inf, np.inf, -np.inf)),
}
"""Beyond 1e8 above and below, a program of what is left, or the limits of the value and three derivatives; then at both infinities."""

TINY = [0.0, 5e-324, 1e-310, 1e-300, 1e-160, 1e-40, 1e-20]
USUAL = [11.0, 100.0, 300.0, 700.0, 745.0, 800.0, 1e4]
HUGE = [1e8, 1e37, 1e154, 1e200, 1e308]


def special(name: str, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Points at which something could go wrong, and the truth there, rows of value and three derivatives."""
    above, below, *at_infinity = FAR[name]
    columns, kept = [], []
    for sign, far, limit in ((1.0, above, at_infinity[0]), (-1.0, below, at_infinity[1])):
        for size in [*TINY, *USUAL, *HUGE, np.inf]:
            x = float(np.dtype(dtype).type(sign * size))
            if name == "log1p_over_x" and -np.inf < x <= -1:
                column = (np.nan,) * 4
            elif np.isinf(x):
                column = limit
            elif abs(x) > 1e5 and isinstance(far, str):
                column = None
            elif abs(x) > 1e5 and isinstance(far, tuple):
                column = far
            else:
                program = far if abs(x) > 1e5 and far else ANYWHERE[name]
                column = truth.derivatives(program, [x], base=0.0, order=3)[:, 0]
            if column is not None:
                kept.append(x)
                columns.append(column)
    if name == "log1p_over_x":
        kept.append(-1.0)
        columns.append((np.inf, -np.inf, np.inf, -np.inf))
    return np.array([*kept, np.nan]), np.array([*columns, (np.nan,) * 4]).T


def wrong(found: np.ndarray, true: np.ndarray, dtype: str) -> np.ndarray:
    """True where a value is neither right nor as infinite or NaN as the truth."""
    with np.errstate(all="ignore"):
        true = true.astype(dtype).astype(float)
        close = np.abs(found - true) <= 1e4 * np.finfo(dtype).eps * np.maximum(np.abs(true), 1.0)
    return ~(close | (found == true) | (np.isnan(found) & np.isnan(true)))


DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (1.0, -2.0))


def exact_boxcox(x, lam, xp):
    log_x = xp.log(x)
    return log_x * (xp.expm1(lam * log_x) / (lam * log_x))


def exact_exp_difference(x, y, xp):
    return xp.exp(y) * (xp.expm1(x - y) / (x - y))


def exact_log_difference(x, y, xp):
    t = (x - y) / y
    return (xp.log1p(t) / t) / y


def along(program, x: np.ndarray, y: np.ndarray, direction: tuple[float, float], order: int = 3) -> np.ndarray:
    """Derivatives along a line through each pair: of one variable alone, and mixed ones."""
    a, b = direction
    columns = []
    for p, q in zip(x.tolist(), y.tolist(), strict=True):

        def line(t, xp, p=p, q=q):
            return program(exactly(p) + a * t, exactly(q) + b * t, xp)

        columns.append(truth.derivatives(line, [0.0], base=0.0, order=order)[:, 0])
    return np.array(columns).T


def found_along(
    function, x: np.ndarray, y: np.ndarray, direction: tuple[float, float], name: str, dtype: str, mode: str, order: int = 3
) -> np.ndarray:
    adapter = frameworks.get(name)
    a, b = direction

    def program(t, xp):
        p, q = (adapter.constant(values.astype(dtype), t) for values in (x, y))
        return function(p + a * t, q + b * t)

    return adapter.derivatives(program, np.zeros_like(x), order=order, dtype=dtype, mode=mode).astype(np.float64)


def pairs(name: str, dtype: str, count: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """Arguments up to 10: equal, at all distances, and where another rule begins."""
    rng = np.random.default_rng(20230506)
    if name == "boxcox":
        x = np.concatenate([10 ** rng.uniform(-3, 1, 3 * count), 1 + 10 ** rng.uniform(-15, -1, count), np.ones(20)])
        y = np.concatenate([
            rng.uniform(-10, 10, count), 10 ** rng.uniform(-300, 0, count), np.zeros(20),
            rng.uniform(0.8, 1.3, count - 20) / np.log(x[2 * count : 3 * count - 20]),
            rng.uniform(-10, 10, count + 20),
        ])
        y = np.clip(y, -20, 20)
    else:
        y = rng.uniform(-10, 10, 4 * count)
        x = np.concatenate([
            y[:count], y[count : 2 * count] + rng.choice([-1, 1], count) * 10 ** rng.uniform(-16, 0, count),
            rng.uniform(-10, 10, 2 * count),
        ])
        if name == "log_divided_difference":
            x, y = np.abs(x) + 1e-2, np.abs(y) + 1e-2
    return x.astype(dtype).astype(float), y.astype(dtype).astype(float)


OF_TWO = {
    "boxcox": exact_boxcox,
    "exp_divided_difference": exact_exp_difference,
    "log_divided_difference": exact_log_difference,
}
