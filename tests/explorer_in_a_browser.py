"""The explorer in a browser, set by its address as a link does."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from in_a_browser import watched
from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """The explorer, opened once for all tests that set it by its address."""
    with watched(browser, address) as page:
        page.goto(f"{address}/explorer.html")
        yield page


def turn(page: Page, state: dict[str, object]) -> None:
    """Set a form by the address, as a link does, and wait until the page has done so.

    An address that is there already changes nothing.
    """
    page.evaluate(
        """hash => new Promise(done => {
            addEventListener('hashchange', done, { once: true });
            if (location.hash === `#${hash}`) done();
            else location.hash = hash;
        })""",
        urlencode(state),
    )
