"""What has to hold of the page on the other entries of a gradient."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_the_other_entries_vanish(far_off, at_2):
    assert far_off > 0.99
    assert at_2 < 1e-7


def test_a_small_step_to_the_left_turns_the_sign_round(gradient, forms, start):
    for name in NAMES:
        assert f"{gradient[name](forms['epsilon'], start(-1e-9, 3))[0]:.3e}" == "8.715e+08"


def test_the_naive_entry_is_twice_the_true_one(gradient, forms, start):
    for name in NAMES:
        assert gradient[name](forms["naive"], start(1e-9, 3)).tolist() == [2.0, 1.0, 1.0]


def test_the_first_table_has_three_parameters_and_six_offsets(offsets, in_torch, in_tensorflow):
    assert offsets.tolist() == [1e-3, 1e-5, 1e-7, 1e-9, 0.0, -1e-9]
    assert in_torch.shape == in_tensorflow.shape == (3,)


def test_both_frameworks_have_the_same_shares(shares, forms):
    for form in forms:
        np.testing.assert_allclose(shares[form, "torch"], shares[form, "tensorflow"], rtol=1e-5)


def test_the_first_gradient_of_the_page_is_that_of_the_table(theta, gradient_torch, forms, start):
    assert theta.grad.tolist() == gradient_torch(forms["epsilon"], start(0.0, 3)).tolist()
    theta = np.array([2.5, 3.0, 4.0])
    assert gradient_torch(forms["simplified"], theta).tolist() == [1.5, 2.0, 3.0]


def test_the_figure_has_81_distances_and_begins_with_the_share_at_2(gammas, shares, at_2):
    np.testing.assert_allclose([gammas[0], gammas[-1], gammas.size], [1e-17, 0.1, 81])
    for name in NAMES:
        np.testing.assert_allclose(shares["epsilon", name][0], at_2, rtol=1e-9)
