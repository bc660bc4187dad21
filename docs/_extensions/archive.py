"""Everything in one file: scripts, notebooks, the package, the pins and the site itself, to be used without a network.

The same content gives the same bytes: members are sorted, and carry the earliest date that the format knows. The measurements of
the build are left out, for they are those of one run.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import freshness
from sphinx.application import Sphinx

NAME = "dist/removable-tutorial.zip"
_LEFT_OUT = frozenset({NAME, "guide/build.json", ".buildinfo"})
_DATE = (1980, 1, 1, 0, 0, 0)

README = (
    "removable: automatic differentiation near removable singularities. Open site/index.html in a browser, without a network.\n"
    "To run: python -m pip install -c constraints.txt './removable-{version}-py3-none-any.whl[torch,tensorflow-cpu,jax,pytensor]'\n"
    "Then: python scripts/plot_figure_6.py, or open notebooks/plot_figure_6.ipynb; site/guide/run-a-script.html says more.\n"
)


def members(site: Path, version: str) -> Iterator[tuple[str, bytes]]:
    """Name what is in the archive, with its content, in order."""
    found = {"README.txt": README.format(version=version).encode()}
    for path in site.rglob("*"):
        name = path.relative_to(site).as_posix()
        if not path.is_file() or name in _LEFT_OUT or name.startswith(".unfinished"):
            continue
        content = path.read_bytes()
        found[f"site/{name}"] = content
        if name.startswith("dist/"):
            found[path.name] = content
        elif name.startswith("downloads/"):
            found[f"{'notebooks' if path.suffix == '.ipynb' else 'scripts'}/{path.name}"] = content
    yield from sorted(found.items())


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
    """Pack the finished site, unless the archive that is there has the same content; a partial site is not packed."""
    if exception is not None or app.builder.format != "html":
        return
    path = Path(app.outdir, NAME)
    if app.config.gallery_only:
        path.unlink(missing_ok=True)
        return
    contents = list(members(Path(app.outdir), app.config.release))
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    stamp = freshness.ROOT / "_build" / "archive-packed"
    key = f"{app.outdir} {digest.hexdigest()}"
    if path.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == key:
        return
    write(path, contents)
    stamp.write_text(key, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when every other file of the site is written, and before the build counts as finished."""
    app.connect("build-finished", pack, priority=890)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
