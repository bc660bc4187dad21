"""Functions that are narrower than the rings, and points that lie close to a singular one."""

from __future__ import annotations

import jax.numpy as jnp
import pytest
import tensorflow as tf
import torch
import torch.nn.functional as F  # noqa: N812
from removable.probing.probe import probe


@pytest.mark.parametrize("steep", [1e3, 1e5, 1e6, 1e7, 1e8])
@pytest.mark.parametrize(
    "shape",
    [
        lambda x: torch.tanh(x),
        lambda x: torch.exp(-(x**2)),
        lambda x: torch.sqrt(x**2 + 1),
        lambda x: torch.atan(x),
        lambda x: torch.log(x**2 + 1),
        lambda x: torch.sigmoid(x + 0.3),
    ],
    ids=["tanh", "exp(-x^2)", "sqrt(x^2 + 1)", "atan", "log(x^2 + 1)", "sigmoid(x + 0.3)"],
)
def test_a_narrow_smooth_function_is_sound(shape, steep: float) -> None:
    report = probe(lambda x: shape(steep * x), at=0.0, framework="torch")
    assert report.verdict == "sound", report


@pytest.mark.parametrize("epsilon", [1e-6, 1e-9, 1e-12, 1e-15])
@pytest.mark.parametrize(
    ("norm", "framework"),
    [
        (lambda v, epsilon: torch.sqrt((v * v).sum() + epsilon), "torch"),
        (lambda v, epsilon: tf.sqrt(tf.reduce_sum(v * v) + epsilon), "tensorflow"),
        (lambda v, epsilon: jnp.sqrt(jnp.sum(v * v) + epsilon), "jax"),
    ],
    ids=["torch", "tensorflow", "jax"],
)
def test_a_norm_with_an_epsilon_is_sound(norm, framework: str, epsilon: float) -> None:
    report = probe(lambda v: norm(v, epsilon), at=[0.0, 0.0], along=0, framework=framework)
    assert report.verdict == "sound", report


def test_normalisation_by_design_is_no_alarm() -> None:
    report = probe(lambda v: F.normalize(v, dim=0)[0], at=[0.0, 0.0], along=0, framework="torch", order=1)
    assert report.verdict == "sound", report


def test_a_bounded_function_is_not_called_unbounded() -> None:
    for function in (lambda x: x / (torch.abs(x) + 1e-6), lambda x: torch.atan(1e8 * x), lambda x: torch.erf(1e7 * x)):
        report = probe(function, at=0.0, framework="torch")
        assert report.verdict in ("sound", "kink"), report
        assert "unbounded" not in report.why
        assert "pole" not in report.why


@pytest.mark.parametrize("point", [1e-7, 1e-9, 3e-12, -1e-9])
@pytest.mark.parametrize(
    "function",
    [torch.relu, torch.abs, lambda x: torch.where(x > 0, 2 * x, x)],
    ids=["relu", "abs", "leaky"],
)
def test_beside_a_kink_a_function_is_sound(function, point: float) -> None:
    report = probe(function, at=point, framework="torch")
    assert report.verdict == "sound", report


@pytest.mark.parametrize("point", [1e-7, 1e-9, 3e-12])
@pytest.mark.parametrize(
    "function",
    [torch.reciprocal, torch.log, torch.sqrt, lambda x: x * torch.log(x)],
    ids=["1/x", "log", "sqrt", "x log x"],
)
def test_beside_a_singular_point_a_function_is_sound(function, point: float) -> None:
    report = probe(function, at=point, framework="torch")
    assert report.verdict == "sound", report


def test_a_sound_function_that_is_known_nearby_alone_says_so() -> None:
    assert "alone" in probe(lambda x: torch.tanh(1e7 * x), at=0.0, framework="torch").why


@pytest.mark.parametrize(
    ("function", "wrong"),
    [
        (lambda x: (1 - torch.cos(x)) / x**2, [True, True, True]),
        (lambda x: (torch.exp(x) - 1 - x) / x**2, [True, True, True]),
        (lambda x: (torch.sqrt(1 + x) - 1) / x, [True, True, True]),
        (lambda x: torch.log(1 + x) / x, [True, True, True]),
        (lambda x: (torch.tan(x) - torch.sin(x)) / x**3, [True, True, True]),
        (lambda x: torch.where(x.abs() < 1e-5, torch.ones_like(x), torch.sin(x) / x + x), [False, True, True]),
    ],
)
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_lost_digits_are_not_taken_for_a_narrow_function(function, wrong: list[bool], scale: float) -> None:
    report = probe(lambda x: function(scale * x), at=0.0, framework="torch")
    assert [order.is_wrong for order in report.orders] == wrong, report


def test_a_branch_of_the_program_is_told_of() -> None:
    report = probe(lambda x: F.hardshrink(x, 0.01), at=0.0, framework="torch")
    assert report.verdict == "unsound"
    assert report.why.startswith("within 0.01 of the point the program takes another branch")
