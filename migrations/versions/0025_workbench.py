"""workbench: filters that an account keeps by name, and closed cases of a sub-category found without a scan.

A table of its own and an index: the version before writes its rows without them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_filter_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_saved_filter")),
    )
    op.create_index("ix_petition_sub_category_closed_at", "petition", ["sub_category", "closed_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_petition_sub_category_closed_at", table_name="petition")
    op.drop_table("saved_filter")
