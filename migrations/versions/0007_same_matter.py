"""what petitions about the same matter are found by.

New tables only: the version before writes none of them, and `rongetong same-matter index` fills in what it left out.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "hot_topic",
        sa.Column("topic", sa.String(length=36), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=True),
        sa.Column("sub_category", sa.String(length=60), nullable=True),
        sa.Column("town", sa.String(length=60), nullable=True),
        sa.Column("recent", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Float(), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "seen_at", name=op.f("pk_hot_topic")),
    )
    with op.batch_alter_table("hot_topic", schema=None) as batch_op:
        batch_op.create_index("ix_hot_topic_current", ["current"], unique=False)

    op.create_table(
        "imprint_mark",
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("imprint_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("mark", "imprint_id", name=op.f("pk_imprint_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "imprint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.String(length=36), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("category", sa.String(length=60), nullable=True),
        sa.Column("sub_category", sa.String(length=60), nullable=True),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_imprint_petition_id_petition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imprint")),
        sa.UniqueConstraint("petition_id", name=op.f("uq_imprint_petition_id")),
    )
    with op.batch_alter_table("imprint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imprint_registered_at"), ["registered_at"], unique=False)

    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.String(length=36), nullable=False),
        sa.Column("same_as_id", sa.String(length=36), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("rule_version", sa.String(length=80), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.CheckConstraint("outcome IN ('merged', 'dismissed', 'overtaken')", name=op.f("ck_proposal_outcome")),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_proposal_petition_id_petition")),
        sa.ForeignKeyConstraint(["same_as_id"], ["petition.id"], name=op.f("fk_proposal_same_as_id_petition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("petition_id", "same_as_id", name=op.f("uq_proposal_petition_id_same_as_id")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index("ix_proposal_open", ["outcome", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposal_same_as_id"), ["same_as_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_same_as_id"))
        batch_op.drop_index("ix_proposal_open")

    op.drop_table("proposal")
    with op.batch_alter_table("imprint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imprint_registered_at"))

    op.drop_table("imprint")
    op.drop_table("imprint_mark")
    with op.batch_alter_table("hot_topic", schema=None) as batch_op:
        batch_op.drop_index("ix_hot_topic_current")

    op.drop_table("hot_topic")
