"""What has to hold of the page on a product."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_the_slope_next_to_zero_is_large_and_its_sign_is_not_agreed_upon(few):
    at = np.flatnonzero(few.x == 3e-19).item()
    ours, theirs = (few.results["b"][name][1, at] for name in NAMES)
    assert abs(ours) > 100
    assert abs(theirs) > 100
    assert ours * theirs < 0


def test_the_value_is_right_and_the_slope_off_by_a_few_u_over_x(run, gamma, away):
    for name in NAMES:
        in_units = run.error("naive", name, 1)[away] * np.abs(gamma[away]) / 2.0**-53
        assert 1 < in_units.max() < 10
        assert run.worst("naive", name, 1) > 100
        assert run.worst("naive", name, 0) < 2e-15


def test_the_first_table_has_six_points(few):
    assert few.gamma.tolist() == [1e-3, 1e-12, 1e-15, 3e-17, 3e-19, 0.0]


def test_the_first_number_of_the_page_is_that_of_the_program(x, y, b, tf):
    assert x.numpy() == 3e-17
    assert y.numpy() == b(tf.constant(3e-17, dtype=tf.float64), tf).numpy()
