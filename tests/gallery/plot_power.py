"""What has to hold at the end of the script on the power function."""


def test_nearly_all_powers_are_right_one_at_a_time(alone_wrong, wrong, x):
    assert 0 < 10 * alone_wrong < wrong.size < x.size / 10


def test_some_squares_are_wrong_in_arrays_and_hardly_any_by_themselves(counts, first, lengths):
    assert lengths.tolist() == [*range(1, 17)]
    assert first.size == 4000
    assert counts["tensorflow"][0] < 10 < max(counts["tensorflow"])


def test_the_number_of_the_page_has_two_squares_one_ulp_apart(squares):
    assert squares["tensorflow", "alone"] == 3.1 * 3.1
    assert 0 < abs(squares["tensorflow", "one of 16"] - 3.1 * 3.1) < 2e-15


def test_the_quotient_of_the_page_is_x_plus_2(h):
    assert h(2.5) == 4.5
