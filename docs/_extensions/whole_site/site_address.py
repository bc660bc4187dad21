"""The address of the site, ``SITE_URL``, or a local one that ``nox -s serve`` answers.

And that of its source, ``SOURCE_URL``.
"""

from __future__ import annotations

import os
import urllib.parse

LOCAL = "http://127.0.0.1:8000/"
NOT_FOUND = "404"
"""The page that a host shows in place of a missing one; it has no address of its own."""


def _given(name: str, what: str) -> str | None:
    """Return the address in a variable of the environment, without a slash at its end."""
    given = os.environ.get(name, "").strip()
    if not given:
        return None
    parts = urllib.parse.urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise SystemExit(f"{name} is {given!r}; give the address of {what}/")
    return given.rstrip("/")


def source() -> str | None:
    """Return the address of the repository, ``SOURCE_URL``, or None when there is none.

    Its issue tracker is expected at ``/issues`` below, where GitHub and GitLab have it.
    """
    return _given("SOURCE_URL", "the repository, such as https://example.org/someone/removable")


def public() -> str | None:
    """Return the public address with a slash at its end, or None when there is none.

    What only makes sense on a public site (canonical addresses, the list for search engines, a
    button for Colab) is left out without one.

    Raises
    ------
    SystemExit
        If ``SITE_URL`` is not an address that a browser understands.
    """
    given = _given("SITE_URL", "the site's first page, such as https://example.org/removable")
    return f"{given}/" if given else None


def address() -> str:
    """Return the address from which downloads install: the public one, or the local one."""
    return public() or LOCAL
