"""figures: how each step left the petition, reports, and petitions by the time they were registered.

Columns that may be empty, a table and an index: the version before writes its rows without them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.add_column(sa.Column("town", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("category", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("sub_category", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("card", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("due_met", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("stage_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "figure_report",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "since", name=op.f("pk_figure_report")),
    )
    op.create_index(op.f("ix_petition_registered_at"), "petition", ["registered_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_petition_registered_at"), table_name="petition")
    op.drop_table("figure_report")
    with op.batch_alter_table("history", schema=None) as batch_op:
        for column in ("stage_due_at", "due_met", "due_at", "card", "sub_category", "category", "town"):
            batch_op.drop_column(column)
