"""Trust a file of an earlier build only if it is, byte for byte, what that build left.

Sphinx, sphinx-gallery and jupyter-cache look at times and names. A page, a figure or a cached
result that was cut short, by a build that was killed, by a disk that was full or by hand, would be
taken for whole. So the end of a build records a digest of every file that it leaves, and the next
build throws away what is not as recorded: it is then made again. A build that does not come to its
end leaves no record; its pages are read and written again, which executes nothing. What a script
has made is recorded as soon as the next script begins, so that an interrupted build goes on where
it stopped.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from _extensions import files, folders, stages
from _extensions.execute import gallery_scripts, site_state

logger = logging.getLogger(__name__)

_KEPT = ("environment.pickle", "search-entries.json")

Digests = dict[str, str]
_known: dict[Path, tuple[tuple[int, int], str]] = {}
"""What was digested in this process, with size and time: most files are asked for twice, before and
after the build."""
_last: list[Path] = []
"""The script that sphinx-gallery is at in this process."""


def digest(path: Path) -> str:
    """Digest of a file, read again only if it has changed."""
    state = path.stat()
    now = (state.st_size, state.st_mtime_ns)
    if path not in _known or _known[path][0] != now:
        with path.open("rb") as file:
            _known[path] = (now, hashlib.file_digest(file, "blake2b").hexdigest()[:32])
    return _known[path][1]


def digests(folder: Path, paths: Iterable[Path]) -> Digests:
    """Digests of files, by their names in a folder."""
    return {path.relative_to(folder).as_posix(): digest(path) for path in sorted(paths) if path.is_file()}


def damaged(folder: Path, recorded: Digests) -> list[str]:
    """Name the files that are gone, or not what was recorded."""
    return [name for name, was in recorded.items() if not (folder / name).is_file() or digest(folder / name) != was]


def save(path: Path, content: Any) -> None:
    """Write a record whole or not at all."""
    files.write_whole(path, json.dumps(content, indent=0))


def load(path: Path) -> dict[str, Any]:
    """Read a record; one that cannot be read is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _record(app: Sphinx) -> Path:
    return Path(app.doctreedir, f"finished-{Path(app.outdir).name}.json")


# Scripts


def _script(page: Path) -> Path:
    """Return where the digests of a script's files are: each has a record of its own.

    Several processes execute scripts at the same time.
    """
    return folders.gallery_pages() / ".intact" / f"{page.stem}.json"


def _digests_of_script(page: Path) -> Digests:
    its_own = gallery_scripts.files_of(page.parent, page.stem)
    return digests(folders.gallery_pages(), (path for path in its_own if path.suffix != ".new"))


def note_script(gallery_conf: dict[str, Any], fname: str | None, when: str) -> None:
    """Record what the script before this one has made.

    Sphinx-gallery calls this before and after each.

    After its last line a script's page is still to be written. Once the next script begins, it has
    been.
    """
    if when == "before" and fname:
        _settle()
        script = next(folders.scripts().rglob(Path(fname).name))
        _last.append(folders.gallery_pages() / script.relative_to(folders.scripts()))
        _script(_last[-1]).unlink(missing_ok=True)


def _settle() -> None:
    """Record the last script."""
    while _last:
        _record_script(_last.pop())


def _record_script(page: Path) -> None:
    """Record what a script has made, if that has changed."""
    made = _digests_of_script(page)
    if made != load(_script(page)):
        _script(page).parent.mkdir(exist_ok=True)
        save(_script(page), made)


def mend_gallery() -> None:
    """Execute a script again whose page, figures or downloads are not what it left."""
    for done in sorted(folders.gallery_pages().rglob("*.py.md5")):
        page = done.with_suffix("")
        recorded = load(_script(page))
        if not recorded or damaged(folders.gallery_pages(), recorded):
            logger.info("%s: its page or figures are not whole, so it is executed again", page.name)
            for path in gallery_scripts.files_of(page.parent, page.stem):
                path.unlink()
            _script(page).unlink(missing_ok=True)


def settle_gallery(app: Sphinx) -> None:
    """Record every finished script, when sphinx-gallery is done.

    By then the dates in its zip files have been changed.
    """
    _last.clear()
    done = [digest.with_suffix("") for digest in sorted(folders.gallery_pages().rglob("*.py.md5"))]
    for page in done:
        _record_script(page)
    for record in {*_script(Path()).parent.glob("*.json")} - {_script(page) for page in done}:
        record.unlink()


# Chapters


def mend_cache(cache: Path, recorded: Digests) -> None:
    """Drop cached chapters that cannot be read; drop the whole cache if its database cannot."""
    database = cache / "global.db"
    if not cache.exists():
        return
    try:
        connection = sqlite3.connect(database)
        try:
            whole = connection.execute("pragma integrity_check").fetchone() == ("ok",)
            rows = connection.execute("select hashkey from nbcache").fetchall()
            bad = [key for (key,) in rows if not _whole(cache, f"executed/{key}/base.ipynb", recorded)]
            for key in bad if whole else ():
                connection.execute("delete from nbcache where hashkey = ?", (key,))
                shutil.rmtree(cache / "executed" / key, ignore_errors=True)
            connection.commit()
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):  # no room, no permission: nothing is damaged
            raise
        whole = False
    except sqlite3.DatabaseError:
        whole = False
    if not whole:
        logger.info("the cache of chapters is damaged: every chapter is executed again")
        shutil.rmtree(cache)


def _whole(cache: Path, name: str, recorded: Digests) -> bool:
    path = cache / name
    if name in recorded:
        return not damaged(cache, {name: recorded[name]})
    return "cells" in load(path)


def _cached(cache: Path) -> Iterable[Path]:
    return cache.glob("executed/*/base.ipynb")


# All of it


def mend(app: Sphinx, config: Config) -> None:
    """Throw away what the last build did not leave as it is.

    This is done before Sphinx opens its own record of what it has read.
    """
    path = _record(app)
    record = load(path)
    path.unlink(missing_ok=True)  # until this build is finished, too
    folders.gallery_pages().mkdir(exist_ok=True)
    mend_gallery()
    mend_cache(Path(config.nb_execution_cache_path), record.get("chapters", {}))
    for kind in folders.BESIDE:
        for name in damaged(folders.build(kind), record.get(kind, {})):
            folders.build(kind, name).unlink(missing_ok=True)
    outdir, doctrees = Path(app.outdir), Path(app.doctreedir)
    if not record or damaged(doctrees, record["doctrees"]):
        (doctrees / "environment.pickle").unlink(missing_ok=True)
    # What is read again in full is written again in full.
    again = not (doctrees / "environment.pickle").exists()
    if outdir.exists() and (again or damaged(outdir, record["site"])):
        site_state.distrust(outdir)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Record what this build leaves, if it has come to its end and has nothing to complain of."""
    if exception is not None or app._warncount:
        site_state.distrust(Path(app.outdir))
        return
    settle_gallery(app)
    cache, doctrees, outdir = Path(app.config.nb_execution_cache_path), Path(app.doctreedir), Path(app.outdir)
    parts = {
        "site": digests(outdir, outdir.rglob("*")),
        "doctrees": digests(doctrees, [*doctrees.rglob("*.doctree"), *(doctrees / name for name in _KEPT)]),
        "chapters": digests(cache, _cached(cache)),
    }
    for kind in folders.BESIDE:
        parts[kind] = digests(folders.build(kind), folders.build(kind).glob("*"))
    save(_record(app), parts)


def setup(app: Sphinx) -> dict[str, bool]:
    """Listen before Sphinx and the extensions trust what they find, and after the last writes."""
    stages.listen(app, stages.Stage.RESULTS_VERIFIED, mend)
    stages.listen(app, stages.Stage.SCRIPTS_RECORDED, settle_gallery)
    stages.listen(app, stages.Stage.RESULTS_RECORDED, finish)
    return stages.SAFE
