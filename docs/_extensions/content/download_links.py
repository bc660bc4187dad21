"""The links from a page to its script and notebook, in place of those of sphinx-gallery."""

from __future__ import annotations

import urllib.parse
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _extensions import stages
from _extensions.whole_site import site_address

FOLDER = "downloads"
_GALLERY_LINKS = ".. _sphx_glr_download_"
_COLAB = "https://colab.research.google.com/#fileId="


def is_chapter(path: Path) -> bool:
    """Tell whether a page has code cells."""
    return path.suffix == ".md" and "```{code-cell}" in path.read_text(encoding="utf-8")


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


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer downloads as a page is read."""
    app.add_directive("downloads", Downloads)
    # The address of the site is on the pages: another one is another site.
    app.add_config_value("downloads_address", site_address.address(), "env", (str,))
    stages.listen(app, stages.Stage.SOURCE_READ, offer)
    return stages.SAFE
