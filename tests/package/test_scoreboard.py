"""The scoreboard: its rows are computed, and the frameworks are as wrong as the page says."""

from __future__ import annotations

import importlib.util
import math
import re
from dataclasses import replace
from datetime import date

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tensorflow as tf
import torch
from removable.errors import InputError
from removable.scoreboard import CASES, PATCHES, layout, measure, table
from removable.scoreboard.layout import REMEDIES, SITUATIONS, WAYS
from removable.scoreboard.stored import digest, read
from site_under_test import ROOT

# What measures the records measures a part of them here.
_spec = importlib.util.spec_from_file_location("bench_remedy", ROOT / "benchmarks" / "bench_remedy.py")
bench = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bench)

NAMES = ("torch", "tensorflow", "jax")
GAMMA = np.array([-0.25, -1e-5, -1e-9, -1e-17, 0.0, 1e-17, 1e-9, 1e-5, 0.25])
TWO = {title: CASES[title] for title in ("(x*x - 4)/(x - 2)", "expm1(x)/x")}


@pytest.mark.parametrize("row", ["repair", "quotient", "primitives"])
def test_only_the_remedies_are_right_everywhere(row):
    remedy = measure(PATCHES[row], gamma=GAMMA, cases=TWO)
    assert remedy.right(at=True) == remedy.right(at=False) == len(remedy.errors) == (3 if row == "primitives" else 6)
    assert all(remedy.worst(k) < 1e-13 and remedy.lost(k) == 0 for k in range(4))


@pytest.mark.parametrize(
    "title", [title for title in PATCHES if title not in ("repair", "quotient", "primitives", "by hand")]
)
def test_no_patch_is_right_next_to_the_point(title):
    # None is right up to the second derivative, but for differences of sin(x)/x; the third takes
    # JAX its time.
    order = 3 if title == "finite differences" else 2
    score = measure(PATCHES[title], gamma=GAMMA, order=order, cases=TWO | {"sin(x)/x": CASES["sin(x)/x"]})
    found = {key for key, rows in score.errors.items() if (rows[:, GAMMA != 0] <= score.tolerance).all()}
    # SymPy cancels the factor of the paper's function, and of no other.
    assert found == ({(next(iter(TWO)), name) for name in NAMES} if title == "sympy" else set())


def test_a_remedy_that_does_nothing_fails_in_its_row():
    broken = measure(replace(PATCHES["repair"], build=PATCHES["naive"].build), gamma=GAMMA, cases=TWO)
    assert broken.right(at=True) == broken.right(at=False) == 0
    assert broken.lost(0) >= 6


def test_a_table_has_a_line_for_each_patch():
    assert len(table({"naive": measure(PATCHES["naive"], gamma=GAMMA, cases=TWO)}).splitlines()) == 3


def test_the_point_itself_has_to_be_measured():
    with pytest.raises(InputError, match="gamma has no 0 in it; give offsets"):
        measure(PATCHES["naive"], gamma=[0.1, 0.2])


def test_lines_are_counted_by_statement():
    lines = {title: patch.lines for title, patch in PATCHES.items()}
    assert lines["naive"] == lines["epsilon"] == lines["where"] == 1
    assert lines["repair"] == lines["quotient"] == 2
    assert lines["custom rule"] > 10


def test_everything_is_on_record_and_nothing_else():
    rows = [(kind, title) for kind in REMEDIES for title in bench.FUNCTIONS if bench.remedy(kind, title)]
    two = [CASES[title] for title in ("(x*x - 4)/(x - 2)", "sin(x)/x")]
    wanted = {("patches", t, n) for t, p in PATCHES.items() for n in NAMES if any(p.offered(case, n) for case in two)}
    wanted |= {("remedies", *row, how, name) for row in rows for how in WAYS for name in NAMES}
    wanted |= {("costs", situation, how, name) for situation in SITUATIONS for how in WAYS for name in NAMES}
    wanted |= {("accuracy", *row, dtype, name) for row in rows for dtype in ("float64", "float32") for name in NAMES}
    assert set(read()) == wanted


def test_what_was_not_measured_is_a_dash(monkeypatch):
    accuracy = read("accuracy")
    monkeypatch.setattr(layout, "read", lambda kind: accuracy if kind == "accuracy" else {})
    assert all(line.split()[-6:] == ["-"] * 6 for line in layout.records().splitlines()[2:10])
    assert layout.costs().splitlines()[-1] == "Nothing of this was measured."


def test_every_record_has_its_stamp():
    titles = {"torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}
    for what, record in read().items():
        assert date.fromisoformat(record.day), what
        assert re.fullmatch(r"\w+, \d+ cores", record.processor), what
        # What was measured before records had a digest has no version of Python either.
        python = {"Python"} if record.digest != "unknown" else set()
        assert set(record.versions) == {titles[what[-1]], "NumPy"} | python, what
        assert all(re.match(r"\d+\.\d+", version) for version in record.versions.values()), what
        assert re.fullmatch("[0-9a-f]{16}|unknown", record.digest), what
        assert digest(record.module, what[-1]), what


def test_every_cost_on_record_is_a_ratio():
    costs = read("remedies") | read("patches") | read("costs")
    assert all(math.isfinite(record.value) and record.value > 0 for record in costs.values())


PROMISED = {
    "repair": [8, 1e-13, 1e-13, 1e-13],
    "quotient": [8, 1e-13, 1e-13, 1e-13],
    "ready-made": [4, 1e-14, 1e-13, 1e-13],
}
"""Errors of value, in ulp, and of three derivatives."""


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["torch", "tensorflow"])
@pytest.mark.parametrize(("kind", "title"), [(k, t) for k in REMEDIES for t in bench.FUNCTIONS if bench.remedy(k, t)])
def test_the_accuracy_on_record_is_found_and_is_that_which_is_promised(kind, title, name, dtype):
    found = np.array(bench.errors(kind, title, name, dtype, every=34))  # 301 of the 10,201 points
    kept = np.array(read()["accuracy", kind, title, dtype, name].value)
    coarser = [1] + 3 * [np.finfo(dtype).eps / np.finfo("float64").eps]
    assert all(found <= np.multiply(PROMISED[kind], coarser))
    assert all(kept <= np.multiply(PROMISED[kind], coarser))
    # The worst of more points is not less. Another processor has other sines, which may be half as
    # wrong again.
    assert all(found <= 1.5 * kept)


# What follows is true of the versions that the pins name. Where a test fails, something has been
# mended: tell the readers.


def test_the_sinc_of_pytorch_still_has_no_second_derivative():
    x = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(torch.sinc(x), x, create_graph=True)
    assert torch.autograd.grad(slope, x)[0].isnan()


def test_the_sinc_of_tensorflow_still_has_no_slope():
    x = tf.constant(0.0, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.experimental.numpy.sinc(x)
    assert np.isnan(tape.gradient(y, x).numpy())


def test_the_sinc_of_jax_is_still_wrong_next_to_0():
    with jax.enable_x64(True):
        second = jax.grad(jax.grad(jnp.sinc))
        assert abs(second(0.0) + np.pi**2 / 3) < 1e-12
        assert abs(second(1e-12)) > 1e6


def test_the_boxcox_of_jax_is_still_wrong_next_to_0():
    score = measure(PATCHES["own function"], gamma=GAMMA, cases={"b": CASES["(2**x - 1)/x"]}, names=["jax"])
    assert score.worst(2) > 1
