"""Give pictures their width and height, and load them when they come into view.

A browser that knows both keeps the room, so that nothing below moves when a picture arrives. Of the
two pictures of a figure it loads the one that the theme shows: the other never comes into view.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from sphinx.application import Sphinx

from _extensions import stages
from _extensions.content.picture_size import size
from _extensions.page import rendered_pages

_IMAGE = re.compile(r'<img\b(?P<attributes>(?:[^>"]|"[^"]*")*?)\s*/?>')
_SOURCE = re.compile(r'\bsrc="([^"]*)"')


def sized(html: str, paths: dict[str, Path]) -> str:
    """Add size and lazy loading to the pictures of a page.

    Parameters
    ----------
    html : str
        The body of a page.
    paths : dict of str to Path
        Where each picture is, by the name of its file on the site.
    """

    def replaced(image: re.Match[str]) -> str:
        attributes = image["attributes"]
        source = _SOURCE.search(attributes)
        path = paths.get(PurePosixPath(unquote(source[1])).name) if source else None
        more = ""
        if path and "width=" not in attributes and (found := size(path)):
            more = ' width="{}" height="{}"'.format(*found)
        if "loading=" not in attributes:
            more += ' loading="lazy"'
        return f"<img{attributes}{more} />"

    return _IMAGE.sub(replaced, html)


def complete(app: Sphinx, pagename: str, page: rendered_pages.Rendered) -> None:
    """Complete the pictures of a page: those of its text, and those of the theme."""
    paths = {path.name: path for path in Path(app.outdir, "_static").glob("*.png")}
    paths |= {name: Path(app.srcdir, path) for path, name in app.builder.images.items()}
    page.html = sized(page.html, paths)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is rendered."""
    app.setup_extension("_extensions.page.rendered_pages")
    stages.listen(app, stages.Stage.PAGE_CORRECTED, complete)
    return stages.SAFE
