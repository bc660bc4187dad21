"""What an expression is at a point and around it, by ways other than those of the explorer.

The explorer takes formal power series. Here the expression is evaluated by Arb: with its first two
derivatives at places very close to the point, and around it on a circle in the complex plane.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import acb, arb, ctx

BITS = 20_000
# Two distances: what is different at both is not a limit, and what shrinks from one to the next
# is 0.
FAR, NEAR = 300, 600


class UndefinedError(Exception):
    """There is no real number."""


class UnknownError(Exception):
    """The bounds are too wide to tell."""


class HugeError(UnknownError):
    """There is a number, too large for its exponent to be kept."""


@dataclass(frozen=True)
class Jet:
    """A number with two derivatives."""

    v: arb
    d: arb
    c: arb

    def then(self, v: arb, first: arb, second: arb) -> Jet:
        """A function of this jet, from its value and its derivatives there."""
        return Jet(v, first * self.d, second * self.d * self.d + first * self.c)


def _sign(x: arb) -> int:
    if x == 0:
        return 0
    if x > 0:
        return 1
    if x < 0:
        return -1
    raise UnknownError


def _zero(x: arb) -> bool:
    """Whether a number is 0, where it can only be 0 or something of ordinary size."""
    if x != 0:
        return False
    if x == 0 or x.rad() < arb(2) ** (-ctx.prec // 3):
        return True
    raise UnknownError


def _log(x: Jet) -> Jet:
    if _zero(x.v) or _sign(x.v) < 0:
        raise UndefinedError
    return x.then(x.v.log(), 1 / x.v, -1 / (x.v * x.v))


def _over(p: Jet, q: Jet) -> Jet:
    if _zero(q.v):
        raise UndefinedError
    return _times(p, q.then(1 / q.v, -1 / q.v**2, 2 / q.v**3))


def _times(p: Jet, q: Jet) -> Jet:
    return Jet(p.v * q.v, p.d * q.v + p.v * q.d, p.c * q.v + 2 * p.d * q.d + p.v * q.c)


def _plus(p: Jet, q: Jet) -> Jet:
    return Jet(p.v + q.v, p.d + q.d, p.c + q.c)


def _constant(x: Any) -> Jet:
    return Jet(arb(x), arb(0), arb(0))


def _power(p: Jet, q: Jet) -> Jet:
    if q.d == 0 and q.c == 0:
        near = round(float(q.v))
        if _zero(q.v - near):
            if near >= 0:
                derivatives = [math.perm(near, k) * math.prod([p.v] * (near - k), start=arb(1)) for k in (0, 1, 2)]
                return p.then(*derivatives)
            return _over(_constant(1), _power(p, _constant(-near)))
    if _zero(p.v):
        if q.v > 0 and _zero(p.d) and _zero(p.c):
            return _constant(0)
        raise UndefinedError
    return _exp(_times(q, _log(p)))


def _exp(x: Jet) -> Jet:
    if x.v > 2**40:
        raise HugeError
    e = x.v.exp()
    return x.then(e, e, e)


def _root(x: Jet) -> Jet:
    if _zero(x.v) and x.d == 0 and x.c == 0:
        return _constant(0)
    return _power(x, _constant(arb(1) / 2))


def _abs(x: Jet) -> Jet:
    if _zero(x.v):
        if x.d == 0 and x.c == 0:
            return _constant(0)
        raise UndefinedError
    s = _sign(x.v)
    return Jet(s * x.v, s * x.d, s * x.c)


def _circular(function: Callable[[arb], arb], sign: int) -> Callable[[Jet], Jet]:
    def of(x: Jet) -> Jet:
        if x.v > 1 or x.v < -1:
            raise UndefinedError
        rest = 1 - x.v * x.v
        if _zero(rest):
            if _zero(x.d) and _zero(x.c):
                return _constant(function(arb(round(float(x.v)))))
            raise UndefinedError
        root = rest.sqrt()
        return x.then(function(x.v), sign / root, sign * x.v / root**3)

    return of


def _tan(x: Jet) -> Jet:
    return _over(FUNCTIONS["sin"](x), FUNCTIONS["cos"](x))


def _tanh(x: Jet) -> Jet:
    t = x.v.tanh()
    return x.then(t, 1 - t * t, -2 * t * (1 - t * t))


def _erf(x: Jet) -> Jet:
    slope = 2 / arb.pi().sqrt() * (-x.v * x.v).exp()
    return x.then(x.v.erf(), slope, -2 * x.v * slope)


FUNCTIONS: dict[str, Callable[[Jet], Jet]] = {
    "sin": lambda x: x.then(x.v.sin(), x.v.cos(), -x.v.sin()),
    "cos": lambda x: x.then(x.v.cos(), -x.v.sin(), -x.v.cos()),
    "tan": _tan,
    "asin": _circular(lambda x: x.asin(), 1),
    "acos": _circular(lambda x: x.acos(), -1),
    "atan": lambda x: x.then(x.v.atan(), 1 / (1 + x.v**2), -2 * x.v / (1 + x.v**2) ** 2),
    "sinh": lambda x: x.then(x.v.sinh(), x.v.cosh(), x.v.sinh()),
    "cosh": lambda x: x.then(x.v.cosh(), x.v.sinh(), x.v.cosh()),
    "tanh": _tanh,
    "exp": _exp,
    "expm1": lambda x: Jet(x.v.expm1(), _exp(x).d, _exp(x).c),
    "log": _log,
    "log1p": lambda x: _log(_plus(x, _constant(1))),
    "log2": lambda x: _over(_log(x), _constant(arb(2).log())),
    "sqrt": _root,
    "abs": _abs,
    "sigmoid": lambda x: _over(_constant(1), _plus(_constant(1), _exp(Jet(-x.v, -x.d, -x.c)))),
    "erf": _erf,
}


def jet(expression: str, x: Jet) -> Jet:
    """Evaluate an expression with two derivatives.

    Raises
    ------
    UndefinedError
        If there is no real number.
    UnknownError
        If the bounds are too wide.
    """
    return _walk(ast.parse(expression, mode="eval").body, x)


def _walk(node: ast.expr, x: Jet) -> Jet:
    match node:
        case ast.Name(id="x"):
            return x
        case ast.Name(id="pi"):
            return _constant(arb.pi())
        case ast.Name(id="e"):
            return _constant(arb(1).exp())
        case ast.Constant(value=value):
            # A number is what is typed: repr gives its digits back.
            exact = Fraction(repr(value))
            return _constant(arb(exact.numerator) / arb(exact.denominator))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            p = _walk(operand, x)
            return Jet(-p.v, -p.d, -p.c)
        case ast.BinOp(left=left, op=op, right=right):
            p, q = _walk(left, x), _walk(right, x)
            if isinstance(op, ast.Sub):
                return _plus(p, Jet(-q.v, -q.d, -q.c))
            return {ast.Add: _plus, ast.Mult: _times, ast.Div: _over, ast.Pow: _power}[type(op)](p, q)
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](_walk(argument, x))
    raise AssertionError(ast.dump(node))


def at(expression: str, x: arb) -> Jet | None:
    """Value and derivatives at a number; None where there is no real one."""
    try:
        return jet(expression, Jet(x, arb(1), arb(0)))
    except UndefinedError:
        return None


def at_double(expression: str, x: float, bits: int = 800) -> Jet | None:
    """The same at a double, exactly, with so many bits."""
    ctx.prec = bits
    return at(expression, arb(x))


def _close(p: arb, q: arb) -> bool:
    return bool(abs(p - q) <= arb(2) ** -40 * (1 + abs(q)))


def _grows(near: arb, far: arb) -> bool:
    return bool(abs(near) > 1.01 * abs(far)) and bool(abs(near) > 40)


def _limit(near: arb, far: arb) -> float:
    return 0.0 if abs(near) <= abs(far) * arb(2) ** -40 or abs(near) <= arb(2) ** -250 else float(near.mid())


def _tame(expression: str, x: arb) -> bool:
    try:
        return at(expression, x) is not None
    except HugeError:
        return False


@dataclass(frozen=True)
class Nature:
    """What an expression is at a point, in the words of the explorer, and its limits there."""

    kind: str
    value: float | None = None
    slope: float | None = None


def nature(expression: str, point: str) -> Nature:
    """Tell what an expression is at a point; ``ordinary`` where it has a value and is smooth."""
    ctx.prec = BITS
    middle = jet(point, Jet(arb("nan"), arb(0), arb(0))).v
    sides = []
    for side in (1, -1):
        try:
            sides.append([at(expression, middle + side * arb(2) ** -distance) for distance in (NEAR, FAR)])
        except HugeError:
            return Nature("pole" if _tame(expression, middle + side * arb(2) ** -9) else "unsettled")
    if all(p is None for pair in sides for p in pair):
        return Nature("undefined")
    if any(p is None for pair in sides for p in pair):
        return Nature("edge")
    found: list[list[Jet]] = sides  # type: ignore[assignment]
    if any(_grows(near.v, far.v) for near, far in found):
        return Nature("pole")
    if not all(_close(near.v, far.v) for near, far in found):
        return Nature("unsettled")
    (right, right_far), (left, _) = found
    if not _close(right.v, left.v):
        return Nature("jump")
    value = _limit(right.v, right_far.v)
    if any(_grows(near.d, far.d) for near, far in found):
        return Nature("vertical", value)
    if not all(_close(near.d, far.d) for near, far in found):
        return Nature("rough", value)
    if not _close(right.d, left.d):
        return Nature("corner", value)
    slope = _limit(right.d, right_far.d)
    try:
        # A value is enough: a number without derivatives.
        jet(expression, Jet(middle, arb(0), arb(0)))
        return Nature("ordinary", value, slope)
    except (UndefinedError, UnknownError):
        pass
    return Nature("removable" if _analytic(expression, middle) else "limited", value, slope)


_COMPLEX: dict[str, Callable[[acb], acb]] = {
    "log2": lambda z: z.log() / acb(2).log(),
    "sigmoid": lambda z: 1 / (1 + (-z).exp()),
}


def _complex(node: ast.expr, z: acb) -> acb:
    match node:
        case ast.Name(id="x"):
            return z
        case ast.Name() | ast.Constant():
            return acb(_walk(node, _constant(0)).v)
        case ast.UnaryOp(operand=operand):
            return -_complex(operand, z)
        case ast.BinOp(left=left, op=op, right=right):
            p, q = _complex(left, z), _complex(right, z)
            if isinstance(op, ast.Pow) and isinstance(right, ast.Constant) and isinstance(right.value, int):
                return p**right.value
            return {
                ast.Add: lambda: p + q,
                ast.Sub: lambda: p - q,
                ast.Mult: lambda: p * q,
                ast.Div: lambda: p / q,
                ast.Pow: lambda: (q * p.log()).exp(),
            }[type(op)]()
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            inside = _complex(argument, z)
            return _COMPLEX[name](inside) if name in _COMPLEX else getattr(inside, name)()
    raise AssertionError(ast.dump(node))


def _divided(values: list[arb], nodes: list[arb]) -> list[arb]:
    """Newton's divided differences of all orders from the first node."""
    found = [values[0]]
    row = values
    for order in range(1, len(nodes)):
        row = [(row[i + 1] - row[i]) / (nodes[i + order] - nodes[i]) for i in range(len(row) - 1)]
        found.append(row[0])
    return found


def _analytic(expression: str, middle: arb) -> bool:
    """Whether one power series holds on both sides, as far as numbers can tell.

    Divided differences on the right are close to those on the left, which they are not beside a
    kink of any derivative; and, where the absolute value does not stand in the way, the Laurent
    coefficients of negative index are 0 on a circle around the point.
    """
    sides = []
    for side in (1, -1):
        nodes = [side * k * arb(2) ** -NEAR for k in range(1, 8)]
        values = []
        for t in nodes:
            there = at(expression, middle + t)
            if there is None:
                return False
            values.append(there.v)
        sides.append(_divided(values, nodes))
    if not all(_close(p, q) for p, q in zip(*sides, strict=True)):
        return False
    return "abs(" in expression or _without_a_principal_part(expression, middle)


def _without_a_principal_part(expression: str, middle: arb, nodes: int = 32, radius: int = 40) -> bool:
    tree = ast.parse(expression, mode="eval").body
    turn = [acb(arb(2 * k + 1) / nodes).exp_pi_i() for k in range(nodes)]
    values = [_complex(tree, acb(middle) + z * acb(2) ** -radius) for z in turn]
    worst = max((abs(sum(v * z**k for v, z in zip(values, turn, strict=True)) / nodes) for k in range(1, 8)), key=float)
    size = max((abs(v) for v in values), key=float)
    # A pole, a jump or a cut leaves a part of the size; what rounds off, nothing.
    return bool(worst < arb(2) ** -500 * (1 + size))


def off(found: float, meant: arb) -> float:
    """The error of a result, relative where what is meant is larger than 1."""
    if math.isnan(found):
        return math.inf
    if math.isinf(found):
        return 0.0 if abs(meant) >= 2**1023 and (meant > 0) == (found > 0) else math.inf
    return float(abs(arb(found) - meant) / max(abs(meant), arb(1), key=float))


def counts(expression: str, samples: Sequence[tuple[float, Sequence[float]]]) -> list[int]:
    """In how many samples each result is off by more than a thousandth, where a number is meant.

    A sample is a number and what was computed there: value, slope, and perhaps the second
    derivative.
    """
    wrong = [0] * len(samples[0][1])
    for x, found in samples:
        true = at_double(expression, x)
        if true is not None:
            for k, (result, meant) in enumerate(zip(found, (true.v, true.d, true.c), strict=False)):
                wrong[k] += not off(result, meant) <= 1e-3
    return wrong
