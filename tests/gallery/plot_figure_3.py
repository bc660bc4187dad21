"""What has to hold at the end of Figure 3's script."""

import numpy as np
import tensorflow as tf
import torch
from removable.sweeps.regions import Region


def test_an_absorbed_offset_gives_0_as_2_itself(h1):
    assert h1(tf.constant(2 + 1e-17, dtype=tf.float64), tf).numpy().item() == 0


def test_outside_the_zone_nothing_is_perturbed(h1):
    assert h1(torch.tensor(2.25, dtype=torch.float64), torch).item() == 4.25


def test_every_red_sample_is_0(run):
    for name in ("torch", "tensorflow"):
        assert np.unique(run.results[name][0][run.inside(Region.RED)]).tolist() == [0.0]


def test_rounding_has_little_to_do_with_it(rounding):
    assert rounding.max() < 1e-7
