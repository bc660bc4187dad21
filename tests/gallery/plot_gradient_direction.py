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


def test_the_simplified_form_points_where_it_should(cosine, sizes):
    for name in NAMES:
        for parameters in sizes:
            assert cosine["simplified", name, parameters].min() > 1 - 1e-12


def test_the_first_cosine_is_that_of_the_curve(lead, cosine):
    np.testing.assert_allclose(lead, cosine["epsilon", "torch", 10][0], rtol=1e-12)
