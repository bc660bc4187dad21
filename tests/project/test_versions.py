"""The record of tested versions, beside the lower bounds."""

from __future__ import annotations

import tomllib

import pytest
import versions
from _extensions.content import tested_versions

ENTRY = {"date": "2026-01-02", "python": "3.11.1", "kept": ["torch==2.13.0"], "values": 3, "tests": 4}


def test_bounds_are_those_of_the_project():
    project = tomllib.loads(tested_versions.PROJECT.read_text(encoding="utf-8"))
    bounds = tested_versions.lower_bounds(project)
    for name in ("numpy", "torch", "jax", "pytensor", "sphinx", "pytest"):
        assert bounds[name]
    assert ("tensorflow" in bounds) != ("tensorflow-cpu" in bounds)
    assert f'"numpy>={bounds["numpy"]}"' in tested_versions.PROJECT.read_text(encoding="utf-8")


def test_a_bound_below_every_version_that_was_run_is_named(monkeypatch):
    monkeypatch.setattr(tested_versions, "installed", {"torch": "2.13.0+cpu", "numpy": "2.4"}.get)
    recorded = {"oldest": {**ENTRY, "packages": {"numpy": "2.0.0", "torch": "2.14.0"}}}
    found = tested_versions.not_run({"torch": "2.4", "numpy": "2.0", "absent": "1"}, recorded)
    assert found == {"torch": ("2.4", "2.13.0")}


def test_a_record_is_read_back_as_it_was_written():
    record = {name: {**ENTRY, "packages": {"numpy": "2.0.0", "torch": "2.13.0+cpu"}} for name in ("newest", "oldest")}
    assert tomllib.loads(versions.written(record)) == record
    assert versions.written(record).index("[oldest]") < versions.written(record).index("[newest]")


def test_the_number_of_tests_is_that_of_pytest():
    assert versions.passed("....\n12 passed, 3 skipped in 4.50s\n") == 12
    with pytest.raises(SystemExit, match="expected a number of passed tests"):
        versions.passed("1 failed, 12 passed in 4.50s\n")


def test_published_values_are_counted():
    assert versions.values(versions.ROOT) >= 100
