"""Reads sources for what they import and call, to see whether a boundary of the design is crossed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# What each part may import of the project; the longest part that a file lies in counts.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "storage": ("storage",),
    "prompts": ("prompts",),
    "bot/language": ("bot.language",),
    "bot/features": (
        "storage",
        "prompts",
        "bot.actions",
        "bot.asking",
        "bot.cards",
        "bot.commands",
        "bot.communities",
        "bot.corrections",
        "bot.daily",
        "bot.days",
        "bot.authors",
        "bot.decisions",
        "bot.events",
        "bot.figures",
        "bot.forgotten",
        "bot.keys",
        "bot.language",
        "bot.heard",
        "bot.manners",
        "bot.newcomers",
        "bot.own",
        "bot.retention",
        "bot.scores",
        "bot.waiting",
        "bot.weeks",
    ),
    # The list of features, which says of each that it is one.
    "bot/features/__init__.py": ("bot.features", "bot.ports"),
    "bot/compose.py": ("bot", "storage", "prompts", "adapters"),
    "bot": ("bot", "storage", "prompts"),
    "adapters": (
        # What several of them read alike.
        "adapters.wire",
        "bot.actions",
        "bot.cards",
        "bot.clock",
        "bot.commands",
        "bot.events",
        "bot.findings",
        "bot.inbox",
        "bot.language.links",
        "bot.logs",
        "bot.pictures",
        "bot.ports",
        "bot.settings",
    ),
}
SDKS = (
    "slack_bolt",
    "slack_sdk",
    "discord",
    "openai",
    "aiohttp",
    "aiosmtpd",
    "smtplib",
    "http",
    "urllib.request",
)
OURS = ("bot", "adapters", "storage", "prompts")
# Who may use what others may not.
ONLY_IN: dict[str, tuple[str, ...]] = {
    "apscheduler": ("bot/heartbeat.py",),
    "sqlite3": (),
    "psycopg": (),
}
COMMITS = (
    "bot/core.py",
    "bot/outbox.py",
    # How far an import has come, and what it erases on the way.
    "bot/importing.py",
    "bot/installation.py",
    # How far adapters have heard, and what platforms gave them for being there.
    "bot/memory.py",
    "bot/installations.py",
    "storage/backup.py",
    "storage/database.py",
    "storage/versions.py",
    "storage/transaction.py",
)
CLOCKS = ("bot/clock.py",)
ENVIRONMENT = ("bot/settings.py",)
_CLOCK_CALLS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
    ("time", "perf_counter"),
}


@dataclass(frozen=True)
class Crossing:
    """A boundary that a file crosses, and where."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.what}"


def crossings(root: Path) -> list[Crossing]:
    """Return every crossing in the sources below `root`, a project's folder."""
    found: list[Crossing] = []
    for part in OURS:
        for path in sorted((root / part).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += _imports(name, tree)
            found += _calls(name, tree)
    return found


def _imports(name: str, tree: ast.AST) -> Iterator[Crossing]:
    for node, module in _imported(name, tree):
        what = _why_not(name, module)
        if what:
            yield Crossing(name, node.lineno, what)


def _imported(name: str, tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield node, "."
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                # `from bot import core` imports bot.core as much as `from bot.core import Core` does.
                whole = f"{node.module}.{alias.name}"
                yield node, whole if node.module in OURS or node.module == "bot.features" else node.module


def _why_not(name: str, module: str) -> str | None:
    if module == ".":
        return "imports relatively; name the whole module"
    top = module.partition(".")[0]
    if top in OURS:
        return None if _allowed(name, module) else f"may not import {module}"
    for sdk in SDKS:
        if _within(module, sdk) and not name.startswith("adapters/"):
            return f"may not import {sdk}: SDKs stay in adapters"
    for library, files in ONLY_IN.items():
        if _within(module, library) and name not in files:
            return f"may not import {library}"
    return None


def _allowed(name: str, module: str) -> bool:
    parts = name.split("/")
    if parts[0] == "adapters" and len(parts) > 2 and _within(module, f"adapters.{parts[1]}"):
        return True
    if parts[:2] == ["bot", "features"] and len(parts) > 3 and _within(module, f"bot.features.{parts[2]}"):
        return True  # a feature that is a folder, within itself
    for length in range(len(parts), 0, -1):
        allowed = MAY_IMPORT.get("/".join(parts[:length]))
        if allowed is not None:
            return any(_within(module, prefix) for prefix in allowed)
    return True


def _within(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")


def _calls(name: str, tree: ast.AST) -> Iterator[Crossing]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            if (owner, node.attr) in _CLOCK_CALLS and name not in CLOCKS:
                yield Crossing(name, node.lineno, f"reads the clock ({owner}.{node.attr})")
            if (owner, node.attr) in {("os", "environ"), ("os", "getenv")} and name not in ENVIRONMENT:
                yield Crossing(name, node.lineno, "reads the environment")
        if name in COMMITS:
            continue
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in ("commit", "transaction"):
            yield Crossing(name, called.lineno, f"writes for good ({called.attr})")
