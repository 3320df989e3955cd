"""What is known of open questions."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "seems_replied",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("message", WORDS, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replied", sa.Float(), nullable=True),
        sa.Column("evidence", WORDS, nullable=True),
        sa.Column("reason", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("community", "channel", "message", name=op.f("pk_seems_replied")),
    )
    with op.batch_alter_table("seems_replied", schema=None) as batch_op:
        batch_op.create_index("ix_seems_replied_community_asked_at", ["community", "asked_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("seems_replied", schema=None) as batch_op:
        batch_op.drop_index("ix_seems_replied_community_asked_at")

    op.drop_table("seems_replied")
