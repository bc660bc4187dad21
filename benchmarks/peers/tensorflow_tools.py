"""The tools of TensorFlow, and the function's own value and gradient in it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from peers.given import Given

__all__ = ["TOOLS", "own"]


def own(given: Given) -> None:
    """Compute value and gradient."""
    _slope(given.function, given.point).numpy()


def _slope(function: Callable[[Any], Any], x: Any) -> Any:
    """Return the gradient of the sum of what a function returns."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tf.convert_to_tensor(tape.gradient(y, x, unconnected_gradients=tf.UnconnectedGradients.ZERO))


def _compute_gradient(given: Given, order: int, **tolerances: float) -> bool:
    """Compare as the documentation of ``compute_gradient`` does, which has no bound of its own."""
    function = given.function if order == 1 else functools.partial(_slope, given.function)
    theoretical, numeric = tf.test.compute_gradient(function, [given.point])
    try:
        tf.test.TestCase().assertAllClose(theoretical, numeric, **tolerances)
    except AssertionError:
        return True
    return False


def _check_numerics(given: Given) -> bool:
    """Take the value, the gradient, and the gradient of its sum."""
    slope = functools.partial(_slope, given.function)
    tf.debugging.enable_check_numerics()
    try:
        for level in (given.function, slope, functools.partial(_slope, slope)):
            level(given.point).numpy()
    except tf.errors.InvalidArgumentError as error:
        if "!!! Detected" in str(error):
            return True
        raise
    finally:
        tf.debugging.disable_check_numerics()
    return False


_LOOSE = {"rtol": 1e-3, "atol": 1e-3}

TOOLS: dict[str, Callable[[Given], bool]] = {
    "compute_gradient, order 1": lambda given: _compute_gradient(given, 1),
    "compute_gradient, order 2": lambda given: _compute_gradient(given, 2),
    "compute_gradient, order 1, to 1e-3": lambda given: _compute_gradient(given, 1, **_LOOSE),
    "compute_gradient, order 2, to 1e-3": lambda given: _compute_gradient(given, 2, **_LOOSE),
    "enable_check_numerics": _check_numerics,
}
"""By title, whether a tool objects.

All have the settings that TensorFlow gives them, but for the two that say "to 1e-3": central
differences of the step 1/1024 may be off by more than 1e-6, the bounds of ``assertAllClose``.
"""
