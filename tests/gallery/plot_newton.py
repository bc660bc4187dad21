"""What has to hold of the page on Newton's method."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_with_the_minimum_at_2_two_forms_do_not_arrive(ways):
    for name in NAMES:
        for form in ("naive", "epsilon"):
            assert len(ways["minimum at 2", form, name]) == 20


def test_beside_2_the_naive_form_stops_short_after_five_steps(ways):
    for name in NAMES:
        way = ways["start at 2 + 1e-9", "naive", name]
        assert (len(way), round(way[-1], 2)) == (5, 0.5)


def test_the_simplified_form_and_the_remedy_arrive_in_five_steps(ways, cases):
    for case in cases:
        for name in NAMES:
            for form in ("simplified", "repair"):
                way = ways[case, form, name]
                assert len(way) == 5
                assert way[-1] < 1e-14


def test_the_naive_form_comes_close_and_runs_away(naive):
    assert min(naive) < 1e-6
    assert naive[-1] > 100 * min(naive)


def test_the_first_loop_is_that_of_the_table(theta, naive):
    assert np.isclose(np.abs(theta.numpy() - [2, 1]).max(), naive[-1], rtol=0.2)


def test_both_starts_and_minima(cases):
    assert list(cases.values()) == [((2.5, 1.5), 2.0), ((2 + 1e-9, 1.0), 2.5)]
