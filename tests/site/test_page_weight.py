"""How many bytes a page weighs."""

from __future__ import annotations

import statistics

from _extensions.whole_site import page_weight
from site_under_test import SITE, pages


def test_the_median_page_is_light_and_so_is_each_figure():
    weights = [page_weight.weigh(page.path, SITE).total for page in pages().values()]
    assert statistics.median(weights) <= page_weight.PAGE_LIMIT
    for picture in (SITE / "_images").iterdir():
        if not picture.stem.endswith("_card"):
            assert picture.stat().st_size <= page_weight.FIGURE_LIMIT, picture.name
    assert "median" in (SITE.parent / "page-weight.txt").read_text(encoding="utf-8")
