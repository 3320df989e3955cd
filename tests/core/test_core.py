"""A batch is one transaction, an event is handled once, and a feature that fails harms no other."""

import random
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select, text

from bot.actions import Action, Answer
from bot.core import Core
from bot.events import Event, FellDue, Happened, MessagePosted, Tick
from bot.features import FEATURES
from bot.ports import Feature
from storage.database import Database, DatabaseTrouble
from storage.tables import Decision, Due, Handling, table
from storage.transaction import Transaction
from tests.core.contents import actions, contents, failures, handled
from tests.core.features import Breaks, Broken, Counts, Greets
from tests.core.made import (
    HOME,
    after,
    commanded,
    deleted,
    edited,
    found,
    joined,
    posted,
    pressed,
    reacted,
)

Open = Callable[[str], Database]
_decision = table(Decision)
_due = table(Due)


def counted(database: Database, name: str = "counts") -> dict[str, int]:
    """Return how many a feature had counted before each event."""
    with database.reading() as tx:
        rows = tx.rows(select(_decision.c.message, _decision.c.decision).where(_decision.c.about == name))
    return {row.message: int(row.decision) for row in rows}


def due(database: Database) -> list[str]:
    with database.reading() as tx:
        return [row.key for row in tx.rows(select(_due.c.key).order_by(_due.c.key))]


def test_a_later_event_of_a_batch_sees_what_an_earlier_one_wrote(database: Database) -> None:
    core = Core(database, {"counts": Counts()})
    core.receive([posted("1", "one"), posted("2", "two")])
    core.receive([posted("3", "three")])

    assert counted(database) == {"posted:general/1": 0, "posted:general/2": 1, "posted:general/3": 2}


def test_an_event_is_handled_once(database: Database) -> None:
    core = Core(database, {"counts": Counts()})
    event = posted("1", "one")
    core.receive([event, event])
    core.receive([event, posted("2", "two")])

    assert counted(database) == {"posted:general/1": 0, "posted:general/2": 1}


@pytest.mark.parametrize(("feature", "committed"), [(Counts(), 3), (Breaks(lambda event: True), 2)])
def test_in_a_hurry_what_is_left_of_a_batch_comes_again(
    database: Database, feature: Feature, committed: int
) -> None:
    core = Core(database, {"any": feature})
    one, two, three = (posted(str(number), "said") for number in range(3))
    asked = iter([False, True])
    batch = [one, one, two, three, two]

    done = core.receive(batch, hurry=lambda left: next(asked, True))

    assert done == committed
    assert handled(database) == {event.id for event in batch[:done]}
    assert core.receive(batch[done:]) == len(batch) - done
    assert handled(database) == {one.id, two.id, three.id}
    times = len(failures(database)) if isinstance(feature, Breaks) else len(counted(database))
    assert times == 3


def test_however_much_hurry_there_is_something_is_handled(database: Database) -> None:
    core = Core(database, {"counts": Counts()})
    events = [posted(str(number), "said") for number in range(3)]

    assert core.receive(events, hurry=lambda left: True) == 1
    assert core.receive(events, hurry=lambda left: True) == 2
    assert handled(database) == {event.id for event in events[:2]}


def test_the_same_id_in_another_community_is_another_event(database: Database) -> None:
    core = Core(database, {"counts": Counts()})
    event = posted("1", "one")
    core.receive([event, event.model_copy(update={"community": "sandbox:other"})])

    with database.reading() as tx:
        assert len(tx.rows(select(_decision))) == 2


def test_an_action_with_the_same_key_is_decided_once(database: Database) -> None:
    core = Core(database, {"greets": Greets()})
    core.receive([joined("ada"), joined("ada")])
    core.receive([joined("ada"), joined("bob")])

    assert [action.key for action in actions(database)] == ["hello:ada", "hello:bob"]


def test_a_failing_feature_is_left_out_and_the_others_stay(database: Database) -> None:
    breaks = Breaks(lambda event: isinstance(event, MessagePosted) and event.message == "2")
    core = Core(database, {"counts": Counts(), "breaks": breaks, "greets": Greets()})
    core.receive([posted("1", "one"), posted("2", "two"), posted("3", "three")])

    assert len(counted(database)) == 3
    assert counted(database, "breaks") == {"posted:general/1": 0, "posted:general/3": 1}
    assert due(database) == ["1", "2", "3"]
    assert len(handled(database)) == 3
    assert failures(database) == [("breaks", "posted:general/2", "Broken in features.handle")]


def test_what_failed_is_run_again_when_asked(database: Database) -> None:
    breaks = Breaks(lambda event: True)
    core = Core(database, {"breaks": breaks, "greets": Greets()})
    core.receive([joined("ada"), posted("1", "one")])
    breaks.where = lambda event: isinstance(event, MessagePosted)
    assert core.retry() == (1, 1)
    assert [feature for feature, _, _ in failures(database)] == ["breaks"]
    breaks.where = lambda event: False
    assert core.retry() == (1, 0)

    assert failures(database) == []
    assert len(counted(database, "breaks")) == 2
    assert core.retry() == (0, 0)


def test_a_failure_of_a_feature_that_is_gone_stays(database: Database) -> None:
    Core(database, {"breaks": Breaks(lambda event: True)}).receive([joined("ada")])
    assert Core(database, {}).retry() == (0, 1)
    assert len(failures(database)) == 1


def test_who_waits_for_an_answer_hears_that_there_is_none(database: Database) -> None:
    core = Core(database, {"breaks": Breaks(lambda event: True)})
    core.receive([commanded("help"), pressed("question.take", "general/1"), joined("ada")])

    answers = actions(database)
    assert [type(answer) for answer in answers] == [Answer, Answer]
    assert all(
        "went wrong on my side" in answer.card.text for answer in answers if isinstance(answer, Answer)
    )


def test_a_statement_the_database_refuses_is_a_failure_of_its_feature(database: Database) -> None:
    class Misspelt:
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            tx.rows(text("SELECT * FROM nowhere"))
            return []

    core = Core(database, {"misspelt": Misspelt(), "counts": Counts()})
    core.receive([posted("1", "one"), posted("2", "two")])

    assert [event for _, event, _ in failures(database)] == ["posted:general/1", "posted:general/2"]
    assert len(counted(database)) == 2


def test_a_failure_says_nothing_of_what_was_said(database: Database) -> None:
    class TooLong:
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            assert isinstance(event, MessagePosted)
            tx.rows(text("SELECT * FROM nowhere WHERE said = :said"), said=event.text)
            return []

    Core(database, {"toolong": TooLong()}).receive([posted("1", "my secret")])
    [(_, _, reason)] = failures(database)
    assert reason.startswith(("OperationalError", "ProgrammingError"))
    assert "my secret" not in reason


def test_an_action_that_cannot_be_kept_is_a_failure_of_its_feature(database: Database) -> None:
    class Nonsense:
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            return ["post something"]  # type: ignore[list-item]  # the bug this is about

    core = Core(database, {"nonsense": Nonsense(), "counts": Counts()})
    core.receive([joined("ada")])
    assert len(failures(database)) == 1
    assert len(counted(database)) == 1


def test_trouble_with_the_database_is_nobodys_failure(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that met it is not kept at all, and can be received again."""

    class Unlucky(Counts):
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            super().handle(event, tx)
            if isinstance(event, MessagePosted) and event.message == "2":
                raise DatabaseTrouble("The database has no room left.")
            return []

    core = Core(database, {"counts": Unlucky()})
    with pytest.raises(DatabaseTrouble):
        core.receive([posted("1", "one"), posted("2", "two")])
    assert not any(contents(database).values())


def test_a_transaction_the_database_gave_up_is_not_taken_for_kept(sqlite_url: str, opened: Open) -> None:
    """SQLite may roll everything back by itself, as when its disk is full."""

    class GivesUp:
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            tx.run(text("ROLLBACK"))
            raise Broken("after the database gave up")

    database = opened(sqlite_url)
    core = Core(database, {"counts": Counts(), "gives_up": GivesUp()})
    with pytest.raises(Broken):
        core.receive([joined("ada")])
    assert not any(contents(database).values())


def test_what_is_due_is_told_to_the_feature_that_scheduled_it(database: Database) -> None:
    core = Core(database, {"counts": Counts(), "greets": Greets()})
    core.receive(
        [posted("1", "one", minute=1), posted("2", "two", minute=2), posted("3", "three", minute=30)]
    )
    core.receive([Tick(at=after(10))])

    assert [action.key for action in actions(database)] == ["due:1", "due:2"]
    assert due(database) == ["3"]
    assert len(counted(database)) == 3


def test_an_outage_is_caught_up_once(database: Database) -> None:
    core = Core(database, {"greets": Greets()})
    core.receive([posted("1", "one", minute=1)])
    for minute in (600, 601, 602):
        core.receive([Tick(at=after(minute))])

    assert [action.key for action in actions(database)] == ["due:1"]


def test_a_tick_with_which_nothing_falls_due_writes_nothing(database: Database) -> None:
    """There is one each second, and the disk is to rest."""
    core = Core(database, FEATURES)
    core.receive([found(), posted("1", "How do I export a board?")])
    before = last_batch(database)
    core.receive([Tick(at=after(2))])
    assert last_batch(database) == before
    core.receive([Tick(at=after(10_000))])
    assert last_batch(database) != before


def last_batch(database: Database) -> str:
    with database.reading() as tx:
        return str(tx.rows(select(table(Handling).c.batch))[0].batch)


def test_one_tick_handles_all_that_is_due(database: Database) -> None:
    core = Core(database, {"greets": Greets()})
    core.receive([posted(str(number), "one") for number in range(700)])
    core.receive([Tick(at=after(1))])
    assert due(database) == []


def test_a_feature_may_schedule_the_same_again_while_it_is_told(database: Database) -> None:
    class Weekly:
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            if isinstance(event, FellDue):
                tx.schedule(event.community, "weekly", event.key, after(20_000))
            elif isinstance(event, Happened):
                tx.schedule(event.community, "weekly", "digest", after(10_000))
            return []

    core = Core(database, {"weekly": Weekly()})
    core.receive([joined("ada"), Tick(at=after(10_000))])
    with database.reading() as tx:
        assert [row.due_at for row in tx.rows(select(_due.c.due_at))] == [after(20_000)]


def test_what_a_feature_fails_on_is_due_again_in_a_while(database: Database) -> None:
    breaks = Breaks(lambda event: isinstance(event, FellDue))
    core = Core(database, {"breaks": breaks})
    with database.transaction() as tx:
        tx.schedule(HOME, "breaks", "1", after(0))
    core.receive([Tick(at=after(1))])
    assert [feature for feature, _, _ in failures(database)] == ["breaks"]
    assert due(database) == ["1"]

    core.receive([Tick(at=after(5))])
    assert due(database) == ["1"]
    breaks.where = lambda event: False
    core.receive([Tick(at=after(20))])
    assert due(database) == []
    assert failures(database) == []


def test_the_longest_ids_can_fall_due(database: Database) -> None:
    core = Core(database, {"greets": Greets()})
    with database.transaction() as tx:
        tx.schedule(HOME, "greets", "c" * 200 + "/" + "m" * 200, after(0))
    core.receive([Tick(at=after(1))])

    assert len(actions(database)) == 1


def test_catching_up_stands_the_clock_at_each_events_time(database: Database) -> None:
    core = Core(database, {"greets": Greets()})
    core.receive([posted("1", "one", minute=5), joined("ada", 4), joined("bob", 6)], catch_up=True)

    assert [action.key for action in actions(database)] == ["hello:ada", "due:1", "hello:bob"]


def talk() -> list[Event]:
    """Return made talk in which each feature has something to do."""
    events: list[Event] = [found()]
    help_texts = [
        "How do I export my board to CSV?",
        "Is there a way to share a board with a guest?",
        "My import fails with error 42, what does it mean?",
    ]
    for number in range(20):
        minute = number * 340  # Long enough apart to be about something else.
        who = ("ada", "bob", "cleo")[number % 3]
        asked = posted(f"q{number:02}", help_texts[number % 3], by=who, minute=minute, channel="help")
        reply = posted(
            f"r{number:02}", "Settings, then Export as CSV", by="dan", minute=minute + 2, channel="help"
        )
        events += [joined(f"new{number}", minute), asked]
        if number % 3:
            events.append(reply)
        if number % 4 == 0:
            events.append(edited(asked, "Never mind, found it", minute=minute + 3))
        if number % 5 == 0:
            events.append(reacted(asked, "white_check_mark", by=who, minute=minute + 4))
        if number % 7 == 0:
            events.append(deleted(reply, minute=minute + 5))
        if number % 9 == 0:
            sale = (
                "🔥 Last chance! Buy now and get 50% off, subscribe today: https://shop.example/?utm_source=x"
            )
            events.append(posted(f"s{number:02}", sale, by="eve", minute=minute + 1, channel="general"))
        if number % 6 == 0:
            events += [Tick(at=after(minute + 1)), commanded("questions", minute=minute, admin=True)]
        if number % 4 == 1:
            decision = ("answered", "not_a_question", "take", "later", "staff")[number // 4]
            events.append(pressed(f"question.{decision}", f"help/q{number:02}", minute=minute + 6))
    return [*events, Tick(at=after(6 * 24 * 60)), Tick(at=after(15 * 24 * 60))]


@pytest.mark.parametrize("often", [0, 0.1])
def test_groups_of_one_and_of_a_hundred_end_in_equal_tables(
    sqlite_template: object,
    database_url: str,
    opened: Open,
    tmp_path_factory: pytest.TempPathFactory,
    often: float,
    request: pytest.FixtureRequest,
) -> None:
    events = talk()
    chance = random.Random(3)
    unlucky = {event.id for event in events if isinstance(event, Happened) and chance.random() < often}
    features = {
        "first": Breaks(lambda event: isinstance(event, Happened) and event.id in unlucky),
        **FEATURES,
        "last": Breaks(lambda event: isinstance(event, Happened) and event.id in unlucky),
    }
    outcomes = []
    for size in (1, 100):
        database = opened(database_url)
        core = Core(database, features)
        for start in range(0, len(events), size):
            core.receive(events[start : start + size])
        outcomes.append(contents(database))
        with database.transaction() as tx:
            for name in outcomes[-1]:
                tx.run(text(f"DELETE FROM {name}"))

    one, hundred = outcomes
    numbers = {row["key"]: row.pop("seq") for row in one["outgoing"]}
    order = {row["key"]: row.pop("seq") for row in hundred["outgoing"]}
    assert sorted(numbers, key=lambda key: numbers[key]) == sorted(order, key=lambda key: order[key])
    for rows in (one, hundred):
        rows["outgoing"].sort(key=lambda row: str(row["key"]))
    assert one == hundred
    assert len(one["failure"]) == 2 * len(unlucky)
    assert {row["state"] for row in one["question"]} == {"unanswered", "answered", "dismissed"}
    assert all(one[name] for name in ("broadcast", "welcome", "digest", "decision", "reaction"))
