"""What has to hold at the end of the script of Remark 2.1."""

from functools import partial

import numpy as np
from removable import functions, truth

POWERS = np.arange(2, 9)


def follows(reach, law):
    return len(reach) == law.size and np.all(np.abs(np.array(reach) / law - 1) < 0.01)


def test_the_frameworks_agree_on_the_eighth_power(slope_torch, slope_tensorflow):
    assert slope_torch == slope_tensorflow


def test_the_highest_power_is_absorbed_within_a_factor_of_two_of_its_law(right, powers):
    assert list(powers) == POWERS.tolist()
    assert np.all(np.abs(np.log2(right["absorbed"] / 2 ** (1 - 53 / POWERS))) < 1)


def test_the_interval_of_a_flat_value_follows_its_law_where_the_power_is_rounded_once(right):
    assert follows(right["flat"], np.sqrt(2.0**-50 / POWERS / (POWERS - 1)))


def test_the_interval_of_a_flat_value_follows_its_law_in_the_frameworks(right, adapters):
    for name in adapters:
        assert follows(right[f"flat, {name}"], np.sqrt(2.0**-51 / (POWERS - 1)))


def test_the_interval_of_a_wrong_slope_is_wider_by_the_root_of_a_thousand(right, adapters):
    for name in adapters:
        assert follows(right[f"slope, {name}"], np.sqrt(2.0**-51 / (POWERS - 1) / 1e-3))


def test_the_true_slope_is_that_of_exact_arithmetic(true_slope):
    points = np.array([1.5, 2 + 1e-7, 2.5])
    exact = truth.derivatives(partial(functions.h_power_hat, power=8), points, base=0.0)[1]
    assert np.all(np.abs(true_slope(points, 8) / exact - 1) < 1e-15)
