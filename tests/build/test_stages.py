"""The order of a build against the table of README.md."""

from __future__ import annotations

import re
from collections import defaultdict

from _extensions import folders, stages

EXTENSIONS = folders.ROOT / "docs" / "_extensions"
SOURCES = {path.relative_to(EXTENSIONS).with_suffix("").as_posix(): path for path in EXTENSIONS.rglob("*.py")}
LINE = re.compile(
    r"^\| (?P<event>[^|]*)\| (?P<priority>\d+) \| `(?P<stage>\w+)` \| (?P<modules>[^|]+) \|", re.MULTILINE
)


def test_the_readme_has_the_order_of_a_build():
    listed, event = [], ""
    for line in LINE.finditer((EXTENSIONS / "README.md").read_text(encoding="utf-8")):
        event = line["event"].strip(" `") or event
        modules = frozenset(re.findall(r"`([\w/]+)`", line["modules"]))
        listed.append((line["stage"], (event, int(line["priority"])), modules))
    listeners = defaultdict(set)
    for name, path in SOURCES.items():
        for stage in re.findall(r"listen\(app, stages\.Stage\.(\w+), ", path.read_text(encoding="utf-8")):
            listeners[stage].add(name)
    assert listed == [(stage.name, stage.value, frozenset(listeners[stage.name])) for stage in stages.Stage]


def test_nothing_listens_past_the_stages():
    for name, path in SOURCES.items():
        assert name == "stages" or "app.connect(" not in path.read_text(encoding="utf-8"), name


def test_every_module_with_a_setup_is_an_extension_of_the_site():
    conf = (folders.ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
    listed = {name.replace(".", "/") for name in re.findall(r'"_extensions\.([\w.]+)",', conf)}
    with_setup = {name for name, path in SOURCES.items() if "\ndef setup(" in path.read_text(encoding="utf-8")}
    assert with_setup - listed == {
        "page/rendered_pages",  # set up by those that listen to its event
        "content/unexecuted",  # in place of others, where nothing is executed
    }
    assert listed <= with_setup
