"""Make of each script and chapter a script and a notebook that run somewhere else.

Both install from the wheel that this site serves: a script by inline metadata (PEP 723), which
``pipx run`` and ``uv run`` read, a notebook by its first cell. In a notebook the doctests of the
page are cells that run, and the last cell counts how many of the published values its reader gets.
"""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from removable import selfcheck
from sphinx.application import Sphinx

from _extensions import folders
from _extensions.content.download_links import is_chapter
from _extensions.downloads import plain_markdown
from _extensions.execute import framework_versions
from _extensions.whole_site import site_address

_EXTRAS = {"torch": "torch", "tensorflow": "tensorflow-cpu", "jax": "jax", "pytensor": "pytensor"}
_PYCON = re.compile(r"^```pycon\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def wheel_address(release: str) -> str:
    """Return where the wheel of this site will be."""
    return f"{site_address.address()}dist/removable-{release}-py3-none-any.whl"


def frameworks_of(text: str) -> dict[str, str]:
    """Return the frameworks that a text names, each module with the extra that installs it."""
    return {module: extra for module, extra in _EXTRAS.items() if re.search(rf"\b{module}\b", text)}


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


def install_cell(release: str, text: str) -> NotebookNode:
    """Return the first cell of a notebook, which installs what is missing."""
    modules = json.dumps(frameworks_of(text))
    source = f"""\
# Installs what this notebook needs and is not here yet.
from importlib.util import find_spec

modules = {modules}
extras = ",".join(extra for name, extra in modules.items() if not find_spec(name))
if extras or not find_spec("removable"):
    %pip install --quiet "removable[{{extras}}] @ {wheel_address(release)}\""""
    return _tagged(new_code_cell(source), "install")


def check_cell(examples: str) -> NotebookNode:
    """Return a cell that runs the examples of a doctest."""
    # IPython takes prompts away that begin on one of the first two lines, in a string too; hence
    # the comment.
    source = f"# Do you get these values?\npublished(\n    r'''\n{textwrap.indent(examples, '    ')}\n    ''',\n    globals(),\n)"
    return _tagged(new_code_cell(source), "published")


def import_cell() -> NotebookNode:
    """Return the cell that imports ``published``, before the first example."""
    return _tagged(new_code_cell("from removable.selfcheck import published"), "published")


def report_cell() -> NotebookNode:
    """Return the last cell: it counts the values that agree."""
    of = {title: framework_versions.installed(module, title) for module, title in framework_versions.TITLES.items()}
    then = ",\n".join(f'        "{name}": "{version}"' for name, version in selfcheck.versions(of).items())
    source = f"""\
# Do you get the published values? The page was built with these versions.
from removable.selfcheck import report

report(
    {{
{then},
    }}
)"""
    return _tagged(new_code_cell(source), "self-check")


def _tagged(cell: NotebookNode, tag: str) -> NotebookNode:
    cell.metadata["tags"] = [tag]
    return cell


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


def script_of_chapter(notebook: NotebookNode, release: str) -> str:
    """Return a chapter as a script in the percent format, its text as comments."""
    cells = [cell for cell in notebook.cells if "install" not in cell.metadata.get("tags", ())]
    bare = new_notebook(cells=[c.copy() for c in cells], metadata={"jupytext": {"notebook_metadata_filter": "-all"}})
    for cell in bare.cells:
        cell.metadata = NotebookNode()
    return inline_metadata(release, _text(bare.cells)) + "\n" + jupytext.writes(bare, fmt="py:percent")


def make_all(app: Sphinx) -> dict[str, str]:
    """Make every script and notebook; return their contents by name."""
    release, contents = app.config.release, {}
    for script in sorted(folders.scripts().rglob("plot_*.py")):
        generated = Path(app.srcdir, "auto_gallery", script.parent.name, f"{script.stem}.ipynb")
        text = script.read_text(encoding="utf-8")
        contents[script.name] = f"{inline_metadata(release, text)}\n{text}"
        contents[generated.name] = nbformat.writes(notebook_of_script(generated, release)) + "\n"
    for page in sorted(app.env.found_docs):
        path = Path(app.env.doc2path(page))
        if "auto_gallery" not in path.parts and is_chapter(path):
            cells = list(cells_of_chapter(path, page, app))
            notebook = _notebook([install_cell(release, _text(cells)), *cells])
            contents[f"{path.stem}.ipynb"] = nbformat.writes(notebook) + "\n"
            contents[f"{path.stem}.py"] = script_of_chapter(notebook, release)
    return contents
