"""The search for a cause without a framework: stochastic arithmetic and its traps."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from probing.cause_case import operations
from removable.errors import InputError, UnsupportedError
from removable.probing.cause import Cause, digits, find, finite, rules
from removable.probing.cause.branches import branch
from removable.probing.cause.by_hand import apply, argument, constant
from removable.probing.cause.lines import user_line
from removable.probing.cause.plain import eps_of, from_plain, to_plain
from removable.probing.cause.rounding import rounded
from removable.probing.cause.samples import Experiment, Range
from removable.probing.cause.tape import Run, Tape, Value

EPS = 2.0**-52


def experiment(run: Run, at: float, *, scale: float = 0.0, samples: int = 8) -> Experiment:
    with np.errstate(all="ignore"):
        return Experiment(run, at, scale=scale, samples=samples)


def rest_of_cosine(tape: Tape, at: float) -> Value:
    cosine = apply(tape, "cos", np.cos, argument(at))
    return apply(tape, "sub", lambda c: 1 - c, cosine)


# ------------------------------------------------------------------------------------- perturbation
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_number_moves_to_a_neighbour_or_stays(dtype: str) -> None:
    values = np.array([1.1, -1.5, 3e30, -7e-30, 1.9999], dtype=dtype)
    seen = {tuple(rounded(values, eps_of(dtype), np.random.default_rng(seed))) for seed in range(40)}
    neighbours = [{float(np.nextafter(v, v.dtype.type(way))) for way in (-np.inf, np.inf)} | {float(v)} for v in values]
    for column, allowed in zip(zip(*seen, strict=True), neighbours, strict=True):
        assert {float(v) for v in column} == allowed


def test_a_zero_stays_and_a_subnormal_number_moves() -> None:
    results = [rounded(np.array([0.0, 1e-320]), EPS, np.random.default_rng(seed)) for seed in range(9)]
    assert {float(r[0]) for r in results} == {0.0}
    assert len({float(r[1]) for r in results}) == 3


def test_what_is_not_finite_stays() -> None:
    values = rounded(np.array([np.inf, -np.inf, np.nan]), EPS, np.random.default_rng(0))
    assert values.tolist()[:2] == [np.inf, -np.inf]
    assert np.isnan(values[2])


@pytest.mark.parametrize("dtype", ["float16", "complex64", "complex128", "float64"])
def test_numbers_of_every_kind_are_kept_exactly(dtype: str) -> None:
    values = np.array([1.5, -2.25, 0.125], dtype=dtype)
    assert from_plain(to_plain(values), values.dtype).tolist() == values.tolist()
    assert to_plain(values).dtype.name in ("float32", "float64")


def test_a_difference_from_the_largest_element_is_not_accused() -> None:
    def run(tape: Tape, at: float) -> Value:
        v = argument([at, at + 1, at - 2])
        return apply(tape, "sub", lambda a, m: (a - m)[1:2], v, apply(tape, "max", np.max, v))

    assert experiment(run, 0.4).spread == 0.0


def test_the_inputs_are_left_alone() -> None:
    def run(tape: Tape, at: float) -> Value:
        return apply(tape, "sub", lambda x: x - 2, argument(at))

    assert experiment(run, 2 + 1e-12).spread < 1e-15


# ------------------------------------------------------------------------------------------- spread
def test_an_element_that_is_finite_in_some_runs_alone_is_lost() -> None:
    seen = Range()
    for values in ([1.0, np.nan], [1.0, 2.0]):
        seen.add(np.array(values))
    assert seen.spread() == math.inf


def test_an_element_that_is_finite_in_no_run_is_not_judged() -> None:
    seen = Range()
    for _ in range(2):
        seen.add(np.array([1.0, np.nan, np.inf]))
    assert seen.spread() == 0.0


def test_a_result_that_is_truly_zero_needs_a_scale() -> None:
    def run(tape: Tape, at: float) -> Value:
        sine = apply(tape, "sin", np.sin, argument(at))
        again = apply(tape, "sin", np.sin, argument(at))
        return apply(tape, "sub", np.subtract, sine, again)

    assert digits.held(experiment(run, 0.7)) is not None
    assert digits.held(experiment(run, 0.7, scale=1.0)) is None


# ------------------------------------------------------------------------------------------ holding
def test_two_operations_that_lose_the_digits_together() -> None:
    def run(tape: Tape, at: float) -> Value:
        return apply(tape, "add", np.add, rest_of_cosine(tape, at), rest_of_cosine(tape, at))

    cause = digits.held(experiment(run, 1e-6))
    assert cause is not None
    assert cause.together == (2, 4)
    assert str(cause).startswith("operations 2 and 4 of 5, sub")


def test_a_part_of_the_cause_is_not_confirmed_by_chance() -> None:
    def run(tape: Tape, at: float) -> Value:
        total = constant(0.0)
        for _ in range(4):
            total = apply(tape, "add", np.add, total, rest_of_cosine(tape, at))
        return total

    cause = digits.held(experiment(run, 1e-6))
    assert cause is not None
    assert len(cause.together) == 4


def test_an_operation_that_multiplies_errors_made_before_shows_its_inputs() -> None:
    def run(tape: Tape, at: float) -> Value:
        two = rest_of_cosine(tape, at), rest_of_cosine(tape, at * (1 + 1e-9))
        return apply(tape, "amplifier", np.subtract, *two)

    cause = digits.held(experiment(run, 1e-4))
    assert cause is not None
    assert cause.operation == "amplifier"
    assert 1e-9 < max(cause.inputs) < 1e-6
    assert str(cause).endswith("all digits are lost here (inputs good to 7)")


def test_the_first_of_several_operations_that_is_the_cause_by_itself() -> None:
    def run(tape: Tape, at: float) -> Value:
        return apply(tape, "amplifier", lambda d: d - at**2 / 2, rest_of_cosine(tape, at))

    cause = digits.held(experiment(run, 1e-4))
    assert cause is not None
    assert (cause.operation, cause.position) == ("sub", 2)
    assert str(cause).endswith("8 digits are left here (inputs good to 16)")


def test_digits_that_no_single_operation_loses() -> None:
    def run(tape: Tape, at: float) -> Value:
        total = term = constant(1.0)
        for k in range(1, 100):
            term = apply(tape, "term", lambda t, x=at, k=k: t * x / k, term)
            total = apply(tape, "add", np.add, total, term)
        return total

    shaken = experiment(run, -25.0)
    assert digits.held(shaken) is None
    cause = digits.unconfirmed(shaken)
    assert cause is not None
    assert "no single operation" in str(cause)


def test_a_product_that_computes_its_own_error_is_accused() -> None:
    """Dekker's product is right, and random roundings destroy what it relies on."""

    def run(tape: Tape, at: float) -> Value:
        x = argument(at)
        square = apply(tape, "square", lambda x: x * x, x)
        big = apply(tape, "big", lambda x: 134217729.0 * x, x)
        rest = apply(tape, "rest", np.subtract, big, x)
        high = apply(tape, "high", np.subtract, big, rest)
        low = apply(tape, "low", np.subtract, x, high)
        first = apply(tape, "high^2", np.square, high)
        first = apply(tape, "difference", np.subtract, first, square)
        error = apply(tape, "error", lambda f, h, k: (f + 2 * h * k) + k * k, first, high, low)
        return apply(tape, "quotient", lambda s, e, x: ((s - 4) + e) / (x - 2), square, error, x)

    at = 2 + 2.0**-40
    shaken = experiment(run, at)
    assert shaken.result == at + 2
    assert digits.held(shaken) or digits.unconfirmed(shaken)


def test_an_exponent_that_is_a_whole_number_stays() -> None:
    """One rounding of the exponent would make NaN of the negative number."""

    def run(tape: Tape, at: float) -> Value:
        exponent = apply(tape, "sub", np.subtract, constant(2.0), constant(1.0))
        return apply(tape, "pow", np.power, argument(-at), exponent)

    assert experiment(run, 0.4).spread < 1e-15


# --------------------------------------------------------------------------------- range of numbers
def test_the_first_nan_may_be_one_that_is_left_out() -> None:
    def run(tape: Tape, at: float) -> Value:
        masked = apply(tape, "log", np.log, constant(-1.0))
        chosen = apply(tape, "where", lambda m, x: np.where(x > 5, m, x), masked, argument(at))
        return apply(tape, "div", lambda c: (c - at) / (c - at), chosen)

    with np.errstate(all="ignore"):
        cause = finite.not_finite(experiment(run, 0.3))
    assert cause is not None
    assert cause.operation == "div"


def test_a_zero_that_is_no_underflow() -> None:
    def run(tape: Tape, at: float) -> Value:
        zero = apply(tape, "log", np.log, apply(tape, "sub", lambda x: x - 1, argument(at)))
        return apply(tape, "add", lambda z: z + 3, zero)

    assert finite.out_of_range(experiment(run, 2.0)) is None


def test_an_underflow_that_does_not_matter() -> None:
    def run(tape: Tape, at: float) -> Value:
        e = apply(tape, "exp", np.exp, argument([at, at - 800]))
        return apply(tape, "log", lambda e: np.log(np.sum(e)), e)

    shaken = experiment(run, 0.4)
    assert shaken.reference.steps[0].vanishes
    assert finite.out_of_range(shaken) is None


def test_a_zero_beside_other_numbers_is_an_underflow() -> None:
    def run(tape: Tape, at: float) -> Value:
        e = apply(tape, "exp", np.exp, argument([0.0, -at]))
        return apply(tape, "log", lambda e: np.log(e[1:]), e)

    with np.errstate(all="ignore"):
        cause = finite.not_finite(experiment(run, 800.0))
    assert cause is not None
    assert (cause.kind, cause.operation, cause.inputs) == ("underflow", "exp", (-800.0,))


def test_an_infinity_whose_inverse_is_right() -> None:
    def run(tape: Tape, at: float) -> Value:
        e = apply(tape, "exp", np.exp, argument(-at))
        return apply(tape, "inverse", lambda e: 1 / (1 + e), e)

    with np.errstate(all="ignore"):
        assert finite.out_of_range(experiment(run, -800.0)) is None


# ----------------------------------------------------------------------------------------- branches
def chosen(value: float, width: float) -> Run:
    def run(tape: Tape, at: float) -> Value:
        near = tape.compare("lt", "a.py:1", np.array(abs(at) < width))
        return apply(tape, "where", lambda x: value if near else x, constant(math.cos(at)))

    return run


def test_a_comparison_that_does_not_matter_is_not_named() -> None:
    assert branch(experiment(chosen(1.0, 1e-9), 0.0), (-0.05, 0.05)) is None
    cause = branch(experiment(chosen(1.5, 1e-9), 0.0), (-0.05, 0.05))
    assert cause is not None
    assert (cause.operation, cause.inputs, cause.outputs) == ("lt", (0.0,), (1.0,))


def test_a_comparison_on_the_last_bit() -> None:
    def run(tape: Tape, at: float) -> Value:
        cosine = apply(tape, "cos", lambda x: np.cos(x) ** 2, argument(at))
        sine = apply(tape, "sin", lambda x: np.sin(x) ** 2, argument(at))
        one = apply(tape, "add", np.add, cosine, sine)
        above = tape.compare("gt", "a.py:1", one.array > 1)
        return apply(tape, "where", lambda x: x + 1 if above else x, argument(at))

    cause = digits.held(experiment(run, 0.3))
    assert cause is not None
    assert (cause.kind, cause.operation) == ("branch", "gt")
    assert "one rounding" in str(cause)


def test_a_branch_of_python_is_known_by_what_follows() -> None:
    def run(tape: Tape, at: float) -> Value:
        return apply(tape, "one" if at == 0 else "cos", np.cos, argument(at))

    cause = branch(experiment(run, 0.0), (-0.05, 0.05))
    assert cause is not None
    assert (cause.kind, cause.operation) == ("branch", "one")


# -------------------------------------------------------------------------------------------- rules
def ruled(function: Callable[..., Any], slope: Callable[..., Any]) -> Run:
    def run(tape: Tape, at: float) -> Value:
        x = apply(tape, "exp", np.exp, argument(at), pull=lambda a, c: [np.exp(a[0]) * c[0]])
        x = apply(tape, "sub", lambda x: x - 1, x, pull=lambda a, c: c)
        return apply(tape, "f", function, x, pull=lambda a, c: [slope(a[0]) * c[0]])

    return run


def beside(run: Run, result: float, *sides: int) -> rules.Beside:
    return rules.Beside(run, result, 0.0, distance=1e-3, sides=sides or (-1, 1))


def test_a_right_rule_is_not_named() -> None:
    assert beside(ruled(np.sin, np.cos), 1.0).contradiction() is None
    # nor if the result has been wrong for another reason
    assert beside(ruled(np.sin, np.cos), 2.0).contradiction() is None


def test_a_wrong_rule_is_named_with_both_slopes() -> None:
    cause = beside(ruled(lambda x: 3 * x, np.ones_like), 1.0).contradiction()
    assert cause is not None
    assert (cause.operation, cause.position) == ("f", 3)
    assert cause.outputs == pytest.approx((1.0,))
    assert cause.inputs == pytest.approx((3.0,))


def test_a_kink_is_right_from_both_sides_and_wrong_from_one() -> None:
    run = ruled(lambda x: -np.abs(x), lambda x: 0.0 * x)
    assert beside(run, 0.0).is_kink()
    assert beside(run, 0.0).contradiction() is None
    cause = beside(run, 0.0, 1).contradiction()
    assert cause is not None
    assert cause.inputs == pytest.approx((-1.0,))


def test_a_jump_is_no_kink() -> None:
    jump = beside(ruled(np.sign, np.zeros_like), 0.0)
    assert not jump.is_kink()
    assert jump.contradiction() is None


def test_what_is_left_out_has_no_slope_and_is_no_wrong_rule() -> None:
    """The rule gives 0 where the slope is NaN."""

    def run(tape: Tape, at: float) -> Value:
        x = argument(at)
        masked = apply(tape, "log", lambda x: np.log(x - 5), x, pull=lambda a, c: [c[0] / (a[0] - 5)])
        kept = apply(tape, "where", lambda m, x: x + 0 * (m > 9), masked, x, pull=lambda a, c: [0 * c[0], c[0]])
        return apply(tape, "wrong", lambda k: 2 * k, kept, pull=lambda a, c: [c[0]])

    with np.errstate(all="ignore"):
        cause = beside(run, 1.0).contradiction()
    assert cause is not None
    assert cause.operation == "wrong"


def test_a_steep_function_is_no_wrong_rule() -> None:
    run = ruled(lambda x: np.tanh(1e4 * x), lambda x: 1e4 / np.cosh(1e4 * x) ** 2)
    assert beside(run, 1e4).contradiction() is None


# ---------------------------------------------------------------------------------------- the entry
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "numpy"}, "name is 'numpy'; give one of 'torch', 'jax', 'tensorflow'."),
        ({"at": math.nan}, "at is nan; give a finite number."),
        ({"order": 3}, "order is 3; give a whole number from 0 to 2."),
        ({"dtype": "int8"}, "dtype is 'int8'; give one of"),
        ({"scale": -1.0}, "scale is -1.0; give a finite number that is not negative."),
        ({"samples": 1}, "samples is 1; give a whole number of at least 2."),
        ({"beside": (0.5, 1.0)}, "beside is (0.5, 1.0); give two finite numbers other than the point 0.5."),
        ({"beside": (1.0,)}, "beside is (1.0,); give two finite numbers"),
    ],
)
def test_wrong_arguments_are_named(given: dict[str, Any], message: str) -> None:
    arguments = {"name": "torch", "program": lambda x: x, "at": 0.5, **given}
    with pytest.raises(InputError) as error:
        find(**arguments)
    assert message in str(error.value)


@pytest.mark.parametrize("name", ["torch", "jax", "tensorflow"])
def test_a_program_that_returns_several_numbers_is_refused(name: str) -> None:
    def program(x: Any) -> Any:
        return operations(name).stack([x, x])

    with pytest.raises(InputError, match="give one that returns a single number"):
        find(name, program, 0.5)


def test_nothing_is_found_in_a_program_without_operations() -> None:
    cause = find("torch", lambda x: x, 0.5, order=1, beside=(0.4, 0.6))
    assert (cause.kind, cause.operation) == ("none", "")


def test_a_finding_is_one_plain_sentence() -> None:
    cause = Cause("digits", "sub", "userfn.py:2", 2, 4, inputs=(1e-17,), outputs=(1.5,))
    assert str(cause) == "operation 2 of 4, sub, userfn.py:2: all digits are lost here (inputs good to 16)"
    cause = Cause("digits", "sub", "", 2, 4, inputs=(1e-7,), outputs=(0.1,))
    assert str(cause) == "operation 2 of 4, sub: 1 digit is left here (inputs good to 7)"
    cause = Cause("not finite", "div", "u.py:1", 1, 1, inputs=(0.0, 0.0), outputs=(math.nan,))
    assert str(cause) == "operation 1 of 1, div, u.py:1: makes nan of 0 and 0"


def test_who_looks_for_the_cause_is_not_the_user() -> None:
    library = np.__file__
    here = find.__code__.co_filename
    assert user_line([(here, 1), (library, 5), ("/a/model.py", 7), (here, 2), ("/a/main.py", 9)]) == "model.py:7"
    assert user_line([(library, 5), (here, 2), ("/a/main.py", 9)]) == ""


def test_importing_it_imports_no_framework() -> None:
    code = (
        "import sys, removable.probing.cause\n"
        "print([name for name in ('torch', 'jax', 'tensorflow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_numpy_warns_of_nothing_and_keeps_its_settings() -> None:
    with np.errstate(all="raise"):
        before = np.geterr()
        find("torch", lambda x: x / x, 0.0)
        assert np.geterr() == before


@pytest.mark.parametrize("name", ["jax", "tensorflow"])
def test_a_program_that_asks_for_numbers_in_python_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedError, match="asks for a number in Python"):
        find(name, lambda x: x if x > 0 else -x, 0.5)
