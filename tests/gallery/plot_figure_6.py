"""What has to hold at the end of Figure 6's script."""

import numpy as np
from removable.sweeps.regions import Region


def test_half_a_unit_away_the_slope_is_right(slope_torch, slope_tensorflow):
    assert slope_torch(0.5) == slope_tensorflow(0.5) == 1.0


def test_next_to_the_yellow_region_the_slope_is_2_less_alpha(difference):
    assert difference < 1e-6


def test_every_red_sample_is_nan(slopes, run):
    assert np.isnan(slopes[run.inside(Region.RED)]).all()


def test_the_one_yellow_number_with_slope_1_is_the_left_neighbour_of_2(run, yellow, slopes):
    assert np.unique(run.x[yellow & (slopes == 1)]).tolist() == [np.nextafter(2.0, 1.0)]


def test_forward_mode_is_asked_where_reverse_mode_was(at, forward_torch, slope_torch):
    assert at == 2 + 1e-9
    assert forward_torch.item() == slope_torch(1e-9)
