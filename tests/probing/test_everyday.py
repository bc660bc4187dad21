"""The ordinary situations of a user: domains, ranges, kinks, modes of the framework, layouts."""

from __future__ import annotations

import math

import jax.numpy as jnp
import pytest
import tensorflow as tf
import torch
import torch.nn.functional as F  # noqa: N812
from removable.errors import InputError
from removable.probing.probe import probe
from removable.testing import assert_sound


@pytest.mark.parametrize("layout", [lambda t: t.T, lambda t: t.T.numpy(), lambda t: t.T.contiguous()])
def test_the_layout_of_the_point_does_not_matter(layout) -> None:
    report = probe(
        lambda x: (x**2).sum(), at=layout(torch.arange(6.0, dtype=torch.float64).reshape(2, 3)), framework="torch"
    )
    assert report.verdict == "sound", report
    assert [round(found.judged.orders[1].true, 9) for found in report.found] == [0.0, 6.0, 2.0, 8.0, 4.0, 10.0]


@pytest.mark.parametrize(
    ("function", "framework"),
    [
        (lambda x: torch.sqrt(x**2), "torch"),
        (lambda x: 1 + torch.hypot(x, 3 * x), "torch"),
        (lambda x: tf.sqrt(x * x), "tensorflow"),
        (lambda x: tf.norm(tf.stack([x, 2 * x])), "tensorflow"),
        (lambda x: jnp.linalg.norm(jnp.stack([x, -x])), "jax"),
    ],
)
def test_nan_at_a_kink_is_wrong(function, framework: str) -> None:
    report = probe(function, at=0.0, framework=framework)
    assert report.verdict == "unsound", report
    assert math.isnan(report.orders[1].at)
    assert report.why.startswith("at a kink, where the slope tends to ")
    with pytest.raises(AssertionError):
        assert_sound(function, at=0.0, framework=framework)


@pytest.mark.parametrize("function", [torch.relu, torch.abs, lambda x: torch.linalg.norm(torch.stack([x, 2 * x]))])
def test_a_number_between_the_slopes_of_a_kink_is_right(function) -> None:
    assert probe(function, at=0.0, framework="torch").verdict == "kink"


@pytest.mark.parametrize(
    ("function", "at", "framework"),
    [
        (lambda p: F.binary_cross_entropy(p, torch.ones_like(p)), 0.5, "torch"),
        (lambda s: torch.distributions.Normal(0.0, s).log_prob(torch.tensor(0.3)), 0.5, "torch"),
        (lambda c: torch.distributions.Gamma(c, 1.0).log_prob(torch.tensor(0.3)), 0.1, "torch"),
        (lambda x: torch.linalg.cholesky(x * torch.eye(2, dtype=x.dtype))[0, 0], 0.1, "torch"),
        (lambda x: tf.linalg.cholesky(x * tf.eye(2, dtype=x.dtype))[0, 0], 0.1, "tensorflow"),
    ],
)
def test_a_function_that_raises_outside_its_domain_is_judged_inside(function, at: float, framework: str) -> None:
    report = probe(function, at=at, framework=framework)
    assert report.verdict == "sound", report


@pytest.mark.parametrize(("side", "verdict"), [("right", "sound"), (None, "unsettled")])
def test_a_function_that_raises_on_one_side_is_judged_on_the_other(side, verdict: str) -> None:
    def function(x: torch.Tensor) -> torch.Tensor:
        if x < 2.0:
            raise ValueError("x is too small")
        return torch.sin(x)

    assert probe(function, at=2.0, side=side, framework="torch").verdict == verdict


def test_a_function_that_raises_for_every_argument_is_refused_in_one_sentence() -> None:
    def function(x: torch.Tensor) -> torch.Tensor:
        raise ValueError("no such model")

    with pytest.raises(InputError, match="no such model"):
        probe(function, at=2.0, framework="torch")


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("weight", [0.3, -4.0])
def test_a_model_in_single_precision_is_not_accused_of_its_rounding(weight: float, order: int) -> None:
    layer = torch.nn.Linear(1, 1)
    with torch.no_grad():
        layer.weight.fill_(weight)
        layer.bias.fill_(0.7)
    report = probe(lambda x: layer(x.reshape(1)), at=0.0, dtype="float32", order=order)
    assert report.verdict == "sound", report


def test_a_model_in_single_precision_that_is_wrong_is_found() -> None:
    layer = torch.nn.Linear(1, 1)

    def function(x: torch.Tensor) -> torch.Tensor:
        y = layer(x.reshape(1))
        return torch.sin(y) / y

    with torch.no_grad():
        layer.weight.fill_(1.0)
        layer.bias.fill_(0.0)
    report = probe(function, at=0.0, dtype="float32")
    assert report.verdict == "unsound", report


@pytest.mark.parametrize(
    ("function", "at"),
    [
        (lambda x: torch.log(1 + torch.exp(-x)), 40.0),
        (lambda x: 1 - torch.erf(x), 7.0),
        (lambda x: (1 + torch.exp(-x)) - 1, 40.0),
    ],
)
def test_a_slope_that_values_cannot_show_is_not_called_wrong(function, at: float) -> None:
    report = probe(function, at=at, framework="torch")
    assert report.verdict == "unsettled", report
    assert not any(order.is_wrong for order in report.orders)


@pytest.mark.parametrize(
    ("at", "dtype"), [(88.0, "float32"), (700.0, "float64"), (11.0, "float16"), (88.0, "bfloat16")]
)
def test_the_range_of_numbers_is_no_fault_of_a_function(at: float, dtype: str) -> None:
    report = probe(torch.exp, at=at, dtype=dtype)
    assert report.verdict != "unsound", report


def test_a_number_that_overflows_on_the_way_is_a_fault() -> None:
    report = probe(lambda x: torch.log(1 + torch.exp(x)), at=800.0, framework="torch")
    assert report.verdict == "unsound", report


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_the_caller_may_have_turned_derivatives_off(mode) -> None:
    with mode():
        assert probe(torch.sin, at=0.3).verdict == "sound"
        report = probe(lambda x: torch.sin(x) / x, at=0.0, framework="torch")
        assert report.verdict == "unsound"
        assert report.cause is not None
        assert report.cause.kind == "not finite"


def test_a_function_may_differentiate_on_its_own() -> None:
    def residual(x: torch.Tensor) -> torch.Tensor:
        if not x.requires_grad:
            x = x.requires_grad_(True)
        u = torch.sin(x)
        (slope,) = torch.autograd.grad(u, x, create_graph=True)
        return slope + u

    assert probe(residual, at=0.3, framework="torch").verdict == "sound"


@pytest.mark.parametrize("size", [1e200, 1e160, 1e-160, 1e-200])
def test_the_size_of_the_values_does_not_matter(size: float) -> None:
    assert probe(lambda x: size * torch.sin(x), at=0.3, framework="torch").verdict == "sound"
    assert probe(lambda x: size * (torch.sin(x) / x), at=0.0, framework="torch").verdict == "unsound"


def test_a_side_that_was_not_asked_for_is_not_spoken_of() -> None:
    for function, at, side in ((torch.sqrt, 0.0, "right"), (torch.acos, 1.0, "left"), (torch.log, 0.0, "right")):
        report = probe(function, at=at, side=side)
        assert report.verdict == "singular", report
        assert "not finite" not in report.why, report
