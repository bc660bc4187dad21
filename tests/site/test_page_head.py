"""The head of a page, as previews of links read it."""

from __future__ import annotations

import re
from html import unescape

from _extensions.content import citations
from _extensions.page import descriptions, page_head
from docutils import nodes
from site_under_test import SITE, meta, pages


def test_without_a_public_address_no_page_names_one():
    for page in pages().values():
        assert meta(page.html, "og:url") is None
        assert meta(page.html, "og:image") is None
        assert 'rel="canonical"' not in page.html
        assert "<base" not in page.html
    assert not (SITE / "sitemap.xml").exists()
    assert not (SITE / "robots.txt").exists()


def named(html, name):
    return [unescape(text) for text in re.findall(rf'<meta name="{name}" content="([^"]*)"', html)]


def test_reference_managers_find_the_paper_on_its_page_and_this_site_elsewhere():
    paper = pages()["paper/index.html"].html
    assert named(paper, "citation_title") == ["Software-based Automatic Differentiation is Flawed"]
    assert named(paper, "citation_author") == ["Johnson, Daniel", "Maxfield, Trevor", "Jin, Yongxu", "Fedkiw, Ronald"]
    assert named(paper, "citation_publication_date") == ["2023"]
    assert named(paper, "citation_arxiv_id") == ["2305.03863"]
    cff = citations.load()
    for name in ("index.html", "paper/2-trivial-example.html", "auto_gallery/3_derivatives/plot_figure_6.html"):
        site = pages()[name].html
        assert named(site, "citation_title") == [cff["title"]]
        assert named(site, "citation_author") == [cff["authors"][0]["name"]]
        assert named(site, "citation_arxiv_id") == []


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
