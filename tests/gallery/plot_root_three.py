"""What has to hold of the page on a quotient with its hole at 3."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_the_slope_is_2_at_2_and_huge_at_3(largest):
    for name in NAMES:
        assert largest[2, name] == 2
        assert largest[3, name] > 4e15


def test_at_3_every_odd_step_is_off_by_half_a_step_of_the_square_over_the_square(runs, gamma, steps):
    odd = steps % 2 == 1
    for name in NAMES:
        error = runs[3].error("naive", name, 1)
        np.testing.assert_allclose(error[odd], 2.0**-50 / gamma[odd] ** 2, rtol=1e-4)


def test_at_3_every_even_step_has_a_slope_near_2(runs, steps, even):
    assert 2 <= even < 4
    for name in NAMES:
        slopes = runs[3].results["naive"][name][1, steps % 2 == 0]
        assert ((slopes >= 0) & (slopes <= even)).all()


def test_the_true_slope_is_1(runs):
    for root in (2, 3):
        assert (runs[root].meant[1] == 1).all()


def test_the_first_point_is_the_double_next_to_3_and_a_thousand_are_drawn(at, steps):
    assert at == np.nextafter(3, 4)
    assert steps.tolist() == [*range(1, 1001)]
