"""The container holds what Hearth needs to run, and nothing that is secret."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
IGNORED = [
    line
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def copied() -> set[str]:
    """Return what is copied from the project into the image."""
    lines = re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE)
    assert len(lines) == len(re.findall(r"^COPY (?!--from)", DOCKERFILE, re.MULTILINE))
    return set(lines)


def test_what_is_copied_is_there() -> None:
    assert all((ROOT / name).exists() for name in copied())


def test_all_that_runs_is_copied() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests", "training"}

    assert packages | {"requirements.lock"} <= copied()


def test_nothing_else_goes_along() -> None:
    assert IGNORED[0] == "*"
    assert {line.strip("!/") for line in IGNORED if line.startswith("!")} == copied()
    # What lies within a folder that is copied, and is no part of Hearth.
    assert {"**/.env", "**/data", "**/__pycache__"} <= set(IGNORED[1:])
    assert not [line for line in IGNORED if line.startswith("!") and ("data" in line or "env" in line)]


def test_it_runs_what_the_procfile_runs() -> None:
    [command] = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8").strip()

    assert f"web: {' '.join(json.loads(command))}" == procfile


def test_it_runs_as_a_user_of_its_own_from_locked_libraries() -> None:
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert users
    assert users[-1] not in ("root", "0")
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    assert re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE) == ["/hearth/data"]


def test_its_health_is_whether_it_is_ready() -> None:
    [check] = re.findall(r"^HEALTHCHECK .*\\\n  CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    python, option, program = json.loads(check)

    assert (python, option) == ("python", "-c")
    assert "/readyz" in program
    compile(program, "the health check", "exec")


def test_no_secret_and_no_registry_is_named() -> None:
    assert not re.search(r"(?i)^(env|arg) .*(token|password|secret)", DOCKERFILE, re.MULTILINE)
    assert all("/" not in base for base in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
