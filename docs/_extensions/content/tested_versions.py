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
from packaging.version import Version
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from _extensions import folders, stages
from _extensions.content import tables

PROJECT = folders.ROOT / "pyproject.toml"
RECORD = folders.ROOT / "docs" / "guide" / "versions.toml"
PAGES = frozenset({"guide/versions", "guide/use"})
EXTRAS = ("tutorial", "torch", "tensorflow", "tensorflow-cpu", "jax", "pytensor", "docs", "test")


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


def not_run(bounds: dict[str, str], recorded: dict[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Return which packages are allowed in versions below every one that was run.

    Parameters
    ----------
    bounds : dict
        The lowest version allowed, by name.
    recorded : dict
        The sets, as :func:`sets` returns them.

    Returns
    -------
    dict
        For each such package the lowest version allowed and the lowest one run.
    """
    gaps = {}
    for name, bound in bounds.items():
        ran = [installed(name), *(each["packages"].get(name, "") for each in recorded.values())]
        lowest = min((Version(_public(version)) for version in ran if version), default=None)
        if lowest is not None and Version(bound) < lowest:
            gaps[name] = (bound, str(lowest))
    return gaps


class TestedVersions(SphinxDirective):
    """Show the table, a sentence for each set, and one on what was not run.

    With names of packages: the table of these alone.
    """

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Build all three."""
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
            if not self.arguments or name in self.arguments[0].split()
        ]
        titles = ["Package", "allowed from", "this build", *(f"{name} that was run" for name in recorded)]
        widths = (34, *(16 for _ in titles[1:]))
        rows = [nodes.row("", *map(tables.cell, line)) for line in cells]
        table = tables.table(titles, widths, rows, "versions")
        if self.arguments:
            return [table]
        sentences = [self._sentence(name, each) for name, each in recorded.items()]
        if gaps := not_run(bounds, recorded):
            below = "; ".join(f"{name} from {bound}, run from {ran}" for name, (bound, ran) in gaps.items())
            text = f"Lower versions are allowed than any that was run here: {below}."
            sentences.append(nodes.list_item("", nodes.paragraph("", text)))
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
    """Name the pages when other versions are installed than when they were read."""
    now, before = _installed(), getattr(env, "installed_versions", None)
    env.installed_versions = now
    return {*PAGES} & env.found_docs if now != before else set()


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("tested-versions", TestedVersions)
    stages.listen(app, stages.Stage.PAGES_OUTDATED, read_again)
    return stages.SAFE
