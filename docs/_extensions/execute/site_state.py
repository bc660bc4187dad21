"""Write every page again after a build that was interrupted, partial or of other code.

A marker in the output folder says that a build has begun and not ended, and whether it was partial.
A stamp beside the document trees holds the :func:`keys.writing_key` with which the pages were
written.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

from _extensions import files, stages
from _extensions.execute import keys

logger = logging.getLogger(__name__)

_UNFINISHED = ".unfinished"
_PARTIAL = "partial"


def start_site(app: Sphinx) -> None:
    """Empty the output folder if its pages cannot be kept.

    They cannot when the build before this one did not come to its end, was partial, or made pages
    differently.

    Sphinx compares the age of a page with that of its source, and would keep one of which only half
    was written; listings of source it keeps even when the code that makes the pages has changed. A
    partial build leaves stand-ins for the pictures of scripts that it did not execute.
    """
    written_by = Path(app.doctreedir, "written-by")
    key = keys.writing_key()
    if files.read(written_by) != key:
        shutil.rmtree(app.outdir)
        Path(app.outdir).mkdir()
        files.write_whole(written_by, key)
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
    """Begin before anything is written, and end after everything is."""
    # Sphinx reads every page again when a setting has changed: directives have a part in the
    # document trees.
    app.add_config_value("site_written_by", keys.writing_key(), "env", (str,))
    stages.listen(app, stages.Stage.SITE_STARTED, start_site)
    stages.listen(app, stages.Stage.SITE_FINISHED, finish_site)
    return stages.SAFE
