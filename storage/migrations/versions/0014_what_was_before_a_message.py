"""What was before a message."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "trace",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("message", WORDS, nullable=False),
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("sells", sa.Boolean(), nullable=False),
        sa.Column("author", WORDS, nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community", "channel", "message", "mark", name=op.f("pk_trace")),
    )
    with op.batch_alter_table("trace", schema=None) as batch_op:
        batch_op.create_index(
            "ix_trace_community_author_posted_at", ["community", "author", "posted_at"], unique=False
        )
        batch_op.create_index(
            "ix_trace_community_mark_posted_at", ["community", "mark", "posted_at"], unique=False
        )
        batch_op.create_index("ix_trace_community_posted_at", ["community", "posted_at"], unique=False)

    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.add_column(sa.Column("past", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_community_author_posted_at", ["community", "author", "posted_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_community_author_posted_at")

    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_column("past")

    with op.batch_alter_table("trace", schema=None) as batch_op:
        batch_op.drop_index("ix_trace_community_posted_at")
        batch_op.drop_index("ix_trace_community_mark_posted_at")
        batch_op.drop_index("ix_trace_community_author_posted_at")

    op.drop_table("trace")
