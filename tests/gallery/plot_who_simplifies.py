"""What has to hold at the end of the script that asks every system."""

EAGER = [(name, "eager") for name in ("PyTorch", "TensorFlow", "JAX")]


def test_only_pytensor_and_sympy_have_a_value_where_the_factor_is_in_plain_sight(made, easier):
    assert {system for system, mode in made.ran if not made.lost((system, mode), easier, order=0)} == {
        "PyTensor",
        "SymPy",
    }


def test_no_system_has_the_slope_of_the_sine_at_0(made, sine):
    assert [key for key in made.ran if not made.lost(key, sine)] == []


def test_every_compiler_leaves_the_division_in_every_quotient(made, paper):
    compilers = [key for key, ran in made.ran.items() if ran[paper].divisions and key[0] not in ("PyTensor", "SymPy")]
    assert compilers
    assert all(made.ran[key][title].divisions[0] == 1 for key in compilers for title in made.subjects)


def test_eager_modes_are_wrong_out_to_the_same_distance(made, paper):
    assert [str(made.edges[key][paper]) for key in EAGER] == ["4.71e-07 left, 6.66e-07 right"] * 3


def test_with_the_factor_in_plain_sight_the_zone_is_a_million_times_narrower(made, paper, easier, product):
    for key in EAGER:
        for title in (easier, product):
            assert made.zone(key, paper) > 1e6 * made.zone(key, title)


def test_the_largest_error_of_an_eager_slope_is_between_1_and_4_thirds(made, paper):
    assert all(1 <= made.largest(key, paper) < 4 / 3 for key in EAGER)
