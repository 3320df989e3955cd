"""What platforms' own filters flagged."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "filtered",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("event", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("author", WORDS, nullable=False),
        sa.Column("message", WORDS, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community", "event", name=op.f("pk_filtered")),
    )
    with op.batch_alter_table("filtered", schema=None) as batch_op:
        batch_op.create_index("ix_filtered_community_at", ["community", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("filtered", schema=None) as batch_op:
        batch_op.drop_index("ix_filtered_community_at")

    op.drop_table("filtered")
