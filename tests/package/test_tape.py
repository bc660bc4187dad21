"""The tape, against both frameworks, bit for bit, and against the truth."""

from __future__ import annotations

import inspect
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from removable import frameworks, functions, gamma_grid, truth
from removable import tape as tape_module
from removable.errors import InputError
from removable.sweeps.sweep import agreement
from removable.tape import Var, gradient, tape

PROGRAMS = {
    "h": functions.h,
    "h1": functions.h1,
    "h2": functions.h2,
    "h_hat": functions.h_hat,
    "h1_hat": partial(functions.h1_hat, epsilon=1e-4, delta=1e-4),
    "h2_hat": functions.h2_hat,
    "a power": partial(functions.h_power, power=5),
    "two branches": lambda x, xp: (x * x - 4) / (x - 2) + x / (x * x - 1) * x,
}
WALKS = {"torch": "newest first", "tensorflow": "ready first"}


@pytest.fixture(scope="module")
def points():
    return 2 + gamma_grid(50_000)


@pytest.mark.parametrize("name", WALKS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_value_and_slope_have_the_bits_of_the_framework(points, program, name):
    x = Var(points)
    with np.errstate(all="ignore"):
        y = PROGRAMS[program](x, tape)
        slope = gradient(y, x, walk=WALKS[name])
    value, wanted = frameworks.get(name).derivatives(PROGRAMS[program], points)
    assert points.size > 100_000
    assert agreement(y.value, value).identical
    assert agreement(slope, wanted).identical


def test_the_two_orders_of_addition_are_not_the_same(points):
    x = Var(points)
    with np.errstate(all="ignore"):
        y = functions.h1(x, tape)
        apart = agreement(gradient(y, x), gradient(y, x, walk="ready first"))
    assert apart.differing > 1000
    assert apart.largest == 1


def test_single_precision_stays_single():
    x = Var(np.array([3.0], dtype=np.float32))
    y = functions.h1(x, tape)
    assert y.value.dtype == gradient(y, x).dtype == np.float32


@given(st.floats(-8, 8).filter(lambda v: abs(v) > 0.01))
def test_every_rule_against_exact_arithmetic(at):
    def program(x, xp):
        # A constant on either side of every operator, absolute value, choice and negation.
        y = 1 / (3 - x * 2) + (x + 1) * (2 * x - 5) / 7 + abs(x) * x - (-x)
        return xp.where(x > 1, y * y, y + 1) + xp.where(x <= -2, x, 1 + xp.ones_like(x))

    if abs(3 - 2 * at) < 0.01:
        return
    x = Var(np.array([at]))
    y = program(x, tape)
    value, slope = truth.derivatives(program, [at], base=0.0)
    np.testing.assert_allclose(y.value, value, rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(gradient(y, x), slope, rtol=1e-9, atol=1e-9)


def test_what_the_result_does_not_depend_on_has_no_slope():
    x, other = Var(np.ones(2)), Var(np.ones(2))
    np.testing.assert_array_equal(gradient(x * x, other), [0, 0])


def test_bad_input_is_named():
    x = Var(np.ones(1))
    with pytest.raises(InputError, match="y is a float and x is a Var"):
        gradient(1.0, x)
    with pytest.raises(InputError, match="walk is 'oldest'"):
        gradient(x, x, walk="oldest")


def test_it_is_short_enough_to_be_read():
    assert len(inspect.getsource(tape_module).splitlines()) <= 150


def test_the_tape_of_the_gallery_has_the_thirty_lines_that_its_title_says():
    script = Path(__file__).parents[2] / "gallery" / "1_introduction" / "plot_tape.py"
    text = script.read_text(encoding="utf-8")
    start, end = text.index("\nclass Number"), text.index("operand.slope += ")
    lines = (line.strip() for line in text[start:end].splitlines())
    code = [line for line in lines if line and not line.startswith(("#", '"""'))]
    assert "of thirty lines" in text
    assert 20 <= len(code) + 1 <= 30
