"""Functions on which a search for the truth from outside could go wrong without a word."""

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
from removable.probing.command import main
from removable.probing.probe import probe
from removable.probing.report import Report
from removable.testing import assert_sound

Function = Callable[..., Any]
Cases = dict[str, tuple[str, Function, Any]]

functional = torch.nn.functional


def wrong(report: Report) -> list[int]:
    return [k for k, order in enumerate(report.orders) if order.is_wrong]


def parametrized(cases: dict[str, Any]) -> Any:
    return pytest.mark.parametrize("case", list(cases.values()), ids=list(cases))


# ----------------------------------------------------------------------- dependence that is dropped
CUT: Cases = {
    "detach": ("torch", lambda x: x.detach() * torch.sin(x), 0.7),
    "detach in float32": ("torch", lambda x: x.detach() * torch.exp(x), torch.tensor(-0.4)),
    "a number of Python": ("torch", lambda x: torch.exp(x) + math.sin(x.item()), -1.3),
    "stop_gradient of TensorFlow": ("tensorflow", lambda x: tf.stop_gradient(x) * tf.sin(x), 0.7),
    "a call of NumPy": ("tensorflow", lambda x: x * tf.constant(np.sin(x.numpy())), 0.7),
    "stop_gradient of JAX": ("jax", lambda x: jax.lax.stop_gradient(x) * jnp.sin(x), 0.7),
}


@parametrized(CUT)
def test_a_dependence_that_is_cut_is_wrong_at_every_distance(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    report = probe(function, at, framework=framework)
    assert wrong(report) == [1, 2]
    assert all(report.orders[k].at_least for k in (1, 2))
    assert report.orders[0].right_at


COMPLEX_INSIDE: Cases = {
    "torch": ("torch", lambda x: torch.abs(torch.complex(x, 2 * x)) ** 2, 0.6),
    "torch, real part": ("torch", lambda x: torch.exp(1j * x).real * x, -1.2),
    "tensorflow": ("tensorflow", lambda x: tf.math.imag(tf.exp(tf.complex(x, x * x))), 0.6),
    "jax": ("jax", lambda x: jnp.real((1 + 1j * x) ** 3), 0.6),
    "a Fourier transform": ("jax", lambda v: jnp.abs(jnp.fft.fft(v))[1], [0.3, 0.4, 0.1, 2.0]),
}


@parametrized(COMPLEX_INSIDE)
def test_complex_numbers_inside_are_judged_by_the_values(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    along = 1 if isinstance(at, list) else None
    assert probe(function, at, along, framework=framework).verdict == "sound"


# --------------------------------------------------------------------------- small is not converged
STEEP: dict[str, tuple[str, Function, Any, float]] = {
    "saturated on both sides": ("torch", lambda x: torch.tanh(3e4 * x), 0.0, 3e4),
    "saturated, float32": ("torch", lambda x: torch.tanh(1000 * x), torch.tensor(0.0), 1e3),
    "saturated away from 0": ("jax", lambda x: jnp.tanh(2e3 * (x - 3)), 3.0, 2e3),
    "an error function": ("jax", lambda x: jax.scipy.special.erf(700 * x), 0.0, 1400 / math.sqrt(math.pi)),
    "a sigmoid": ("tensorflow", lambda x: tf.sigmoid(300 * (x - 1)), tf.constant(1.0), 75.0),
    "a spike that underflows": ("torch", lambda x: torch.exp(-((3e4 * (x - 0.25)) ** 2)), 0.25, 0.0),
    "far from a spike": ("tensorflow", lambda x: tf.exp(-((x / 1e-3) ** 2)) + x, 0.3, 1.0),
    "an oscillation": ("torch", lambda x: torch.sin(500 * x), 0.0, 500.0),
}


@parametrized(STEEP)
def test_a_steep_function_is_not_taken_for_what_it_tends_to(case: tuple[str, Function, Any, float]) -> None:
    framework, function, at, slope = case
    report = probe(function, at, framework=framework)
    assert report.verdict == "sound", report
    assert report.orders[1].true == pytest.approx(slope, rel=1e-6, abs=1e-6)


BESIDE: dict[str, tuple[str, Function]] = {
    f"{framework}, {width:g}": (framework, function)
    for width in (1e-3, 1e-6, 1e-8)
    for framework, function in (
        ("torch", lambda x, w=width: x + torch.exp(-(((x - 0.25) / w) ** 2))),
        ("jax", lambda x, w=width: x + jnp.exp(-(((x - 0.25) / w) ** 4))),
    )
}


@parametrized(BESIDE)
def test_a_spike_at_a_simple_distance_is_no_error(case: tuple[str, Function]) -> None:
    """A sample meets the spike at 0.01, and no node of a ring does."""
    framework, function = case
    report = probe(function, 0.26, framework=framework)
    assert report.verdict == "sound", report
    assert report.orders[1].true == pytest.approx(1.0)


NARROW: dict[str, tuple[str, Function, Any]] = {
    "a step": ("torch", lambda x: torch.tanh(1e8 * x), 0.0),
    "a step in TensorFlow": ("tensorflow", lambda x: tf.tanh(2e7 * x) + x, 0.0),
    "a spike": ("jax", lambda x: jnp.exp(-((1e7 * x) ** 2)), 0.0),
    "a rounded corner": ("torch", lambda x: torch.sqrt(x * x + 1e-20), 0.0),
    "a rounded jump": ("torch", lambda x: x / torch.sqrt(x * x + 1e-20), 0.0),
    "a small number in the denominator": ("torch", lambda x: torch.sin(x) / (x + 1e-12), 0.0),
    "a vector divided by its clamped length": ("torch", lambda v: functional.normalize(v, dim=0)[0], [0.0, 0.0]),
}


@parametrized(NARROW)
def test_what_changes_within_the_smallest_ring_is_looked_at_from_within(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    report = probe(function, at, 0 if isinstance(at, list) else None, framework=framework, order=1)
    assert (report.verdict, wrong(report)) == ("sound", []), report
    assert report.why.startswith("known within ")


BRANCHES: dict[str, tuple[str, Function, float, float]] = {
    f"{framework}, {width:g}": (framework, function, at, width)
    for width in (3e-2, 1e-5, 1e-9, 1e-12)
    for framework, function, at in (
        ("torch", lambda x, w=width: torch.where(torch.abs(x) < w, torch.cos(x) + 0.5, torch.cos(x)), 0.0),
        ("jax", lambda x, w=width: jnp.where(jnp.abs(x) <= w, -1.0, jnp.exp(x)), 0.0),
    )
}


@parametrized(BRANCHES)
def test_a_branch_is_no_spike_at_any_width(case: tuple[str, Function, float, float]) -> None:
    framework, function, at, width = case
    report = probe(function, at, framework=framework)
    assert report.verdict == "unsound"
    assert report.orders[0].true == pytest.approx(1.0)
    assert width / 2 < report.orders[0].width <= width


# ---------------------------------------------------------------------------- branches not selected
UNSELECTED: Cases = {
    "where, safe arguments": ("jax", lambda x: jnp.where(x > 0, jnp.log(jnp.where(x > 0, x, 1.0)), x * x), -0.5),
    "where, NaN beside": ("torch", lambda x: torch.where(x > 2, torch.sqrt(torch.relu(x - 2) + 1), x * x), 0.5),
    "lax.cond": ("jax", lambda x: jax.lax.cond(x > 0, jnp.log, lambda y: y * y, x), -0.5),
    "tf.cond": ("tensorflow", lambda x: tf.cond(x > 0, lambda: tf.math.log(x), lambda: x * x), -0.5),
    "an if of Python": ("torch", lambda x: torch.log(x) if x > 0 else x * x, -0.5),
}


@parametrized(UNSELECTED)
def test_a_branch_that_is_not_selected_does_no_harm(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    report = probe(function, at, framework=framework)
    assert report.verdict == "sound", report
    assert report.orders[2].true == pytest.approx(2.0)


TRAPPED: dict[str, tuple[str, Function, Any, list[int]]] = {
    "torch": ("torch", lambda x: torch.where(x < 1, x**3, torch.sqrt(x - 1)), 0.5, [1, 2]),
    "tensorflow": ("tensorflow", lambda x: tf.where(x < 1, x**3, tf.sqrt(x - 1)), 0.5, [2]),
    "jax": ("jax", lambda x: jnp.where(x < 1, x**3, jnp.sqrt(x - 1)), 0.5, [1, 2]),
}


@parametrized(TRAPPED)
def test_a_branch_that_is_not_selected_and_makes_nan_is_found(case: tuple[str, Function, Any, list[int]]) -> None:
    framework, function, at, orders = case
    report = probe(function, at, framework=framework)
    assert wrong(report) == orders
    assert report.orders[2].true == pytest.approx(3.0)
    assert report.orders[2].at_least


# -------------------------------------------------------------------------- rules of the user's own
@jax.custom_jvp
def ruled_in_jax(x: Any) -> Any:
    return jnp.sin(x) * x


ruled_in_jax.defjvp(lambda primals, tangents: (ruled_in_jax(*primals), jnp.cos(primals[0]) * tangents[0]))


@tf.custom_gradient
def ruled_in_tensorflow(x: Any) -> Any:
    return tf.sin(x) * x, lambda upstream: upstream * tf.cos(x)


class RuledInTorch(torch.autograd.Function):
    """The sine times x, with the derivative of the sine."""

    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        """Return the value."""
        context.save_for_backward(x)
        return torch.sin(x) * x

    @staticmethod
    def backward(context: Any, upstream: Any) -> Any:
        """Return the wrong derivative."""
        (x,) = context.saved_tensors
        return upstream * torch.cos(x)


RULED: dict[str, tuple[str, Function]] = {
    "torch": ("torch", RuledInTorch.apply),
    "tensorflow": ("tensorflow", ruled_in_tensorflow),
    "jax": ("jax", ruled_in_jax),
    "jax, compiled": ("jax", jax.jit(ruled_in_jax)),
}


@parametrized(RULED)
def test_the_truth_is_that_of_the_values_and_not_of_a_rule(case: tuple[str, Function]) -> None:
    framework, function = case
    report = probe(function, 0.4, framework=framework)
    assert wrong(report) == [1, 2]
    assert report.orders[1].true == pytest.approx(math.cos(0.4) * 0.4 + math.sin(0.4))


COMPILED: dict[str, tuple[str, Function, Function]] = {
    "jax": ("jax", lambda f: jax.jit(f), lambda x: (jnp.exp(x) - 1 - x) / x**2),
    "tensorflow": ("tensorflow", lambda f: tf.function(f, autograph=False), lambda x: (tf.exp(x) - 1 - x) / x**2),
}


@parametrized(COMPILED)
def test_a_compiled_function_has_the_same_wrong_orders(case: tuple[str, Function, Function]) -> None:
    framework, compiled, function = case
    reports = [probe(f, 0.0, framework=framework) for f in (function, compiled(function))]
    assert wrong(reports[0]) == wrong(reports[1]) == [0, 1, 2]
    trues = [[order.true for order in report.orders] for report in reports]
    assert trues[1] == pytest.approx([1 / 2, 1 / 6, 1 / 12], rel=1e-6)
    assert trues[0] == pytest.approx(trues[1], rel=1e-6)


def test_arrays_that_are_stacked() -> None:
    report = probe(lambda x: jnp.stack([x, x * x, jnp.exp(x)]).prod(), 0.4, framework="jax")
    assert report.verdict == "sound"


# -------------------------------------------------------------------------------------------- kinks
KINKS: dict[str, tuple[str, Function, Any, tuple[float, float]]] = {
    "large": ("torch", lambda x: 1e6 * torch.abs(x - 3) + x, 3.0, (1 - 1e6, 1 + 1e6)),
    "small": ("jax", lambda x: 1e-6 * jnp.abs(x - 3) + x, 3.0, (1 - 1e-6, 1 + 1e-6)),
    "float32": ("tensorflow", lambda x: tf.abs(x + 2) + x, tf.constant(-2.0), (0.0, 2.0)),
    "a length": ("torch", lambda v: 1e5 * torch.linalg.norm(v), [0.0, 0.0, 0.0], (-1e5, 1e5)),
    "a length in TensorFlow": ("tensorflow", lambda v: tf.reduce_max(tf.abs(v - 1.0)), [1.0, 1.0], (-1.0, 1.0)),
    "a length in JAX": ("jax", lambda v: jnp.max(jnp.abs(v)), [0.0, 0.0], (-1.0, 1.0)),
}


@parametrized(KINKS)
def test_a_kink_of_any_size_is_no_error(case: tuple[str, Function, Any, tuple[float, float]]) -> None:
    framework, function, at, slopes = case
    report = probe(function, at, 0 if isinstance(at, list) else None, framework=framework)
    assert (report.verdict, wrong(report)) == ("kink", []), report
    assert report.orders[1].one_sided == pytest.approx(slopes, rel=1e-6, abs=1e-9)


LOST: Cases = {
    "torch": ("torch", lambda x: torch.sqrt(x * x), 0.0),
    "torch, float32, away from 0": ("torch", lambda x: 3 * torch.sqrt((x - 2) ** 2) + x, torch.tensor(2.0)),
    "tensorflow": ("tensorflow", lambda x: 2 * tf.sqrt(tf.square(x - 1)), 1.0),
    "tensorflow, a length": ("tensorflow", tf.norm, [0.0, 0.0]),
    "jax": ("jax", lambda x: jnp.sqrt(x * x) + jnp.cos(x), 0.0),
    "jax, a length": ("jax", jnp.linalg.norm, [0.0, 0.0, 0.0]),
}


@parametrized(LOST)
def test_nan_at_a_kink_is_said_to_be_no_slope(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    along = 0 if isinstance(at, list) else None
    report = probe(function, at, along, framework=framework)
    assert report.verdict == "unsound"
    assert report.why.startswith("at a kink, where the slope tends to ")
    assert report.why.endswith(", nan is returned")
    slope = report.orders[1]
    assert 1 <= slope.nan <= slope.samples
    assert slope.right_at is False
    with pytest.raises(AssertionError, match="nan is returned"):
        assert_sound(function, at, along, framework=framework)


def test_a_finite_slope_at_a_kink_is_all_right() -> None:
    for function in (torch.abs, torch.linalg.vector_norm):
        report = probe(function, 0.0, framework="torch")
        assert report.verdict == "kink"
        assert_sound(function, 0.0, framework="torch")


def test_nan_at_a_kink_ends_with_status_1(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "import torch\n\n\ndef corner(x):\n    return torch.sqrt(x * x)\n"
    (tmp_path / "functions_with_corners.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["probe", "functions_with_corners:corner", "--at", "0"]) == 1
    assert "nan is returned" in " ".join(capsys.readouterr().out.split())
    assert main(["probe", "torch:abs", "--at", "0"]) == 0


# -------------------------------------------------------------------------------- one-sided domains
CONCENTRATION: Cases = {
    "torch": ("torch", lambda k: torch.log(torch.special.i0e(k)) + k, 0.0),
    "tensorflow": ("tensorflow", lambda k: tf.exp(k) * tf.math.bessel_i0e(k), 0.0),
    "jax": ("jax", lambda k: jnp.exp(k) * jax.scipy.special.i0e(k), 0.0),
}


@parametrized(CONCENTRATION)
def test_what_is_meant_for_one_side_is_a_kink_from_both_and_wrong_from_one(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    both = probe(function, at, framework=framework)
    assert both.verdict == "kink"
    assert both.orders[1].one_sided == pytest.approx((2.0, 0.0), abs=1e-6)
    assert "tends to 2 from the left" in both.why
    assert "from the right" in both.why
    right = probe(function, at, side="right", framework=framework)
    assert 1 in wrong(right)
    assert right.orders[1].true == pytest.approx(0.0, abs=1e-6)


# ---------------------------------------------------------------------------- lines without a value
def test_a_line_along_which_there_is_no_value_is_not_judged() -> None:
    def entropy(q: Any, a: Any) -> Any:
        return (1 - q**a) / a

    report = probe(entropy, (1.5, 0.0), framework="torch")
    along_q, along_a = report.found
    assert along_q.judged.verdict == "unsettled"
    assert "finite at no distance" in along_q.judged.why
    assert along_a.judged.verdict == "unsound"
    assert along_a.judged.orders[0].true == pytest.approx(-math.log(1.5))


# --------------------------------------------------------------------------- derivatives that are 0
ZERO: Cases = {
    "a straight line": ("torch", lambda x: x + 2, 2.0),
    "a straight line in float32": ("tensorflow", lambda x: 3 * x - 1, tf.constant(0.3)),
    "probabilities that add to 1": ("jax", lambda x: jnp.sum(jax.nn.softmax(jnp.stack([x, 2 * x, 1 - x]))), 0.4),
    "squares that add to 1": ("tensorflow", lambda x: tf.sin(x) ** 2 + tf.cos(x) ** 2 + x, 0.4),
    "a logarithm of an exponential": ("torch", lambda x: torch.log(torch.exp(x)), 5.0),
}


@parametrized(ZERO)
def test_a_derivative_that_is_0_everywhere_is_no_error(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    report = probe(function, at, framework=framework)
    assert (report.verdict, wrong(report)) == ("sound", []), report
    assert report.orders[2].true == pytest.approx(0.0, abs=1e-6)


# ---------------------------------------------------------------------------------- lower precision
LOWER: Cases = {
    "torch, float32": ("torch", lambda x: torch.exp(x) * torch.sin(3 * x), torch.tensor(1.1)),
    "torch, float16": ("torch", lambda x: torch.sigmoid(x) * x, torch.tensor(0.5, dtype=torch.float16)),
    "torch, bfloat16": ("torch", lambda x: torch.cos(x), torch.tensor(0.5, dtype=torch.bfloat16)),
    "tensorflow, float32": ("tensorflow", lambda x: tf.tanh(x) * x, tf.constant(0.7)),
    "tensorflow, bfloat16": ("tensorflow", tf.sigmoid, tf.constant(0.5, tf.bfloat16)),
    "tensorflow, a variable": ("tensorflow", tf.sigmoid, tf.Variable(0.5, dtype=tf.bfloat16)),
    "tensorflow, a vector": ("tensorflow", lambda v: tf.reduce_sum(v * v), tf.constant([0.5, 0.25], tf.bfloat16)),
    "jax, float32": ("jax", lambda x: jnp.exp(x) * jnp.sin(3 * x), jnp.float32(0.7)),
    "jax, bfloat16": ("jax", lambda x: jnp.cos(x), jnp.bfloat16(0.5)),
}


@parametrized(LOWER)
def test_rounding_errors_of_a_lower_precision_are_no_error(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    report = probe(function, at, framework=framework)
    assert (report.verdict, wrong(report)) == ("sound", []), report
    assert report.worst.dtype != "float64"


# ------------------------------------------------------------------------------------------ indices
INDICES = [2, 0, 1, 1]
POINT = [0.3, 0.7, 1.1]
INDEXED: dict[str, tuple[str, Function, float]] = {
    "torch.gather": ("torch", lambda v: (torch.gather(v, 0, torch.tensor(INDICES)) ** 2).sum(), 4 * 0.7),
    "torch.index_add": (
        "torch",
        lambda v: (torch.zeros(3, dtype=v.dtype).index_add(0, torch.tensor([1, 1, 0]), v) ** 2).sum(),
        2 * (0.3 + 0.7),
    ),
    "torch.sort": ("torch", lambda v: (torch.sort(-v)[0] * torch.arange(3)).sum() ** 2, 2 * (0.7 + 2 * 0.3)),
    "embedding": ("torch", lambda v: functional.embedding(torch.tensor([1, 1]), v.reshape(3, 1)).prod(), 2 * 0.7),
    "jax.at.add": ("jax", lambda v: jnp.sum(jnp.zeros(4).at[jnp.array([3, 1, 1])].add(v) ** 2), 2 * (0.7 + 1.1)),
    "jax take": ("jax", lambda v: jnp.prod(v[jnp.array(INDICES)]), 2 * 1.1 * 0.3 * 0.7),
    "tf.gather": ("tensorflow", lambda v: tf.reduce_prod(tf.gather(v, INDICES)), 2 * 1.1 * 0.3 * 0.7),
    "tf.tensor_scatter_nd_add": (
        "tensorflow",
        lambda v: tf.reduce_sum(tf.tensor_scatter_nd_add(tf.zeros([3], v.dtype), [[2], [0], [0]], v) ** 2),
        2 * (0.7 + 1.1),
    ),
}


@parametrized(INDEXED)
def test_indices_are_left_alone(case: tuple[str, Function, float]) -> None:
    framework, function, slope = case
    report = probe(function, POINT, 1, framework=framework)
    assert report.verdict == "sound", report
    assert report.orders[1].true == pytest.approx(slope)


# ------------------------------------------------------------------------------------------- widths
ENDLESS: Cases = {
    "torch": ("torch", lambda x: torch.where(x > 3, torch.sqrt(x - 3), x * x), 2.5),
    "jax": ("jax", lambda x: jnp.where(x > 3, jnp.sqrt(x - 3), jnp.cos(x)), 1.0),
}


@parametrized(ENDLESS)
def test_a_width_that_reaches_the_outermost_sample_is_a_least_width(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    report = probe(function, at, framework=framework)
    assert report.orders[1].at_least
    assert report.orders[1].width == pytest.approx(0.1 * max(1.0, at))
    assert "WRONG, out to at least " in str(report)


def test_a_width_within_the_window_is_a_width() -> None:
    report = probe(lambda x: (1 - torch.cos(x - 1)) / (x - 1) ** 2, 1.0, framework="torch")
    assert 0 < report.orders[2].width < 0.01
    assert not report.orders[2].at_least
    assert "at least" not in str(report).splitlines()[4]


# -------------------------------------------------------------------------- what is refused, or not
def quadratic(x: Any) -> Any:
    return torch.linalg.eigvalsh(torch.diag(torch.arange(6.0).to(x.dtype)) + x * torch.ones(6, 6, dtype=x.dtype))


JUDGED_BY_VALUES: Cases = {
    "six eigenvalues": ("torch", lambda x: quadratic(x)[2], 0.3),
    "a linear system": ("jax", lambda x: jnp.linalg.solve(jnp.diag(jnp.arange(1.0, 7.0)) + x, jnp.ones(6))[1], 0.3),
    "singular values": (
        "tensorflow",
        lambda x: tf.reduce_sum(tf.linalg.svd(tf.linalg.diag(tf.range(1, 6, dtype=x.dtype)) + x, compute_uv=False)[:2]),
        0.2,
    ),
    "an incomplete beta function": ("jax", lambda x: jax.scipy.special.betainc(2.0, 3.0, x), 0.4),
}


@parametrized(JUDGED_BY_VALUES)
def test_no_operation_has_to_be_known(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    assert probe(function, at, framework=framework).verdict == "sound"


SINGULAR: dict[str, tuple[str, Function, float, str]] = {
    "a pole": ("torch", lambda x: 1 / (x - 2), 2.0, "pole"),
    "a jump": ("tensorflow", lambda x: tf.sign(x) + x, 0.0, "the value jumps"),
    "a step": ("jax", lambda x: jnp.floor(2 * x), 1.5, "the value jumps"),
}


@parametrized(SINGULAR)
def test_nothing_is_judged_where_the_value_has_no_limit(case: tuple[str, Function, float, str]) -> None:
    framework, function, at, why = case
    report = probe(function, at, framework=framework)
    assert (report.verdict, wrong(report)) == ("singular", [])
    assert why in report.why
    assert math.isnan(report.orders[1].true)


# ------------------------------------------------------------------------------ modes that disagree
def batch_norm(v: Any) -> Any:
    return functional.batch_norm(v.reshape(-1, 2), None, None, training=True)[1, 1]


NORMALISED: dict[str, tuple[Function, list[float], int]] = {
    "layer_norm": (lambda v: functional.layer_norm(v, (3,))[2], [1.4, -0.3, 0.2], 1),
    "layer_norm with weights": (lambda v: functional.layer_norm(v, (4,), v.new_ones(4) * 3)[0], [0.4, 0.3, -2, 1.1], 0),
    "batch_norm": (batch_norm, [0.4, 0.3, -0.7, 1.1, 0.2, -1.0], 3),
    "instance_norm": (lambda v: functional.instance_norm(v.reshape(1, 1, 4))[0, 0, 1], [0.4, 0.3, -0.7, 1.1], 0),
}


@parametrized(NORMALISED)
def test_forward_mode_of_torch_is_wrong_in_second_derivatives_of_normalisations(
    case: tuple[Function, list[float], int],
) -> None:
    function, at, along = case
    report = probe(function, at, along, framework="torch")
    assert report.verdict == "sound"
    assert ("forward", 2) in [(one.mode, one.order) for one in report.worst.modes]
    assert "modes disagree: forward mode" in str(report)


AGREEING: dict[str, tuple[Function, list[float], int]] = {
    "group_norm": (lambda v: functional.group_norm(v.reshape(1, 4, 1), 1)[0, 1, 0], [0.4, 0.3, -0.7, 1.1], 0),
    "rms_norm": (lambda v: functional.rms_norm(v, (4,))[1], [0.4, 0.3, -0.7, 1.1], 0),
    "softmax": (lambda v: functional.softmax(v, 0)[1], [0.4, 0.3, -0.7], 1),
}


@parametrized(AGREEING)
def test_modes_that_agree_are_not_said_to_disagree(case: tuple[Function, list[float], int]) -> None:
    function, at, along = case
    report = probe(function, at, along, framework="torch")
    assert (report.verdict, report.worst.modes) == ("sound", ())


# ------------------------------------------------------------------ kinks beside something larger
SLIGHT_KINKS: dict[str, tuple[Function, int]] = {
    "on a slope": (lambda x: 16 + 8 * x + torch.abs(x), 1),
    "on a curve": (lambda x: -1.3 - x**2 - 3 * torch.sin(5 * x) + 0.3 * torch.abs(x), 1),
    "on a steep curve": (lambda x: -9.63 + 0.01 * x - 90.36 * x**2 - 0.92 * torch.sin(x) + 0.178 * torch.abs(x), 2),
    "between the pixels of an image": (
        lambda x: functional.grid_sample(
            torch.arange(9.0, dtype=x.dtype).reshape(1, 1, 3, 3) ** 2,
            torch.stack([x, 0 * x]).reshape(1, 1, 1, 2),
            align_corners=True,
        ).squeeze(),
        1,
    ),
}


@parametrized(SLIGHT_KINKS)
def test_a_kink_beside_a_larger_derivative_is_not_taken_for_noise(case: tuple[Function, int]) -> None:
    function, order = case
    report = probe(function, 0.0, order=order, framework="torch")
    assert (report.verdict, wrong(report)) == ("kink", [])


def test_a_function_that_one_side_knows_as_well_as_both_is_smooth() -> None:
    report = probe(lambda x: 16 + 8 * x + 0.3 * torch.sin(40 * x), 0.0, order=1, framework="torch")
    assert report.verdict == "sound"


# ------------------------------------------------------------- functions that check what they make
def at_the_money(volatility: torch.Tensor) -> torch.Tensor:
    """The price of an option; the distribution raises for NaN."""
    normal = torch.distributions.Normal(volatility.new_zeros(()), volatility.new_ones(()), validate_args=True)
    moneyness = volatility**2 / 2 / volatility
    return 100 * (normal.cdf(moneyness) - normal.cdf(moneyness - volatility))


def test_a_function_that_raises_at_the_point_alone_has_no_value_there() -> None:
    report = probe(at_the_money, 0.0, framework="torch")
    assert (report.verdict, wrong(report)) == ("unsound", [0, 1, 2])
    assert math.isnan(report.orders[0].at)
    assert report.orders[1].true == pytest.approx(100 / math.sqrt(2 * math.pi))


# --------------------------------------------------------- what looks like a function from afar
FAR_OUT: Cases = {
    "oscillates, like x from afar": ("torch", lambda x: x * x * torch.sin(1 / x), 0.0),
    "oscillates, like 1 from afar": ("torch", lambda x: x * torch.sin(1 / x), 0.0),
    "underflows to 0 from afar, NaN between": ("tensorflow", lambda x: tf.exp(-x * x) / tf.math.erfc(x), 30.0),
    "is constant where its digits are lost": ("torch", lambda x: 1e14 * torch.log(1 + x / 1e14), 0.0),
}


@parametrized(FAR_OUT)
def test_no_truth_is_made_of_what_is_another_function_further_in(case: tuple[str, Function, Any]) -> None:
    framework, function, at = case
    report = probe(function, at, framework=framework)
    assert report.verdict in {"unsettled", "singular"}
    assert wrong(report) == []
    assert not any(math.isfinite(order.true) for order in report.orders)
