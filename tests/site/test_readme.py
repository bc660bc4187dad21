"""The picture of the README against the figure that the build has drawn."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pins
import pytest
import readme_picture
from site_under_test import ROOT

DRAWN_WITH = ("torch", "tensorflow", "tensorflow-cpu", "matplotlib")


def installed(name):
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return None


def test_the_picture_of_the_readme_is_the_figure_of_the_site():
    pinned = pins.pins((ROOT / pins.PINS).read_text(encoding="utf-8"))
    other = [name for name in DRAWN_WITH if installed(name) not in (None, pinned[name])]
    # Another version draws other bytes, and shows another name. With the pins, which `nox -s docs`
    # and `nox -s tests` install, this is never skipped; with `nox -s oldest` and `newest` it is.
    if other:
        pytest.skip(f"the picture is drawn with the pinned {other[0]}, and {installed(other[0])} is installed")
    drawn = readme_picture.picture(readme_picture.DRAWN.read_text(encoding="utf-8"))
    kept = readme_picture.KEPT.read_text(encoding="utf-8")
    assert kept == drawn, "run: python checks/readme_picture.py"
