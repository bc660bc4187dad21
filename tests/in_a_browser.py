"""The built site in a browser: what every test that opens pages begins with."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from site_under_test import served

# The first is Chromium without what surrounds a page, and the quickest.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
# No name but this machine's leads anywhere.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ALONE]

# Where a browser is required its absence is a failure; elsewhere these tests have nothing to run in.
needs_a_browser = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("REMOVABLE_REQUIRE_BROWSER"), reason="no Chromium on this machine"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "install Chromium: these tests are required here"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as address:
        yield address


@contextlib.contextmanager
def watched(browser: Browser, address: str) -> Iterator[Page]:
    """Open a page that remembers its requests, those to anywhere else, and every complaint of the console."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.trouble, page.asked = [], set()

    def note(request):
        if request.url.startswith((address, "data:", "about:")):
            page.asked.add(request.url.partition("?")[0].removeprefix(f"{address}/"))
        else:
            page.trouble.append(f"asks for {request.url}")

    page.on("request", note)
    page.on("console", lambda message: page.trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A watched page of its own for each test."""
    with watched(browser, address) as page:
        yield page


WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@functools.cache
def axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, only: dict[str, object], *, without: Sequence[str] = ()) -> list[str]:
    """Ask axe-core for some rules, and not for some of these; name each rule with the first elements that break it."""
    left_out = {rule: {"enabled": False} for rule in without}
    options = {"preload": False, "resultTypes": ["violations"], "runOnly": only, "rules": left_out}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{rule['id']}: {[node['html'][:200] for node in rule['nodes'][:3]]}" for rule in found]
