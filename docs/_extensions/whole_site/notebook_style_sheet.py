"""The style sheet of myst-nb, copied before the first page is written.

myst-nb copies it after the last page. Then the pages of a first build would address it without the
checksum that those of a second one carry.
"""

from __future__ import annotations

from pathlib import Path

from myst_nb.sphinx_ext import add_global_html_resources
from sphinx.application import Sphinx

from _extensions import stages


def bring_style_sheet(app: Sphinx) -> None:
    """Have the style sheet there before the first page is written."""
    if app.builder.format == "html":
        Path(app.outdir, "_static").mkdir(parents=True, exist_ok=True)
        add_global_html_resources(app, None)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run once the output folder has been emptied."""
    stages.listen(app, stages.Stage.STYLE_SHEET_COPIED, bring_style_sheet)
    return stages.SAFE
