"""Make of each script and chapter a notebook that runs somewhere else.

Its first cell installs the package. The doctests of the page are cells that run, and the last cell
counts how many of the published values its reader gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx

from _extensions.downloads import plain_markdown
from _extensions.downloads.notebook_check_cells import check_cell, import_cell, report_cell
from _extensions.downloads.notebook_install_cell import install_cell
from _extensions.whole_site import site_address

_PYCON = re.compile(r"^```pycon\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def _notebook(cells: list[NotebookNode]) -> NotebookNode:
    """Put cells together, named by their numbers: nbformat would draw names at random."""
    if any("published" in cell.metadata.get("tags", ()) for cell in cells):
        title = next(i for i, cell in enumerate(cells) if cell.cell_type == "markdown")
        cells = [*cells[: title + 1], import_cell(), *cells[title + 1 :], report_cell()]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return new_notebook(cells=cells, metadata={"kernelspec": _KERNEL, "language_info": {"name": "python"}})


def _text(cells: list[NotebookNode]) -> str:
    return "\n".join(cell.source for cell in cells)


def notebook_of_script(generated: Path, release: str) -> NotebookNode:
    """Make the notebook of a gallery script from the one that sphinx-gallery has written."""
    read = nbformat.read(generated, as_version=4).cells
    cells = [install_cell(release, _text(read))]
    for cell in read:
        if cell.cell_type == "code":
            cells.append(new_code_cell(cell.source))
            continue
        for number, part in enumerate(_PYCON.split(cell.source)):
            if number % 2:
                cells.append(check_cell(part))
            elif part.strip():
                cells.append(new_markdown_cell(part.strip("\n")))
    return _notebook(cells)


def cells_of_chapter(path: Path, page: str, app: Sphinx) -> Iterator[NotebookNode]:
    """Yield the cells of a chapter: text in plain Markdown, code, doctests as cells that run."""
    text = path.read_text(encoding="utf-8")
    for name, value in app.config.myst_substitutions.items():
        text = re.sub(rf"\{{\{{ *{name} *\}}\}}", value, text)
    reader = create_nb_reader(str(path), app.env.myst_config, NbParserConfig(), text)
    for cell in reader.read(text).cells:
        if cell.cell_type == "code":
            yield new_code_cell(cell.source)
            continue
        for kind, content in plain_markdown.pieces(cell.source, page, site_address.address()):
            yield check_cell(content) if kind == "doctest" else new_markdown_cell(content)


def notebook_of_chapter(path: Path, page: str, app: Sphinx) -> NotebookNode:
    """Make the notebook of a chapter."""
    cells = list(cells_of_chapter(path, page, app))
    return _notebook([install_cell(app.config.release, _text(cells)), *cells])
