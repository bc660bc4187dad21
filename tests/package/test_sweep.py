"""Sweeps of h, h1 and h2 over the whole grid."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from removable import frameworks
from removable import functions as fn
from removable.errors import InputError
from removable.sweeps.regions import Region
from removable.sweeps.sweep import sweep

EPSILON, DELTA = 1e-8, 1e-4


@pytest.fixture(scope="module")
def of_h():
    return sweep(fn.h, meant=fn.h_hat)


@pytest.fixture(scope="module")
def of_h1():
    program = partial(fn.h1, epsilon=EPSILON, delta=DELTA)
    return sweep(program, meant=fn.h_hat, zone=partial(fn.h1_zone, delta=DELTA))


@pytest.fixture(scope="module")
def of_h2():
    return sweep(fn.h2, meant=fn.h_hat, zone=partial(fn.h2_zone, epsilon=1e-4))


def test_yellow_values_are_4_and_slopes_2_but_for_one_number(of_h):
    yellow = of_h.inside(Region.YELLOW)
    for rows in of_h.results.values():
        assert set(rows[0][yellow]) == {4.0}
        assert set(rows[1][yellow]) == {1.0, 2.0}
        assert set(of_h.x[yellow & (rows[1] == 1)]) == {np.nextafter(2.0, 1.0)}


def test_nan_exactly_where_x_is_2(of_h):
    for rows in of_h.results.values():
        for row in rows:
            np.testing.assert_array_equal(np.isnan(row), of_h.x == 2)


def test_identical_bits_for_h_and_h2_and_one_ulp_for_h1(of_h, of_h1, of_h2):
    assert of_h.agreement(0).identical
    assert of_h.agreement(1).identical
    assert of_h1.agreement(0).identical
    assert of_h1.agreement(1).largest == 1
    assert of_h2.agreement(0).identical
    assert of_h2.agreement(1).identical


def test_order_of_addition_explains_every_bit_of_h1(of_h1):
    g1 = fn.g1(of_h1.x, np, epsilon=EPSILON, delta=DELTA)
    through_f = 1 / g1 * of_h1.x
    through_g = -((of_h1.x * of_h1.x - 4) / g1 / g1)
    np.testing.assert_array_equal(of_h1.results["torch"][1], (through_g + through_f) + through_f)
    np.testing.assert_array_equal(of_h1.results["tensorflow"][1], (through_f + through_f) + through_g)


def test_red_slopes_have_the_sign_chosen_at_zero(of_h1, of_h2):
    for run, slope in ((of_h1, 4 / EPSILON), (of_h2, 4e4)):
        red = run.inside(Region.RED)
        assert (run.gamma[red] < 0).any()
        for rows in run.results.values():
            assert set(rows[0][red]) == {0.0}
            assert set(rows[1][red]) == {slope}


def test_errors_split_into_perturbation_and_rounding(of_h1):
    perturbation = of_h1.written[0] - of_h1.meant[0]
    assert np.abs(perturbation).max() == 4
    assert np.abs(of_h1.rounding_error("torch")).max() < 1e-7
    np.testing.assert_allclose(of_h1.total_error("torch"), perturbation + of_h1.rounding_error("torch"), atol=1e-15)


def test_the_simplified_function_is_right_everywhere():
    run = sweep(fn.h_hat, meant=fn.h_hat, order=2, names=frameworks.NAMES, mode="forward")
    for name in run.results:
        assert run.ulp_error(name, 0).max() <= 1
        np.testing.assert_array_equal(run.results[name][1], 1)
        np.testing.assert_array_equal(run.results[name][2], 0)


def test_forward_mode_and_single_precision():
    run = sweep(fn.h, meant=fn.h_hat, gamma=[1e-4, 0.5], mode="forward", dtype="float32")
    for rows in run.results.values():
        assert rows.dtype == np.float32
        np.testing.assert_array_equal(rows[1], [2, 1])
    assert run.x.dtype == np.float32


def test_table_has_a_line_for_each_colour_and_one_for_the_pair(of_h1):
    lines = of_h1.table(order=1).splitlines()
    assert [line.split()[0] for line in lines] == ["region", "green", "yellow", "red", "black", "between"]
    assert lines[-1].endswith("ulp")


def test_counts_are_of_distinct_numbers(of_h):
    assert of_h.agreement(1).points == np.unique(of_h.x).size < of_h.x.size
    assert of_h.count(Region.RED) == 1  # 2 itself, whatever many offsets are rounded to it
    assert of_h.count(Region.YELLOW) == np.unique(of_h.x[of_h.inside(Region.YELLOW)]).size
    assert sum(of_h.count(region) for region in Region) == np.unique(of_h.x).size


def test_orders_and_names_are_checked(of_h):
    with pytest.raises(InputError, match="order is 2; give a whole number from 0 to 1"):
        of_h.total_error("torch", 2)
    with pytest.raises(InputError, match="give a list of frameworks"):
        sweep(fn.h, meant=fn.h_hat, names="torch")
    with pytest.raises(InputError, match="framework is 'theano'"):
        sweep(fn.h, meant=fn.h_hat, names=["theano"])
    with pytest.raises(InputError, match="sweep two frameworks"):
        sweep(fn.h, meant=fn.h_hat, names=["torch"], gamma=[0.5]).agreement()
