"""What has to hold at the end of the script on what frameworks ship."""

import math


def test_both_derivatives_at_0_are_nan(shipped):
    assert list(shipped) == ["PyTorch", "TensorFlow"]
    assert all(math.isnan(number) for number in shipped.values())


def test_no_pair_is_right_next_to_the_point(score):
    assert score.right(at=False) == 0
    assert score.worst(2) > 1e6


def test_the_value_is_right_in_every_pair(score):
    assert score.worst(0) < 1e-15
    assert score.lost(0) == 0


def test_the_remedy_is_right_in_the_figure(run):
    for name in run.versions:
        assert run.worst("repair", name, 2) < 1e-13
        assert run.lost("repair", name, 2) == 0
