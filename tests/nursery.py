"""A process that has read all of Hearth, and of which each `python -m bot` of the tests is a fork.

    python -m tests.nursery SOCKET

To read all of it takes seconds, and the tests start it many times. An order is a line of JSON on the socket:
the words after `python -m bot`, the folder and the environment; with it come what are to be the standard
input, output and error, and where to tell the number of the process, and how it ended.
"""

import gc
import json
import os
import runpy
import signal
import socket
import sys
from typing import Any

import bot.command_line  # noqa: F401  # This is what takes seconds.

_FILES = 4
_AT_ONCE = 65_536


def main() -> None:
    asked = socket.socket(fileno=int(sys.argv[1]))
    # Nobody waits for those who watch.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # A fork that looked through all this for garbage would copy it.
    gc.freeze()
    while True:
        order, files, _, _ = socket.recv_fds(asked, _AT_ONCE, _FILES)
        while order and not order.endswith(b"\n"):
            order += asked.recv(_AT_ONCE)
        if not order:
            return
        if os.fork() == 0:
            break
        for file in files:
            os.close(file)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked.close()
    *standard, told = files
    process = os.fork()
    if process:
        _watch(process, standard, told)
    os.close(told)
    _become(json.loads(order), standard)


def _watch(process: int, standard: list[int], told: int) -> None:
    # What it writes has an end when nobody else could write it.
    for file in standard:
        os.close(file)
    os.write(told, f"{process}\n".encode())
    _, status = os.waitpid(process, 0)
    os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(order: dict[str, Any], standard: list[int]) -> None:
    for number, file in enumerate(standard):
        os.dup2(file, number)
        os.close(file)
    # What Python found out of the files that were there before may not be true of these.
    sys.stdin = sys.__stdin__ = os.fdopen(0)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", buffering=1, errors="backslashreplace")  # type: ignore[misc]
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["bot", *order["words"]]
    # As -m does; in the end all is done that is done at a program's end.
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
