"""The table of versions: lower bounds, what made this build, and the sets for which all passed.

The bounds come from ``pyproject.toml`` and the versions of this build from what is installed, both
when the page is read. The sets come from ``docs/guide/versions.toml``, which ``nox -s oldest`` and
``nox -s newest`` write. Nothing is typed by hand.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
import tomllib
from typing import Any

from docutils import nodes
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from _extensions import folders, stages
from _extensions.content import tables

PROJECT = folders.ROOT / "pyproject.toml"
RECORD = folders.ROOT / "docs" / "guide" / "versions.toml"
PAGE = "guide/versions"
EXTRAS = ("torch", "tensorflow", "tensorflow-cpu", "jax", "pytensor", "docs", "test")


def lower_bounds(project: dict[str, Any]) -> dict[str, str]:
    """Return the lowest version that each requirement allows on this machine, by canonical name.

    Parameters
    ----------
    project : dict
        What ``pyproject.toml`` holds.
    """
    table = project["project"]
    lines = [*table["dependencies"], *(line for extra in EXTRAS for line in table["optional-dependencies"][extra])]
    bounds = {}
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate():
            (bound,) = (part.version for part in requirement.specifier if part.operator == ">=")
            bounds[canonicalize_name(requirement.name)] = bound
    if "tensorflow-cpu" in bounds:  # it takes the place of the other, which is for readers
        bounds.pop("tensorflow", None)
    return bounds


def installed(name: str) -> str:
    """Return the version of a package, or an empty text when it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def sets() -> dict[str, dict[str, Any]]:
    """Return what the sessions have recorded, by the name of the session."""
    if not RECORD.exists():
        return {}
    return tomllib.loads(RECORD.read_text(encoding="utf-8"))


def _public(version: str) -> str:
    """Leave out the label of a local build, such as ``+cpu``: it says nothing about the numbers."""
    return re.sub(r"\+.*", "", version)


class TestedVersions(SphinxDirective):
    """Show the table, and a sentence for each set."""

    def run(self) -> list[nodes.Node]:
        """Build both."""
        for path in (PROJECT, RECORD):
            self.env.note_dependency(str(path))
        project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
        bounds = lower_bounds(project)
        python = project["project"]["requires-python"].removeprefix(">=")
        recorded = sets()
        cells = [["Python", python, platform.python_version(), *(each["python"] for each in recorded.values())]]
        cells += [
            [name, bound, _public(installed(name)) or "–"]
            + [_public(each["packages"].get(name, "")) or "–" for each in recorded.values()]
            for name, bound in bounds.items()
        ]
        titles = ["Package", "at least", "this build", *(f"{name} that was run" for name in recorded)]
        widths = (34, *(16 for _ in titles[1:]))
        rows = [nodes.row("", *map(tables.cell, line)) for line in cells]
        table = tables.table(titles, widths, rows, "versions")
        sentences = [self._sentence(name, each) for name, each in recorded.items()]
        none = nodes.paragraph("", "No other set is recorded in this source.")
        return [table, nodes.bullet_list("", *sentences) if sentences else none]

    @staticmethod
    def _sentence(name: str, each: dict[str, Any]) -> nodes.list_item:
        text = (
            f"The {name} set that was run passed on {each['date']} with Python {each['python']}: the site was built without a "
            f"warning, and {each['values']} published examples and {each['tests']} tests gave what they should."
        )
        if each["kept"]:
            text += f" Kept fixed there: {', '.join(each['kept'])}."
        return nodes.list_item("", nodes.paragraph("", text))


def _installed() -> list[str]:
    """Return what the page shows of this environment."""
    bounds = lower_bounds(tomllib.loads(PROJECT.read_text(encoding="utf-8")))
    return [platform.python_version(), *(f"{name} {installed(name)}" for name in bounds)]


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """Name the page when other versions are installed than when it was read."""
    now, before = _installed(), getattr(env, "installed_versions", None)
    env.installed_versions = now
    return {PAGE} & env.found_docs if now != before else set()


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("tested-versions", TestedVersions)
    stages.listen(app, stages.Stage.PAGES_OUTDATED, read_again)
    return stages.SAFE
