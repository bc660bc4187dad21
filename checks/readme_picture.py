"""Bring the picture of the README up to date: Figure 6 as the last build of the site has drawn it.

``python checks/readme_picture.py`` writes ``docs/_readme/figure_6.svg``. The commit that a picture
of the site names is left out, so that the file changes with the figure alone.
``tests/site/test_readme.py`` compares the two.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
DRAWN = ROOT / "docs" / "auto_gallery" / "3_derivatives" / "images" / "sphx_glr_plot_figure_6_001.svg"
KEPT = ROOT / "docs" / "_readme" / "figure_6.svg"

_COMMIT = re.compile(r"^ *<dc:identifier>commit [^<]*</dc:identifier>\n", re.MULTILINE)


def picture(drawn: str) -> str:
    """Return the text of a picture without the commit of its script.

    Raises
    ------
    ValueError
        If the picture names no commit, or several.
    """
    text, count = _COMMIT.subn("", drawn)
    if count != 1:
        raise ValueError(f"the picture names {count} commits where one is expected; build the site again.")
    return text


if __name__ == "__main__":
    KEPT.write_text(picture(DRAWN.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"written: {KEPT.relative_to(ROOT)}")
