"""Questions that wait to be flagged: open ones, not of the past, that a time is set for."""

from typing import Any

from sqlalchemy import Select, and_, bindparam, select

from storage.tables import Due, Question, table

_due, _question = table(Due), table(Question)


def waiting(*columns: Any) -> Select[Any]:
    """Return the statement for these columns of them, or for whole rows, `in_community`."""
    return (
        select(*(columns or (_question,)))
        .select_from(
            _due.join(
                _question,
                and_(
                    _question.c.community == _due.c.community,
                    _question.c.channel + "/" + _question.c.message == _due.c.key,
                ),
            )
        )
        .where(
            _due.c.community == bindparam("in_community"),
            _due.c.feature == "questions",
            _question.c.state == "unanswered",
            _question.c.flagged_at.is_(None),
        )
    )
