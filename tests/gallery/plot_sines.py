"""What has to hold of the page on a second difference."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_the_errors_stop_growing_where_the_terms_become_equal(run, u):
    for name in NAMES:
        assert run.worst("naive", name, 0) < 10 * np.sqrt(u)
        assert 0.1 < run.worst("naive", name, 1) < 10


def test_they_follow_the_two_laws_until_then(run, gamma, u):
    middle = (np.abs(gamma) > 10 * np.sqrt(u)) & (np.abs(gamma) < 0.1)
    for name in NAMES:
        for order in (0, 1):
            in_units = run.error("naive", name, order)[middle] * np.abs(gamma[middle]) ** (order + 1) / u
            assert 0.3 < in_units.max() < 20


def test_the_other_difference_goes_on_growing(of_d):
    for name in NAMES:
        assert of_d.error("naive", name, 1).max() > 1e6


def test_both_are_repaired(run, other):
    for name in NAMES:
        for order in (0, 1):
            assert run.worst("repair", name, order) < 2e-15
            assert other.worst("repair", name, order) < 2e-15


def test_the_first_table_has_seven_points(of_s, of_d):
    assert of_s.gamma.tolist() == of_d.gamma.tolist() == [1e-2, 1e-5, 1e-7, 1e-8, 1e-9, 1e-12, 2e-16]


def test_exact_arithmetic_refuses_the_difference_as_typed(refusal):
    assert "has a pole" in refusal
