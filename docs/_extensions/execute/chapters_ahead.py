"""Execute chapters while the gallery is executed, so that neither waits long for the other.

A chapter runs in a kernel of its own, which spends most of its time importing the frameworks.
myst-nb starts it when it reads the page, after the gallery is done. Here it is started before, in
the background, and its outputs go into the very cache in which myst-nb then finds them. A chapter
that fails is left alone: myst-nb executes it again and reports the failure.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from _extensions import folders, stages
from _extensions.execute import execution_record, script_doctests
from _extensions.execute.execution_record import Execution
from _extensions.execute.progress import Progress

if TYPE_CHECKING:
    from nbformat import NotebookNode

# For speed, psutil and what executes notebooks are imported where a chapter is executed: most
# builds execute none.

progress = Progress("chapter")
_threads: list[threading.Thread] = []


def uncached_chapters(app: Sphinx) -> list[tuple[Path, NotebookNode]]:
    """Return the chapters whose outputs are not in the cache."""
    folder = Path(app.config.nb_execution_cache_path)
    new_cache = not folder.exists()
    pages = [Path(app.env.doc2path(name)) for name in sorted(app.project.discover(app.config.exclude_patterns))]
    chapters_only = [path for path in pages if path.suffix == ".md" and "auto_gallery" not in path.parts]
    changed = [path for path in chapters_only if new_cache or _changed(app, path) or _unmeasured(path)]
    if not changed:
        return []
    from jupyter_cache import get_cache
    from myst_nb.core.read import create_nb_reader

    cache = get_cache(str(folder))
    chapters = []
    for path in changed:
        text = path.read_text(encoding="utf-8")
        reader = create_nb_reader(str(path), app.env.myst_config, app.env.mystnb_config, text)
        if reader is None:  # a page without code
            continue
        notebook = reader.read(text)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            chapters.append((path, notebook))
        else:
            if _unmeasured(path):
                chapters.append((path, notebook))
    return chapters


def _unmeasured(path: Path) -> bool:
    """Tell whether a page has code whose execution the record of the build knows nothing about."""
    has_code = any(block.kind == "code" for block in script_doctests.blocks_of_chapter(str(path)))
    return has_code and not execution_record.is_current(path)


def _changed(app: Sphinx, path: Path) -> bool:
    """Tell whether a page has been written since it was last read.

    Sphinx keeps that time in microseconds.
    """
    read = app.env.all_docs.get(app.env.path2doc(path) or "", 0)
    return path.stat().st_mtime_ns // 1000 > read


def start(app: Sphinx) -> None:
    """Begin to execute what is not cached."""
    if app.config.nb_execution_mode != "cache":
        return
    chapters = uncached_chapters(app)
    if app.config.gallery_only:
        # A partial build executes the script that it is asked for, and shows other pages as far as
        # they are known.
        left_out = {app.env.path2doc(path) for path, _ in chapters} | getattr(app.env, "chapters_not_executed", set())
        app.env.chapters_not_executed = left_out
        patterns = (Path(app.env.doc2path(name)).as_posix() for name in left_out)
        app.env.mystnb_config.execution_excludepatterns = tuple(patterns)
    elif chapters:
        progress.left = len(chapters)
        # No daemon: a build that stops waits for the chapter that is being executed. At exit
        # nbclient would take down its kernel under the feet of the thread, which can hang for ever.
        _threads.append(threading.Thread(target=_execute, args=(app, chapters)))
        _threads[-1].start()


def _execute(app: Sphinx, chapters: list[tuple[Path, NotebookNode]]) -> None:
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn
    from jupyter_cache.executors.utils import single_nb_execution

    cache = get_cache(app.config.nb_execution_cache_path)
    for path, notebook in chapters:
        if not threading.main_thread().is_alive():  # the build has stopped
            return
        peak: list[int | None] = [None]
        progress.start(path.stem)
        result = single_nb_execution(
            notebook,
            cwd=str(path.parent),
            allow_errors=False,
            timeout=app.config.nb_execution_timeout,
            meta_override=True,
            on_cell_executed=partial(_measure_kernel, peak),
            # What a cell prints arrives in pieces cut anywhere; myst-nb would put a line break at
            # each cut.
            coalesce_streams=True,
        )
        # myst-nb executes a chapter that has failed once more, and reports the failure.
        progress.end(path.stem, "ended" if result.err is None else "failed")
        if result.err is None:
            key = execution_record.key_of(path)
            execution_record.record(path.stem, execution_record.Measurement(key, result.time, peak[-1]))
            data = {"execution_seconds": result.time}
            cache.cache_notebook_bundle(
                CacheBundleIn(notebook, str(path), data=data), check_validity=False, overwrite=True
            )


def _measure_kernel(peak: list[int | None], **_cell: object) -> None:
    """Ask after a cell how much memory the kernel has taken so far.

    This build has one kernel at a time.
    """
    import psutil

    for process in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # another one may end meanwhile
            if any("ipykernel_launcher" in word for word in process.cmdline()):
                peak.append(execution_record.peak_memory(process.pid))


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """Name the chapters that a partial build has shown without their outputs."""
    missing = getattr(env, "chapters_not_executed", set())
    if not app.config.gallery_only:
        env.chapters_not_executed = set()
    return missing & env.found_docs


def wait(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Let the last chapter finish before pages are read."""
    while _threads:
        _threads.pop().join()


def executions(env: BuildEnvironment) -> Iterator[Execution]:
    """Name the pages with cells."""
    for page in sorted(env.found_docs):
        path = Path(env.doc2path(page))
        if path.suffix == ".md":
            blocks = tuple(script_doctests.blocks_of_chapter(str(path)))
            if any(block.kind == "code" for block in blocks):
                count, key = script_doctests.examples(blocks), execution_record.key_of(path)
                yield Execution(page, folders.below_root(path), "myst-nb", count, path.stem, key)


def setup(app: Sphinx) -> dict[str, bool]:
    """Start between myst-nb and sphinx-gallery.

    These have the same priority, so the order of ``extensions`` decides.
    """
    stages.listen(app, stages.Stage.CHAPTERS_STARTED, start)
    stages.listen(app, stages.Stage.PAGES_OUTDATED, read_again)
    stages.listen(app, stages.Stage.CHAPTERS_FINISHED, wait)
    return stages.SAFE
