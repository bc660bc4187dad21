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
from _extensions.downloads.requirement import CPU_INDEX, TUTORIAL, frameworks_of, wheel_address

_WITHOUT_CUDA = f"""\
#
# # On Linux uv takes PyTorch without CUDA. With pipx set PIP_EXTRA_INDEX_URL={CPU_INDEX}
# [tool.uv.sources]
# torch = [{{ index = "pytorch-cpu", marker = "sys_platform == 'linux'" }}]
#
# [[tool.uv.index]]
# name = "pytorch-cpu"
# url = "{CPU_INDEX}"
# explicit = true
"""


def inline_metadata(release: str, text: str) -> str:
    """Return the comment at the head of a script that names what it needs, as PEP 723 has it.

    PyTorch is named by itself, too: uv applies its table of sources to what a script names.
    """
    project = tomllib.loads((folders.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [*frameworks_of(text).values(), TUTORIAL]
    needed = [f"removable[{','.join(extras)}] @ {wheel_address(release)}", *(["torch"] if "torch" in extras else [])]
    return (
        "# /// script\n"
        f'# requires-python = "{project["requires-python"]}"\n'
        "# dependencies = [\n"
        + "".join(f'#   "{requirement}",\n' for requirement in needed)
        + "# ]\n"
        + (_WITHOUT_CUDA if "torch" in extras else "")
        + "# ///\n"
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
