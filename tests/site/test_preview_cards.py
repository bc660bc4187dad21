"""The card of each figure, for previews of links."""

from __future__ import annotations

import re

from site_under_test import ROOT, SITE

# What else computed some of the figures.
ALONE = {"plot_fma": r"JAX [\d.]+"}
"""Figures of one system alone: in its order of operations, by rational numbers."""

MORE = {
    "plot_remedies": r", JAX [\d.]+",
    "plot_sinc": r", JAX [\d.]+",
    "plot_precision_and_order": r", JAX [\d.]+",
    "plot_squares": r", JAX [\d.]+",
    "plot_every_bit": r", JAX [\d.]+",
    "plot_library_functions": r", JAX [\d.]+",
    "plot_fma_worth": r", JAX [\d.]+",
    "plot_rewrites": r", JAX [\d.]+",
    "plot_factor_in_plain_sight": r", JAX [\d.]+, PyTensor [\d.]+, Torch7 \(replayed\), Caffe \(replayed\), SymPy [\d.]+",
    "plot_who_simplifies": r", JAX [\d.]+, PyTensor [\d.]+, Torch7 \(replayed\), Caffe \(replayed\), SymPy [\d.]+",
}


def test_each_figure_has_a_card_for_previews():
    from PIL import Image

    figures = list((SITE / "_images").glob("sphx_glr_plot_*_001.svg"))
    assert len(figures) >= 19
    for figure in figures:
        (card,) = (ROOT / "docs" / "auto_gallery").rglob(f"{figure.stem}_card.png")
        with Image.open(card) as image:
            assert image.size == (1200, 630)
            text = figure.read_text(encoding="utf-8")
            assert f"<dc:source>{image.info['Source']}</dc:source>" in text
            assert f"<dc:identifier>{image.info['Comment']}</dc:identifier>" in text
            script = figure.stem.removeprefix("sphx_glr_").removesuffix("_001")
            both = rf"PyTorch [\d.]+, TensorFlow [\d.]+{MORE.get(script, '')}"
            assert re.fullmatch(ALONE.get(script, both), image.info["Software"])
