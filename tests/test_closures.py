"""What a function reads besides its arguments."""

import functools
import math
import types

import numpy as np
import pytest
from removable.closures import reads_nothing_else, state
from removable.functions import elementary, f

SHIFT = 2.0
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
    "function",
    [
        f,
        lambda x: x * x - 4,
        lambda x, xp: elementary(xp).expm1(x),
        lambda x: np.sin(x),
        lambda x: math.pi * abs(x),
        np.sin,
        abs,
    ],
)
def test_what_is_constant(function):
    assert reads_nothing_else(function)
    assert reads_nothing_else(calls_itself)


@pytest.mark.parametrize(
    "function",
    [
        shifted(2.0),
        reads_a_global,
        by_way_of_another,
        functools.partial(f, xp=np),
        lambda x: settings.shift - x,
        lambda x, a=[2.0]: x - a[0],
        lambda x: (lambda y: y - SHIFT)(x),
        lambda x: x - sum(SHIFT for _ in "1"),
    ],
)
def test_what_may_change(function):
    assert not reads_nothing_else(function)


def test_numbers_are_read_as_they_are_now():
    def scaled(x):
        return a * x + SHIFT

    a = 1.5
    assert state(scaled) == (1.5, 2.0)
    a = 2.5
    assert state(scaled) == (2.5, 2.0)
    assert state(by_way_of_another) == (2.0,)
    assert state(lambda x: settings.shift - x) is None
    assert state(lambda x: x + np.asarray(a)) == (2.5,)


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
