"""Hearth as a process of its own, as somebody starts it."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from io import FileIO
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO, NamedTuple

from bot.settings import Process

ROOT = Path(__file__).parents[1]
# What a test waits for at most, on a machine that does much else.
PATIENCE_S = 60


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What it said of what went wrong: one line on standard error, and nothing else."""
        assert self.out == ""
        assert self.err.count("\n") == 1, self.err
        return self.err.rstrip("\n")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process of its own: it keeps everything in its folder."""
    names = {name.upper() for name in Process.model_fields}
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    nobody = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
    return inherited | nobody | {"PYTHONPATH": str(ROOT), "PORT": "0"} | dict(given)


class Started:
    """Hearth in a process of its own."""

    def __init__(self, told: FileIO, out: IO[str], err: IO[str]) -> None:
        self.out = out
        self._told, self._err = told, err
        self._number = int(told.readline())
        self._code: int | None = None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it lives."""
        with suppress(ProcessLookupError):
            os.kill(self._number, number)

    def wait(self) -> int:
        """Wait for its end; return how it ended."""
        if self._code is None:
            assert select.select([self._told], [], [], PATIENCE_S)[0], "it does not end"
            self._code = int(self._told.readline())
        return self._code

    def err(self) -> str:
        """Wait for its end; return what it said on standard error."""
        self.wait()
        self._err.seek(0)
        return self._err.read()


class Nursery:
    """Starts processes; what takes long to read is read for the first of them."""

    def __init__(self) -> None:
        self._orders, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def order(self, folder: Path, words: Sequence[str], given: Mapping[str, str], files: list[int]) -> None:
        """Have a process started in a folder, with its standard files and one to tell of it."""
        order = {"folder": str(folder), "words": words, "environment": environment(given)}
        socket.send_fds(self._orders, [json.dumps(order).encode() + b"\n"], files)

    def close(self) -> None:
        """End it; what it started lives on."""
        self._orders.close()
        self._process.wait(PATIENCE_S)


nursery = cache(Nursery)


@contextmanager
def started(folder: Path, *words: str, stdin: str = "", **given: str) -> Iterator[Started]:
    """Run a command as a process of its own; in the end it is over."""
    telling, out = os.pipe(), os.pipe()
    with (
        open(telling[0], "rb", buffering=0) as told,
        open(out[0]) as said,
        TemporaryFile("w+") as read,
        TemporaryFile("w+") as err,
    ):
        read.write(stdin)
        read.seek(0)
        nursery().order(folder, words, given, [read.fileno(), out[1], err.fileno(), telling[1]])
        # Ours; with theirs what they say ends.
        os.close(telling[1])
        os.close(out[1])
        process = Started(told, said, err)
        try:
            yield process
        finally:
            process.signal(signal.SIGKILL)
            process.wait()


def ended(folder: Path, *words: str, stdin: str = "", **given: str) -> Ended:
    """Run a command as a process of its own, and wait for its end."""
    with started(folder, *words, stdin=stdin, **given) as process:
        late = Timer(PATIENCE_S, process.signal, [signal.SIGKILL])
        late.start()
        out = process.out.read()
        late.cancel()
        return Ended(process.wait(), out, process.err())


@contextmanager
def running(folder: Path, **given: str) -> Iterator[tuple[Started, str]]:
    """Start Hearth and wait until it says where it is; give its process and its address."""
    with started(folder, "run", **given) as process:
        said = process.out.readline()
        assert said.startswith("Hearth is at http://"), said
        yield process, said.removeprefix("Hearth is at ").rstrip("\n")


def get(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def spoken(address: str, path: str, body: Mapping[str, object]) -> None:
    """Say something in the sandbox."""
    request = urllib.request.Request(
        address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        assert answer.status < 300
