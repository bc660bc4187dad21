"""The coloured regions, against rationals."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from removable import functions as fn
from removable.errors import InputError
from removable.grid import gamma_grid
from removable.sweeps.regions import Region, classify


def colour_by_rationals(gamma: float) -> Region:
    """The definition of the captions, with a correctly rounded square from exact rationals."""
    if gamma == 0:
        return Region.GREEN
    x = 2.0 + gamma
    if x == 2.0:
        return Region.RED
    square = float(Fraction(x) ** 2)  # Fraction rounds correctly
    return Region.YELLOW if Fraction(square) - 4 == 4 * (Fraction(x) - 2) else Region.GREEN


@given(st.floats(-1, 1))
def test_colours_are_those_of_exact_arithmetic(gamma):
    assert classify([gamma])[0] == colour_by_rationals(gamma)


def test_the_edges_are_where_theory_puts_them():
    edge_right, edge_left = 2.0**-25.5, 2.0**-26
    gamma = [edge_right * 0.999, edge_right * 1.001, -edge_left * 0.999, -edge_left * 1.001, 2.0**-52, 2.0**-51]
    names = [Region(r).name for r in classify(gamma)]
    assert names == ["YELLOW", "GREEN", "YELLOW", "GREEN", "RED", "YELLOW"]


def test_single_precision_has_wider_regions():
    gamma = [2.0**-11, 2.0**-10.9, 2.0**-23]
    assert [Region(r).name for r in classify(gamma, dtype="float32")] == ["YELLOW", "GREEN", "RED"]


def test_black_is_where_h1_is_h():
    gamma = gamma_grid(2000)
    region = classify(gamma, zone=partial(fn.h1_zone, delta=1e-4))
    black = region == Region.BLACK
    x = 2 + gamma
    np.testing.assert_array_equal(fn.h1(x[black], np), fn.h(x[black], np))
    with np.errstate(invalid="ignore"):
        assert (fn.h1(x[~black], np) != fn.h(x[~black], np)).all()
    np.testing.assert_array_equal(black, np.abs(x - 2) >= 1e-4)


def test_the_numbers_of_the_colours_are_those_that_arrays_hold():
    assert [(region.value, region.name) for region in Region] == [(0, "GREEN"), (1, "YELLOW"), (2, "RED"), (3, "BLACK")]
    assert classify([0.0, 1e-9, 1e-17, 0.5], zone=partial(fn.h1_zone, delta=1e-4)).tolist() == [0, 1, 2, 3]


def test_zero_is_green_as_figure_3_has_it():
    assert classify([0.0], zone=partial(fn.h1_zone, delta=1e-4))[0] == Region.GREEN


def test_refuses_bad_input():
    with pytest.raises(InputError, match="float128"):
        classify([0.0], dtype="float128")
    with pytest.raises(InputError, match="empty"):
        classify([])
