"""What has to hold at the end of Figure 4's script."""

import numpy as np
from removable.sweeps.regions import Region


def test_outside_the_zone_h1_is_h_in_every_bit(outside_is_h):
    assert outside_is_h.identical


def test_every_red_sample_is_4_too_low(run):
    for name in ("torch", "tensorflow"):
        assert np.all(run.results[name][0][run.inside(Region.RED)] - 4 == -4)
