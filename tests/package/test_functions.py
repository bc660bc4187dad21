"""The paper's functions, against exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from removable import functions as fn
from removable.errors import InputError

OFFSETS = st.one_of(st.floats(1e-12, 3), st.floats(-3, -1e-12))
EPSILON, DELTA = 1e-3, 0.25


class Rational:
    """The array namespace of exact fractions, one number at a time.

    It is written here, so that it shares nothing with ``truth``.
    """

    ones_like = staticmethod(lambda x: Fraction(1))
    abs = staticmethod(abs)
    where = staticmethod(lambda condition, a, b: a if condition else b)


def exact(x: float) -> Fraction:
    return Fraction(x)


def close(computed: float, expected: Fraction, relative: float = 1e-6) -> bool:
    return abs(computed - expected) <= relative * max(1, abs(expected))


@given(OFFSETS)
def test_h_is_x_plus_2_in_exact_arithmetic(gamma):
    x = exact(2) + exact(gamma)
    assert fn.h(x, Rational) == fn.h_hat(x, Rational) == x + 2


@given(OFFSETS, st.integers(1, 8))
def test_powers_are_simplified_rightly(gamma, power):
    x = exact(2) + exact(gamma)
    assert fn.h_power(x, Rational, power=power) == fn.h_power_hat(x, Rational, power=power)
    assert fn.h_power_hat(x, Rational, power=power) == (x**power - 2**power) / (x - 2)


def test_power_2_is_h():
    x = np.linspace(0, 4, 81)
    x = x[x != 2]
    np.testing.assert_array_equal(fn.h_power(x, np, power=2), fn.h(x, np))


@given(OFFSETS)
def test_h1_as_the_paper_writes_it(gamma):
    """Equation (1), typed again from the paper with its two quotients."""
    x, epsilon, delta = exact(2) + exact(gamma), exact(EPSILON), exact(DELTA)
    f, g = x * x - 4, x - 2
    sign = 1 if g >= 0 else -1
    expected = f / (g + sign * epsilon) if 2 - delta < x < 2 + delta else f / g
    assert fn.h1(x, Rational, epsilon=epsilon, delta=delta) == expected
    x_rounded = np.array([2 + gamma])
    if abs(gamma) > 1e-4 and abs(abs(gamma) - DELTA) > 1e-12:
        assert close(fn.h1(x_rounded, np, epsilon=EPSILON, delta=DELTA)[0], expected)


@given(OFFSETS)
def test_h2_as_the_paper_writes_it(gamma):
    """Equations (3) and (4), typed again from the paper."""
    x, epsilon = exact(2) + exact(gamma), exact(EPSILON)
    f, g = x * x - 4, x - 2
    sign = 1 if g >= 0 else -1
    assert fn.h2(x, Rational, epsilon=epsilon) == (f / (sign * epsilon) if abs(g) < epsilon else f / g)
    if -epsilon < g < 0:
        fourth = f / -epsilon
    elif 0 < g < epsilon:
        fourth = f / epsilon
    else:
        fourth = f / g
    assert fn.h2_hat(x, Rational, epsilon=epsilon) == fourth


@given(OFFSETS)
def test_equations_2_3_and_4_are_one_function(gamma):
    x, epsilon = exact(2) + exact(gamma), exact(EPSILON)
    # the rim belongs to one case or the other, with the same value from either side
    if abs(x - 2) == epsilon:
        return
    third = fn.h2(x, Rational, epsilon=epsilon)
    assert third == fn.h2_hat(x, Rational, epsilon=epsilon)
    assert third == fn.h1_hat(x, Rational, epsilon=epsilon, delta=epsilon)


def test_h2_is_continuous_at_its_rim_and_h1_is_not():
    epsilon, tiny = exact(1e-4), Fraction(1, 10**30)
    rim = 2 + epsilon
    inside, outside = (fn.h2(rim + side, Rational, epsilon=epsilon) for side in (-tiny, tiny))
    assert abs(inside - outside) < 10**5 * tiny
    delta = exact(1e-4)
    small = exact(1e-8)
    inside, outside = (fn.h1(2 + delta + side, Rational, epsilon=small, delta=delta) for side in (-tiny, tiny))
    assert close(float(outside - inside), 4 * small / delta, 1e-3)


def test_sign_at_zero_is_1():
    np.testing.assert_array_equal(fn.S(np.array([-0.0, 0.0, -1e-300]), np), [1, 1, -1])


def test_zones_are_open_intervals():
    x = np.array([2 - 0.25, 2.0, 2 + 0.25])
    np.testing.assert_array_equal(fn.h1_zone(x, np, delta=0.25), [False, True, False])
    np.testing.assert_array_equal(fn.h2_zone(x, np, epsilon=0.25), [False, True, False])


@pytest.mark.parametrize("bad", [0.0, -1e-8, float("nan"), float("inf")])
@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda b: fn.h1(2.5, np, epsilon=b), "epsilon"),
        (lambda b: fn.h1(2.5, np, delta=b), "delta"),
        (lambda b: fn.g1(2.5, np, epsilon=b, delta=1.0), "epsilon"),
        (lambda b: fn.h1_zone(2.5, np, delta=b), "delta"),
        (lambda b: fn.h1_hat(2.5, np, epsilon=b, delta=1.0), "epsilon"),
        (lambda b: fn.h2(2.5, np, epsilon=b), "epsilon"),
        (lambda b: fn.h2_hat(2.5, np, epsilon=b), "epsilon"),
    ],
)
def test_constants_must_be_positive(function, name, bad):
    with pytest.raises(InputError, match=f"{name} is {bad!r}; give a finite number greater than 0"):
        function(bad)


@pytest.mark.parametrize("power", [0, -1, 2.0, True])
def test_power_must_be_whole(power):
    with pytest.raises(InputError, match=f"power is {power!r}"):
        fn.h_power(2.5, np, power=power)
