"""The probe in a terminal, and in tests of one's own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from removable.probing.command import main
from removable.probing.probe import probe
from removable.testing import assert_sound

FUNCTIONS = """
import torch


def hole(x):
    return torch.sin(x) / x


def failing(x):
    raise RuntimeError("no such file\\nin a folder")


def failing_later(x, calls=[]):
    calls.append(0)
    if len(calls) > 30:
        raise RuntimeError("out of memory")
    return torch.sin(x)


def density(loc, conc):
    return torch.log1p(conc * loc) / conc
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module of functions."""
    (tmp_path / "functions_of_mine.py").write_text(FUNCTIONS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


def test_a_function_that_is_wrong_ends_with_status_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "functions_of_mine:hole", "--at", "0"]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("hole in torch: unsound\n")
    assert 'in "return torch.sin(x) / x" (functions_of_mine.py:6): makes nan of 0 and 0' in " ".join(printed.split())
    assert "removable.repair(hole, at=0.0)" in printed


def test_arguments_by_name(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--at", "{'loc': 0.5, 'conc': 0.0}", "--along", "conc", "--side", "right", "--json"]
    assert main(["probe", "functions_of_mine:density", *options]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["found"][0]["along"]) == ("unsound", "conc")
    assert told["found"][0]["orders"][0]["at"] == "nan"


def test_an_interval(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "functions_of_mine:hole", "--between", "-1", "1"]) == 1
    assert "x = 0.0: unsound" in capsys.readouterr().out


def test_what_is_sound_ends_with_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "torch:sin", "--at", "0"]) == 0
    assert main(["probe", "torch:relu", "--at", "0"]) == 0
    assert main(["probe", "torch:sin", "--at", "0", "--order", "7"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["torch", "--at", "0"], "give module:function"),
        (["no_such_module:f", "--at", "0"], "'no_such_module' cannot be imported"),
        (["torch:no_such_function", "--at", "0"], "has no 'no_such_function'"),
        (["torch:sin", "--at", "zero"], "--at is 'zero'"),
        (["torch:sin", "--at", "0", "--along", "y"], "along is 'y'"),
        (["torch:sin", "--at", "{[]: 1}"], "--at is '{[]: 1}'"),
        (["torch:sin", "--at=-inf"], "--at is '-inf'"),
        (["torch:sin", "--at", "[0, 1e999]"], "finite"),
        (["torch:sin", "--at", "0", "--dtype", "float80"], "dtype is 'float80'"),
        (["torch:pi", "--at", "0"], "the function is 3.14"),
        (["functions_of_mine:failing", "--at", "0", "--framework", "torch"], "RuntimeError: no such file;"),
        (["functions_of_mine:failing_later", "--at", "0"], "RuntimeError: out of memory"),
        (["that_exits:f", "--at", "0"], "'that_exits' cannot be imported: SystemExit: 3"),
        (["that_fails:f", "--at", "0"], "'that_fails' cannot be imported: ZeroDivisionError"),
        (["misspelt:f", "--at", "0"], "'misspelt' cannot be imported: SyntaxError"),
    ],
)
def test_bad_arguments_get_one_sentence_and_status_2(
    arguments: list[str], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for module, text in (("that_exits", "raise SystemExit(3)"), ("that_fails", "1 / 0"), ("misspelt", "def f(:")):
        (here / f"{module}.py").write_text(text, encoding="utf-8")
    assert main(["probe", *arguments]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert (printed.out, printed.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("number", ["-1e-3", "-1E+2", "-.5", "-1", "-2.5e-3"])
def test_negative_numbers_are_no_options(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    for at in (["--at", number], [f"--at={number}"]):
        assert main(["probe", "torch:sin", *at, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["found"][0]["at"] == float(number)
    assert main(["probe", "torch:sin", "--between", number, "1e3"]) == 0
    assert "sin in torch: sound" in capsys.readouterr().out
    assert main(["probe", "torch:sum", "--at", "[0.5, 1.0]", "--along", "-1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["found"][0]["at"] == 1.0


def test_the_package_is_a_command(here: Path) -> None:
    command = [sys.executable, "-m", "removable", "probe", "functions_of_mine:hole", "--at", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=here)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("hole in torch: unsound\n")


def test_the_pages_that_a_cure_names_have_these_titles() -> None:
    chapters = Path(__file__).parents[2] / "docs" / "beyond"
    titles = {line for path in chapters.glob("*.md") for line in path.read_text(encoding="utf-8").splitlines()}
    report = probe(lambda v: torch.linalg.norm(v) ** 2, at=torch.zeros(2, dtype=torch.float64), along=0)
    for cure in (probe(torch.sinc, at=0.0).worst.cure, report.worst.cure):
        assert cure is not None
        assert f"# {cure.page}" in titles


def test_assert_sound_raises_the_report() -> None:
    assert_sound(torch.exp, at=0.0)
    assert_sound(torch.relu, at=0.0)
    with pytest.raises(AssertionError, match="unsound"):
        assert_sound(torch.sinc, at=0.0)
    with pytest.raises(AssertionError, match="singular"):
        assert_sound(lambda x: 1 / x, at=0.0, framework="torch")
