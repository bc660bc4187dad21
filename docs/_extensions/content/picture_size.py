"""Width and height of a picture, as a browser shows it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_SVG = re.compile(rb"<svg\b[^>]*>")
_LENGTH = re.compile(rb'\s(width|height)="([\d.]+)(pt|px)?"')
_PIXELS = {b"pt": 4 / 3, b"px": 1.0, b"": 1.0}


@cache
def size(path: Path) -> tuple[int, int] | None:
    """Return width and height of a picture in pixels; None where an SVG does not say.

    Parameters
    ----------
    path : Path
        The picture.
    """
    if path.suffix != ".svg":
        from PIL import Image  # only pages with bitmaps need it

        with Image.open(path) as picture:
            return picture.size
    root = _SVG.search(path.read_bytes())
    lengths = (
        {name: round(float(value) * _PIXELS[unit]) for name, value, unit in _LENGTH.findall(root[0])} if root else {}
    )
    return (lengths[b"width"], lengths[b"height"]) if len(lengths) == 2 else None
