"""The table of versions: the lower bounds, what this build was made with, and the sets for which everything passed.

The bounds come from ``pyproject.toml`` and the versions of this build from what is installed, both when the page is read. The sets
come from ``docs/guide/versions.toml``, which ``nox -s oldest`` and ``nox -s newest`` write. Nothing is typed by hand.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parent.parent.parent
PROJECT = ROOT / "pyproject.toml"
RECORD = ROOT / "docs" / "guide" / "versions.toml"
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
    """Return what the sessions have recorded, by the name of the session; nothing where none has run yet."""
    if not RECORD.exists():
        return {}
    return tomllib.loads(RECORD.read_text(encoding="utf-8"))


def _public(version: str) -> str:
    """Leave out the label of a local build, such as ``+cpu``, which says nothing about the numbers."""
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
        rows = [["Python", python, platform.python_version(), *(each["python"] for each in recorded.values())]]
        rows += [
            [name, bound, _public(installed(name)) or "–"]
            + [_public(each["packages"].get(name, "")) or "–" for each in recorded.values()]
            for name, bound in bounds.items()
        ]
        table = nodes.table(classes=["versions"])
        group = nodes.tgroup(cols=3 + len(recorded))
        table += group
        group += [nodes.colspec(colwidth=width) for width in (34, *(16 for _ in range(2 + len(recorded))))]
        titles = ["Package", "at least", "this build", *(f"{name} set" for name in recorded)]
        group += nodes.thead("", self._row(titles))
        group += nodes.tbody("", *map(self._row, rows))
        told = [self._told(name, each) for name, each in recorded.items()]
        none = nodes.paragraph("", "No other set is recorded in this source.")
        return [table, nodes.bullet_list("", *told) if told else none]

    @staticmethod
    def _row(cells: list[str]) -> nodes.row:
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", cell)) for cell in cells))

    @staticmethod
    def _told(name: str, each: dict[str, Any]) -> nodes.list_item:
        text = (
            f"The {name} set passed on {each['date']} with Python {each['python']}: the site was built without a warning, and "
            f"{each['values']} published examples and {each['tests']} tests gave what they should."
        )
        if each["kept"]:
            text += f" Kept fixed there: {', '.join(each['kept'])}."
        return nodes.list_item("", nodes.paragraph("", text))


def read_again(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Read the page again in every build, for another version may have been installed."""
    return ["guide/versions"] if "guide/versions" in env.found_docs else []


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("tested-versions", TestedVersions)
    app.connect("env-get-outdated", read_again)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
