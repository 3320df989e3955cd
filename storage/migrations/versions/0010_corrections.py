"""What managers overruled, what they took back, and how many flags of a week stood."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("overrules", WORDS, nullable=True))
        batch_op.add_column(sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_question_community_asker_asked_at", ["community", "asker", "asked_at"], unique=False
        )

    with op.batch_alter_table("weekly", schema=None) as batch_op:
        batch_op.add_column(sa.Column("flagged", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("overruled", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("weekly", schema=None) as batch_op:
        batch_op.drop_column("overruled")
        batch_op.drop_column("flagged")

    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index("ix_question_community_asker_asked_at")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_column("undone_at")
        batch_op.drop_column("overrules")
