"""The built site in a browser: what every test that opens pages begins with.

No test depends on the speed of the machine. A test waits for the state that it is about, and looks
at it then: ``expect(...)``, ``locator.wait_for()``, or ``page.wait_for_function("() => ...")``. The
last takes a function and not an expression, which Chromium would have to evaluate anew each time
and the Content-Security-Policy of the pages forbids.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from site_under_test import served

# The first is Chromium without what surrounds a page, and the quickest.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
# No name but this machine's leads anywhere.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ALONE]

PATIENCE = 300_000
"""Milliseconds after which a state that a test waits for is taken never to come, on the slowest
machine."""

expect.set_options(timeout=PATIENCE)

# Where a browser is required its absence is a failure; elsewhere these tests have nothing to run
# in.
needs_a_browser = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("REMOVABLE_REQUIRE_BROWSER"), reason="no Chromium on this machine"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "install Chromium: these tests are required here"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as address:
        yield address


@contextlib.contextmanager
def visit(browser: Browser, **settings: object) -> Iterator[BrowserContext]:
    """Open a context, which is a reader with an empty cache.

    Its pages wait as long as a slow machine needs.
    """
    context = browser.new_context(**settings)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@contextlib.contextmanager
def watched(browser: Browser, address: str) -> Iterator[Page]:
    """Open a page that records its requests, those to other hosts, and errors of the console."""
    with visit(browser, reduced_motion="reduce") as context:
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


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A watched page of its own for each test."""
    with watched(browser, address) as page:
        yield page


# The theme sets tabindex on whatever scrolls, 300 ms after the last change of the page or of the
# window. The table of a build gets its measurements from a file of its own, and a status line with
# them.
SETTLED = """() => document.readyState === "complete" && document.fonts.status === "loaded"
    && [...document.querySelectorAll("pre, .pst-scrollable-table-container")]
        .every(e => e.scrollWidth <= e.clientWidth || e.tabIndex === 0)
    && (!document.querySelector("table.build-record.pages") || document.querySelector("p[role=status]"))"""


def settle(page: Page) -> None:
    """Wait until a page has loaded and its scripts have done what they do by themselves."""
    page.wait_for_function(SETTLED)


def loaded(image: Locator) -> None:
    """Wait until a picture has arrived and can be drawn; one that never does is a failure."""
    image.page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())


WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@functools.cache
def axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, only: dict[str, object], *, without: Sequence[str] = ()) -> list[str]:
    """Ask axe-core for some rules, and not for some of these.

    Name each rule with the first elements that break it.
    """
    left_out = {rule: {"enabled": False} for rule in without}
    options = {"preload": False, "resultTypes": ["violations"], "runOnly": only, "rules": left_out}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{rule['id']}: {[node['html'][:200] for node in rule['nodes'][:3]]}" for rule in found]
