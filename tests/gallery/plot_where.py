"""What has to hold of the page on testing for zero."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_the_test_mends_one_value_and_no_slope(run, gamma, at_zero):
    for name in NAMES:
        value, slope = at_zero["where", name]
        assert value == 1
        assert np.isnan(slope)
        assert run.lost("where", name, 1) == 1
        assert run.lost("twice", name, 1) == 0
        assert run.worst("where", name, 1) > 100


def test_both_tests_hand_on_the_product_next_to_zero(run, gamma):
    for name in NAMES:
        for order in (0, 1):
            where = run.results["where"][name][order][gamma != 0]
            twice = run.results["twice"][name][order][gamma != 0]
            assert np.array_equal(where, twice)


def test_the_series_and_the_remedy_are_right(run):
    for name in NAMES:
        for form in ("series", "repair"):
            for order in (0, 1):
                assert run.worst(form, name, order) < 2e-15


def test_the_first_point_is_zero(x):
    assert x.numpy() == 0
