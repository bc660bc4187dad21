"""The tables that the site shows: complete, up to date, rightly described on their page.

Up to date means that what is stored is what the tests hold now.
"""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from remedy import corpus, refusals, test_repair_accuracy, transforms
from removable import repair
from removable.scoreboard.stored import TABLES, read
from site_under_test import ROOT

# What measures the tables measures a part of them here.
_spec = importlib.util.spec_from_file_location("bench_tables", ROOT / "benchmarks" / "bench_tables.py")
bench = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bench)

FORGOTTEN = "run python -m pytest -q -s benchmarks/bench_tables.py"
STORED = read(file=TABLES)
CELLS = [(nodes, dtype, name) for nodes in bench.BOUNDS for dtype in bench.DTYPES for name in corpus.ALL]
PAGE = (ROOT / "docs" / "beyond" / "remedy-measured.md").read_text("utf-8")


def test_all_tables_are_stored_and_nothing_else():
    wanted = {(what, *cell) for what in ("errors", "above") for cell in CELLS}
    wanted |= {(what, name) for what in ("refusals", "transforms") for name in corpus.ALL}
    assert set(STORED) == wanted, FORGOTTEN


@pytest.mark.parametrize("name", corpus.ALL)
@pytest.mark.parametrize("dtype", bench.DTYPES)
def test_every_function_of_the_corpus_was_measured(dtype, name):
    rows = [row for nodes in bench.BOUNDS for row in STORED["errors", nodes, dtype, name].value]
    stored = Counter()
    for kind, place, count, *_ in rows:
        stored[kind] += count if place == "at the point" else 0
    assert stored == Counter(case.kind for case in corpus.CASES if name in case.families), FORGOTTEN
    assert set(stored) == set(corpus.KINDS)
    assert {row[1] for row in rows} == set(bench.PLACES)


@pytest.mark.parametrize(("nodes", "dtype", "name"), CELLS)
def test_what_is_above_the_bounds_is_named(nodes, dtype, name):
    bounds = bench.bounds(nodes, dtype)
    named = STORED["above", nodes, dtype, name].value
    for kind, place, _, errors, _ in STORED["errors", nodes, dtype, name].value:
        if place != "just outside":
            for k in range(4):
                those = [row[3] for row in named if (corpus.get(row[0]).kind, *row[1:3]) == (kind, place, k)]
                # What is at its bound is rounded to two digits above it, and is not named.
                assert max(those, default=0.0) == (errors[k] if those else 0.0)
                assert those or errors[k] <= 1.1 * bounds[k], (kind, place)
    if dtype == "float32":
        assert named == []
    if nodes == "circle":
        # Two digits are kept, rounded up.
        losses = {row[0]: 1.1 * test_repair_accuracy.LOSSES.get(row[0], 1.3) for row in named}
        assert [row for row in named if row[3] > losses[row[0]] * bounds[row[2]]] == []


def test_the_bounds_on_the_page_are_those_of_the_program():
    (circle,), (line,) = (re.findall(rf"^\| {nodes} \| (.*) \|$", PAGE, re.MULTILINE) for nodes in bench.BOUNDS)
    for text, (ulp, *derivatives) in ((circle, bench.BOUNDS["circle"]), (line, bench.BOUNDS["real line"])):
        first, *others = text.split(" | ")
        assert first.startswith(f"{ulp:.0f} ulp")
        assert [float(f"1e{re.search(r'10.{(-?[0-9]+)}', other)[1]}") for other in others] == derivatives


@pytest.mark.parametrize("name", corpus.ALL)
def test_the_stored_refusals_are_those_of_now_with_their_sentences(name):
    without_numbers = re.compile(r"[-+]?\d[\d.]*(e[-+]?\d+)?")
    stored = [[*row[:3], without_numbers.sub("#", row[3])] for row in STORED["refusals", name].value]
    assert [row[:2] for row in stored] == [
        [each.kind, each.name] for each in refusals.REFUSALS if name in each.frameworks
    ], FORGOTTEN
    now = [[*row[:3], without_numbers.sub("#", row[3])] for row in bench.refused(name)]
    assert [pair for pair in zip(now, stored, strict=True) if pair[0] != pair[1]] == [], FORGOTTEN


def test_the_stored_transformations_are_those_of_the_tests():
    for column, name in enumerate(corpus.ALL, 1):
        now = [[row[0], row[column]] for row in transforms.rendered()]
        assert STORED["transforms", name].value == now, FORGOTTEN


# ----------------------------------------------------------------------------- the measuring itself


@pytest.mark.parametrize("name", ["torch", "tensorflow"])
def test_a_part_measured_now_is_no_worse_than_what_is_stored(name):
    for case in [case for case in corpus.CASES if name in case.families][::40]:
        found = bench.measured(case, name, "float64")
        stored = {tuple(row[:2]): row[3] for row in STORED["errors", found["nodes"], "float64", name].value}
        for place, (errors, _) in found["rows"].items():
            # Another processor has other sines, which may be half as wrong again.
            allowed = np.maximum(1.5 * np.array(stored[case.kind, place]), bench.bounds(found["nodes"], "float64"))
            assert np.all(errors <= allowed), (case, place)


def test_a_function_that_is_wrong_is_named():
    def off(function, at):
        repaired = repair(function, at=at)

        class Off:
            report = repaired.report

            def __call__(self, x):
                return repaired(x) * (1 + 1e-12)

        return Off()

    case = corpus.get("sin(x)/x")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench, "repair", off)
        found = bench.measured(case, "torch", "float64")
    assert {row[0] for row in bench.above([found], "circle", "float64")} == {"sin(x)/x"}
    assert {row[1] for row in bench.above([found], "circle", "float64")} == set(bench.PLACES[:3])
    assert bench.above([bench.measured(case, "torch", "float64")], "circle", "float64") == []


def test_a_function_that_is_refused_is_named(capsys):
    case = replace(corpus.get("where(x == 0, 5, sin(x)/x)"), program=lambda x, o: o.cos(x) / x)
    found = bench.measured(case, "torch", "float64")
    assert {row[3] for row in bench.above([found], "circle", "float64")} == {np.inf}
    assert "is a pole of order 1" in capsys.readouterr().err


@pytest.mark.parametrize("dtype", bench.DTYPES)
def test_each_point_is_at_one_place(dtype):
    case = corpus.get("sin(x)/(x - pi)")
    x = corpus.points(case, reach=0.5, dtype=dtype)
    those = bench.places(case, x, 0.5, dtype)
    assert np.all(sum(those.values()) == 1)
    assert [int(those["at the point"].sum()), *(bool(row.any()) for row in those.values())] == [
        1,
        True,
        True,
        True,
        True,
    ]
    assert (
        np.abs(x[those["before the switch"]] - case.at).max() < 0.5 <= np.abs(x[those["just outside"]] - case.at).min()
    )
