"""Public reports of programs that fail at one point, as data.

Each has what people typed, the line that cures it, and the truth.

A formula here is text, as on the page: ``sin(x)**2 / x**2``. :func:`function` makes a function of
it in a framework, where the elementary functions have common names, and :func:`truth` evaluates it
by mpmath with 400 digits, on both sides of every point that is asked for. So nothing is evaluated
at a singular point, and what cancels there leaves more than 50 digits.

The vector of a report is :data:`DIRECTION` times the variable, ``v``, with the components ``v1``,
``v2``, ``v3``. The derivatives by the variable are then those along that direction.
"""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np
from removable import even, primitives, quotient, repair

__all__ = [
    "ALL",
    "COUNTS",
    "KINDS",
    "REPORTS",
    "WAYS",
    "Line",
    "Refused",
    "Report",
    "function",
    "get",
    "points",
    "truth",
]

Array = Any

ALL = ("torch", "tensorflow", "jax")
"""The frameworks."""

KINDS = {
    "A": "one variable, a fixed point",
    "C": "a difference of poles, or 0 times infinity",
    "D": "the point is another variable",
    "E": "a smooth function of a length",
    "acos": "an angle from its cosine",
    "F": "a difference of log-gammas",
    "0 log 0": "zero times the logarithm of zero",
    "G": "a function of a matrix",
    "H": "a branch that where hides",
}
"""What makes a program fail, by a short name."""

COUNTS = {
    "A": 36,
    "C": 4,
    "D": 2,
    "E": 71,
    "acos": 16,
    "G": 12,
    "H": 27,
    "0 log 0": 29,
    "rules, ties and tails": 55,
}
"""How many of 252 public reports are of each kind; found by searching, and so rough. F was not
counted by itself."""

WAYS = {
    "repair": "the program itself, continued from outside",
    "moving point": "the same, at a point that moves with a parameter",
    "even": "the function of the length, as one of its square",
    "quotient": "numerator and denominator",
    "ready-made": "a primitive by its name",
    "rewriting": "another formula, found by algebra",
    "double where": "the argument is replaced where the branch is not taken",
    "matrix function": "an exponential of a larger matrix",
    "closed form": "the derivatives that there are, written out",
}
"""What a cure consists of; all but the last four take the formula as it was."""

DIRECTION = (0.6, -0.3, 0.74)
"""The direction of the vectors; not of length 1, so that a forgotten length shows."""


@dataclass(frozen=True)
class Line:
    """A line that cures.

    Attributes
    ----------
    way : str
        One of :data:`WAYS`.
    text : str
        What is written.
    bounds : tuple of float
        How far value and two derivatives may be off, relative to their largest size near the point
        or to 1.
    frameworks : tuple of str
        Where it can be written and is right.
    of : int
        The line gives this derivative of the function; its own value and slope are compared.
    """

    way: str
    text: str
    bounds: tuple[float, float, float] = (1e-13, 1e-13, 1e-13)
    frameworks: tuple[str, ...] = ALL
    of: int = 0


@dataclass(frozen=True)
class Refused:
    """A line that must be refused, and the error that refuses it.

    The error is given by its class and the whole sentence, or its beginning and three dots.
    """

    text: str
    error: str
    sentence: str
    frameworks: tuple[str, ...] = ALL


@dataclass(frozen=True, eq=False)
class Report:
    """A program that somebody reported.

    Attributes
    ----------
    name : str
        A short name, with the variable that is differentiated by where there are several.
    kind : str
        One of :data:`KINDS`.
    links : tuple of str
        Where it was reported.
    typed : str
        The program.
    lines : tuple of Line
        What cures it, the shortest first.
    refused : tuple of Refused
        What does not, and the sentence that says so.
    variable : str
        What it is differentiated by.
    at : float
        The point.
    given : dict of str to float
        Numbers that the program reads.
    arrays : dict of str to float
        The same as arrays of the shape of the variable.
    meant : str
        The function meant, for mpmath; the program as typed by default.
    side : int
        1 if only points to the right make sense, -1 if only those to the left do.
    """

    name: str
    kind: str
    links: tuple[str, ...]
    typed: str
    lines: tuple[Line, ...]
    refused: tuple[Refused, ...] = ()
    variable: str = "x"
    at: float = 0.0
    given: Mapping[str, float] = field(default_factory=dict)
    arrays: Mapping[str, float] = field(default_factory=dict)
    meant: str = ""
    side: int = 0

    def __repr__(self) -> str:
        return f"<{self.name}>"


def _github(*names: str) -> tuple[str, ...]:
    return tuple("https://github.com/" + name for name in names)


_REAL = (1e-12, 1e-11, 1e-10)
"""What is promised where a program takes no complex numbers."""

_LGAMMA = (5e-13, 2e-11, 5e-9)
"""The same for a difference of log-gammas, which cancels everywhere near the point."""

_BATEMAN = "ka / (ka - ke) * (exp(-ke*t) - exp(-ka*t))"
_BATEMAN_MOVING = f"repair(lambda ka, ke: {_BATEMAN}, at=lambda ke: ke)(ka, ke)"
_BATEMAN_READY = "ka * t * exp_divided_difference(-ka*t, -ke*t)"

_RATE = "(V - V0) / (1 - exp(-0.1 * (V - V0)))"
_RATE_MOVING = f"repair(lambda V, V0: {_RATE}, at=lambda V0: V0)(V, V0)"

_BOND = "((1 - exp(-a*5)) / a - 5) * (0.05*a*a - 0.08) / a**2 - 0.04 * ((1 - exp(-a*5)) / a)**2 / a"
_LENS = "atan(sqrt(1 - q*q) * 0.59 / sqrt(q*q * 0.3481 + 0.25)) / sqrt(1 - q*q)"
_COUNT = "lgamma(3 + 1/a) - lgamma(1/a) + 3*log(a*mu / (1 + a*mu)) - log(1 + a*mu)/a"
_COUNT_OF_BOTH_SIDES = _COUNT.replace("log(a*mu / (1 + a*mu))", "log(abs(a*mu / (1 + a*mu)))")
_NONE_SEEN = "y * log(mu / (mu + 2)) - 2*log(1 + mu/2)"
_BOX = "where(abs(x) <= 1, x * sqrt(1 - x*x), x)"
_MATERN = "(1 + sqrt5*{r} + 5*{r}*{r}/3) * exp(-sqrt5*{r})"
_LENGTH = "where(dot(v, v) > 0, sqrt(where(dot(v, v) > 0, dot(v, v), 0*x + 1)), 0*x)"
_MATERN_SLOPE = "-5/3 * (1 + sqrt5*{r}) * exp(-sqrt5*{r}) * x * 0.9976"
_AT_THE_END = "on the left of 0.0 the program is not finite at any distance: the point is an end of its domain"

REPORTS = (
    Report(
        "R01 by V",
        "A",
        _github("finsberg/gotranx/issues/67"),
        "(V + 47) / (1 - exp(-0.1 * (V + 47)))",
        (
            Line("repair", "repair(lambda V: (V + 47) / (1 - exp(-0.1 * (V + 47))), at=-47.0)(V)"),
            Line("ready-made", "10 * x_over_expm1(-0.1 * (V + 47))"),
            Line("quotient", "quotient(lambda V: V + 47, lambda V: 1 - exp(-0.1 * (V + 47)), at=-47.0)(V)"),
        ),
        variable="V",
        at=-47.0,
    ),
    Report(
        "R01 by V0",
        "D",
        _github("finsberg/gotranx/issues/67"),
        _RATE,
        (
            Line("moving point", _RATE_MOVING),
            Line("ready-made", "10 * x_over_expm1(-0.1 * (V - V0))"),
        ),
        variable="V0",
        at=-47.0,
        arrays={"V": -47.0},
    ),
    Report(
        "R02",
        "A",
        _github("autodiff/autodiff/issues/162"),
        "sin(x)**2 / x**2",
        (
            Line("repair", "repair(lambda x: sin(x)**2 / x**2, at=0.0)(x)"),
            Line("ready-made", "sin_over_x(x)**2"),
            Line("quotient", "quotient(lambda x: sin(x) * sin(x), lambda x: x * x, at=0.0, order=2)(x)"),
        ),
        (
            Refused(
                "quotient(lambda x: sin(x)**2, lambda x: x**2, at=0.0, order=2)(x)",
                "RemovableError",
                "f''' is nan at 0.0, where the framework cannot evaluate it (that of x*x it may, where that of x**2 it "
                "cannot); use removable.repair, which evaluates nothing there.",
                frameworks=("tensorflow",),
            ),
        ),
    ),
    Report(
        "R03, fourth power",
        "A",
        _github("kmolan/multicalc-rust/issues/230"),
        "(cos(x) - 1 + x**2/2) / x**4",
        (Line("repair", "repair(lambda x: (cos(x) - 1 + x**2/2) / x**4, at=0.0)(x)"),),
    ),
    Report(
        "R03, fifth power",
        "A",
        _github("kmolan/multicalc-rust/issues/230"),
        "(sin(x) - x + x**3/6) / x**5",
        (Line("repair", "repair(lambda x: (sin(x) - x + x**3/6) / x**5, at=0.0)(x)"),),
    ),
    Report(
        "R04",
        "A",
        _github("lrnv/Copulas.jl/issues/550"),
        "(u**-theta + w**-theta - 1)**(-1/theta)",
        (
            Line("repair", "repair(lambda theta: (u**-theta + w**-theta - 1)**(-1/theta), at=0.0)(theta)"),
            Line("quotient", "exp(-quotient(lambda p: log(u**-p + w**-p - 1), lambda p: p, at=0.0)(theta))"),
        ),
        variable="theta",
        given={"u": 0.3, "w": 0.6},
    ),
    Report(
        "R06",
        "C",
        _github("lballabio/QuantLib/pull/2599", "domokane/FinancePy/issues/269"),
        _BOND,
        (Line("repair", f"repair(lambda a: {_BOND}, at=0.0)(a)"),),
        variable="a",
    ),
    Report(
        "R08",
        "F",
        _github("epiforecasts/EpiNow2/issues/431"),
        _COUNT,
        (
            Line(
                "rewriting",
                "log1p(a) + log1p(2*a) + 3*log_mu - 3*log1p(a*mu) - mu*log1p_over_x(a*mu)",
            ),
            Line("repair", f"repair(lambda a: {_COUNT_OF_BOTH_SIDES}, at=0.0)(a)", _LGAMMA),
        ),
        (Refused(f"repair(lambda a: {_COUNT}, at=0.0)(a)", "NotRemovableError", _AT_THE_END),),
        variable="a",
        given={"mu": 2.5, "log_mu": math.log(2.5)},
        meant="log(rf(1/a, 3)) + 3*log(a*mu / (1 + a*mu)) - log(1 + a*mu)/a",
        side=1,
    ),
    Report(
        "R09",
        "E",
        _github("RobotLocomotion/drake/issues/15029"),
        "atan(norm(v)) / norm(v) * v3",
        (Line("even", "even(lambda r: atan(r) / r)(dot(v, v)) * v3"),),
    ),
    Report(
        "R10",
        "E",
        _github("dfm/tinygp/issues/115", "thomaspinder/GPJax/issues/508"),
        _MATERN.format(r="norm(v)"),
        (
            Line("closed form", _MATERN_SLOPE.format(r="norm(v)"), frameworks=("torch",), of=1),
            Line("closed form", _MATERN_SLOPE.format(r=_LENGTH), of=1),
        ),
        (
            Refused(
                f"even(lambda r: {_MATERN.format(r='r')})(dot(v, v))",
                "NotRemovableError",
                "the function is not even in the length: its term of order 5 at 0 is -1.242 r^5; as a function of the "
                "vector it has derivatives up to order 4 there, and no more",
            ),
        ),
        given={"sqrt5": math.sqrt(5)},
    ),
    Report(
        "R11",
        "E",
        _github("GalacticDynamics/galax/pull/798"),
        "-1 / sqrt(norm(v)**2 + 0.49)",
        (
            Line("even", "even(lambda r: -1 / sqrt(r**2 + 0.49))(dot(v, v))"),
            Line("rewriting", "-1 / sqrt(dot(v, v) + 0.49)"),
        ),
    ),
    Report(
        "R14",
        "acos",
        _github("espressomd/espresso/issues/5401"),
        "1 + cos(3 * acos(cos(x)))",
        (
            Line("repair", "1 + repair(lambda c: cos(3 * acos(c)), at=1.0)(cos(x))"),
            Line("ready-made", "1 + cos(3 * angle(sin(x), cos(x)))"),
        ),
    ),
    Report(
        "R15",
        "A",
        _github("Ciela-Institute/caustics/issues/45"),
        _LENS,
        (Line("repair", f"repair(lambda q: {_LENS}, at=1.0)(q)"),),
        variable="q",
        at=1.0,
    ),
    Report(
        "R17 by ka",
        "D",
        _github("metrumresearchgroup/mrgsolve/issues/1179"),
        _BATEMAN,
        (
            Line("moving point", _BATEMAN_MOVING),
            Line("ready-made", _BATEMAN_READY),
            Line(
                "quotient",
                "ka * quotient(lambda ka: left - exp(-ka*t), lambda ka: ka - 0.3, at=0.3)(ka)",
            ),
        ),
        variable="ka",
        at=0.3,
        given={"t": 4.0, "left": math.exp(-1.2)},
        arrays={"ke": 0.3},
    ),
    Report(
        "R17 by ke",
        "D",
        _github("metrumresearchgroup/mrgsolve/issues/1179"),
        _BATEMAN,
        (
            Line("moving point", _BATEMAN_MOVING),
            Line("ready-made", _BATEMAN_READY),
        ),
        variable="ke",
        at=0.3,
        given={"t": 4.0},
        arrays={"ka": 0.3},
    ),
    Report(
        "R18",
        "G",
        _github("JuliaReach/MathematicalSystems.jl/issues/131"),
        "entry(inv(jordan(x)) @ (matrix_exp(jordan(x)) - eye(2)), 0, 1)",
        (
            Line("matrix function", "entry(matrix_exp(augmented(jordan(x))), 0, 3)"),
            Line(
                "repair",
                "repair(lambda x: entry(inv(jordan(x)) @ (matrix_exp(jordan(x)) - eye(2)), 0, 1), at=0.0)(x)",
                frameworks=("torch", "tensorflow"),
            ),
        ),
    ),
    Report(
        "R19",
        "H",
        _github("danielward27/flowjax/issues/239"),
        _BOX,
        (Line("double where", "where(abs(x) <= 1, x * sqrt(1 - where(abs(x) <= 1, x, 0*x)**2), x)"),),
        (
            Refused(
                f"repair(lambda x: {_BOX}, at=1.0)(x)",
                "NotRemovableError",
                "at 1.0 is a ...",  # jump, or branch point: both are true
            ),
        ),
        at=1.5,
    ),
    Report(
        "R21, equator",
        "C",
        _github("NavPy/NavPy/issues/20"),
        "z * (1 + 0.15 * sin(atan(z)) / z)",
        (Line("repair", "repair(lambda z: z * (1 + 0.15 * sin(atan(z)) / z), at=0.0)(z)"),),
        variable="z",
    ),
    Report(
        "R21, pole",
        "E",
        _github("NavPy/NavPy/issues/20"),
        "norm(v) / cos(atan2(0*x + 2, norm(v)))",
        (
            Line("even", "even(lambda p: p / cos(atan(2 / p)))(dot(v, v))"),
            Line("even", "even(lambda p: p / cos(atan2(0*p + 2, p)))(dot(v, v))", _REAL),
        ),
    ),
    Report(
        "R22",
        "A",
        _github("derrynknife/SurPyval/issues/262"),
        "log(1 + theta*H) / theta",
        (
            Line("repair", "repair(lambda theta: log(1 + theta*H) / theta, at=0.0)(theta)"),
            Line("ready-made", "H * log1p_over_x(theta*H)"),
            Line("quotient", "quotient(lambda p: log(1 + p*H), lambda p: p, at=0.0)(theta)"),
        ),
        variable="theta",
        given={"H": 1.7},
    ),
    Report(
        "R23",
        "E",
        _github("Trusted-AI/adversarial-robustness-toolbox/issues/1658"),
        "sqrt(v1**2 + v3**2)**2",
        (Line("rewriting", "v1*v1 + v3*v3"),),
    ),
    Report(
        "R24",
        "0 log 0",
        _github("pyro-ppl/numpyro/issues/2193"),
        _NONE_SEEN,
        (
            Line("double where", "y * log(where(y > 0, mu / (mu + 2), 0*mu + 1)) - 2*log(1 + mu/2)"),
            Line("rewriting", "xlogy(y, mu / (mu + 2)) - 2*log(1 + mu/2)", frameworks=("tensorflow",)),
            Line("repair", "repair(lambda mu: 0 * log(mu / (mu + 2)) - 2*log(1 + mu/2), at=0.0)(mu)"),
        ),
        (
            Refused(
                "repair(lambda mu: 3 * log(mu / (mu + 2)) - 2*log(1 + mu/2), at=0.0)(mu)",
                "NotRemovableError",
                _AT_THE_END,
            ),
        ),
        variable="mu",
        arrays={"y": 0.0},
        side=1,
    ),
    Report(
        "R25",
        "C",
        _github("artis-mcrt/artis/pull/484"),
        "(1 + 1/x) * exp(-x) - 1/x",
        (
            Line("repair", "repair(lambda x: (1 + 1/x) * exp(-x) - 1/x, at=0.0)(x)"),
            Line("ready-made", "exp(-x) - expm1_over_x(-x)"),
        ),
    ),
    Report(
        "R26",
        "E",
        _github("JuliaGeometry/Rotations.jl/issues/280", "gbionics/jaxsim/pull/339"),
        "sin(norm(v))/norm(v) * v3 + (1 - cos(norm(v)))/norm(v)**2 * v1*v2",
        (
            Line("ready-made", "stumpff(1, dot(v, v)) * v3 + stumpff(2, dot(v, v)) * v1*v2"),
            Line(
                "even",
                "even(lambda r: sin(r)/r)(dot(v, v)) * v3 + even(lambda r: (1 - cos(r))/r**2)(dot(v, v)) * v1*v2",
            ),
        ),
    ),
)
"""The reports."""

_HERE = {name: getattr(primitives, name) for name in primitives.__all__} | {
    "even": even,
    "quotient": quotient,
    "repair": repair,
}


def get(name: str) -> Report:
    """Return a report by its name."""
    return next(report for report in REPORTS if report.name == name)


def points(report: Report) -> np.ndarray:
    """Return the point and numbers near it, up to a tenth away.

    The nearest is 1e-300 away, or 1e-12 where 1e-300 would round to the point.
    """
    least = 1e-300 if report.at == 0 else 1e-12
    offsets = [0.0, *(sign * size for size in (least, 1e-9, 1e-6, 1e-4, 1e-2, 0.1) for sign in (1, -1))]
    return np.array([report.at + t for t in offsets if t * report.side >= 0])


def function(report: Report, text: str, framework: str) -> Callable[[Array], Array]:
    """Return a formula of a report as a function of its variable, for one framework."""
    scope: dict[str, Any] = {**_HERE, **_operations(framework), **report.given}
    code = compile(text, f"<{report.name}>", "eval")
    stack = scope["stack"]

    def evaluated(x: Array) -> Array:
        scope[report.variable] = scope["x"] = x
        scope.update({name: 0 * x + value for name, value in report.arrays.items()})
        components = [e * x for e in DIRECTION]
        scope.update(v=stack(components), **{f"v{k + 1}": each for k, each in enumerate(components)})
        return eval(code, scope)

    return evaluated


def truth(report: Report, at: np.ndarray) -> np.ndarray:
    """Return value and two derivatives at some points, shape (3, n).

    They come from values by mpmath on both sides of each point.
    """
    rows = []
    with mpmath.workdps(400):
        h = function(report, report.meant or report.typed, "mpmath")
        step = mpmath.mpf(10) ** -30
        for x in at:
            one, two = ([mpmath.re(h(mpmath.mpf(x) + sign * k * step)) for sign in (1, -1)] for k in (1, 2))
            value = (4 * sum(one) - sum(two)) / 6
            second = (sum(two) - sum(one)) / (3 * step**2)
            rows.append([float(value), float((one[0] - one[1]) / (2 * step)), float(second)])
    return np.array(rows).T


@functools.cache
def _operations(framework: str) -> dict[str, Any]:
    """Return the functions of a framework under common names."""
    return {"torch": _torch, "tensorflow": _tensorflow, "jax": _jax, "mpmath": _mpmath}[framework]()


_PLAIN = ("exp", "sin", "cos", "atan", "acos", "sqrt", "abs", "where")


def _torch() -> dict[str, Any]:
    import torch

    return {
        **{name: getattr(torch, name) for name in (*_PLAIN, "log", "log1p", "lgamma", "atan2", "xlogy", "matrix_exp")},
        "stack": lambda parts: torch.stack(parts, -1),
        "norm": lambda v: v.norm(dim=-1),
        "dot": lambda v, w: (v * w).sum(-1),
        "inv": torch.linalg.inv,
        "eye": lambda n: torch.eye(n, dtype=torch.float64),
        "entry": lambda matrix, i, j: matrix[..., i, j],
        "jordan": lambda x: torch.stack([torch.stack([x, 0 * x + 1], -1), torch.stack([0 * x, x], -1)], -2),
        "augmented": lambda a: torch.cat([torch.cat([a, torch.eye(2) + 0 * a], -1), torch.cat([0 * a, 0 * a], -1)], -2),
    }


def _tensorflow() -> dict[str, Any]:
    import tensorflow as tf

    def augmented(a: Array) -> Array:
        return tf.concat([tf.concat([a, tf.eye(2, dtype=a.dtype) + 0 * a], -1), tf.concat([0 * a, 0 * a], -1)], -2)

    return {
        **{name: getattr(tf, name) for name in _PLAIN},
        **{name: getattr(tf.math, name) for name in ("log", "log1p", "lgamma", "atan2", "xlogy")},
        "stack": lambda parts: tf.stack(parts, -1),
        "norm": lambda v: tf.norm(v, axis=-1),
        "dot": lambda v, w: tf.reduce_sum(v * w, -1),
        "inv": tf.linalg.inv,
        "matrix_exp": tf.linalg.expm,
        "eye": lambda n: tf.eye(n, dtype=tf.float64),
        "entry": lambda matrix, i, j: matrix[..., i, j],
        "jordan": lambda x: tf.stack([tf.stack([x, 0 * x + 1], -1), tf.stack([0 * x, x], -1)], -2),
        "augmented": augmented,
    }


def _jax() -> dict[str, Any]:
    jnp = importlib.import_module("jax.numpy")
    special = importlib.import_module("jax.scipy.special")
    linalg = importlib.import_module("jax.scipy.linalg")

    def augmented(a: Array) -> Array:
        return jnp.concatenate([jnp.concatenate([a, jnp.eye(2) + 0 * a], -1), jnp.concatenate([0 * a, 0 * a], -1)], -2)

    return {
        **{name: getattr(jnp, name) for name in _PLAIN},
        **{name: getattr(jnp, name) for name in ("log", "log1p")},
        "atan2": jnp.arctan2,
        "lgamma": special.gammaln,
        "xlogy": special.xlogy,
        "stack": lambda parts: jnp.stack(parts, -1),
        "norm": lambda v: jnp.linalg.norm(v, axis=-1),
        "dot": lambda v, w: (v * w).sum(-1),
        "inv": jnp.linalg.inv,
        "matrix_exp": linalg.expm,
        "eye": jnp.eye,
        "entry": lambda matrix, i, j: matrix[..., i, j],
        "jordan": lambda x: jnp.stack([jnp.stack([x, 0 * x + 1], -1), jnp.stack([0 * x, x], -1)], -2),
        "augmented": augmented,
    }


def _mpmath() -> dict[str, Any]:
    return {
        **{name: getattr(mpmath, name) for name in ("exp", "sin", "cos", "atan", "acos", "atan2", "sqrt", "log", "rf")},
        "abs": abs,
        "where": lambda condition, yes, no: yes if condition else no,
        "stack": list,
        "norm": lambda v: mpmath.sqrt(sum(each * each for each in v)),
        "inv": mpmath.inverse,
        "matrix_exp": mpmath.expm,
        "eye": mpmath.eye,
        "entry": lambda matrix, i, j: matrix[i, j],
        "jordan": lambda x: mpmath.matrix([[x, 1], [0, x]]),
    }
