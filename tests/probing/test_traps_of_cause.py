"""Programs on which a search for the cause could go wrong without a word."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import pytest
import tensorflow as tf
import torch
from removable.probing.cause import Cause, find
from removable.probing.cause.tape import Tape
from removable.probing.cause.tensorflow import names_in_raw_ops, trace
from removable.probing.probe import probe
from tensorflow.python.framework import op_def_registry

Function = Callable[..., Any]


def line(function: Function, offset: int) -> str:
    return f"test_traps_of_cause.py:{function.__code__.co_firstlineno + offset}"


def along(function: Function, at: Any, element: Any, framework: str) -> Cause:
    cause = probe(function, at, element, framework=framework).cause
    assert cause is not None
    return cause


# ----------------------------------------------------------------- TensorFlow: arguments, and lines
def test_each_input_and_attribute_has_its_argument_in_raw_ops() -> None:
    for name in dir(tf.raw_ops):
        definition = None if name.startswith("_") else op_def_registry.get(name)
        if definition is not None:
            arguments = list(inspect.signature(getattr(tf.raw_ops, name)).parameters)
            assert sorted([*names_in_raw_ops(definition).values(), "name"]) == sorted(arguments), name


def squeezed(x: Any) -> Any:
    rows = tf.reshape(tf.stack([x, 2 * x, x * x]), [1, 3, 1])
    return tf.reduce_sum(tf.squeeze(rows, [0]) * tf.constant([[1.0], [2.0], [3.0]], x.dtype))


def scattered(x: Any) -> Any:
    v = tf.tensor_scatter_nd_update(tf.constant([0.5, 1.5, 2.5], x.dtype), [[1]], tf.reshape(x, [1]))
    return tf.reduce_prod(tf.gather(v, [2, 1, 1])) + tf.reduce_max(v)


def selected(x: Any) -> Any:
    rows = tf.stack([tf.stack([x, x * x]), tf.stack([tf.sin(x), x + 1])])
    parts = tf.split(rows, 2, axis=1)
    return tf.reduce_mean(parts[0] * tf.one_hot([1, 0], 1, dtype=x.dtype)) + tf.norm(rows) ** 3


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("program", [squeezed, scattered, selected])
def test_indices_and_axes_reach_the_operations_of_tensorflow(program: Function, order: int) -> None:
    def derivative(x: Any, k: int = order) -> Any:
        if k == 0:
            return program(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = derivative(x, k - 1)
        return tape.gradient(value, x)

    wanted = float(derivative(tf.constant(0.7, tf.float64)))
    assert float(trace(program, order, "float64")(Tape(), 0.7).array) == pytest.approx(wanted, rel=1e-12)


def squared_length(v: Any) -> Any:
    length = tf.norm(v)
    return length**2


def bell(v: Any) -> Any:
    squares = tf.reduce_sum(v * v)
    root = tf.sqrt(squares)
    return tf.exp(-(root**2))


def cosine_of_a_distance(v: Any) -> Any:
    return tf.cos(tf.norm(v - tf.constant([1.0, -2.0, 0.5], v.dtype)))


VECTORS: dict[str, tuple[Function, list[float], int, int]] = {
    "the square of a length": (squared_length, [0.0, 0.0], 0, 1),
    "a function of a root": (bell, [0.0, 0.0, 0.0], 2, 2),
    "away from 0": (cosine_of_a_distance, [1.0, -2.0, 0.5], 1, 1),
}


@pytest.mark.parametrize(("function", "at", "element", "offset"), VECTORS.values(), ids=VECTORS)
def test_the_second_derivative_by_an_element_of_a_vector_in_tensorflow(
    function: Function, at: list[float], element: int, offset: int
) -> None:
    cause = along(function, at, element, "tensorflow")
    assert (cause.kind, cause.operation) == ("not finite", "RealDiv in the gradient of Sqrt")
    assert cause.where == line(function, offset)


def test_a_rule_without_a_name_in_a_scope_belongs_to_the_operation_that_it_reads() -> None:
    def program(x: Any) -> Any:
        with tf.name_scope("part"):
            other = tf.acos(x * 0.1)
            y = tf.cos(x)
            z = tf.acos(y)
        return z * z + other

    cause = find("tensorflow", program, 1e-9, order=1)
    assert cause.operation == "Reciprocal in the gradient of Acos"
    assert cause.where == line(program, 4)


# ------------------------------------------------------------ results that are truly 0 need a scale
def total(module: Any) -> Function:
    return {
        "torch": lambda x: torch.softmax(torch.stack([x, 2 * x, 1 - x]), 0).sum(),
        "jax": lambda x: jnp.sum(jax.nn.softmax(jnp.stack([x, 2 * x, 1 - x]))),
        "tensorflow": lambda x: tf.reduce_sum(tf.nn.softmax(tf.stack([x, 2 * x, 1 - x]))),
    }[module]


@pytest.mark.parametrize("name", ["torch", "jax", "tensorflow"])
def test_a_slope_that_is_truly_0_is_no_loss_of_digits(name: str) -> None:
    assert find(name, total(name), 0.4, order=1, scale=1.0, beside=(0.35, 0.45)).kind == "none"


# --------------------------------------------------- zeros without underflow, branches with 0 * NaN
ZEROS: dict[str, tuple[str, Function]] = {
    "torch": ("torch", lambda x: 2 / torch.lgamma(x)),
    "jax": ("jax", lambda x: 2 / jax.scipy.special.gammaln(x)),
    "tensorflow": ("tensorflow", lambda x: 2 / tf.math.lgamma(x)),
}


@pytest.mark.parametrize(("name", "program"), ZEROS.values(), ids=ZEROS)
def test_a_function_that_is_0_at_the_point_does_not_underflow(name: str, program: Function) -> None:
    cause = find(name, program, 1.0)
    assert cause.kind == "not finite"
    assert "gamma" not in cause.operation.lower()


# ------------------------------------------------------------------ rules that the user has written
class Halved(torch.autograd.Function):
    """The square, with half of its derivative."""

    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        """Return the value."""
        context.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(context: Any, upstream: Any) -> Any:
        """Return the wrong derivative."""
        (x,) = context.saved_tensors
        return upstream * x


@tf.custom_gradient
def halved_in_tensorflow(x: Any) -> Any:
    return x * x, lambda upstream: upstream * x


@jax.custom_jvp
def halved_in_jax(x: Any) -> Any:
    return x * x


halved_in_jax.defjvp(lambda primals, tangents: (primals[0] ** 2, primals[0] * tangents[0]))


LEFT_OUT: dict[str, tuple[str, Function]] = {
    "torch": ("torch", lambda x: Halved.apply(torch.where(x > 3, x - torch.inf, x))),
    "jax": ("jax", lambda x: halved_in_jax(jnp.where(x > 3, x - jnp.inf, x))),
    "tensorflow": ("tensorflow", lambda x: halved_in_tensorflow(tf.where(x > 3, x - float("inf"), x))),
}


@pytest.mark.parametrize(("name", "program"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_selection_that_leaves_infinity_out_is_not_the_wrong_rule(name: str, program: Function) -> None:
    cause = find(name, program, 0.8, order=1, beside=(0.75, 0.85))
    assert cause.kind == "rule"
    assert (cause.inputs, cause.outputs) == (pytest.approx((1.6,)), pytest.approx((0.8,)))
    assert not any(word in cause.operation.lower() for word in ("where", "select"))


def halved_of_torch(v: Any) -> Any:
    y = Halved.apply(v)
    return y.sum()


def halved_of_tensorflow(v: Any) -> Any:
    y = halved_in_tensorflow(v)
    return tf.reduce_sum(y)


def halved_of_jax(v: Any) -> Any:
    y = halved_in_jax(v)
    return jnp.sum(y)


RULED = {"torch": halved_of_torch, "tensorflow": halved_of_tensorflow, "jax": halved_of_jax}


@pytest.mark.parametrize("name", RULED)
def test_a_wrong_rule_of_the_user_is_named_for_an_element_of_a_vector(name: str) -> None:
    cause = along(RULED[name], [0.3, 0.7], 1, name)
    assert cause.kind == "rule"
    assert cause.where == line(RULED[name], 1)
    assert cause.inputs == pytest.approx((1.4,), rel=1e-3)
    assert cause.outputs == pytest.approx((0.7,), rel=1e-3)


# ----------------------------------------------------------------- branches, kinks, complex numbers
def test_an_if_of_python_that_one_rounding_turns_over() -> None:
    def program(x: torch.Tensor) -> torch.Tensor:
        one = torch.cos(x) ** 2 + torch.sin(x) ** 2
        if one - 1 > 0:
            return torch.exp(x)
        return torch.sin(x)

    cause = find("torch", program, 0.3)
    assert cause.kind == "branch"
    assert "one rounding" in cause.note
    # the comparison itself, or the operation after it
    assert cause.where in [line(program, offset) for offset in (2, 3, 4)]


def test_a_kink_from_one_side_has_the_slope_of_that_side() -> None:
    cause = probe(lambda x: tf.abs(x - 2) * 3, 2.0, side="left", framework="tensorflow").cause
    assert cause is not None
    assert cause.kind == "rule"
    assert (cause.inputs, cause.outputs) == (pytest.approx((-1.0,)), pytest.approx((0.0,)))


COMPLEX: dict[str, tuple[str, Function]] = {
    "torch": ("torch", lambda x: (torch.exp(1j * x).real - 1) / x**2),
    "jax": ("jax", lambda x: (jnp.real(jnp.exp(1j * x)) - 1) / x**2),
    "tensorflow": ("tensorflow", lambda x: (tf.math.real(tf.exp(tf.complex(x * 0, x))) - 1) / x**2),
}


@pytest.mark.parametrize(("name", "program"), COMPLEX.values(), ids=COMPLEX)
def test_digits_lost_after_complex_numbers(name: str, program: Function) -> None:
    cause = find(name, program, 1e-7)
    assert cause.kind == "digits"
    assert "sub" in cause.operation.lower()


# ---------------------------------------------------------------------- programs that run in pieces
def test_a_checkpoint_that_runs_again_in_the_backward_pass() -> None:
    def inner(y: torch.Tensor) -> torch.Tensor:
        return (1 - torch.cos(y)) / y**2

    for reentrant in (True, False):

        def program(x: torch.Tensor, reentrant: bool = reentrant) -> torch.Tensor:
            return torch.utils.checkpoint.checkpoint(inner, x, use_reentrant=reentrant)

        cause = find("torch", program, 1e-7)
        assert (cause.kind, cause.operation, cause.where) == ("digits", "rsub", line(inner, 1))


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_make_no_difference(threads: int) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        cause = find("torch", lambda x: (x * torch.ones(5000, dtype=x.dtype)).sum() * (1 - torch.cos(x)), 1e-7)
    finally:
        torch.set_num_threads(before)
    assert (cause.kind, cause.operation) == ("digits", "rsub")


# ------------------------------------------------------------------------------ order of the search
def test_what_is_not_finite_comes_before_digits_and_digits_before_branches() -> None:
    def program(x: torch.Tensor) -> torch.Tensor:
        lost = (1 - torch.cos(x)) / x**2
        return torch.where(x == 0, torch.zeros_like(x), lost)

    assert find("torch", lambda x: program(x) / (x - x), 1e-8, beside=(-0.05, 0.05)).kind == "not finite"
    assert find("torch", program, 1e-8, beside=(-0.05, 0.05)).kind == "digits"
    assert find("torch", program, 0.0, beside=(-0.05, 0.05)).kind == "branch"
