"""verdicts: requests not to assess a completion, why petitioners are dissatisfied, what they had reopened.

Columns that may be empty: the version before goes on without them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reopens", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("exclusion", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("exclusion_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_petition_exclusion_due_at",
        "petition",
        ["exclusion_due_at"],
        unique=False,
        sqlite_where=sa.text("exclusion_due_at IS NOT NULL"),
        postgresql_where=sa.text("exclusion_due_at IS NOT NULL"),
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason_code", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_column("reason_code")
    op.drop_index("ix_petition_exclusion_due_at", table_name="petition")
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.drop_column("exclusion_due_at")
        batch_op.drop_column("exclusion")
        batch_op.drop_column("reopens")
