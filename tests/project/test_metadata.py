"""What an index is told of the package, and what the check says where that is wrong."""

from __future__ import annotations

import re
import shutil
import tomllib

import metadata
import pytest
import yaml
from site_under_test import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def project(tmp_path):
    """A copy of what the wheel is made of, with one module of the package."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    package = tmp_path / "tutorial_src" / "removable"
    package.mkdir(parents=True)
    for name in ("errors.py", "py.typed"):
        shutil.copyfile(ROOT / "tutorial_src" / "removable" / name, package / name)
    (tmp_path / "gallery").mkdir()
    return tmp_path


def said(project) -> list[str]:
    (project / "built").mkdir()
    return [*metadata.objections(*metadata.built(project, project / "built"))]


def test_there_is_nothing_to_object(project):
    assert said(project) == []


@pytest.mark.parametrize(
    ("file", "was", "becomes", "sentence"),
    [
        ("pyproject.toml", 'readme = "README.md"\n', "", "the description is not README.md"),
        ("README.md", "# removable", "removable", "the description is not README.md"),
        ("pyproject.toml", 'license = "BSD-3-Clause"\n', "", "the licence is not an expression"),
        ("pyproject.toml", 'license-files = ["LICENSE"]', "license-files = []", "LICENSE is not in both files"),
        ("pyproject.toml", '  "Typing :: Typed",\n', "", "go together"),
        (
            "pyproject.toml",
            'requires-python = ">=3.11"',
            'requires-python = ">=3.10"',
            "no classifier names the lowest",
        ),
        ("pyproject.toml", 'Paper = "https://arxiv.org/abs/2305.03863"\n', "", "no address is named"),
    ],
)
def test_what_is_wrong_is_one_sentence(project, file, was, becomes, sentence):
    text = (project / file).read_text(encoding="utf-8")
    assert was in text
    (project / file).write_text(text.replace(was, becomes, 1), encoding="utf-8")
    (only,) = said(project)
    assert sentence in only


def test_the_source_distribution_holds_the_package_and_the_gallery_and_no_other_readme(project):
    (project / "docs").mkdir()
    (project / "docs" / "README.md").write_text("Of the site.", encoding="utf-8")
    (project / "built").mkdir()
    _, sdist = metadata.built(project, project / "built")
    with metadata.tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= {"LICENSE", "README.md", "pyproject.toml", "tutorial_src/removable/errors.py"}
    assert not [name for name in names if name.startswith("docs")]


def test_a_release_needs_its_tag_its_entry_and_the_addresses():
    version, urls = PROJECT["version"], {"Documentation": "https://example.org/", "Source": "https://example.org/s"}
    complete = PROJECT | {"urls": urls}
    assert [*metadata.objections_to_a_release(complete, f"v{version}", f"# Changelog\n\n## {version}\n")] == []
    told = [*metadata.objections_to_a_release(PROJECT | {"urls": {}}, "v9.9", "## Unreleased\n")]
    assert [sentence.split()[0] for sentence in told] == ["the", "CHANGELOG.md", "project.urls"]
    assert "does not name Documentation and Source" in told[2]


def test_a_wrong_argument_is_one_sentence(capsys):
    assert metadata.main(["--release"]) == 2
    assert capsys.readouterr().out == "give nothing, or --release TAG FOLDER.\n"


def test_a_release_is_published_by_the_job_that_may_and_by_no_other():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))
    jobs = workflow["jobs"]
    assert workflow[True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 reads "on" as true
    assert workflow["permissions"] == {"contents": "read"}
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert (jobs["publish"]["needs"], jobs["publish"]["environment"]["name"]) == ("build", "release")
    assert "permissions" not in jobs["build"]
    commands = "\n".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
    assert 'checks/metadata.py --release "$GITHUB_REF_NAME" dist' in commands
    assert "nox -s tests" in commands
    other = (ROOT / ".github" / "workflows" / "site.yml").read_text(encoding="utf-8")
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+@(v\d+|release/v\d+)", action) for action in used)
    assert {*re.findall(r"uses: (actions/(?:checkout|setup-python)@v\d+)", other)} <= {*used}
