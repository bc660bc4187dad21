"""Exact arithmetic, against rationals, closed forms and itself at another precision."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial

import flint
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from removable import functions as fn
from removable import truth
from removable.errors import InputError, PoleError, PrecisionError
from removable.grid import gamma_grid

OFFSETS = st.floats(-1, 1).filter(lambda v: v == 0 or abs(v) >= 1e-20)


def rational_slope_of_h1(gamma: float, epsilon: float, delta: float) -> Fraction:
    """The derivative of equation (1) by the quotient rule, in rationals."""
    offset = Fraction(gamma)
    sign = 1 if offset >= 0 else -1
    g = offset + sign * Fraction(epsilon) if -Fraction(delta) < offset < Fraction(delta) else offset
    x = 2 + offset
    return 2 * x / g - (x * x - 4) / g**2


@given(OFFSETS)
def test_slope_of_h1_is_correctly_rounded(gamma):
    value, slope = truth.derivatives(fn.h1, [gamma], order=1)[:, 0]
    assert slope == float(rational_slope_of_h1(gamma, 1e-8, 1e-4))
    assert math.isfinite(value)


@given(OFFSETS)
def test_h_is_simplified_even_at_the_hole(gamma):
    np.testing.assert_array_equal(
        truth.derivatives(fn.h, [gamma], order=2)[:, 0], [float(4 + Fraction(gamma)), 1.0, 0.0]
    )


def test_zeros_of_higher_order_cancel():
    def quotient(x, xp):
        g = x - 2
        return g * g * g * g / (g * g * g)

    np.testing.assert_array_equal(
        truth.derivatives(quotient, [0.0, 1e-20, 0.5], order=2), [[0, 1e-20, 0.5], [1, 1, 1], [0, 0, 0]]
    )


def test_second_derivatives():
    gamma = np.array([0.25, -0.5])
    cubic = truth.derivatives(lambda x, xp: x * x * x, gamma, order=3)
    x = 2 + gamma
    np.testing.assert_array_equal(cubic, [x**3, 3 * x**2, 6 * x, [6, 6]])


def test_the_sum_with_the_base_is_not_rounded():
    assert truth.derivatives(lambda x, xp: x - 2, [1e-20], order=0)[0, 0] == 1e-20


def test_agrees_with_itself_at_higher_precision(monkeypatch):
    gamma = gamma_grid(50)
    programs = [fn.h1, fn.h2, partial(fn.h_power, power=8)]
    before = [truth.derivatives(p, gamma, order=2) for p in programs]
    monkeypatch.setattr(truth, "_FIRST_BITS", 1024)
    for program, expected in zip(programs, before, strict=True):
        np.testing.assert_array_equal(truth.derivatives(program, gamma, order=2), expected)


def test_leaves_flint_as_it_was():
    before = flint.ctx.prec, flint.ctx.cap
    truth.derivatives(fn.h, [0.0, 1e-9], order=2)
    with pytest.raises(PoleError):
        truth.derivatives(lambda x, xp: 1 / (x - 2), [0.0])
    assert (flint.ctx.prec, flint.ctx.cap) == before


@pytest.mark.parametrize("program", [lambda x, xp: 1 / (x - 2), lambda x, xp: (x - 2) / ((x - 2) * (x - 2))])
def test_a_true_pole_is_named(program):
    with pytest.raises(PoleError, match=r"pole at 2\.0 \+ 0\.0"):
        truth.derivatives(program, [0.0])


def test_comparisons_look_at_the_value():
    x = truth.Series(flint.arb_series([flint.arb(2), 1]))
    assert x >= 2
    assert x <= 2
    assert not x < 2
    assert not x > 2
    assert 1 < x < 3
    assert repr(abs(x - 3)) == repr(3 - x)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"gamma": []}, "gamma is empty"),
        ({"gamma": [np.nan]}, r"gamma\[0\] is nan"),
        ({"gamma": [0.0], "order": -1}, "order is -1"),
        ({"gamma": [0.0], "order": 1.5}, "order is 1.5"),
        ({"gamma": [0.0], "base": float("inf")}, "base is inf"),
    ],
)
def test_refuses_bad_input(arguments, named):
    with pytest.raises(InputError, match=named):
        truth.derivatives(fn.h, **arguments)


@pytest.mark.parametrize(
    ("name", "at"),
    [(n, 0.7) for n in ("exp", "expm1", "log", "log1p", "sin", "cos", "tan", "tanh", "sqrt", "asin", "acos", "atan")],
)
def test_elementary_functions_and_their_derivatives(name, at):
    import sympy

    t = sympy.Symbol("t")
    formula = {"expm1": sympy.exp(t) - 1, "log1p": sympy.log(1 + t)}.get(name) or getattr(sympy, name)(t)
    wanted = [float(sympy.diff(formula, t, k).evalf(40, subs={t: sympy.Rational(at)})) for k in range(4)]
    got = truth.derivatives(lambda x, xp: getattr(xp, name)(x), [at], base=0.0, order=3)[:, 0]
    np.testing.assert_array_equal(got, wanted)


def test_powers_whole_and_not():
    at = np.array([0.25])
    np.testing.assert_array_equal(truth.derivatives(lambda x, xp: x**3, at, base=0.0), [[0.25**3], [3 * 0.25**2]])
    np.testing.assert_array_equal(truth.derivatives(lambda x, xp: x**-2, at, base=0.0), [[16.0], [-128.0]])
    np.testing.assert_array_equal(truth.derivatives(lambda x, xp: x**0.5, at, base=0.0), [[0.5], [1.0]])
    np.testing.assert_array_equal(
        truth.derivatives(lambda x, xp: 2**x, np.array([0.0]), base=0.0), [[1.0], [np.log(2)]]
    )


def test_an_expansion_that_no_precision_decides_is_given_up():
    """The logarithm and back gives x again, but no ball says so."""
    with pytest.raises(PrecisionError, match="not certain at 8192 bits"):
        truth.expansion(lambda x, xp: 1 / (xp.exp(xp.log(x)) - x), at=2.0, terms=3)


def test_a_coefficient_that_is_zero_but_for_its_error_bound_counts_as_known():
    found = truth.expansion(lambda x, xp: xp.exp(xp.log(x)), at=2.0, terms=5)
    np.testing.assert_allclose([float(c) for c in found], [2, 1, 0, 0, 0], atol=1e-100)


def test_an_expansion_at_a_pole_is_refused():
    with pytest.raises(PoleError, match=r"pole at 0\.0"):
        truth.expansion(lambda x, xp: 1 / x, at=0.0, terms=3)


def test_an_expansion_gives_more_digits_to_a_small_divisor():
    at = 1e-200
    found = truth.expansion(lambda x, xp: x / (xp.exp(x) - 1), at=at, terms=2)
    np.testing.assert_allclose([float(c) for c in found], [1.0, -0.5], rtol=1e-15)
