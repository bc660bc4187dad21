"""The same bytes for the same downloads: sphinx-gallery's zip files carry the time at which their members were written."""

from __future__ import annotations

import zipfile
from pathlib import Path

from sphinx.application import Sphinx

_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows


def steady(path: Path) -> None:
    """Write a zip file again with one date and one order, unless that has been done."""
    with zipfile.ZipFile(path) as old:
        if all(member.date_time == _DATE for member in old.infolist()):
            return
        members = sorted((member.filename, old.read(member)) for member in old.infolist())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members:
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = 0o644 << 16
            info.create_system = 3  # whatever system builds
            new.writestr(info, data, zipfile.ZIP_DEFLATED)


def make_zips_steady(app: Sphinx) -> None:
    """Go over what the gallery offers for download."""
    for path in Path(app.srcdir, "auto_gallery").rglob("*.zip"):
        steady(path)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run after sphinx-gallery, which writes its zip files at priority 500 of the same event."""
    app.connect("builder-inited", make_zips_steady, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
