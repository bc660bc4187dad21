"""What search engines are given: ``sitemap.xml``, named in ``robots.txt``."""

from __future__ import annotations

import re

from _extensions.whole_site import search_engines


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
