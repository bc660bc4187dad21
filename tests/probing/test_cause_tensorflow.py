"""TensorFlow: the cause of wrong results, and no operation named for right ones."""

from __future__ import annotations

from typing import Any

import pytest
import tensorflow as tf
from probing import cause_judging, cause_judging_again, cause_tuning
from probing.cause_case import Case, complaint, search
from removable.probing.cause import find
from removable.probing.cause.tape import Tape
from removable.probing.cause.tensorflow import trace

Array = Any
CASES = [case for corpus in (cause_tuning, cause_judging, cause_judging_again) for case in corpus.WRONG + corpus.RIGHT]


def versed(x: Array) -> Array:
    return (1 - tf.cos(x)) / x**2


@pytest.mark.parametrize("case", [case for case in CASES if "tensorflow" in case.frameworks], ids=str)
def test_the_cause_is_named(case: Case) -> None:
    assert complaint(case, search("tensorflow", case)) == ""


def branching(x: Array) -> Array:
    inner = tf.cond(x > 0.1, lambda: tf.exp(x) * x, lambda: x)
    chosen = tf.switch_case(tf.constant(1), [lambda: x, lambda: tf.sin(x) * inner])
    return tf.cond(inner > 5, lambda: chosen, lambda: chosen**3)


def looping(x: Array) -> Array:
    return tf.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s * x + tf.sin(s)), (0, x))[1]


def nested(x: Array) -> Array:
    inner = tf.function(lambda v: tf.reduce_sum(tf.nn.softmax(v) * v), autograph=False)
    return inner(tf.stack([x, 2 * x, x * x])) + tf.concat([[x], [x * 3]], 0)[1] * tf.cumsum(tf.stack([x, x]))[1]


def eager(program: Any, x: Any, order: int) -> Any:
    if order == 0:
        return program(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = eager(program, x, order - 1)
    return tape.gradient(value, x)


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("program", [branching, looping, nested])
def test_a_program_is_interpreted_as_it_is_meant(program: Any, order: int) -> None:
    value = trace(program, order, "float64")(Tape(), 0.4)
    wanted = eager(program, tf.constant(0.4, tf.float64), order)
    assert float(value.array) == pytest.approx(float(wanted), rel=1e-12)


def test_the_body_of_a_loop_has_its_own_line() -> None:
    def body(i: Array, s: Array) -> tuple[Array, Array]:
        return i + 1, s + 1 - tf.cos(s)

    line = body.__code__.co_firstlineno + 1
    cause = find("tensorflow", lambda x: tf.while_loop(lambda i, s: i < 1, body, (0, x * 1e-30))[1] - 1e-30, 1.0)
    assert cause.where == f"test_cause_tensorflow.py:{line}"


def test_digits_lost_in_a_loop_are_found_through_its_lists() -> None:
    """What the backward pass needs of each turn goes through lists, which are no arrays."""

    def program(x: Array) -> Array:
        return tf.while_loop(lambda i, s: i < 2, lambda i, s: (i + 1, s * (1 - tf.cos(s))), (0, x))[1]

    cause = find("tensorflow", program, 1e-7, order=1)
    assert cause.kind == "digits"
    assert cause.operation.startswith("Sub")


def test_an_operation_of_a_gradient_has_the_line_of_its_forward_operation() -> None:
    def program(x: Array) -> Array:
        y = tf.cos(x)
        z = tf.acos(y)
        return z * z

    cause = find("tensorflow", program, 1e-9, order=1)
    assert cause.operation == "Reciprocal in the gradient of Acos"
    assert cause.where == f"test_cause_tensorflow.py:{program.__code__.co_firstlineno + 2}"


def test_arguments_that_have_another_name_in_raw_ops() -> None:
    def program(x: Array) -> Array:
        row = tf.expand_dims(tf.stack([x, 2 * x]), 0)
        return tf.reduce_sum(tf.linalg.matmul(row, row, transpose_b=True)) + tf.nn.l2_loss(row)

    assert find("tensorflow", program, 0.4, order=1, beside=(0.3, 0.5)).kind == "none"


def test_random_numbers_are_the_same_in_every_run() -> None:
    def program(x: Array) -> Array:
        return tf.reduce_sum(tf.nn.dropout(tf.sin(x) * tf.ones(50, tf.float64), 0.5))

    assert find("tensorflow", program, 0.3, order=1).kind == "none"


def test_no_setting_is_changed() -> None:
    tf.random.set_seed(4)
    wanted = [tf.random.uniform(()).numpy() for _ in range(2)]
    tf.random.set_seed(4)
    first = tf.random.uniform(()).numpy()
    find("tensorflow", lambda x: versed(x) + 0 * tf.random.uniform((), dtype=x.dtype), 1e-8, order=1)
    assert [first, tf.random.uniform(()).numpy()] == wanted


def test_a_variable_keeps_its_value() -> None:
    weight = tf.Variable(2.0, dtype=tf.float64)
    cause = find("tensorflow", lambda x: versed(x) * weight, 1e-8)
    assert (cause.kind, cause.operation) == ("digits", "Sub")
    assert weight.numpy() == 2.0


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_lower_precision(dtype: str) -> None:
    assert find("tensorflow", lambda x: tf.exp(x) * x, 0.3, order=1, dtype=dtype).kind == "none"


def test_complex_numbers_inside() -> None:
    def program(x: Array) -> Array:
        return tf.abs(tf.exp(tf.complex(x * 0, x)))

    value = trace(program, 1, "float64")(Tape(), 0.4)
    assert abs(float(value.array)) < 1e-12
    assert find("tensorflow", program, 0.4).kind == "none"
