"""Nodes for a picture that comes in two shapes, for wide screens and for narrow ones.

A browser takes the image, or on a narrow screen the source that stands before it.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx

from _extensions import stages
from _extensions.content.picture_size import size

NARROW = "screen and (max-width: 640px)"
"""The screens on which the panels of a figure stand below each other; ``site.css`` has the same."""


class picture(nodes.General, nodes.Element):  # noqa: N801  # named as the element of HTML
    """A picture in two shapes: a :class:`narrow_source` and an image."""


class narrow_source(nodes.image):  # noqa: N801  # as above
    """The picture for narrow screens. It is an image to what copies images."""


def source(path: Path, address: str) -> narrow_source:
    """Return the node of an SVG for narrow screens, with its size: a browser keeps room for it."""
    found = size(path)
    if found is None:
        raise ValueError(f"{path.name} says no size; give an SVG as matplotlib writes it.")
    # Not "width" and "height": Sphinx makes a link of an image that has those.
    return narrow_source(uri=address, size=found)


def _open(translator: Any, node: nodes.Element) -> None:
    translator.body.append("<picture>")


def _close(translator: Any, node: nodes.Element) -> None:
    translator.body.append("</picture>")


def _write_source(translator: Any, node: nodes.Element) -> None:
    builder = translator.builder
    address = posixpath.join(builder.imgpath, quote(builder.images[node["uri"]]))
    width, height = node["size"]
    translator.body.append(f'<source media="{NARROW}" srcset="{address}" width="{width}" height="{height}" />')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the nodes."""
    app.add_node(picture, html=(_open, _close))
    app.add_node(narrow_source, html=(_write_source, None))
    return stages.SAFE
