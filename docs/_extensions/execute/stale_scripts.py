"""Execute a script again when something that it depends on has changed.

sphinx-gallery decides by a digest of the script alone, and jupyter-cache by the cells alone.
Neither sees that the package, the pins, the interpreter or the code that executes has changed.
:func:`keys.executing_key` covers those; where it differs from the one of the last build, every
script is executed again, and the chapters are because their cache is named after it.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx_gallery.utils import get_md5sum

from _extensions import files, folders, stages
from _extensions.execute import execution_record, gallery_scripts, interrupted_scripts, keys, workers


def _key() -> Path:
    return folders.gallery_pages() / ".environment-key"


def forget_stale_scripts(app: Sphinx) -> None:
    """Let sphinx-gallery execute again each script whose result may be of another environment."""
    pages = folders.gallery_pages()
    pages.mkdir(exist_ok=True)
    key = keys.executing_key()
    interrupted_scripts.forget()
    if files.read(_key()) != key:
        for digest in pages.rglob("*.py.md5"):
            digest.unlink()
        files.write_whole(_key(), key)
    for script, page in gallery_scripts.pages():
        digest = page.with_suffix(".py.md5")
        # The record of the build has no gap: what it knows nothing about is executed again.
        if digest.exists() and not execution_record.is_current(script):
            digest.unlink()
        # A script that was not executed has a stand-in for a thumbnail, which would stay beside the
        # real one.
        if not digest.exists():
            (page.parent / "images" / "thumb" / f"sphx_glr_{script.stem}_thumb.png").unlink(missing_ok=True)
    gallery_scripts.forget_removed()
    stale = _to_execute(app.config.gallery_only)
    for script in stale:
        execution_record.forget(script.stem)
    # A partial build also makes notebooks of scripts that it does not execute, before which
    # sphinx-gallery calls nothing in other processes.
    workers.prepare(app.config.sphinx_gallery_conf, 1 if app.config.gallery_only else len(stale))


def _to_execute(pattern: str) -> list[Path]:
    """Return the scripts that sphinx-gallery is going to execute.

    It compares digests of their text, read in text mode.
    """
    stale = []
    for script, page in gallery_scripts.pages():
        done = files.read(page.with_suffix(".py.md5"))
        if re.search(pattern or r"/plot_", script.as_posix()) and get_md5sum(script, mode="t") != done:
            stale.append(script)
    return stale


def setup(app: Sphinx) -> dict[str, bool]:
    """Run before sphinx-gallery.

    Register the setting that says which script alone a partial build executes.
    """
    app.add_config_value("gallery_only", "", "", (str,))
    stages.listen(app, stages.Stage.STALE_SCRIPTS_FORGOTTEN, forget_stale_scripts)
    return stages.SAFE
