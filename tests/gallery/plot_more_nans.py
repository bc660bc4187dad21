"""What has to hold at the end of the script on zeros of higher order."""

import math

import numpy as np


def test_every_quotient_is_x_minus_2(programs):
    assert [program(5.0, np) for program in programs.values()] == [3.0, 3.0, 3.0]


def test_there_is_no_finite_slope_either(in_torch, in_tensorflow):
    for value, slope in (in_torch, in_tensorflow):
        assert math.isnan(value)
        assert math.isnan(slope)


def test_the_frameworks_have_the_same_zones(nan_zone):
    assert nan_zone["torch"] == nan_zone["tensorflow"]


def test_the_zone_widens_with_the_order_of_the_zero(nan_zone):
    simple, double, triple = nan_zone["torch"]
    assert simple.outer == 0
    assert 0 < min(double.left, double.right) < double.outer < min(triple.left, triple.right)


def test_a_simple_zero_has_a_finite_value_at_every_sample(run):
    assert run.lost("simple zero", "torch") == run.lost("simple zero", "tensorflow") == 0
    assert run.lost("double zero", "torch") > 0


def test_beside_the_nans_finite_values_are_wrong(run, nan_zone):
    outside = np.abs(run.gamma) > nan_zone["torch"][1].outer
    error = run.error("double zero", "torch")[outside] / np.abs(run.gamma[outside])
    assert error[np.isfinite(error)].max() > 0.1


def test_zones_are_of_the_size_of_the_estimate(nan_zone):
    for order in (2, 3):
        estimate = 2 * 2 ** (-53 / order)
        assert 0.5 < nan_zone["torch"][order - 1].outer / estimate < 2


def test_the_factored_form_has_no_such_zone(nan_zone):
    x = np.linspace(2 - nan_zone["torch"][2].left, 2 + nan_zone["torch"][2].right, 10_001)
    assert ((x - 2) ** 3 != 0)[x != 2].all()
