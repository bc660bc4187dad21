"""The pages and files that sphinx-gallery makes of each script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from _extensions import folders, stages
from _extensions.execute import execution_record, script_doctests
from _extensions.execute.execution_record import Execution


def pages() -> Iterator[tuple[Path, Path]]:
    """Yield each script of the gallery, and its page without an ending."""
    for script in sorted(folders.scripts().rglob("*.py")):
        yield script, (folders.gallery_pages() / script.relative_to(folders.scripts())).with_suffix("")


def files_of(folder: Path, script: str) -> list[Path]:
    """List what a script has made: page, figures, downloads."""
    # The files of a script are called after it, with an ending or a number; plot_1 is not plot_10.
    its_own = re.compile(rf"(?:sphx_glr_)?{re.escape(script)}(?:\.|_\d{{3}}|_thumb).*")
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and its_own.fullmatch(path.name)]


def forget_removed() -> None:
    """Delete the pages of scripts that are no longer in the gallery."""
    for page in folders.gallery_pages().rglob("*.rst"):
        folder = folders.scripts() / page.parent.relative_to(folders.gallery_pages())
        known = page.stem in ("index", "sg_execution_times") or (folder / f"{page.stem}.py").exists()
        if not known or not folder.is_dir():
            for path in files_of(page.parent, page.stem):
                path.unlink()


def executions(env: BuildEnvironment) -> Iterator[Execution]:
    """Name the pages of scripts."""
    for script, page in pages():
        name = page.relative_to(Path(env.srcdir)).as_posix()
        if name in env.found_docs:
            count = script_doctests.examples(script_doctests.blocks_of_script(str(script)))
            key = execution_record.key_of(script)
            yield Execution(name, folders.below_root(script), "sphinx-gallery", count, script.stem, key)


def note_executed(app: Sphinx) -> None:
    """Count what sphinx-gallery has executed, in this process or in others."""
    passed = (Path(script) for script in app.config.sphinx_gallery_conf["passing_examples"])
    execution_record.executed.update(script.stem for script in passed)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run after sphinx-gallery."""
    stages.listen(app, stages.Stage.SCRIPTS_RECORDED, note_executed)
    return stages.SAFE
