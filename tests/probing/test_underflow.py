"""What is called an underflow, and zeros of linear algebra that are none."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import pytest
import tensorflow as tf
import torch
from removable.probing.cause import Cause, find

Array = Any


def searched(framework: str, program: Any, at: float, order: int, dtype: str = "float64") -> Cause:
    return find(framework, program, at, order=order, dtype=dtype, scale=1.0 if order else 0.0)


def corner_in_torch(x: Array) -> Array:
    return torch.linalg.qr(torch.stack([torch.stack([x, x * 0 + 1]), torch.ones(2, dtype=x.dtype)]))[1][0, 0]


def corner_in_jax(x: Array) -> Array:
    return jnp.linalg.qr(jnp.stack([jnp.stack([x, x * 0 + 1]), jnp.ones(2)]))[1][1, 1]


def corner_in_tensorflow(x: Array) -> Array:
    return tf.linalg.qr(tf.stack([tf.stack([x, x * 0 + 1]), tf.ones(2, x.dtype)]))[1][0, 0]


@pytest.mark.parametrize(
    ("framework", "program"),
    [("torch", corner_in_torch), ("tensorflow", corner_in_tensorflow)],
    ids=["torch", "tensorflow"],
)
def test_a_triangle_of_a_matrix_without_full_rank_does_not_underflow(framework: str, program: Any) -> None:
    """The element of R that is exactly 0, and those that always are, are no small numbers."""
    cause = searched(framework, program, 1.0, 1)
    assert cause.kind == "not finite", cause
    assert "Triangular" in cause.operation or "triangular" in cause.operation
    assert "underflows" not in str(cause)


def test_a_triangle_in_jax_does_not_underflow() -> None:
    assert "underflows" not in str(searched("jax", corner_in_jax, 1.0, 1))


@pytest.mark.parametrize("function", ["svdvals", "nuclear norm"])
def test_equal_singular_values_do_not_underflow(function: str) -> None:
    def program(x: Array) -> Array:
        one = torch.ones((), dtype=x.dtype)
        matrix = torch.stack([torch.stack([x, one]), torch.stack([one, 0 * one])])
        return torch.linalg.svdvals(matrix)[0] if function == "svdvals" else torch.linalg.matrix_norm(matrix, "nuc")

    cause = searched("torch", program, 0.0, 2)
    assert cause.kind == "not finite", cause
    assert cause.operation == "div in LinalgSvdBackward0"


@pytest.mark.parametrize(
    ("framework", "program", "at", "dtype", "operation"),
    [
        ("torch", lambda x: torch.sqrt(x * x), 1e-200, "float64", "mul"),
        ("torch", lambda x: torch.sqrt(x * x), 1e-30, "float32", "mul"),
        ("torch", lambda x: torch.sqrt(x * x), 1e-5, "float16", "mul"),
        ("torch", lambda x: torch.log(torch.exp(x) * 2), -800.0, "float64", "exp"),
        ("jax", lambda x: jnp.sqrt(x * x), 1e-200, "float64", "mul"),
        ("jax", lambda x: jnp.log(jax.scipy.special.erfc(x)), 30.0, "float64", "erfc"),
        ("tensorflow", lambda x: tf.sqrt(x * x), 1e-200, "float64", "Mul"),
        ("tensorflow", lambda x: tf.math.log(tf.exp(x)), -800.0, "float64", "Exp"),
    ],
)
def test_what_underflows_is_still_called_so(
    framework: str, program: Any, at: float, dtype: str, operation: str
) -> None:
    cause = searched(framework, program, at, 0, dtype)
    assert (cause.kind, cause.operation) == ("underflow", operation), cause
