"""What readers take away: every script and chapter as a script and as a notebook, ready to run somewhere else.

Both install from the wheel that this site serves: a script by inline metadata (PEP 723), which ``pipx run`` and ``uv run`` read, a
notebook by its first cell. In a notebook the doctests of the page are cells that run, and the last cell counts how many of the
published values its reader gets. All of it is written when the pages are, for it depends on the address of the site, and a
script need not be executed again when that changes.
"""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import freshness
import jupytext
import nbformat
import plain_markdown
import required_frameworks
import site_address
from docutils import nodes
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from removable import selfcheck
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FOLDER = "downloads"
_EXTRAS = {"torch": "torch", "tensorflow": "tensorflow-cpu", "jax": "jax", "pytensor": "pytensor"}
_PYCON = re.compile(r"^```pycon\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
_GALLERY_LINKS = ".. _sphx_glr_download_"
_COLAB = "https://colab.research.google.com/#fileId="


def wheel_address(release: str) -> str:
    """Return where the wheel of this site will be."""
    return f"{site_address.address()}dist/removable-{release}-py3-none-any.whl"


def frameworks_of(text: str) -> dict[str, str]:
    """Return the modules of the frameworks that a text names, each with the extra that installs it."""
    return {module: extra for module, extra in _EXTRAS.items() if re.search(rf"\b{module}\b", text)}


def inline_metadata(release: str, text: str) -> str:
    """Return the comment at the head of a script that names what it needs, as PEP 723 has it."""
    project = tomllib.loads((freshness.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
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
    """Return the first cell of a notebook: it installs what is missing, and leaves alone what is there."""
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
    # IPython takes prompts away that begin on one of the first two lines, in a string too; hence the comment.
    source = f"# Do you get these values?\npublished(\n    r'''\n{textwrap.indent(examples, '    ')}\n    ''',\n    globals(),\n)"
    return _tagged(new_code_cell(source), "published")


def import_cell() -> NotebookNode:
    """Return the cell that makes :func:`removable.selfcheck.published` known, before the first example."""
    return _tagged(new_code_cell("from removable.selfcheck import published"), "published")


def report_cell() -> NotebookNode:
    """Return the last cell: it counts the values that agree."""
    of = {title: required_frameworks.installed(module, title) for module, title in required_frameworks.TITLES.items()}
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
    """Put cells together; their names are their numbers, where nbformat would draw them at random."""
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
    """Yield the cells of a chapter, its text in plain Markdown and its doctests as cells that run."""
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
    """Return a chapter as a script whose comments are its text, in the percent format that editors know as cells."""
    kept = [cell for cell in notebook.cells if "install" not in cell.metadata.get("tags", ())]
    bare = new_notebook(cells=[c.copy() for c in kept], metadata={"jupytext": {"notebook_metadata_filter": "-all"}})
    for cell in bare.cells:
        cell.metadata = NotebookNode()
    return inline_metadata(release, _text(bare.cells)) + "\n" + jupytext.writes(bare, fmt="py:percent")


def is_chapter(path: Path) -> bool:
    """Tell whether a page has code cells."""
    return path.suffix == ".md" and "```{code-cell}" in path.read_text(encoding="utf-8")


def make_all(app: Sphinx) -> dict[str, str]:
    """Make every script and notebook; return their names and contents."""
    release, made = app.config.release, {}
    for script in sorted((freshness.ROOT / "gallery").rglob("plot_*.py")):
        generated = Path(app.srcdir, "auto_gallery", script.parent.name, f"{script.stem}.ipynb")
        text = script.read_text(encoding="utf-8")
        made[script.name] = f"{inline_metadata(release, text)}\n{text}"
        made[generated.name] = nbformat.writes(notebook_of_script(generated, release)) + "\n"
    for page in sorted(app.env.found_docs):
        path = Path(app.env.doc2path(page))
        if "auto_gallery" not in path.parts and is_chapter(path):
            cells = list(cells_of_chapter(path, page, app))
            notebook = _notebook([install_cell(release, _text(cells)), *cells])
            made[f"{path.stem}.ipynb"] = nbformat.writes(notebook) + "\n"
            made[f"{path.stem}.py"] = script_of_chapter(notebook, release)
    return made


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write into the site what is new or has changed, and remove what is no longer offered."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir, FOLDER)
    folder.mkdir(exist_ok=True)
    try:
        made = make_all(app)
    except plain_markdown.UnknownMarkupError as error:
        raise SystemExit(str(error)) from None
    for name, content in made.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
    for path in folder.iterdir():
        if path.name not in made:
            path.unlink()


class Downloads(SphinxDirective):
    """Link what a page offers: ``downloads:: plot_figure_6``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build a container of links, in the look of sphinx-gallery's own."""
        name = self.arguments[0]
        up = "../" * self.env.docname.count("/")
        links = [
            (f"{up}{FOLDER}/{name}.ipynb", "jupyter", f"Jupyter notebook: {name}.ipynb", " download"),
            (f"{up}{FOLDER}/{name}.py", "python", f"Python script: {name}.py", " download"),
        ]
        if public := site_address.public():
            there = urllib.parse.quote(f"{public}{FOLDER}/{name}.ipynb", safe="")
            links.append((_COLAB + there, "colab", "Open in Colab", ' rel="external"'))
        box = nodes.container("", classes=["sphx-glr-footer"])
        for address, kind, text, more in links:
            link = f'<p><a class="reference download" href="{address}"{more}>{text}</a></p>'
            classes = ["sphx-glr-download", f"sphx-glr-download-{kind}"]
            box += nodes.container("", nodes.raw("", link, format="html"), classes=classes)
        return [box]


_HOW_TO_RUN = """
.. rst-class:: how-to-run

**To run it:** download the script or the notebook, install what it needs as :doc:`/guide/run-a-script` shows, and start it
with ``python {name}.py``.

.. downloads:: {name}
"""

_CHAPTER_LINKS = """

## Take it with you

The cells and the values of this page as a notebook and as a script; {{doc}}`/guide/run-a-script` says what they need.

```{{downloads}} {name}
```
"""


def offer(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the links at the end of a page, in place of those of sphinx-gallery."""
    name = docname.rpartition("/")[2]
    if docname.startswith("auto_gallery/"):
        text, marker, tail = source[0].partition(_GALLERY_LINKS)
        if marker:
            source[0] = text + marker + tail.partition("\n")[0] + "\n" + _HOW_TO_RUN.format(name=name)
    elif is_chapter(Path(app.env.doc2path(docname))):
        source[0] = source[0].rstrip("\n") + _CHAPTER_LINKS.format(name=name)


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer downloads as a page is read; write them after the wheel and before the archive of everything."""
    app.add_directive("downloads", Downloads)
    # The address of the site is on the pages: another one is another site.
    app.add_config_value("downloads_address", site_address.address(), "env", (str,))
    app.connect("source-read", offer)
    app.connect("build-finished", write, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
