"""What has to hold at the end of the script on the order of two lines."""

import numpy as np
from removable import functions
from removable.sweeps.sweep import agreement


def test_the_contributions_are_those_that_the_page_adds(through_f, through_g):
    assert through_g == 2.0**54
    assert through_f == -(2.0**53) + 1


def test_the_scripts_own_quotient_is_that_of_the_package(f_first, run):
    assert np.array_equal(f_first(run.x[run.x != 2]), functions.h(run.x[run.x != 2], np))


def test_both_orders_are_the_same_function(programs):
    assert [float(program(3.0)) for program in programs.values()] == [5.0, 5.0]


def test_frameworks_agree_with_the_numerator_first(between):
    assert between["f first"].identical


def test_pytorch_changes_one_slope_and_tensorflow_none(slopes):
    torch, tensorflow = zip(*slopes.values(), strict=True)
    assert agreement(*torch).differing == 1
    assert agreement(*tensorflow).identical


def test_only_the_left_neighbour_of_2_has_another_slope_in_pytorch(close, nearest, f_first, g_first, at):
    import torch

    slopes = []
    for program in (f_first, g_first):
        x = torch.tensor(close, requires_grad=True)
        program(x).sum().backward()
        slopes.append(x.grad.numpy())
    differs = slopes[0] != slopes[1]
    differs &= close != 2  # NaN in both
    assert close[differs].tolist() == [at]
    assert [slope[differs].item() for slope in slopes] == [nearest["f first"][0], nearest["g first"][0]]


def test_the_only_yellow_numbers_with_slope_1_are_the_left_neighbour(run, at):
    for name in ("torch", "tensorflow"):
        lucky = (run.results[name][1] == 1) & (np.abs(run.gamma) < 1e-8)
        assert np.unique(run.x[lucky]).tolist() == [at]


def test_with_the_numerator_first_both_are_right_by_accident(nearest):
    assert nearest["f first"] == [1.0, 1.0]


def test_the_figure_shows_as_many_numbers_on_either_side(close):
    assert close.size == 17
    assert close[-1] - 2 == 2 - close[0] == 8 * 2.0**-52
