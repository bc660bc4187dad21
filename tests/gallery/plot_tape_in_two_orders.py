"""What has to hold at the end of the script on the two orders of the tape."""

import numpy as np


def test_pytorch_goes_newest_first(same, programs):
    assert all(same[title, "torch", "newest first"].identical for title in programs)


def test_tensorflow_goes_ready_first(same, programs):
    assert all(same[title, "tensorflow", "ready first"].identical for title in programs)


def test_values_are_the_same_in_every_bit(same, programs, run):
    assert all(same[title, name, "value"].identical for title in programs for name in run.results)


def test_the_wrong_order_is_wrong_in_the_same_way(same):
    assert str(same["h1", "torch", "ready first"]) == str(same["h1", "tensorflow", "newest first"])


def test_the_order_shows_at_many_numbers(apart):
    assert apart["torch", "ready first"] > 1000


def test_outside_both_zones_every_slope_is_1(points, slopes, programs):
    beyond = np.abs(points - 2) > 1.01e-4
    for title in programs:
        assert np.abs(slopes[title, "ready first"][beyond] - 1).max() < 1e-6
