"""What has to hold at the end of Figure 7's script."""

import numpy as np
from removable.sweeps.regions import Region


def test_an_absorbed_offset_has_the_slope_of_2_itself(slope_torch, slope_tensorflow):
    assert slope_torch(-1e-17) == slope_tensorflow(-1e-17) == 400000000.0


def test_the_slope_falls_with_the_distance(slope_torch, slope_tensorflow):
    assert f"{slope_torch(1e-7):.3e}" == f"{slope_tensorflow(1e-7):.3e}" == "3.306e+06"


def test_only_red_slopes_are_off_those_of_h1_by_more_than_rounding(relative, run):
    assert relative[~run.inside(Region.RED)].max() < 1e-7
    assert relative[run.inside(Region.RED)].max() > 1.9


def test_frameworks_do_not_agree_in_every_bit(run):
    assert not run.agreement(1).identical


def test_outside_the_zone_the_slope_is_right(slopes, black):
    assert np.abs(slopes[black] - 1).max() < 1e-7
