"""The comparison that readers' notebooks make."""

from __future__ import annotations

import pytest
from removable import selfcheck
from removable.errors import InputError


@pytest.fixture(autouse=True)
def nothing_checked(monkeypatch):
    monkeypatch.setattr(selfcheck, "_outcomes", {})


def told(capsys, then: dict[str, str] | None = None) -> list[str]:
    capsys.readouterr()
    selfcheck.report(selfcheck.versions() if then is None else then)
    return capsys.readouterr().out.splitlines()


def test_values_are_counted_once_and_definitions_are_not_values(capsys):
    namespace = {"a": 20}
    for _ in range(2):
        selfcheck.published(">>> b = a + 1\n>>> b\n21\n>>> b * 2\n42", namespace)
    assert capsys.readouterr().out == ""
    assert namespace["b"] == 21
    assert told(capsys)[1:] == ["2 of 2 published values agree."]


def test_another_value_is_named_with_what_can_explain_it(capsys):
    selfcheck.published(">>> 1\n1\n>>> 1 + 1\n3\n", {})
    assert "Expected:\n    3\nGot:\n    2" in capsys.readouterr().out
    lines = told(capsys, selfcheck.versions() | {"PyTorch": "0.1", "fused multiply-add": "?"})
    assert lines[1:4] == ["1 of 2 published values agree.", "These do not:", "    1 + 1"]
    assert "PyTorch 0.1, here " in lines[4]
    assert "fused multiply-add ?, here " in lines[4]
    assert "TensorFlow" not in lines[4]
    assert "Please report it" in told(capsys)[4]


def test_an_example_that_fails_is_a_value_that_differs(capsys):
    selfcheck.published(">>> x = undefined", {})
    assert "NameError" in capsys.readouterr().out
    assert told(capsys)[1:4] == ["0 of 1 published values agree.", "These do not:", "    x = undefined"]


def test_many_are_not_all_named(capsys):
    selfcheck.published("".join(f">>> {n}\n0\n" for n in range(1, 8)), {})
    assert told(capsys)[-2] == "    and 2 more"


def test_without_examples_there_is_nothing_to_count():
    with pytest.raises(InputError, match="no published value has been checked yet"):
        selfcheck.report({})
    with pytest.raises(InputError, match="holds no example"):
        selfcheck.published("text", {})


@pytest.mark.parametrize(("found", "expected"), [(["X86_V3"], True), (["FMA3"], True), (["AVX"], False), ([], False)])
def test_fused_multiply_add_is_read_off_the_instruction_sets(monkeypatch, found, expected):
    monkeypatch.setattr(
        selfcheck.np, "show_config", lambda mode: {"SIMD Extensions": {"baseline": ["SSE"], "found": found}}
    )
    assert selfcheck.fused_multiply_add() is expected
