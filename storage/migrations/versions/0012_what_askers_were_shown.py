"""What askers were shown that had been answered before, and the words of questions found by their index."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "hint",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("message", WORDS, nullable=False),
        sa.Column("member", WORDS, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("other_channel", WORDS, nullable=False),
        sa.Column("other_message", WORDS, nullable=False),
        sa.Column("outcome", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("community", "channel", "message", name=op.f("pk_hint")),
    )
    with op.batch_alter_table("hint", schema=None) as batch_op:
        batch_op.create_index("ix_hint_community_asked_at", ["community", "asked_at"], unique=False)
        batch_op.create_index("ix_hint_community_member_at", ["community", "member", "at"], unique=False)
        batch_op.create_index("ix_hint_community_other_channel", ["community", "other_channel"], unique=False)
    with op.batch_alter_table("asked_word", schema=None) as batch_op:
        batch_op.drop_index("ix_asked_word_community_channel_message")
        batch_op.create_index(
            "ix_asked_word_community_channel_message_word",
            ["community", "channel", "message", "word"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("asked_word", schema=None) as batch_op:
        batch_op.drop_index("ix_asked_word_community_channel_message_word")
        batch_op.create_index(
            "ix_asked_word_community_channel_message", ["community", "channel", "message"], unique=False
        )

    with op.batch_alter_table("hint", schema=None) as batch_op:
        batch_op.drop_index("ix_hint_community_other_channel")
        batch_op.drop_index("ix_hint_community_member_at")
        batch_op.drop_index("ix_hint_community_asked_at")

    op.drop_table("hint")
