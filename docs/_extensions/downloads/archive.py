"""All in one file, to be used without a network: scripts, notebooks, package, pins, site.

The same content gives the same bytes: members are sorted, and carry the earliest date that the
format knows. The measurements of the build are left out, for they are those of one run.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from _extensions import files, folders, stages
from _extensions.execute import trusted_files

NAME = "dist/removable-tutorial.zip"
_LEFT_OUT = frozenset({NAME, "guide/build.json", ".buildinfo"})
_DATE = (1980, 1, 1, 0, 0, 0)

README = (
    "removable: automatic differentiation near removable singularities. Open site/index.html in a browser, without a network.\n"
    "To run: python -m pip install -c constraints.txt './removable-{version}-py3-none-any.whl[frameworks-cpu]'\n"
    "Then: python scripts/plot_figure_6.py, or open notebooks/plot_figure_6.ipynb; site/guide/run-a-script.html says more.\n"
)


def packed(site: Path) -> dict[str, Path]:
    """Name the files of a site that are in the archive."""
    names = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    return {n: path for n, path in sorted(names.items()) if n not in _LEFT_OUT and not n.startswith(".unfinished")}


def members(site: Path, version: str) -> Iterator[tuple[str, bytes]]:
    """Name what is in the archive, with its content, in order."""
    contents = {"README.txt": README.format(version=version).encode()}
    for name, path in packed(site).items():
        content = path.read_bytes()
        contents[f"site/{name}"] = content
        if name.startswith("dist/"):
            contents[path.name] = content
        elif name.startswith("downloads/"):
            contents[f"{'notebooks' if path.suffix == '.ipynb' else 'scripts'}/{path.name}"] = content
    yield from sorted(contents.items())


def write(path: Path, contents: list[tuple[str, bytes]]) -> None:
    """Write an archive, whole or not at all."""
    new = path.with_suffix(".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents:
            info = zipfile.ZipInfo(f"removable-tutorial/{name}", _DATE)
            info.external_attr = 0o644 << 16
            info.create_system = 3  # whatever system builds
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    new.replace(path)


def pack(app: Sphinx, exception: Exception | None) -> None:
    """Pack the finished site, unless the archive has this content; a partial site is not packed."""
    if not stages.is_site(app, exception):
        return
    site = Path(app.outdir)
    path = site / NAME
    if app.config.gallery_only:
        path.unlink(missing_ok=True)
        return
    digests = "".join(f"{name} {trusted_files.digest(file)}\n" for name, file in packed(site).items())
    stamp = folders.build("archive-packed")
    key = f"{app.outdir} {hashlib.sha256((digests + README.format(version=app.config.release)).encode()).hexdigest()}"
    if path.exists() and files.read(stamp) == key:
        return
    write(path, list(members(site, app.config.release)))
    files.write_whole(stamp, key)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when every other file of the site is written, and before the build counts as finished."""
    stages.listen(app, stages.Stage.ARCHIVE_PACKED, pack)
    return stages.SAFE
