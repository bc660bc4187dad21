"""What has to hold at the end of the script on half precision."""

import numpy as np
from removable.functions import h


def test_the_scripts_own_quotient_is_that_of_the_package(slope_torch):
    import torch

    x = torch.tensor(12.5, dtype=torch.bfloat16, requires_grad=True)
    h(x, torch).backward()
    assert slope_torch(12.5) == x.grad.item() == 0.9921875


def test_far_away_many_slopes_are_off_in_bfloat16_and_some_in_float16(far):
    assert far["torch", "bfloat16"] == far["tensorflow", "bfloat16"] > 0.3
    assert 0.01 < far["torch", "float16"] == far["tensorflow", "float16"] < 0.2


def test_no_slope_is_off_by_more_than_1_in_pytorch_and_tensorflow(coarse):
    slopes = {key: ratio for key, ratio in coarse.items() if key[0] != "jax" and key[2] == 1}
    assert len(slopes) == 8
    assert all(ratio == 0 for ratio in slopes.values())


def test_with_a_tolerance_of_1_the_law_holds_to_a_third(coarse):
    assert len(coarse) == 48
    assert all(2 / 3 < ratio < 4 / 3 for (_, _, n), ratio in coarse.items() if n > 1)


def test_in_double_precision_it_holds_to_three_digits(coarse):
    assert round(coarse["torch", "float64", 2], 3) == 1.0


def test_no_number_of_float16_is_left_out(offset):
    x = (2 + offset).astype(np.float16)
    assert np.array_equal(np.nextafter(x[:-1], np.float16(np.inf)), x[1:])
    assert x[0] < 2.11
    assert x[-1] > 101.9


def test_the_shares_are_those_from_12_on(far, wrong, offset):
    assert far["tensorflow", "float16"] == wrong[2 + offset >= 12].mean()
