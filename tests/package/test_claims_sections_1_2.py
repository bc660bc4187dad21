"""Claims of the abstract and sections 1 and 2: each check fails where the paper would be wrong."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from removable import functions, truth
from removable.claims import ledger, rationals, runs, section_1, section_2
from removable.claims.evidence import CONDITIONAL, DEPENDS, FAILS, HOLDS
from removable.sweeps.regions import Region


@pytest.fixture(scope="module", autouse=True)
def real_sweeps():
    """Make the sweeps before anything is replaced.

    They are kept, and a test must not leave a wrong one behind.
    """
    for run in (runs.of_h, runs.of_h1, runs.of_h2):
        run.cache_clear()
        run()


def plus_2(x, xp, **constants):
    """What every function of the paper is meant to be.

    Nothing that the paper says of their errors is true of it.
    """
    return x + 2


@pytest.mark.parametrize(
    ("check", "function", "verdict"),
    [
        (section_1.more_expressions, "h", FAILS),
        (section_1.named_frameworks, "h", FAILS),
        (section_1.no_simplification, "h", FAILS),
        (section_1.unbounded_errors, "h", FAILS),
        (section_1.unbounded_errors, "h1", FAILS),
        (section_2.nan_at_2, "h", FAILS),
        (section_2.edge_in_yellow, "h", FAILS),
        (section_2.wider_nan, "h", FAILS),
        (section_2.wider_for_higher_powers, "h_power", FAILS),
        (section_2.jump, "h1", FAILS),
        (section_2.hidden_jump, "h1", FAILS),
        (section_2.eq_1, "h1", FAILS),
        (section_2.fig_3_gap, "h1", FAILS),
        (section_2.hard_to_avoid, "h1", FAILS),
        (section_2.order_one_error, "h1", FAILS),
        (section_2.order_one_error, "h2", FAILS),
        (section_2.eq_2, "h1", FAILS),
        (section_2.eq_2, "h1_hat", FAILS),
        (section_2.ignored_when_equal, "h1_hat", FAILS),
        (section_2.continuous_when_equal, "h1_hat", FAILS),
        (section_2.delta_removed, "h1_hat", FAILS),
        (section_2.delta_removed, "h2", FAILS),
        (section_2.fig_5, "h1_hat", FAILS),
        (section_2.eq_3, "h2", FAILS),
        (section_2.eq_4, "h2", FAILS),
        (section_2.eq_4, "h2_hat", FAILS),
        (section_2.continuity_of_h2, "h2", FAILS),
        (section_2.abrupt, "h1", FAILS),
        (section_2.abrupt, "h2", FAILS),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_check_notices_x_plus_2(monkeypatch, check, function, verdict):
    monkeypatch.setattr(functions, function, plus_2)
    assert check().verdict == verdict


@pytest.mark.parametrize("check", [section_2.jump, section_2.hidden_jump, section_2.eq_1, section_2.abrupt])
def test_a_continuous_h1_is_noticed(monkeypatch, check):
    h2 = functions.h2
    monkeypatch.setattr(functions, "h1", lambda x, xp, *, epsilon=1e-8, delta=1e-4: h2(x, xp, epsilon=delta))
    assert check().verdict == FAILS


@pytest.mark.parametrize("check", [section_2.continuity_of_h2, section_2.delta_removed, section_2.eq_3])
def test_an_h2_that_jumps_is_noticed(monkeypatch, check):
    h1 = functions.h1
    monkeypatch.setattr(functions, "h2", lambda x, xp, *, epsilon=1e-4: h1(x, xp, epsilon=epsilon, delta=epsilon))
    assert check().verdict == FAILS


@pytest.mark.parametrize("check", [section_1.refactored, section_1.simplify_first, section_2.hard_to_avoid])
def test_a_simplified_form_that_is_not_simplified_is_noticed(monkeypatch, check):
    monkeypatch.setattr(functions, "h_hat", functions.h)
    assert check().verdict == FAILS


@pytest.mark.parametrize("check", [section_2.green_on_the_line, section_2.fig_1, section_2.fig_2])
def test_a_flat_green_region_is_noticed(monkeypatch, check):
    run = runs.of_h()
    flat = {name: np.where(run.inside(Region.GREEN) & (run.x != 2), 4.0, rows) for name, rows in run.results.items()}
    monkeypatch.setattr(runs, "of_h", lambda: dataclasses.replace(run, results=flat))
    assert check().verdict == FAILS


@pytest.mark.parametrize("check", [section_2.alpha_rounding_down, section_2.alpha_rounding_up, section_2.largest_alpha])
@pytest.mark.parametrize("by", [-1, 1])
def test_a_square_rounded_in_another_way_is_noticed(monkeypatch, check, by):
    def rounded(name, program, x):
        square = np.asarray(x) ** 2
        return np.array([square + by * 2 * np.spacing(square), square])

    monkeypatch.setattr(runs, "value_and_slope", rounded)
    assert check().verdict == FAILS


def test_one_framework_that_rounds_in_another_way_is_noticed(monkeypatch):
    real = runs.value_and_slope
    monkeypatch.setattr(
        runs, "value_and_slope", lambda name, p, x: real(name, p, x) * (1 + 2.0**-52 * (name == "tensorflow"))
    )
    assert section_2.identical_values().verdict == FAILS


def test_slopes_that_a_framework_lacks_are_noticed(monkeypatch):
    real = runs.value_and_slope
    monkeypatch.setattr(runs, "value_and_slope", lambda name, program, x: real(name, program, x) * np.nan)
    assert section_1.paired_derivatives().verdict == FAILS


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"(x*x-4)/(x-2)": [4.0, 1.0]}, FAILS),  # the factor is cancelled
        ({"log(1+x)/x": [0.5, -0.5]}, FAILS),  # rewritten, and wrong
        # rewritten, and every slope is right: the condition is another one
        ({"log(1+x)/x": [1.0, -0.5]}, FAILS),
        ({"log(1+x)/x": [1.0, -0.5], "log(exp(x))": [1000.0, np.nan]}, CONDITIONAL),
    ],
)
def test_a_compiler_that_rewrites_is_noticed(monkeypatch, change, verdict):
    programs = section_1._FACTORED | section_1._PATTERNS
    plain = section_1._traced_by_torch

    def rewriting(program, at):
        (title,) = (title for title, (p, _) in programs.items() if p is program)
        return np.array(change[title]) if title in change else plain(program, at)

    monkeypatch.setattr(section_1, "_WAYS", {name: {"as a graph": rewriting} for name in ("torch", "tensorflow")})
    assert section_1.no_simplification().verdict == verdict


def test_frameworks_that_rewrite_nothing_would_make_the_claim_hold(monkeypatch):
    monkeypatch.setattr(
        section_1, "_WAYS", {name: {"as a graph": section_1._traced_by_torch} for name in ("torch", "tensorflow")}
    )
    assert section_1.no_simplification().verdict == HOLDS


def test_rules_on_exact_forward_values_are_noticed(monkeypatch):
    run = runs.of_h()
    right = {name: np.where(np.isnan(rows), rows, run.written) for name, rows in run.results.items()}
    monkeypatch.setattr(runs, "of_h", lambda: dataclasses.replace(run, results=right))
    assert section_1.forward_values().verdict == FAILS


def test_the_readings_of_remark_2_1_differ():
    evidence = section_2.wider_for_higher_powers()
    assert evidence.verdict == DEPENDS
    assert [part.verdict for part in evidence.readings.values()] == [FAILS, HOLDS]


def test_the_readings_of_in_this_case_differ():
    readings = section_2.ignored_when_equal().readings
    assert [part.verdict for part in readings.values()] == [FAILS, HOLDS]


_REAL = {name: getattr(rationals, name) for name in ("quotient", "alpha", "power")}


def perturb_exact_arithmetic(monkeypatch):
    derivatives = truth.derivatives
    monkeypatch.setattr(truth, "derivatives", lambda *args, **kwargs: derivatives(*args, **kwargs) * 1.0625 + 0.1875)
    monkeypatch.setattr(
        rationals, "quotient", lambda g, d: _REAL["quotient"](g, d) * Fraction(17, 16) + Fraction(3, 16)
    )
    monkeypatch.setattr(rationals, "alpha", lambda *args: [a * Fraction(15, 16) for a in _REAL["alpha"](*args)])
    # An error of the power that is as large as half a spacing 3e-5 away from 2, and different
    # without the last term.
    monkeypatch.setattr(
        rationals,
        "power",
        lambda x, n, **kwargs: _REAL["power"](x, n, **kwargs) + (np.abs(x - 2) > 1e-9) * 2.0**-40 * (1 + bool(kwargs)),
    )


@pytest.mark.parametrize(
    "check",
    [
        section_1.forward_values,
        section_1.named_frameworks,
        section_1.paired_derivatives,
        section_1.refactored,
        section_1.simplify_first,
        section_1.unbounded_errors,
        section_2.nan_at_2,
        section_2.green_on_the_line,
        section_2.yellow_is_4,
        section_2.red_is_nan,
        section_2.partly_absorbed,
        section_2.largest_alpha,
        section_2.wider_for_higher_powers,
        section_2.wider_nan,
        section_2.jump,
        section_2.hidden_jump,
        section_2.order_one_error,
        section_2.hard_to_avoid,
        section_2.eq_1,
        section_2.eq_2,
        section_2.eq_3,
        section_2.eq_4,
        section_2.ignored_when_equal,
        section_2.continuous_when_equal,
        section_2.delta_removed,
        section_2.fig_2,
        section_2.fig_3,
        section_2.fig_4,
        section_2.fig_5,
        section_2.continuity_of_h2,
        section_2.towards_zero,
        section_2.gamma_zero,
        section_2.fig_3_gap,
        section_2.abrupt,
        section_2.edge_in_yellow,
    ],
    ids=lambda check: check.__name__,
)
def test_the_verdict_is_the_one_expected_and_the_exact_column_says_what_exact_arithmetic_says(monkeypatch, check):
    before = check()
    name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
    assert {claim.verdict for claim in ledger.load() if claim.check == name} == {before.verdict}
    assert before.exact.computed
    perturb_exact_arithmetic(monkeypatch)
    assert check().exact.text != before.exact.text


@pytest.mark.parametrize(
    "check",
    [
        section_1.refactored,
        section_1.simplify_first,
        section_2.nan_at_2,
        section_2.alpha_rounding_up,
        section_2.largest_alpha,
        section_2.jump,
        section_2.order_one_error,
        section_2.hard_to_avoid,
        section_2.eq_1,
        section_2.eq_2,
        section_2.delta_removed,
        section_2.continuity_of_h2,
        section_2.abrupt,
    ],
    ids=lambda check: check.__name__,
)
def test_a_framework_that_returns_something_else_fails(monkeypatch, check):
    real = runs.value_and_slope
    worse = 1.0 if check is section_2.nan_at_2 else float("nan")
    monkeypatch.setattr(runs, "value_and_slope", lambda name, p, x: np.full_like(real(name, p, x), worse))
    assert check().verdict == FAILS


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("delta", [1e-8, 1e-4, 1e-2])
def test_the_edge_of_a_zone_lies_between_two_neighbours(delta, side):
    inside, outside = section_2._over_the_edge(delta, side).tolist()
    assert abs(Fraction(inside)) < Fraction(delta) <= abs(Fraction(outside))
    assert np.nextafter(2 + inside, 2 + side) == 2 + outside


def test_the_allowance_for_rounding_is_tight():
    x = np.array([2.5, 2.75])  # nothing is rounded there but the quotient
    right = functions.h(x, np)
    assert section_2._share(right, x) == 0
    off = right + 4 * np.spacing(right)
    assert section_2._share(off, x) > 1
    assert section_2._share(np.array([np.nan, 4.75]), x) == np.inf


@pytest.mark.parametrize("power", [2, 3, 8])
@pytest.mark.parametrize("without_last", [False, True])
def test_a_power_is_rounded_once(power, without_last):
    x = np.concatenate([2 + np.geomspace(2.0**-51, 1, 30), 2 - np.geomspace(2.0**-52, 1, 30)])
    exact = [Fraction(v) ** power - (Fraction(v) - 2) ** power * without_last for v in x.tolist()]
    assert rationals.power(x, power, without_last=without_last).tolist() == [float(v) for v in exact]


def test_the_slopes_of_powers_are_right():
    x = np.array([1.0, 1.5, 2.0, 2 + 1e-7, 3.0])
    for power in (2, 3, 5, 8):
        true = truth.derivatives(lambda x, xp, n=power: functions.h_power_hat(x, xp, power=n), x, base=0.0)[1]
        np.testing.assert_allclose(section_2.slope_of_power(x, power), true, rtol=1e-15)


def test_the_slope_of_a_quotient_in_rationals():
    g = Fraction(1, 8)
    d = rationals.perturbed(g, epsilon=0.5, delta=0.25)
    exact = truth.derivatives(lambda x, xp: functions.h1(x, xp, epsilon=0.5, delta=0.25), [0.125])
    assert [float(rationals.quotient(g, d)), float(rationals.slope(g, d, 1))] == exact[:, 0].tolist()
