"""Comparisons of several forms of one function."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from removable import frameworks
from removable import functions as fn
from removable.errors import InputError
from removable.sweeps import widths
from removable.sweeps.forms import compare, derivative_edges
from removable.sweeps.widths import predicted_width


def naive(x, xp):
    return (1 - xp.cos(x)) / (x * x)


def simplified(x, xp):
    half = xp.sin(x / 2) / (x / 2)
    return half * half / 2


@pytest.fixture(scope="module")
def pair():
    gamma = np.array([-1e-3, -1e-9, 0.0, 1e-9, 1e-3])
    return compare({"naive": naive, "simplified": simplified}, meant=naive, gamma=gamma)


def test_the_truth_is_that_of_the_function_at_the_rounded_point(pair):
    np.testing.assert_allclose(pair.meant[0], 0.5 - pair.gamma**2 / 24 + pair.gamma**4 / 720, rtol=1e-15)
    np.testing.assert_allclose(pair.meant[1], -pair.gamma / 12, rtol=1e-6)
    away = compare({"line": lambda x, xp: x}, meant=lambda x, xp: x, gamma=[1e-17], base=2.0, names=["numpy"], order=0)
    assert away.error("line", "numpy")[0] == 0


def test_what_is_not_finite_counts_as_lost_and_not_as_an_error(pair):
    for name in ("torch", "tensorflow"):
        assert pair.lost("naive", name) == 1
        assert pair.worst("naive", name) == 0.5  # the cosine is rounded to 1
        assert pair.worst("simplified", name) < 1e-15


def test_edges_are_the_outermost_numbers_that_are_off(pair):
    """Compare the edges with every number of a stretch.

    Each value of (1 - cos x)/x**2 is off up to where the cosine is no longer 1.
    """
    edges = pair.edges("naive", "torch", tolerance=0.4)
    x = np.unique(np.concatenate([edges.right * np.linspace(0.99, 1.01, 200_001), [edges.right]]))
    off = np.abs(pair.rerun["naive"]["torch"](x)[0] - 0.5) > 0.4
    assert x[off].max() <= edges.right * (1 + 1e-9)
    assert off[x == edges.right]
    assert edges.left == pytest.approx(edges.right, rel=1e-3)
    assert pair.reach("naive", "torch", tolerance=0.4) == edges.outer
    assert pair.edges("simplified", "torch", 1, tolerance=0.4).outer == 0


@pytest.mark.parametrize("order", [0, 1])
def test_a_form_that_is_right_has_no_edge_where_the_function_curves(order):
    """The truth between its exact points is closer than any tolerance that a page asks for."""

    def curved(x, xp):
        return xp.exp(2 * x)

    run = compare({"right": curved}, meant=curved, gamma=[-1.0, -1e-9, 1e-9, 1.0], names=["torch"])
    assert run.reach("right", "torch", order, tolerance=1e-6) == 0


def test_edges_are_those_of_the_zone_in_both_precisions():
    """The error is half a unit in the last place of x*x, divided twice.

    All that the search needs is known here.
    """
    gamma = np.concatenate([-np.geomspace(1e-9, 1, 40), np.geomspace(1e-9, 1, 40)])
    quotient = {"quotient": lambda x, xp: (x * x - 4) / (x - 2)}
    run = compare(quotient, meant=lambda x, xp: x + 2, gamma=gamma, base=2.0)
    for name in run.versions:
        assert str(run.edges("quotient", name, 1)) == "4.71e-07 left, 6.66e-07 right"
    single = compare(quotient, meant=lambda x, xp: x + 2, gamma=gamma, base=2.0, names=["torch"], dtype="float32")
    assert predicted_width(1, dtype="float32") * 0.9 < single.reach("quotient", "torch", 1) < 0.02
    right = compare(quotient, meant=lambda x, xp: x + 2, gamma=gamma[gamma > 0], base=2.0, names=["torch"])
    assert right.edges("quotient", "torch", 1).left == 0
    assert f"{right.edges('quotient', 'torch', 1).right:.2e}" == "6.66e-07"


def test_edges_of_several_derivatives_are_those_of_each_alone():
    found = derivative_edges("torch", fn.h, [1.0, 0.0], tolerances=[1e-3, 1e-2])
    assert list(found) == [(1, 1e-3), (1, 1e-2), (2, 1e-3), (2, 1e-2)]
    adapter = frameworks.get("torch")
    for (n, tolerance), edges in found.items():
        alone = widths.edges(
            lambda x, n=n: adapter.derivatives(fn.h, x, order=n)[n],
            lambda x, n=n: np.full(x.shape, 2.0 - n),
            tolerance=tolerance,
        )
        assert str(edges) == str(alone)


def test_edges_in_half_precision_are_the_last_of_its_numbers():
    """There are few enough of them to look at all."""
    x = torch.unique(torch.linspace(0.1, 3.9, 2**16, dtype=torch.float64).to(torch.bfloat16)).double().numpy()
    second = frameworks.get("torch").derivatives(fn.h, x, order=2, dtype="bfloat16")[2].astype(float)
    off = x[~(np.abs(second) <= 1) & (x != 2)]
    found = derivative_edges("torch", fn.h, [1.0, 0.0], tolerances=[1.0], dtype="bfloat16", largest=1.9)
    assert found[2, 1.0] == widths.Edges(2 - off.min(), off.max() - 2)


def test_a_form_that_is_off_everywhere_has_a_line_in_the_table():
    run = compare({"half": lambda x, xp: x / 2}, meant=lambda x, xp: x, gamma=[0.5, 1.0, 2.0], names=["numpy"], order=0)
    assert run.table().splitlines()[-1].split() == ["half", "1", "over", "2", "0"]


def test_the_table_has_a_row_for_each_form(pair):
    lines = pair.table(order=1).splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["naive", "simplified"]
    assert "PyTorch" in lines[0]
    assert "TensorFlow" in lines[0]


def test_a_form_without_any_finite_result_has_no_worst_error():
    run = compare({"naive": naive}, meant=naive, gamma=[0.0], names=["numpy"], order=0)
    assert np.isnan(run.worst("naive", "numpy"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda pair: pair.error("hacked", "torch"), r"form is 'hacked'.*forms \['naive', 'simplified'\]"),
        (lambda pair: pair.error("naive", "torch", 2), "order is 2; give a whole number from 0 to 1"),
        (lambda pair: pair.edges("naive", "torch", 2), "order is 2; give a whole number from 0 to 1"),
        (lambda pair: pair.edges("naive", "torch", tolerance=0), "tolerance is 0; give a positive"),
        (lambda pair: pair.edges("naive", "torch", tolerance=1e-18), "still off at the last sample, 0.001 from 0"),
        (lambda pair: derivative_edges("torch", naive, []), "the number of true derivatives is 0"),
        (
            lambda pair: derivative_edges("torch", naive, [1.0], tolerances=[0.0]),
            r"tolerances are \[0.0\]; give positive",
        ),
        (
            lambda pair: replace(pair, rerun={}).edges("naive", "torch"),
            "form is 'naive', whose results were put in by hand",
        ),
        (lambda pair: compare({}, meant=naive, gamma=[1.0]), "forms is empty"),
        (lambda pair: compare({"naive": naive}, meant=naive, gamma=[1.0], dtype="float8"), "dtype is 'float8'"),
        (lambda pair: compare({"naive": naive}, meant=naive, gamma=[1.0], base=np.inf), "base is inf"),
        (lambda pair: compare({"naive": naive}, meant=naive, gamma=[1.0], names="torch"), "names is 'torch'"),
    ],
)
def test_bad_input_is_named(pair, call, message):
    with pytest.raises(InputError, match=message):
        call(pair)
