"""What ``nox -s tests`` runs for the arguments that it is given."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType, SimpleNamespace

import pytest
from site_under_test import ROOT


@pytest.fixture
def noxfile(monkeypatch):
    """Return the sessions as functions; a stand-in replaces nox, which is not installed here."""
    nox = ModuleType("nox")
    nox.options = SimpleNamespace()
    nox.Session = object
    nox.session = lambda function=None, **options: function or (lambda session: session)
    monkeypatch.setitem(sys.modules, "nox", nox)
    spec = importlib.util.spec_from_file_location("noxfile_under_test", ROOT / "noxfile.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("given", "collected", "builds"),
    [
        (["tests/package/test_tape.py"], ["tests/package/test_tape.py"], False),
        (["tests/package", "-x"], ["tests/package", "-x"], False),
        (["tests/package/test_tape.py::test_x"], ["tests/package/test_tape.py::test_x"], False),
        (["tests/site/test_site.py"], ["tests/site/test_site.py"], True),
        (["tests/site/test_site.py::test_x"], ["tests/site/test_site.py::test_x"], True),
        (["tests/package", "./tests/site/"], ["tests/package", "./tests/site/"], True),
        (["tests"], ["tests"], True),
        (["-m", "upstream"], ["tests", "-m", "upstream"], True),
    ],
)
def test_given_paths_are_run_alone_and_the_site_is_built_if_one_of_them_looks_at_it(
    noxfile, monkeypatch, given, collected, builds
):
    built, commands = [], []
    monkeypatch.setattr(noxfile, "shared_python", lambda session: "python")
    monkeypatch.setattr(noxfile, "site", lambda session, python: built.append(python))
    monkeypatch.setattr(noxfile, "run", lambda session, *command, **env: commands.append(command))
    noxfile.tests(SimpleNamespace(posargs=given))
    (command,) = commands
    assert [*command[command.index("loadfile") + 1 :]] == collected
    assert bool(built) == builds
