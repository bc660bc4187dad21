"""What has to hold at the end of the script on circles around a hole."""

import numpy as np
import pytest


def test_the_mean_is_right_on_circles_of_three_decades(inner, outer):
    assert inner < 5e-4
    assert outer > 0.8


def test_the_noise_is_of_the_size_of_the_error_or_larger(sure):
    assert len(sure) == 10
    assert all(error < 2 * noise for noise, error in sure.values())


def test_the_plane_is_drawn_with_the_sixth_roots_of_distances(circle, poles, rim, reach):
    assert np.hypot(*circle) ** 6 == pytest.approx(np.full(32, 0.5))
    assert np.hypot(*poles) ** 6 == pytest.approx(np.full(2, np.pi / 2))
    assert rim**6 == pytest.approx(reach)
    assert 0.5 < reach < np.pi / 2
