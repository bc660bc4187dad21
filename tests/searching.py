"""The search of the built site, as a browser shows it."""

from __future__ import annotations

import urllib.parse

from playwright.sync_api import Page

__all__ = ["results"]

_FINISHED = "() => /finished|did not match/.test(document.querySelector('.search-summary')?.textContent)"
_RESULTS = """() => [...document.querySelectorAll("#search-results li")].map(result => ({
    address: result.querySelector("a").getAttribute("href"), title: result.querySelector("a").textContent,
    excerpt: result.querySelector(".context")?.textContent ?? "" }))"""


def results(page: Page, address: str, query: str) -> list[dict[str, str]]:
    """Type a query, and return what is found once the search has finished."""
    page.goto(f"{address}/search.html?q={urllib.parse.quote(query, safe='')}")
    page.wait_for_function(_FINISHED)
    page.wait_for_load_state("networkidle")  # each excerpt is made of a page of its own
    return page.evaluate(_RESULTS)
