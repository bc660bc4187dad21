"""What has to hold of the page on the direction of a gradient."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_the_truth_is_the_slope_of_the_simplified_term(run):
    assert np.array_equal(run.meant[1], run.x - 1)


def test_at_the_singular_point_the_cosine_is_one_over_a_root(cosine, sizes):
    for name in NAMES:
        for parameters in sizes:
            np.testing.assert_allclose(cosine["epsilon", name, parameters][0], -1 / np.sqrt(parameters), rtol=1e-5)


def test_both_frameworks_have_the_same_cosines(cosine):
    for (form, _, parameters), each in cosine.items():
        np.testing.assert_allclose(each, cosine[form, "tensorflow", parameters], rtol=1e-5, atol=1e-8)


def test_the_other_entries_vanish(shares):
    far, at_two = shares
    assert far > 0.99
    assert at_two < 1e-7


def test_the_simplified_form_points_where_it_should(cosine, sizes):
    for name in NAMES:
        for parameters in sizes:
            assert cosine["simplified", name, parameters].min() > 1 - 1e-12


def test_a_small_step_to_the_left_turns_the_sign_round(gradient, forms, start):
    for name in NAMES:
        assert f"{gradient[name](forms['epsilon'], start(-1e-9, 3))[0, 0]:.3e}" == "8.715e+08"


def test_the_naive_entry_is_twice_the_true_one(gradient, forms, start):
    for name in NAMES:
        assert gradient[name](forms["naive"], start(1e-9, 3)).tolist() == [[2.0, 1.0, 1.0]]


def test_the_first_table_has_three_parameters_and_six_offsets(offsets, in_torch, in_tensorflow):
    assert offsets.tolist() == [1e-3, 1e-5, 1e-7, 1e-9, 0.0, -1e-9]
    assert in_torch.shape == in_tensorflow.shape == (6, 3)
