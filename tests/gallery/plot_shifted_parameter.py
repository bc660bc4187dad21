"""What has to hold of the page on a shifted parameter."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_shifting_moves_the_singular_point(run, moved):
    for name in NAMES:
        assert moved.lost("shifted 1e-3", name, 1) > 10 * run.lost("shifted 1e-3", name, 1)


def test_the_shifted_form_of_the_page_is_that_of_the_package(shifted, programs):
    lam = np.array([-0.5, 0.25])
    np.testing.assert_allclose(shifted(lam), programs["shifted 1e-3"](lam, np), rtol=1e-12)


def test_the_sweep_has_101_distances_on_each_side(gamma):
    assert gamma.size == 203


def test_the_first_number_of_the_page_lies_next_to_the_new_singular_point(lam):
    assert -1.0011e-3 < lam.numpy() < -1.0009e-3
