"""Claims of the paper, the verdict expected of each, and the verdict that the measurement gives.

``claims.toml`` lists the claims. Each names a function in one of the ``section_*`` modules, which
measures and returns :class:`Evidence`: for each framework what was found, and whether that is as
the paper states it. The verdict follows from the evidence and from nothing else; the file holds the
verdict *expected*, and the two must agree.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import importlib
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from removable.errors import InputError, RemovableError

HOLDS = "holds"
CONDITIONAL = "holds under a condition"
DEPENDS = "depends on the reading"
FAILS = "does not hold"
NOT_TESTABLE = "not testable"
VERDICTS = (HOLDS, CONDITIONAL, DEPENDS, FAILS, NOT_TESTABLE)
"""The verdicts, the best first."""

QUALIFIED = (CONDITIONAL, DEPENDS)
"""The verdicts that mean nothing without the condition or the reading, which is a part of them."""

KINDS = ("figure", "equation", "remark", "sentence")
"""The things that a claim can be about, numbered items of the paper or sentences of its text."""

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
class Exact:
    """What stands beside the measurements: a result of exact arithmetic, or a definition.

    Attributes
    ----------
    text : str
        In a few words.
    computed : bool
        Whether the words hold numbers that exact arithmetic returned in this run. Else they are a
        definition, and the page says so.
    """

    text: str
    computed: bool


def exactly(form: str, *results: object) -> Exact:
    """Put results of exact arithmetic into words.

    Parameters
    ----------
    form : str
        A format string.
    *results
        What exact arithmetic returned, at least one.

    Raises
    ------
    ValueError
        If there is no result: words alone are a :func:`definition`.

    Examples
    --------
    >>> exactly("slope {:g}", 1.0)
    Exact(text='slope 1', computed=True)
    """
    if not results:
        raise ValueError(f"{form!r} holds no result; compute one, or say that it is a definition.")
    return Exact(form.format(*results), computed=True)


def definition(text: str) -> Exact:
    """Say what is compared where exact arithmetic has nothing to return.

    Examples
    --------
    >>> definition("two programs are compared, bit for bit")
    Exact(text='two programs are compared, bit for bit', computed=False)
    """
    return Exact(text, computed=False)


@dataclass(frozen=True)
class Evidence:
    """What a check found.

    Attributes
    ----------
    exact : Exact
        What exact arithmetic says.
    findings : dict of str to Finding
        What each framework did.
    readings : dict of str to Evidence
        Where the wording leaves a choice, what was found under each reading; see
        :func:`by_reading`.
    """

    exact: Exact
    findings: dict[str, Finding]
    readings: dict[str, Evidence] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The weakest verdict that holds in every framework.

        Where readings have different verdicts, the claim depends on the reading.

        Examples
        --------
        >>> findings = {"torch": Finding("1", True), "tensorflow": Finding("2", False, True)}
        >>> Evidence(exactly("{:g}", 1.0), findings).verdict
        'holds under a condition'
        """
        if self.readings:
            verdicts = {evidence.verdict for evidence in self.readings.values()}
            return verdicts.pop() if len(verdicts) == 1 else DEPENDS
        findings = self.findings.values()
        if all(f.as_stated for f in findings):
            return HOLDS
        return CONDITIONAL if all(f.as_stated or f.under_condition for f in findings) else FAILS


def in_both(exact: Exact, finding: Callable[[str], Finding]) -> Evidence:
    """Ask each framework in turn for its finding.

    Parameters
    ----------
    exact : Exact
        What exact arithmetic says.
    finding : callable
        Called with the name of a framework; returns a :class:`Finding`.

    Examples
    --------
    >>> four = exactly("{:g}", 4.0)
    >>> evidence = in_both(four, lambda name: Finding(f"4.0 in {name}", as_stated=True))
    >>> evidence.findings["tensorflow"].measured
    '4.0 in tensorflow'
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
    >>> four = exactly("{:g}", 4.0)
    >>> yes, no = (in_both(four, lambda name: Finding("4.0", stated)) for stated in (True, False))
    >>> together(yes, yes).verdict, together(yes, no).verdict
    ('holds', 'does not hold')
    """

    def finding(name: str) -> Finding:
        findings = [part.findings[name] for part in parts]
        return Finding(
            "; ".join(f.measured for f in findings),
            as_stated=all(f.as_stated for f in findings),
            under_condition=all(f.as_stated or f.under_condition for f in findings),
        )

    return in_both(_joined([part.exact for part in parts]), finding)


def by_reading(readings: dict[str, Evidence]) -> Evidence:
    """Put the evidence under several readings of one sentence side by side.

    Parameters
    ----------
    readings : dict of str to Evidence
        For each reading, named in a few words, what was found; at least two.

    Returns
    -------
    Evidence
        Its verdict is that of the readings where they agree, and ``"depends on the reading"`` where
        they do not.

    Examples
    --------
    >>> four = exactly("{:g}", 4.0)
    >>> yes, no = (in_both(four, lambda name: Finding("4.0", stated)) for stated in (True, False))
    >>> differ, agree = {"of values": yes, "of slopes": no}, {"of values": yes, "of slopes": yes}
    >>> by_reading(differ).verdict, by_reading(agree).verdict
    ('depends on the reading', 'holds')
    """

    def finding(name: str) -> Finding:
        findings = {title: evidence.findings[name] for title, evidence in readings.items()}
        return Finding(
            "; ".join(f"{title} ({readings[title].verdict}): {f.measured}" for title, f in findings.items()),
            as_stated=all(f.as_stated for f in findings.values()),
            under_condition=all(f.as_stated or f.under_condition for f in findings.values()),
        )

    merged = in_both(_joined([evidence.exact for evidence in readings.values()]), finding)
    return dataclasses.replace(merged, readings=readings)


def _joined(parts: list[Exact]) -> Exact:
    """Join what exact arithmetic says of several parts.

    A definition among results is marked as one.
    """
    computed = any(part.computed for part in parts)
    texts = (part.text if part.computed or not computed else f"by definition: {part.text}" for part in parts)
    return Exact("; ".join(dict.fromkeys(texts)), computed)


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
    condition : str
        Under which condition, or in which reading, the claim holds: the rest of a verdict of
        :data:`QUALIFIED`, else empty.
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
