"""Execute again what depends on a change, and only that.

Finish what an interrupted build left undone.

sphinx-gallery decides by a digest of the script alone, and jupyter-cache by the cells alone.
Neither sees that the package, the pins, the interpreter or the code that executes has changed.
:func:`keys.executing_key` covers those; where it differs from the one of the last build, every
script is executed again, and the chapters are because their cache is named after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx_gallery.utils import get_md5sum

from _extensions import files, folders, stages
from _extensions.execute import execution_record, keys, script_doctests, workers
from _extensions.execute.execution_record import Execution


def _key() -> Path:
    return folders.gallery_pages() / ".environment-key"


def _running() -> Path:
    """Return the folder with an empty file for each script that is being executed."""
    return folders.gallery_pages() / ".running"


def note_running(gallery_conf: dict[str, Any], fname: str, when: str) -> None:
    """Remember which script is being executed; sphinx-gallery calls this before and after each.

    sphinx-gallery takes a script for done as soon as its last line has run, a moment before its
    page is written. A build that is killed in between would leave that page as it was.
    """
    mark = _running() / Path(fname).stem
    if when == "before":
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
    else:
        mark.unlink(missing_ok=True)


def forget_stale_scripts(app: Sphinx) -> None:
    """Let sphinx-gallery execute again each script whose result may be of another environment."""
    pages = folders.gallery_pages()
    pages.mkdir(exist_ok=True)
    key = keys.executing_key()
    for mark in sorted(_running().glob("*")):
        for digest in pages.rglob(f"{mark.name}.py.md5"):
            digest.unlink()
        mark.unlink()
    if files.read(_key()) != key:
        for digest in pages.rglob("*.py.md5"):
            digest.unlink()
        files.write_whole(_key(), key)
    for script, page in _scripts():
        digest = page.with_suffix(".py.md5")
        # The record of the build has no gap: what it knows nothing about is executed again.
        if digest.exists() and not execution_record.is_current(script):
            digest.unlink()
        # A script that was not executed has a stand-in for a thumbnail, which would stay beside the
        # real one.
        if not digest.exists():
            (page.parent / "images" / "thumb" / f"sphx_glr_{script.stem}_thumb.png").unlink(missing_ok=True)
    _forget_removed_scripts()
    stale = _to_execute(app.config.gallery_only)
    for script in stale:
        execution_record.forget(script.stem)
    workers.prepare(app.config.sphinx_gallery_conf, len(stale))


def note_executed(app: Sphinx) -> None:
    """Count what sphinx-gallery has executed, in this process or in others."""
    passed = (Path(script) for script in app.config.sphinx_gallery_conf["passing_examples"])
    execution_record.executed.update(script.stem for script in passed)


def _scripts() -> Iterator[tuple[Path, Path]]:
    """Yield each script of the gallery, and its page without an ending."""
    for script in sorted(folders.scripts().rglob("*.py")):
        yield script, (folders.gallery_pages() / script.relative_to(folders.scripts())).with_suffix("")


def _to_execute(pattern: str) -> list[Path]:
    """Return the scripts that sphinx-gallery is going to execute.

    It compares digests of their text, read in text mode.
    """
    stale = []
    for script, page in _scripts():
        done = files.read(page.with_suffix(".py.md5"))
        if re.search(pattern or r"/plot_", script.as_posix()) and get_md5sum(script, mode="t") != done:
            stale.append(script)
    return stale


def _forget_removed_scripts() -> None:
    """Delete the pages of scripts that are no longer in the gallery."""
    for page in folders.gallery_pages().rglob("*.rst"):
        folder = folders.scripts() / page.parent.relative_to(folders.gallery_pages())
        known = page.stem in ("index", "sg_execution_times") or (folder / f"{page.stem}.py").exists()
        if not known or not folder.is_dir():
            for path in files_of(page.parent, page.stem):
                path.unlink()


def files_of(folder: Path, script: str) -> list[Path]:
    """List what a script has made: page, figures, downloads."""
    # The files of a script are called after it, with an ending or a number; plot_1 is not plot_10.
    its_own = re.compile(rf"(?:sphx_glr_)?{re.escape(script)}(?:\.|_\d{{3}}|_thumb).*")
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and its_own.fullmatch(path.name)]


def executions(env: BuildEnvironment) -> Iterator[Execution]:
    """Name the pages of scripts."""
    for script, page in _scripts():
        name = page.relative_to(Path(env.srcdir)).as_posix()
        if name in env.found_docs:
            count = script_doctests.examples(script_doctests.blocks_of_script(str(script)))
            key = execution_record.key_of(script)
            yield Execution(name, folders.below_root(script), "sphinx-gallery", count, script.stem, key)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run before sphinx-gallery.

    Register the setting that says which script alone a partial build executes.
    """
    app.add_config_value("gallery_only", "", "", (str,))
    stages.listen(app, stages.Stage.STALE_SCRIPTS_FORGOTTEN, forget_stale_scripts)
    stages.listen(app, stages.Stage.SCRIPTS_RECORDED, note_executed)
    return stages.SAFE
