"""Execute again what depends on a change, and only that; finish what an interrupted build left undone.

sphinx-gallery decides by a digest of the script alone, and jupyter-cache by the cells alone. Neither sees that the package,
the pins, the interpreter or the code of this build has changed. :func:`environment_key` covers those; where it differs from
the one of the last build, every script is executed again, and the chapters are because their cache is named after it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import re
import shutil
from pathlib import Path
from typing import Any

import execution_record
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent.parent
_GALLERY = ROOT / "docs" / "auto_gallery"
_KEY = _GALLERY / ".environment-key"
_RUNNING = _GALLERY / ".running"
_UNFINISHED = ".unfinished"
_PARTIAL = "partial"

_PACKAGES = (
    "torch",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
    "pytensor",
    "numpy",
    "matplotlib",
    "python-flint",
    "sympy",
    "sphinx-gallery",
    "myst-nb",
)


def environment_key() -> str:
    """Digest of everything but its own text that the result of a script depends on."""
    digest = hashlib.sha256(platform.python_version().encode())
    for name in _PACKAGES:
        digest.update(f"{name} {_version(name)}\n".encode())
    modules = [*(ROOT / "tutorial_src").rglob("*.py"), *(ROOT / "docs" / "_extensions").glob("*.py")]
    # Stored measurements are data of the package. The list of claims has a key of its own: no script reads it.
    sources = [*modules, *(ROOT / "tutorial_src").rglob("*.json"), ROOT / "docs" / "conf.py"]
    for path in (*sorted(sources), ROOT / "constraints.txt"):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def versions() -> dict[str, str]:
    """Return the packages that results depend on, those that are installed, with their versions."""
    return {name: version for name in _PACKAGES if (version := _version(name)) != "absent"}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def note_running(gallery_conf: dict[str, Any], fname: str, when: str) -> None:
    """Remember which script is being executed; sphinx-gallery calls this before and after each.

    sphinx-gallery takes a script for done as soon as its last line has run, a moment before its page is written. A build
    that is killed in between would leave that page as it was.
    """
    if when == "before":
        _RUNNING.write_text(Path(fname).stem, encoding="utf-8")
    else:
        _RUNNING.unlink(missing_ok=True)


def forget_stale_scripts(app: Sphinx) -> None:
    """Let sphinx-gallery execute every script again whose result may not be that of this environment."""
    _GALLERY.mkdir(exist_ok=True)
    key = environment_key()
    if _RUNNING.exists():
        for digest in _GALLERY.rglob(f"{_RUNNING.read_text(encoding='utf-8')}.py.md5"):
            digest.unlink()
        _RUNNING.unlink()
    if not _KEY.exists() or _KEY.read_text(encoding="utf-8") != key:
        for digest in _GALLERY.rglob("*.py.md5"):
            digest.unlink()
        _KEY.write_text(key, encoding="utf-8")
    # The record of the build has no gap: what it knows nothing about is executed again.
    for digest in _GALLERY.rglob("*.py.md5"):
        source = ROOT / "gallery" / digest.relative_to(_GALLERY).with_suffix("")
        if source.exists() and not execution_record.is_current(source):
            digest.unlink()
    # A script that was not executed has a stand-in for a thumbnail, which would stay beside the real one.
    for thumbnail in _GALLERY.rglob("sphx_glr_*_thumb.png"):
        script = thumbnail.stem.removeprefix("sphx_glr_").removesuffix("_thumb")
        if not (thumbnail.parent.parent.parent / f"{script}.py.md5").exists():
            thumbnail.unlink()
    _forget_removed_scripts()


def _forget_removed_scripts() -> None:
    """Delete the pages of scripts that are no longer in the gallery."""
    for page in _GALLERY.rglob("*.rst"):
        folder = ROOT / "gallery" / page.parent.relative_to(_GALLERY)
        known = page.stem in ("index", "sg_execution_times") or (folder / f"{page.stem}.py").exists()
        if not known or not folder.is_dir():
            for path in files_of(page.parent, page.stem):
                path.unlink()


def files_of(folder: Path, script: str) -> list[Path]:
    """List what a script has made: page, figures, downloads."""
    # The files of a script are called after it, with an ending or a number; plot_1 is not plot_10.
    its_own = re.compile(rf"(?:sphx_glr_)?{re.escape(script)}(?:\.|_\d{{3}}|_thumb).*")
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and its_own.fullmatch(path.name)]


def start_site(app: Sphinx) -> None:
    """Empty the output folder when the build before this one did not come to its end, was partial, or made pages differently.

    Sphinx compares the age of a page with that of its source, and would keep one of which only half was written; listings of
    source it keeps even when the code that makes the pages has changed. A partial build leaves stand-ins for the pictures of
    scripts that it did not execute.
    """
    written_by = Path(app.doctreedir, "written-by")
    key = environment_key()
    if not written_by.exists() or written_by.read_text(encoding="utf-8") != key:
        shutil.rmtree(app.outdir)
        Path(app.outdir).mkdir()
        written_by.write_text(key, encoding="utf-8")
    marker = Path(app.outdir, _UNFINISHED)
    partial = bool(app.config.gallery_only)
    if marker.exists() and not (partial and marker.read_text(encoding="utf-8") == _PARTIAL):
        logger.info("the last build was interrupted or partial: writing every page again")
        shutil.rmtree(app.outdir)
        Path(app.outdir).mkdir()
    marker.write_text("", encoding="utf-8")


def distrust(outdir: Path) -> None:
    """Have every page written again by the next build, or by this one if it has not begun."""
    (outdir / _UNFINISHED).write_text("", encoding="utf-8")


def finish_site(app: Sphinx, exception: Exception | None) -> None:
    """Remember that every page was written, or what is still missing."""
    marker = Path(app.outdir, _UNFINISHED)
    if exception is None and app.config.gallery_only:
        marker.write_text(_PARTIAL, encoding="utf-8")
    elif exception is None:
        marker.unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run before sphinx-gallery, which starts at priority 500 of the same event."""
    app.connect("builder-inited", start_site, priority=100)
    app.connect("builder-inited", forget_stale_scripts, priority=200)
    app.connect("build-finished", finish_site, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
