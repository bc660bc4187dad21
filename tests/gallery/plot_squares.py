"""What has to hold at the end of the script on three squares."""


def identical(pairs, squares, dtype, a, b):
    return [[count.identical for count in pairs[title, dtype, a, b]] for title in squares]


def test_pytorch_and_tensorflow_agree_as_the_page_says_in_double_precision(pairs, squares):
    expected = [[True, True, False], [False, False, False], [True, True, True]]
    assert identical(pairs, squares, "float64", "torch", "tensorflow") == expected


def test_pytorch_and_tensorflow_agree_as_the_page_says_in_single_precision(pairs, squares):
    expected = [[True, True, True], [False, False, False], [True, True, True]]
    assert identical(pairs, squares, "float32", "torch", "tensorflow") == expected


def test_pytorch_and_jax_agree_in_the_value_only(pairs, squares):
    expected = [[True, False, False]] * 3
    assert identical(pairs, squares, "float64", "torch", "jax") == expected


def test_the_power_of_tensorflow_is_off_by_one_ulp_at_most(pairs):
    assert {counts[0].largest for key, counts in pairs.items() if key[0] == "x**2 alone"} == {0.0, 1.0}


def test_the_figure_shows_a_sixth_of_the_numbers(shown):
    assert shown.size == 1167


def test_with_the_function_square_both_have_the_same_second_derivative(curvature_torch, curvature_tensorflow, squares):
    at = 2 + 9e-6
    assert curvature_torch(squares["square"], at) == curvature_tensorflow(squares["square"], at)


def test_frameworks_agree_far_better_with_each_other_than_with_the_truth(median):
    assert all(0 < median[name, 2] < 1e-3 * median["torch", 2] for name in ("tensorflow", "jax"))
