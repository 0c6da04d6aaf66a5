"""what dispatch has learned.

A table of its own: the version before knows nothing of it and goes on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "dispatch_model",
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_version", sa.String(length=80), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("alone_at", sa.Float(), nullable=False),
        sa.Column("practice", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "content IS NOT NULL OR outcome = 'rejected'", name=op.f("ck_dispatch_model_adopted_is_kept")
        ),
        sa.CheckConstraint("outcome IN ('adopted', 'rejected')", name=op.f("ck_dispatch_model_outcome")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_dispatch_model")),
    )
    op.create_table(
        "dispatch_model_activation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["dispatch_model.version"], name=op.f("fk_dispatch_model_activation_version_dispatch_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_model_activation")),
    )


def downgrade() -> None:
    op.drop_table("dispatch_model_activation")
    op.drop_table("dispatch_model")
