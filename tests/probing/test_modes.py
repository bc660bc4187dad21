"""The other modes of differentiation: one output is not judged by what another one does."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import pytest
import tensorflow as tf
import torch
from removable.probing.probe import probe

Array = Any

OPERATIONS = {
    "torch": (torch.sin, torch.cos),
    "jax": (jnp.sin, jnp.cos),
    "tensorflow": (tf.sin, tf.cos),
}


@pytest.mark.parametrize("framework", OPERATIONS)
def test_a_right_output_beside_a_wrong_one_is_right_in_every_mode(framework: str) -> None:
    """The first output is NaN at 0; 0 times NaN is NaN, and the second has no part in it."""
    sin, cos = OPERATIONS[framework]

    def program(x: Array) -> tuple[Array, Array]:
        return sin(x) / x, cos(x)

    report = probe(program, at=0.0, framework=framework)
    wrong, right = report.found
    assert (wrong.judged.verdict, right.judged.verdict) == ("unsound", "sound")
    assert right.modes == ()
    assert right.passed_over == ()
    assert "modes disagree" not in str(report)


@pytest.mark.parametrize("framework", OPERATIONS)
def test_every_number_of_every_output_has_the_derivatives_of_its_own(framework: str) -> None:
    """A mode that returned the numbers in another order would disagree."""
    sin, cos = OPERATIONS[framework]

    def program(v: Array) -> tuple[Array, Array]:
        return sin(v), cos(3 * v[0])

    report = probe(program, at=[0.4, 0.7], along=0, framework=framework)
    assert [found.judged.verdict for found in report.found] == ["sound"] * 3
    assert [found.modes for found in report.found] == [()] * 3
