"""Run a program as ``python`` does, in a process that has imported the frameworks.

Each import of them takes ten seconds.

``python warm_python.py SOCKET --serve MODULE ...`` imports modules and waits. ``python
warm_python.py SOCKET FILE [ARGUMENT ...]``, or with ``-m MODULE`` in place of a file, then gives a
program to it, with this process's folder, standard streams and nothing else. It runs in a fork,
with a namespace of its own, and ends with its exit status; a fork that is killed gives 1.

Only what a program does after its imports can differ from a run of its own, and only by what the
imports of the others leave behind; the environment variables are those of the process that serves.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import runpy
import socket
import sys
import threading
import traceback


def serve(path: str, *frameworks: str) -> None:
    """Import the frameworks, then fork a process for each program requested, until terminated."""
    # The package sees to it that TensorFlow says nothing while it is imported. JAX is not fond of
    # forks, and not asked for.
    for name in ("removable.frameworks", *frameworks, "matplotlib.pyplot"):
        importlib.import_module(name)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{path}.new")
        listening.listen()
        os.rename(f"{path}.new", path)  # once it is there, it answers
        while True:
            asking, _ = listening.accept()
            request, streams, _, _ = socket.recv_fds(asking, 1 << 16, 3)
            if child := os.fork():
                for stream in streams:
                    os.close(stream)
                threading.Thread(target=_tell, args=(asking, child), daemon=True).start()
            else:
                listening.close()
                _become(*json.loads(request), streams)


def _tell(asking: socket.socket, child: int) -> None:
    """Wait for a fork, and send its exit status to who asked for it."""
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with asking, contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
        asking.send(bytes([status if status >= 0 else 1]))


def _become(folder: str, arguments: list[str], streams: list[int]) -> None:
    """Be the program in place of this one, which is a fork; does not return."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    status = 0
    try:
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            sys.path[0] = folder
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = arguments
            sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
            runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def ask(path: str, arguments: list[str]) -> int:
    """Have a program run; return its exit status when it has ended."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(path)
        socket.send_fds(asking, [json.dumps([os.getcwd(), arguments]).encode()], [0, 1, 2])
        return (asking.recv(1) or b"\1")[0]


if __name__ == "__main__":
    where, *rest = sys.argv[1:]
    raise SystemExit(serve(where, *rest[1:]) if rest[:1] == ["--serve"] else ask(where, rest))
