"""What the tests of the built site share: where it is, its pages, a server for them."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"


class Page(HTMLParser):
    """The links, loads, images, ids and text of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.name = path.relative_to(SITE).as_posix()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.images: list[dict[str, str]] = []
        self.ids: set[str] = set()
        self.html = path.read_text(encoding="utf-8")
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Sort the addresses of a page: a reader may follow some, a browser loads others itself."""
        a = {key: value or "" for key, value in attrs}
        self.ids.update(a[key] for key in ("id", "name") if a.get(key))
        if tag == "a" and "href" in a:
            self.links.append(a["href"])
        if tag == "img":
            self.images.append(a)
        if tag == "link" and not {"canonical", "author", "license", "search", "index", "next", "prev"} & {
            *a.get("rel", "").split()
        }:
            self.loads.append(a.get("href", ""))
        if tag in ("img", "script", "iframe", "source", "video", "audio", "embed") and a.get("src"):
            self.loads.append(a["src"])
        self.loads += [part.split()[0] for part in a.get("srcset", "").split(",") if part.strip()]


class _Pages(Mapping[str, Page]):
    """All pages by their names; one is read when it is asked for."""

    def __init__(self) -> None:
        found = (path.relative_to(SITE) for path in sorted(SITE.rglob("*.html")))
        self._pages: dict[str, Page | None] = {path.as_posix(): None for path in found if "_static" not in path.parts}

    def __getitem__(self, name: str) -> Page:
        if self._pages[name] is None:
            self._pages[name] = Page(SITE / name)
        return self._pages[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._pages)

    def __len__(self) -> int:
        return len(self._pages)


@functools.cache
def pages() -> Mapping[str, Page]:
    """Every page of the site, by its name."""
    return _Pages()


def texts() -> list[str]:
    """Return the names of the pages with a text version."""
    return [name for name in pages() if (SITE / name).with_suffix(".txt").exists()]


def meta(html: str, name: str) -> str | None:
    """Return what an element ``meta`` of a page says; None if the page has none of that name."""
    found = re.search(rf'<meta (?:name|property|http-equiv)="{re.escape(name)}" content="([^"]*)"', html)
    return unescape(found[1]) if found else None


class _Quiet(http.server.SimpleHTTPRequestHandler):
    # A page asks for thirty files: one connection serves them all, and nothing waits for more to
    # send.
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args: object) -> None:
        """Keep the requests out of the test report."""

    def end_headers(self) -> None:
        """Let browsers keep scripts alone.

        A style sheet in memory counts fonts of an earlier page as requested by the next.
        """
        self.send_header("Cache-Control", "max-age=600" if self.path.partition("?")[0].endswith(".js") else "no-store")
        super().end_headers()


@contextmanager
def served() -> Iterator[str]:
    """Serve the site on a free loopback port; yield its address."""
    handler = functools.partial(_Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
