"""A module that runs in a process of its own while the site is built, and leaves one file.

The file is kept under a name that stands for everything it depends on, so a build in which nothing
has changed runs nothing. It is there whole or not at all, and so is the measurement of the run. A
build that stops takes the process with it.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sphinx.application import Sphinx

from _extensions import folders
from _extensions.execute import execution_record
from _extensions.execute.progress import Progress

progress = Progress("process of the")


@dataclass
class Aside:
    """What is run, and what it leaves.

    Attributes
    ----------
    name : str
        Name of the run in the record of the build, and of the folder below ``_build`` with its
        files: one of :data:`folders.BESIDE`.
    ending : str
        How the name of the file ends.
    key : callable
        Returns the digest of everything that the file depends on.
    command : callable
        Given the path of a file, returns the module to run and its arguments.
    is_whole : callable
        Tells of the path of a file whether it can be used.
    """

    name: str
    ending: str
    key: Callable[[], str]
    command: Callable[[Path], tuple[str, ...]]
    is_whole: Callable[[Path], bool]
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)
    _reader: threading.Thread | None = field(default=None, repr=False)
    _streams: tuple[str, str] = field(default=("", ""), repr=False)
    _key: str = field(default="", repr=False)

    @property
    def file(self) -> Path:
        """Where the result is, or will be."""
        return folders.build(self.name, f"{self.key()}{self.ending}")

    def _unfinished(self, ending: str) -> Path:
        """Name a file of this build: one that was killed may still be running."""
        return folders.build(self.name, f"{self._key}.{os.getpid()}{ending}")

    def is_done(self) -> bool:
        """Tell whether the result is there, whole and measured."""
        return self.is_whole(self.file) and execution_record.is_known(self.name, self.key())

    def begin(self, app: Sphinx) -> None:
        """Begin, unless the build is partial or the result is there."""
        if not app.config.gallery_only:
            self.start()

    def start(self) -> None:
        """Begin, unless the result is there."""
        if self.is_done():
            return
        self.file.unlink(missing_ok=True)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._key = self.key()
        module, *arguments = self.command(self._unfinished(self.ending))
        command = execution_record.command(self._unfinished(".measured"), module, *arguments)
        self._process = subprocess.Popen(
            command, cwd=folders.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
        )
        atexit.register(self._process.kill)
        progress.left += 1
        progress.start(self.name)
        # A daemon: at exit Python would wait for other threads before it kills the process.
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        """Read both streams to their end, and say when the process has ended."""
        self._streams = process.communicate()
        progress.end(self.name, "failed" if process.returncode else "ended")

    def wait(self) -> tuple[str, str] | None:
        """Wait for the end; return None if the result is there, else the text of both streams."""
        if self._process is None or self._reader is None:
            return None
        process, self._process = self._process, None
        self._reader.join()
        changed = self.key() != self._key
        if changed or process.returncode:
            for ending in (self.ending, ".measured"):
                self._unfinished(ending).unlink(missing_ok=True)
        # A source changed during the run: the result belongs neither to the old version nor to the
        # new one.
        if changed:
            raise SystemExit(
                f"A file that the {self.name} depend on was changed while the site was being built: build it again."
            )
        if process.returncode:
            return self._streams
        execution_record.adopt(self._unfinished(".measured"), self.name, self.key())
        self._unfinished(self.ending).replace(self.file)
        return None
