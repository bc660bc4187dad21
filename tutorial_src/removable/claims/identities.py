"""The paper's identities and limits, derived by computer algebra.

Each function returns what the algebra comes to: the difference of the two sides of an identity, a
simplified slope, or a limit. Each raises ``AssertionError`` when that is not what the paper has: an
identity is not a measurement, and has no other verdict.
"""

from __future__ import annotations

import functools
from typing import Any

import sympy
from sympy import Symbol, limit, simplify, together

x = Symbol("x", real=True)
gamma = Symbol("gamma", real=True)
epsilon = Symbol("epsilon", positive=True)
S = Symbol("S", nonzero=True)  # the sign, +1 or -1, constant near any point but 2

f, g = x**2 - 4, x - 2


def _proved(left: Any, right: Any, what: str) -> Any:
    """Return the difference of the two sides, once it has simplified to zero."""
    difference = simplify(together(left - right))
    if difference != 0:
        raise AssertionError(f"{what}: the two sides differ by {difference}")
    return difference


def _simplified(result: Any, expected: Any, what: str) -> Any:
    """Return a result of computer algebra in its simplest form, once it is proved."""
    _proved(result, expected, what)
    return simplify(together(result))


@functools.cache
def chain_rule() -> Any:
    """Equation (5a): the slope of a quotient as two partial derivatives, less the slope.

    Examples
    --------
    >>> from removable.claims.identities import chain_rule
    >>> chain_rule()
    0
    """
    F, G = sympy.Function("f")(x), sympy.Function("g")(x)
    u, v = sympy.symbols("u v")
    quotient = u / v
    parts = sympy.diff(quotient, u) * F.diff(x) + sympy.diff(quotient, v) * G.diff(x)
    return _proved(parts.subs({u: F, v: G}), (F / G).diff(x), "equation (5a)")


@functools.cache
def quotient_rule() -> Any:
    """Equation (5b): the same with the partial derivatives worked out, less the slope.

    Examples
    --------
    >>> from removable.claims.identities import quotient_rule
    >>> quotient_rule()
    0
    """
    F, G = sympy.Function("f")(x), sympy.Function("g")(x)
    return _proved(F.diff(x) / G - F / G**2 * G.diff(x), (F / G).diff(x), "equation (5b)")


@functools.cache
def paper_form() -> Any:
    """Equation (5c): the same for the paper's f and g, simplified.

    Examples
    --------
    >>> from removable.claims.identities import paper_form
    >>> paper_form()
    1
    """
    printed = 2 * x / (x - 2) - (x**2 - 4) / (x - 2) ** 2
    _proved(printed, (f / g).diff(x), "equation (5c)")
    return _simplified(printed, 1, "equation (5c), simplified")


@functools.cache
def at_two_plus_gamma() -> Any:
    """Equation (6): the same at 2 + gamma, simplified.

    Examples
    --------
    >>> from removable.claims.identities import at_two_plus_gamma
    >>> at_two_plus_gamma()
    1
    """
    right = (4 + 2 * gamma) / gamma - ((4 + 4 * gamma + gamma**2) - 4) / gamma**2
    left = (f.diff(x) / g - f * g.diff(x) / g**2).subs(x, 2 + gamma)
    _proved(left, right, "equation (6)")
    return _simplified(right, 1, "equation (6), simplified")


@functools.cache
def square_left_out() -> Any:
    """Equation (7): equation (6) without the square, simplified.

    Examples
    --------
    >>> from removable.claims.identities import square_left_out
    >>> square_left_out()
    2
    """
    return _simplified((4 + 2 * gamma) / gamma - (4 + 4 * gamma - 4) / gamma**2, 2, "equation (7)")


@functools.cache
def perturbed_denominator() -> Any:
    """Equation (8): equation (5) with another denominator, whatever it is, less the slope.

    Examples
    --------
    >>> from removable.claims.identities import perturbed_denominator
    >>> perturbed_denominator()
    0
    """
    G = sympy.Function("g_1")(x)
    right = 2 * x / G - (x**2 - 4) / G**2 * G.diff(x)
    return _proved((f / G).diff(x), right, "equation (8)")


def _equation_10a() -> Any:
    return (4 + 2 * gamma) / (gamma + S * epsilon) - (4 + 4 * gamma - 4) / (gamma + S * epsilon) ** 2


@functools.cache
def one_fraction() -> Any:
    """Equation (10a), less equation (10b), which has it as one fraction.

    Examples
    --------
    >>> from removable.claims.identities import one_fraction
    >>> one_fraction()
    0
    """
    right = (2 * gamma**2 + (4 + 2 * gamma) * S * epsilon) / (gamma + S * epsilon) ** 2
    return _proved(_equation_10a(), right, "equations (10a) and (10b)")


@functools.cache
def limit_small_epsilon() -> Any:
    """The limit of equation (10) as epsilon goes to zero.

    Examples
    --------
    >>> from removable.claims.identities import limit_small_epsilon
    >>> limit_small_epsilon()
    2
    """
    return _simplified(limit(_equation_10a(), epsilon, 0), 2, "the limit of (10) as epsilon goes to 0")


@functools.cache
def limit_small_gamma() -> Any:
    """The limit of equation (10), and of the slope of h1 itself, as gamma goes to zero.

    Examples
    --------
    >>> from removable.claims.identities import limit_small_gamma
    >>> limit_small_gamma()
    4/(S*epsilon)
    """
    whole = (f / (g + S * epsilon)).diff(x).subs(x, 2 + gamma)
    _proved(limit(whole, gamma, 0), 4 / (S * epsilon), "the limit of the slope of h1")
    return _simplified(limit(_equation_10a(), gamma, 0), 4 / (S * epsilon), "the limit of (10) as gamma goes to 0")


@functools.cache
def clamped() -> Any:
    """Equation (12): the slope of f over a constant, less the right side.

    Examples
    --------
    >>> from removable.claims.identities import clamped
    >>> clamped()
    0
    """
    left = (f / (S * epsilon)).diff(x).subs(x, 2 + gamma)
    return _proved(left, (4 + 2 * gamma) / (S * epsilon), "equation (12)")


@functools.cache
def moved_pole() -> tuple[Any, Any]:
    """The zero of ``g + tanh(g/0.001 + 1)/10000``, as an offset from 2, and f's residue there.

    Examples
    --------
    >>> from removable.claims.identities import moved_pole
    >>> tuple(number.n(4) for number in moved_pole())
    (-7.292e-5, -0.0002786)
    """
    width, smallest = sympy.Rational(1, 1000), sympy.Rational(1, 10000)
    denominator = gamma + sympy.tanh(gamma / width + 1) * smallest
    # The offset at which gamma/width + 1 is near 0.93, and tanh near 0.73.
    zero = sympy.nsolve(denominator, gamma, -7e-5, prec=40)
    return zero, ((4 * gamma + gamma**2) / denominator.diff(gamma)).subs(gamma, zero)


@functools.cache
def operations() -> tuple[int, ...]:
    """Count the operations of h and of its derivative, as they are and simplified.

    Examples
    --------
    >>> from removable.claims.identities import operations
    >>> operations()
    (4, 9, 1, 0)
    """
    formula = f / g
    return tuple(
        int(sympy.count_ops(e)) for e in (formula, formula.diff(x), simplify(formula), simplify(formula.diff(x)))
    )
