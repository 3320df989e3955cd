"""What features read and write through, on both databases."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Executable, case, delete, func, select, update

from storage.database import Database
from storage.tables import Decision, Due, Handled, Reaction, table
from storage.transaction import Columns, Transaction, Upsert

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_due = table(Due)
_reaction = table(Reaction)
_decision = table(Decision)
ALL_DUE = select(_due.c.key, _due.c.due_at).order_by(_due.c.key)
REACTIONS = select(_reaction.c.emoji, _reaction.c.there, _reaction.c.at).order_by(_reaction.c.emoji)
DECISIONS = select(_decision.c.event, _decision.c.decision).order_by(_decision.c.event)


def _later(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    return {name: case((new.at > old.at, new[name]), else_=old[name]) for name in ("there", "at")}


LATER = Upsert(Reaction, _later)


def found(tx: Transaction, statement: Executable) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in tx.rows(statement)]


def react(tx: Transaction, emoji: str, *, at: datetime, there: bool = True) -> None:
    tx.put(
        LATER, community="c", channel="general", message="1", member="ada", emoji=emoji, there=there, at=at
    )


def decide(tx: Transaction, event: str, decision: str) -> None:
    tx.put(
        Decision,
        community="c",
        event=event,
        about="question",
        channel="general",
        message="1",
        decision=decision,
        by="ada",
        at=NOON,
    )


def test_what_is_put_is_there_after_the_transaction(database: Database) -> None:
    with database.transaction() as tx:
        decide(tx, "1", "take")

    with database.reading() as tx:
        assert found(tx, DECISIONS) == [("1", "take")]


def test_a_read_sees_what_was_put_before_it(database: Database) -> None:
    with database.transaction() as tx:
        decide(tx, "1", "take")
        assert tx.row(DECISIONS) == ("1", "take")


class PowerCutError(Exception):
    """Something went wrong after all was written."""


def write_and_fail(tx: Transaction) -> None:
    decide(tx, "written", "take")
    tx.flush()
    decide(tx, "gathered", "take")
    tx.schedule("c", "welcome", "bob", NOON - timedelta(hours=1))
    raise PowerCutError


def test_nothing_stays_of_a_transaction_that_raises(database: Database) -> None:
    with pytest.raises(PowerCutError), database.transaction() as tx:
        write_and_fail(tx)

    with database.reading() as tx:
        assert found(tx, DECISIONS) == []


def test_nothing_written_while_reading_stays(database: Database) -> None:
    with database.reading() as tx:
        decide(tx, "1", "take")
        tx.flush()

    with database.reading() as tx:
        assert found(tx, DECISIONS) == []


def test_put_replaces_and_add_leaves_what_is_there(database: Database) -> None:
    with database.transaction() as tx:
        tx.schedule("c", "welcome", "ada", NOON)
        tx.schedule("c", "welcome", "bob", NOON)
    with database.transaction() as tx:
        tx.schedule("c", "welcome", "ada", NOON + timedelta(hours=1))
        tx.schedule("c", "welcome", "bob", NOON + timedelta(hours=1), unless_there=True)

    with database.reading() as tx:
        assert found(tx, ALL_DUE) == [("ada", NOON + timedelta(hours=1)), ("bob", NOON)]


def test_a_merge_is_given_the_row_that_is_there(database: Database) -> None:
    with database.transaction() as tx:
        react(tx, "tada", at=NOON, there=False)
    with database.transaction() as tx:
        react(tx, "tada", at=NOON - timedelta(minutes=1))

    with database.reading() as tx:
        assert found(tx, REACTIONS) == [("tada", False, NOON)]


def test_rows_of_one_key_gathered_together_merge_in_their_order(database: Database) -> None:
    with database.transaction() as tx:
        for minute in (3, 1, 2):
            react(tx, "tada", at=NOON + timedelta(minutes=minute), there=minute == 3)
        decide(tx, "1", "take")
        decide(tx, "1", "later")

    with database.reading() as tx:
        assert found(tx, REACTIONS) == [("tada", True, NOON + timedelta(minutes=3))]
        assert found(tx, DECISIONS) == [("1", "later")]


def test_different_statements_on_one_table_keep_their_order(database: Database) -> None:
    with database.transaction() as tx:
        tx.schedule("c", "welcome", "ada", NOON)
        tx.unschedule("c", "welcome", "ada")
        tx.schedule("c", "welcome", "bob", NOON)
        tx.unschedule("c", "welcome", "bob")
        tx.schedule("c", "welcome", "ada", NOON + timedelta(hours=1))

    with database.reading() as tx:
        assert found(tx, ALL_DUE) == [("ada", NOON + timedelta(hours=1))]


def test_run_tells_how_many_rows_it_touched(database: Database) -> None:
    with database.transaction() as tx:
        decide(tx, "1", "take")
        decide(tx, "2", "take")
        assert tx.run(delete(_decision)) == 2


def test_a_claim_returns_only_what_was_new(database: Database) -> None:
    def rows(*events: str) -> list[dict[str, object]]:
        return [{"community": "c", "event": event, "at": NOON} for event in events]

    with database.transaction() as tx:
        assert tx.claim(Handled, rows("2", "1")) == {("c", "1"), ("c", "2")}
        assert tx.claim(Handled, []) == set()
    with database.transaction() as tx:
        assert tx.claim(Handled, rows("3", "1", "2")) == {("c", "3")}


def test_a_claim_of_many_rows_returns_them_all(database: Database) -> None:
    rows = [{"community": "c", "event": str(number), "at": NOON} for number in range(3_000)]
    with database.transaction() as tx:
        assert len(tx.claim(Handled, rows)) == 3_000
        assert not tx.claim(Handled, rows)


def test_a_savepoint_undoes_only_what_was_done_inside(database: Database) -> None:
    with database.transaction() as tx:
        decide(tx, "before", "take")
        tx.memo["remembered"] = True
        with pytest.raises(PowerCutError), tx.savepoint():
            write_and_fail(tx)
        assert not tx.memo
        decide(tx, "after", "take")

    with database.reading() as tx:
        assert found(tx, DECISIONS) == [("after", "take"), ("before", "take")]


def test_a_savepoint_that_ends_well_keeps_what_was_done(database: Database) -> None:
    with database.transaction() as tx, tx.savepoint():
        decide(tx, "1", "take")

    with database.reading() as tx:
        assert found(tx, DECISIONS) == [("1", "take")]


def test_a_statement_the_database_refuses_can_be_undone_too(database: Database) -> None:
    with database.transaction() as tx:
        decide(tx, "1", "take")
        with (
            pytest.raises(Exception, match=r"(?i)no such function|function .* does not exist"),
            tx.savepoint(),
        ):
            tx.rows(select(func.no_such_thing()))
        decide(tx, "2", "take")

    with database.reading() as tx:
        assert len(tx.rows(DECISIONS)) == 2


def test_next_due_is_never_late(database: Database) -> None:
    hour = timedelta(hours=1)
    with database.transaction() as tx:
        assert tx.next_due() is None
        tx.schedule("c", "welcome", "ada", NOON + hour)
        assert tx.next_due() == NOON + hour
        tx.schedule("c", "welcome", "bob", NOON)
        assert tx.next_due() == NOON
        tx.unschedule("c", "welcome", "bob")
        tx.look_again()
        assert tx.next_due() == NOON + hour
        tx.unschedule("c", "welcome", "ada")
        tx.look_again()
        assert tx.next_due() is None


def test_what_was_scheduled_and_undone_is_not_due(database: Database) -> None:
    with database.transaction() as tx:
        tx.schedule("c", "welcome", "ada", NOON)
        assert tx.next_due() == NOON
        with pytest.raises(PowerCutError), tx.savepoint():
            write_and_fail(tx)
        assert tx.next_due() == NOON


def test_a_time_comes_back_aware_in_utc_and_whole(database: Database) -> None:
    at = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
    for moment in (at, datetime(1, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, 23, 59, 59, tzinfo=UTC)):
        with database.transaction() as tx:
            tx.schedule("c", "welcome", "ada", moment)
        with database.reading() as tx:
            [(_, due_at)] = found(tx, ALL_DUE)
            assert due_at == moment
            assert due_at.utcoffset() == timedelta(0)


_other = _decision.alias("other")
_counted = select(_decision.c.event).subquery()
_with = select(_decision.c.event).cte()


@pytest.mark.parametrize(
    "statement",
    [
        select(_decision.c.event),
        select(func.count()).select_from(_decision),
        select(_other.c.event),
        select(_counted.c.event),
        select(_with.c.event),
        select(_due.c.key).join(_decision, _decision.c.event == _due.c.key),
        select(_due.c.key).where(select(_other.c.event).where(_other.c.event == _due.c.key).exists()),
        select(_due.c.key).where(_due.c.key.in_(select(_decision.c.event))),
    ],
)
def test_a_read_of_any_form_sees_what_was_put_before_it(database: Database, statement: Executable) -> None:
    with database.transaction() as tx:
        tx.schedule("c", "welcome", "1", NOON)
        decide(tx, "1", "take")
        assert len(tx.rows(statement)) == 1
        decide(tx, "1", "take")
        assert tx.row(statement) is not None


def test_an_update_sees_what_was_put_before_it(database: Database) -> None:
    with database.transaction() as tx:
        decide(tx, "1", "take")
        assert tx.run(update(_decision).values(decision="later")) == 1
        decide(tx, "2", "take")
        assert tx.run(update(_decision).where(_decision.c.event == "2").values(decision="open")) == 1
        decide(tx, "1", "staff")

    with database.reading() as tx:
        assert found(tx, DECISIONS) == [("1", "staff"), ("2", "open")]


def test_a_claim_sees_what_was_put_before_it(database: Database) -> None:
    with database.transaction() as tx:
        tx.put(Handled, community="c", event="1", at=NOON)
        rows = [{"community": "c", "event": event, "at": NOON} for event in ("1", "2")]
        assert tx.claim(Handled, rows) == {("c", "2")}
