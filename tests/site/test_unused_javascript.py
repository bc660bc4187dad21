"""Pages load only what they use."""

from __future__ import annotations

import re

from _extensions.page import unused_javascript
from site_under_test import SITE, pages


def test_scripts_that_a_page_does_not_use_are_not_loaded():
    for name, page in pages().items():
        assert "fontawesome.js" not in page.html
        assert ("searchindex.js" in page.html) == (name == "search.html")
    assert unused_javascript.__doc__


def test_icons_of_pages_are_in_the_small_font():
    sheet = (SITE / "_static" / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    ours = (SITE / "_static" / "site.css").read_text(encoding="utf-8")
    held = {int(code, 16) for code in re.findall(r"U\+([0-9A-F]{4})", ours)}
    names = {name for page in pages().values() for name in re.findall(r"\bfa-solid (?:fa-lg )?fa-([a-z-]+)", page.html)}
    assert len(names) >= 8
    for name in names:
        code = re.search(rf'\.fa-{name}[,:{{][^}}]*(?:--fa|content):"\\([0-9a-f]+)', sheet)[1]
        assert int(code, 16) in held, name
