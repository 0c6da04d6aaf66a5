"""counted cases: what figures count of each case, kept beside its history, and which petitions are not counted yet.

A table of its own and a column with a default: the version before writes its rows without them, and what it writes is
found to be uncounted and counted from its history, as all of it is until `reconcile` has counted it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "counted_case",
        sa.Column("petition_id", sa.String(length=36), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("grid", sa.String(length=60), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=True),
        sa.Column("town", sa.String(length=60), nullable=True),
        sa.Column("category", sa.String(length=60), nullable=True),
        sa.Column("sub_category", sa.String(length=60), nullable=True),
        sa.Column("stage", sa.String(length=30), nullable=False),
        sa.Column("card", sa.String(length=10), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_met", sa.Boolean(), nullable=True),
        sa.Column("in_time", sa.Boolean(), nullable=True),
        sa.Column("satisfaction", sa.String(length=30), nullable=True),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("yellow", sa.Integer(), nullable=True),
        sa.Column("red", sa.Integer(), nullable=True),
        sa.Column("first_review", sa.Integer(), nullable=True),
        sa.Column("second_review", sa.Integer(), nullable=True),
        sa.Column("supervised", sa.Integer(), nullable=True),
        sa.Column("concluded", sa.Integer(), nullable=True),
        sa.Column("tracked", sa.Integer(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=True),
        sa.Column("replied", sa.Integer(), nullable=True),
        sa.Column("lapsed", sa.Integer(), nullable=True),
        sa.Column("exposed", sa.Integer(), nullable=True),
        sa.Column("corrected", sa.Integer(), nullable=True),
        sa.Column("excluded", sa.Integer(), nullable=True),
        sa.Column("approved", sa.Integer(), nullable=True),
        sa.Column("judged", sa.Integer(), nullable=True),
        sa.Column("approvals", sa.Integer(), nullable=False),
        sa.Column("redos", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_counted_case_petition_id_petition")),
        sa.PrimaryKeyConstraint("petition_id", name=op.f("pk_counted_case")),
    )
    op.create_index("ix_counted_case_at", "counted_case", ["at"], unique=False)
    op.create_index("ix_counted_case_until_at", "counted_case", ["until_at"], unique=False)
    # Not a batch: SQLite would copy the whole table for a column that it can add by itself.
    op.add_column("petition", sa.Column("counted_version", sa.Integer(), server_default="0", nullable=False))
    behind = sa.text("counted_version < version")
    op.create_index(
        "ix_petition_uncounted", "petition", ["id"], unique=False, sqlite_where=behind, postgresql_where=behind
    )


def downgrade() -> None:
    op.drop_index("ix_petition_uncounted", table_name="petition")
    op.drop_column("petition", "counted_version")
    op.drop_index("ix_counted_case_until_at", table_name="counted_case")
    op.drop_index("ix_counted_case_at", table_name="counted_case")
    op.drop_table("counted_case")
