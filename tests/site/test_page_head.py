"""What pages say of themselves, what they may load, their text versions, and what they weigh."""

from __future__ import annotations

import re
import statistics
import urllib.parse
from html import unescape

import pytest
from _extensions.page import content_security, descriptions, lean_pages, page_head, rendered_pages, wrong_address
from _extensions.whole_site import page_weight, search_engines, site_address
from docutils import nodes
from docutils.core import publish_doctree
from site_under_test import ROOT, SITE, pages

TEXTS = [name for name in pages() if (SITE / name).with_suffix(".txt").exists()]


def meta(html: str, name: str) -> str | None:
    found = re.search(rf'<meta (?:name|property|http-equiv)="{re.escape(name)}" content="([^"]*)"', html)
    return unescape(found[1]) if found else None


@pytest.mark.parametrize("name", pages())
def test_each_page_has_a_strict_policy_in_front_of_what_it_governs(name):
    html = pages()[name].html
    rules = dict(rule.split(" ", 1) for rule in meta(html, "Content-Security-Policy").split("; "))
    assert rules["default-src"] == "'none'"
    for kind in ("script-src", "style-src"):
        assert re.fullmatch(r"'self' file:(?: 'sha256-[\w+/]{43}=')*", rules[kind])
    assert not re.search(r"<(?:script|style|link)\b", html[: html.index("Content-Security-Policy")])


def test_the_policy_names_each_inline_script_once_and_no_other():
    html = "<script>a()</script><script src='b.js'></script><script>a()</script><style>p {}</style>"
    rules = content_security.policy(html).split("; ")
    assert rules[1].count("sha256") == rules[2].count("sha256") == 1
    assert content_security.policy("<script>b()</script>").split("; ")[1] != rules[1]


def test_no_page_has_a_script_in_an_attribute():
    for page in pages().values():
        assert not re.search(r"<[a-z][^<>]*\son[a-z]+\s*=", page.html), page.name


@pytest.mark.parametrize("name", pages())
def test_each_page_describes_itself(name):
    html = pages()[name].html
    assert meta(html, "og:title")
    description = meta(html, "og:description")
    assert description == meta(html, "description")
    assert 20 <= len(description) <= 300
    assert not re.search(r"What you will learn|\\[a-z]|\[\d+\]|:doc:|\{\{", description)


def test_descriptions_differ_from_page_to_page():
    described = [meta(pages()[name].html, "description") for name in TEXTS]
    assert len(set(described)) == len(described)
    assert descriptions.SITE not in described


def test_a_description_skips_boxes_and_lists():
    doctree = publish_doctree(".. note:: Not this.\n\n- Nor this.\n\nThis: :math:`\\gamma`, as in [1]. And more.\n")
    assert descriptions.describe(doctree, {}) == "This: γ, as in. And more."
    assert descriptions.describe(doctree, {"description": "Given."}) == "Given."
    assert descriptions.describe(None, {}) == descriptions.SITE


def test_without_a_public_address_no_page_names_one():
    for page in pages().values():
        assert meta(page.html, "og:url") is None
        assert meta(page.html, "og:image") is None
        assert 'rel="canonical"' not in page.html
        assert "<base" not in page.html
    assert not (SITE / "sitemap.xml").exists()
    assert not (SITE / "robots.txt").exists()


def test_with_a_public_address_previews_have_a_page_and_a_picture():
    html = page_head.tags('A "title"', "What it is", "https://example.org/a.html", "https://example.org/a.png", "Seen")
    assert meta(html, "og:title") == 'A "title"'
    assert meta(html, "og:url") == "https://example.org/a.html"
    assert meta(html, "og:image") == "https://example.org/a.png"
    assert (meta(html, "og:image:width"), meta(html, "og:image:height")) == ("1200", "630")


def test_the_picture_of_a_preview_is_the_card_of_the_first_figure(tmp_path):
    dark, light = (
        {"alt": "What it shows", "card": f"s/{theme}.png", "classes": [f"only-{theme}"]} for theme in ("dark", "light")
    )
    photo = nodes.image(uri="photo.png", alt="A photo", classes=["only-light"])
    document = nodes.section("", photo, nodes.image(uri="x_dark.svg", **dark), nodes.image(uri="x.svg", **light))
    assert page_head.picture(document, tmp_path) == (tmp_path / "s" / "light.png", "What it shows")
    card, alt = page_head.picture(nodes.section("", photo), tmp_path)
    assert (card.name, alt) == ("sphx_glr_plot_figure_6_001_card.png", descriptions.SITE)


# What else computed some of the figures.
ALONE = {"plot_fma": r"JAX [\d.]+"}
"""Figures of one system alone: in its order of operations, by rational numbers."""

MORE = {
    "plot_remedies": r", JAX [\d.]+",
    "plot_sinc": r", JAX [\d.]+",
    "plot_precision_and_order": r", JAX [\d.]+",
    "plot_squares": r", JAX [\d.]+",
    "plot_every_bit": r", JAX [\d.]+",
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


def test_the_sitemap_lists_what_it_is_given():
    xml = search_engines.sitemap(["https://example.org/a.html", "https://example.org/b.html?x&y"])
    assert re.findall("<loc>(.*?)</loc>", xml) == ["https://example.org/a.html", "https://example.org/b.html?x&amp;y"]


class Build:
    """As much of a build as the listeners ask for."""

    def __init__(self, outdir):
        self.outdir = outdir
        self.env = type("Env", (), {"found_docs": {"index", "paper/ledger", "404"}})
        self.builder = type("Builder", (), {"format": "html", "get_target_uri": staticmethod("{}.html".format)})


def test_a_build_writes_the_sitemap_with_a_public_address_and_removes_it_without(tmp_path, monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://example.org/sub")
    search_engines.write(Build(tmp_path), None)
    listed = re.findall("<loc>(.*?)</loc>", (tmp_path / "sitemap.xml").read_text())
    assert listed == ["https://example.org/sub/index.html", "https://example.org/sub/paper/ledger.html"]
    assert "Sitemap: https://example.org/sub/sitemap.xml" in (tmp_path / "robots.txt").read_text()
    monkeypatch.delenv("SITE_URL")
    search_engines.write(Build(tmp_path), None)
    assert [*tmp_path.iterdir()] == []


def test_the_page_for_a_wrong_address_starts_from_the_public_one(monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://example.org/deep/site/")
    page = rendered_pages.Rendered(pages()["404.html"].html)
    wrong_address.mend(None, "404", page)
    assert page.html.index('<base href="/deep/site/" />') < page.html.index("<meta")
    assert 'href="#' not in page.html
    other = rendered_pages.Rendered("<head></head>")
    wrong_address.mend(None, "index", other)
    assert other.html == "<head></head>"
    assert site_address.public() == "https://example.org/deep/site/"


def test_scripts_that_a_page_does_not_use_are_not_loaded():
    for name, page in pages().items():
        assert "fontawesome.js" not in page.html
        assert ("searchindex.js" in page.html) == (name == "search.html")
    assert lean_pages.__doc__


def test_icons_of_pages_are_in_the_small_font():
    sheet = (SITE / "_static" / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    ours = (SITE / "_static" / "site.css").read_text(encoding="utf-8")
    held = {int(code, 16) for code in re.findall(r"U\+([0-9A-F]{4})", ours)}
    names = {name for page in pages().values() for name in re.findall(r"\bfa-solid (?:fa-lg )?fa-([a-z-]+)", page.html)}
    assert len(names) >= 8
    for name in names:
        code = re.search(rf'\.fa-{name}[,:{{][^}}]*(?:--fa|content):"\\([0-9a-f]+)', sheet)[1]
        assert int(code, 16) in held, name


@pytest.mark.parametrize("name", [name for name in pages() if name not in ("genindex.html", "py-modindex.html")])
def test_pages_lead_to_their_text(name):
    if name.startswith("_modules/") or name == "search.html":  # listings of code, and a form
        return
    link = re.search(r'<link rel="alternate" type="text/plain"[^>]*href="([^"]+)"', pages()[name].html)
    text = (SITE / name).parent / urllib.parse.unquote(link[1])
    assert text.read_text(encoding="utf-8").strip()


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


def test_the_list_for_tools_names_every_text_once():
    listed = re.findall(
        r"^- \[[^\n]*?\]\(([^)\s]+)\): \S", (SITE / "llms.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(name.replace(".html", ".txt") for name in TEXTS if name != "404.html")


def test_the_median_page_is_light_and_so_is_each_figure():
    weights = [page_weight.weigh(page.path, SITE).total for page in pages().values()]
    assert statistics.median(weights) <= page_weight.PAGE_LIMIT
    for picture in (SITE / "_images").iterdir():
        if not picture.stem.endswith("_card"):
            assert picture.stat().st_size <= page_weight.FIGURE_LIMIT, picture.name
    assert "median" in (SITE.parent / "page-weight.txt").read_text(encoding="utf-8")
