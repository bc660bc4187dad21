"""Promises of the project about itself."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
from fnmatch import fnmatch

import pytest
import removable
from removable.scoreboard import PATCHES
from site_under_test import ROOT

MODULES = [m.name for m in pkgutil.walk_packages(removable.__path__, "removable.")]


def public_functions() -> list[tuple[str, object]]:
    found = []
    for name in MODULES:
        module = importlib.import_module(name)
        for attribute, value in vars(module).items():
            if attribute.startswith("_") or getattr(value, "__module__", None) != name:
                continue
            if inspect.isfunction(value):
                found.append((f"{name}.{attribute}", value))
    return found


@pytest.mark.parametrize(("name", "function"), public_functions(), ids=[name for name, _ in public_functions()])
def test_every_public_function_is_typed_and_described(name, function):
    assert function.__doc__
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values())


# What only draws on axes that it is given has no value to show.
DRAWS = {
    "removable.plots.charts.gamma_axis",
    "removable.plots.charts.scatter",
    "removable.plots.charts.side_by_side",
    "removable.plots.description.description",
}


@pytest.mark.parametrize(("name", "function"), public_functions(), ids=[name for name, _ in public_functions()])
def test_every_public_function_has_a_doctest(name, function):
    examples = doctest.DocTestParser().get_examples(function.__doc__)
    signature = inspect.signature(function)
    # The example of a check is its line in the ledger, which the build runs.
    is_check = signature.return_annotation == "Evidence" and not signature.parameters
    # That of a patch is its row on the scoreboard, which the build computes.
    is_row = any(function in (patch.build, patch.evaluate, *patch.uses) for patch in PATCHES.values())
    assert bool(examples) != (name in DRAWS or is_check or is_row)


def test_every_session_that_a_page_names_exists_and_the_readme_names_all():
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    sessions = {f.name for f in functions if any("nox.session" in ast.unparse(d) for d in f.decorator_list)}
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs" / "guide").glob("*.md")]
    named = {page.name: set(re.findall(r"\bnox -s (\w+)", page.read_text(encoding="utf-8"))) for page in pages}
    assert set().union(*named.values()) <= sessions
    assert named["README.md"] == sessions


def test_continuous_integration_runs_what_the_readme_says():
    commands = re.findall(r"```console\n(.+?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(commands) == 2
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    for command in commands:
        assert command in script


def test_pins_are_exact_and_cover_what_is_required():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin) for pin in pins)
    names = {re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() for pin in pins}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.findall(r'^\s+"([a-z0-9-]+)>=', project, re.MULTILINE)
    assert len(wanted) > 10
    assert {*wanted} <= names


def test_the_version_is_said_once_for_all():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'version = "{removable.__version__}"' in project
    assert f"version: {removable.__version__}\n" in citation


def test_pytest_leaves_out_no_folder_of_tests(pytestconfig):
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    names = {part for folder in folders for part in folder.relative_to(ROOT).parts}
    left_out = [name for name in names for pattern in pytestconfig.getini("norecursedirs") if fnmatch(name, pattern)]
    assert left_out == []
