"""Claims of the paper, the verdict expected of each, and the verdict that the measurement gives.

``claims.toml`` lists the claims. Each names a function in one of the ``section_*`` modules, which measures and returns
:class:`Evidence`: for each framework what was found, and whether that is as the paper states it. The verdict follows from
the evidence and from nothing else; the file holds the verdict *expected*, and the two must agree.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import resources

from removable.errors import InputError, RemovableError

HOLDS = "holds"
CONDITIONAL = "holds under a condition"
FAILS = "does not hold"
NOT_TESTABLE = "not testable"
VERDICTS = (HOLDS, CONDITIONAL, FAILS, NOT_TESTABLE)
"""The verdicts, the best first."""

KINDS = ("figure", "equation", "remark", "sentence")
"""The things that a claim can be about, numbered items of the paper or sentences in its text and captions."""

FRAMEWORKS = ("torch", "tensorflow")
"""The frameworks that every claim is tested in."""

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
class Finding:
    """What one framework did with a claim.

    Attributes
    ----------
    measured : str
        What was found, with its numbers, in a few words.
    as_stated : bool
        Whether that is what the paper states, in the reading that the claim gives.
    under_condition : bool
        Whether it is what the paper states once the claim's condition is added.
    """

    measured: str
    as_stated: bool
    under_condition: bool = False


@dataclass(frozen=True)
class Evidence:
    """What a check found.

    Attributes
    ----------
    exact : str
        What exact arithmetic says, in a few words.
    findings : dict of str to Finding
        What each framework did.
    """

    exact: str
    findings: dict[str, Finding]

    @property
    def verdict(self) -> str:
        """The weakest verdict that holds in every framework.

        Examples
        --------
        >>> Evidence("1", {"torch": Finding("1", True), "tensorflow": Finding("2", False, True)}).verdict
        'holds under a condition'
        """
        found = self.findings.values()
        if all(f.as_stated for f in found):
            return HOLDS
        return CONDITIONAL if all(f.as_stated or f.under_condition for f in found) else FAILS


def in_both(exact: str, finding: Callable[[str], Finding]) -> Evidence:
    """Ask each framework in turn for its finding.

    Parameters
    ----------
    exact : str
        What exact arithmetic says.
    finding : callable
        Called with the name of a framework; returns a :class:`Finding`.

    Examples
    --------
    >>> in_both("4", lambda name: Finding("4.0", as_stated=True)).verdict
    'holds'
    """
    return Evidence(exact, {name: finding(name) for name in FRAMEWORKS})


def together(*parts: Evidence) -> Evidence:
    """Join the evidence of several checks: a claim holds as stated where each part of it does.

    Parameters
    ----------
    *parts : Evidence
        What the checks of the parts found.

    Examples
    --------
    >>> yes, no = (in_both("4", lambda name: Finding("4.0", stated)) for stated in (True, False))
    >>> together(yes, yes).verdict, together(yes, no).verdict
    ('holds', 'does not hold')
    """

    def finding(name: str) -> Finding:
        found = [part.findings[name] for part in parts]
        return Finding(
            "; ".join(f.measured for f in found),
            as_stated=all(f.as_stated for f in found),
            under_condition=all(f.as_stated or f.under_condition for f in found),
        )

    return in_both("; ".join(dict.fromkeys(part.exact for part in parts)), finding)


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
        The verdict expected, one of :data:`VERDICTS`.
    page : str
        The page that shows it, and after ``#`` the place on the page.
    check : str
        The function that tests it, ``"section_3.fig_6"``; empty if the claim is not testable.
    reading : str
        The reading under which it was tested, where the wording leaves a choice.
    remark : str
        The condition, what is true instead, or why it cannot be tested.
    """

    id: str
    kind: str
    place: str
    statement: str
    verdict: str
    page: str
    check: str = ""
    reading: str = ""
    remark: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ClaimsFileError(f"{self.id}: kind is {self.kind!r}; give one of {', '.join(KINDS)}.")
        if self.verdict not in VERDICTS:
            raise ClaimsFileError(f"{self.id}: verdict is {self.verdict!r}; give one of {', '.join(VERDICTS)}.")
        if (self.verdict == NOT_TESTABLE) == bool(self.check):
            raise ClaimsFileError(f"{self.id}: give a check, or the verdict {NOT_TESTABLE!r}, and not both.")
        if self.verdict != HOLDS and not self.remark:
            raise ClaimsFileError(f"{self.id}: the verdict is {self.verdict!r}; say in remark what holds, or why.")

    @property
    def function(self) -> Callable[[], Evidence]:
        """The function that tests the claim."""
        module, _, name = self.check.partition(".")
        try:
            return getattr(importlib.import_module(f"removable.claims.{module}"), name)
        except (ImportError, AttributeError):
            raise ClaimsFileError(f"{self.id}: there is no check {self.check!r} in removable.claims.") from None


@dataclass(frozen=True)
class Result:
    """A claim and what its check found; no evidence where the claim is not testable."""

    claim: Claim
    evidence: Evidence | None

    @property
    def verdict(self) -> str:
        """The verdict that the measurement gives."""
        return NOT_TESTABLE if self.evidence is None else self.evidence.verdict

    @property
    def as_expected(self) -> bool:
        """Whether that is the verdict that ``claims.toml`` expects."""
        return self.verdict == self.claim.verdict


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
    >>> parsed("")
    Traceback (most recent call last):
        ...
    removable.claims.ledger.ClaimsFileError: no claim for fig-1, fig-2, ... of the paper; add each to claims.toml.
    """
    claims = []
    for entry in tomllib.loads(text).get("claim", []):
        try:
            claims.append(Claim(**{key: " ".join(value.split()) for key, value in entry.items()}))
        except TypeError as error:
            raise ClaimsFileError(f"{entry.get('id', 'an entry without id')}: {error}.") from None
    names = [claim.id for claim in claims]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ClaimsFileError(f"the names {', '.join(twice)} are used twice; give each claim its own.")
    if missing := [item for item in ITEMS if item not in names]:
        raise ClaimsFileError(f"no claim for {', '.join(missing)} of the paper; add each to claims.toml.")
    return tuple(claims)


def chosen(names: Iterable[str]) -> tuple[Claim, ...]:
    """Return the claims of these names, or all of them where none is given.

    Raises
    ------
    removable.errors.InputError
        If there is no claim of a name.

    Examples
    --------
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


def evaluate(claims: Iterable[Claim]) -> list[Result]:
    """Test claims, one after the other; a check that several share is run once.

    Examples
    --------
    >>> (result,) = evaluate(chosen(["nan-at-2"]))
    >>> result.verdict, result.as_expected
    ('holds', True)
    """
    evidence: dict[str, Evidence] = {}
    results = []
    for claim in claims:
        if claim.check and claim.check not in evidence:
            evidence[claim.check] = claim.function()
        results.append(Result(claim, evidence.get(claim.check)))
    return results
