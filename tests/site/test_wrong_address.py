"""The page for a wrong address."""

from __future__ import annotations

from _extensions.page import rendered_pages, wrong_address
from _extensions.whole_site import site_address
from site_under_test import pages


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
