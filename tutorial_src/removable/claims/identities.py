"""The paper's identities and limits, derived by computer algebra; each function returns a phrase for the ledger.

Each raises ``AssertionError`` when the algebra does not come out: an identity is not a measurement, and has no other verdict.
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


def _proved(left: Any, right: Any, phrase: str) -> str:
    """Return the phrase, once the difference of the two sides has simplified to zero."""
    difference = simplify(together(left - right))
    if difference != 0:
        raise AssertionError(f"{phrase}: the two sides differ by {difference}")
    return phrase


@functools.cache
def chain_rule() -> str:
    """Equation (5a): the slope of a quotient as two partial derivatives.

    Examples
    --------
    >>> chain_rule()
    'an identity for all f and g'
    """
    F, G = sympy.Function("f")(x), sympy.Function("g")(x)
    u, v = sympy.symbols("u v")
    quotient = u / v
    parts = sympy.diff(quotient, u) * F.diff(x) + sympy.diff(quotient, v) * G.diff(x)
    return _proved(parts.subs({u: F, v: G}), (F / G).diff(x), "an identity for all f and g")


@functools.cache
def quotient_rule() -> str:
    """Equation (5b): the same with the partial derivatives worked out.

    Examples
    --------
    >>> quotient_rule()
    'an identity for all f and g'
    """
    F, G = sympy.Function("f")(x), sympy.Function("g")(x)
    return _proved(F.diff(x) / G - F / G**2 * G.diff(x), (F / G).diff(x), "an identity for all f and g")


@functools.cache
def paper_form() -> str:
    """Equation (5c): the same for the paper's f and g.

    Examples
    --------
    >>> paper_form()
    'an identity; it simplifies to 1'
    """
    return _proved(2 * x / (x - 2) - (x**2 - 4) / (x - 2) ** 2, 1, "an identity; it simplifies to 1")


@functools.cache
def at_two_plus_gamma() -> str:
    """Equation (6): the same at 2 + gamma.

    Examples
    --------
    >>> at_two_plus_gamma()
    'an identity; it simplifies to 1'
    """
    right = (4 + 2 * gamma) / gamma - ((4 + 4 * gamma + gamma**2) - 4) / gamma**2
    left = (f.diff(x) / g - f * g.diff(x) / g**2).subs(x, 2 + gamma)
    _proved(left, right, "equation (6)")
    return _proved(right, 1, "an identity; it simplifies to 1")


@functools.cache
def square_left_out() -> str:
    """Equation (7): equation (6) without the square.

    Examples
    --------
    >>> square_left_out()
    'exactly 2'
    """
    return _proved((4 + 2 * gamma) / gamma - (4 + 4 * gamma - 4) / gamma**2, 2, "exactly 2")


@functools.cache
def perturbed_denominator() -> str:
    """Equation (8): equation (5) with another denominator.

    Examples
    --------
    >>> perturbed_denominator()
    'an identity for every differentiable g1'
    """
    G = sympy.Function("g_1")(x)
    right = 2 * x / G - (x**2 - 4) / G**2 * G.diff(x)
    return _proved((f / G).diff(x), right, "an identity for every differentiable g1")


def _equation_10a() -> Any:
    return (4 + 2 * gamma) / (gamma + S * epsilon) - (4 + 4 * gamma - 4) / (gamma + S * epsilon) ** 2


@functools.cache
def one_fraction() -> str:
    """Equation (10b): equation (10a) as one fraction.

    Examples
    --------
    >>> one_fraction()
    '(10a) and (10b) are equal, not only close'
    """
    right = (2 * gamma**2 + (4 + 2 * gamma) * S * epsilon) / (gamma + S * epsilon) ** 2
    return _proved(_equation_10a(), right, "(10a) and (10b) are equal, not only close")


@functools.cache
def limit_small_epsilon() -> str:
    """The limit of equation (10) as epsilon goes to zero.

    Examples
    --------
    >>> limit_small_epsilon()
    'the limit of (10) is 2'
    """
    return _proved(limit(_equation_10a(), epsilon, 0), 2, "the limit of (10) is 2")


@functools.cache
def limit_small_gamma() -> str:
    """The limit of equation (10), and of h1 itself, as gamma goes to zero.

    Examples
    --------
    >>> limit_small_gamma()
    'the limit is 4/(S epsilon)'
    """
    whole = (f / (g + S * epsilon)).diff(x).subs(x, 2 + gamma)
    _proved(limit(whole, gamma, 0), 4 / (S * epsilon), "the limit of the slope of h1")
    return _proved(limit(_equation_10a(), gamma, 0), 4 / (S * epsilon), "the limit is 4/(S epsilon)")


@functools.cache
def clamped() -> str:
    """Equation (12): the slope of f over a constant.

    Examples
    --------
    >>> clamped()
    'an identity: the denominator is constant'
    """
    left = (f / (S * epsilon)).diff(x).subs(x, 2 + gamma)
    return _proved(left, (4 + 2 * gamma) / (S * epsilon), "an identity: the denominator is constant")
