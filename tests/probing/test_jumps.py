"""Operations with a branch inside: the value that they return at a point is not that beside it."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import pytest
import tensorflow as tf
import torch
from removable.probing.cause import Cause, find
from removable.probing.probe import probe

Array = Any


def searched(framework: str, program: Any, order: int = 0) -> Cause:
    return find(framework, program, 0.0, order=order, scale=1.0 if order else 0.0, beside=(-0.05, 0.05))


def test_a_quotient_without_nan_returns_0_where_1_is_true() -> None:
    cause = searched("tensorflow", lambda x: tf.math.divide_no_nan(tf.sin(x), x))
    assert (cause.kind, cause.operation, cause.outputs) == ("branch", "DivNoNan", (0.0,))
    assert cause.inputs == pytest.approx((1.0,), abs=1e-12)
    assert "comes out as 0 here, as 1 beside the point" in str(cause)


def test_a_report_names_the_quotient_without_nan() -> None:
    report = probe(lambda x: tf.math.divide_no_nan(tf.sin(x), x), at=0.0, framework="tensorflow")
    assert report.cause is not None
    assert report.cause.operation == "DivNoNan"


def test_the_rule_of_a_quotient_without_nan_contradicts_its_values() -> None:
    cause = searched("tensorflow", lambda x: tf.math.divide_no_nan(1 - tf.cos(x), x), order=1)
    assert (cause.kind, cause.operation) == ("rule", "DivNoNan")
    assert cause.outputs == (0.0,)


@pytest.mark.parametrize(
    ("framework", "program", "operation"),
    [
        ("torch", lambda x: torch.nan_to_num(torch.sin(x) / x), "div"),
        ("tensorflow", lambda x: tf.math.multiply_no_nan(1 / x, tf.sin(x)), "MulNoNan"),
    ],
    ids=["torch", "tensorflow"],
)
def test_a_nan_that_is_made_0(framework: str, program: Any, operation: str) -> None:
    cause = searched(framework, program)
    assert cause.operation == operation, cause
    assert cause.kind in ("branch", "not finite")


def test_a_comparison_is_named_before_what_it_selects() -> None:
    cause = searched("jax", lambda x: jnp.nan_to_num(jnp.sin(x) / x))
    assert cause.kind == "branch"
    assert cause.operation != "div"


@pytest.mark.parametrize(
    ("framework", "program"),
    [
        ("torch", lambda x: torch.sign(x) * x),
        ("torch", lambda x: torch.nan_to_num(torch.sin(x) / x) * x),
        ("jax", lambda x: jnp.sign(x) * x),
        ("tensorflow", lambda x: tf.math.divide_no_nan(x * x, x)),
        ("tensorflow", lambda x: tf.sign(x) * x),
        ("tensorflow", lambda x: tf.math.divide_no_nan(tf.sin(x), x) * x),
    ],
    ids=["torch", "torch, times 0", "jax", "tensorflow, a quotient", "tensorflow", "tensorflow, times 0"],
)
def test_a_jump_that_does_not_matter_is_not_the_cause(framework: str, program: Any) -> None:
    assert searched(framework, program).kind == "none"
