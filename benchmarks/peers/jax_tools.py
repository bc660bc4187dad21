"""The tools of JAX, and the function's own value and gradient in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.test_util import check_grads

from peers.given import Given

__all__ = ["TOOLS", "own"]


def own(given: Given) -> None:
    """Compute value and gradient."""
    with jax.enable_x64(True):
        jax.block_until_ready(jax.value_and_grad(_total(given))(given.point))


def _total(given: Given) -> Callable[[Any], Any]:
    return lambda x: jnp.sum(given.function(x))


def _check_grads(given: Given, order: int) -> bool:
    def function(x: Any) -> Any:
        return given.function(jnp.asarray(x))  # differences are taken of NumPy's arrays

    with jax.enable_x64(True):
        try:
            check_grads(function, (given.point,), order=order)
        except AssertionError:
            return True
    return False


def _debug_nans(given: Given) -> bool:
    """Take the value, the gradient, and the gradient of its sum."""
    slope = jax.grad(_total(given))
    with jax.enable_x64(True), jax.debug_nans(True):
        try:
            for level in (given.function, slope, jax.grad(lambda x: jnp.sum(slope(x)))):
                jax.block_until_ready(level(given.point))
        except FloatingPointError:
            return True
    return False


TOOLS: dict[str, Callable[[Given], bool]] = {
    "check_grads, order 1": lambda given: _check_grads(given, 1),
    "check_grads, order 2": lambda given: _check_grads(given, 2),
    "jax_debug_nans": _debug_nans,
}
"""By title, whether a tool objects; all have the settings that JAX gives them."""
