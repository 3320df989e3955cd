"""The card of a digest: its lines, the trend against the time before, pictures, and what was read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.cards import Card, Entry, Line, Picture, Section
from bot.features.digests.counts import Counts, Stretch
from bot.features.digests.plans import USUAL, Kind, Plan
from bot.features.digests.wording import DAYS, PERIOD, counted, dates, hour, listed, moment

# With fewer days than this there is nothing to see in a picture.
_PICTURED = 3
# What is made later than this says so; a restart takes less.
LATE = timedelta(hours=1)
_TREND: tuple[tuple[Kind, str, str], ...] = (
    ("requests", "Requests", "request"),
    ("bugs", "Bugs", "bug"),
    ("complaints", "Complaints", "complaint"),
    ("praise", "Praise", "praise"),
    ("broadcasts", "Read like selling", "salesy"),
)


class Made(NamedTuple):
    """What a digest shows, and when it was made; `due_at` is None where somebody asked for it."""

    plan: Plan
    sections: tuple[Section, ...]
    counts: Counts
    at: datetime
    due_at: datetime | None


def digest_card(made: Made, title: str = "", text: str = "") -> Card:
    """Return a digest to be shown; `title` and `text` stand for those of a regular one."""
    window, zone = made.counts.window, made.plan.zone
    return Card(
        title=title or _title(made.plan),
        text=text or f"{dates(window, zone)}{_why_so(made)}",
        fields=_trend(made),
        sections=made.sections,
        pictures=_pictures(made),
        footer=_what_was_read(made),
    )


def _title(plan: Plan) -> str:
    if set(USUAL) <= set(plan.kinds):
        return "What the community said"
    if not plan.kinds:
        return "Nothing that is told of in public"
    return f"{listed(plan.kinds).capitalize()} of the {PERIOD[plan.rhythm.every]}"


def _why_so(made: Made) -> str:
    """Say why a digest is late or of a longer time than it usually is, if so."""
    plan, window = made.plan, made.counts.window
    if made.due_at is not None and made.at - made.due_at >= LATE:
        due, now = moment(made.due_at, plan.zone), moment(made.at, plan.zone)
        return f". This is late: it was due on {due}, and made on {now}."
    rhythm = plan.rhythm
    period_before = rhythm.start_of(rhythm.closing(rhythm.start_of(rhythm.latest(made.at))))
    if made.due_at is not None and window.start <= period_before:
        return f", as there was too little to tell for a {rhythm.every} one before"
    return ""


def _trend(made: Made) -> tuple[Entry, ...]:
    """Return how much was said and asked, against the time before where that is known."""
    plan, counts = made.plan, made.counts
    one = plan.is_one_period(counts.window)
    before = f"the {PERIOD[plan.rhythm.every]} before" if one else "in as long before"

    def against(now: str, then: str) -> str:
        return f"{now} ({then} {before})" if counts.before is not None else now

    fields: list[Entry] = []
    if counts.now["messages"] or counts.then["messages"]:
        value = against(f"{counts.now['messages']:,}", f"{counts.then['messages']:,}")
        fields.append(Entry(name="Messages", value=value))
    if "questions" in plan.kinds and (counts.now["asked"] or counts.then["asked"]):
        now = f"{counts.now['answered']:,} of {counts.now['asked']:,}"
        then = f"{counts.then['answered']:,} of {counts.then['asked']:,}"
        fields.append(Entry(name="Questions answered", value=against(now, then)))
    for kind, name, verdict in _TREND:
        if kind in plan.kinds and (counts.now[verdict] or counts.then[verdict]):
            value = against(f"{counts.now[verdict]:,}", f"{counts.then[verdict]:,}")
            fields.append(Entry(name=name, value=value))
    return tuple(fields) if counts.now.total() else ()


def _pictures(made: Made) -> tuple[Picture, ...]:
    """Return the activity of the window's days, and its questions, if there is something to see."""
    days = made.counts.stretches
    if len(days) < _PICTURED or not any(day.messages for day in days):
        return ()
    each = _each(made)
    labels = tuple(f"{DAYS[day.day.weekday()][:3]} {day.day.day}" for day in days)
    most = max(days, key=lambda day: day.messages)
    pictures = [
        Picture(
            title=f"Messages {each}",
            labels=labels,
            lines=(Line(name="Messages", values=_values(days, [day.messages for day in days])),),
            unit="messages",
            alt=f"Messages {each}: {_told(days, [day.messages for day in days])}; "
            f"most on {_named(most)}, {counted(most.messages, 'message')}.",
        )
    ]
    answered, opened = [day.answered for day in days], [day.open for day in days]
    if "questions" in made.plan.kinds and (any(answered) or any(opened)):
        asked = [one + other for one, other in zip(answered, opened, strict=True)]
        pictures.append(
            Picture(
                title=f"Questions {each}",
                labels=labels,
                lines=(
                    Line(name="Answered", values=_values(days, answered)),
                    Line(name="Open", values=_values(days, opened)),
                ),
                unit="questions",
                alt=f"Questions asked {each}: {_told(days, asked)}; "
                f"{sum(answered)} of {sum(asked)} are answered.",
            )
        )
    return tuple(pictures)


def _each(made: Made) -> str:
    days = made.counts.stretches
    return "each day" if (days[1].day - days[0].day).days == 1 else "each week"


def _values(days: Sequence[Stretch], numbers: Sequence[int]) -> tuple[float | None, ...]:
    return tuple(float(number) if day.known else None for day, number in zip(days, numbers, strict=True))


def _told(days: Sequence[Stretch], numbers: Sequence[int]) -> str:
    return ", ".join(
        f"{_named(day)}: {number if day.known else 'unknown'}"
        for day, number in zip(days, numbers, strict=True)
    )


def _named(day: Stretch) -> str:
    return f"{DAYS[day.day.weekday()]} {day.day.day}"


def _what_was_read(made: Made) -> str:
    """Say what the digest rests on, up to when, and what it does not know."""
    counts, zone = made.counts, made.plan.zone
    said = "I read no message"
    if counts.now["messages"]:
        said = (
            f"I read {counted(counts.now['messages'], 'message')} by {counted(counts.members, 'member')} "
            f"in {counted(counts.channels, 'channel')}"
        )
    if counts.found_at is not None and counts.window.start < counts.found_at and counts.before is None:
        since = counts.found_at.astimezone(zone)
        said += f", from {since.day} {since:%B} {hour(since, zone)} on"
    said += f", {'as they stood on' if counts.now['messages'] else 'up to'} {moment(made.at, zone)}"
    if counts.kept_from > counts.window.start:
        gone = counts.kept_from.astimezone(zone)
        said += f"; what was said before {gone.day} {gone:%B} is no longer kept"
    if counts.unread:
        said += f"; {counted(counts.unread, 'event')} could not be read"
    return f"{said}."
