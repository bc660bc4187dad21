"""The names of the pictures of a figure."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Pictures(NamedTuple):
    """The SVGs of a figure: for light and dark pages, in a row and one panel below the other."""

    light: Path
    dark: Path
    narrow: Path
    narrow_dark: Path


def of(light: Path) -> Pictures:
    """Return where the pictures of a figure are, by that of the light one.

    >>> [path.name for path in of(Path("fig_001.svg"))]
    ['fig_001.svg', 'fig_001_dark.svg', 'fig_001_narrow.svg', 'fig_001_narrow_dark.svg']
    """
    return Pictures(light, *(light.with_stem(f"{light.stem}_{kind}") for kind in ("dark", "narrow", "narrow_dark")))


def thumbnails(light: Path) -> tuple[Path, Path]:
    """Return where the light and the dark thumbnail of a figure are.

    >>> [path.name for path in thumbnails(Path("fig_001.svg"))]
    ['fig_001_thumb.webp', 'fig_001_thumb_dark.webp']
    """
    thumbnail = light.with_name(f"{light.stem}_thumb.webp")
    return thumbnail, thumbnail.with_stem(f"{thumbnail.stem}_dark")
