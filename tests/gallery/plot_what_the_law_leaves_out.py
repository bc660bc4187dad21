"""What has to hold at the end of the script on what the law leaves out."""

import numpy as np
from removable import truth
from removable.functions import h_hat


def test_the_truths_are_those_of_exact_arithmetic(true):
    assert truth.derivatives(h_hat, [0.0], order=4)[1:, 0].tolist() == list(true)


def test_what_is_left_is_a_small_multiple_of_the_rounding_of_a_term(multiple):
    assert len(multiple) == 12
    assert all(1 < c < 8 for c in multiple.values())


def test_forty_widths_in_other_modes_are_those_of_the_law_to_a_quarter(modes):
    assert len(modes) == 40
    assert all(0.99 < ratio < 1.25 for ratio in modes.values())


def test_in_every_mode_the_error_is_that_of_the_numerator(in_reverse, in_forward):
    at = np.float32(2.01)
    offset = float(at) - 2
    explained = 2 * (float(at * at) - float(at) ** 2) / offset**3
    for curvature in (*in_reverse, *in_forward):
        assert abs(curvature - explained) < 0.05 * abs(explained)


def test_the_error_lies_below_the_line_where_the_law_is_all_there_is(error, distance):
    near = (distance > 1e-4) & (distance < 1e-2)
    law = 2 * 4 * 2.0**-24 / distance[near] ** 3
    for name in ("torch", "tensorflow"):
        assert (np.abs(error[name, 2][near]) <= 1.1 * law).all()


def test_the_highest_derivatives_are_those_that_the_page_says(deepest):
    assert deepest == {"torch": 4, "tensorflow": 2, "jax": 4}
