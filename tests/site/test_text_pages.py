"""The text version of each page."""

from __future__ import annotations

import re
import urllib.parse

import pytest
from site_under_test import SITE, pages, texts


@pytest.mark.parametrize("name", [name for name in pages() if name not in ("genindex.html", "py-modindex.html")])
def test_pages_lead_to_their_text(name):
    if name.startswith("_modules/") or name == "search.html":  # listings of code, and a form
        return
    link = re.search(r'<link rel="alternate" type="text/plain"[^>]*href="([^"]+)"', pages()[name].html)
    text = (SITE / name).parent / urllib.parse.unquote(link[1])
    assert text.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("name", texts())
def test_texts_hold_no_markup_of_pictures(name):
    assert "<svg" not in (SITE / name).with_suffix(".txt").read_text(encoding="utf-8")


def test_a_table_of_a_script_is_in_its_text_as_it_was_printed():
    text = (SITE / "auto_gallery/5_beyond/plot_remedies.txt").read_text(encoding="utf-8")
    assert re.search(r"^ {23,}pairs  at    near   worst    NaN  ", text, re.MULTILINE)
    assert re.search(r"^ +Measured \d{4}-\d\d-\d\d on ", text, re.MULTILINE)


def test_texts_hold_what_pages_hold():
    def text(name):
        return (SITE / f"{name}.txt").read_text(encoding="utf-8")

    chapter = text("paper/2-trivial-example")
    assert r"$\gamma^2$" in chapter
    assert "$$    (1)" in chapter or "$$    (2)" in chapter
    assert "**PyTorch**\n\n   >>> " in chapter
    assert chapter.count("[Figure: ") == 6
    figure = text("auto_gallery/3_derivatives/plot_figure_6")
    assert "   x = torch.tensor(2 + gamma, dtype=torch.float64, requires_grad=True)" in figure
    assert "gamma    PyTorch             TensorFlow          truth" in figure
    assert figure.count("[Figure: ") == 1
    assert "Go to the end" not in figure
    assert "[source]" not in text("reference/grid")
    claims = text("paper/ledger")
    assert (
        claims.count("\nMeasured: ")
        == claims.count("\nVerdict: ")
        == pages()["paper/ledger.html"].html.count('id="claim-')
    )
