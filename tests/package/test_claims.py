"""The ledger of claims, from its file to its command line."""

from __future__ import annotations

import dataclasses
import json

import pytest
from removable import functions
from removable.claims import __main__ as command
from removable.claims import (
    ledger,
    record,
    runs,
    section_1,
    section_2,
    section_3,
    section_3_repairs,
    section_4_loss_derivatives,
    section_4_operations,
)
from removable.claims.evidence import (
    CONDITIONAL,
    DEPENDS,
    FAILS,
    HOLDS,
    NOT_TESTABLE,
    Evidence,
    Exact,
    Finding,
    by_reading,
    definition,
    exactly,
    in_both,
    together,
)
from removable.claims.ledger import Claim, ClaimsFileError
from removable.sweeps.sweep import sweep

CLAIM = {"id": "x", "kind": "sentence", "place": "p", "statement": "s", "verdict": HOLDS, "page": "index"}
CLAIM["check"] = "section_2.nan_at_2"


def evidence(*found: tuple[bool, bool]) -> Evidence:
    names = ("torch", "tensorflow")
    return Evidence(exactly("{}", 1), {n: Finding("m", *pair) for n, pair in zip(names, found, strict=True)})


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([(True, False), (True, False)], HOLDS),
        ([(True, False), (False, True)], CONDITIONAL),
        ([(False, True), (False, True)], CONDITIONAL),
        ([(True, True), (False, False)], FAILS),
    ],
)
def test_the_verdict_follows_from_the_weaker_framework(found, verdict):
    assert evidence(*found).verdict == verdict


def test_readings_that_disagree_make_the_verdict_depend_on_them():
    yes, no, some = evidence(*[(True, True)] * 2), evidence(*[(False, False)] * 2), evidence(*[(False, True)] * 2)
    both = by_reading({"of values": yes, "of slopes": no})
    assert both.verdict == DEPENDS
    assert both.findings["torch"].measured == "of values (holds): m; of slopes (does not hold): m"
    assert by_reading({"a": yes, "b": some}).verdict == DEPENDS
    assert by_reading({"a": no, "b": no}).verdict == FAILS
    assert by_reading({"a": some, "b": some}).verdict == CONDITIONAL


def test_an_exact_cell_holds_a_result_or_is_called_a_definition():
    with pytest.raises(ValueError, match="'4 \\+ gamma' holds no result; compute one"):
        exactly("4 + gamma")
    assert not definition("bits are compared").computed
    one = in_both(exactly("{:g}", 1.0), lambda name: Finding("m", True))
    other = in_both(definition("bits are compared"), lambda name: Finding("m", True))
    assert together(one, other).exact == Exact("1; by definition: bits are compared", computed=True)
    assert together(other, other).exact == definition("bits are compared")


def test_the_file_covers_the_paper():
    claims = ledger.load()
    assert {*ledger.ITEMS} <= {claim.id for claim in claims}
    assert len(ledger.ITEMS) == 8 + 15 + 2
    testable = [claim for claim in claims if claim.kind == "sentence" and claim.verdict != NOT_TESTABLE]
    assert len(testable) >= 30
    for claim in claims:
        assert not claim.check or callable(claim.function), claim.id


def test_every_check_is_of_some_claim():
    used = {claim.check for claim in ledger.load()}
    for module in (
        section_1,
        section_2,
        section_3,
        section_3_repairs,
        section_4_operations,
        section_4_loss_derivatives,
    ):
        for name, value in vars(module).items():
            local = getattr(value, "__module__", None) == module.__name__ and not name.startswith("_")
            if local and value.__annotations__.get("return") == "Evidence":
                assert f"{module.__name__.rpartition('.')[2]}.{name}" in used


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": "true"}, "x: verdict is 'true'; give one of holds"),
        ({"kind": "table"}, "x: kind is 'table'"),
        ({"check": ""}, "x: give a check"),
        ({"verdict": NOT_TESTABLE, "remark": "r"}, "x: give a check"),
        ({"verdict": FAILS}, "x: the verdict is 'does not hold'; say in remark"),
        ({"verdict": CONDITIONAL}, "x: the verdict is 'holds under a condition'; say in condition"),
        ({"verdict": DEPENDS}, "x: the verdict is 'depends on the reading'; say in condition"),
        ({"condition": "on Sundays"}, "x: the verdict is 'holds'; say in condition when"),
    ],
)
def test_an_incomplete_entry_is_named(change, message):
    with pytest.raises(ClaimsFileError, match=message):
        Claim(**(CLAIM | change))


def test_a_missing_check_is_named():
    with pytest.raises(ClaimsFileError, match=r"x: there is no check 'section_2\.nothing'"):
        Claim(**(CLAIM | {"check": "section_2.nothing"})).function  # noqa: B018


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no claim for fig-1, fig-2"),
        ('[[claim]]\nid = "x"\n', "x: .*missing"),
        ('[[claim]]\nid = "x"\ncolour = "red"\n', "x: .*colour"),
    ],
)
def test_an_incomplete_file_is_refused(text, message):
    with pytest.raises(ClaimsFileError, match=message):
        ledger.parsed(text)


def test_a_name_used_twice_is_refused():
    entry = "[[claim]]\n" + "".join(f'{key} = "{value}"\n' for key, value in CLAIM.items())
    with pytest.raises(ClaimsFileError, match="the names x are used twice"):
        ledger.parsed(entry + entry)


def test_an_item_taken_out_is_missed():
    from importlib import resources

    text = resources.files("removable.claims").joinpath("claims.toml").read_text(encoding="utf-8")
    with pytest.raises(ClaimsFileError, match="no claim for eq-10b of the paper"):
        ledger.parsed(text.replace('id = "eq-10b"', 'id = "another"'))


def test_the_command_prints_one_claim(capsys):
    assert command.main(["nan-at-2"]) == 0
    printed = capsys.readouterr().out
    assert "torch       h(2) = nan" in printed
    assert printed.endswith("1 claim: 1 holds\n")


def test_a_flipped_verdict_fails_and_is_named(monkeypatch, capsys):
    flipped = tuple(
        dataclasses.replace(claim, verdict=FAILS, remark="flipped") if claim.id == "nan-at-2" else claim
        for claim in ledger.load()
    )
    monkeypatch.setattr(ledger, "load", lambda: flipped)
    assert command.main(["nan-at-2"]) == 1
    assert "nan-at-2: the verdict is 'holds' and claims.toml expects 'does not hold'" in capsys.readouterr().err


def test_an_unknown_claim_is_one_sentence(capsys):
    assert command.main(["fig-9"]) == 2
    assert "there is no claim 'fig-9'" in capsys.readouterr().err


def test_the_record_says_what_it_was_measured_on(tmp_path):
    assert command.main(["nan-at-2", "not-concerned", "--json", str(tmp_path / "claims.json")]) == 0
    written = json.loads((tmp_path / "claims.json").read_text(encoding="utf-8"))
    assert {"Python", "NumPy", "PyTorch", "TensorFlow"} == {*written["versions"]}
    assert written["cpu_features"] == record.cpu_features() != []
    measured, untested = written["claims"]
    assert {*measured["measured"]} == {"torch", "tensorflow", "exact"}
    assert untested["found"] == NOT_TESTABLE
    assert untested["measured"] == {}


@pytest.fixture(scope="module")
def simplified():
    """A sweep of the function that h should have been: nothing in it is as the paper says of h."""
    return sweep(functions.h_hat, meant=functions.h_hat)


@pytest.mark.parametrize("check", ["fig_1", "yellow_is_4", "red_is_nan", "fig_2", "partly_absorbed"])
def test_checks_of_values_fail_for_another_function(monkeypatch, simplified, check):
    monkeypatch.setattr(runs, "of_h", lambda: simplified)
    assert getattr(section_2, check)().verdict == FAILS


@pytest.mark.parametrize("check", ["fig_6", "two_minus_alpha", "zero_over_zero"])
def test_checks_of_slopes_fail_for_another_function(monkeypatch, simplified, check):
    monkeypatch.setattr(runs, "of_h", lambda: simplified)
    assert getattr(section_3, check)().verdict == FAILS


@pytest.mark.parametrize("check", ["fig_3", "red_is_zero", "towards_zero", "gamma_zero"])
def test_checks_of_the_perturbed_values_fail_for_another_function(monkeypatch, simplified, check):
    monkeypatch.setattr(runs, "of_h1", lambda: dataclasses.replace(simplified, region=runs.of_h2().region))
    assert getattr(section_2, check)().verdict == FAILS


@pytest.mark.parametrize("check", ["fig_7", "red_slope_of_h1", "eq_10a", "eq_10b"])
def test_checks_of_the_perturbed_slopes_fail_for_another_function(monkeypatch, simplified, check):
    monkeypatch.setattr(runs, "of_h1", lambda: dataclasses.replace(simplified, region=runs.of_h2().region))
    assert getattr(section_3_repairs, check)().verdict == FAILS


@pytest.mark.parametrize("check", ["red_slope_of_h2", "harmless_absorption"])
def test_checks_of_the_clamped_slopes_fail_for_another_function(monkeypatch, simplified, check):
    monkeypatch.setattr(runs, "of_h2", lambda: dataclasses.replace(simplified, region=runs.of_h1().region))
    assert getattr(section_3_repairs, check)().verdict == FAILS


def test_a_false_identity_is_refused():
    from removable.claims import identities

    with pytest.raises(AssertionError, match="the two sides differ by"):
        identities._proved(identities.x, identities.x + 1, "x = x + 1")


@pytest.fixture
def fresh_runs():
    """Sweeps made for one test only: what a test has changed must not stay behind."""
    yield
    for run in (runs.of_h, runs.of_h1, runs.of_h2):
        run.cache_clear()


@pytest.mark.parametrize(
    "check", [section_2.eq_1, section_3_repairs.eq_9, section_3_repairs.red_slope_of_h1, section_3_repairs.eq_10b]
)
def test_another_epsilon_in_the_first_denominator_is_found(monkeypatch, fresh_runs, check):
    g1 = functions.g1
    monkeypatch.setattr(functions, "g1", lambda x, xp, *, epsilon, delta: g1(x, xp, epsilon=epsilon / 2, delta=delta))
    runs.of_h1.cache_clear()
    assert check().verdict == FAILS


@pytest.mark.parametrize("check", [section_2.eq_3, section_2.eq_4, section_3_repairs.eq_11, section_3_repairs.eq_12])
def test_another_epsilon_in_the_second_denominator_is_found(monkeypatch, fresh_runs, check):
    g2 = functions.g2
    monkeypatch.setattr(functions, "g2", lambda x, xp, *, epsilon: g2(x, xp, epsilon=epsilon * 2))
    runs.of_h2.cache_clear()
    assert check().verdict == FAILS


@pytest.mark.parametrize(
    "check",
    [
        section_1.simplify_first,
        section_2.wider_for_higher_powers,
        section_2.order_one_error,
        section_2.eq_2,
        section_3_repairs.sign_has_no_slope,
        section_3_repairs.small_gamma_limit,
        section_4_loss_derivatives.gradient_direction,
        section_4_loss_derivatives.others_vanish,
    ],
)
def test_a_framework_that_returns_nothing_but_nan_fails(monkeypatch, check):
    real = runs.value_and_slope
    monkeypatch.setattr(runs, "value_and_slope", lambda name, program, x: real(name, program, x) * float("nan"))
    assert check().verdict == FAILS
