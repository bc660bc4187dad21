"""What has to hold of the page on the Hessian."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_the_hessian_a_billionth_away_has_a_curvature_of_minus_a_billion(derivatives, functions, hessian):
    for name in NAMES:
        _, hessians = derivatives[name](functions.h, np.array([[2 + 1e-9, 1.0]]))
        assert np.round(hessians[0, 0] / [1e9, 1], 3).tolist() == [-1.0, 2.0]
    assert np.round(hessian[0].numpy() / [1e9, 1], 3).tolist() == [-1.0, 2.0]


def test_an_epsilon_is_worse_everywhere_in_its_zone(error, gamma):
    for name in NAMES:
        worse = error["epsilon", name, "Hessian"] >= error["naive", name, "Hessian"]
        assert worse[gamma < 9e-5].all()


def test_the_hessian_is_wrong_further_out_than_the_gradient(reach):
    for name in NAMES:
        assert 20 < reach["naive", name, "Hessian"] / reach["naive", name, "gradient"] < 500


def test_the_smaller_eigenvalue_is_negative_near_the_singular_point(hessians, gamma):
    for name in NAMES:
        assert np.linalg.eigvalsh(hessians["naive", name][gamma < 1e-8])[:, 0].max() < 0


def test_the_simplified_and_the_repaired_form_are_right(error):
    for (form, *_), each in error.items():
        if form in ("simplified", "repair"):
            assert each.max() < 1e-15


def test_the_samples_and_the_lowest_error_that_is_drawn(gamma, error):
    assert (gamma[0], gamma[-1], gamma.size) == (1e-15, 0.1, 281)
    assert min(each.min() for each in error.values()) == 1e-17
