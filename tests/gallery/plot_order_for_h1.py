"""What has to hold at the end of the script on the order of two lines of h1."""

import numpy as np
from removable.sweeps.sweep import agreement


def test_h1_is_not_changed_by_exchanging_its_lines(g1_first):
    assert float(g1_first(np.array(2.5), np)) == 4.5


def test_h1_agrees_with_the_denominator_first_only(numerator_first, exchanged):
    assert not agreement(*numerator_first).identical
    assert agreement(*exchanged).identical


def test_both_orders_of_addition_give_all_bits(replay_torch, replay_tensorflow):
    assert replay_torch.identical
    assert replay_tensorflow.identical


def test_the_two_numbers_of_the_page_are_neighbours(slope_torch, slope_tensorflow):
    assert abs(slope_torch - slope_tensorflow) == np.spacing(abs(slope_torch))


def test_slopes_differ_in_the_part_that_is_drawn_only(points, close, numerator_first):
    ours, theirs = (slopes[~close] for slopes in numerator_first)
    assert agreement(ours, theirs).identical


def test_the_figure_shows_offsets_up_to_four_billionths(points, close):
    assert 3.99e-9 < np.abs(points[close] - 2).max() < 4e-9
