"""What becomes of value and slope where an optimiser rewrites a pattern.

A common factor is not among the patterns.
"""

from __future__ import annotations

import numpy as np
import pytest
from removable import frameworks
from removable.errors import InputError
from removable.systems import rewrites
from removable.systems.modes import Ran
from removable.systems.rewrites import REWRITES, Pattern, Rewrites, Row, measure

INDUCTOR, GRAPH = ("PyTorch", "torch.compile"), ("TensorFlow", "tf.function")
XLA = (("TensorFlow", "jit_compile=True"), ("JAX", "jit"))
OPTIMISED = (INDUCTOR, GRAPH, *XLA)
FACTOR = "x*(x - 2)/(x - 2)"

# Value and slope in each mode that rewrites a pattern; in the modes that are not named both are as
# in the eager mode.
EFFECTS = {
    "(exp(x) - 1)/x": {GRAPH: ("right", "nearer")},
    "log(1 + x)/x": {GRAPH: ("right", "same")},
    "((x + 1) - 1)/x": {GRAPH: ("right", "right"), XLA[0]: ("right", "nearer"), XLA[1]: ("right", "nearer")},
    "0*(1/x)": {INDUCTOR: ("right", "same")},
    "log(exp(x))": dict.fromkeys(XLA, ("right", "right")),
    "exp(x)*exp(-x)": dict.fromkeys(XLA, ("right", "right")),
    "exp(x)/exp(x - 1)": dict.fromkeys(XLA, ("right", "same")),
    "exp(x)**3 * exp(-3*x)": dict.fromkeys(XLA, ("right", "finite")),
    "sqrt(x*x)": dict.fromkeys(XLA, ("right", "right")),
    "log(x**2.5)": dict.fromkeys(XLA, ("right", "same")),
    "u = exp(x); (u - 1)/log(u)": dict.fromkeys((GRAPH, *XLA), ("worse", "worse")),
    "u = x + 1; log(u)/(u - 1)": dict.fromkeys(XLA, ("worse", "worse")),
    FACTOR: {},
}


@pytest.fixture(scope="module")
def made() -> Rewrites:
    return measure()


def differences(made: Rewrites) -> dict[str, dict[tuple[str, str], tuple[str, str]]]:
    """Return the effects other than none, by pattern and mode."""
    return {
        title: {key: row.effect for key in OPTIMISED if set((row := made.row(title, *key)).effect) != {"same"}}
        for title in made.true
    }


def test_every_pattern_is_rewritten_where_it_is_said_to_be_and_nowhere_else(made):
    assert not made.absent
    assert differences(made) == EFFECTS


def test_modes_that_run_the_typed_operations_rewrite_nothing(made):
    for key in (("PyTorch", "eager"), ("TensorFlow", "eager"), ("JAX", "eager"), ("PyTorch", "vmap")):
        for title in made.true:
            row = made.row(title, *key)
            assert row.effect == ("same", "same"), (key, title)
            assert (row.program, row.divisions) == ("", None)
            assert row.differs == (False, False) or key[1] != "eager"


def test_if_all_modes_returned_what_eager_returns_nothing_would_be_rewritten(monkeypatch):
    for name, modes in rewrites._MODES.items():
        monkeypatch.setitem(rewrites._MODES, name, dict.fromkeys(modes, modes["eager"]))
    made = measure()
    assert differences(made) == {title: {} for title in EFFECTS}
    assert not any(row.differs[order] for row in made.rows for order in (0, 1))


def test_the_eager_modes_agree_with_the_frameworks_and_lose_what_is_said_to_be_lost(made):
    for system, name in (("PyTorch", "torch"), ("TensorFlow", "tensorflow"), ("JAX", "jax")):
        for pattern in (REWRITES[0], REWRITES[-1]):
            value, slope = frameworks.get(name).derivatives(pattern.program, pattern.points)
            assert np.array_equal(made.ran[system, "eager"][pattern.title].value, value, equal_nan=True)
            assert np.array_equal(made.ran[system, "eager"][pattern.title].slope, slope, equal_nan=True)
        for title in ("(exp(x) - 1)/x", "log(1 + x)/x", "((x + 1) - 1)/x"):
            row = made.row(title, system, "eager")
            assert row.error[0] == 1, title
            assert row.error[1] == pytest.approx(1e20), title
        for title in ("log(exp(x))", "exp(x)*exp(-x)", "exp(x)/exp(x - 1)", "exp(x)**3 * exp(-3*x)", "log(x**2.5)"):
            assert made.row(title, system, "eager").error == (np.inf, np.inf), title
        for title in ("u = exp(x); (u - 1)/log(u)", "u = x + 1; log(u)/(u - 1)"):
            value, slope = made.row(title, system, "eager").error
            assert value < 1e-15
            assert slope < 0.5


def test_what_tensorflows_graph_makes_of_exp_and_log(made):
    exp, log, constants, kahan = (
        made.row(title, *GRAPH)
        for title in ("(exp(x) - 1)/x", "log(1 + x)/x", "((x + 1) - 1)/x", "u = exp(x); (u - 1)/log(u)")
    )
    assert exp.program == "RealDiv(Expm1(x), x)"
    assert exp.error[0] < 1e-15
    assert 0.5 <= exp.error[1] < 4  # a slope of 1/2, after all
    assert log.program == "RealDiv(Log1p(x), x)"
    assert log.error[0] < 1e-15
    assert log.error[1] == log.eager[1] == pytest.approx(1e20)
    assert not log.differs[1]
    assert constants.program == "RealDiv(x, x)"
    assert constants.error == (0, 0)
    assert np.isnan(constants.at).all()
    assert kahan.program.startswith("RealDiv(Expm1(x), ")
    assert kahan.error[0] > 0.01
    assert kahan.error[1] > 1e12


@pytest.mark.parametrize("key", XLA)
def test_what_xla_makes_of_exp_and_log(made, key):
    cancelled = made.row("log(exp(x))", *key)
    assert cancelled.program == "copy(x)"
    assert cancelled.at == (1000, 1)
    assert cancelled.error == (0, 0)
    assert made.row("exp(x)*exp(-x)", *key).at == (1, 0)
    quotient = made.row("exp(x)/exp(x - 1)", *key)
    assert quotient.divisions == 0
    assert quotient.at[0] == pytest.approx(np.e)
    assert np.isnan(quotient.at[1])
    assert made.row("exp(x)**3 * exp(-3*x)", *key).at == pytest.approx((1, -3))
    assert made.row("sqrt(x*x)", *key).program == "abs(x)"
    assert made.row("sqrt(x*x)", *key).at == pytest.approx((1e200, 1))
    power = made.row("log(x**2.5)", *key)
    assert power.at[0] == pytest.approx(-500 * np.log(10))
    assert not np.isfinite(power.at[1])
    constants = made.row("((x + 1) - 1)/x", *key)
    assert constants.program == "divide(x, x)"
    assert constants.error[0] == 0
    assert constants.error[1] < 1e5  # a rounding error of 1/x at 1e-20
    assert np.isnan(constants.at).all()
    for title in ("u = exp(x); (u - 1)/log(u)", "u = x + 1; log(u)/(u - 1)"):
        assert made.row(title, *key).error[0] > 0.01
        assert made.row(title, *key).error[1] > 1e12
    assert not made.row("(exp(x) - 1)/x", *key).differs[0]


def test_what_pytorchs_compiler_makes_of_a_product_with_the_integer_0(made):
    row = made.row("0*(1/x)", *INDUCTOR)
    assert row.program.startswith("aten.full(")
    assert row.at[0] == 0
    assert np.isnan(row.at[1])
    assert [row.title for row in made.changed("PyTorch")] == ["0*(1/x)"]
    assert made.changed("PyTorch", 1) == []


def test_no_mode_cancels_a_common_factor(made):
    for key in made.ran:
        assert np.isnan(made.row(FACTOR, *key).at).all(), key
    for key in OPTIMISED:
        row = made.row(FACTOR, *key)
        assert row.divisions == 1, key
        assert row.effect == ("same", "same")
        assert made.row("((x + 1) - 1)/x", *key).divisions == 1  # x/x stays, too


def test_whether_the_slope_is_rewritten_depends_on_what_is_computed_beside_it():
    import tensorflow as tf

    def both(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.math.log(1 + x) / x
        return y, tape.gradient(y, x)

    def slope(x):
        return both(x)[1]

    x = tf.constant(1e-9, dtype=tf.float64)
    assert abs(tf.function(both, autograph=False)(x)[1].numpy() + 0.5) < 1e-6
    assert abs(tf.function(slope, autograph=False)(x).numpy() + 0.5) > 50
    assert abs(slope(x).numpy() + 0.5) > 50


def row_of(now: list[float], before: list[float], true: list[float]) -> Row:
    """Compare two values, the first at the point, with slopes that are right."""
    rows = np.array([true, np.zeros(len(true))])
    return rewrites._row("f", ("s", "m"), Ran(np.array(now), rows[1]), Ran(np.array(before), rows[1]), rows)


@pytest.mark.parametrize(
    ("now", "before", "effect"),
    [
        ([1, 1, 1], [1, 1, 1], "same"),
        ([1, 1, 1], [1, 3, 1], "right"),
        ([1, 1.1, 1], [1, 3, 1], "nearer"),
        ([1, 2.1, 1], [1, 3, 1], "same"),
        ([1, 1, 7], [1, 1, np.nan], "finite"),
        ([1, 3, 1], [1, 1, 1], "worse"),
        ([1, np.nan, 1], [1, 2, 1], "worse"),
        ([1, np.nan, 1], [1, np.inf, 1], "same"),
        ([1, 1 + 1e-12, 1], [1, 1, 1], "same"),
        ([1, 1, 1], [np.nan, 1, 1], "right"),
        ([np.nan, 1, 1], [1, 1, 1], "worse"),
    ],
)
def test_an_effect_is_that_of_the_largest_error_and_at_the_point_where_these_are_the_same(now, before, effect):
    row = row_of(now, before, [1, 1, 1])
    assert row.effect == (effect, "same")
    assert row.differs == (not np.array_equal(now, before, equal_nan=True), False)


def test_a_program_is_written_as_one_expression_where_its_names_are_unambiguous():
    written = rewrites._expression
    assert written("a = input\nsub = aten.sub(a, 1)\ndiv = aten.div(sub, a)") == "aten.div(aten.sub(x, 1), x)"
    assert written("add.1 = add(param_0.1, -1)\ndivide.2 = divide(add.1, param_0.1)") == "divide(add(x, -1), x)"
    assert written("a = add(param_0, param_1)") == "a = add(param_0, param_1)"
    assert written("a = f(x)\na = g(x)") == "a = f(x); a = g(x)"
    assert written("") == ""


def test_the_points_are_finite_and_the_truth_is_known_at_all_of_them():
    for pattern in REWRITES:
        assert pattern.at not in pattern.beside
        assert pattern.points.shape == (81,)
        assert pattern.points[0] == pattern.at
        assert np.isfinite(pattern.truth()).all()


def test_the_table_names_what_changed_and_says_where_nothing_did(made):
    parts = {part.splitlines()[0]: part for part in made.table().split("\n\n")[1:]}
    assert list(parts) == list(made.true)
    assert parts[FACTOR].endswith("the same in every mode")
    assert "TensorFlow, tf.function" in parts["log(1 + x)/x"]
    assert "JAX" not in parts["log(1 + x)/x"]
    assert "the same" not in parts["log(1 + x)/x"]


def test_a_mode_that_cannot_run_is_named_and_has_no_row(monkeypatch):
    modes = {"eager": rewrites._MODES["TensorFlow"]["eager"], "not": lambda programs, points: "No."}
    monkeypatch.setitem(rewrites._MODES, "TensorFlow", modes)
    made = measure(["TensorFlow"], REWRITES[:1])
    assert made.absent == {("TensorFlow", "not"): "No."}
    assert [row.mode for row in made.rows] == ["eager"]


def test_a_constant_that_the_graph_holds_as_an_array_is_written_as_its_number():
    scaled = Pattern("x*1e300*1e-300", lambda x, xp: x * 1e300 * 1e-300, at=1.0, beside=(2.0, 1e10))
    made = measure(["TensorFlow"], [scaled])
    assert np.array_equal(made.ran[GRAPH][scaled.title].slope, [1, 1, 1])
    assert made.row(scaled.title, *GRAPH).effect == ("right", "same")
    assert rewrites.tensorflow._number(np.array([2.5, 2.5])) == "2.5"
    assert rewrites.tensorflow._number(np.array(3.0)) == "3"
    assert rewrites.tensorflow._number(np.array([1.0, 2.0])) == "an array of 2 numbers"


def test_bad_arguments_are_one_sentence(made):
    with pytest.raises(InputError, match="there are no rewrites of 'SymPy' here; give some of 'PyTorch',"):
        measure(["SymPy"])
    with pytest.raises(InputError, match="patterns is empty"):
        measure(["JAX"], [])
    with pytest.raises(InputError, match="there is no row for 'x' in 'JAX', mode 'jit'; there are"):
        made.row("x", "JAX", "jit")
    with pytest.raises(InputError, match="system is 'SymPy'; give one of those measured, 'PyTorch',"):
        made.changed("SymPy")
    with pytest.raises(InputError, match="order is 2; give a whole number from 0 to 1"):
        made.changed("JAX", 2)
