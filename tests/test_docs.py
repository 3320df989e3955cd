"""What is written about Hearth is true: links lead somewhere, commands exist, lists are whole."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.check import FINE, SALESY, UNREADABLE, verdict_json
from bot.command_line import app
from bot.commands import COMMANDS
from bot.communities import EXPLAINED
from bot.features import FEATURES
from bot.language.edits import smallest_edit
from bot.language.salesy import judge
from bot.language.signals import SIGNS
from bot.metrics import Metrics
from bot.settings import Process

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
CHECK = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
# What is made on a machine and is no part of the project.
MADE_HERE = {"__pycache__", "data", "node_modules"}


def files() -> Iterator[Path]:
    """Give the project's files that hold text."""
    waiting = [ROOT]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name not in (".ci", ".env.example", ".gitignore")
            if hidden or path.name in MADE_HERE:
                continue
            if path.is_dir():
                waiting.append(path)
            elif path.suffix not in (".npz", ".png", ".pyc"):
                yield path


PAGES = [path for path in files() if path.suffix == ".md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_are_there(page: Path) -> None:
    said = page.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:bot|adapters|storage|tests|docs|benchmarks)/[\w./-]+)`", said):
        # A feature that is still to be written has no file yet.
        if not name.endswith("yours.py"):
            assert (ROOT / name).exists(), name


def test_the_commands_that_pages_name_are_there() -> None:
    commands = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    } | {str(group.typer_instance.info.name) for group in app.registered_groups if group.typer_instance}
    named = {name for page in PAGES for name in re.findall(r"python -m bot (\w+)", page.read_text("utf-8"))}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    made = {
        name
        for page in PAGES
        for name in re.findall(r"(?:`|^)make ([a-z]+)\b(?=`| )", page.read_text("utf-8"), re.M)
    }

    assert named <= commands
    assert commands - {"run"} <= named
    assert {"run", "test", "browser", "format", "lock", "help"} <= made <= targets


def test_every_word_of_community_is_in_the_readme() -> None:
    [row] = re.findall(r"^\| `/community` \| (.*) \|$", README, re.MULTILINE)
    everyone, managers = row.split("; for managers: ")

    assert everyone.split(", ") == [command.name for command in COMMANDS if not command.managers]
    assert sorted(managers.split(", ")) == sorted(command.name for command in COMMANDS if command.managers)


def test_every_feature_is_in_the_readme() -> None:
    table = README.partition("## What it does")[2]
    named = set(re.findall(r"^\| ([a-z]+) \|", table, re.MULTILINE))

    # What is only kept, and what only answers commands, is said there by its words.
    assert named == set(FEATURES) - {"record", "commands", "health"}


def test_every_setting_is_documented_as_it_is_explained() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_]+)` \| (.*) \| `(.*)` \|$", page, re.MULTILINE)

    assert rows == [(name, each.does, each.example) for name, each in EXPLAINED.items()]


def test_the_environment_is_described_with_its_defaults() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    described = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    def written(default: object) -> str:
        assert not isinstance(default, SecretStr)
        return "" if default is None else str(default)

    assert described == {name.upper(): written(field.default) for name, field in Process.model_fields.items()}


def test_the_page_on_operating_names_all_there_is_to_operate() -> None:
    commands = {command.callback.__name__ for command in app.registered_commands if command.callback}
    told = re.findall(r"^\| `([A-Z_]+)` \|(.*?)\|", OPERATING, re.MULTILINE)
    settings = {name: value.strip() for name, value in told}
    default = {name: str(Process.model_fields[name.lower()].default or "") for name in settings}
    figures = set(re.findall(r"`(hearth_[a-z_]+)`", OPERATING))
    shown = set(re.findall(r"^# TYPE (hearth_\w+) ", Metrics().show(None).decode(), re.MULTILINE))
    events = set(re.findall(r"`([a-z]+_[a-z_]+)`", OPERATING.partition("## Logs")[2].partition("## What")[0]))
    logged = {
        name
        for folder in ("bot", "adapters")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'log\.\w+\(\s*"([a-z_]+)"', path.read_text("utf-8"))
    }

    operated = {"run", "retry", "doctor", "backup", "restore"}
    assert operated <= commands & set(re.findall(r"python -m bot (\w+)", OPERATING))
    assert settings == default
    assert default.keys() == {name.upper() for name in Process.model_fields}
    # Some are followed only while Hearth runs.
    assert shown <= figures
    assert events - {"of_event"} <= logged


def mapped() -> Iterator[str]:
    """Give the paths of CONTRIBUTING's map."""
    folder = ""
    for line in CONTRIBUTING.partition("```\n")[2].partition("```")[0].splitlines():
        names = re.findall(r"(?:^|\s{2,}|, )([\w]+(?:\.py|/))(?=\s|,)", line)
        if not line.startswith(" "):
            folder = names[0]
            yield folder
            continue
        yield from (folder + name for name in names)


def test_the_map_names_all_there_is() -> None:
    named = set(mapped())
    for name in named:
        assert (ROOT / name).exists(), name
    folders = {f"{path.name}/" for path in ROOT.iterdir() if (path / "__init__.py").exists()} | {"tests/"}
    inside = {
        f"{path.relative_to(ROOT)}{'/' if path.is_dir() else ''}"
        for folder in ("bot", "adapters")
        for path in (ROOT / folder).iterdir()
        if path.name not in ("__init__.py", "__pycache__")
    }

    assert folders | inside == named


def test_the_page_on_check_says_what_check_says() -> None:
    [example] = re.findall(r"```json\n(.*?)```", CHECK, re.DOTALL)
    told = verdict_json(judge("Get 20% off"), smallest_edit("Get 20% off"))
    assert isinstance(told["salesy"], float)
    assert json.loads(example) == told | {"salesy": round(told["salesy"], 2)}

    codes = dict(re.findall(r"^\| (\w*) ?\| .* \| (\d) \|$", CHECK, re.MULTILINE))
    assert codes == {
        "fine": str(FINE),
        "broadcast": str(FINE),
        "salesy": str(SALESY),
        "": str(UNREADABLE),
    }


def test_the_page_on_check_leaves_the_list_of_signals_to_the_table() -> None:
    words = CHECK.partition("## JSON")[0]
    quoted = {sign.name for sign in SIGNS if f"`{sign.name}`" in words}

    assert quoted in (set(), {sign.name for sign in SIGNS})


def locked(file: str) -> dict[str, int]:
    """Return how many hashes each requirement of a lock file has."""
    hashes: dict[str, int] = {}
    name = ""
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9_.\-]+)==\S+", line):
            name = match[1].lower().replace("_", "-")
            hashes.setdefault(name, 0)
        elif re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line):
            hashes[name] += 1
        else:
            raise AssertionError(f"{file}: {line}")
    return hashes


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_names_versions_and_hashes_and_nothing_else(file: str) -> None:
    assert all(locked(file).values())


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=;~! ]", requirement)[0] for requirement in requirements}

    wanted = names(project["dependencies"])
    assert wanted <= set(locked("requirements.lock"))
    wanted |= names(project["optional-dependencies"]["dev"])
    assert wanted <= set(locked("requirements-dev.lock"))


def test_both_locks_agree_on_versions() -> None:
    def versions(file: str) -> set[str]:
        return set(re.findall(r"^[\w.\-]+==[^\s;]+", (ROOT / file).read_text(), re.MULTILINE))

    assert versions("requirements.lock") <= versions("requirements-dev.lock")


def test_nothing_names_a_place_of_one_machine_or_an_address_packages_come_from() -> None:
    # Written so that this file does not name one itself.
    places = re.compile(r"/wor[k]/|/roo[t]/|/hom[e]/|pyp[i]\.org|--(?:extra-)?index-ur[l] ")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files()
        for line in path.read_text(encoding="utf-8").splitlines()
        if places.search(line)
    ]

    assert found == []
