"""Chapters in plain Markdown, for notebooks and scripts that are read outside the site.

MyST adds directives and roles to Markdown. Those that chapters use are put into words here; one
that is not known here stops the build, so that no download shows markup that its reader's program
does not understand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from _extensions.gallery import notebook_prose

_OPEN = re.compile(r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<title>.*)$")
_OPTION = re.compile(r"^:[\w-]+:")

_ROLE = re.compile(r"\{(?P<name>[\w:]+)\}`(?P<text>[^`]+)`")
_TARGET = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)
_TITLED = ("admonition", "dropdown", "tab-item")
_NAMED = ("note", "warning", "tip", "important")


class UnknownMarkupError(RuntimeError):
    """A page uses a directive or role that has no equivalent in plain Markdown yet."""


def pieces(text: str, page: str, site: str) -> Iterator[tuple[str, str]]:
    """Cut a chapter's text where its doctests stand.

    Parameters
    ----------
    text : str
        Text between two code cells.
    page : str
        Name of the page it is on: ``"paper/1-introduction"``.
    site : str
        Address of the site, to which links lead.

    Yields
    ------
    tuple of str
        ``("text", markdown)`` or ``("doctest", examples)``, in order.

    Raises
    ------
    UnknownMarkupError
        If there is a directive or role that is not known here.
    """
    gathered: list[str] = []
    for kind, content in _cut(_TARGET.sub("", text), page, site):
        if kind == "text":
            gathered.append(content)
            continue
        if markdown := _finished(gathered):
            yield "text", markdown
        gathered = []
        yield kind, content
    if markdown := _finished(gathered):
        yield "text", markdown


def _finished(parts: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).strip("\n")


def _cut(text: str, page: str, site: str) -> Iterator[tuple[str, str]]:
    """Go through text and directives, and into those that only arrange."""
    lines = text.split("\n")
    plain: list[str] = []
    at = 0
    while at < len(lines):
        opening = _OPEN.match(lines[at])
        if opening is None:
            plain.append(lines[at])
            at += 1
            continue
        try:
            end = lines.index(opening["fence"], at + 1)
        except ValueError:
            raise UnknownMarkupError(f"{page}: the directive {opening['name']!r} is not closed.") from None
        body = lines[at + 1 : end]
        while body and _OPTION.match(body[0]):
            body.pop(0)
        yield "text", _inline("\n".join(plain), page, site)
        plain = []
        yield from _directive(opening["name"], opening["title"].strip(), "\n".join(body), page, site)
        at = end + 1
    yield "text", _inline("\n".join(plain), page, site)


def _directive(name: str, title: str, body: str, page: str, site: str) -> Iterator[tuple[str, str]]:
    if name == "doctest":
        yield "doctest", body.strip("\n")
    elif name == "gallery-figure":
        yield "text", f"\n*Here the page shows the figure that the script `{title}.py` draws.*\n"
    elif name in ("index", "install-line"):  # the first cell of a notebook installs
        return
    elif name == "math":
        yield "text", f"\n$$\n{body}\n$$\n"
    elif name == "tab-set":
        yield from _cut(body, page, site)
    elif name in _TITLED + _NAMED:
        yield "text", f"\n**{title or name.capitalize()}**\n"
        yield from _cut(body, page, site)
    else:
        raise UnknownMarkupError(
            f"{page}: plain_markdown.py does not say what the directive {name!r} becomes in a notebook; add it there."
        )


def _inline(text: str, page: str, site: str) -> str:
    """Put roles into words, and the paper's numbers into equations."""
    parts = re.split(r"^\$\$", text, flags=re.MULTILINE)
    # Every second part is an equation; its label follows its end.
    for index in range(1, len(parts), 2):
        if label := re.match(r" \(eq-(\w+)\)$", parts[index + 1].split("\n")[0]):
            parts[index] = f"{parts[index].rstrip()} \\tag{{{label[1]}}}\n"
            parts[index + 1] = parts[index + 1].removeprefix(label[0])
    return _ROLE.sub(lambda role: _role(role["name"], role["text"], page, site), "$$".join(parts))


def _role(name: str, text: str, page: str, site: str) -> str:
    titled = re.fullmatch(r"(.+?)\s*<(.+)>", text, re.DOTALL)
    words, target = (titled[1], titled[2]) if titled else (text, text)
    if name in ("cite:p", "cite:t"):
        cited = [notebook_prose.citation(key.strip()) for key in text.split(",")]
        if name == "cite:t":
            return ", ".join(cited)
        # No brackets within brackets.
        inside = [re.sub(r" [(](\d+)[)]$", r", \1", one) for one in cited]
        return f"({'; '.join(inside)})"
    if name == "doc":
        path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath(page).parent / target)
        return f"[{words if titled else path.rpartition('/')[2]}]({site}{path}.html)"
    if name == "eq":
        return f"({target.removeprefix('eq-')})"
    if name == "term":
        return words
    if name in ("py:func", "py:meth", "py:mod"):
        return f"`{words.removeprefix('~')}`"
    raise UnknownMarkupError(
        f"{page}: plain_markdown.py does not say what the role {name!r} becomes in a notebook; add it there."
    )
