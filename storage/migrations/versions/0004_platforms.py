"""Roles, capabilities, cursors and installations of platforms."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "capability",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("capability", WORDS, nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community", "capability", name=op.f("pk_capability")),
    )
    op.create_table(
        "cursor",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("value", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("community", "name", name=op.f("pk_cursor")),
    )
    op.create_table(
        "installation",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("sealed", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("community", name=op.f("pk_installation")),
    )
    op.create_table(
        "unseen",
        sa.Column("community", WORDS, nullable=False),
        sa.Column("mark", WORDS, nullable=False),
        sa.Column("event", WORDS, nullable=False),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("community", "mark", name=op.f("pk_unseen")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer", WORDS, nullable=True))

    with op.batch_alter_table("channel", schema=None) as batch_op:
        # Whatever is known so far was heard.
        batch_op.add_column(sa.Column("heard", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.alter_column("heard", server_default=None)

    with op.batch_alter_table("community", schema=None) as batch_op:
        batch_op.add_column(sa.Column("installed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("roles", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("roles_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_column("roles_at")
        batch_op.drop_column("roles")

    with op.batch_alter_table("community", schema=None) as batch_op:
        batch_op.drop_column("ended_at")
        batch_op.drop_column("installed_at")

    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.drop_column("heard")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_column("answer")

    op.drop_table("unseen")
    op.drop_table("installation")
    op.drop_table("cursor")
    op.drop_table("capability")
