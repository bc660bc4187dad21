"""Make of each script and chapter a script that runs somewhere else.

It installs the package by inline metadata (PEP 723), which ``pipx run`` and ``uv run`` read.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import jupytext
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from _extensions import folders
from _extensions.downloads.requirement import frameworks_of, wheel_address


def inline_metadata(release: str, text: str) -> str:
    """Return the comment at the head of a script that names what it needs, as PEP 723 has it."""
    project = tomllib.loads((folders.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirement = f"removable[{','.join(frameworks_of(text).values())}] @ {wheel_address(release)}"
    return (
        "# /// script\n"
        f'# requires-python = "{project["requires-python"]}"\n'
        "# dependencies = [\n"
        f'#   "{requirement}",\n'
        "# ]\n"
        "# ///\n"
    )


def script_of_script(path: Path, release: str) -> str:
    """Return a script of the gallery with its inline metadata in front."""
    text = path.read_text(encoding="utf-8")
    return f"{inline_metadata(release, text)}\n{text}"


def script_of_chapter(notebook: NotebookNode, release: str) -> str:
    """Return a chapter as a script in the percent format, its text as comments."""
    cells = [cell for cell in notebook.cells if "install" not in cell.metadata.get("tags", ())]
    bare = new_notebook(cells=[c.copy() for c in cells], metadata={"jupytext": {"notebook_metadata_filter": "-all"}})
    for cell in bare.cells:
        cell.metadata = NotebookNode()
    text = "\n".join(cell.source for cell in bare.cells)
    return inline_metadata(release, text) + "\n" + jupytext.writes(bare, fmt="py:percent")
