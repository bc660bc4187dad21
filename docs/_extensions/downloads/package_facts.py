"""What the package weighs, needs and allows, read from its wheel and from ``pyproject.toml``."""

from __future__ import annotations

import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from packaging.requirements import Requirement
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _extensions import folders, stages
from _extensions.content import tables


@dataclass(frozen=True)
class Size:
    """Bytes of the wheel, bytes of the files in it, and how many these are."""

    wheel: int
    installed: int
    files: int


def measured() -> Size:
    """Build the wheel in a temporary folder, and measure it.

    The one that the site serves is written when all pages are.
    """
    from hatchling.builders.wheel import WheelBuilder

    with tempfile.TemporaryDirectory(prefix="removable-") as folder:
        path = Path(next(WheelBuilder(str(folders.ROOT)).build(directory=folder, versions=["standard"])))
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        return Size(path.stat().st_size, sum(member.file_size for member in members), len(members))


def shown(size: int) -> str:
    """Return a number of bytes in words, rounded up.

    >>> shown(411_200), shown(1_900_001)
    ('412 kB', '2.0 MB')
    """
    return f"{-(-size // 1000)} kB" if size < 1_000_000 else f"{-(-size // 100_000) / 10:.1f} MB"


def needed(line: str) -> str:
    """Return a requirement in words.

    >>> needed("numpy>=2.0")
    'numpy, 2.0 or newer'
    """
    requirement = Requirement(line)
    (bound,) = (part.version for part in requirement.specifier if part.operator == ">=")
    return f"{requirement.name}, {bound} or newer"


def facts(project: dict[str, Any], size: Size) -> dict[str, str]:
    """Return questions with their answers, in the order of the table."""
    (brought,) = map(needed, project["dependencies"])
    return {
        "What does it bring?": f"{brought}, where that is not there yet, and no other package",
        "How large is the download?": f"{shown(size.wheel)}: one wheel, the same for every system and processor",
        "And installed?": f"{shown(size.installed)} in {size.files} files, all text: Python and tables",
        "Which Python?": f"{project['requires-python'].removeprefix('>=')} or newer",
        "Which licence?": project["license"],
    }


class PackageFacts(SphinxDirective):
    """Show them as a table."""

    def run(self) -> list[nodes.Node]:
        """Build the table; it is made again when anything in the wheel changes."""
        package = (path for path in (folders.ROOT / "tutorial_src").rglob("*") if "__pycache__" not in path.parts)
        for path in [*package, *(folders.ROOT / name for name in ("pyproject.toml", "README.md", "LICENSE"))]:
            if path.is_file():
                self.env.note_dependency(str(path))
        project = tomllib.loads((folders.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        rows = [nodes.row("", *map(tables.cell, fact)) for fact in facts(project, measured()).items()]
        return [tables.table(["Question", "Answer"], (30, 70), rows, "facts", stub=1)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("package-facts", PackageFacts)
    return stages.SAFE
