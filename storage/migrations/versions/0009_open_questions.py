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

    op.create_table(
        "asked_word",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("word", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("message", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("community", "word", "channel", "message", name=op.f("pk_asked_word")),
    )
    with op.batch_alter_table("asked_word", schema=None) as batch_op:
        batch_op.create_index(
            "ix_asked_word_community_channel_message", ["community", "channel", "message"], unique=False
        )

    op.create_table(
        "similar_question",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("message", WORDS, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("other_channel", WORDS, nullable=False),
        sa.Column("other_message", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("community", "channel", "message", "place", name=op.f("pk_similar_question")),
    )
    with op.batch_alter_table("similar_question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_similar_question_community_asked_at", ["community", "asked_at"], unique=False
        )
        batch_op.create_index(
            "ix_similar_question_community_other_channel_other_message",
            ["community", "other_channel", "other_message"],
            unique=False,
        )

    op.create_table(
        "open_list",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("post", WORDS, nullable=False),
        sa.Column("day", WORDS, nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last", WORDS, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("community", name=op.f("pk_open_list")),
    )


def downgrade() -> None:
    op.drop_table("open_list")
    with op.batch_alter_table("similar_question", schema=None) as batch_op:
        batch_op.drop_index("ix_similar_question_community_other_channel_other_message")
        batch_op.drop_index("ix_similar_question_community_asked_at")

    op.drop_table("similar_question")
    with op.batch_alter_table("asked_word", schema=None) as batch_op:
        batch_op.drop_index("ix_asked_word_community_channel_message")

    op.drop_table("asked_word")
    with op.batch_alter_table("seems_replied", schema=None) as batch_op:
        batch_op.drop_index("ix_seems_replied_community_asked_at")

    op.drop_table("seems_replied")
