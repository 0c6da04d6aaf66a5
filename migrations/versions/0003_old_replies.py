"""old replies.

An index that the version before neither needs nor minds.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("idempotent_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotent_reply_kept_at"), ["kept_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("idempotent_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotent_reply_kept_at"))
