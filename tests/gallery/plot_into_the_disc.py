"""What has to hold at the end of the script that goes into the disc."""

import numpy as np


def test_by_hand_and_repair_are_right_to_the_last_digit_or_two(worst):
    assert list(worst) == ["torch", "tensorflow"]
    assert all(max(errors) < 1e-15 for errors in worst.values())


def test_repair_is_right_everywhere_in_the_figure(run):
    for name in run.versions:
        assert run.lost("repair", name, 1) == 0
        assert run.worst("repair", name, 1) < 1e-13


def test_as_typed_the_slope_is_lost_at_the_hole(run):
    for name in run.versions:
        assert run.lost("as typed", name, 1) > 0
        assert run.worst("as typed", name, 1) > 1e9


def test_one_circle_is_right_inside_of_it(run):
    for name in run.versions:
        inside = np.abs(run.gamma) < 0.4
        assert run.error("by hand", name, 1)[inside].max() < 1e-12


def test_the_figure_shows_both_sides_from_1e_12_to_1_and_the_hole(run):
    assert run.gamma.size == 401
    assert np.abs(run.gamma).max() == 1
    assert np.abs(run.gamma[run.gamma != 0]).min() == 1e-12
