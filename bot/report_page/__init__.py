"""A replay's report as one page that can be sent around: no script, and nothing from elsewhere."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.figures import waited
from bot.pictures import draw_svg
from bot.report import Report

_HERE = Path(__file__).parent
# So many stand there at once; more are shown when asked for.
_AT_ONCE = 5
_LINES = 7
_PROBLEMS = 200
_EVIDENCE = {
    "reply": "a reply that reads like an answer",
    "thanks": "the asker's thanks",
    "check_mark": "a check mark",
    "self_solved": "the asker's own word that it is solved",
    "earlier": "an earlier answer in which the asker found theirs",
    "person": "a manager's word",
}


class _Figure(NamedTuple):
    """A number that stands out, and what it counts."""

    value: str
    name: str


def page_of(report: Report) -> str:
    """Return the page. The report has to have facts."""
    if report.facts is None:
        raise ValueError("a page shows facts that were not gathered")
    pages = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    zone = report.facts.settings.zone
    pages.filters |= {"date": partial(_date, zone=zone), "time": waited, "address": _address}
    return pages.get_template("page.html").render(
        report=report,
        facts=report.facts,
        style=Markup((_HERE / "style.css").read_text(encoding="utf-8")),
        figures=_figures(report),
        pictures=[Markup(draw_svg(picture)) for picture in report.facts.pictures],
        evidence=_evidence(report),
        digest=report.example,
        at_once=_AT_ONCE,
        lines=_LINES,
        problems=_PROBLEMS,
    )


def _figures(report: Report) -> list[_Figure]:
    answered, asked = report.questions.states["answered"], report.questions.asked
    waits = report.questions.waits_of_asked
    figures = [
        _counted(report.messages, "message", "messages"),
        _counted(report.members, "member", "members"),
        _counted(asked, "question", "questions"),
    ]
    if asked:
        figures.append(_Figure(f"{answered / asked:.0%}", "of them answered"))
    if waits:
        figures.append(
            _Figure(waited(timedelta(seconds=median(waits))), "until half of them heard from a person")
        )
    sold = _counted(
        len(report.broadcasts), "message that reads like selling", "messages that read like selling"
    )
    return [*figures, sold]


def _counted(number: int, one: str, many: str) -> _Figure:
    return _Figure(f"{number:,}", one if number == 1 else many)


def _evidence(report: Report) -> list[tuple[str, int]]:
    """Return what the answers rest on, the most frequent first."""
    kinds: dict[str, int] = {}
    for (state, kind), number in report.questions.evidence.items():
        if state == "answered":
            called = _EVIDENCE.get(kind, kind)
            kinds[called] = kinds.get(called, 0) + number
    return sorted(kinds.items(), key=lambda each: (-each[1], each[0]))


def _date(at: datetime | str, zone: ZoneInfo) -> str:
    day = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(zone)
    return f"{day.day} {day:%B %Y}"


def _address(link: str) -> str | None:
    """Return a link that may be followed; nothing else becomes one."""
    return link if link.startswith("https://") else None
