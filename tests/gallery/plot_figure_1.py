"""What has to hold at the end of Figure 1's script."""

import numpy as np
import tensorflow as tf
import torch
from removable.sweeps.regions import Region


def test_away_from_2_the_line_is_there(h):
    assert h(torch.tensor(2.5, dtype=torch.float64)).item() == 4.5
    assert h(tf.constant(2.5, dtype=tf.float64)).numpy().item() == 4.5


def test_the_yellow_region_ends_where_the_square_is_half_a_spacing(run):
    yellow = run.gamma[run.inside(Region.YELLOW)]
    assert -(2**-26) < yellow.min() < -(2**-26) * 0.99
    assert 2**-25.5 * 0.99 < yellow.max() < 2**-25.5


def test_every_red_sample_is_nan(run):
    for name in ("torch", "tensorflow"):
        assert np.isnan(run.results[name][0][run.inside(Region.RED)]).all()


def test_every_yellow_sample_is_4(run):
    for name in ("torch", "tensorflow"):
        assert np.unique(run.results[name][0][run.inside(Region.YELLOW)]).tolist() == [4.0]


def test_every_spelling_is_the_same_function(spellings):
    assert [float(program(3.0, np)) for program in spellings.values()] == [5.0, 5.0, 5.0]


def test_frameworks_agree_where_the_square_is_a_product(between):
    assert between["x * x"].identical
    assert between["square(x)"].identical
