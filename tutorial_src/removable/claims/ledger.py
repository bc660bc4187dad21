"""Claims of the paper, each with the verdict expected of it, as ``claims.toml`` lists them.

Each names a function in one of the ``section_*`` modules, which measures and returns
:class:`~removable.claims.evidence.Evidence`. The verdict follows from the evidence and from nothing
else; the file holds the verdict *expected*, and the two must agree.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Any

from removable.claims.evidence import FAILS, NOT_TESTABLE, QUALIFIED, VERDICTS, Evidence
from removable.errors import InputError, RemovableError

KINDS = ("figure", "equation", "remark", "sentence")
"""The things that a claim can be about, numbered items of the paper or sentences of its text."""

EQUATIONS = ("1", "2", "3", "4", "5a", "5b", "5c", "6", "7", "8", "9", "10a", "10b", "11", "12")

ITEMS = (
    *(f"fig-{n}" for n in range(1, 9)),
    *(f"eq-{n}" for n in EQUATIONS),
    "remark-2-1",
    "remark-3-1",
)
"""Every numbered item of the paper; each must have a claim of its own."""


class ClaimsFileError(RemovableError):
    """An entry of ``claims.toml`` is incomplete, unknown or missing."""


@dataclass(frozen=True)
class Claim:
    """One testable statement of the paper.

    Attributes
    ----------
    id : str
        Short name: ``"fig-6"``, ``"eq-10a"``, ``"sign-of-red"``.
    kind : str
        One of :data:`KINDS`.
    place : str
        Where in the paper.
    statement : str
        What it says, in our words.
    verdict : str
        The verdict expected, one of :data:`~removable.claims.evidence.VERDICTS`.
    page : str
        The page that shows it, and after ``#`` the place on the page.
    check : str
        The function that tests it, ``"section_3.fig_6"``; empty if the claim is not testable.
    reading : str
        The reading under which it was tested, where the wording leaves a choice.
    condition : str
        Under which condition, or in which reading, the claim holds: the rest of a verdict of
        :data:`~removable.claims.evidence.QUALIFIED`, else empty.
    remark : str
        Why that is so, what is true instead, or why it cannot be tested.
    broken_by : tuple of str
        The saboteurs under which the verdict is another one; see :mod:`removable.claims.saboteurs`.
    """

    id: str
    kind: str
    place: str
    statement: str
    verdict: str
    page: str
    check: str = ""
    reading: str = ""
    condition: str = ""
    remark: str = ""
    broken_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ClaimsFileError(f"{self.id}: kind is {self.kind!r}; give one of {', '.join(KINDS)}.")
        if self.verdict not in VERDICTS:
            raise ClaimsFileError(f"{self.id}: verdict is {self.verdict!r}; give one of {', '.join(VERDICTS)}.")
        if (self.verdict == NOT_TESTABLE) == bool(self.check):
            raise ClaimsFileError(f"{self.id}: give a check, or the verdict {NOT_TESTABLE!r}, and not both.")
        if (self.verdict in QUALIFIED) != bool(self.condition):
            raise ClaimsFileError(
                f"{self.id}: the verdict is {self.verdict!r}; say in condition when the claim holds, and with no other verdict."
            )
        if self.verdict in (FAILS, NOT_TESTABLE) and not self.remark:
            raise ClaimsFileError(f"{self.id}: the verdict is {self.verdict!r}; say in remark what holds, or why.")

    @property
    def function(self) -> Callable[[], Evidence]:
        """The function that tests the claim."""
        module, _, name = self.check.partition(".")
        try:
            return getattr(importlib.import_module(f"removable.claims.{module}"), name)
        except (ImportError, AttributeError):
            raise ClaimsFileError(f"{self.id}: there is no check {self.check!r} in removable.claims.") from None


@functools.cache
def load() -> tuple[Claim, ...]:
    """Read ``claims.toml``.

    Returns
    -------
    tuple of Claim
        In the order of the file, which is that of the paper.

    Raises
    ------
    ClaimsFileError
        If an entry is incomplete, has a name twice, or if an item of the paper has none.

    Examples
    --------
    >>> from removable.claims import load
    >>> [claim.id for claim in load() if claim.kind == "remark"]
    ['remark-2-1', 'remark-3-1']
    """
    text = resources.files("removable.claims").joinpath("claims.toml").read_text(encoding="utf-8")
    return parsed(text)


def parsed(text: str) -> tuple[Claim, ...]:
    """Turn the text of a claims file into claims.

    Raises
    ------
    ClaimsFileError
        If an entry is incomplete, has a name twice, or if an item of the paper has none.

    Examples
    --------
    >>> from removable.claims.ledger import parsed
    >>> parsed("")
    Traceback (most recent call last):
        ...
    removable.claims.ledger.ClaimsFileError: no claim for fig-1, fig-2, ... of the paper;
        add each to claims.toml.
    """
    claims = []
    for entry in tomllib.loads(text).get("claim", []):
        try:
            fields: dict[str, Any] = {key: _cleaned(value) for key, value in entry.items()}
            claims.append(Claim(**fields))
        except TypeError as error:
            raise ClaimsFileError(f"{entry.get('id', 'an entry without id')}: {error}.") from None
    names = [claim.id for claim in claims]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ClaimsFileError(f"the names {', '.join(twice)} are used twice; give each claim its own.")
    if missing := [item for item in ITEMS if item not in names]:
        raise ClaimsFileError(f"no claim for {', '.join(missing)} of the paper; add each to claims.toml.")
    return tuple(claims)


def _cleaned(value: str | list[str]) -> str | tuple[str, ...]:
    """Take line breaks out of a text of the file, and make a list of names a tuple."""
    return " ".join(value.split()) if isinstance(value, str) else tuple(value)


def chosen(names: Iterable[str]) -> tuple[Claim, ...]:
    """Return the claims of these names, or all of them where none is given.

    Raises
    ------
    removable.errors.InputError
        If there is no claim of a name.

    Examples
    --------
    >>> from removable.claims import chosen
    >>> [claim.place for claim in chosen(["fig-6"])]
    ['Figure 6']
    >>> chosen(["fig-9"])
    Traceback (most recent call last):
        ...
    removable.errors.InputError: there is no claim 'fig-9'; did you mean 'fig-8' or 'fig-7'? ...
    """
    known = {claim.id: claim for claim in load()}
    names = list(names)
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, list(known), n=2, cutoff=0.5)
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else "."
            raise InputError(f"there is no claim {name!r}{hint} claims.toml lists them all.")
    return tuple(known[name] for name in names) if names else load()
