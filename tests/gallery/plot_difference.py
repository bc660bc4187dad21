"""What has to hold of the page on a difference."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_u_is_half_the_distance_from_1_to_the_next_double(u):
    assert u == np.finfo(np.float64).eps / 2


def test_errors_follow_u_over_x_and_u_over_its_square(run, gamma, away, u):
    for name in NAMES:
        for order in (0, 1):
            in_units = run.error("naive", name, order)[away] * np.abs(gamma[away]) ** (order + 1) / u
            assert 0.5 < in_units.max() < 20


def test_the_slope_is_lost_altogether_and_the_value_in_its_leading_digit(run):
    for name in NAMES:
        assert run.worst("naive", name, 1) > 1e15
        assert 0.4 < run.worst("naive", name, 0) < 10


def test_the_zone_is_a_million_times_that_of_a_quotient(run, others):
    for name in NAMES:
        assert run.reach("naive", name, 1) > 1e6 * others["quotient"].reach("naive", name, 1)


def test_in_single_precision_the_zone_reaches_to_a_hundredth(others):
    for name in NAMES:
        assert 5e-3 < others["float32"].reach("naive", name, 1) < 5e-2


def test_the_first_number_of_the_page_is_that_of_the_program(x, y, d, tf):
    assert x.numpy() == 3e-9
    assert y.numpy() == d(tf.constant(3e-9, dtype=tf.float64), tf).numpy()
