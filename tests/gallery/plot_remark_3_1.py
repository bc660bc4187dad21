"""What has to hold at the end of the script of Remark 3.1."""

import numpy as np


def test_the_smallest_epsilon_gives_2_to_the_54(slope_torch, slope_tensorflow):
    assert slope_torch == slope_tensorflow == 2.0**54


def test_sixteen_choices_and_a_coarse_grid(epsilons, gamma):
    assert (epsilons.size, epsilons[0], gamma.size) == (16, 0.1, 2001)


def test_h1_is_perturbed_inside_its_zone_and_not_outside(programs):
    inside, outside = programs["h1"](0.1)(np.array([2.25, 2.75]), np).tolist()
    assert (round(inside, 2), round(outside, 2)) == (3.04, 4.75)


def test_the_slope_is_wrong_by_four_over_epsilon(fits):
    assert len(fits) == 4
    assert all(3.8 < factor < 4.2 for _, factor in fits.values())


def test_the_value_is_wrong_by_four_for_every_epsilon(value_error):
    assert len(value_error) == 4
    assert all(np.abs(error - 4).max() < 0.1 for error in value_error.values())
