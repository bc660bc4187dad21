"""One version for each tool: what ``nox -s lint`` says where a file asks for another."""

from __future__ import annotations

import shutil

import pins
import pytest
from site_under_test import ROOT

HOOKS = """repos:
  - repo: https://example.org/astral-sh/ruff-pre-commit
    rev: v{version}
    hooks:
      - id: ruff-check
"""


@pytest.fixture
def project(tmp_path):
    for name in (*pins.READ, pins.PINS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_project_asks_for_the_versions_that_are_pinned():
    assert pins.differences(ROOT) == []


def test_another_version_of_a_hook_is_named(project):
    pinned = pins.pins((ROOT / pins.PINS).read_text(encoding="utf-8"))["ruff"]
    (project / ".pre-commit-config.yaml").write_text(HOOKS.format(version="0.14.0"), encoding="utf-8")
    (difference,) = pins.differences(project)
    assert difference.startswith(f".pre-commit-config.yaml asks for ruff 0.14.0, and constraints.txt pins {pinned}")
    (project / ".pre-commit-config.yaml").write_text(HOOKS.format(version=pinned), encoding="utf-8")
    assert pins.differences(project) == []


@pytest.mark.parametrize(
    "text", ['additional_dependencies: ["codespell==1.0"]', "codespell[toml] == 1.0", "Codespell==v1.0"]
)
def test_another_version_of_a_requirement_is_named(project, text):
    (project / ".pre-commit-config.yaml").write_text(text, encoding="utf-8")
    (difference,) = pins.differences(project)
    assert "asks for codespell 1.0" in difference


def test_a_version_that_ruff_requires_of_itself_is_compared(project):
    (project / "pyproject.toml").write_text('[tool.ruff]\nrequired-version = "==0.1.0"\n', encoding="utf-8")
    (difference,) = pins.differences(project)
    assert "pyproject.toml asks for ruff 0.1.0" in difference
