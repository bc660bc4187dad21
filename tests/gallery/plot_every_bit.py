"""What has to hold at the end of the script that explains every bit."""

import numpy as np


def test_slopes_by_hand_have_every_bit(slope):
    assert list(slope) == ["torch", "tensorflow", "jax"]
    assert {compared.differing for compared in slope.values()} == {0}


def test_every_replay_has_every_bit(replayed):
    assert len(replayed) == 36
    assert {compared.differing for compared in replayed.values()} == {0}


def test_with_the_shortcut_tensorflow_is_pytorch(as_torch):
    assert str(as_torch) == "identical bits at all 79794 points"


def test_the_figure_begins_with_the_wrong_number_of_the_page(adapters, h, close, curvature):
    for name, number in curvature.items():
        assert adapters[name].derivatives(h, close[:1], order=2)[2].item() == number


def test_frameworks_differ_in_the_figure(furthest):
    assert furthest["torch"] == 0
    assert 0 < furthest["tensorflow"] < 1e-3
    assert 0 < furthest["jax"] < 1e-3


def test_all_numbers_of_the_figure_are_different_doubles(close):
    assert np.unique(close).size == 40
