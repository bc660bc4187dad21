"""What has to hold at the end of the script on a factor in plain sight."""


def test_away_from_2_every_system_is_right(in_pytorch, in_tensorflow, in_jax, in_pytensor):
    for call in (in_pytorch, in_tensorflow, in_jax, in_pytensor):
        assert call(3.0) == (3.0, 1.0)


def test_only_pytensor_and_sympy_have_no_division_in_the_value(divisions):
    assert {system for (system, _), (value, _) in divisions.items() if value == 0} == {"PyTensor", "SymPy"}


def test_the_slope_is_simplified_by_sympy_and_where_it_is_rewritten_first(divisions):
    assert {key for key, (_, slope) in divisions.items() if slope == 0} == {
        ("PyTensor", "rewritten, then grad"),
        ("SymPy", "as typed"),
        ("SymPy", "simplify"),
    }
