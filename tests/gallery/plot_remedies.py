"""What has to hold at the end of the script on remedies."""

import numpy as np

GOOD = ["by hand", "repair", "quotient", "primitives"]


def test_these_rows_are_right_in_every_pair_and_no_others(score):
    right = [name for name, row in score.items() if row.right(at=True) == row.right(at=False) == len(row.errors)]
    assert right == GOOD
    assert [len(score[name].errors) for name in GOOD] == [6, 27, 27, 18]


def test_they_are_right_to_thirteen_digits_in_three_derivatives(score):
    assert all(score[name].worst(order) < 1e-13 for name in GOOD for order in range(4))


def test_the_page_counts_rows_and_quotients(PATCHES, CASES):  # noqa: N803, names in the script
    assert (len(PATCHES), len(CASES)) == (18, 9)


def test_paper_and_pencil_serve_two_quotients(score, CASES):  # noqa: N803
    assert {title for title, _ in score["by hand"].errors} == set(list(CASES)[:2])


def test_sympy_simplifies_the_papers_quotient_only(score):
    errors = score["sympy"].errors
    assert {title for (title, _), error in errors.items() if (error < 1e-10).all()} == {"(x*x - 4)/(x - 2)"}


def test_finite_differences_have_a_few_digits_and_the_nan(score):
    assert score["finite differences"].worst(1) < 1e-4
    assert score["finite differences"].lost(0) == score["naive"].lost(0)


def test_the_complex_step_is_right_at_the_point_and_not_next_to_it(score):
    assert score["complex step"].right(at=True) > 0
    assert score["complex step"].right(at=False) == 0
    assert score["complex step"].worst(1) > 1


def test_eight_rows_have_a_nan_among_their_slopes(score):
    assert sum(row.lost(1) > 0 for row in score.values()) == 8


def test_without_a_nan_a_value_is_still_wrong_by_all_of_it(score):
    assert score["divide no nan"].worst(0) == 1.0
    assert round(score["clamp"].worst(0), 6) == 1.0
    assert score["clamp"].lost(3) == 0


def test_the_clamp_has_the_same_error_everywhere_in_its_zone(run, gamma):
    zone = (gamma != 0) & (np.abs(gamma) < 1e-4)
    assert all(np.allclose(run.error("clamp", name, 2)[zone], 2e4) for name in run.versions)


def test_what_frameworks_ship_is_right_next_to_the_point_in_no_pair(score):
    assert score["own function"].right(at=False) == 0
    assert score["own function"].worst(2) > 1e6
