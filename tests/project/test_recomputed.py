"""The ledger against checks/recomputed.py, a program that shares nothing with the package."""

from __future__ import annotations

import ast
import functools
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from removable.claims import chosen, evaluate, record

SCRIPT = Path(__file__).parents[2] / "checks" / "recomputed.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("recomputed", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


recomputed = loaded()


@functools.cache
def written(claim: str) -> dict[str, str]:
    """Return what the ledger prints of a claim, without what it marks as a definition."""
    (entry,) = record.record(evaluate(chosen([claim])))["claims"]
    return {where: text for where, text in entry["measured"].items() if where != "exact" or entry["exact_is_computed"]}


@pytest.mark.parametrize("claim", recomputed.CLAIMS)
def test_another_program_finds_every_number_of_the_sentence(claim):
    assert recomputed.recomputed([claim]) == {claim: written(claim)}


def test_thirty_claims_and_more_are_recomputed_in_both_frameworks():
    assert len(recomputed.CLAIMS) >= 30
    found = recomputed.recomputed(["eq-7", "identical-slopes-of-h"])
    assert set(found["eq-7"]) == {"torch", "tensorflow", "exact"}
    # compared by definition, nothing is exact
    assert set(found["identical-slopes-of-h"]) == {"torch", "tensorflow"}


def test_the_other_program_imports_nothing_of_the_package():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    known = {"__future__", "numpy", "tensorflow", "torch"}
    assert {name.partition(".")[0] for name in imported} - sys.stdlib_module_names <= known
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not named & {"importlib", "runpy", "exec", "eval", "__import__"}
    assert "importlib" not in imported
    assert "runpy" not in imported


@pytest.fixture
def ledger(tmp_path):
    """A ledger of two claims, as a file."""
    path = tmp_path / "claims.json"
    results = evaluate(chosen(["remark-3-1", "at-once", "not-concerned"]))
    path.write_text(json.dumps(record.record(results)), encoding="utf-8")
    return path


def test_the_command_says_that_all_is_the_same(ledger, capsys):
    assert recomputed.main([str(ledger), "remark-3-1", "at-once"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "remark-3-1, torch: same"
    assert len(printed) == 7
    assert printed[-1] == "every sentence is the same"


@pytest.mark.parametrize(
    ("old", "new"), [("4e+16", "4e+15"), ("1.25e-08 for h1'", "1.26e-08 for h1'"), ("h(2) = 4,", "h(2) = 0,")]
)
def test_an_altered_digit_is_reported(ledger, capsys, old, new):
    text = ledger.read_text(encoding="utf-8")
    assert old in text
    ledger.write_text(text.replace(old, new), encoding="utf-8")
    assert recomputed.main([str(ledger), "remark-3-1", "at-once"]) == 1
    printed = capsys.readouterr().out
    assert new in printed
    assert old in printed
    assert "sentences differ" in printed.splitlines()[-1]


def test_a_claim_that_the_ledger_has_lost_is_reported(ledger, capsys):
    assert recomputed.main([str(ledger), "eq-8"]) == 1
    assert "eq-8, torch:\n  written     nothing\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.json"], "nowhere.json is no ledger"),
        ([str(SCRIPT)], "is no ledger"),
        (["nowhere.json", "not-concerned"], "'not-concerned' is not recomputed here; give one of slopes-of-f-g-h"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(capsys, arguments, message):
    assert recomputed.main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
