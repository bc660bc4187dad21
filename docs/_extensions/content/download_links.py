"""The links from a page to its script and notebook, in place of those of sphinx-gallery."""

from __future__ import annotations

import re
import urllib.parse
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _extensions import stages
from _extensions.whole_site import site_address

FOLDER = "downloads"
_GALLERY_LINKS = re.compile(r"^\.\. _sphx_glr_download_.*", re.MULTILINE)
_GALLERY_NOTE = re.compile(
    r"^\.\. only:: html\n\n    \.\. note::\n        :class: sphx-glr-download-link-note\n.*?\n\n(?=\S)",
    re.MULTILINE | re.DOTALL,
)
_FIRST_TITLE = re.compile(r"^\S.*\n=+\n", re.MULTILINE)
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


# Not for the search: a reader who asks for "install" would find each page of the gallery.
_TOP = """
{label}

.. container:: how-to-run no-search

   .. downloads:: {name}

   **To run it:** download the script or the notebook, install what it needs as :doc:`/guide/run-a-script` shows, and start
   it with ``python {name}.py``.

"""

_CHAPTER_LINKS = """

## Take it with you

The cells and the values of this page as a notebook and as a script; {{doc}}`/guide/run-a-script` says what they need.

```{{downloads}} {name}
```
"""


def on_top(page: str, name: str) -> str:
    r"""Put the links below the title of a page of the gallery, in place of the way to its end.

    The label of the links goes with them, and what sphinx-gallery has put below it goes.

    >>> above, below = ".. _sphx_glr_download_a.py:", "Links of sphinx-gallery"
    >>> page = on_top(f"Title\n=====\n\nText.\n\n{above}\n\n{below}\n", "a")
    >>> below in page, page.index(above) < page.index(".. downloads:: a") < page.index("Text.")
    (False, True)
    """
    label = _GALLERY_LINKS.search(page)
    if label is None:  # a list of pages
        return page
    text = _GALLERY_NOTE.sub("", page[: label.start()], count=1)
    return _FIRST_TITLE.sub(lambda title: title[0] + _TOP.format(label=label[0], name=name), text, count=1)


def offer(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the links on a page: below its title in the gallery, at the end of a chapter."""
    name = docname.rpartition("/")[2]
    if docname.startswith("auto_gallery/"):
        source[0] = on_top(source[0], name)
    elif is_chapter(Path(app.env.doc2path(docname))):
        source[0] = source[0].rstrip("\n") + _CHAPTER_LINKS.format(name=name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer downloads as a page is read."""
    app.add_directive("downloads", Downloads)
    # The address of the site is on the pages: another one is another site.
    app.add_config_value("downloads_address", site_address.address(), "env", (str,))
    stages.listen(app, stages.Stage.SOURCE_READ, offer)
    return stages.SAFE
