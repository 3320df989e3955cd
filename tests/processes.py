"""Hearth as a process of its own, as somebody starts it."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
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


def environment(folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process of its own: it keeps everything in its folder."""
    names = {name.upper() for name in Process.model_fields}
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    return inherited | {"PYTHONPATH": str(ROOT), "PORT": "0"} | dict(given)


def ended(folder: Path, *words: str, stdin: str = "", **given: str) -> Ended:
    """Run a command as a process of its own, and wait for its end."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=environment(folder, given),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@contextmanager
def running(folder: Path, **given: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start Hearth and wait until it says where it is; give its process and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=folder,
        env=environment(folder, given),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            said = out(process).readline()
            assert said.startswith("Hearth is at http://"), said
            yield process, said.removeprefix("Hearth is at ").rstrip("\n")
        finally:
            process.kill()


def out(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


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
