"""What a function reads besides its arguments."""

import functools
import math
import types

import numpy as np
import pytest
from removable.functions import elementary, f
from removable.remedy.closures import reads_nothing_else, state

SHIFT = 2.0
TABLE = np.array([2.0])
settings = types.ModuleType("settings")
settings.shift = 2.0


def shifted(a):
    return lambda x: x - a


def by_way_of_another(x):
    return reads_a_global(x) + 1


def reads_a_global(x):
    return x - SHIFT


def calls_itself(x, n):
    return x if n == 0 else calls_itself(x * x, n - 1)


@pytest.mark.parametrize(
    ("function", "numbers"),
    [
        (f, ()),
        (lambda x: x * x - 4, ()),
        (lambda x, xp: elementary(xp).expm1(x), ()),
        (lambda x: np.sin(x), ()),
        (np.sin, ()),
        (lambda x: math.pi * abs(x), ()),
        (shifted(2.0), (2.0,)),
        (reads_a_global, (2.0,)),
        (by_way_of_another, (2.0,)),
        (lambda x, a=2.0: x - a, (2.0,)),
        (lambda x: x - sum(SHIFT for _ in "1"), (2.0,)),
        (lambda x: (lambda y: y - SHIFT)(x), (2.0,)),
    ],
)
def test_numbers_are_the_state(function, numbers):
    assert state(function) == numbers


def test_a_function_that_calls_itself_is_read_once():
    assert state(calls_itself) == ()


def test_the_state_is_that_of_now(monkeypatch):
    monkeypatch.setitem(globals(), "SHIFT", 3.0)
    assert state(by_way_of_another) == (3.0,)


@pytest.mark.parametrize(
    "function",
    [
        shifted(np.array(2.0)),
        lambda x: x - TABLE,
        functools.partial(f, xp=np),
        lambda x: settings.shift - x,
        lambda x, a=[2.0]: x - a[0],
        lambda x: shifted(x)(x) - (lambda y: y - TABLE)(x),
    ],
)
def test_of_what_may_change_without_a_sign_there_is_no_state(function):
    assert state(function) is None


def test_an_attribute_is_no_global():
    def program(x, xp):
        return xp.settings(x)

    assert state(program) == ()
    assert state(math.sin) == state(abs) == ()
    assert state([].append) is None
    assert state(functools.partial(shifted, 2.0)) is None


def test_what_a_framework_has_made_of_a_function_reads_what_the_function_reads():
    import jax
    import tensorflow as tf
    import torch

    p = np.ones(3)
    for made in (jax.jit, jax.vmap, torch.func.grad, torch.func.vmap, jax.grad):
        assert state(made(lambda x: x * 2.0)) == ()
        assert state(made(lambda x: x * SHIFT)) == (2.0,)
        assert state(made(lambda x: x * p)) is None
    for known in (
        torch.sin,
        torch.nn.functional.softplus,
        tf.sin,
        tf.math.log1p,
        jax.numpy.sin,
        jax.numpy.where,
        jax.nn.softplus,
    ):
        assert state(known) == ()
        assert state(lambda x, known=known: known(x)) == ()
    assert state(lambda x: elementary(x)) == ()


def test_a_number_is_read_even_if_it_is_made_an_array():
    a = 2.5
    assert state(lambda x: x + np.asarray(a)) == (2.5,)
    assert reads_nothing_else(f)
    assert not reads_nothing_else(lambda x: x + np.asarray(a))
    assert not reads_nothing_else(shifted(TABLE))
