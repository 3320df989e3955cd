"""Subscriptions as they are listed: each in a line, with the buttons that act on it."""

from datetime import datetime

from bot.cards import Button
from bot.features.digests.plans import WEEKLY, Plan
from bot.features.digests.wording import moment, said_of

_LABELS = {"now": "Post now"}


def line(plan: Plan, where: str, at: datetime) -> str:
    """Return a plan and when it comes next, `at` being now; `where` is what its channel is called."""
    said = said_of(plan, where)
    if plan.paused:
        return f"{said}; paused"
    return f"{said}; next {moment(plan.rhythm.following(at).due_at, plan.zone)}"


def buttons(plan: Plan, *, named: bool) -> tuple[Button, ...]:
    """Return what can be done with a plan; `named` buttons say with which."""
    paused = "resume" if plan.paused else "pause"
    return (
        button("preview", plan, named=named),
        button(paused, plan, named=named),
        *([button("unsubscribe", plan, named=named)] if plan.id != WEEKLY else []),
    )


def button(does: str, plan: Plan, *, named: bool) -> Button:
    """Return the button that does with a plan what the command of that name does."""
    return Button(
        label=f"{_LABELS.get(does, does.capitalize())}{f' {plan.id}' if named else ''}",
        name=f"digest.{does}",
        value=plan.id,
        style="danger" if does == "unsubscribe" else "plain",
    )
