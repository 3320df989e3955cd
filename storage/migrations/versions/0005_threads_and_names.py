"""What threads are about whose beginning is erased, and names as they are compared."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
# Members whose names are written at once.
_AT_ONCE = 1_000


def upgrade() -> None:
    op.create_table(
        "thread_begun",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("message", WORDS, nullable=False),
        sa.Column("question", WORDS, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community", "channel", "message", name=op.f("pk_thread_begun")),
    )
    op.create_index("ix_thread_begun_community_at", "thread_begun", ["community", "at"])
    op.add_column("member", sa.Column("called", WORDS, nullable=True))
    _compare_names()
    with op.batch_alter_table("member") as member:
        member.alter_column("called", existing_type=WORDS, nullable=False)
        member.create_index("ix_member_community_called", ["community", "called"])


def _compare_names() -> None:
    """Write down the names that are kept as Python compares them: databases do so for ASCII alone."""
    member = sa.table(
        "member", sa.column("community"), sa.column("id"), sa.column("name"), sa.column("called")
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(member.c.community, member.c.id, member.c.name)).all()
    write = (
        sa.update(member)
        .where(member.c.community == sa.bindparam("of_community"), member.c.id == sa.bindparam("of_id"))
        .values(called=sa.bindparam("compared"))
    )
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(
            write,
            [
                {"of_community": row.community, "of_id": row.id, "compared": row.name.casefold()}
                for row in rows[start : start + _AT_ONCE]
            ],
        )


def downgrade() -> None:
    with op.batch_alter_table("member") as member:
        member.drop_index("ix_member_community_called")
        member.drop_column("called")
    op.drop_index("ix_thread_begun_community_at", table_name="thread_begun")
    op.drop_table("thread_begun")
