"""What has to hold of the page on clipping and Adam."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_the_other_entries_do_not_notice(steps):
    for name in NAMES:
        assert np.array_equal(steps["spurious", name][:, 1:], steps["true", name][:, 1:])


def test_the_rule_is_that_of_both_frameworks(apart):
    assert apart["torch"] < 1e-9
    assert apart["tensorflow"] < 1e-4


def test_the_first_entry_stands_still_for_as_long_as_the_formula_says(back):
    assert abs(back[0.5] - np.log(0.001 * 4e8**2 / 3) / -np.log(0.999)) < 10
    assert back[0.01] > 10_000


def test_clipping_saves_the_first_entry(steps, wrong_step):
    for name in NAMES:
        assert steps["clipped", name][wrong_step:, 0].min() > 0.5


def test_a_nan_stays_for_good_and_in_one_entry(steps, wrong_step):
    for name in NAMES:
        assert np.isnan(steps["NaN", name][wrong_step:, 0]).all()
        assert not np.isnan(steps["NaN", name][:, 1:]).any()


def test_what_is_called_spurious_is_the_gradient_of_h1(spurious, run):
    assert spurious[0] == 4e8
    assert (spurious[1:] == 1).all()
    for name in NAMES:
        assert run.results["h1"][name][1, 0] == spurious[0]
