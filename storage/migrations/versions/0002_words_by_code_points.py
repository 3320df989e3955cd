"""On PostgreSQL words are ordered by their code points, as on SQLite and in Python."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WORDS = {
    "broadcast": ("community", "channel", "message", "thread", "author", "verdict"),
    "channel": ("community", "id", "name"),
    "community": ("id", "name"),
    "decision": ("community", "event", "about", "channel", "message", "decision", "by"),
    "digest": ("community", "skipped"),
    "due": ("community", "feature", "key"),
    "failure": ("community", "event", "feature", "reason", "payload"),
    "feedback": ("community", "channel", "message", "thread", "author", "verdict"),
    "handled": ("community", "event"),
    "member": ("community", "id", "name"),
    "message": ("community", "channel", "id", "author", "text", "thread", "reply_to"),
    "outgoing": ("community", "key", "kind", "lane", "payload", "state", "claimed_by", "message", "reason"),
    "question": ("community", "channel", "message", "thread", "asker", "state", "helper"),
    "reaction": ("community", "channel", "message", "member", "emoji"),
    "turn": ("community", "channel", "message", "head", "parent", "how", "question"),
    "welcome": ("community", "member", "state"),
}


def upgrade() -> None:
    _collate("C")


def downgrade() -> None:
    _collate("default")


def _collate(collation: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in _WORDS.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.String(collation=collation))
