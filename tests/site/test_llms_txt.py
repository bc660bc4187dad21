"""The list of text versions, ``llms.txt``."""

from __future__ import annotations

import re

from site_under_test import SITE, texts


def test_the_list_for_tools_names_every_text_once():
    listed = re.findall(
        r"^- \[[^\n]*?\]\(([^)\s]+)\): \S", (SITE / "llms.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(name.replace(".html", ".txt") for name in texts() if name != "404.html")
