"""What has to hold at the end of Figure 8's script."""

import numpy as np
import pytest
from removable.sweeps.regions import Region


def test_an_absorbed_offset_has_the_slope_of_2_itself(slope_torch, slope_tensorflow):
    assert slope_torch(-1e-17) == slope_tensorflow(-1e-17) == 40000.0


def test_the_sign_is_that_of_the_offset_in_tensorflow_too(slope_tensorflow):
    assert [f"{slope_tensorflow(gamma):.1f}" for gamma in (1e-12, -1e-12)] == ["40000.0", "-40000.0"]


def test_slopes_are_those_of_equation_12(distance):
    assert distance.max() < 1e-15


def test_the_yellow_region_makes_no_difference(run, slopes):
    yellow = np.abs(slopes[run.inside(Region.YELLOW)])
    assert yellow == pytest.approx(40000, abs=5e-4)


def test_outside_the_clamp_the_slope_is_right(run, slopes):
    assert np.abs(slopes[run.inside(Region.BLACK)] - 1).max() < 1e-7
