"""The figures for Prometheus are what happened, and name nobody."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.actions import Action
from bot.engine import Engine
from bot.events import Event, MessagePosted
from bot.metrics import Metrics
from bot.ports import Doubtful, Refused, TryLater
from bot.watch import Watch
from storage.database import Database
from storage.transaction import Transaction
from tests.core.contents import outgoing
from tests.core.features import Greets
from tests.core.made import HOME, NOON, joined, later, posted
from tests.core.waiting import until
from tests.fakes.sender import PretendSender, then


class Fails:
    """It fails on what is said."""

    def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
        if isinstance(event, MessagePosted):
            raise ValueError("no")
        return []


def read(figures: bytes) -> dict[str, float]:
    """Return each figure by its name and labels, as Prometheus reads them."""
    families = text_string_to_metric_families(figures.decode())
    samples = [sample for family in families for sample in family.samples]
    return {
        " ".join(
            [each.name, *(f"{label}={value}" for label, value in sorted(each.labels.items()))]
        ): each.value
        for each in samples
    }


async def test_what_happened_is_what_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.outbox._DOUBT_PAUSE_S", 0.01)
    sender = PretendSender(
        {
            "hello:bob": then(Refused("no")),
            "hello:cleo": then(TryLater("busy", 3_600)),
            "hello:dan": then(Doubtful("no answer")),
        }
    )
    clock = later()
    engine = Engine(
        database,
        {"sandbox": sender},
        clock,
        features={"greets": Greets(), "fails": Fails()},
        tick_every_s=3_600,
    )
    watch = Watch(database, engine, clock)
    engine.start()
    for member in ("ada", "bob", "dan", "cleo"):
        await engine.inbox.put(joined(member))
    await engine.inbox.put(posted("1", "one"))
    await until(
        # Before anybody tried to send it, what will be busy waits as well.
        lambda: (
            ("send", "hello:cleo") in sender.tried
            and [outgoing(database)[f"hello:{name}"][0] for name in ("ada", "bob", "dan", "cleo")]
            == ["sent", "failed", "sent", "waiting"]
        )
    )
    with database.transaction() as tx:
        tx.schedule(HOME, "greets", "overdue", NOON)
    told = read(await watch.figures())
    await engine.stop()

    assert told["hearth_events_total kind=member_joined"] == 4
    assert told["hearth_events_total kind=message_posted"] == 1
    assert told["hearth_lag_seconds_count"] == 5
    assert told["hearth_lag_seconds_sum"] > timedelta(days=1).total_seconds()
    assert told["hearth_batch_events_sum"] == sum(
        value for name, value in told.items() if name.startswith("hearth_events_total")
    )
    assert told["hearth_batch_seconds_count"] == told["hearth_batch_events_count"]
    assert told["hearth_deliveries_total outcome=sent"] == 2
    assert told["hearth_deliveries_total outcome=failed"] == 1
    # One that is busy, and one in doubt that was looked for after a pause.
    assert told["hearth_deliveries_total outcome=later"] == 2
    assert told["hearth_feature_failures_total feature=fails"] == 1
    assert told["hearth_failures_kept feature=fails"] == 1
    assert told["hearth_feature_seconds_total feature=greets"] > 0
    assert told["hearth_outbox_actions state=waiting"] == 1
    assert told["hearth_outbox_actions state=failed"] == 1
    assert told["hearth_outbox_actions state=doubtful"] == 0
    assert told["hearth_outbox_oldest_waiting_seconds"] > 0
    # What the message asked to be told of in an hour is long overdue as well.
    assert told["hearth_due_overdue"] == 2
    assert told["hearth_database_up"] == 1
    assert told["hearth_inbox_waiting"] == 0
    assert any(name.startswith("hearth_build_info") for name in told)


async def test_no_label_names_anybody(database: Database) -> None:
    clock = later()
    engine = Engine(database, {"sandbox": PretendSender()}, clock, tick_every_s=3_600)
    watch = Watch(database, engine, clock)
    engine.start()
    await engine.inbox.put(joined("ada"))
    await engine.inbox.put(posted("1", "My diary: how do I export?"))
    figures = (await watch.figures()).decode()
    await engine.stop()

    labels = {
        name for inside in re.findall(r"\{([^}]*)\}", figures) for name in re.findall(r"(\w+)=", inside)
    }
    assert labels <= {
        "kind",
        "le",
        "outcome",
        "feature",
        "state",
        "version",
        "python",
        "database",
        "generation",
    }
    assert not re.search("ada|diary|sandbox:home", figures)


def test_two_in_one_process_do_not_meet() -> None:
    one, other = Metrics(), Metrics()
    one.tried("sent")

    assert read(one.show(None))["hearth_deliveries_total outcome=sent"] == 1
    assert read(other.show(None))["hearth_deliveries_total outcome=sent"] == 0
