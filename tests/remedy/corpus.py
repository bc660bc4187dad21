r"""Functions with a removable singularity, as data: the program, the point and the truth.

The truth is the exact value and three derivatives at any double.

A :class:`Case` holds a program as a user would type it, ``program(x, o)``, where ``o`` has the
elementary functions of one framework under common names (:func:`operations`); the point; and the
truth. The truth is computed in ball arithmetic (FLINT's ``acb_series``, a power series around the
very double that is asked for), with as many bits as it takes to certify 24 digits. It shares
nothing with the way in which the package repairs: no circle, no node, no framework.

Where the program uses rounded constants (a rounded pi, the float nearest to exp(2)) or ``where``
and ``abs``, the function *meant* is given beside it, in terms of the distance t from the point.

At the point itself the truth is taken at a distance of 2^-200 natural lengths, where the balls are
as sharp as elsewhere and the function, which is analytic, differs by a relative 2^-200. What is
smaller there than 2^-150 of its natural size is zero.
"""

from __future__ import annotations

import ast
import copy
import functools
import importlib
import linecache
import math
import textwrap
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import flint
import numpy as np
from flint import acb, acb_series, arb

__all__ = [
    "ALL",
    "CASES",
    "KINDS",
    "Case",
    "as_function",
    "by_kind",
    "get",
    "operations",
    "points",
    "size",
    "source",
    "taylor",
    "truth",
]

Array = Any
Operations = Any

ALL = ("torch", "tensorflow", "jax")
"""The frameworks."""

KINDS = (
    "quotient",
    "difference of poles",
    "product",
    "power",
    "parameter",
    "even",
    "real",
    "nested",
    "patched",
    "scaled",
    "moved",
    "pole beside",
    "nothing wrong",
)
"""What makes the singularity."""

PI = math.pi


@dataclass(frozen=True, eq=False)
class Case:
    """A program with a removable singularity.

    Attributes
    ----------
    name : str
        As a formula.
    kind : str
        One of :data:`KINDS`.
    program : callable
        Called as ``program(x, o)``, with ``o`` from :func:`operations`.
    at : float
        The point.
    exact : callable, optional
        The function meant, called as ``exact(t, o)`` with t = x - at, a power series; the program
        itself if there is none.
    scale : float
        Natural length: the function changes by its own size over about this distance.
    room : float
        Distance from the point to where the function meant ends or is singular on the real line.
    side : int
        1 if the program gives numbers on the right of the point only, -1 on the left only, 0 on
        both.
    families : dict of str to str
        For each framework in which the program can be written the kind of nodes that is expected:
        ``"circle"`` if it takes complex numbers there and is holomorphic, ``"real"`` otherwise.
    order : int
        Order of the zero of the denominator, for quotients; 0 elsewhere.
    rounded : bool
        Whether a constant of the program is rounded, so that a pole of rounding size is left.
    """

    name: str
    kind: str
    program: Callable[[Array, Operations], Array]
    at: float = 0.0
    exact: Callable[[acb_series, Operations], acb_series] | None = None
    scale: float = 1.0
    room: float = math.inf
    side: int = 0
    families: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(ALL, "circle"))
    order: int = 0
    rounded: bool = False

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The frameworks in which the program can be written."""
        return tuple(self.families)

    def function(self, framework: str, *, closed: bool = False) -> Callable[[Array], Array]:
        """Return the program as a function of one array of a framework.

        Parameters
        ----------
        framework : {"torch", "tensorflow", "jax"}
            Whose arrays it takes.
        closed : bool
            Whether it is to close over something, so that nobody can tell that it reads nothing
            that changes. Otherwise it is what a user would type, :func:`source`, and names nothing
            but modules.
        """
        return as_function(self.program, framework, closed=closed)

    def __repr__(self) -> str:
        return f"<{self.name} at {self.at!r}>"


# ----------------------------------------------------------------------------------- the operations
@functools.cache
def operations(framework: str) -> Operations:
    """Return the elementary functions of a framework under common names.

    mpmath and ball arithmetic (``"exact"``) have them, too.

    Parameters
    ----------
    framework : {"torch", "tensorflow", "jax", "mpmath", "exact"}
        Whose functions.

    Returns
    -------
    types.SimpleNamespace
        Only what exists there: no ``erf`` of mpmath's series, no ``where`` of balls.
    """
    if framework in ALL:
        return _of_framework(framework)
    return {"mpmath": _mpmath, "exact": _exact}[framework]()


PLAIN = (
    *("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh", "sqrt"),
    *("where", "abs", "ones_like", "zeros_like"),
)
"""Names that every framework has at its top."""


_ROOTS = {"torch": "torch", "tensorflow": "tf", "jax": "jnp"}
"""Name under which people import each framework."""

_MATH = ("expm1", "log", "log1p", "erf", "erfc", "lgamma", "digamma")

DOTTED: dict[str, dict[str, str]] = {
    "torch": {
        **{
            name: f"torch.{name}"
            for name in (*PLAIN, *_MATH, "sigmoid", "logaddexp", "maximum", "sign", "floor", "round")
        },
        **{name: f"torch.nn.functional.{name}" for name in ("softplus", "relu", "gelu", "silu", "leaky_relu")},
        **{name: f"torch.{name}" for name in ("mean", "sum", "reshape")},
        "i0": "torch.special.i0",
        "i1": "torch.special.i1",
        "clip": "torch.clamp",
        "random": "torch.rand_like",
    },
    "tensorflow": {
        **{
            name: f"tf.{name}"
            for name in (*PLAIN, "sigmoid", "maximum", "sign", "floor", "round", "cumsum", "sort", "reshape")
        },
        **{name: f"tf.math.{name}" for name in _MATH},
        **{name: f"tf.nn.{name}" for name in ("relu", "gelu", "silu", "leaky_relu")},
        "softplus": "tf.math.softplus",
        "i0": "tf.math.bessel_i0",
        "i1": "tf.math.bessel_i1",
        "logaddexp": "tf.experimental.numpy.logaddexp",
        "clip": "tf.clip_by_value",
        "mean": "tf.reduce_mean",
        "sum": "tf.reduce_sum",
    },
    "jax": {
        **{
            name: f"jnp.{name}"
            for name in (*PLAIN, "expm1", "log", "log1p", "logaddexp", "maximum", "clip", "sign", "floor")
        },
        **{name: f"jnp.{name}" for name in ("mean", "sum", "cumsum", "sort", "flip", "reshape", "round")},
        **{name: f"jax.nn.{name}" for name in ("sigmoid", "softplus", "relu", "silu", "leaky_relu")},
        **{name: f"jax.scipy.special.{name}" for name in ("erf", "erfc", "digamma", "i0", "i1")},
        "lgamma": "jax.scipy.special.gammaln",
    },
}
"""Where each framework keeps what is called by a common name here."""


@functools.cache
def _modules(framework: str) -> dict[str, ModuleType]:
    """What a program may name: the framework as people import it, NumPy and math."""
    names = {"math": math, "np": np}
    if framework == "jax":
        import jax

        names["jax"] = jax
        importlib.import_module("jax.scipy.special")
    found = importlib.import_module({"jax": "jax.numpy"}.get(framework, framework))
    return {**names, _ROOTS[framework]: found}


def _of_framework(framework: str) -> Operations:
    names = _modules(framework)
    found = {name: eval(dotted, dict(names)) for name, dotted in DOTTED[framework].items()}
    if framework == "torch":
        torch = names["torch"]
        found["softmax"] = lambda x: torch.softmax(x, 0)
        found["cumsum"] = lambda x: torch.cumsum(x, 0)
        found["sort"] = lambda x: torch.sort(x).values
        found["flip"] = lambda x: torch.flip(x, (0,))
    elif framework == "tensorflow":
        tf = names["tf"]
        found["softmax"] = lambda x: tf.nn.softmax(x, axis=0)
        found["flip"] = lambda x: tf.reverse(x, [0])
        found["random"] = lambda x: tf.random.uniform(tf.shape(x), dtype=x.dtype)
    else:
        nn = names["jax"].nn
        found["softmax"] = lambda x: nn.softmax(x, 0)
        found["gelu"] = lambda x: nn.gelu(x, approximate=False)
    return SimpleNamespace(**found)


def _mpmath() -> Operations:
    import mpmath

    plain = {name: getattr(mpmath, name) for name in PLAIN if hasattr(mpmath, name)}
    return SimpleNamespace(
        **plain,
        abs=abs,
        expm1=mpmath.expm1,
        log=mpmath.log,
        log1p=lambda x: mpmath.log(1 + x),
        erf=mpmath.erf,
        erfc=mpmath.erfc,
        lgamma=lambda x: mpmath.log(mpmath.gamma(x)),
        digamma=mpmath.digamma,
        sigmoid=lambda x: 1 / (1 + mpmath.exp(-x)),
        i0=lambda x: mpmath.besseli(0, x),
        i1=lambda x: mpmath.besseli(1, x),
        softplus=lambda x: mpmath.log(1 + mpmath.exp(x)),
        relu=lambda x: max(x, mpmath.mpf(0)),
        gelu=lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
        silu=lambda x: x / (1 + mpmath.exp(-x)),
        logaddexp=lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)),
        maximum=max,
        clip=lambda x, low, high: min(max(x, mpmath.mpf(low)), mpmath.mpf(high)),
        sign=mpmath.sign,
        floor=mpmath.floor,
        round=mpmath.nint,
        leaky_relu=lambda x, slope: x if x > 0 else slope * x,
        where=lambda condition, yes, no: yes if condition else no,
        ones_like=lambda x: mpmath.mpf(1),
        zeros_like=lambda x: mpmath.mpf(0),
    )


def _atan(z: acb_series) -> acb_series:
    return z.atan()


def _asinh(z: acb_series) -> acb_series:
    return (z + (1 + z * z).sqrt()).log()


def _digamma(z: acb_series) -> acb_series:
    """The derivative of lgamma, which takes one more term of z.

    Any term will do, because it has no effect on those that are kept.
    """
    count = int(z.prec)
    with _terms(count + 1):
        longer = acb_series([*(z[k] for k in range(count)), 1], count + 1)
        slope, inner = longer.lgamma().derivative(), longer.derivative()
    return slope / inner


class _terms:  # noqa: N801
    """Keep this many terms of every power series while it lasts."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __enter__(self) -> None:
        self.before, flint.ctx.cap = flint.ctx.cap, self.count

    def __exit__(self, *_: object) -> None:
        flint.ctx.cap = self.before


def _bessel_i_over_power(n: int) -> Callable[[acb_series], acb_series]:
    """I_n(x) / x^n by its power series, for |x| up to 4.

    4^(2 k)/(k!)^2 is below 2^-prec at the last term.
    """

    def evaluated(x: acb_series) -> acb_series:
        s = x * x / 4
        term = acb_series([acb(1)], int(x.prec)) / (2**n * math.factorial(n))
        total, k = term, 0
        while k < 40 or math.lgamma(k) * 2 < flint.ctx.prec + 16 * k:
            k += 1
            term = term * s / (k * (k + n))
            total = total + term
        return total

    return evaluated


def _exact() -> Operations:
    return SimpleNamespace(
        exp=lambda z: z.exp(),
        expm1=lambda z: z.exp() - 1,
        log=lambda z: z.log(),
        log1p=lambda z: (1 + z).log(),
        sin=lambda z: z.sin(),
        cos=lambda z: z.cos(),
        tan=lambda z: z.tan(),
        sinh=lambda z: (z.exp() - (-z).exp()) / 2,
        cosh=lambda z: (z.exp() + (-z).exp()) / 2,
        tanh=lambda z: 1 - 2 / ((2 * z).exp() + 1),
        asin=lambda z: (z / (1 - z * z).sqrt()).atan(),
        acos=lambda z: arb.pi() / 2 - (z / (1 - z * z).sqrt()).atan(),
        atan=_atan,
        asinh=_asinh,
        atanh=lambda z: ((1 + z) / (1 - z)).log() / 2,
        sqrt=lambda z: z.sqrt(),
        sigmoid=lambda z: 1 / (1 + (-z).exp()),
        erf=lambda z: z.erf(),
        lgamma=lambda z: z.lgamma(),
        digamma=_digamma,
        i0=_bessel_i_over_power(0),
        i1_over_x=_bessel_i_over_power(1),
        power=lambda base, exponent: (exponent * base.log()).exp(),
        number=lambda value: arb(value),
        pi=arb.pi,
    )


# ------------------------------------------------------------------------------- as a user types it
def as_function(program: Callable[..., Any], framework: str, *, closed: bool = False) -> Callable[[Array], Any]:
    """Return ``program(x, o)`` as a function of x alone, for one framework.

    See :meth:`Case.function`.
    """
    text = None if closed else source(program, framework)
    if text is None:
        o = operations(framework)

        def h(x: Array) -> Any:
            return program(x, o)

        return h
    scope: dict[str, Any] = dict(_modules(framework))
    name = (
        f"<{program.__qualname__} of line {program.__code__.co_firstlineno} in {framework} {zlib.crc32(text.encode())}>"
    )
    exec(compile(text, name, "exec"), scope)
    # for tools that read the source
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    return scope["h"]


@functools.cache
def source(program: Callable[..., Any], framework: str) -> str | None:
    """Return the program as a user of a framework would type it, a function ``h(x)``.

    It is None if an operation has no name there.

    Examples
    --------
    >>> print(source(get("erf(x)/x").program, "jax"))
    def h(x):
        return jax.scipy.special.erf(x) / x
    """
    try:
        return "\n\n".join(_Written(framework).function(program, "h"))
    except KeyError:
        return None


class _Written(ast.NodeTransformer):
    """Write a program out for one framework.

    Operations of the framework replace ``o``, numbers replace what the program closes over, and its
    helpers come before it.
    """

    def __init__(self, framework: str) -> None:
        self.framework = framework
        self.before: list[str] = []

    def function(self, program: Callable[..., Any], name: str) -> list[str]:
        """Return the sources of the helpers and of the program, the latter under a new name."""
        node, code = _parsed(program), program.__code__
        free = dict(zip(code.co_freevars, (cell.cell_contents for cell in program.__closure__ or ()), strict=True))
        count = code.co_argcount - len(program.__defaults__ or ())
        free |= dict(zip(code.co_varnames[count : code.co_argcount], program.__defaults__ or (), strict=True))
        self.free = {**program.__globals__, **free}
        self.own = {*code.co_varnames[:1], *code.co_varnames[code.co_argcount :]}
        body = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
        if ast.get_docstring(node) if isinstance(node, ast.FunctionDef) else False:
            body = body[1:]
        body = [self.visit(statement) for statement in copy.deepcopy(body)]
        inner = "\n".join(ast.unparse(ast.fix_missing_locations(statement)) for statement in body)
        text = f"def {name}({code.co_varnames[0]}):\n" + textwrap.indent(inner, "    ")
        return [*self.before, text]

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "o":
            return ast.parse(DOTTED[self.framework][node.attr], mode="eval").body
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = self.free.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if node.args and isinstance(node.args[-1], ast.Name) and node.args[-1].id == "o" and callable(called):
            helper = _Written(self.framework)
            self.before += helper.function(called, "base")
            node.func, node.args = ast.Name("base"), [self.visit(argument) for argument in node.args[:-1]]
            return node
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self.free.get(node.id)
        if node.id not in self.own and isinstance(value, int | float) and isinstance(node.ctx, ast.Load):
            return ast.Constant(value)
        return node


@functools.cache
def _nodes(path: str) -> list[ast.Lambda | ast.FunctionDef]:
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Lambda | ast.FunctionDef)]


def _parsed(program: Callable[..., Any]) -> ast.Lambda | ast.FunctionDef:
    """Return the smallest definition in the source around all positions of a function's code."""
    code = program.__code__
    places = [place for place in code.co_positions() if None not in place and place[2:] != (0, 0)]
    first = min((line, column) for line, _, column, _ in places)
    last = max((line, column) for _, line, _, column in places)
    around = [
        node
        for node in _nodes(code.co_filename)
        if (node.lineno, node.col_offset) <= first and last <= (node.end_lineno, node.end_col_offset)
    ]
    return max(around, key=lambda node: (node.lineno, node.col_offset))


# ---------------------------------------------------------------------------------------- the truth
DIGITS = 80
"""Bits of a Taylor coefficient that are certified."""

NEAREST = -200
"""Binary logarithm of the distance at which the truth is that of the point, in natural lengths."""

MOST_BITS = 2**17


def taylor(case: Case, t: arb, terms: int = 4) -> list[arb]:
    """Return certified Taylor coefficients of the function meant, away from the point.

    They are those around a distance from the point that is not zero.

    Parameters
    ----------
    case : Case
        The function.
    t : flint.arb
        The distance x - at, exact.
    terms : int
        How many coefficients.

    Returns
    -------
    list of flint.arb
        Balls of relative radius 2^-80 or less; an exact zero may come as a ball around zero that is
        far smaller still.
    """
    function = case.exact or (lambda t, o: case.program(t + arb(case.at), o))
    tiny, bits = _negligible(case, t), 192
    before = flint.ctx.prec
    try:
        with _terms(terms):
            while bits <= MOST_BITS:
                flint.ctx.prec = bits
                bits *= 2
                try:
                    series = function(acb_series([acb(t), 1], terms), operations("exact"))
                except (ValueError, ZeroDivisionError):  # with so few bits a denominator cannot be told from zero
                    continue
                found = [_real(series[k]) for k in range(terms)]
                least = max(_sizes(case, t, found)) + tiny
                if all(_sharp(c, least - k * _unit(case, t)) for k, c in enumerate(found)):
                    return found
    finally:
        flint.ctx.prec = before
    raise ArithmeticError(f"{case.name} cannot be certified at {t} with {MOST_BITS} bits: is it removable?")


def _unit(case: Case, t: arb) -> float:
    """Binary logarithm of the length in which coefficients are compared.

    It is the natural length, or the distance if that is larger.
    """
    return max(math.log2(case.scale), _log2(t))


def _sizes(case: Case, t: arb, coefficients: list[arb]) -> list[float]:
    """Binary logarithms of the coefficients in that unit."""
    return [_log2(c) + k * _unit(case, t) for k, c in enumerate(coefficients)]


def _negligible(case: Case, t: arb) -> float:
    """Binary logarithm of the size below which a coefficient counts as zero.

    An odd function at 1e-300 is 2^-1000, and no zero.
    """
    return -(DIGITS + 20 + 1.3 * max(0.0, math.log2(case.scale) - _log2(t)))


def _log2(ball: arb) -> float:
    """Binary logarithm of the size of the midpoint, which may lie beyond every double.

    It is -inf for zero, and inf for no number.
    """
    if not ball.is_finite():
        return math.inf
    mantissa, exponent = ball.mid().man_exp()
    mantissa = abs(int(mantissa))
    return -math.inf if mantissa == 0 else math.log2(mantissa) + int(exponent)


def _sharp(ball: arb, tiny: float) -> bool:
    """Tell whether a ball is sharp to 80 bits of its midpoint, or smaller than 2^tiny."""
    if not ball.is_finite():
        return False
    radius = _log2(ball.rad())
    return radius <= _log2(ball) - DIGITS or (radius <= tiny and _log2(ball) <= tiny)


def _real(value: acb) -> arb:
    """The real part; the imaginary part of a real function is a ball around zero."""
    if value.imag.is_finite() and not value.imag.contains(0):
        raise ArithmeticError(f"{value} is not real")
    return value.real


@functools.cache
def _at(case: Case, x: float) -> tuple[float, float, float, float]:
    bits, flint.ctx.prec = flint.ctx.prec, 4096
    try:
        t = arb(x) - arb(case.at)
        here = t.is_zero()
        if here:
            t = arb(case.scale) * arb(2) ** NEAREST
    finally:
        flint.ctx.prec = bits
    found = taylor(case, t)
    row = [float(c.mid()) * math.factorial(k) for k, c in enumerate(found)]
    sizes = _sizes(case, t, found)
    least = max(sizes) + (-150 if here else _negligible(case, t))
    row = [0.0 if size < least else value for size, value in zip(sizes, row, strict=True)]
    return row[0], row[1], row[2], row[3]


def truth(case: Case, x: Array) -> np.ndarray:
    """Return value and three derivatives of the function meant, correct to a rounding.

    They are those at the doubles x.

    Parameters
    ----------
    case : Case
        The function.
    x : array_like
        Points, shape (n,). Each is taken as the exact number that it is: round to float32 first if
        that is what is meant.

    Returns
    -------
    numpy.ndarray
        Shape (4, n), float64.

    Examples
    --------
    >>> truth(get("sin(x)/x"), [0.0, 1e-300]).tolist()[0]
    [1.0, 1.0]
    """
    x = np.atleast_1d(np.asarray(x, dtype=np.float64))
    return np.array([_at(case, float(value)) for value in x]).reshape(-1, 4).T


@functools.cache
def size(case: Case) -> tuple[float, float, float, float]:
    """Return the natural sizes of value and derivatives: the largest within half a natural length.

    They are taken at the point, and at a quarter and half of the natural length (of the room, if
    that is less) to both sides. A derivative that is zero everywhere, of a polynomial, has the
    natural size of the value by natural lengths.
    """
    reach = min(case.scale, case.room)
    rows = np.abs(truth(case, [case.at + u * reach for u in (-0.5, -0.25, 0.0, 0.25, 0.5)])).max(1)
    return tuple(float(rows[k] or rows[0] / reach**k) for k in range(4))


def points(case: Case, *, reach: float | None = None, dtype: str = "float64") -> np.ndarray:
    """Return points at which to judge a repair, in rising order.

    They are rounded to a precision and back to doubles.

    The point; the nearest numbers to it that are not it (for the point 0: 1e-300, or 1e-37 in
    float32) and a few at 1e-200 to 1e-20; a ladder of +-10^-k natural lengths; and, if the reach of
    the repair is given, points across it and just outside.

    Parameters
    ----------
    case : Case
        The function.
    reach : float, optional
        How far the repair reaches on each side.
    dtype : {"float64", "float32"}
        The precision.

    Returns
    -------
    numpy.ndarray
        float64. Points outside of the reach are left out on the side where the program itself gives
        no number, and all that are further than 0.9 times the room. A reach beyond 10^4 natural
        lengths, of a polynomial, is cut off there.
    """
    reach = None if reach is None else min(reach, 1e4 * max(case.scale, abs(case.at)))
    number = np.dtype(dtype).type
    at = float(number(case.at))
    least = -300 if dtype == "float64" else -37
    ladder = [case.scale * 10.0**-k * m for k in range(1, 16) for m in (1.0, 3.7)]
    ladder += [case.scale * m for m in (0.23, 0.31)] if reach is None else []
    deep = [10.0**k for k in (-300, -200, -154, -120, -100, -60, -37, -30, -20) if k >= least]
    found = {at}
    for sign in (1.0, -1.0):
        found |= {at + sign * t for t in ladder}
        found |= {sign * t for t in deep} if at == 0 else {float(np.nextafter(number(at), number(sign * np.inf)))}
        if reach is not None:
            inside = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.999, 1 - 2.0**-50)
            outside = (1.0, 1 + 2.0**-50, 1.001, 1.01, 1.05, 1.1, 1.25, 1.5)
            found |= {at + sign * reach * u for u in (*inside, *outside)}
    x = np.unique(np.array(sorted(found)).astype(dtype).astype(np.float64))
    t = x - case.at
    keep = np.abs(t) <= 0.9 * case.room
    if case.side:
        keep &= (t * case.side >= 0) | (np.abs(t) <= (reach or 0.0))
    return x[keep]


# ------------------------------------------------------------------------------------ the functions
CASES: list[Case] = []
"""All of them."""

REAL = dict.fromkeys(ALL, "real")
# It compares complex numbers by their real parts first. Where both branches are the same function,
# it does not matter which.
JAX_TAKES_COMPLEX = {"torch": "real", "tensorflow": "real", "jax": "circle"}


def _add(
    kind: str,
    name: str,
    program: Callable[[Array, Operations], Array],
    at: float = 0.0,
    *,
    exact: Callable[[acb_series, Operations], acb_series] | None = None,
    **rest: Any,
) -> None:
    CASES.append(Case(name, kind, program, at, exact, **rest))


def _quotients() -> None:
    def add(order: int, name: str, program: Callable[[Array, Operations], Array], at: float = 0.0, **rest: Any) -> None:
        _add("quotient", name, program, at, order=order, **rest)

    add(1, "sin(x)/x", lambda x, o: o.sin(x) / x)
    add(1, "(exp(x) - 1)/x", lambda x, o: (o.exp(x) - 1) / x)
    add(1, "expm1(x)/x", lambda x, o: o.expm1(x) / x)
    add(1, "(1 - exp(-x))/x", lambda x, o: (1 - o.exp(-x)) / x)
    add(1, "log(1 + x)/x", lambda x, o: o.log(1 + x) / x, room=1.0)
    add(1, "log1p(x)/x", lambda x, o: o.log1p(x) / x, room=1.0)
    add(1, "tan(x)/x", lambda x, o: o.tan(x) / x, room=1.57)
    add(1, "tanh(x)/x", lambda x, o: o.tanh(x) / x)
    add(1, "sinh(x)/x", lambda x, o: o.sinh(x) / x)
    add(1, "asin(x)/x", lambda x, o: o.asin(x) / x, room=1.0)
    add(1, "atan(x)/x", lambda x, o: o.atan(x) / x)
    add(1, "asinh(x)/x", lambda x, o: o.asinh(x) / x)
    add(1, "atanh(x)/x", lambda x, o: o.atanh(x) / x, room=1.0)
    add(1, "x/sin(x)", lambda x, o: x / o.sin(x), room=3.1)
    add(1, "x/(exp(x) - 1)", lambda x, o: x / (o.exp(x) - 1))
    add(1, "x/expm1(x)", lambda x, o: x / o.expm1(x))
    add(1, "x/tanh(x)", lambda x, o: x / o.tanh(x))
    add(1, "x/log1p(x)", lambda x, o: x / o.log1p(x), room=1.0)
    add(1, "(sqrt(1 + x) - 1)/x", lambda x, o: (o.sqrt(1 + x) - 1) / x, room=1.0)
    add(1, "(3**x - 2**x)/x", lambda x, o: (3.0**x - 2.0**x) / x, exact=lambda t, o: (_pow(3, t) - _pow(2, t)) / t)
    add(1, "sin(3 x)/sin(2 x)", lambda x, o: o.sin(3 * x) / o.sin(2 * x), room=1.5, scale=0.5)
    add(1, "(sigmoid(x) - 0.5)/x", lambda x, o: (o.sigmoid(x) - 0.5) / x)
    add(1, "(x*x - 4)/(x - 2)", lambda x, o: (x * x - 4) / (x - 2), 2.0)
    add(1, "(x**3 - 8)/(x - 2)", lambda x, o: (x**3 - 8) / (x - 2), 2.0)
    add(1, "(x**5 - 32)/(x - 2)", lambda x, o: (x**5 - 32) / (x - 2), 2.0)
    add(1, "log(x)/(x - 1)", lambda x, o: o.log(x) / (x - 1), 1.0, room=1.0)
    add(1, "(x - 1)/log(x)", lambda x, o: (x - 1) / o.log(x), 1.0, room=1.0)
    add(1, "x log(x)/(x - 1)", lambda x, o: x * o.log(x) / (x - 1), 1.0, room=1.0)
    add(1, "exp(-x) sin(2 x)/expm1(x)", lambda x, o: o.exp(-x) * o.sin(2 * x) / o.expm1(x))
    add(2, "(1 - cos(x))/x**2", lambda x, o: (1 - o.cos(x)) / x**2)
    add(2, "(1 - cos(x))/(x*x)", lambda x, o: (1 - o.cos(x)) / (x * x))
    add(2, "(exp(x) - 1 - x)/x**2", lambda x, o: (o.exp(x) - 1 - x) / x**2)
    add(2, "(expm1(x) - x)/(x*x)", lambda x, o: (o.expm1(x) - x) / (x * x))
    add(2, "(cosh(x) - 1)/x**2", lambda x, o: (o.cosh(x) - 1) / x**2)
    add(2, "(x - log1p(x))/x**2", lambda x, o: (x - o.log1p(x)) / x**2, room=1.0)
    add(2, "(1 - sqrt(1 - x*x))/(x*x)", lambda x, o: (1 - o.sqrt(1 - x * x)) / (x * x), room=1.0)
    add(2, "(1 - cos(x))/(x sin(x))", lambda x, o: (1 - o.cos(x)) / (x * o.sin(x)), room=3.1)
    add(2, "(exp(x) - 1 - x)/(x (exp(x) - 1))", lambda x, o: (o.exp(x) - 1 - x) / (x * (o.exp(x) - 1)))
    add(2, "(x - 1 - log(x))/(x - 1)**2", lambda x, o: (x - 1 - o.log(x)) / (x - 1) ** 2, 1.0, room=1.0)
    add(2, "sin(x)**2/(1 - cos(x))", lambda x, o: o.sin(x) ** 2 / (1 - o.cos(x)), room=6.2)
    add(3, "(x - sin(x))/x**3", lambda x, o: (x - o.sin(x)) / x**3)
    add(3, "(tan(x) - x)/x**3", lambda x, o: (o.tan(x) - x) / x**3, room=1.57)
    add(3, "(exp(x) - 1 - x - x**2/2)/x**3", lambda x, o: (o.exp(x) - 1 - x - x**2 / 2) / x**3)
    add(3, "(x cosh(x) - sinh(x))/x**3", lambda x, o: (x * o.cosh(x) - o.sinh(x)) / x**3)
    add(3, "3 (sin(x) - x cos(x))/(x*x*x)", lambda x, o: 3 * (o.sin(x) - x * o.cos(x)) / (x * x * x))
    add(3, "(tan(x) - sin(x))/x**3", lambda x, o: (o.tan(x) - o.sin(x)) / x**3, room=1.57)
    add(3, "(x - atan(x))/x**3", lambda x, o: (x - o.atan(x)) / x**3)
    add(3, "(x - tanh(x))/x**3", lambda x, o: (x - o.tanh(x)) / x**3)
    add(4, "(cos(x) - 1 + x**2/2)/x**4", lambda x, o: (o.cos(x) - 1 + x**2 / 2) / x**4, scale=2.0)
    add(4, "(2 - 2 cos(x) - x sin(x))/x**4", lambda x, o: (2 - 2 * o.cos(x) - x * o.sin(x)) / x**4, scale=2.0)
    add(4, "(exp(x) - cubic)/x**4", lambda x, o: (o.exp(x) - 1 - x - x**2 / 2 - x**3 / 6) / x**4, scale=2.0)
    add(4, "(x**2 - sin(x)**2)/x**4", lambda x, o: (x**2 - o.sin(x) ** 2) / x**4)
    add(5, "(sin(x) - x + x**3/6)/x**5", lambda x, o: (o.sin(x) - x + x**3 / 6) / x**5, scale=2.0)
    add(
        5,
        "(3 sin(x) - 3 x cos(x) - x**2 sin(x))/x**5",
        lambda x, o: (3 * o.sin(x) - 3 * x * o.cos(x) - x**2 * o.sin(x)) / x**5,
        scale=2.0,
    )
    add(6, "(1 - x**2/2 + x**4/24 - cos(x))/x**6", lambda x, o: (1 - x**2 / 2 + x**4 / 24 - o.cos(x)) / x**6, scale=3.0)
    add(6, "(x - sin(x))**2/x**6", lambda x, o: (x - o.sin(x)) ** 2 / x**6)
    add(
        6,
        "(exp(x) - quintic)/x**6",
        lambda x, o: (o.exp(x) - 1 - x - x**2 / 2 - x**3 / 6 - x**4 / 24 - x**5 / 120) / x**6,
        scale=3.0,
    )


def _pow(base: float, exponent: acb_series) -> acb_series:
    """A number to the power of a series."""
    return (exponent * arb(base).log()).exp()


def _differences() -> None:
    def add(name: str, program: Callable[[Array, Operations], Array], at: float = 0.0, **rest: Any) -> None:
        _add("difference of poles", name, program, at, **rest)

    add("1/sin(x) - 1/x", lambda x, o: 1 / o.sin(x) - 1 / x, room=3.1)
    add("1/x - 1/(exp(x) - 1)", lambda x, o: 1 / x - 1 / (o.exp(x) - 1))
    add("(1 + 1/x) exp(-x) - 1/x", lambda x, o: (1 + 1 / x) * o.exp(-x) - 1 / x)
    add("1/tanh(x) - 1/x", lambda x, o: 1 / o.tanh(x) - 1 / x)
    add("1/tan(x) - 1/x", lambda x, o: 1 / o.tan(x) - 1 / x, room=3.1)
    add("1/sin(x)**2 - 1/x**2", lambda x, o: 1 / o.sin(x) ** 2 - 1 / x**2, room=3.1)
    add("1/x**2 - 1/tan(x)**2", lambda x, o: 1 / x**2 - 1 / o.tan(x) ** 2, room=3.1)
    add("1/(x*x) - 1/sinh(x)**2", lambda x, o: 1 / (x * x) - 1 / o.sinh(x) ** 2)
    add("1/log1p(x) - 1/x", lambda x, o: 1 / o.log1p(x) - 1 / x, room=1.0)
    add("1/log(x) - 1/(x - 1)", lambda x, o: 1 / o.log(x) - 1 / (x - 1), 1.0, room=1.0)
    add("1/(x - 2) - 4/(x*x - 4)", lambda x, o: 1 / (x - 2) - 4 / (x * x - 4), 2.0, room=4.0)
    add("1/x - 1/(x (1 + x))", lambda x, o: 1 / x - 1 / (x * (1 + x)), room=1.0)
    add("exp(x)/x - 1/x", lambda x, o: o.exp(x) / x - 1 / x)
    add("cos(x)/x - 1/sin(x)", lambda x, o: o.cos(x) / x - 1 / o.sin(x), room=3.1)
    add("1/(1 - exp(-x)) - 1/x", lambda x, o: 1 / (1 - o.exp(-x)) - 1 / x)
    add("1/(1 - cos(x)) - 2/x**2", lambda x, o: 1 / (1 - o.cos(x)) - 2 / x**2, room=6.2)
    add("1/x**3 - cos(x)**3/sin(x)**3 - 1/x", lambda x, o: 1 / x**3 - o.cos(x) ** 3 / o.sin(x) ** 3 - 1 / x, room=3.1)


def _products() -> None:
    def add(name: str, program: Callable[[Array, Operations], Array], at: float = 0.0, **rest: Any) -> None:
        _add("product", name, program, at, **rest)

    add("x (1/sin(x))", lambda x, o: x * (1 / o.sin(x)), room=3.1)
    add("x (1/tan(x))", lambda x, o: x * (1 / o.tan(x)), room=3.1)
    add("x**2 (1/(1 - cos(x)))", lambda x, o: x**2 * (1 / (1 - o.cos(x))), room=6.2)
    add("(exp(x) - 1) (1/x)", lambda x, o: (o.exp(x) - 1) * (1 / x))
    add("sin(x) (1/tanh(x))", lambda x, o: o.sin(x) * (1 / o.tanh(x)))
    add("x (2 + 1/x)", lambda x, o: x * (2 + 1 / x))
    add("(1/x) log((1 + x)/(1 - x))", lambda x, o: (1 / x) * o.log((1 + x) / (1 - x)), room=1.0)
    add("x*x*x (1/(x - sin(x)))", lambda x, o: x * x * x * (1 / (x - o.sin(x))))
    add("(x - 1) (1/log(x))", lambda x, o: (x - 1) * (1 / o.log(x)), 1.0, room=1.0)


def _powers() -> None:
    def add(name: str, program: Callable[[Array, Operations], Array], at: float = 0.0, **rest: Any) -> None:
        _add("power", name, program, at, **rest)

    add("(1 + x)**(1/x)", lambda x, o: (1 + x) ** (1 / x), room=1.0)
    add("(1 + 2 x)**(1/x)", lambda x, o: (1 + 2 * x) ** (1 / x), room=0.5, scale=0.5)
    add("(1 - x)**(1/x)", lambda x, o: (1 - x) ** (1 / x), room=1.0)
    add("(sin(x)/x)**(1/x**2)", lambda x, o: (o.sin(x) / x) ** (1 / x**2), room=3.1)
    add("cos(x)**(1/x**2)", lambda x, o: o.cos(x) ** (1 / x**2), room=1.57)
    add("(exp(x) + x)**(1/x)", lambda x, o: (o.exp(x) + x) ** (1 / x), room=0.5, scale=0.5)
    add("x**(1/(1 - x))", lambda x, o: x ** (1 / (1 - x)), 1.0, room=1.0)
    add("(x**x - x)/(x - 1)", lambda x, o: (x**x - x) / (x - 1), 1.0, room=1.0)
    add("sin(x)**2/x**2", lambda x, o: o.sin(x) ** 2 / x**2)
    add("sin(x)**3/x**3", lambda x, o: o.sin(x) ** 3 / x**3)
    add("((1 + x)**3 - 1)/x", lambda x, o: ((1 + x) ** 3 - 1) / x)
    add(
        "((1 + x)**0.3 - 1)/x",
        lambda x, o: ((1 + x) ** 0.3 - 1) / x,
        exact=lambda t, o: (o.power(1 + t, arb(0.3)) - 1) / t,
        room=1.0,
    )
    add(
        "(x**0.5 - 1)/(x - 1)",
        lambda x, o: (x**0.5 - 1) / (x - 1),
        1.0,
        room=1.0,
        exact=lambda t, o: ((1 + t).sqrt() - 1) / t,
    )
    add("(2**x - 1)/x", lambda x, o: (2.0**x - 1) / x, exact=lambda t, o: (_pow(2, t) - 1) / t)
    add("x**3/x**2", lambda x, o: x**3 / x**2)


def _parameters() -> None:
    def add(name: str, program: Callable[[Array, Operations], Array], at: float = 0.0, **rest: Any) -> None:
        _add("parameter", name, program, at, **rest)

    add("Box-Cox", lambda x, o: (2.5**x - 1) / x, exact=lambda t, o: (_pow(2.5, t) - 1) / t)
    add("Box-Cox of 0.1", lambda x, o: (0.1**x - 1) / x, exact=lambda t, o: (_pow(0.1, t) - 1) / t, scale=0.4)
    add(
        "Yeo-Johnson below 0",
        lambda x, o: -(3.0 ** (2 - x) - 1) / (2 - x),
        2.0,
        exact=lambda t, o: (_pow(3, -t) - 1) / t,
    )
    add("inverse Box-Cox", lambda x, o: (1 + 0.8 * x) ** (1 / x), room=1.25)
    add(
        "Clayton copula",
        lambda x, o: (0.3**-x + 0.6**-x - 1) ** (-1 / x),
        exact=lambda t, o: (-(_pow(0.3, -t) + _pow(0.6, -t) - 1).log() / t).exp(),
        room=0.8,
        scale=0.5,
    )
    add(
        "Frank copula",
        lambda x, o: -o.log(1 + (o.exp(-0.3 * x) - 1) * (o.exp(-0.6 * x) - 1) / (o.exp(-x) - 1)) / x,
        scale=2.0,
    )

    def vasicek(a: Array, o: Operations) -> Array:
        b = (1 - o.exp(-5 * a)) / a
        return (0.05 - 0.04 / (2 * a * a)) * (b - 5) - 0.04 * b * b / (4 * a)

    add("Vasicek log A", vasicek, scale=0.4)
    add(
        "Tsallis entropy",
        lambda x, o: (1 - 0.125**x - 0.375**x - 0.5**x) / (x - 1),
        1.0,
        exact=lambda t, o: (1 - sum(p * _pow(p, t) for p in (0.125, 0.375, 0.5))) / t,
    )
    add(
        "Renyi entropy",
        lambda x, o: o.log(0.125**x + 0.375**x + 0.5**x) / (1 - x),
        1.0,
        exact=lambda t, o: -sum(p * _pow(p, t) for p in (0.125, 0.375, 0.5)).log() / t,
    )
    add(
        "negative binomial to Poisson",
        lambda x, o: o.log1p(x) + o.log1p(2 * x) - (3 + 1 / x) * o.log1p(2.5 * x),
        room=0.4,
        scale=0.4,
    )
    add("Student to normal", lambda x, o: -(1 / x + 1) / 2 * o.log1p(1.75 * x), room=0.57, scale=0.5)
    add("extreme values (GEV)", lambda x, o: o.exp(-((1 + 0.7 * x) ** (-1 / x))), room=1.4)
    add("generalized Pareto log density", lambda x, o: -(1 + 1 / x) * o.log1p(0.7 * x), room=1.4)
    add("frailty", lambda x, o: o.log(1 + 1.7 * x) / x, room=0.58, scale=0.5)
    add(
        "constant relative risk aversion",
        lambda x, o: (2.5 ** (1 - x) - 1) / (1 - x),
        1.0,
        exact=lambda t, o: (_pow(2.5, -t) - 1) / -t,
    )
    add(
        "constant elasticity of substitution",
        lambda x, o: (0.25 * 2.0**x + 0.75 * 3.0**x) ** (1 / x),
        exact=lambda t, o: ((0.25 * _pow(2, t) + 0.75 * _pow(3, t)).log() / t).exp(),
    )
    add(
        "power mean",
        lambda x, o: ((2.0**x + 5.0**x) / 2) ** (1 / x),
        exact=lambda t, o: (((_pow(2, t) + _pow(5, t)) / 2).log() / t).exp(),
    )
    add("cumulants over x", lambda x, o: o.log(0.25 * o.exp(2 * x) + 0.75 * o.exp(-x)) / x, scale=0.5)
    add(
        "Bateman",
        lambda x, o: (math.exp(-1.5) - o.exp(-2 * x)) / (x - 0.75),
        0.75,
        exact=lambda t, o: arb(-1.5).exp() * (1 - o.exp(-2 * t)) / t,
        rounded=True,
    )
    add("distance with drag", lambda x, o: o.log1p(3 * x) / x, room=0.33, scale=0.3)
    add("height with drag", lambda x, o: (2 * x - 1 + o.exp(-2 * x)) / x**2)
    add("Nelson-Siegel", lambda x, o: (1 - o.exp(-3 * x)) / (3 * x) - o.exp(-3 * x), scale=0.5)
    add("Gompertz", lambda x, o: 0.2 * (o.exp(5 * x) - 1) / x, scale=0.3)
    add("kappa distribution", lambda x, o: (1 + 0.9 * x) ** (-1 / x - 1), room=1.1)
    add(
        "q-exponential",
        lambda x, o: (1 + (1 - x) * 0.6) ** (1 / (1 - x)),
        1.0,
        room=1.6,
    )
    add(
        "alpha divergence at 0",
        lambda x, o: (1 - 0.25**x * 0.5 ** (1 - x) - 0.75**x * 0.5 ** (1 - x)) / (x * (1 - x)),
        exact=lambda t, o: (1 - _pow(0.5, t) / 2 - _pow(1.5, t) / 2) / (t * (1 - t)),
        room=1.0,
    )
    add(
        "alpha divergence at 1",
        lambda x, o: (1 - 0.25**x * 0.5 ** (1 - x) - 0.75**x * 0.5 ** (1 - x)) / (x * (1 - x)),
        1.0,
        exact=lambda t, o: (1 - _pow(0.5, t) / 4 - 3 * _pow(1.5, t) / 4) / (-t * (1 + t)),
        room=1.0,
    )


def _even() -> None:
    def add(name: str, program: Callable[[Array, Operations], Array], at: float = 0.0, **rest: Any) -> None:
        _add("even", name, program, at, **{"side": 1, **rest})

    add("sin(sqrt(s))/sqrt(s)", lambda x, o: o.sin(o.sqrt(x)) / o.sqrt(x), scale=4.0)
    add("(cos(sqrt(k)) - 1)/k", lambda x, o: (o.cos(o.sqrt(x)) - 1) / x, scale=4.0)
    add("(1 - cos(sqrt(s)))/s", lambda x, o: (1 - o.cos(o.sqrt(x))) / x, scale=4.0)
    add("tanh(sqrt(s))/sqrt(s)", lambda x, o: o.tanh(o.sqrt(x)) / o.sqrt(x), room=2.4)
    add("sqrt(s)/tan(sqrt(s))", lambda x, o: o.sqrt(x) / o.tan(o.sqrt(x)), scale=4.0, room=9.8)
    add("sqrt(s)/tanh(sqrt(s))", lambda x, o: o.sqrt(x) / o.tanh(o.sqrt(x)), scale=4.0, room=9.8)
    add("asin(sqrt(s))/sqrt(s)", lambda x, o: o.asin(o.sqrt(x)) / o.sqrt(x), room=1.0)
    add("friction: atan(sqrt(s))/sqrt(s)", lambda x, o: o.atan(o.sqrt(x)) / o.sqrt(x), room=1.0)
    add("asinh(sqrt(s))/sqrt(s)", lambda x, o: o.asinh(o.sqrt(x)) / o.sqrt(x), room=1.0)
    add("cos(sqrt(s))", lambda x, o: o.cos(o.sqrt(x)), scale=4.0)
    add(
        "(sqrt(s) - sin(sqrt(s)))/(s sqrt(s))",
        lambda x, o: (o.sqrt(x) - o.sin(o.sqrt(x))) / (x * o.sqrt(x)),
        scale=4.0,
    )
    add(
        "left Jacobian of rotations",
        lambda x, o: 1 / x - (1 + o.cos(o.sqrt(x))) / (2 * o.sqrt(x) * o.sin(o.sqrt(x))),
        scale=4.0,
        room=9.8,
    )

    def half_angle(t: acb_series, o: Operations) -> acb_series:
        """The angle whose cosine is 1 + t."""
        return 2 * o.asin((-t / 2).sqrt())

    add(
        "acos(x)**2/(1 - x)",
        lambda x, o: o.acos(x) ** 2 / (1 - x),
        1.0,
        exact=lambda t, o: half_angle(t, o) ** 2 / -t,
        side=-1,
        room=1.9,
    )
    add(
        "logarithm of rotations: acos(c)/sqrt(1 - c*c)",
        lambda x, o: o.acos(x) / o.sqrt(1 - x * x),
        1.0,
        exact=lambda t, o: half_angle(t, o) / (-t).sqrt() / (2 + t).sqrt(),
        side=-1,
        room=1.9,
    )
    add(
        "logarithm of rotations by the trace",
        lambda x, o: o.acos((x - 1) / 2) / (2 * o.sin(o.acos((x - 1) / 2))),
        3.0,
        exact=lambda t, o: half_angle(t / 2, o) / (2 * o.sin(half_angle(t / 2, o))),
        side=-1,
        room=3.8,
        scale=2.0,
    )
    add(
        "elliptical lens",
        lambda x, o: o.atan(2 * o.sqrt(1 - x * x)) / o.sqrt(1 - x * x),
        1.0,
        exact=lambda t, o: o.atan(2 * (-t).sqrt() * (2 + t).sqrt()) / ((-t).sqrt() * (2 + t).sqrt()),
        side=-1,
        room=0.11,
        scale=0.12,
    )
    add("radius squared by sqrt", lambda x, o: o.exp(-(o.sqrt(x) ** 2)), exact=lambda t, o: o.exp(-t))


def _real_only() -> None:
    def add(name: str, program: Callable[[Array, Operations], Array], at: float = 0.0, **rest: Any) -> None:
        _add("real", name, program, at, **{"families": REAL, **rest})

    add("erf(x)/x", lambda x, o: o.erf(x) / x)
    add("(1 - erfc(x))/x", lambda x, o: (1 - o.erfc(x)) / x, exact=lambda t, o: o.erf(t) / t)
    add("(erf(x) - erf(2 x))/sin(x)", lambda x, o: (o.erf(x) - o.erf(2 * x)) / o.sin(x), room=3.1, scale=0.5)
    add(
        "(softplus(x) - log 2)/x",
        lambda x, o: (o.softplus(x) - math.log(2)) / x,
        exact=lambda t, o: ((1 + t.exp()) / 2).log() / t,
        rounded=True,
        families=JAX_TAKES_COMPLEX,
    )
    add(
        "(softplus(x) + softplus(-x) - 2 log 2)/x**2",
        lambda x, o: (o.softplus(x) + o.softplus(-x) - 2 * math.log(2)) / x**2,
        exact=lambda t, o: ((2 + t.exp() + (-t).exp()) / 4).log() / (t * t),
        rounded=True,
        families=JAX_TAKES_COMPLEX,
    )
    add("|x| tanh|x|/x**2", lambda x, o: o.abs(x) * o.tanh(o.abs(x)) / x**2, exact=lambda t, o: o.tanh(t) / t)
    add("sin|x|/|x|", lambda x, o: o.sin(o.abs(x)) / o.abs(x), exact=lambda t, o: o.sin(t) / t)
    add("|x|/sinh|x|", lambda x, o: o.abs(x) / o.sinh(o.abs(x)), exact=lambda t, o: t / o.sinh(t))
    add(
        "sin(sqrt(x*x))**2/x**2",
        lambda x, o: o.sin(o.sqrt(o.abs(x) ** 2)) ** 2 / x**2,
        exact=lambda t, o: (o.sin(t) / t) ** 2,
    )

    def nfw(x: Array, o: Operations) -> Array:
        """Convergence of a Navarro-Frenk-White lens as published.

        Each branch has a safe argument.
        """
        low = o.where(x < 1, x, 0.5 * o.ones_like(x))
        high = o.where(x > 1, x, 2 * o.ones_like(x))
        inner = 1 - 2 * o.atanh(o.sqrt((1 - low) / (1 + low))) / o.sqrt(1 - low * low)
        outer = 1 - 2 * o.atan(o.sqrt((high - 1) / (1 + high))) / o.sqrt(high * high - 1)
        return o.where(x < 1, inner, outer) / (x * x - 1)

    def nfw_meant(t: acb_series, o: Operations) -> acb_series:
        u = (-t / (2 + t)).sqrt()
        return (1 - 2 * o.atanh(u) / (u * (2 + t))) / (t * (2 + t))

    add("convergence of an NFW lens", nfw, 1.0, exact=nfw_meant, room=1.0, families=JAX_TAKES_COMPLEX)
    add("lgamma(1 + x)/x", lambda x, o: o.lgamma(1 + x) / x, room=1.0)
    add(
        "(lgamma(1 + x) + 0.577.. x)/x**2",
        lambda x, o: (o.lgamma(1 + x) + np.euler_gamma * x) / x**2,
        exact=lambda t, o: (o.lgamma(1 + t) + arb.const_euler() * t) / t**2,
        room=1.0,
        rounded=True,
    )
    add(
        "(digamma(1 + x) + 0.577..)/x",
        lambda x, o: (o.digamma(1 + x) + np.euler_gamma) / x,
        exact=lambda t, o: (o.digamma(1 + t) + arb.const_euler()) / t,
        room=1.0,
        rounded=True,
    )
    add("i1(x)/x", lambda x, o: o.i1(x) / x, exact=lambda t, o: o.i1_over_x(t))
    add("(i0(x) - 1)/x**2", lambda x, o: (o.i0(x) - 1) / x**2)
    add("sqrt(x**4 + x**6)/x**2", lambda x, o: o.sqrt(x**4 + x**6) / x**2, exact=lambda t, o: (1 + t * t).sqrt())
    add("sqrt(x*x + x**4)/|x|", lambda x, o: o.sqrt(x * x + x**4) / o.abs(x), exact=lambda t, o: (1 + t * t).sqrt())
    add(
        "log1p(exp(-|x|)) + max(x, 0)",
        lambda x, o: o.log1p(o.exp(-o.abs(x))) + o.maximum(x, o.zeros_like(x)),
        exact=lambda t, o: (1 + t.exp()).log(),
    )
    add(
        "sin(clip(x, -1, 1))/x",
        lambda x, o: o.sin(o.clip(x, -1.0, 1.0)) / x,
        exact=lambda t, o: o.sin(t) / t,
        room=1.0,
    )
    add("gelu(x)/x", lambda x, o: o.gelu(x) / x, exact=lambda t, o: (1 + o.erf(t / arb(2).sqrt())) / 2)
    add(
        "where(x > 0, expm1(x)/x, (1 - exp(x))/-x)",
        lambda x, o: o.where(x > 0, o.expm1(x) / x, (1 - o.exp(x)) / -x),
        exact=lambda t, o: (t.exp() - 1) / t,
        families=JAX_TAKES_COMPLEX,
    )
    add(
        "(logaddexp(x, -x) - log 2)/x**2",
        lambda x, o: (o.logaddexp(x, -x) - math.log(2)) / x**2,
        exact=lambda t, o: ((t.exp() + (-t).exp()) / 2).log() / t**2,
        rounded=True,
        families={"torch": "circle", "tensorflow": "real", "jax": "circle"},
    )
    add(
        "(relu(x) - relu(-x))/tanh(x)",
        lambda x, o: (o.relu(x) - o.relu(-x)) / o.tanh(x),
        exact=lambda t, o: t / o.tanh(t),
        families=JAX_TAKES_COMPLEX,
    )
    add("sign(x) sin|x|/x", lambda x, o: o.sign(x) * o.sin(o.abs(x)) / x, exact=lambda t, o: o.sin(t) / t)
    add("silu(x)/x", lambda x, o: o.silu(x) / x, exact=lambda t, o: o.sigmoid(t), families=dict.fromkeys(ALL, "circle"))


def _nested() -> None:
    def add(name: str, program: Callable[[Array, Operations], Array], at: float = 0.0, **rest: Any) -> None:
        _add("nested", name, program, at, **rest)

    add("(x/tanh(x) - 1)/x", lambda x, o: (x / o.tanh(x) - 1) / x)
    add("(x/tanh(x) - 1)/x**2", lambda x, o: (x / o.tanh(x) - 1) / x**2)
    add("log(sin(x)/x)/x**2", lambda x, o: o.log(o.sin(x) / x) / x**2, room=3.1)
    add("exp(sin(x)/x)", lambda x, o: o.exp(o.sin(x) / x))
    add("(x/sin(x) - 1)/x**2", lambda x, o: (x / o.sin(x) - 1) / x**2, room=3.1)
    add("(expm1(x)/x - 1)/x", lambda x, o: (o.expm1(x) / x - 1) / x)
    add("log(expm1(x)/x)/x", lambda x, o: o.log(o.expm1(x) / x) / x)
    add("(sin(x)/x - cos(x))/x**2", lambda x, o: (o.sin(x) / x - o.cos(x)) / x**2)
    add("(1/x - 1/expm1(x) - 0.5)/x", lambda x, o: (1 / x - 1 / o.expm1(x) - 0.5) / x)
    add("sqrt((1 - cos(x))/x**2)", lambda x, o: o.sqrt((1 - o.cos(x)) / x**2), room=6.2)
    add(
        "((1 + x)**(1/x) - e)/x",
        lambda x, o: ((1 + x) ** (1 / x) - math.e) / x,
        exact=lambda t, o: (((1 + t).log() / t).exp() - arb(1).exp()) / t,
        room=1.0,
        rounded=True,
    )
    add("tanh(x)/x/(sin(x)/x)", lambda x, o: (o.tanh(x) / x) / (o.sin(x) / x), room=3.1)


def _patched() -> None:
    def add(name: str, program: Callable[[Array, Operations], Array], at: float = 0.0, **rest: Any) -> None:
        _add("patched", name, program, at, **rest)

    def sinc(t: acb_series, o: Operations) -> acb_series:
        return o.sin(t) / t

    add("where(x == 0, 1, sin(x)/x)", lambda x, o: o.where(x == 0, o.ones_like(x), o.sin(x) / x), exact=sinc)
    add("where(x == 0, 5, sin(x)/x)", lambda x, o: o.where(x == 0, 5 * o.ones_like(x), o.sin(x) / x), exact=sinc)

    def twice(x: Array, o: Operations) -> Array:
        safe = o.where(x == 0, o.ones_like(x), x)
        return o.where(x == 0, o.ones_like(x), o.sin(safe) / safe)

    add("double where", twice, exact=sinc)
    add(
        "where(x == 0, 0, (1 - cos(x))/x**2)",
        lambda x, o: o.where(x == 0, o.zeros_like(x), (1 - o.cos(x)) / x**2),
        exact=lambda t, o: (1 - o.cos(t)) / t**2,
    )
    add(
        "where(x == 2, 4, (x*x - 4)/(x - 2))",
        lambda x, o: o.where(x == 2, 4 * o.ones_like(x), (x * x - 4) / (x - 2)),
        2.0,
        exact=lambda t, o: 4 + t,
    )
    add(
        "where(|x| < 1e-8, 1, expm1(x)/x)",
        lambda x, o: o.where(o.abs(x) < 1e-8, o.ones_like(x), o.expm1(x) / x),
        exact=lambda t, o: (t.exp() - 1) / t,
    )
    add(
        "x/where(x == 0, 1, exp(x) - 1)",
        lambda x, o: x / o.where(x == 0, o.ones_like(x), o.exp(x) - 1),
        exact=lambda t, o: t / (t.exp() - 1),
    )


def _scaled() -> None:
    def add(base: str, factor: float) -> None:
        """The same function of x times a factor: 1e4 has the natural length 1e-4."""
        case = get(base)
        program, meant = case.program, case.exact or case.program
        _add(
            "scaled",
            f"{base} of {factor:g} x",
            lambda x, o: program(factor * x, o),
            exact=lambda t, o: meant(arb(factor) * t, o),
            scale=case.scale / factor,
            room=case.room / factor,
            side=case.side,
            families=case.families,
        )

    for factor in (1e4, 1e-4):
        add("sin(x)/x", factor)
        add("(1 - cos(x))/x**2", factor)
        add("(x - sin(x))/x**3", factor)
        add("x/(exp(x) - 1)", factor)
        add("1/tanh(x) - 1/x", factor)
        add("log1p(x)/x", factor)
        add("(1 + x)**(1/x)", factor)
        add("tanh(sqrt(s))/sqrt(s)", factor)
        add("erf(x)/x", factor)
        add("|x| tanh|x|/x**2", factor)
    _add("scaled", "(1 - cos(x/1000))/x**2", lambda x, o: (1 - o.cos(x / 1000)) / x**2, scale=1e3)
    _add("scaled", "sin(10000 x)/x", lambda x, o: o.sin(10000 * x) / x, scale=1e-4)
    _add("scaled", "1e30 sin(x)/x", lambda x, o: 1e30 * o.sin(x) / x)
    _add("scaled", "1e-30 (exp(x) - 1)/x", lambda x, o: 1e-30 * (o.exp(x) - 1) / x)


def _moved() -> None:
    def add(name: str, program: Callable[[Array, Operations], Array], at: float, **rest: Any) -> None:
        _add("moved", name, program, at, **rest)

    def shifted(base: str, at: float) -> None:
        case = get(base)
        program = case.program
        _add(
            "moved",
            f"{base} of x - ({at:g})",
            lambda x, o: program(x - at, o),
            at,
            exact=case.exact or program,
            scale=case.scale,
            room=case.room,
            side=case.side,
            families=case.families,
        )

    for at in (1e8, 2.0, PI, -3.7):
        shifted("sin(x)/x", at)
        shifted("(1 - cos(x))/x**2", at)
        shifted("1/x - 1/(exp(x) - 1)", at)
    shifted("erf(x)/x", -3.7)
    shifted("erf(x)/x", 1e8)
    shifted("sin(sqrt(s))/sqrt(s)", 2.0)
    add(
        "(x*x - 1e16)/(x - 1e8)",
        lambda x, o: (x * x - 1e16) / (x - 1e8),
        1e8,
        exact=lambda t, o: t + 200000000,
        scale=1e8,
    )
    add("log(x/1e8)/(x - 1e8)", lambda x, o: o.log(x / 1e8) / (x - 1e8), 1e8, scale=1e8, room=1e8)
    add("sin(x)/(x - pi)", lambda x, o: o.sin(x) / (x - PI), PI, exact=lambda t, o: -o.sin(t) / t, rounded=True)
    add(
        "(1 + cos(x))/(x - pi)**2",
        lambda x, o: (1 + o.cos(x)) / (x - PI) ** 2,
        PI,
        exact=lambda t, o: (1 - o.cos(t)) / t**2,
        rounded=True,
    )
    add(
        "sin(pi x)/(x - 1)",
        lambda x, o: o.sin(PI * x) / (x - 1),
        1.0,
        exact=lambda t, o: -o.sin(arb.pi() * t) / t,
        rounded=True,
        scale=0.3,
    )
    add(
        "(exp(x) - exp(2))/(x - 2)",
        lambda x, o: (o.exp(x) - math.exp(2)) / (x - 2),
        2.0,
        exact=lambda t, o: arb(2).exp() * (t.exp() - 1) / t,
        rounded=True,
    )
    add("tan(x + 3.7)/(x + 3.7)", lambda x, o: o.tan(x + 3.7) / (x + 3.7), -3.7, room=1.57)
    add("log(x/2)/(x - 2)", lambda x, o: o.log(x / 2) / (x - 2), 2.0, scale=2.0, room=2.0)
    add(
        "(x**0.5 - 2**0.5)/(x - 2)",
        lambda x, o: (x**0.5 - 2**0.5) / (x - 2),
        2.0,
        exact=lambda t, o: ((2 + t).sqrt() - arb(2).sqrt()) / t,
        scale=2.0,
        room=2.0,
        rounded=True,
    )


def _poles_beside() -> None:
    for d in (1e-1, 1e-2, 1e-3):
        for name, numerator in (
            ("sin(x)/x", lambda x, o: o.sin(x) / x),
            ("(1 - cos(x))/x**2", lambda x, o: (1 - o.cos(x)) / x**2),
            ("(exp(x) - 1)/x", lambda x, o: (o.exp(x) - 1) / x),
        ):
            _add(
                "pole beside",
                f"{name}/({d:g} - x)",
                lambda x, o, d=d, numerator=numerator: numerator(x, o) / (d - x),
                exact=lambda t, o, d=d, numerator=numerator: numerator(t, o) / (arb(d) - t),
                scale=d,
                room=d,
            )
    _add(
        "pole beside",
        "erf(x)/x/(0.1 + x)",
        lambda x, o: o.erf(x) / x / (0.1 + x),
        exact=lambda t, o: o.erf(t) / t / (arb(0.1) + t),
        scale=0.1,
        room=0.1,
        families=REAL,
    )


def _nothing_wrong() -> None:
    def add(name: str, program: Callable[[Array, Operations], Array], at: float = 0.0, **rest: Any) -> None:
        _add("nothing wrong", name, program, at, **rest)

    add("x/(x - 1)", lambda x, o: x / (x - 1), room=1.0)
    add("exp(x)", lambda x, o: o.exp(x))
    add("polynomial", lambda x, o: 3 - x + 2 * x * x - 0.5 * x * x * x)
    add("sin(x)", lambda x, o: o.sin(x))
    add("1/(1 + x*x)", lambda x, o: 1 / (1 + x * x))
    add("sqrt(1 + x)", lambda x, o: o.sqrt(1 + x), room=1.0)
    add("log(x) at 3", lambda x, o: o.log(x), 3.0, scale=3.0, room=3.0)
    add("x + 2", lambda x, o: x + 2, 2.0)
    add("softplus(x)", lambda x, o: o.softplus(x), exact=lambda t, o: (1 + t.exp()).log(), families=JAX_TAKES_COMPLEX)


def get(name: str) -> Case:
    """Return the case of a name.

    Raises
    ------
    KeyError
        If there is none.
    """
    for case in CASES:
        if case.name == name:
            return case
    raise KeyError(name)


def by_kind() -> dict[str, list[Case]]:
    """Return the cases of each kind, in the order of :data:`KINDS`."""
    return {kind: [case for case in CASES if case.kind == kind] for kind in KINDS}


for _fill in (
    _quotients,
    _differences,
    _products,
    _powers,
    _parameters,
    _even,
    _real_only,
    _nested,
    _patched,
    _scaled,
    _moved,
    _poles_beside,
    _nothing_wrong,
):
    _fill()
