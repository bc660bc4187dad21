"""What has to hold at the end of Figure 5's script."""

import numpy as np
import tensorflow as tf
import torch
from removable.sweeps.regions import Region


def test_half_way_to_the_rim_on_the_left_the_value_has_halved(h2):
    assert f"{h2(tf.constant(2 - 5e-5, dtype=tf.float64), tf).numpy().item():.4f}" == "2.0000"


def test_outside_the_clamp_nothing_is_perturbed(h2):
    assert h2(torch.tensor(2.5, dtype=torch.float64), torch).item() == 4.5


def test_three_ways_to_write_it_give_the_same_bits(same):
    assert len(same) == 8
    assert all(same.values())


def test_every_red_sample_is_0(run):
    for name in ("torch", "tensorflow"):
        assert np.unique(run.results[name][0][run.inside(Region.RED)]).tolist() == [0.0]


def test_values_never_fall_on_the_way_out(run, values):
    assert np.all(np.diff(values[run.gamma > 2.3e-16]) >= -1e-7)
