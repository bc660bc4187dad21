"""The evidence of a check, from which the verdict follows.

For each framework it is what was measured, with whether that is as the paper states it. Beside it
stands a result of exact arithmetic, or a definition.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

HOLDS = "holds"
CONDITIONAL = "holds under a condition"
DEPENDS = "depends on the reading"
FAILS = "does not hold"
NOT_TESTABLE = "not testable"
VERDICTS = (HOLDS, CONDITIONAL, DEPENDS, FAILS, NOT_TESTABLE)
"""The verdicts, the best first."""

QUALIFIED = (CONDITIONAL, DEPENDS)
"""The verdicts that mean nothing without the condition or the reading, which is a part of them."""

FRAMEWORKS = ("torch", "tensorflow")
"""The frameworks that every claim is tested in."""


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
    >>> from removable.claims.evidence import exactly
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
    >>> from removable.claims.evidence import definition
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
        >>> from removable.claims import Evidence, Finding
        >>> from removable.claims.evidence import exactly
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
    >>> from removable.claims import Finding
    >>> from removable.claims.evidence import exactly, in_both
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
    >>> from removable.claims import Finding
    >>> from removable.claims.evidence import exactly, in_both, together
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
    >>> from removable.claims import Finding
    >>> from removable.claims.evidence import by_reading, exactly, in_both
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
