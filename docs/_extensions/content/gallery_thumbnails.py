"""The thumbnails in lists of gallery pages, light and dark.

sphinx-gallery writes one image for each page, a copy of the first figure. This one gets those in
its place that :mod:`_extensions.gallery.thumbnails` has drawn.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from _extensions import stages
from _extensions.gallery import figure_files

_COPY = re.compile(r"(?P<folder>.*/images)/thumb/(?P<stem>sphx_glr_\w+)_thumb\.\w+")


def replace(app: Sphinx, doctree: nodes.document) -> None:
    """Put two thumbnails in the place of each copy, before Sphinx collects images.

    A script that was not executed has none, and keeps what stands for it.
    """
    for image in list(doctree.findall(nodes.image)):
        copy = _COPY.fullmatch(image["uri"])
        if copy is None:
            continue
        both = figure_files.thumbnails(Path(f"{copy['folder']}/{copy['stem']}_001.svg"))
        if not all((Path(app.srcdir) / str(path).lstrip("/")).exists() for path in both):
            continue
        # A list is several screens long: what is far down is loaded when a reader comes near.
        image.replace_self(
            [
                nodes.image(uri=path.as_posix(), alt="", loading="lazy", classes=[theme])
                for path, theme in zip(both, ("only-light", "only-dark"), strict=True)
            ]
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Run before the images of a page are collected."""
    stages.listen(app, stages.Stage.THUMBNAILS_REPLACED, replace)
    return stages.SAFE
