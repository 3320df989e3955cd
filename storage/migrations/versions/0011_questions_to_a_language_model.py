"""Questions to a language model."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "modelcall",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("purpose", WORDS, nullable=False),
        sa.Column("prompt", WORDS, nullable=False),
        sa.Column("model", WORDS, nullable=False),
        sa.Column("question", WORDS, nullable=False),
        sa.Column("member", WORDS, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", WORDS, nullable=False),
        sa.Column("sent", WORDS, nullable=False),
        sa.Column("hidden", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("context", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("answer", WORDS, nullable=False),
        sa.Column("came_of_it", WORDS, nullable=False),
        sa.Column("tokens_in", sa.Integer(), nullable=False),
        sa.Column("tokens_out", sa.Integer(), nullable=False),
        sa.Column("took_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("community", "key", name=op.f("pk_modelcall")),
    )
    with op.batch_alter_table("modelcall", schema=None) as batch_op:
        batch_op.create_index("ix_modelcall_community_asked_at", ["community", "asked_at"], unique=False)
        batch_op.create_index("ix_modelcall_community_day", ["community", "day"], unique=False)
        batch_op.create_index("ix_modelcall_community_question", ["community", "question"], unique=False)

    op.create_table(
        "modelsource",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("message", WORDS, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community", "key", "channel", "message", name=op.f("pk_modelsource")),
    )
    with op.batch_alter_table("modelsource", schema=None) as batch_op:
        batch_op.create_index("ix_modelsource_community_at", ["community", "at"], unique=False)
        batch_op.create_index(
            "ix_modelsource_community_channel_message", ["community", "channel", "message"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("modelsource", schema=None) as batch_op:
        batch_op.drop_index("ix_modelsource_community_channel_message")
        batch_op.drop_index("ix_modelsource_community_at")

    op.drop_table("modelsource")
    with op.batch_alter_table("modelcall", schema=None) as batch_op:
        batch_op.drop_index("ix_modelcall_community_question")
        batch_op.drop_index("ix_modelcall_community_day")
        batch_op.drop_index("ix_modelcall_community_asked_at")

    op.drop_table("modelcall")
