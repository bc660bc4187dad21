"""The replay has the bits of the frameworks, wherever it is asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from removable import frameworks, replay
from removable.errors import InputError
from removable.functions import f, h
from removable.sweeps.sweep import agreement

NAMES = ("torch", "tensorflow", "jax")
PROGRAMS = {
    "h": h,
    "numerator": f,
    "with square": lambda x, xp: (xp.square(x) - 4) / (x - 2),
    "with a power": lambda x, xp: (x**2 - 4) / (x - 2),
    "cube": lambda x, xp: x * x * x,
    "square of a quotient": lambda x, xp: xp.square((x - 1) / (x - 2)),
}


def tensorflow_power(x):
    import tensorflow as tf

    return (tf.constant(x) ** 2).numpy()


@settings(max_examples=25)
@given(
    # Few lengths: JAX compiles for each.
    x=arrays(float, st.sampled_from([1, 7, 40]), elements=st.floats(1.0, 3.0, width=32)),
    dtype=st.sampled_from(["float64", "float32"]),
    title=st.sampled_from(["h", "numerator", "with square", "with a power"]),
)
@pytest.mark.parametrize("name", NAMES)
def test_every_bit_of_two_derivatives(name, x, dtype, title):
    x = x.astype(dtype)
    found = frameworks.get(name).derivatives(PROGRAMS[title], x, order=2, dtype=dtype)
    again = replay.derivatives(name, PROGRAMS[title], x, values_of_power=tensorflow_power)
    assert agreement(found, again).identical


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("title", ["cube", "square of a quotient"])
def test_other_programs_too(name, title):
    x = np.linspace(1.01, 1.99, 1001)
    found = frameworks.get(name).derivatives(PROGRAMS[title], x, order=2)
    assert agreement(found, replay.derivatives(name, PROGRAMS[title], x)).identical


def test_without_its_details_a_replay_is_caught(monkeypatch):
    """The order in which PyTorch computes the slopes of two operands is seen in the bits."""
    x = 2 + np.geomspace(1e-7, 1e-2, 2000)
    found = frameworks.get("torch").derivatives(h, x, order=2)
    assert agreement(found, replay.derivatives("torch", h, x)).identical
    forward = lambda self, node, slope: [(parent, pullback(slope)) for parent, pullback in node.parents]  # noqa: E731
    monkeypatch.setattr(replay._PyTorch, "reaching", forward)
    changed = replay.derivatives("torch", h, x)
    assert agreement(found[1], changed[1]).identical
    assert not agreement(found[2], changed[2]).identical


def test_the_shortcut_of_tensorflow_decides_between_its_bits_and_those_of_pytorch():
    x = 2 + np.geomspace(1e-7, 1e-2, 2000)
    with_it, without = (replay.derivatives("tensorflow", h, x, shortcut=s) for s in (True, False))
    torch, tensorflow = (frameworks.get(name).derivatives(h, x, order=2) for name in ("torch", "tensorflow"))
    assert agreement(with_it, torch).identical
    assert agreement(without, tensorflow).identical
    assert not agreement(torch, tensorflow).identical


def test_the_singular_point_and_a_constant():
    for name in NAMES:
        assert np.isnan(replay.derivatives(name, h, [2.0])).all()
        line = replay.derivatives(name, lambda x, xp: x - 1, [3.0])
        np.testing.assert_array_equal(line.ravel(), [2, 1, 0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: replay.derivatives("theano", h, [1.0]), "name is 'theano'; give one of 'torch', 'tensorflow', 'jax'"),
        (lambda: replay.derivatives("torch", h, [1.0], order=3), "order is 3; give a whole number from 0 to 2"),
        (lambda: replay.derivatives("torch", h, []), "x is empty"),
        (lambda: replay.derivatives("torch", h, [1]), "x has dtype int64; give float64 or float32"),
        (
            lambda: replay.derivatives("torch", lambda x, xp: x**3, [1.0]),
            "the power is 3; the replay knows x[*][*]2 only",
        ),
        (
            lambda: replay.derivatives("torch", lambda x, xp: x * 2, [1.0]),
            "an operand is 2 where the replay knows an array",
        ),
        (
            lambda: replay.derivatives("torch", lambda x, xp: x - x, [1.0]),
            "an operand is .* where the replay knows a number",
        ),
        (
            lambda: replay.derivatives("torch", lambda x, xp: 1.0, [1.0]),
            "an operand is 1.0 where the replay knows an array",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
