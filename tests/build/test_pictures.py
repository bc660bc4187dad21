"""Thumbnails, legends and figures for narrow screens: what is drawn, and what pages show of it."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from _extensions.content import figure_first, gallery_thumbnails, pictures
from _extensions.content.picture_size import size
from _extensions.gallery import figure_files, figures, legends, notebook_prose, stacked_panels, thumbnails
from docutils import nodes
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from removable import plots

PIXELS_PER_POINT = 96 / 72
THUMBNAILS = 300_000 // (2 * 54)
"""Bytes of one, where those of all pages, light and dark, have 300 kB."""


@pytest.fixture
def fig() -> Iterator[Figure]:
    """Two panels, with a long legend, a text, and ticks closer than a phone has room for."""
    plt.rcdefaults()
    drawn, axes = plots.row(["PyTorch 2", "a title that is rather long for a panel"])
    x = np.linspace(0, 1, 50)
    for ax in axes:
        for k, label in enumerate(("green: kept, in part or whole", "red: absorbed; nothing to draw", "the truth")):
            ax.plot(x, x * (k + 1) / 3, label=label, color=plots.LIGHT["red"])
        ax.plot(x, 0 * x, label="_hidden", **plots.dots("meant"))
        ax.annotate("a law", (0.1, 0.9), color=plots.LIGHT["ink"])
        ax.set_xlabel("distance")
        ax.set_xticks(np.linspace(0, 1, 9), [f"10^{k}0000" for k in range(9)])
    axes[0].set_ylabel("an error, the largest of all")
    plots.legend(drawn)
    plots.describe(drawn, "Figure 1", "A line.", {"torch": "PyTorch 2"}, word="2 ≠ 1", panel=1)
    yield drawn
    plt.close("all")


def shown(fig: Figure) -> set[str]:
    """Texts of a figure that are drawn."""
    fig.draw_without_rendering()
    panels = [ax for ax in fig.axes if ax.axison]
    labels = [label for ax in panels for axis in (ax.xaxis, ax.yaxis) for label in axis.get_majorticklabels()]
    drawn = {label for label in labels if label.get_visible() and not hidden(label, fig)}
    others = set(fig.findobj(Text)) - set(labels)
    return {text.get_text() for text in drawn | others if text.get_visible()} - {""}


def hidden(label: Text, fig: Figure) -> bool:
    ticks = [tick for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_major_ticks()]
    return not any(label is tick.label1 and tick.label1.get_visible() for tick in ticks)


def test_a_thumbnail_is_one_panel_in_thick_lines_without_texts(fig):
    kept = fig.axes[1]
    assert thumbnails.panel(fig, 1) is kept
    assert fig.axes == [kept]
    assert shown(fig) == set()
    assert fig.legends == []
    joined, samples = kept.lines[:3], kept.lines[3]
    assert all(line.get_linewidth() >= 2 and line.get_marker() in ("None", "none") for line in joined)
    assert samples.get_markersize() >= 4


def test_thumbnails_are_drawn_light_and_dark_small_and_always_the_same(fig, tmp_path):
    light = tmp_path / "sphx_glr_plot_x_001.svg"
    again = pickle.loads(pickle.dumps(fig))
    thumbnails.save(fig, light, plots.description(fig))
    paths = figure_files.thumbnails(light)
    for path, colours in zip(paths, (plots.LIGHT, plots.DARK), strict=True):
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("WEBP", thumbnails.SIZE)
            corner = np.array(picture.convert("RGB").getpixel((2, 100)), dtype=int)
        assert np.abs(corner - [int(colours["paper"][k : k + 2], 16) for k in (1, 3, 5)]).max() < 8
        assert path.stat().st_size < THUMBNAILS
    before = [path.read_bytes() for path in paths]
    thumbnails.save(again, light, plots.description(again))
    assert [path.read_bytes() for path in paths] == before


def test_the_word_of_a_thumbnail_stands_where_nothing_is_drawn():
    fig, ax = plt.subplots()
    ax.plot([0, 0.5, 0.5, 1], [1, 1, 0, 0])  # upper left and lower right are taken
    thumbnails.panel(fig, 0)
    empty = thumbnails._pixels(fig)
    word = fig.text(0, 0, "NaN", size=20)
    thumbnails._place(word, empty)
    x, y = word.get_position()
    assert (x < 0.5 and y < 0.9) or (x > 0.5 and y > 0.1)
    plt.close(fig)


def test_the_longest_word_fits_a_thumbnail(fig, tmp_path):
    plots.describe(fig, "Figure 1", "A line.", {"torch": "PyTorch 2"}, word="WWWWWWWWWWWW")
    thumbnails.save(fig, tmp_path / "x_001.svg", plots.description(fig))
    (word,) = fig.texts
    assert word.get_window_extent().width <= 0.65 * fig.bbox.width


def test_legends_are_large_and_not_wider_than_the_figure(fig):
    fig.set_size_inches(5, 4)
    legends.enlarge(fig)
    fig.draw_without_rendering()
    (legend,) = fig.legends
    assert {text.get_fontsize() * PIXELS_PER_POINT >= 14 for text in legend.get_texts()} == {True}
    assert legend.get_window_extent().width <= fig.bbox.width
    assert [text.get_text() for text in legend.get_texts()] == [
        "green: kept, in part or whole",
        "red: absorbed; nothing to draw",
        "the truth",
    ]


def test_a_narrow_figure_has_its_panels_in_a_column_in_text_that_can_be_read_there(fig):
    left, right = fig.axes
    right.legend(["another"])  # inside a panel
    stacked_panels.stack(fig)
    fig.draw_without_rendering()
    assert fig.get_figwidth() * 96 <= 360
    above, below = left.get_position(), right.get_position()
    assert above.y0 > below.y1
    assert above.x0 == pytest.approx(below.x0)
    assert left.get_ylabel() == right.get_ylabel() != ""
    (legend,) = fig.legends
    assert right.get_legend() is None
    assert "another" in {text.get_text() for text in legend.get_texts()}
    large = [*legend.get_texts(), left.title, right.title, right.xaxis.label, *left.texts]
    assert all(text.get_fontsize() * PIXELS_PER_POINT >= 14 for text in large)
    boxes = [text.get_window_extent() for text in [*large, left.yaxis.label]]
    assert all(box.x0 >= 0 and box.x1 <= fig.bbox.width for box in boxes)
    assert min(box.y0 for box in boxes) >= 0
    labels = [label.get_window_extent() for label in right.get_xticklabels() if label.get_visible()]
    assert len(labels) > 1
    assert all(one.x1 < next_one.x0 for one, next_one in itertools.pairwise(labels))


def test_long_names_of_rows_leave_a_narrow_panel_its_width():
    fig, (ax,) = plots.row(["rows"])
    ax.plot([1, 2, 3], [0, 1, 2], "o")
    ax.set_yticks([0, 1, 2], ["TensorFlow experimental.numpy.sinc", "another of such a name", "JAX"])
    stacked_panels.stack(fig)
    assert ax.bbox.width > 0.8 * fig.bbox.width
    assert all(label.get_window_extent().x0 >= 0 for label in ax.get_yticklabels())
    plt.close(fig)


def test_a_column_of_a_grid_keeps_its_title_and_a_row_its_name():
    fig, axes = plt.subplots(2, 2, sharex=True)
    for ax, title in zip(axes[0], ("power", "root"), strict=True):
        ax.set_title(title)
    for ax, name in zip(axes[:, 0], ("PyTorch\nerror", "TensorFlow\nerror"), strict=True):
        ax.set_ylabel(name)
    stacked_panels.stack(fig)
    panels = stacked_panels.panels_of(fig)
    assert [ax.get_title() for ax in panels] == ["power", "root", "power", "root"]
    assert [ax.get_ylabel() for ax in panels] == ["PyTorch\nerror"] * 2 + ["TensorFlow\nerror"] * 2
    plt.close(fig)


def test_a_line_is_not_broken_within_a_formula():
    fig = plt.figure()
    text = fig.text(0, 0, r"off by $a + b + c + d$ at most")
    legends.wrap(text, 1)
    assert text.get_text() == "off\nby\n$a + b + c + d$\nat\nmost"
    plt.close(fig)


@pytest.fixture
def scraped(fig, tmp_path) -> Path:
    """A figure as the scraper leaves it, twice: the second time into the folder ``again``."""
    copy = pickle.dumps(fig)
    source = figures.folders.scripts() / "3_derivatives" / "plot_figure_6.py"
    for folder in ("", "again"):
        if folder:
            plt.close("all")
            pickle.loads(copy)
        path = tmp_path / folder / "sphx_glr_plot_figure_6_001.png"
        path.parent.mkdir(exist_ok=True)
        figures.scrape(None, {"image_path_iterator": [str(path)], "src_file": str(source)}, {})
    return tmp_path / "sphx_glr_plot_figure_6_001.svg"


def test_a_scraped_figure_has_all_its_pictures_the_same_in_two_builds(scraped):
    wide, dark, narrow, narrow_dark = figure_files.of(scraped)
    for path in (wide, dark, narrow, narrow_dark, *figure_files.thumbnails(scraped)):
        assert 0 < path.stat().st_size <= 150_000
        assert path.read_bytes() == (path.parent / "again" / path.name).read_bytes()
    assert size(narrow)[0] <= 360 < size(wide)[0]
    for path, colours in zip(figure_files.of(scraped), (plots.LIGHT, plots.DARK) * 2, strict=True):
        text = path.read_text(encoding="utf-8")
        assert colours["ink"] in text
        assert "<dc:identifier>commit </dc:identifier>" in text
    assert plots.LIGHT["ink"] not in narrow_dark.read_text(encoding="utf-8")


def test_the_source_of_a_picture_is_for_narrow_screens_and_says_its_size(tmp_path):
    svg = tmp_path / "x_narrow.svg"
    svg.write_text('<svg width="266pt" height="300pt" viewBox="0 0 266.4 300" version="1.1">', encoding="utf-8")
    node = pictures.source(svg, "/images/x_narrow.svg")
    assert node["size"] == (355, 400)
    builder = SimpleNamespace(imgpath="../_images", images={"/images/x_narrow.svg": "x narrow.svg"})
    translator = SimpleNamespace(body=[], builder=builder)
    with pytest.raises(nodes.SkipNode):
        pictures._write_source(translator, node)
    assert translator.body == [
        '<source media="screen and (max-width: 640px)" srcset="../_images/x%20narrow.svg" width="355" height="400" />'
    ]
    style = (figures.folders.ROOT / "docs" / "_static" / "site.css").read_text(encoding="utf-8")
    assert f"@media {pictures.NARROW} {{" in style
    without = tmp_path / "without.svg"
    without.write_text("<svg>", encoding="utf-8")
    with pytest.raises(ValueError, match="says no size"):
        pictures.source(without, "/images/without.svg")


def test_a_list_of_pages_shows_thumbnails_light_and_dark_where_they_were_drawn(tmp_path):
    images = tmp_path / "auto_gallery" / "s" / "images"
    images.mkdir(parents=True)
    for path in figure_files.thumbnails(images / "sphx_glr_plot_a_001.svg"):
        path.touch()
    folder = "auto_gallery/s/images"
    copies = [nodes.image(uri=f"{folder}/thumb/sphx_glr_plot_{n}_thumb.{e}") for n, e in (("a", "svg"), ("b", "png"))]
    document = nodes.section("", *copies, nodes.image(uri=f"{folder}/photo.svg"))
    gallery_thumbnails.replace(SimpleNamespace(srcdir=str(tmp_path)), document)
    assert [(image["uri"], image["classes"], image.get("loading")) for image in document.findall(nodes.image)] == [
        (f"{folder}/sphx_glr_plot_a_001_thumb.webp", ["only-light"], "lazy"),
        (f"{folder}/sphx_glr_plot_a_001_thumb_dark.webp", ["only-dark"], "lazy"),
        (f"{folder}/thumb/sphx_glr_plot_b_thumb.png", [], None),
        (f"{folder}/photo.svg", [], None),
    ]


def test_a_gallery_page_shows_its_figure_before_its_code():
    def page() -> nodes.section:
        drawn = nodes.figure("", classes=["gallery-figure"])
        code = nodes.section("", nodes.title("", "Code"), nodes.literal_block("", "draw()"), drawn)
        return nodes.section("", nodes.title("", "Page"), nodes.paragraph("", "Promise."), code)

    app = SimpleNamespace(env=SimpleNamespace(docname="auto_gallery/s/plot_x"))
    moved = page()
    figure_first.move_up(app, moved)
    assert [type(node) for node in moved.children] == [nodes.title, nodes.paragraph, nodes.figure, nodes.section]
    (link,) = moved.findall(nodes.reference)
    assert link["refid"] in moved.children[2]["ids"]
    chapter = page()
    app.env.docname = "paper/3-derivatives"
    figure_first.move_up(app, chapter)
    assert chapter.pformat() == page().pformat()


def test_a_note_with_a_title_is_a_note_in_a_notebook():
    text = ".. admonition:: Take away\n   :class: note\n\n   - One.\n"
    assert notebook_prose.plain(text) == ".. note::\n\n   **Take away**\n\n   - One.\n"
