"""Who volunteered to help, and who was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "asking",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("message", WORDS, nullable=False),
        sa.Column("member", WORDS, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("community", "channel", "message", "member", name=op.f("pk_asking")),
    )
    with op.batch_alter_table("asking", schema=None) as batch_op:
        batch_op.create_index("ix_asking_community_asked_at", ["community", "asked_at"], unique=False)
        batch_op.create_index(
            "ix_asking_community_member_asked_at", ["community", "member", "asked_at"], unique=False
        )

    op.create_table(
        "volunteer",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("member", WORDS, nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("hours", WORDS, nullable=True),
        sa.Column("timezone", WORDS, nullable=True),
        sa.Column("per_week", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community", "member", name=op.f("pk_volunteer")),
    )


def downgrade() -> None:
    op.drop_table("volunteer")
    with op.batch_alter_table("asking", schema=None) as batch_op:
        batch_op.drop_index("ix_asking_community_member_asked_at")
        batch_op.drop_index("ix_asking_community_asked_at")

    op.drop_table("asking")
