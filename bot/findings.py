"""What the doctor found, as people and scripts are shown it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

State = Literal["fine", "look", "wrong"]

_SIGNS: dict[State, tuple[str, str]] = {
    "fine": ("✓", "green"),
    "look": ("!", "yellow"),
    "wrong": ("✗", "red"),
}
_ABOUT_WIDTH = len("SLACK_BOT_TOKEN")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something looked at: fine, worth a look, or wrong; and what to do about it."""

    about: str
    state: State
    said: str
    do: str = ""


def show_findings(findings: Iterator[Finding], console: Console | None) -> int:
    """Show what was found, to people or, without a console, as JSON; return 1 if anything is wrong."""
    found: list[Finding] = []
    for finding in findings:
        found.append(finding)
        if console is not None:
            _show(finding, console)
    wrong, looks = (sum(each.state == state for each in found) for state in ("wrong", "look"))
    if console is None:
        told = {"fine": not wrong, "findings": [asdict(each) for each in found]}
        print(json.dumps(told, indent=2, ensure_ascii=False))  # noqa: T201  # asked for
    elif wrong or looks:
        console.print(f"\n{wrong} wrong, {looks} worth a look.")
    else:
        console.print("\nAll is well.")
    return 1 if wrong else 0


def _show(finding: Finding, console: Console) -> None:
    sign, style = _SIGNS[finding.state]
    line = Table.grid(padding=(0, 1))
    line.add_column(width=1)
    line.add_column(width=_ABOUT_WIDTH, overflow="fold")
    line.add_column(overflow="fold")
    line.add_row(Text(sign, style), Text(finding.about, "bold"), Text(finding.said))
    if finding.do:
        line.add_row("", "", Text(finding.do, style))
    console.print(line)
