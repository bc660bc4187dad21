"""What has to hold at the end of Figure 2's script."""

import numpy as np
import tensorflow as tf
from removable.sweeps.regions import Region


def test_nothing_is_left_a_billionth_away_in_tensorflow(h_minus_4):
    assert h_minus_4(tf.constant(2 + 1e-9, dtype=tf.float64)).numpy().item() == 0


def test_alpha_is_what_rounding_to_nearest_allows(alpha):
    assert 2 / 3 <= alpha.min() < 1 < alpha.max() <= 2


def test_nothing_is_left_in_the_yellow_region(run):
    for name in ("torch", "tensorflow"):
        assert np.unique(run.results[name][0][run.inside(Region.YELLOW)] - 4).tolist() == [0.0]


def test_frameworks_agree_in_every_bit(run):
    assert str(run.agreement()) == "identical bits at all 26598 points"
