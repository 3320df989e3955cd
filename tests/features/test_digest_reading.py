"""A digest reads what it tells of, and no more: every large table is searched by an index."""

import re
from typing import Any

from sqlalchemy import Connection, Engine, event

from tests.features.test_digests import MONDAY_9, a_week
from tests.features.test_feedback import BUG
from tests.features.world import Community, ada, bob, posted

LARGE = re.compile(r"\bSCAN (message|turn|question|feedback|broadcast)\b")


def read_for_a_digest(community: Community) -> dict[str, Any]:
    """Make the week's digest; return the statements that read for it, with their parameters."""
    found: dict[str, Any] = {}

    def noted(_: Connection, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            found[statement] = parameters

    community.waits_until(MONDAY_9.replace(hour=8))
    event.listen(Engine, "before_cursor_execute", noted)
    community.commands("preview weekly")
    event.remove(Engine, "before_cursor_execute", noted)
    return found


def test_no_large_table_is_walked_through(community: Community) -> None:
    a_week(community)
    community.commands("subscribe all daily")
    with community.database.connection() as connection:
        for statement, parameters in read_for_a_digest(community).items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[-1] for row in plan]
            assert not [step for step in steps if LARGE.search(step)], statement


def test_a_fuller_week_takes_no_more_statements(community: Community) -> None:
    a_week(community)
    few = len(read_for_a_digest(community))
    community.says(
        *(posted(f"{BUG} {n}, how do I go on?", by=(ada, bob)[n % 2], minutes=0.1) for n in range(60))
    )

    assert len(read_for_a_digest(community)) == few
