"""Write into each figure which commit its script comes from.

That changes when a script is committed, without the script being executed again.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from _extensions import files, folders, stages
from _extensions.gallery import figure_files, preview_cards, provenance
from _extensions.gallery.figure_descriptions import described, figures
from _extensions.gallery.figure_descriptions import write as write_description


def name_commits(app: Sphinx) -> None:
    """Write into each picture and its description the commit that last changed its script."""
    for light in figures(Path(app.srcdir, "auto_gallery")):
        description = described(light)
        (source,) = re.findall(r"<dc:source>(.*?)</dc:source>", light.read_text(encoding="utf-8"))
        commit = provenance.commit_of(folders.ROOT / source)
        if description["commit"] == commit:
            continue
        for path in figure_files.of(light):
            picture = path.read_text(encoding="utf-8")
            stamped = re.sub(r"(?<=<dc:identifier>commit )[^<]*", commit, picture)
            files.write_if_changed(path, stamped)
        if (card := preview_cards.card(light)).exists():
            preview_cards.describe(card, description, source, commit)
        # last: a build that is killed before comes back here
        write_description(light, description | {"commit": commit})


def setup(app: Sphinx) -> dict[str, bool]:
    """Run after sphinx-gallery."""
    stages.listen(app, stages.Stage.COMMITS_NAMED, name_commits)
    return stages.SAFE
