"""The cure that is named: of a length only where the values are, and no point that is none."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import pytest
import tensorflow as tf
import torch
from removable.probing.probe import probe

Array = Any

ZEROS = [0.0, 0.0, 0.0]

OF_A_LENGTH = {
    "torch": lambda v: torch.sin(v.norm()) / v.norm(),
    "jax": lambda v: jnp.sin(jnp.sqrt(v @ v)) / jnp.sqrt(v @ v),
    "tensorflow": lambda v: tf.sin(tf.norm(v)) / tf.norm(v),
}
OF_ONE_ELEMENT = {
    "torch": lambda v: torch.sin(v[0]) / v[0] + v[1] ** 2,
    "jax": lambda v: jnp.sin(v[0]) / v[0] + v[1] ** 2,
    "tensorflow": lambda v: tf.sin(v[0]) / v[0] + v[1] ** 2,
}


def advice(function: Any, at: Any, order: int = 1, **more: Any) -> str:
    report = probe(function, at=at, order=order, **more)
    assert report.verdict == "unsound"
    assert report.worst.cure is not None
    return report.worst.cure.advice


@pytest.mark.parametrize("framework", OF_A_LENGTH)
def test_a_function_of_the_length_is_to_be_written_as_one(framework: str) -> None:
    said = advice(OF_A_LENGTH[framework], ZEROS, along=0, framework=framework)
    assert "removable.even(f)(v @ v)" in said
    assert "alone" in said


def test_a_function_of_the_length_along_a_direction_and_in_single_precision() -> None:
    assert "removable.even" in advice(OF_A_LENGTH["torch"], ZEROS, along=[1.0, 2.0, -2.0], framework="torch")
    point = torch.zeros(3, dtype=torch.float32)
    weights = torch.ones(3)
    assert "removable.even" in advice(lambda v: OF_A_LENGTH["torch"](v * weights), point, along=0)


@pytest.mark.parametrize("framework", OF_ONE_ELEMENT)
def test_a_function_that_is_even_along_a_coordinate_alone_is_none_of_a_length(framework: str) -> None:
    said = advice(OF_ONE_ELEMENT[framework], ZEROS, along=0, framework=framework)
    assert said.startswith("removable.repair(f, at=0.0)")


def test_an_array_of_one_number_is_no_vector_with_a_length() -> None:
    assert "removable.even" not in advice(lambda v: torch.sin(v[0]) / v[0], [0.0], framework="torch")


def test_elementwise_and_odd_functions_are_none_of_a_length() -> None:
    assert "removable.even" not in advice(lambda v: torch.sin(v) / v, [0.0, 0.0], along=0, framework="torch")
    assert "removable.even" not in advice(lambda v: torch.sin(v[0]) ** 3 / v[0] ** 2, ZEROS, along=0, framework="torch")


def test_a_direction_has_no_point_as_a_number() -> None:
    said = advice(lambda v: torch.sin(v[0]) / v[0] + v[1], [0.0, 1.0], along=[1.0, 1.0], framework="torch")
    assert "0.0" not in said
    assert "removable.repair(f, at=...)" in said


def test_a_result_that_is_wrong_far_out_is_named() -> None:
    """A pseudo-Huber loss in single precision, whose value alone loses its digits."""
    said = advice(lambda x: 1e6 * (torch.sqrt(1 + (x / 1e3) ** 2) - 1), torch.tensor(0.0))
    assert "the value is wrong as far out" in said
    assert "no call repairs that" in said


def test_several_results_that_are_wrong_far_out_are_named() -> None:
    said = advice(lambda x: x.detach() * torch.sin(x), 0.7, order=2, framework="torch")
    assert "the slope and the second derivative are wrong as far out" in said
