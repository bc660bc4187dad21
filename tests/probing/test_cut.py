"""Graphs that are cut: the operation behind which nothing is differentiated, and no other one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tensorflow as tf
import torch
from removable.probing.cause import Cause, find
from removable.probing.probe import probe

Array = Any


def detached(x: Array) -> Array:
    return torch.sin(x.detach()) * x


def without_record(x: Array) -> Array:
    with torch.no_grad():
        y = torch.sin(x)
    return y * x


def view_without_record(x: Array) -> Array:
    with torch.no_grad():
        y = x.reshape(1)
    return torch.sin(y)[0] * x


def number_of_python(x: Array) -> Array:
    return math.sin(x.item()) * x


def through_numpy(x: Array) -> Array:
    return torch.from_numpy(np.asarray(np.sin(x.detach().numpy()))) * x


def without_derivative(x: Array) -> Array:
    return torch.special.bessel_j0(x) * x


def detached_afterwards(x: Array) -> Array:
    return torch.sin(x).detach_() * x


def from_a_list(x: Array) -> Array:
    return math.sin(x.tolist()) * x


def stopped_in_jax(x: Array) -> Array:
    return jax.lax.stop_gradient(jnp.sin(x)) * x


def stopped_in_tensorflow(x: Array) -> Array:
    return tf.stop_gradient(tf.sin(x)) * x


def without_derivative_in_tensorflow(x: Array) -> Array:
    return tf.ensure_shape(tf.numpy_function(np.sin, [x], x.dtype), []) * x


def half_without_derivative_in_tensorflow(x: Array) -> Array:
    return tf.math.betainc(x + 1, tf.constant(2.0, x.dtype), tf.constant(0.3, x.dtype)) * x


CUTS = [
    ("torch", detached, "detach", ""),
    ("torch", without_record, "sin", "torch.no_grad"),
    ("torch", view_without_record, "view", "torch.no_grad"),
    ("torch", number_of_python, "_local_scalar_dense", "item"),
    ("torch", through_numpy, "detach", ""),
    ("torch", without_derivative, "special_bessel_j0", "PyTorch has no derivative"),
    ("torch", detached_afterwards, "sin", "detached later"),
    ("torch", from_a_list, "an input of mul", "outside the framework"),
    ("jax", stopped_in_jax, "stop_gradient", ""),
    ("tensorflow", stopped_in_tensorflow, "StopGradient", ""),
    ("tensorflow", without_derivative_in_tensorflow, "PyFunc", "no derivative"),
    ("tensorflow", half_without_derivative_in_tensorflow, "Betainc", "no derivative"),
]


def searched(framework: str, program: Callable[[Array], Array], at: float = 0.5, order: int = 1) -> Cause:
    return find(framework, program, at, order=order, scale=1.0, beside=(at - 0.05, at + 0.05))


@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True")
@pytest.mark.parametrize(
    ("framework", "program", "operation", "why"), CUTS, ids=lambda part: getattr(part, "__name__", None)
)
def test_the_operation_that_cuts_is_named(framework: str, program: Any, operation: str, why: str) -> None:
    cause = searched(framework, program)
    assert (cause.kind, cause.operation) == ("cut", operation), cause
    assert why in cause.note
    assert bool(cause.note) == bool(why)
    assert str(cause).startswith(f"the graph is cut at operation {cause.position} of {cause.count}, {operation}, in ")
    assert "nothing behind it is differentiated" in str(cause)
    assert cause.source


@pytest.mark.parametrize(
    ("framework", "program"),
    [("torch", detached), ("jax", stopped_in_jax), ("tensorflow", stopped_in_tensorflow)],
    ids=["torch", "jax", "tensorflow"],
)
def test_a_cut_in_a_second_derivative(framework: str, program: Any) -> None:
    def squared(x: Array) -> Array:
        return program(x - 0.5) * (x - 0.5)

    assert searched(framework, squared, order=2).kind == "none"  # 0 at the point, as is right
    assert searched(framework, lambda x: squared(x + 0.2), order=2).kind == "cut"


@pytest.mark.parametrize("program", [lambda x: float(x) * x, lambda x: x.numpy() * x, lambda x: np.sin(x) * x])
def test_a_number_that_leaves_tensorflow(program: Callable[[Array], Array]) -> None:
    cause = searched("tensorflow", program)
    assert (cause.kind, cause.operation) == ("cut", "a number for Python")
    assert "could not be confirmed" in str(cause)
    assert cause.where.startswith("test_cut.py:")


def test_an_attribute_that_tensors_lack_is_the_users_own_error() -> None:
    class Wrong:
        pass

    with pytest.raises(AttributeError, match="Wrong"):
        searched("tensorflow", lambda x: x * Wrong().number)


@pytest.mark.parametrize("framework", ["torch", "jax", "tensorflow"])
def test_a_cut_that_does_not_matter_is_not_the_cause(framework: str) -> None:
    """The largest number is subtracted before the exponential, as all frameworks do it."""

    @jax.custom_jvp
    def doubled(x: Array) -> Array:
        return 2 * x

    doubled.defjvp(lambda p, t: (doubled(p[0]), 3 * t[0]))

    @tf.custom_gradient
    def twice(x: Array) -> Any:
        return 2 * x, lambda upstream: 3 * upstream

    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Array) -> Array:
            return 2 * x.detach()

        @staticmethod
        def backward(ctx: Any, slope: Array) -> Array:
            return 3 * slope

    def program(x: Array) -> Array:
        if framework == "torch":
            y = Double.apply(x)
            return torch.log(torch.exp(y - y.detach()) * 2) + y.detach()
        if framework == "jax":
            y = doubled(x)
            return jnp.log(jnp.exp(y - jax.lax.stop_gradient(y)) * 2) + jax.lax.stop_gradient(y)
        y = twice(x)
        return tf.math.log(tf.exp(y - tf.stop_gradient(y)) * 2) + tf.stop_gradient(y)

    cause = searched(framework, program)
    assert cause.kind == "rule", cause


def test_what_a_function_with_its_own_rule_detaches_is_not_cut() -> None:
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Array) -> Array:
            return torch.from_numpy(np.asarray(x.detach().numpy() ** 3))

        @staticmethod
        def backward(ctx: Any, slope: Array) -> Array:
            return 0 * slope

    cause = searched("torch", Cube.apply)
    assert (cause.kind, cause.operation) == ("rule", "CubeBackward")


def test_several_cuts_together() -> None:
    cause = searched("torch", lambda x: torch.sin(x.detach()) * x * torch.cos(x.detach()))
    assert cause.kind == "cut"
    assert len(cause.together) == 2


@pytest.mark.parametrize(
    ("framework", "program"),
    [("torch", detached), ("jax", stopped_in_jax), ("tensorflow", stopped_in_tensorflow)],
    ids=["torch", "jax", "tensorflow"],
)
def test_a_report_says_that_the_graph_is_cut(framework: str, program: Any) -> None:
    said = " ".join(str(probe(program, at=0.5, framework=framework)).split())
    assert "cause: the graph is cut at operation" in said
    assert "nothing behind it is differentiated" in said
    assert "if that is by design, so is the result" in said
    assert "own derivative rule" not in said


def test_a_report_on_a_function_of_numpy_in_tensorflow() -> None:
    """The shape of what it returns is not known in a graph."""
    report = probe(lambda x: tf.numpy_function(np.sin, [x], tf.float64) * x, at=0.5, framework="tensorflow")
    assert report.cause is not None
    assert (report.cause.kind, report.cause.operation) == ("cut", "PyFunc")


def test_a_function_without_a_derivative_has_no_rule_that_gives_0() -> None:
    said = " ".join(str(probe(torch.special.bessel_j0, at=0.5)).split())
    assert "special_bessel_j0: nothing behind it is differentiated: PyTorch has no derivative of it" in said
